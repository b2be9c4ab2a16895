"""Preflight: everything that is known about a case before it goes anywhere, from its history on one day.

Spec: docs/spec/readiness.md. The same history, day, rules and plaintiff give the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.casefile import Fact
from litigation.core.completeness import Matrix, MatrixRow, matrix_of, needs_of
from litigation.core.contact import lost_contact, sign_of_willingness
from litigation.core.court_settings import cap_entry, cause_on, small_claim_ceiling
from litigation.core.defect import Defect, blocking
from litigation.core.dossier import Dossier
from litigation.core.history import LoanHistory
from litigation.core.jurisdiction import JurisdictionCheck, check_jurisdiction
from litigation.core.limitation import LimitationState, limitation_state
from litigation.core.plaintiff import PlaintiffData
from litigation.core.readiness import defects_of
from litigation.core.route_reasons import Situation
from litigation.core.routing import Route, RouteDecision, Routing, route_case
from litigation.core.rules import RuleEntry, Rules
from litigation.core.schedule import schedule_for
from litigation.workflow.assess import Assessment, contract_day

NO_PROBABILITIES: Mapping[Route, Decimal] = {}
CAUSE = "financial_loan"


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found: defects, matrix, jurisdiction, limitation, routes, a person's decision, and the court's rules."""

    defects: tuple[Defect, ...]
    matrix: tuple[MatrixRow, ...]
    jurisdiction: JurisdictionCheck
    limitation: LimitationState | None
    routing: Routing
    decision: RouteDecision | None
    cap: RuleEntry
    cause: RuleEntry

    @property
    def ready(self) -> bool:
        """Whether nothing blocks the filing."""
        return not blocking(self.defects)


@dataclass(frozen=True, slots=True)
class Case:
    """One case on its day: what the checks are run on. `route`: what its papers stand for; may be empty."""

    history: LoanHistory
    facts: tuple[Fact, ...]
    assessment: Assessment
    plaintiff: PlaintiffData
    as_of: date
    rules: Rules
    overdue_days: int
    suing: bool = True
    route: str = ""


def preflight(case: Case, matrix: Matrix, probabilities: Mapping[Route, Decimal] = NO_PROBABILITIES) -> Preflight:
    """Run the completeness matrix, the checks and the routing over one case."""
    history, rules, day, plaintiff = case.history, case.rules, case.as_of, case.plaintiff
    addresses = tuple(
        address for address in (plaintiff.organisation.address, plaintiff.organisation.registered_address) if address
    )
    limitation = limitation_on(history, case.assessment, day, rules)
    rows = matrix_of(history, matrix, needs_of(history, overdue=case.overdue_days > 0))
    jurisdiction = check_jurisdiction(history, plaintiff.court, addresses, day, rules)
    decision = decision_of(history)
    routing = route_case(_situation(case, limitation), rules, probabilities)
    defects = defects_of(
        Dossier(
            history=history,
            facts=case.facts,
            claim=case.assessment.claim,
            terms=case.assessment.terms,
            payments=case.assessment.payments,
            missing=case.assessment.missing,
            plaintiff=plaintiff,
            as_of=day,
            rules=rules,
            matrix=rows,
            jurisdiction=jurisdiction,
            limitation=limitation,
            decision=decision,
            suing=case.suing,
            asked=routing.option(Route(case.route)) if case.route in set(Route) else None,
            derived=case.assessment.derived,
        )
    )
    return Preflight(
        defects=defects,
        matrix=rows,
        jurisdiction=jurisdiction,
        limitation=limitation,
        routing=routing,
        decision=decision,
        cap=cap_entry(rules, contract_day(history, day), plaintiff.court_code),
        cause=cause_on(rules, CAUSE, max(day, rules.first_day(f"cause.{CAUSE}"))),
    )


def decision_of(history: LoanHistory) -> RouteDecision | None:
    """The newest decision on the route, where a person took one."""
    event = history.last("route.decided")
    if event is None:
        return None
    payload = event.payload
    return RouteDecision(
        str(payload["route"]), str(payload["recommended"]), tuple(payload.get("accepted", ())), event.event_id
    )


def limitation_on(history: LoanHistory, assessment: Assessment, day: date, rules: Rules) -> LimitationState | None:
    """How limitation stands on a day; None without terms."""
    terms, claim = assessment.terms, assessment.claim
    if terms is None:
        return None
    last_due = (claim.schedule if claim else schedule_for(terms))[-1].due
    return limitation_state(history, last_due, terms.accelerated_on, day, rules)


def _situation(case: Case, limitation: LimitationState | None) -> Situation:
    """What routing asks, from the same history."""
    history, rules, day, claim = case.history, case.rules, case.as_of, case.assessment.claim
    signed = history.last("contract.signed")
    signs = rules.in_force("route.restructuring_signs", day).words
    sign_days = _number(rules, "route.restructuring_days", day)
    signed_address = bool(signed and signed.payload.get("service_address"))
    applied = history.last("application.submitted")
    return Situation(
        as_of=day,
        amount=None if claim is None else claim.total,
        overdue_days=case.overdue_days,
        contact_lost=lost_contact(history, day, rules) is not None,
        all_due=claim is not None and claim.undue_principal == 0,
        disputed=_open_dispute(history),
        willing=sign_of_willingness(history, signs, sign_days, day) is not None,
        mediation_failed=history.first("mediation.failed") is not None,
        address_known=signed_address or bool(applied and applied.payload.get("household_address")),
        guaranteed=bool(signed and signed.payload.get("guarantor")) or history.first(*GUARANTEES) is not None,
        restructured=history.first("loan.restructured") is not None,
        demanded=history.first("demand.reached") is not None,
        limitation_days=None if limitation is None else limitation.days_left,
        small_ceiling=small_claim_ceiling(rules, case.plaintiff.province, day) if case.plaintiff.province else None,
        reminder_days=_number(rules, "route.reminder_days", day),
        limitation_alert=_number(rules, "route.limitation_days", day),
    )


GUARANTEES = ("guarantee.signed", "security.granted", "coborrower.joined")


def _open_dispute(history: LoanHistory) -> bool:
    """A dispute was raised and not decided since."""
    raised, decided = history.last("dispute.raised"), history.last("dispute.decided")
    return raised is not None and (decided is None or decided.occurred_at < raised.occurred_at)


def _number(rules: Rules, name: str, day: date) -> int:
    found = rules.in_force(name, day).number
    assert found is not None
    return int(found)
