"""Cases as others call them: assess a loan as the log stands now, list what is overdue, record what a person decided.

Spec: docs/spec/readiness.md. `bundle` draws its papers from a pinned state; this shows the newest one, so that a gap
that was filled a minute ago is not shown any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from evidence_service.core.event import format_instant
from evidence_service.errors import NotFoundError
from evidence_service.institution_files import read_institution
from evidence_service.service import EvidenceService
from litigation.adapters.evidence_door import history_of
from litigation.core.case_deadlines import CaseDeadline, case_deadlines
from litigation.core.casefile import Fact
from litigation.core.defect import blocking
from litigation.core.fact_table import facts_of
from litigation.core.history import LoanHistory
from litigation.core.plaintiff import PlaintiffData, plaintiff_from
from litigation.core.readiness import ACCEPTABLE
from litigation.core.routing import Route
from litigation.core.rules import Rules
from litigation.core.submissions import Submission, open_submissions
from litigation.errors import LitigationError
from litigation.matrix_file import load_matrix
from litigation.service import LitigationService
from litigation.workflow.assess import Assessment, assess, overdue_days
from litigation.workflow.case_source import our_reference
from litigation.workflow.preflight import NO_PROBABILITIES, Case, Preflight, preflight
from litigation.workflow.select_overdue import select_overdue

SYSTEM_VERSION = "0.1.0"


class RouteDecisionError(LitigationError):
    """A decision on the route cannot be recorded; the message says why."""

    code = "route-decision"


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case on one day: its facts, what it owes, what was found, and which periods run."""

    our_reference: str
    institution: str
    loan: str
    as_of: date
    overdue_days: int
    facts: tuple[Fact, ...]
    assessment: Assessment
    checked: Preflight
    deadlines: tuple[CaseDeadline, ...]
    rules_digest: str
    matrix_digest: str
    said: tuple[Submission, ...] = ()
    """Objections and proposals of parties that wait for an answer."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides: the route, why, and which defects he takes upon himself."""

    route: Route
    by: str
    reasons: tuple[str, ...]
    accepted: tuple[str, ...] = ()


class CaseService:
    """One instance's cases, before they become packages. `who` looks at them: each look is on record first."""

    def __init__(self, litigation: LitigationService, who: str) -> None:
        self._litigation = litigation
        self._who = who

    @property
    def evidence(self) -> EvidenceService:
        """The evidence room."""
        return self._litigation.evidence

    def today(self) -> date:
        """Today's date for a court (Asia/Shanghai)."""
        return self._litigation.today()

    def assess(
        self,
        institution: str | None,
        loan: str,
        as_of: date,
        probabilities: Mapping[Route, Decimal] = NO_PROBABILITIES,
    ) -> CaseView:
        """Everything that is known about one loan on a day."""
        chosen = self.evidence.log(institution).institution
        self.evidence.refuse_restricted(chosen, loan)
        self._on_record(chosen, [loan], "case assessment")
        return view_of(
            self._history(chosen, loan), as_of, self._plaintiff(chosen), self._litigation.rules(), probabilities
        )

    def overdue(self, institution: str | None, as_of: date, min_days: int) -> list[CaseView]:
        """Every overdue loan, the longest overdue first."""
        chosen = self.evidence.log(institution).institution
        store = self.evidence.store
        known = {loan for kind in ("contract.signed", "loan.charged_off") for loan in store.loans_with(chosen, kind)}
        known -= self.evidence.restricted_loans(chosen)
        rules, plaintiff = self._litigation.rules(), self._plaintiff(chosen)
        histories = {loan: self._history(chosen, loan) for loan in sorted(known)}
        loans = select_overdue(sorted(known), lambda loan: histories[loan], as_of, rules, min_days)
        self._on_record(chosen, loans, "list of overdue loans")
        views = [view_of(histories[loan], as_of, plaintiff, rules, NO_PROBABILITIES) for loan in loans]
        return sorted(views, key=lambda view: (-view.overdue_days, view.loan))

    def decide(self, institution: str | None, loan: str, as_of: date, decision: Decision) -> tuple[CaseView, str]:
        """Record a person's decision as an event; returns the case as it was decided upon, and the event's id."""
        view = self.assess(institution, loan, as_of)
        _check(decision, view)
        event = _event(view, decision, self._decisions(view), format_instant(self.evidence.now()))
        (receipt,) = self.evidence.submit([event])
        if receipt.state == "rejected":
            raise RouteDecisionError(
                f"the decision was not recorded ({receipt.code}): somebody decided at the same moment; look at the "
                "case again"
            )
        return view, str(event["id"])

    def _on_record(self, institution: str, loans: Sequence[str], purpose: str) -> None:
        self.on_record(institution, [our_reference(institution, loan) for loan in loans], purpose)

    def on_record(self, institution: str, objects: Sequence[str], purpose: str) -> None:
        """Who looks at which cases, before he sees them; where that fails, he does not."""
        self.evidence.record_accesses(objects, who=self._who, action="case", institution=institution, purpose=purpose)

    def _decisions(self, view: CaseView) -> int:
        """How many decisions the loan has by now."""
        stored = self.evidence.store.events_of_loan(view.institution, view.loan)
        return sum(event.type == "route.decided" for event in stored)

    def _history(self, institution: str, loan: str) -> LoanHistory:
        stored = self.evidence.store.events_of_loan(institution, loan)
        if not stored:
            raise NotFoundError("this loan has no events in the log")
        return history_of(institution, loan, stored)

    def _plaintiff(self, institution: str) -> PlaintiffData:
        return plaintiff_from(read_institution(self.evidence.settings.institutions_dir, institution) or {})


def view_of(
    history: LoanHistory,
    as_of: date,
    plaintiff: PlaintiffData,
    rules: Rules,
    probabilities: Mapping[Route, Decimal] = NO_PROBABILITIES,
) -> CaseView:
    """A case from its history: the same history, day, plaintiff and rules give the same view."""
    assessment = assess(history, as_of, rules, plaintiff.court_code)
    facts = facts_of(history, assessment.claim, ())
    late = overdue_days(history, as_of, rules)
    matrix = load_matrix()
    case = Case(history, facts, assessment, plaintiff, as_of, rules, late)
    return CaseView(
        our_reference=our_reference(history.institution, history.loan),
        institution=history.institution,
        loan=history.loan,
        as_of=as_of,
        overdue_days=late,
        facts=facts,
        assessment=assessment,
        checked=preflight(case, matrix, probabilities),
        deadlines=case_deadlines(history, rules),
        rules_digest=rules.digest,
        matrix_digest=matrix.digest,
        said=open_submissions(history),
    )


def _check(decision: Decision, view: CaseView) -> None:
    """A name, a reason, and only defects that are there and that the law leaves to a judgment."""
    if not decision.by.strip() or len(decision.by) > 100 or not decision.by.isprintable():
        raise RouteDecisionError("--by needs a name of at most 100 printable characters")
    if not any(reason.strip() for reason in decision.reasons):
        raise RouteDecisionError("a decision needs a reason")
    standing = {defect.code for defect in blocking(view.checked.defects)}
    for code in decision.accepted:
        if code not in ACCEPTABLE:
            raise RouteDecisionError(f"{code}: cannot be accepted; a person may accept {', '.join(sorted(ACCEPTABLE))}")
        if code not in standing:
            raise RouteDecisionError(f"{code}: this case has no such defect to accept")


def _event(view: CaseView, decision: Decision, number: int, moment: str) -> dict[str, Any]:
    """The decision as an event of the house; numbered, so that a later one may say the same again."""
    recommended = view.checked.routing.recommended
    return {
        "id": f"route.decided:{sha256(view.our_reference.encode()).hexdigest()[:32]}:{number}",
        "institution": view.institution,
        "loan": view.loan,
        "type": "route.decided",
        "type_version": 1,
        "occurred_at": moment,
        "actor": {"role": "legal_staff", "org": view.institution},
        "source": {"system": "proofdocket", "mechanism": "manual", "version": SYSTEM_VERSION},
        "payload": {
            "our_reference": view.our_reference,
            "route": decision.route.value,
            "recommended": recommended.value if recommended else "none",
            "decided_by": decision.by.strip(),
            "reasons": list(_kept(decision.reasons)),
            "accepted": list(decision.accepted),
            "as_of": view.as_of.isoformat(),
            "rules_digest": view.rules_digest,
        },
    }


def _kept(reasons: Sequence[str]) -> tuple[str, ...]:
    return tuple(reason.strip() for reason in reasons if reason.strip())
