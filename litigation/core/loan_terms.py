"""From a loan's history to what money depends on: terms of the contract, payments, acceleration.

Every value comes from an event. What no event supports is not guessed: then there are no terms, and the reason says
which event is missing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from litigation.core.history import LoanHistory, court_date, day_of
from litigation.core.terms import Cap, CapMethod, LoanTerms, Payment, Repayment
from litigation.errors import LitigationError


class TermsMissingError(LitigationError):
    """The history does not hold what a claim is computed from."""

    code = "terms-missing"


def terms_of(history: LoanHistory, cap_rate: Decimal) -> LoanTerms:
    """The loan's terms by contract, disbursement and a reached acceleration notice."""
    if history.all("loan.restructured"):
        raise TermsMissingError("loan.restructured: claims of restructured loans are not computed yet")
    contract, paid_out = history.last("contract.signed"), history.last("loan.disbursed")
    if contract is None:
        raise TermsMissingError("no event contract.signed: the terms of the contract are not in the log")
    if paid_out is None:
        raise TermsMissingError("no event loan.disbursed: nothing shows that the money was paid out")
    terms = contract.payload
    disbursed_on = day_of(paid_out.payload["value_date"])
    assert disbursed_on is not None
    return LoanTerms(
        principal=Decimal(paid_out.payload["amount"]),
        disbursed_on=disbursed_on,
        annual_rate=Decimal(terms["annual_rate"]),
        term_months=int(terms["term_months"]),
        repayment=_repayment(terms["repayment"]),
        penalty_rate=Decimal(terms["penalty_rate"]),
        compound=bool(terms["compound"]),
        day_count=int(terms["day_count"]),
        cap=Cap(cap_rate, CapMethod.GLOBAL),
        prepay=_prepaid(history),
        accelerated_on=acceleration(history)[0],
        currency=str(paid_out.payload["currency"]),
    )


def payments_of(history: LoanHistory, until: date) -> tuple[Payment, ...]:
    """Money received on or before a day, in the order of the log."""
    found = []
    for event in history.all("payment.received"):
        received = day_of(event.payload["received_on"])
        assert received is not None
        if received <= until:
            found.append(Payment(received, Decimal(event.payload["amount"])))
    return tuple(found)


def acceleration(history: LoanHistory) -> tuple[date | None, date | None]:
    """Effective date and date of arrival of the acceleration notice; none where no notice reached (CC 565)."""
    reached = history.last("acceleration.reached")
    if reached is None:
        return None, None
    arrived = court_date(reached.occurred_at)
    effective = day_of(reached.payload["effective_on"])
    assert effective is not None
    return max(effective, arrived), arrived


def _prepaid(history: LoanHistory) -> bool:
    """Whether the borrower asked that early money be applied at once (payment.method = prepayment)."""
    return any(event.payload.get("method") == "prepayment" for event in history.all("payment.received"))


def _repayment(text: str) -> Repayment:
    try:
        return Repayment(text)
    except ValueError:
        raise TermsMissingError(f"contract.signed: repayment {text[:40]!r} is not a kind that we compute") from None
