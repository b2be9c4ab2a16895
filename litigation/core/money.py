"""Money: exact decimals, one rounding, and how amounts are written in a Chinese paper.

Spec: docs/spec/debt.md section 3. Every amount is a Decimal of the claim's currency; the one rounding
is to the cent, half away from zero (四舍五入), once per printed line.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)  # far more digits than a sum of money times a rate can need
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def to_cent(amount: Decimal) -> Decimal:
    """Round to the cent, half up: the only rounding of a claim."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts; the sum of nothing is 0.00."""
    return sum(amounts, ZERO)


def money_text(amount: Decimal) -> str:
    """Write an amount for JSON: two decimals, no separators."""
    return f"{to_cent(amount):.2f}"


def yuan(amount: Decimal) -> str:
    """Write an amount for a paper: 42,426.30 元."""
    return f"{to_cent(amount):,.2f} 元"


def uppercase_rmb(amount: Decimal) -> str:
    """Write an amount in capital numerals (大写) as the Accounting Basics rules ask: 壹佰元整."""
    cents = int(to_cent(abs(amount)) * 100)
    whole, rest = divmod(cents, 100)
    if whole >= 10**16:
        raise ValueError("an amount of ten quadrillion yuan or more has no capital form here")
    text = "负" if amount < 0 and cents else ""
    if whole or not rest:
        text += _whole_number(whole) + "元"
    return text + _jiao_and_fen(rest, after_yuan=whole > 0)


def _jiao_and_fen(rest: int, *, after_yuan: bool) -> str:
    """Write the part after the yuan; 整 where nothing follows."""
    jiao, fen = divmod(rest, 10)
    if not rest:
        return "整"
    text = f"{_DIGITS[jiao]}角" if jiao else ("零" if after_yuan else "")
    return text + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole_number(number: int) -> str:
    """Write a whole number in capital numerals, groups of four digits, zeros said once."""
    if number == 0:
        return _DIGITS[0]
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, skipped = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            skipped = True
            continue
        if text and (skipped or group < 1000):
            text += _DIGITS[0]
        unit = _GROUPS[place]
        if place == 3 and groups[2]:  # 壹万贰仟亿, not 壹万亿贰仟亿
            unit = "万"
        text += _four_digits(group) + unit
        skipped = False
    return text


def _four_digits(group: int) -> str:
    """Write one group of up to four digits."""
    text, skipped = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit == 0:
            skipped = True
            continue
        if text and skipped:
            text += _DIGITS[0]
        text += _DIGITS[digit] + _PLACES[place]
        skipped = False
    return text
