"""What `audit rules` answers: one entry per rule with its numbers and its findings, as JSON and as a table.

Spec: docs/spec/conformance.md (Answer). Who did it never stands here: that is for `--show`, which is on record.
"""

from __future__ import annotations

from typing import Any

from evidence_service.conformance.core.engine import Evaluation, Tally
from evidence_service.conformance.core.finding import Finding
from evidence_service.conformance.core.rule import Rule


def answer_of(result: Evaluation, *, findings: bool = True) -> dict[str, Any]:
    """The whole answer."""
    return {
        "rule_set": {"name": result.rules.name, "version": result.rules.version, "digest": result.rules.digest},
        "loans": result.loans,
        "events": result.events,
        "erased": result.erased,
        "rules": [tally_json(tally, findings=findings) for tally in result.tallies],
    }


def tally_json(tally: Tally, *, findings: bool = True) -> dict[str, Any]:
    """One rule: the five documented numbers first."""
    rule = tally.rule
    told: dict[str, Any] = {
        "id": rule.id,
        "population": tally.population,
        "breaches": tally.breaches,
        "unordered": tally.unordered,
        "unknown": tally.unknown,
        "pending": tally.pending,
        "satisfied": tally.satisfied,
        **rule_json(rule),
    }
    if findings:
        told["findings"] = [finding_json(one) for one in tally.findings]
    return told


def rule_json(rule: Rule) -> dict[str, Any]:
    """What a rule is."""
    return {
        "version": rule.version,
        "kind": rule.kind,
        "unit": "event" if rule.per_event else "loan",
        "title": dict(rule.title),
        "duty": dict(rule.duty),
        "source": rule.source,
        "mark": rule.mark,
        "severity": rule.severity.value,
        "tie": rule.tie.value,
        "from": rule.since.isoformat() if rule.since else None,
        "until": rule.until.isoformat() if rule.until else None,
        "digest": rule.digest,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding with its events by leaf index and id; the last is that of whoever had to keep the rule."""
    return {
        "finding": finding.digest,
        "verdict": finding.verdict.value,
        "loan": finding.loan,
        "events": [{"index": one.entry, "id": one.id} for one in finding.events],
    }


def table(result: Evaluation, language: str) -> list[str]:
    """The numbers for a person, breaches of grave rules first as the file has them."""
    head = HEADS[language]
    rows = [head] + [
        (
            f"{one.rule.id}{'*' if one.rule.per_event else ''}",
            one.rule.severity.value,
            f"{one.population:,}",
            f"{one.breaches:,}",
            f"{one.unordered:,}",
            f"{one.unknown:,}",
            f"{one.pending:,}",
        )
        for one in result.tallies
    ]
    widths = [max(wide(row[at]) for row in rows) for at in range(len(head))]
    lines = []
    for row in rows:
        cells = [left(row[0], widths[0]), left(row[1], widths[1])]
        cells += [right(cell, width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


HEADS = {
    "zh": ("规则", "程度", "适用", "违反", "次序不明", "情况不明", "未到期"),
    "en": ("rule", "severity", "population", "breaches", "unordered", "unknown", "pending"),
}


def wide(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def left(text: str, width: int) -> str:
    """A cell of a table, text to the left."""
    return text + " " * (width - wide(text))


def right(text: str, width: int) -> str:
    """A cell of a table, text to the right."""
    return " " * (width - wide(text)) + text
