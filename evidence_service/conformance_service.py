"""Conformance as commands and pages call it: rules over a log, findings with their proofs, decisions about them.

Spec: docs/spec/conformance.md. Whatever opens events of a log is put on record before it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evidence_service.conformance.core.decision import Decision, newest
from evidence_service.conformance.core.engine import Engine, Evaluation, evaluate
from evidence_service.conformance.core.finding import Finding
from evidence_service.conformance.core.post import PostBook
from evidence_service.conformance.core.post_report import PostReport, report
from evidence_service.conformance.core.post_tally import PostTally
from evidence_service.conformance.core.rule import Rule, RuleSet
from evidence_service.conformance.core.verdict import Verdict
from evidence_service.core.canonical import parse_canonical
from evidence_service.errors import ConflictError, NotFoundError
from evidence_service.ports import ON_CHAIN_STATES, StoredEvent
from evidence_service.service import EvidenceService
from evidence_service.workflow.decide_finding import Wish, decide
from evidence_service.workflow.histories import LogHistories

ACTION = "conformance"
ANCHORS_LOOKED_AT = 1000
LEAST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class LogEvaluation:
    """What a rule set found in a log, the decisions about findings, and the loans that were left out."""

    institution: str
    result: Evaluation
    decisions: dict[str, Decision]
    restricted_loans: int


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One event of a finding, opened, and how it is proven: the newest checkpoint and the newest anchor over it."""

    event: StoredEvent
    actor: str | None
    role: str
    checkpoint: int | None
    anchored: int | None


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding with its events, opened."""

    finding: Finding
    events: tuple[ShownEvent, ...]


@dataclass(frozen=True, slots=True)
class Accountability:
    """What one person answers for: a rule that had to be kept by him, and the breaches."""

    rule: Rule
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PostAudit:
    """The key posts of a log; and, where one person was asked for, what he answers for."""

    posts: list[PostReport]
    accountable: list[Accountability]
    restricted_loans: int


class ConformanceService:
    """Conformance over the logs of one instance, for one person (`who`, as the access log names him)."""

    def __init__(self, evidence: EvidenceService, who: str) -> None:
        self.evidence, self.who = evidence, who

    def evaluate(self, institution: str, rules: RuleSet, *, as_declared: bool = False) -> LogEvaluation:
        """Judge every loan of a log by every rule."""
        histories = self.histories(institution, rules.fields, f"rules {rules.name} {rules.version}", as_declared)
        result = evaluate(rules, histories.histories(), self.evidence.now())
        return LogEvaluation(institution, result, newest(histories.decisions), histories.restricted_loans)

    def histories(
        self, institution: str, wanted: Collection[str], purpose: str, as_declared: bool = False
    ) -> LogHistories:
        """The loans of a log, all but those that are restricted to storage; on record before the first is read."""
        self.on_record(institution, ["every loan"], purpose)
        restricted = self.evidence.restricted_loans(institution)
        return LogHistories(self.evidence.histories, institution, wanted, restricted, as_declared)

    def on_record(self, institution: str, objects: Sequence[str], purpose: str) -> None:
        """Put on record what is looked at."""
        self.evidence.record_accesses(
            objects, who=self.who, action=ACTION, institution=institution, purpose=purpose[:200]
        )

    def show(self, institution: str, findings: Sequence[Finding]) -> list[ShownFinding]:
        """The events of findings with who did them and their proofs; each loan is on record first."""
        if findings:
            loans = dict.fromkeys(f"loan {one.loan}: rule {one.rule.id}" for one in findings)
            self.on_record(institution, list(loans), "finding of conformance")
        anchored = self._anchored_sizes(institution)
        return [
            ShownFinding(one, tuple(self._shown(institution, event.id, anchored) for event in one.events))
            for one in findings
        ]

    def _anchored_sizes(self, institution: str) -> list[int]:
        records = self.evidence.anchors.newest(institution, ANCHORS_LOOKED_AT)
        return [record.size for record in records if record.state in ON_CHAIN_STATES]

    def _shown(self, institution: str, event_id: str, anchored: Sequence[int]) -> ShownEvent:
        event = self.evidence.event(event_id, institution)
        published = self.evidence.store.checkpoint_covering(institution, event.index)
        actor: dict[str, Any] = {} if event.body is None else parse_canonical(event.body)["actor"]
        return ShownEvent(
            event=event,
            actor=actor.get("id"),
            role=actor.get("role", ""),
            checkpoint=None if published is None else published.checkpoint.size,
            anchored=min((size for size in anchored if size > event.index), default=None),
        )

    def posts(
        self, institution: str, book: PostBook, rules: RuleSet | None = None, actor: str | None = None
    ) -> PostAudit:
        """Every key post in one pass over a log; with `rules`, in the same pass, what one person answers for."""
        wanted = book.fields | (rules.fields if rules is not None else frozenset())
        if actor is not None:  # who was asked about stands in the record as a digest: it is personal data
            digest = sha256(f"{institution}\n{actor}".encode()).hexdigest()[:16]
            self.on_record(institution, [f"person {digest}"], f"key posts {book.name} {book.version}")
        histories = self.histories(institution, wanted, f"key posts {book.name} {book.version}")
        tally = PostTally(book, self.evidence.now())
        engine = None if rules is None else Engine(rules, self.evidence.now())
        for history in histories.histories():
            tally.take(history)
            if engine is not None:
                engine.take(history)
        chains = [] if engine is None else _chains(engine.result, actor)
        today = self.evidence.now().astimezone(book.zone).date()
        return PostAudit(report(tally, today), chains, histories.restricted_loans)

    def decide(self, looked: LogEvaluation, name: str, wish: Wish) -> tuple[Finding, str | None]:
        """Assign, dismiss or close a finding, named by its digest or the start of it; returns it and the event's id."""
        found = self.finding(looked, name)
        known = looked.decisions.get(found.digest)
        event = decide(found, known, wish, looked.institution, self.evidence.submit, self.evidence.now())
        return found, event

    def finding(self, looked: LogEvaluation, name: str) -> Finding:
        """The one finding whose digest begins so; NotFoundError where there is none, ConflictError where several."""
        wanted = name.lower()
        all_of_them = (one for tally in looked.result.tallies for one in tally.findings)
        mine = [one for one in all_of_them if len(wanted) >= LEAST_DIGITS and one.digest.startswith(wanted)]
        if not mine:
            raise NotFoundError(f"no finding {name[:64]!r} now; `audit findings list --verdict all` names them")
        if len(mine) > 1:
            raise ConflictError(f"{len(mine)} findings begin with {name[:64]}; give more of the digest")
        return mine[0]


def _chains(result: Evaluation, actor: str | None) -> list[Accountability]:
    """Who, which duty, which rule: the breaches whose own event was this person's."""
    chains = []
    for tally in result.tallies:
        mine = [one for one in tally.findings if one.verdict is Verdict.BREACH and one.accountable.actor == actor]
        if mine:
            chains.append(Accountability(tally.rule, tuple(mine)))
    return chains
