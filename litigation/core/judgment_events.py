"""From a loan's history to the judgment and what was paid on it since.

Spec: docs/spec/debt.md section 14. What `judgment.entered` leaves out is not guessed: the refusal names the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from litigation.core.history import HistoryEvent, LoanHistory, day_of
from litigation.core.judgment import GeneralInterest, Judgment
from litigation.core.terms import Payment
from litigation.errors import TermsMissingError

EVENT = "judgment.entered"
PAID = ("performance.made", "payment.received", "recovery.received")
GENERAL = ("interest_base", "interest_daily_rate", "interest_from")


def judgment_of(history: LoanHistory) -> Judgment:
    """What was ordered, and from when it takes effect."""
    event = _the_one(history)
    told = event.payload
    for field in ("amount", "effective_on", "perform_days"):
        if field not in told:
            raise TermsMissingError(f"{EVENT} without {field}: what is owed after judgment cannot be computed")
    if told.get("currency", "CNY") != "CNY":
        raise TermsMissingError(f"{EVENT}: only judgments in CNY are computed, not in {told['currency']}")
    effective_on = day_of(told["effective_on"])
    assert effective_on is not None
    return Judgment(Decimal(told["amount"]), effective_on, int(told["perform_days"]), _general_interest(told))


def performed_since(history: LoanHistory, judgment: Judgment, until: date) -> tuple[Payment, ...]:
    """Money of the debtor from the day on which the judgment took effect, up to a day."""
    found = []
    for event in history.all(*PAID):
        received = day_of(event.payload.get("received_on"))
        if received is None:
            raise TermsMissingError(f"{event.type} without received_on: money without a day is not applied")
        if event.payload["currency"] != "CNY":
            raise TermsMissingError(f"{event.type}: its currency is not CNY")
        if judgment.effective_on <= received <= until:
            found.append(Payment(received, Decimal(event.payload["amount"])))
    return tuple(found)


def _the_one(history: LoanHistory) -> HistoryEvent:
    found = history.all(EVENT)
    if not found:
        raise TermsMissingError(f"no event {EVENT}: there is no judgment to compute from")
    if len(found) > 1:
        raise TermsMissingError(
            f"{len(found)} events {EVENT}, none corrected: which of them is to be performed is not clear"
        )
    appeal = history.last("appeal.lodged")
    if appeal is not None and appeal.sequence > found[0].sequence:
        raise TermsMissingError(f"appeal.lodged after {EVENT}: the judgment is not final")
    return found[0]


def _general_interest(told: Mapping[str, Any]) -> GeneralInterest | None:
    """Interest until payment, where the judgment orders it: all three fields or none."""
    given = [field for field in GENERAL if field in told]
    if not given:
        return None
    for field in GENERAL:
        if field not in told:
            raise TermsMissingError(
                f"{EVENT} without {field}: interest until payment needs all of {', '.join(GENERAL)}"
            )
    since = day_of(told["interest_from"])
    assert since is not None
    return GeneralInterest(Decimal(told["interest_base"]), Decimal(told["interest_daily_rate"]), since)
