"""How facts are written in a paper: dates, instants, rates, amounts, gaps.

Spec: docs/spec/papers.md section 5. Court dates and times are those of Beijing (UTC+8; China has kept no
summer time since 1991).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

BEIJING = timezone(timedelta(hours=8), "UTC+8")


def day(value: date | None) -> str:
    """Write a date: 2026 年 2 月 10 日."""
    return f"{value.year} 年 {value.month} 月 {value.day} 日" if value else ""


def short_day(value: date) -> str:
    """Write a date for a table: 2026-02-10."""
    return value.isoformat()


def instant(value: datetime) -> str:
    """Write an instant in Beijing time, to the second."""
    return value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def amount(value: Decimal | None) -> str:
    """Write an amount to the cent with separators: 42,426.30."""
    return f"{value:,.2f}" if value is not None else ""


CURRENCY_WORDS = {"CNY": "元", "USD": "美元", "EUR": "欧元", "HKD": "港元"}


def money(value: Decimal, currency: str) -> str:
    """Write an amount with its currency in the filing language: 1,000.00 美元. Others keep their ISO 4217 code."""
    return f"{amount(value)} {CURRENCY_WORDS.get(currency, currency)}"


def percent(fraction: Decimal | None) -> str:
    """Write an annual fraction in percent: 0.234 gives 23.4. Sources with 17 digits are shown with four."""
    if fraction is None:
        return ""
    shown = f"{fraction * 100:.4f}".rstrip("0").rstrip(".")
    return shown or "0"


def gap(earlier: datetime, later: datetime) -> str:
    """Write the time between an event and its capture: 3 天 4 小时, 12 秒."""
    seconds = int((later - earlier).total_seconds())
    sign, seconds = ("−", -seconds) if seconds < 0 else ("", seconds)
    if seconds >= 86_400:
        days, rest = divmod(seconds, 86_400)
        return f"{sign}{days} 天 {rest // 3600} 小时"
    if seconds >= 3600:
        return f"{sign}{seconds // 3600} 小时 {seconds % 3600 // 60} 分"
    if seconds >= 60:
        return f"{sign}{seconds // 60} 分 {seconds % 60} 秒"
    return f"{sign}{seconds} 秒"


def court_day(value: datetime) -> date:
    """Return the day on which an instant falls in Beijing."""
    return value.astimezone(BEIJING).date()
