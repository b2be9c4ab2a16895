"""Risk models of an instance: train, look at, put in force with a second person, score. Spec: docs/spec/strata.md.

Training needs statsmodels and scikit-learn; scoring needs neither. Which model is in force is what the log says last.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from evidence_service.core.canonical import canonical_bytes
from evidence_service.errors import NotFoundError
from evidence_service.service import EvidenceService
from litigation.adapters.approved_files import same
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.evidence_door import history_of
from litigation.adapters.model_folder import (
    ModelFolder,
    ModelStateError,
    Proposal,
    read_specification,
    read_table,
    rows_of,
)
from litigation.core.history import LoanHistory, court_date
from litigation.core.rules import Rules
from litigation.core.strata.model import Model
from litigation.core.strata.model_card import card_of
from litigation.core.strata.ordered_logit import Score
from litigation.workflow.loan_row import loan_row

HOUSE_LOAN = "proofdocket:models"  # an event needs a loan; a model belongs to none
STEP = 500
"""Decisions that are logged in one write."""
HELD_BACK = "proofdocket:"


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training made; `new` is False where the version was here already, byte for byte."""

    model: Model
    card: dict[str, Any]
    new: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """A loan and what the model says of it; `inputs_digest` names exactly what it was shown."""

    loan: str
    score: Score
    grade: str
    inputs_digest: str


class ModelService:
    """The models of one instance."""

    def __init__(self, evidence: EvidenceService, folder: ModelFolder, rules: Callable[[], Rules]) -> None:
        self.evidence = evidence
        self.folder = folder
        self.rules = rules

    def train(self, spec_file: Path, table: Path) -> Trained:
        """Train on a table; the same files give the same model, which is then said and not written again."""
        rows, digest = read_table(table)
        return self._train(spec_file, rows, digest)

    def train_on_log(self, spec_file: Path, institution: str, as_of: date) -> Trained:
        """Train on the institution's own loans as they stood on a day. The data's digest is that of all rows."""
        rows = [row | {"loan": loan} for loan, row in self._rows(institution, as_of)]
        digest = sha256()
        for row in rows:
            digest.update(canonical_bytes(row))
        return self._train(spec_file, rows, digest.hexdigest())

    def propose(self, institution: str, name: str, version: str, person: str, reason: str) -> Proposal:
        """Let a version wait for a second person."""
        self.folder.model(name, version)
        proposal = Proposal(
            name,
            version,
            self.folder.card_digest(name, version),
            institution,
            reason,
            person_of(person),
            self.evidence.now().isoformat(),
        )
        self.folder.propose(proposal)
        return proposal

    def approve(self, institution: str, person: str, card: str) -> Proposal:
        """Put the waiting version in force: an event of the log, which the next checkpoint anchors. Safe to repeat."""
        proposal = self.folder.waiting(institution)
        if proposal is None:
            raise ModelStateError("nothing waits for approval: `proofdocket model propose` first")
        if same(proposal.proposed_by, person_of(person)):
            raise ModelStateError("whoever proposed a model cannot approve it: a second person must")
        if card.lower() != proposal.card_digest:
            raise ModelStateError(f"the proposed card has another SHA-256 ({proposal.card_digest}): read it again")
        model = self.folder.model(proposal.model, proposal.version)
        EventJournal(self.evidence).write(_adopted(proposal, model, person_of(person), self._now()))
        # Crash here: the model is in force, the proposal still waits; approving again finds the event.
        self.folder.settle(institution)
        return proposal

    def in_force(self, institution: str) -> Model | None:
        """The model that the log put in force last; ModelStateError where its file is not the one that was approved."""
        try:
            events = self.evidence.store.events_of_loan(institution, HOUSE_LOAN)
        except NotFoundError:
            return None
        adopted = history_of(institution, HOUSE_LOAN, events).last("model.adopted")
        if adopted is None:
            return None
        model = self.folder.model(adopted.payload["model"], adopted.payload["model_version"])
        if model.digest != adopted.payload["model_digest"]:
            raise ModelStateError(
                f"{model.name} {model.version} on the disk is not the model that was approved; train it again"
            )
        return model

    def score_loans(self, institution: str, model: Model, as_of: date, loans: Sequence[str] = ()) -> Iterator[Scored]:
        """Score loans of the log (all of them for none named) as they stood on a day."""
        for loan, row in self._rows(institution, as_of, loans):
            yield scored(model, loan, row)

    def log_decisions(self, institution: str, model: Model, decisions: Iterable[Scored]) -> int:
        """Write decisions into the log, each once: the same model on the same inputs is the same event."""
        logged = 0
        journal, now = EventJournal(self.evidence), self._now()
        waiting: list[Mapping[str, Any]] = []
        for one in decisions:
            waiting.append(_decision(institution, model, one, now))
            if len(waiting) == STEP:
                logged += _write_new(journal, waiting)
                waiting = []
        return logged + _write_new(journal, waiting)

    def _train(self, spec_file: Path, rows: Sequence[Mapping[str, str]], digest: str) -> Trained:
        from litigation.adapters.model_training import train  # noqa: PLC0415 - three seconds to load

        spec, content = read_specification(spec_file)
        model, trial = train(spec, rows, digest)
        card = card_of(spec, model, trial)
        return Trained(model, card, self.folder.keep(model, card, content))

    def _rows(self, institution: str, as_of: date, loans: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, str]]]:
        store, rules = self.evidence.store, self.rules()
        restricted = self.evidence.restricted_loans(institution)
        chosen = loans or store.loans_between(institution, 0, self.evidence.log(institution).size)
        self.evidence.record_accesses(
            [f"{len(chosen)} loans"], who="model", action="score", institution=institution, purpose="risk model"
        )
        for loan in dict.fromkeys(chosen):
            if loan in restricted or loan.startswith(HELD_BACK):
                continue
            history: LoanHistory = history_of(institution, loan, store.events_of_loan(institution, loan))
            yield loan, loan_row(history, as_of, rules)

    def today(self) -> date:
        """Today's date for a court (Asia/Shanghai)."""
        return court_date(self.evidence.now())

    def _now(self) -> str:
        return self.evidence.now().isoformat().replace("+00:00", "Z")


def scored(model: Model, name: str, row: Mapping[str, str]) -> Scored:
    """Score one row; the digest covers only the fields that the model reads."""
    inputs = {feature.field: row.get(feature.field, "") for feature in model.logit.features}
    score = model.logit.score(row)
    grade = model.logit.assigned(score.points).value
    return Scored(name, score, grade, sha256(canonical_bytes(inputs)).hexdigest())


def score_table(model: Model, table: Path, name: str, out: Path) -> int:
    """Score a CSV file row by row into another: name, grade, expected rank, probabilities, digest, reasons."""
    making = out.with_name(f".{out.name}.{os.getpid()}")
    count = 0
    with making.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        head = [name, "grade", "expected", *(f"p_{one}" for one in model.logit.classes), "inputs_digest", "reasons"]
        writer.writerow(head)
        for row in rows_of(table):
            if name not in row:
                raise ModelStateError(f"{table.name} has no column {name}: say --id")
            one = scored(model, row[name], row)
            chances = [f"{chance:.6f}" for chance in one.score.probabilities]
            reasons = " ".join(reason.feature for reason in one.score.reasons)
            writer.writerow([one.loan, one.grade, f"{one.score.expected:.6f}", *chances, one.inputs_digest, reasons])
            count += 1
    making.rename(out)
    return count


def person_of(name: str) -> str:
    """A name that can be shown."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise ModelStateError("--by needs a name of at most 100 printable characters")
    return name.strip()


def _write_new(journal: EventJournal, events: Sequence[Mapping[str, Any]]) -> int:
    new = [event for event in events if not journal.holds(event["institution"], event["id"])]
    if not new:
        return 0
    refused = journal.write_all(new)
    for reason in refused.values():
        raise ModelStateError(reason)
    return len(new)


def _adopted(proposal: Proposal, model: Model, person: str, now: str) -> dict[str, Any]:
    key = sha256(f"{proposal.card_digest}/{proposal.proposed_at}".encode()).hexdigest()
    return {
        "id": f"pd:model.adopted:{key[:40]}",
        "institution": proposal.institution,
        "loan": HOUSE_LOAN,
        "type": "model.adopted",
        "type_version": 1,
        "occurred_at": now,
        "actor": {"role": "approver", "org": proposal.institution},
        "source": {"system": "proofdocket", "mechanism": "manual", "version": "0.1.0"},
        "payload": {
            "model": model.name,
            "model_version": model.version,
            "model_digest": model.digest,
            "card_digest": proposal.card_digest,
            "spec_digest": model.spec_digest,
            "data_digest": model.data_digest,
            "reason": proposal.reason,
            "proposed_by": proposal.proposed_by,
            "approved_by": person,
        },
    }


def _decision(institution: str, model: Model, one: Scored, now: str) -> dict[str, Any]:
    key = sha256("/".join([one.loan, model.digest, one.inputs_digest]).encode()).hexdigest()
    return {
        "id": f"pd:decision.scored:{key[:40]}",
        "institution": institution,
        "loan": one.loan,
        "type": "decision.scored",
        "type_version": 1,
        "occurred_at": now,
        "actor": {"role": "model", "org": institution},
        "source": {"system": "proofdocket", "mechanism": "automatic", "version": "0.1.0"},
        "payload": {
            "model": model.name,
            "model_version": model.version,
            "score": f"{one.score.expected / 4:.6f}",
            "grade": one.grade,
            "inputs_digest": one.inputs_digest,
            "reasons": [_words(model, reason.feature) for reason in one.score.reasons],
        },
    }


def _words(model: Model, feature: str) -> str:
    found = next(one for one in model.logit.features if one.name == feature)
    return found.zh or found.en or found.name
