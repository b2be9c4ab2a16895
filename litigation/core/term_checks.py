"""Checks of single values of a debt file: amounts, rates, days. Each refusal names the field.

Spec: docs/spec/debt.md section 2.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from litigation.core.money import CENT
from litigation.errors import DebtInputError

MAX_AMOUNT = Decimal("999999999999.99")
LAST_YEAR = 2900  # leaves room for 600 months and for limitation before the calendar ends


def check_amount(amount: Decimal, name: str) -> None:
    """Refuse nothing, less than nothing, too much, and fractions of a cent."""
    if not amount.is_finite() or not 0 < amount <= MAX_AMOUNT:
        raise DebtInputError(name, f"must be more than 0.00 and at most {MAX_AMOUNT}")
    check_cents(amount, name)


def check_cents(amount: Decimal, name: str) -> None:
    """Refuse fractions of a cent."""
    if amount != amount.quantize(CENT):
        raise DebtInputError(name, "must have at most two decimals")


def check_rate(rate: Decimal, name: str) -> None:
    """Refuse what is no annual fraction."""
    if not rate.is_finite() or not 0 <= rate <= 1:
        raise DebtInputError(name, "must be an annual fraction from 0 to 1, for example 0.234 for 23.4 %")


def check_count(number: int, name: str, most: int) -> None:
    """Refuse what is no whole number from 1."""
    if isinstance(number, bool) or not 1 <= number <= most:
        raise DebtInputError(name, f"must be a whole number from 1 to {most}")


def check_day(day: date, name: str) -> None:
    """Refuse days that no loan of today can have."""
    if not 1950 <= day.year <= LAST_YEAR:
        raise DebtInputError(name, f"must lie between 1950 and {LAST_YEAR}")


def check_not_before(day: date, first: date, name: str, first_name: str = "disbursed_on") -> None:
    """Refuse a day before another one."""
    check_day(day, name)
    if day < first:
        raise DebtInputError(name, f"must not be before {first_name}")
