"""From `loan.restructured` events to agreements on new terms.

Spec: docs/spec/debt.md section 7a. What an agreement leaves out is not guessed: the refusal names the event and field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from litigation.core.calendar_days import add_months
from litigation.core.history import HistoryEvent, LoanHistory, day_of
from litigation.core.kinds import Arrears, Repayment
from litigation.core.restructuring import MAX_INSTALMENTS, Restructuring
from litigation.errors import TermsMissingError

EVENT = "loan.restructured"
_Word = TypeVar("_Word", bound=StrEnum)


def agreements_of(history: LoanHistory, until: date) -> tuple[Restructuring, ...]:
    """Every agreement that takes effect on or before a day, in their order."""
    found = [_agreement(event) for event in history.all(EVENT)]
    return tuple(sorted((one for one in found if one.on <= until), key=lambda one: one.on))


def _agreement(event: HistoryEvent) -> Restructuring:
    told = event.payload
    on = day_of(told.get("effective_on"))
    if on is None:
        raise _missing("effective_on", "the day from which the new terms hold")
    first_due = day_of(told.get("first_due")) or add_months(on, 1)
    repayment = _word(told, "repayment", Repayment)
    return Restructuring(
        on=on,
        first_due=first_due,
        instalments=_instalments(told, first_due, repayment),
        annual_rate=_number(told, "new_rate"),
        penalty_rate=_number(told, "new_penalty_rate"),
        repayment=repayment,
        interest=_word(told, "interest_arrears", Arrears),
        penalty=_word(told, "penalty_arrears", Arrears),
        compound=_word(told, "compound_arrears", Arrears),
        principal=_number(told, "principal"),
        place=EVENT,
    )


def _instalments(told: Mapping[str, Any], first_due: date, repayment: Repayment | None) -> int:
    """The number stated, or as many months as lie between the first due date and the new end; both must agree."""
    stated, end = told.get("instalments"), day_of(told.get("new_term_end"))
    if end is None:
        if stated is None:
            raise _missing("instalments", "neither the number of instalments nor the new end of the term is known")
        return int(stated)
    count = (end.year - first_due.year) * 12 + end.month - first_due.month + 1
    if repayment is Repayment.BULLET:
        count = 1 if end == first_due else 0
    fits = 1 <= count <= MAX_INSTALMENTS and add_months(first_due, count - 1) == end
    if not fits or stated not in (None, count):
        raise TermsMissingError(
            f"{EVENT}: new_term_end {end.isoformat()} is not the day of the last instalment, "
            f"counted in months from {first_due.isoformat()}"
        )
    return count


def _number(told: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(told[name]) if name in told else None


def _word(told: Mapping[str, Any], name: str, words: type[_Word]) -> _Word | None:
    if name not in told:
        return None
    try:
        return words(told[name])
    except ValueError:
        raise TermsMissingError(f"{EVENT}: {name} must be one of {', '.join(words)}") from None


def _missing(field: str, what: str) -> TermsMissingError:
    return TermsMissingError(f"{EVENT} without {field}: {what}")
