"""Draw one line of the overview of loans from a loan's history and, where it is overdue, from its assessment.

Spec: docs/spec/portfolio.md. The same history, day and assessment give the same line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from litigation.core.history import LoanHistory, court_date
from litigation.core.overview import LoanOverview, Readiness
from litigation.core.schedule import schedule_for
from litigation.core.terms import LoanTerms

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What an assessment said of an overdue loan; defects and reasons by their codes."""

    overdue_days: int
    court: str
    claim: Decimal | None
    limitation: date | None
    blocking: tuple[str, ...]
    warnings: tuple[str, ...]
    recommended: str
    reasons: tuple[str, ...]
    decided: str


def quiet(history: LoanHistory, today: date, terms: LoanTerms | None, before_days: int) -> LoanOverview:
    """A loan that is not overdue: known, not assessed. It is drawn anew when the next instalment could be late."""
    return LoanOverview(
        institution=history.institution,
        loan=history.loan,
        as_of=today,
        entries=len(history.events),
        product=_product(history),
        court="",
        month=_month(terms),
        principal=terms.principal if terms else None,
        overdue_since=None,
        before_days=before_days,
        claim=None,
        limitation=None,
        readiness=Readiness.UNASSESSED,
        blocking=0,
        warnings=0,
        defects=(),
        recommended="",
        reasons=(),
        decided="",
        objection=objected_on(history),
        stratum=_stratum(history),
        changes_on=today + ONE_DAY if before_days else _next_late(terms, today),
    )


def draw(history: LoanHistory, today: date, terms: LoanTerms | None, before_days: int, judged: Judged) -> LoanOverview:
    """A loan that is overdue. What it owes grows by the day, so tomorrow it is drawn anew."""
    return LoanOverview(
        institution=history.institution,
        loan=history.loan,
        as_of=today,
        entries=len(history.events),
        product=_product(history),
        court=judged.court,
        month=_month(terms),
        principal=terms.principal if terms else None,
        overdue_since=today - timedelta(days=judged.overdue_days) if judged.overdue_days else None,
        before_days=before_days,
        claim=judged.claim,
        limitation=judged.limitation,
        readiness=Readiness.BLOCKED if judged.blocking else Readiness.READY,
        blocking=len(judged.blocking),
        warnings=len(judged.warnings),
        defects=tuple(dict.fromkeys(judged.blocking)),
        recommended=judged.recommended,
        reasons=judged.reasons,
        decided=judged.decided,
        objection=objected_on(history),
        stratum=_stratum(history),
        changes_on=today + ONE_DAY,
    )


def objected_on(history: LoanHistory) -> date | None:
    """The day of the oldest objection or dispute that nobody answered; None where there is none.

    An answer to a party names the event that it answers; a decision ends the disputes that were raised before it.
    """
    answered = {str(event.payload.get("answers", "")) for event in history.all("statement.answered")}
    decided = max((event.sequence for event in history.all("dispute.decided")), default=-1)
    waiting = [event for event in history.all("objection.raised") if event.event_id not in answered]
    waiting += [event for event in history.all("dispute.raised") if event.sequence > decided]
    return min((court_date(event.occurred_at) for event in waiting), default=None)


def _product(history: LoanHistory) -> str:
    applied = history.last("application.submitted")
    return str(applied.payload.get("product", "")) if applied else ""


def _stratum(history: LoanHistory) -> str:
    moved = history.last("stratum.moved")
    return str(moved.payload.get("to", "")) if moved else ""


def _month(terms: LoanTerms | None) -> str:
    return f"{terms.disbursed_on:%Y-%m}" if terms else ""


def _next_late(terms: LoanTerms | None, today: date) -> date | None:
    """The first day on which an instalment that is still to come would be late; None after the last one."""
    if terms is None:
        return None
    if terms.restructurings:
        return today + ONE_DAY  # its plan is not the contract's: looked at every day
    coming = [row.due for row in schedule_for(terms) if row.due >= today]
    return min(coming) + ONE_DAY if coming else None
