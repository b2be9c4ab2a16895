"""Strata of an instance: run the rules over the book, show a loan, let people warn and decide.

Spec: docs/spec/strata.md. The log is the only memory: the stratum of a loan is the last `stratum.moved` of its
history, so running again writes nothing, and a run that was cut off goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from evidence_service.service import EvidenceService
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.evidence_door import history_of
from litigation.core.history import LoanHistory, court_date
from litigation.core.rules import Rules
from litigation.core.strata.loan_class import LoanClass
from litigation.core.strata.model import Model
from litigation.core.strata.moves import Made, StrataError, decision, move, warning
from litigation.core.strata.signals import Level
from litigation.core.strata.stratum import Finding, Held, Stratum, held
from litigation.core.strata.treatment import Step, path_of, steps_since
from litigation.model_service import HELD_BACK, ModelService, person_of, scored
from litigation.workflow.loan_row import loan_row
from litigation.workflow.stratify import is_lent, known_on, stratify

STEP = 500
"""Moves that are logged in one write."""


@dataclass(slots=True)
class Run:
    """What a run did: loans looked at, moves written, and loans that a person's decision keeps where they are."""

    day: date
    loans: int = 0
    moved: int = 0
    held: int = 0
    newer: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    strata: Counter[Stratum] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class LoanStratum:
    """A loan: where the log has it, where the rules would put it on a day, and how far its treatment is."""

    loan: str
    held: Held | None
    finding: Finding
    steps: tuple[Step, ...]
    history: LoanHistory


class StrataService:
    """Strata, warnings and decisions of one instance."""

    def __init__(self, evidence: EvidenceService, models: ModelService, rules: Callable[[], Rules]) -> None:
        self.evidence = evidence
        self.models = models
        self._rules = rules

    def today(self) -> date:
        """Today's date for a court (Asia/Shanghai)."""
        return court_date(self.evidence.now())

    def run(self, institution: str, day: date, tell: Callable[[int], None] = lambda done: None) -> Run:
        """Stratify every lent loan as of a day and log what moves; a loan that a later day moved already is left."""
        if day > self.today():
            raise StrataError(f"{day.isoformat()} has not come yet: strata are drawn for today or an earlier day")
        rules, model = self._rules(), self.models.in_force(institution)
        made, done = self._made(institution, day, rules, model), Run(day)
        journal, waiting = EventJournal(self.evidence), list[Mapping[str, Any]]()
        for history in self._histories(institution):
            event = self._moved(history, made, rules, model, done)
            tell(done.loans)
            if event is not None:
                waiting.append(event)
            if len(waiting) == STEP:
                _write(journal, waiting)
                # Crash here: these loans lie where the log says; the next run writes the rest.
                waiting = []
        _write(journal, waiting)
        return done

    def show(self, institution: str, loan: str, day: date) -> LoanStratum:
        """One loan as the log has it and as the rules see it."""
        history, rules = self._history(institution, loan), self._rules()
        last = held(history)
        grade, name = self._grade(history, day, rules, self.models.in_force(institution))
        steps = steps_since(history, last.treatment) if last else ()
        return LoanStratum(loan, last, stratify(history, day, rules, grade, name), steps, history)

    def counts(self, institution: str) -> tuple[Counter[str], int]:
        """How many lent loans lie in which stratum by the log, and how many were never stratified."""
        found, never = Counter[str](), 0
        for history in self._histories(institution):
            last = held(history)
            if last is not None:
                found[last.stratum.value] += 1
            elif is_lent(history):
                never += 1
        return found, never

    def override(
        self, institution: str, loan: str, to: Stratum, person: str, reason: str, until: date | None
    ) -> tuple[Held | None, bool]:
        """A person decides. Returns what held before, and whether this was said for the first time."""
        history, rules, day = self._history(institution, loan), self._rules(), self.today()
        made = self._made(institution, day, rules, None)
        last = held(history)
        repeated = last is not None and last.by_person and _same(history, to, person_of(person), reason, until)
        if repeated:
            return last, False
        event = decision(made, loan, last, to, path_of(to, day, rules), person_of(person), reason, until)
        EventJournal(self.evidence).write(event)
        return last, True

    def warn(self, institution: str, loan: str, rule: str, level: Level, person: str, reason: str) -> str:
        """A person warns of a loan; returns the id of the event."""
        self._history(institution, loan)
        made = self._made(institution, self.today(), self._rules(), None)
        event = warning(made, loan, rule, level, person_of(person), reason)
        EventJournal(self.evidence).write(event)
        return str(event["id"])

    def _moved(
        self, history: LoanHistory, made: Made, rules: Rules, model: Model | None, done: Run
    ) -> dict[str, Any] | None:
        """The move of one loan, or None: it stays, a person keeps it, or a later day moved it already."""
        if not is_lent(known_on(history, made.day)):
            return None
        done.loans += 1
        last = held(history)
        if last is not None and last.as_of is not None and last.as_of > made.day:
            done.newer += 1
            return None
        finding = stratify(history, made.day, rules, *self._grade(history, made.day, rules, model))
        if last is not None and last.stratum is not finding.stratum and last.binds(made.day):
            done.held += 1
            done.strata[last.stratum] += 1
            return None
        done.strata[finding.stratum] += 1
        if last is not None and last.stratum is finding.stratum:
            return None
        done.moved += 1
        done.moves[last.stratum.value if last else "none", finding.stratum.value] += 1
        return move(made, history.loan, last, finding, path_of(finding.stratum, made.day, rules))

    def _grade(
        self, history: LoanHistory, day: date, rules: Rules, model: Model | None
    ) -> tuple[LoanClass | None, str]:
        """What the model in force says of a loan on a day; nothing where none is in force."""
        if model is None:
            return None, ""
        return LoanClass(scored(model, history.loan, loan_row(history, day, rules)).grade), model.name

    def _histories(self, institution: str) -> Iterator[LoanHistory]:
        store = self.evidence.store
        restricted = self.evidence.restricted_loans(institution)
        loans = store.loans_between(institution, 0, self.evidence.log(institution).size)
        self.evidence.record_accesses(
            [f"{len(loans)} loans"], who="strata", action="stratify", institution=institution, purpose="strata"
        )
        for loan in dict.fromkeys(loans):
            if loan not in restricted and not loan.startswith(HELD_BACK):
                yield history_of(institution, loan, store.events_of_loan(institution, loan))

    def _history(self, institution: str, loan: str) -> LoanHistory:
        self.evidence.refuse_restricted(institution, loan)
        self.evidence.record_accesses(
            [loan], who="strata", action="stratify", institution=institution, purpose="strata of a loan"
        )
        history = history_of(institution, loan, self.evidence.store.events_of_loan(institution, loan))
        if not is_lent(history):
            raise StrataError(f"the log of {institution} has no loan {loan} that was lent: check its number")
        return history

    def _made(self, institution: str, day: date, rules: Rules, model: Model | None) -> Made:
        now = self.evidence.now().isoformat().replace("+00:00", "Z")
        return Made(institution, now, day, rules.digest, model.name if model else "", model.version if model else "")


def _same(history: LoanHistory, to: Stratum, person: str, reason: str, until: date | None) -> bool:
    """Whether the last move is this very decision: a command that was repeated says nothing new."""
    last = history.last("stratum.moved")
    if last is None:
        return False
    said = last.payload
    return (said["to"], said.get("person"), said.get("until"), list(said["reasons"])) == (
        to.value,
        person,
        until.isoformat() if until else None,
        [reason.strip()],
    )


def _write(journal: EventJournal, events: list[Mapping[str, Any]]) -> None:
    if not events:
        return
    refused = journal.write_all(events)
    if refused:
        raise StrataError(next(iter(refused.values())))
