"""After judgment: O-8 and O-9 through the command, partial payments, properties, and every refusal with its field."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from litigation.core.judgment import GeneralInterest, Judgment, judgment_debt
from litigation.core.money import total_of
from litigation.core.terms import Payment
from litigation.debt_commands import debt
from litigation.rulebook import load_rules

O9: dict[str, Any] = {
    "currency": "CNY",
    "judgment": {
        "amount": "10000.00",
        "effective_on": "2015-06-30",
        "days_to_perform": 3,
        "interest": {"base": "10000.00", "daily_rate": "0.0005", "from": "2015-01-01"},
    },
    "payments": [],
    "cutoff": "2015-09-01",
}


def answer(folder: Path, asked: Any) -> Any:
    file = folder / "judgment.json"
    file.write_text(json.dumps(asked), encoding="utf-8")
    return json.loads(CliRunner().invoke(debt, [str(file), "--json"]).stdout)


def ordered(**changes: Any) -> Any:
    return O9 | {"judgment": O9["judgment"] | changes}


def test_o9_the_judgment_example_by_the_command(tmp_path: Path) -> None:
    told = answer(tmp_path, O9)
    assert told["perform_by"] == "2015-07-03"
    assert [(part["kind"], part["days"], part["amount"]) for part in told["stretches"]] == [
        ("interest", 184, "920.00"),
        ("interest", 60, "300.00"),
        ("doubled", 60, "105.00"),
    ]
    assert (told["amount"], told["interest"], told["doubled"]) == ("10000.00", "1220.00", "105.00")
    assert told["total"] == "11325.00"
    assert told["rules_digest"] == load_rules().digest
    paid = answer(tmp_path, O9 | {"payments": [{"on": "2015-09-01", "amount": "11325.00"}]})
    assert (paid["total"], paid["paid"]["surplus"]) == ("0.00", "0.00")


@pytest.mark.parametrize(
    ("amount", "days", "doubled"),
    [("10000.00", 60, "105.00"), ("50000.00", 100, "875.00"), ("39121.91", 120, "821.56"), ("7976.00", 93, "129.81")],
)
def test_o8_the_doubled_part_by_the_command(tmp_path: Path, amount: str, days: int, doubled: str) -> None:
    asked = ordered(amount=amount, interest=None, days_to_perform=0, effective_on="2025-01-01")
    told = answer(tmp_path, asked | {"cutoff": (date(2025, 1, 1) + timedelta(days=days)).isoformat()})
    assert told["doubled"] == doubled


def test_a_payment_goes_to_the_judgment_first_and_stops_the_doubled_part_on_what_it_paid(tmp_path: Path) -> None:
    # 2025-01-02 to 01-31: 30 days on 10000 = 52.50; 4000 paid; 02-01 to 03-02: 30 days on 6000 = 31.50.
    asked = ordered(effective_on="2025-01-01", days_to_perform=0, interest=None)
    paid = {"payments": [{"on": "2025-01-31", "amount": "4000.00"}], "cutoff": "2025-03-02"}
    told = answer(tmp_path, asked | paid)
    assert (told["amount"], told["doubled"], told["paid"]["doubled"]) == ("6000.00", "84.00", "0.00")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ordered(amount="0.00"), "judgment.amount"),
        (ordered(amount=1), "judgment.amount"),
        (ordered(days_to_perform=-1), "judgment.days_to_perform"),
        (ordered(effective_on="2015-02-30"), "judgment.effective_on"),
        (ordered(more="1"), "judgment.more"),
        (
            ordered(interest={"base": "10000.01", "daily_rate": "0.0005", "from": "2015-01-01"}),
            "judgment.interest.base",
        ),
        (ordered(interest={"base": "1", "daily_rate": "0.18", "from": "2015-01-01"}), "judgment.interest.daily_rate"),
        (ordered(interest={"base": "1", "daily_rate": "0.001"}), "judgment.interest.from"),
        (O9 | {"cutoff": "2015-06-29"}, "cutoff"),
        (O9 | {"principal": "1.00"}, "principal"),
        (O9 | {"currency": "USD"}, "currency"),
        (O9 | {"payments": [{"on": "2015-06-29", "amount": "1.00"}]}, "payments[0].on"),
    ],
)
def test_bad_input_names_its_field(tmp_path: Path, asked: Any, field: str) -> None:
    assert answer(tmp_path, asked)["error"]["field"] == field


amounts = st.decimals("0.01", "90000", places=2)


@given(amounts, amounts, st.lists(st.tuples(st.integers(0, 400), amounts), max_size=4), st.integers(0, 400))
def test_money_is_conserved_and_more_days_never_owe_less(
    amount: Decimal, base: Decimal, paid: list[tuple[int, Decimal]], days: int
) -> None:
    start = date(2024, 2, 1)
    judgment = Judgment(amount, start, 10, GeneralInterest(min(base, amount), Decimal("0.0004"), start))
    cutoff = start + timedelta(days=days)
    payments = [Payment(start + timedelta(days=day), money) for day, money in paid]
    now = judgment_debt(judgment, payments, cutoff, rules=load_rules())
    assert now == judgment_debt(judgment, payments[::-1], cutoff, rules=load_rules())
    counted = now.paid_amount + now.paid_interest + now.paid_doubled + now.surplus
    assert counted == total_of(one.amount for one in payments if one.on <= cutoff)
    assert now.amount + now.paid_amount == amount
    grown = total_of(part.amount for part in now.stretches)
    assert grown == now.interest + now.paid_interest + now.doubled + now.paid_doubled
    received = [one for one in payments if one.on <= cutoff]
    later = judgment_debt(judgment, received, cutoff + timedelta(days=30), rules=load_rules())
    assert later.total >= now.total
