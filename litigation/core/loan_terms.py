"""From a loan's history to what money depends on: terms of the contract, payments, acceleration.

Every value comes from an event. What no event supports is not guessed: then there are no terms, and the reason says
which event is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.terms import Cap, CapMethod, LoanTerms, Payment, Repayment
from litigation.errors import LitigationError

NOT_COMPUTED: Mapping[str, str] = {
    "loan.restructured": "claims of restructured loans are not computed yet",
    "recovery.received": "money that came after the write-off has no day and is not applied yet",
    "performance.made": "money that came after a judgment is not applied yet",
}


class TermsMissingError(LitigationError):
    """The history does not hold what a claim is computed from."""

    code = "terms-missing"


def terms_of(history: LoanHistory, cap_rate: Decimal, as_of: date) -> LoanTerms:
    """The loan's terms by contract, disbursement and an acceleration notice in effect on the day."""
    contract = _only(history, "contract.signed", "the terms of the contract are not in the log")
    paid_out = _only(history, "loan.disbursed", "nothing shows that the money was paid out")
    for kind, why in NOT_COMPUTED.items():
        if history.first(kind) is not None:
            raise TermsMissingError(f"{kind}: {why}")
    terms, currency = contract.payload, str(paid_out.payload["currency"])
    for event in (contract, *history.all("payment.received")):
        if event.payload["currency"] != currency:
            raise TermsMissingError(f"{event.type}: its currency is not that of loan.disbursed ({currency})")
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
        accelerated_on=acceleration(history, as_of)[0],
        currency=currency,
    )


def payments_of(history: LoanHistory, until: date) -> tuple[Payment, ...]:
    """Money received on or before a day, in the order of the log."""
    found = []
    for event in history.all("payment.received"):
        received = day_of(event.payload["received_on"])
        assert received is not None
        if received <= until:
            prepaid = True if event.payload.get("method") == "prepayment" else None
            found.append(Payment(received, Decimal(event.payload["amount"]), prepaid))
    return tuple(found)


def acceleration(history: LoanHistory, as_of: date) -> tuple[date | None, date | None]:
    """Effective date and date of arrival of the acceleration notice.

    None where no notice reached (CC 565), or where it takes effect only after the day.
    """
    reached = history.last("acceleration.reached")
    if reached is None:
        return None, None
    arrived = court_date(datetime.fromisoformat(reached.payload["reached_at"]))
    effective = date.fromisoformat(reached.payload["effective_on"])
    in_effect = max(effective, arrived)
    return (in_effect, arrived) if in_effect <= as_of else (None, None)


def _only(history: LoanHistory, kind: str, missing: str) -> HistoryEvent:
    """The one current event of a type: of two, neither may be left out silently."""
    found = history.all(kind)
    if not found:
        raise TermsMissingError(f"no event {kind}: {missing}")
    if len(found) > 1:
        raise TermsMissingError(f"{len(found)} events {kind}, none corrected: loans with several are not computed yet")
    return found[0]


def _repayment(text: str) -> Repayment:
    try:
        return Repayment(text)
    except ValueError:
        raise TermsMissingError(f"contract.signed: repayment {text[:40]!r} is not a kind that we compute") from None
