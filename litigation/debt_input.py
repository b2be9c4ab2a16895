"""Debt input: the JSON file of `proofdocket debt`, read strictly into loan terms.

Spec: docs/spec/debt.md section 2. Money and rates are strings; a float, an unknown field, a missing
field, a duplicate key or a wrong type is refused with the field's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from evidence_service.core.canonical import MAX_DEPTH, nesting_exceeds
from litigation.core.judgment import GeneralInterest, Judgment
from litigation.core.terms import (
    Allocation,
    Arrears,
    Cap,
    CapMethod,
    Cost,
    Kind,
    LoanTerms,
    Order,
    Payment,
    Repayment,
    Restructuring,
    check_cutoff,
    check_payments,
)
from litigation.errors import DebtInputError

MAX_BYTES = 5_000_000
_MONEY = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?", re.ASCII)
_RATE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,30})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,40}")
_REQUIRED = {
    "currency", "principal", "disbursed_on", "annual_rate", "term_months", "repayment",
    "penalty_rate", "compound", "day_count", "cutoff", "cap",
}  # fmt: skip
_OPTIONAL = {"payments", "prepay", "acceleration", "allocation", "costs", "deducted_upfront", "restructuring"}
_E = TypeVar("_E", bound=StrEnum)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DebtInput:
    """What one file asks to be computed."""

    terms: LoanTerms
    payments: tuple[Payment, ...]
    cutoff: date


def parse_debt(data: bytes) -> DebtInput:
    """Read a debt file about a loan; every mistake names its field."""
    return _debt(_load(data))


def _debt(value: Any) -> DebtInput:
    top = _object(value, "", _REQUIRED, _OPTIONAL)
    terms = LoanTerms(
        currency=_text(top["currency"], "currency"),
        principal=_money(top["principal"], "principal"),
        disbursed_on=_day(top["disbursed_on"], "disbursed_on"),
        annual_rate=_rate(top["annual_rate"], "annual_rate"),
        term_months=_whole(top["term_months"], "term_months"),
        repayment=_choice(top["repayment"], "repayment", Repayment),
        penalty_rate=_rate(top["penalty_rate"], "penalty_rate"),
        compound=_truth(top["compound"], "compound"),
        day_count=_whole(top["day_count"], "day_count"),
        cap=_cap(top["cap"]),
        prepay=_truth(top.get("prepay", False), "prepay"),
        accelerated_on=_acceleration(top.get("acceleration")),
        allocation=_allocation(top.get("allocation")),
        costs=_listed(top.get("costs", []), "costs", _cost),
        deducted_upfront=_money(top.get("deducted_upfront", "0.00"), "deducted_upfront"),
        restructurings=_listed(top.get("restructuring", []), "restructuring", _restructuring),
    )
    payments = _listed(top.get("payments", []), "payments", _payment)
    cutoff = _day(top["cutoff"], "cutoff")
    check_cutoff(terms, cutoff)
    check_payments(terms, payments)
    return DebtInput(terms, payments, cutoff)


@dataclass(frozen=True, slots=True)
class JudgmentInput:
    """What a file with a judgment asks to be computed."""

    judgment: Judgment
    payments: tuple[Payment, ...]
    cutoff: date


def parse_file(data: bytes) -> DebtInput | JudgmentInput:
    """Read a debt file: with a `judgment` it is about what is owed after judgment."""
    loaded = _load(data)
    return _judgment_file(loaded) if isinstance(loaded, dict) and "judgment" in loaded else _debt(loaded)


def _judgment_file(value: Any) -> JudgmentInput:
    top = _object(value, "", {"currency", "judgment", "cutoff"}, {"payments"})
    if _text(top["currency"], "currency") != "CNY":
        raise DebtInputError("currency", "only CNY can be claimed: court fees are set in yuan")
    body = _object(top["judgment"], "judgment", {"amount", "effective_on", "days_to_perform"}, {"interest"})
    judgment = Judgment(
        amount=_money(body["amount"], "judgment.amount"),
        effective_on=_day(body["effective_on"], "judgment.effective_on"),
        days_to_perform=_whole(body["days_to_perform"], "judgment.days_to_perform"),
        interest=_general_interest(body.get("interest")),
    )
    payments = _listed(top.get("payments", []), "payments", _judgment_payment)
    return JudgmentInput(judgment, payments, _day(top["cutoff"], "cutoff"))


def _general_interest(value: Any) -> GeneralInterest | None:
    if value is None:
        return None
    place = "judgment.interest"
    body = _object(value, place, {"base", "daily_rate", "from"})
    return GeneralInterest(
        base=_money(body["base"], f"{place}.base"),
        daily_rate=_rate(body["daily_rate"], f"{place}.daily_rate"),
        since=_day(body["from"], f"{place}.from"),
    )


def _load(data: bytes) -> Any:
    """Parse JSON without floats, NaN or duplicate keys."""
    if len(data) > MAX_BYTES:
        raise DebtInputError("file", f"is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DebtInputError("file", "is not UTF-8") from error
    if nesting_exceeds(text, MAX_DEPTH):  # the interpreter's own limit may be raised, and its stack is not
        raise DebtInputError("file", "is nested too deeply")
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_float=_Float, parse_constant=_Float)
    except json.JSONDecodeError as error:
        raise DebtInputError("file", f"is not JSON: line {error.lineno} column {error.colno}: {error.msg}") from error
    except DebtInputError:
        raise
    except ValueError as error:  # a whole number of more than 4,300 digits
        raise DebtInputError("file", "holds a number that is too long") from error


@dataclass(frozen=True, slots=True)
class _Float:
    """A number with a fraction, or NaN or Infinity: kept as such so that its field can be named."""

    literal: str


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DebtInputError(_shown(key), "stands twice in one object")
        found[key] = value
    return found


def _object(value: Any, place: str, required: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    """Check that an object has all required fields and no unknown one."""
    if not isinstance(value, dict):
        raise DebtInputError(place or "file", "must be an object")
    prefix = f"{place}." if place else ""
    for key in value:
        if key not in required and key not in optional:
            raise DebtInputError(prefix + _shown(key), "is not a known field")
    for key in sorted(required):
        if key not in value:
            raise DebtInputError(prefix + key, "is missing")
    return value


def _shown(key: str) -> str:
    """Show a key from outside shortly and without control characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in key[:60]) or "(empty key)"


def _wrong(place: str, value: Any, wanted: str) -> NoReturn:
    """Refuse a value; a bare number gets the hint that it must be a string."""
    if isinstance(value, _Float) or (isinstance(value, int) and not isinstance(value, bool)):
        raise DebtInputError(place, f"must be {wanted}, not a bare number")
    raise DebtInputError(place, f"must be {wanted}")


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        _wrong(place, value, "text")
    return value


def _money(value: Any, place: str) -> Decimal:
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        _wrong(place, value, 'an amount as a string such as "1234.50", not negative, at most two decimals')
    return Decimal(value)


def _rate(value: Any, place: str) -> Decimal:
    if not isinstance(value, str) or not _RATE.fullmatch(value):
        _wrong(place, value, 'an annual fraction as a string such as "0.234", not negative')
    return Decimal(value)


def _day(value: Any, place: str) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        _wrong(place, value, 'a day as a string such as "2026-02-10"')
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise DebtInputError(place, "is no day of the calendar") from error


def _whole(value: Any, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise DebtInputError(place, "must be a whole number")
    return value


def _truth(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise DebtInputError(place, "must be true or false")
    return value


def _choice(value: Any, place: str, choices: type[_E]) -> _E:
    if not isinstance(value, str) or value not in set(choices):
        raise DebtInputError(place, "must be one of " + ", ".join(choices))
    return choices(value)


def _listed(value: Any, place: str, read: Callable[[Any, str], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise DebtInputError(place, "must be a list")
    return tuple(read(item, f"{place}[{number}]") for number, item in enumerate(value))


def _cap(value: Any) -> Cap:
    body = _object(value, "cap", {"annual", "method"})
    return Cap(_rate(body["annual"], "cap.annual"), _choice(body["method"], "cap.method", CapMethod))


def _acceleration(value: Any) -> date | None:
    if value is None:
        return None
    body = _object(value, "acceleration", {"effective_on"})
    return _day(body["effective_on"], "acceleration.effective_on")


def _allocation(value: Any) -> Allocation:
    if value is None:
        return Allocation()
    body = _object(value, "allocation", {"kinds", "order"})
    kinds = _listed(body["kinds"], "allocation.kinds", lambda kind, place: _choice(kind, place, Kind))
    return Allocation(kinds, _choice(body["order"], "allocation.order", Order))


def _judgment_payment(value: Any, place: str) -> Payment:
    body = _object(value, place, {"on", "amount"})
    return Payment(_day(body["on"], f"{place}.on"), _money(body["amount"], f"{place}.amount"))


def _payment(value: Any, place: str) -> Payment:
    body = _object(value, place, {"on", "amount"}, {"prepay"})
    prepay = _truth(body["prepay"], f"{place}.prepay") if "prepay" in body else None
    return Payment(_day(body["on"], f"{place}.on"), _money(body["amount"], f"{place}.amount"), prepay)


def _cost(value: Any, place: str) -> Cost:
    body = _object(value, place, {"on", "amount", "kind"})
    kind = _text(body["kind"], f"{place}.kind")
    if not _WORD.fullmatch(kind):
        raise DebtInputError(f"{place}.kind", "must be one short word such as attorney_fee")
    return Cost(_day(body["on"], f"{place}.on"), _money(body["amount"], f"{place}.amount"), kind)


def _restructuring(value: Any, place: str) -> Restructuring:
    """An agreement on new terms; what it does not name stays as it was."""
    required = {"on", "first_due", "instalments"}
    body = _object(value, place, required, {"annual_rate", "penalty_rate", "repayment", "principal", "arrears"})
    arrears = _object(body.get("arrears", {}), f"{place}.arrears", set(), {"interest", "penalty", "compound"})

    def given(name: str, read: Callable[[Any, str], _T]) -> _T | None:
        return read(body[name], f"{place}.{name}") if name in body else None

    def treated(kind: str) -> Arrears | None:
        return _choice(arrears[kind], f"{place}.arrears.{kind}", Arrears) if kind in arrears else None

    return Restructuring(
        on=_day(body["on"], f"{place}.on"),
        first_due=_day(body["first_due"], f"{place}.first_due"),
        instalments=_whole(body["instalments"], f"{place}.instalments"),
        annual_rate=given("annual_rate", _rate),
        penalty_rate=given("penalty_rate", _rate),
        repayment=given("repayment", lambda one, where: _choice(one, where, Repayment)),
        interest=treated("interest"),
        penalty=treated("penalty"),
        compound=treated("compound"),
        principal=given("principal", _money),
        place=place,
    )
