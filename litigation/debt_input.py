"""Debt input: the JSON file of `proofdocket debt`, read strictly into loan terms.

Spec: docs/spec/debt.md section 2. Money and rates are strings; a float, an unknown field, a missing
field, a duplicate key or a wrong type is refused with the field's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

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
from litigation.debt_fields import (
    MAX_BYTES,
    a_choice,
    a_day,
    a_list,
    a_rate,
    a_text,
    a_truth,
    a_whole_number,
    an_amount,
    an_object,
    load,
)
from litigation.errors import DebtInputError

__all__ = ["MAX_BYTES", "DebtInput", "JudgmentInput", "parse_debt", "parse_file"]
_WORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,40}")
_REQUIRED = {
    "currency", "principal", "disbursed_on", "annual_rate", "term_months", "repayment",
    "penalty_rate", "compound", "day_count", "cutoff", "cap",
}  # fmt: skip
_OPTIONAL = {"payments", "prepay", "acceleration", "allocation", "costs", "deducted_upfront", "restructuring"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DebtInput:
    """What one file asks to be computed."""

    terms: LoanTerms
    payments: tuple[Payment, ...]
    cutoff: date


def parse_debt(data: bytes) -> DebtInput:
    """Read a debt file about a loan; every mistake names its field."""
    return _debt(load(data))


def _debt(value: Any) -> DebtInput:
    top = an_object(value, "", _REQUIRED, _OPTIONAL)
    terms = LoanTerms(
        currency=a_text(top["currency"], "currency"),
        principal=an_amount(top["principal"], "principal"),
        disbursed_on=a_day(top["disbursed_on"], "disbursed_on"),
        annual_rate=a_rate(top["annual_rate"], "annual_rate"),
        term_months=a_whole_number(top["term_months"], "term_months"),
        repayment=a_choice(top["repayment"], "repayment", Repayment),
        penalty_rate=a_rate(top["penalty_rate"], "penalty_rate"),
        compound=a_truth(top["compound"], "compound"),
        day_count=a_whole_number(top["day_count"], "day_count"),
        cap=_cap(top["cap"]),
        prepay=a_truth(top.get("prepay", False), "prepay"),
        accelerated_on=_acceleration(top.get("acceleration")),
        allocation=_allocation(top.get("allocation")),
        costs=a_list(top.get("costs", []), "costs", _cost),
        deducted_upfront=an_amount(top.get("deducted_upfront", "0.00"), "deducted_upfront"),
        restructurings=a_list(top.get("restructuring", []), "restructuring", _restructuring),
    )
    payments = a_list(top.get("payments", []), "payments", _payment)
    cutoff = a_day(top["cutoff"], "cutoff")
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
    loaded = load(data)
    return _judgment_file(loaded) if isinstance(loaded, dict) and "judgment" in loaded else _debt(loaded)


def _judgment_file(value: Any) -> JudgmentInput:
    top = an_object(value, "", {"currency", "judgment", "cutoff"}, {"payments"})
    if a_text(top["currency"], "currency") != "CNY":
        raise DebtInputError("currency", "only CNY can be claimed: court fees are set in yuan")
    body = an_object(top["judgment"], "judgment", {"amount", "effective_on", "days_to_perform"}, {"interest"})
    judgment = Judgment(
        amount=an_amount(body["amount"], "judgment.amount"),
        effective_on=a_day(body["effective_on"], "judgment.effective_on"),
        days_to_perform=a_whole_number(body["days_to_perform"], "judgment.days_to_perform"),
        interest=_general_interest(body.get("interest")),
    )
    payments = a_list(top.get("payments", []), "payments", _judgment_payment)
    return JudgmentInput(judgment, payments, a_day(top["cutoff"], "cutoff"))


def _general_interest(value: Any) -> GeneralInterest | None:
    if value is None:
        return None
    place = "judgment.interest"
    body = an_object(value, place, {"base", "daily_rate", "from"})
    return GeneralInterest(
        base=an_amount(body["base"], f"{place}.base"),
        daily_rate=a_rate(body["daily_rate"], f"{place}.daily_rate"),
        since=a_day(body["from"], f"{place}.from"),
    )


def _cap(value: Any) -> Cap:
    body = an_object(value, "cap", {"annual", "method"})
    return Cap(a_rate(body["annual"], "cap.annual"), a_choice(body["method"], "cap.method", CapMethod))


def _acceleration(value: Any) -> date | None:
    if value is None:
        return None
    body = an_object(value, "acceleration", {"effective_on"})
    return a_day(body["effective_on"], "acceleration.effective_on")


def _allocation(value: Any) -> Allocation:
    if value is None:
        return Allocation()
    body = an_object(value, "allocation", {"kinds", "order"})
    kinds = a_list(body["kinds"], "allocation.kinds", lambda kind, place: a_choice(kind, place, Kind))
    return Allocation(kinds, a_choice(body["order"], "allocation.order", Order))


def _judgment_payment(value: Any, place: str) -> Payment:
    body = an_object(value, place, {"on", "amount"})
    return Payment(a_day(body["on"], f"{place}.on"), an_amount(body["amount"], f"{place}.amount"))


def _payment(value: Any, place: str) -> Payment:
    body = an_object(value, place, {"on", "amount"}, {"prepay"})
    prepay = a_truth(body["prepay"], f"{place}.prepay") if "prepay" in body else None
    return Payment(a_day(body["on"], f"{place}.on"), an_amount(body["amount"], f"{place}.amount"), prepay)


def _cost(value: Any, place: str) -> Cost:
    body = an_object(value, place, {"on", "amount", "kind"})
    kind = a_text(body["kind"], f"{place}.kind")
    if not _WORD.fullmatch(kind):
        raise DebtInputError(f"{place}.kind", "must be one short word such as attorney_fee")
    return Cost(a_day(body["on"], f"{place}.on"), an_amount(body["amount"], f"{place}.amount"), kind)


def _restructuring(value: Any, place: str) -> Restructuring:
    """An agreement on new terms; what it does not name stays as it was."""
    required = {"on", "first_due", "instalments"}
    body = an_object(value, place, required, {"annual_rate", "penalty_rate", "repayment", "principal", "arrears"})
    arrears = an_object(body.get("arrears", {}), f"{place}.arrears", set(), {"interest", "penalty", "compound"})

    def given(name: str, read: Callable[[Any, str], _T]) -> _T | None:
        return read(body[name], f"{place}.{name}") if name in body else None

    def treated(kind: str) -> Arrears | None:
        return a_choice(arrears[kind], f"{place}.arrears.{kind}", Arrears) if kind in arrears else None

    return Restructuring(
        on=a_day(body["on"], f"{place}.on"),
        first_due=a_day(body["first_due"], f"{place}.first_due"),
        instalments=a_whole_number(body["instalments"], f"{place}.instalments"),
        annual_rate=given("annual_rate", a_rate),
        penalty_rate=given("penalty_rate", a_rate),
        repayment=given("repayment", lambda one, where: a_choice(one, where, Repayment)),
        interest=treated("interest"),
        penalty=treated("penalty"),
        compound=treated("compound"),
        principal=given("principal", an_amount),
        place=place,
    )
