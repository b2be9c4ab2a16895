"""From a loan's history to what money depends on: terms of the contract, agreements, payments, acceleration.

Spec: docs/spec/debt.md section 14. Every value comes from an event. What no event supports is not guessed: then there
are no terms, and the reason says which event is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.loan_agreements import agreements_of
from litigation.core.terms import Cap, CapMethod, LoanTerms, Payment, Repayment
from litigation.errors import LitigationError, TermsMissingError

__all__ = ["TermsMissingError", "acceleration", "payments_of", "terms_of"]
NOT_COMPUTED: Mapping[str, str] = {
    "performance.made": "money that came after a judgment belongs to the debt of the judgment, not to a claim",
}
MONEY_IN = ("payment.received", "recovery.received")
"""Money that lowers the debt, whether it came before or after the write-off in the books."""


def terms_of(history: LoanHistory, cap_rate: Decimal, as_of: date) -> LoanTerms:
    """The loan's terms by contract, disbursement and an acceleration notice in effect on the day."""
    contract = _only(history, "contract.signed", "the terms of the contract are not in the log")
    paid_out = _only(history, "loan.disbursed", "nothing shows that the money was paid out")
    for kind, why in NOT_COMPUTED.items():
        if history.first(kind) is not None:
            raise TermsMissingError(f"{kind}: {why}")
    terms, currency = contract.payload, str(paid_out.payload["currency"])
    _check_money(history, contract, currency)
    agreements = agreements_of(history, as_of)
    if agreements and len(history.all("acceleration.reached")) > 1:
        raise TermsMissingError("acceleration.reached: of a restructured loan only one notice is computed")
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
        accelerated_on=_newest_notice(history, as_of)[0],
        currency=currency,
        restructurings=agreements,
    )


def payments_of(history: LoanHistory, until: date) -> tuple[Payment, ...]:
    """Money received on or before a day, in the order of the log."""
    found = []
    for event in history.all(*MONEY_IN):
        received = day_of(event.payload.get("received_on"))
        if received is not None and received <= until:
            prepaid = True if event.payload.get("method") == "prepayment" else None
            found.append(Payment(received, Decimal(event.payload["amount"]), prepaid))
    return tuple(found)


def acceleration(history: LoanHistory, as_of: date) -> tuple[date | None, date | None]:
    """Effective date and date of arrival of the acceleration notice.

    None where no notice reached (CC 565), where it takes effect only after the day, or where a later agreement on
    new terms ended it.
    """
    in_effect, arrived = _newest_notice(history, as_of)
    try:
        ended = in_effect is not None and any(one.on >= in_effect for one in agreements_of(history, as_of))
    except LitigationError:  # an unclear agreement: there is no claim either, and its refusal says why
        ended = False
    return (None, None) if ended else (in_effect, arrived)


def _check_money(history: LoanHistory, contract: HistoryEvent, currency: str) -> None:
    """All money must be in the loan's currency, that of the courts, and of a known day."""
    for event in (contract, *history.all(*MONEY_IN)):
        if event.payload["currency"] != currency:
            raise TermsMissingError(f"{event.type}: its currency is not that of loan.disbursed ({currency})")
        if event is not contract and not event.payload.get("received_on"):
            raise TermsMissingError(f"{event.type} without received_on: money without a day is not applied")
    if currency != "CNY":
        raise TermsMissingError(f"loan.disbursed: only claims in CNY are computed, not in {currency}")


def _newest_notice(history: LoanHistory, as_of: date) -> tuple[date | None, date | None]:
    """The newest notice in effect on the day, whether or not an agreement ended it."""
    reached = history.all("acceleration.reached")
    if not reached:
        return None, None
    arrived = court_date(datetime.fromisoformat(reached[-1].payload["reached_at"]))
    effective = date.fromisoformat(reached[-1].payload["effective_on"])
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
