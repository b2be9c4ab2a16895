"""Money: half-up rounding and the two ways in which a Chinese paper writes an amount."""

from __future__ import annotations

from decimal import Decimal

import pytest

from litigation.core.money import money_text, to_cent, uppercase_rmb, yuan


@pytest.mark.parametrize(
    ("exact", "cents"), [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("1.015", "1.02")]
)
def test_half_a_cent_goes_up(exact: str, cents: str) -> None:
    assert to_cent(Decimal(exact)) == Decimal(cents)


def test_an_amount_as_text() -> None:
    assert yuan(Decimal("42426.3")) == "42,426.30 元"
    assert money_text(Decimal("42426.3")) == "42426.30"


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("100.10", "壹佰元壹角整"),
        ("1001", "壹仟零壹元整"),
        ("1010.10", "壹仟零壹拾元壹角整"),
        ("42426.30", "肆万贰仟肆佰贰拾陆元叁角整"),
        ("100000", "壹拾万元整"),
        ("100001", "壹拾万零壹元整"),
        ("10001000", "壹仟万壹仟元整"),
        ("10000001.23", "壹仟万零壹元贰角叁分"),
        ("100000000", "壹亿元整"),
        ("100010000", "壹亿零壹万元整"),
        ("100000001", "壹亿零壹元整"),
        ("1000200000000", "壹万零贰亿元整"),
        ("-1.00", "负壹元整"),
    ],
)
def test_an_amount_in_capitals(amount: str, capitals: str) -> None:
    assert uppercase_rmb(Decimal(amount)) == capitals
