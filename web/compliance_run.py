"""One pass over a log: every rule, every key post, every person; what came out is kept for the pages.

Spec: docs/spec/conformance.md. Reading the log is on record in the name of whoever started the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evidence_service.conformance.answer import answer_of
from evidence_service.conformance.core.decision import State, newest
from evidence_service.conformance.core.engine import Engine, Evaluation
from evidence_service.conformance.core.finding import Finding
from evidence_service.conformance.core.post_report import Person, PostReport, report
from evidence_service.conformance.core.post_tally import PostTally
from evidence_service.conformance.core.verdict import Verdict
from evidence_service.conformance.postbook import load_posts
from evidence_service.conformance.rulebook import load_rules
from evidence_service.conformance_service import ConformanceService
from evidence_service.ports.histories import HistoryReader, OpenedEvent
from evidence_service.post_commands import person_json, post_json
from evidence_service.service import EvidenceService
from evidence_service.workflow.histories import LogHistories
from web.compliance_store import ComplianceStore, KeptFinding, KeptRun, NamedOriginal

SEVERITIES = ("critical", "high", "medium", "low")
VERDICTS = (Verdict.BREACH.value, Verdict.UNORDERED.value, Verdict.UNKNOWN.value)
EVENTS_KEPT = 200
SHOWN = 50
"""Events kept behind an indicator, and findings behind a person's duty; their number is kept whole."""


ATTACHMENT = re.compile(rb'"sha256":"([0-9a-f]{64})","size":[0-9]+,"sm3":"([0-9a-f]{64})"')
"""Two digests of an original in an event's canonical form; inside a text its quotes would be escaped."""


class Noting:
    """A reader of histories that notes, on the way, which entry names which original."""

    def __init__(self, reader: HistoryReader) -> None:
        self._reader = reader
        self.originals: list[NamedOriginal] = []

    def opened_events(self, institution: str) -> Iterator[OpenedEvent]:
        """Every event, as the reader gives it."""
        for one in self._reader.opened_events(institution):
            self.originals += originals_of(one.entry, one.body)
            yield one


def originals_of(entry: int, body: bytes | None) -> list[NamedOriginal]:
    """The originals that an event names; none where it was erased."""
    if body is None or b'"attachments"' not in body:
        return []
    return [
        NamedOriginal(entry, number, sha256.decode(), sm3.decode())
        for number, (sha256, sm3) in enumerate(ATTACHMENT.findall(body))
    ]


def refresh(
    evidence: EvidenceService,
    store: ComplianceStore,
    institution: str,
    who: str,
    rules_name: str = "lending",
    posts_name: str = "lending",
) -> KeptRun:
    """Run rules and key posts over a log and keep the result. One run at a time; a failed one keeps the last."""
    rules, book = load_rules(rules_name), load_posts(posts_name)
    store.begin(institution, who, evidence.now())
    problem = "interrupted"
    try:
        size = evidence.log(institution).size  # before the first event is read: the run knows at least these
        door = ConformanceService(evidence, who)
        wanted = rules.fields | book.fields
        noting = Noting(evidence.histories)
        door.on_record(institution, ["every loan"], f"rules {rules.name} {rules.version}, posts {book.name}")
        histories = LogHistories(noting, institution, wanted, evidence.restricted_loans(institution))
        started = evidence.now()
        tally, engine = PostTally(book, started), Engine(rules, started)
        for history in histories.histories():
            tally.take(history)
            engine.take(history)
        decisions = newest(histories.decisions)
        found = _findings(engine.result, {one.finding: (one.state, one.entry) for one in decisions.values()})
        body = {
            "sources": {"rules": rules_name, "posts": posts_name},
            "conformance": answer_of(engine.result, findings=False),
            "titles": {"rules": dict(rules.title), "posts": dict(book.title)},
            "restricted_loans": histories.restricted_loans,
            "book": {"name": book.name, "version": book.version, "minimum": book.minimum},
            "posts": [_post(one) for one in report(tally, started.astimezone(book.zone).date())],
            "accountable": _accountable(engine.result),
            "no_longer_found": _gone(engine.result, decisions),
            "seconds": round((evidence.now() - started).total_seconds(), 1),
        }
        kept = KeptRun(institution, size, size, started, who, body)
        store.keep(kept, found, noting.originals)
        problem = ""
    finally:
        # Crash before this line: the job stays open until it is stale; the run before stands whole.
        store.end(institution, evidence.now(), problem)
    return kept


def _findings(result: Evaluation, decisions: dict[str, tuple[State, int]]) -> list[KeptFinding]:
    """Findings in the order in which people look: the gravest first, breaches first, then as they stand in the log."""
    everything = [one for tally in result.tallies for one in tally.findings]
    everything.sort(key=_weight)
    kept = []
    for position, one in enumerate(everything):
        state, entry = decisions.get(one.digest, (State.OPEN, None))
        kept.append(
            KeptFinding(
                position=position,
                finding=one.digest,
                rule=one.rule.id,
                verdict=one.verdict.value,
                severity=one.rule.severity.value,
                loan=one.loan,
                entry=one.accountable.entry,
                events=tuple((event.entry, event.id) for event in one.events[-EVENTS_KEPT:]),
                state=state.value,
                decision=entry,
            )
        )
    return kept


def _weight(one: Finding) -> tuple[int, int, str, int, str]:
    grave = SEVERITIES.index(one.rule.severity.value)
    return grave, VERDICTS.index(one.verdict.value), one.rule.id, one.accountable.entry, one.digest


def _gone(result: Evaluation, decisions: Any) -> int:
    """Decided findings that the rules no longer find."""
    here = {one.digest for tally in result.tallies for one in tally.findings}
    rules = {tally.rule.id for tally in result.tallies}
    return sum(one.finding not in here and one.rule in rules for one in decisions.values())


def _post(one: PostReport) -> dict[str, Any]:
    told = post_json(one)
    told["people"] = [_person(person) for person in one.people]
    return told


def _person(person: Person) -> dict[str, Any]:
    told = person_json(person)
    told["events"] = {
        name.value: [[act.entry, act.id, act.loan] for act in acts[:SHOWN]] for name, acts in person.shown.items()
    }
    return told


def _accountable(result: Evaluation) -> dict[str, dict[str, Any]]:
    """For each person the rules whose breach was his, with how many and the first of them."""
    found: dict[str, dict[str, Any]] = {}
    for tally in result.tallies:
        for one in tally.findings:
            actor = one.accountable.actor
            if one.verdict is not Verdict.BREACH or actor is None:
                continue
            mine = found.setdefault(actor, {}).setdefault(tally.rule.id, {"breaches": 0, "findings": []})
            mine["breaches"] += 1
            if len(mine["findings"]) < SHOWN:
                mine["findings"].append(one.digest)
    return found
