"""The claim as JSON: the answer of `proofdocket debt`, money and rates as strings.

Spec: docs/spec/debt.md section 12, with one complete worked example that a test runs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from litigation.core.annual_cost import AnnualCost
from litigation.core.arrears import Restructured
from litigation.core.cap import CapResult
from litigation.core.claim import Claim, ClaimLine
from litigation.core.interest import Segment
from litigation.core.money import money_text
from litigation.core.rules import RuleEntry
from litigation.core.schedule import ScheduleRow


def claim_to_json(claim: Claim) -> dict[str, Any]:
    """Write the whole claim; keys of the stable command-line answer come first."""
    return {
        "principal": money_text(claim.principal),
        "interest": money_text(claim.interest),
        "penalty": money_text(claim.penalty),
        "compound": money_text(claim.compound),
        "costs": money_text(claim.costs),
        "total": money_text(claim.total),
        "per_diem": money_text(claim.per_diem),
        "caps": {
            "annual": rate_text(claim.caps.annual),
            "global": _cap(claim.caps.globally, claim.uncapped.total),
            "per_line": _cap(claim.caps.per_line, claim.uncapped.total),
        },
        "applied_cap": claim.applied_cap.value,
        "court_fee": money_text(claim.court_fee),
        "court_fee_half": money_text(claim.court_fee_half),
        "schedule": [_row(row) for row in claim.schedule],
        "lines": [_line(line) for line in claim.lines],
        "currency": claim.currency,
        "cutoff": claim.cutoff.isoformat(),
        "safe_claim": {"method": claim.caps.stricter.value, "total": money_text(claim.safe_total)},
        "uncapped": {
            "interest": money_text(claim.uncapped.interest),
            "penalty": money_text(claim.uncapped.penalty),
            "compound": money_text(claim.uncapped.compound),
            "costs": money_text(claim.uncapped.costs),
            "total": money_text(claim.uncapped.total),
        },
        "paid": _paid(claim),
        "allocations": [
            {
                "on": part.on.isoformat(),
                "item": part.item,
                "kind": part.kind.value,
                "amount": money_text(part.amount),
            }
            for part in claim.allocations
        ],
        "overdue_since": claim.overdue_since.isoformat() if claim.overdue_since else None,
        "overdue_days": claim.overdue_days,
        "accelerated": claim.accelerated,
        "undue_principal": money_text(claim.undue_principal),
        "restructured": [_restructured(one) for one in claim.restructured],
        "annual_cost": _annual_cost(claim),
        "rules_used": [rule_to_json(entry) for entry in claim.rules_used],
        "rules_digest": claim.rules_digest,
    }


def _restructured(done: Restructured) -> dict[str, Any]:
    """An agreement that took effect: the principal of its plan, and what became of each open sum."""
    return {
        "on": done.agreement.on.isoformat(),
        "principal": money_text(done.principal),
        "treated": [
            {"item": one.item, "kind": one.kind.value, "how": one.how.value, "amount": money_text(one.amount)}
            for one in done.treated
        ],
    }


def _annual_cost(claim: Claim) -> dict[str, Any]:
    """Both conventions beside the line, as in force and as agreed; the line shows where it comes from."""
    report = claim.cost_report

    def written(cost: AnnualCost) -> dict[str, Any]:
        simple, effective = cost.exceeds(report.line)
        return {
            "simple": rate_text(cost.simple),
            "effective": rate_text(cost.effective),
            "exceeds": {"simple": simple, "effective": effective},
        }

    line = {"rate": rate_text(report.line), "source": report.line_source, "mark": report.line_mark}
    return written(report.cost) | {"agreed": written(report.agreed), "line": line}


def rule_to_json(entry: RuleEntry) -> dict[str, Any]:
    """A dated rule with its source and mark."""
    return {
        "rule": entry.series,
        "from": entry.starts.isoformat(),
        "until": entry.until.isoformat() if entry.until else None,
        "mark": entry.mark.value,
        "source": entry.source,
        "note": entry.note,
        "value": _value(entry),
    }


def _value(entry: RuleEntry) -> dict[str, Any]:
    """The value itself, so that whoever has the answer can compute it again."""
    value: dict[str, Any] = {}
    if entry.number is not None:
        value["number"] = rate_text(entry.number)
    if entry.text is not None:
        value["text"] = entry.text
    if entry.words:
        value["words"] = list(entry.words)
    if entry.bands:
        value["flat"] = rate_text(entry.flat)
        value["bands"] = [{"over": rate_text(band.over), "rate": rate_text(band.rate)} for band in entry.bands]
        value["ceiling"] = None if entry.ceiling is None else rate_text(entry.ceiling)
    return value


def rate_text(rate: Decimal) -> str:
    """Write a rate as a plain decimal fraction."""
    return f"{rate:f}"


def _cap(result: CapResult, uncapped_total: Decimal) -> dict[str, Any]:
    return {
        "allowed": money_text(result.allowed),
        "cut": money_text(result.cut),
        "removed": [
            {"item": part.item, "kind": part.kind.value, "amount": money_text(part.amount)} for part in result.removed
        ],
        "total": money_text(uncapped_total - result.cut),
    }


def _row(row: ScheduleRow) -> dict[str, Any]:
    return {
        "no": row.no,
        "due": row.due.isoformat(),
        "payment": money_text(row.payment),
        "interest": money_text(row.interest),
        "principal": money_text(row.principal),
        "balance": money_text(row.balance),
    }


def _line(line: ClaimLine) -> dict[str, Any]:
    return {
        "item": line.item,
        "due": line.due.isoformat(),
        "principal": money_text(line.principal),
        "interest": money_text(line.interest),
        "days": line.days,
        "penalty": money_text(line.penalty),
        "compound": money_text(line.compound),
        "rule": line.rule,
        "penalty_segments": [_segment(part) for part in line.penalty_segments],
        "compound_segments": [_segment(part) for part in line.compound_segments],
    }


def _segment(part: Segment) -> dict[str, Any]:
    return {
        "base": money_text(part.base),
        "rate": rate_text(part.rate),
        "from": part.first.isoformat(),
        "to": part.until.isoformat(),
        "days": part.days,
        "basis": part.basis,
        "amount": money_text(part.amount),
    }


def _paid(claim: Claim) -> dict[str, Any]:
    return {
        "principal": money_text(claim.paid.principal),
        "interest": money_text(claim.paid.interest),
        "penalty": money_text(claim.paid.penalty),
        "compound": money_text(claim.paid.compound),
        "costs": money_text(claim.paid.costs),
        "surplus": money_text(claim.paid.surplus),
        "after_cutoff": money_text(claim.paid.after_cutoff),
        "interest_paid_through": claim.paid_through.isoformat(),
    }
