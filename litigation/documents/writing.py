"""How facts are written in a paper: dates, instants, rates, amounts, gaps.

Spec: docs/spec/papers.md section 5. Court dates and times are those of Beijing (UTC+8; China has kept no
summer time since 1991). Words that differ between the filing language and the reading copy come from `formats` of the
cover's template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from litigation.core.money import uppercase_rmb
from litigation.documents.templates import TemplateSet, fill

BEIJING = timezone(timedelta(hours=8), "UTC+8")


@dataclass(frozen=True, slots=True)
class Words:
    """Writes values in the language of a set of templates."""

    formats: Mapping[str, Any]

    def day(self, value: date | None) -> str:
        """Write a date: 2026 年 2 月 10 日, or 10 February 2026."""
        if value is None:
            return ""
        months = self.formats["months"]
        return fill(self.formats["day"], y=value.year, m=months[value.month - 1], d=value.day)

    def yuan(self, value: Decimal | None) -> str:
        """Write an amount of yuan with its unit."""
        return fill(self.formats["yuan"], amount=amount(value)) if value is not None else ""

    def capital(self, value: Decimal) -> str:
        """Write an amount and, in the filing language, its capital characters (大写)."""
        return fill(self.formats["capital"], amount=amount(value), capital=uppercase_rmb(value))

    def money(self, value: Decimal, currency: str) -> str:
        """Write an amount with its currency: 1,000.00 美元. Others keep their ISO 4217 code."""
        return f"{amount(value)} {self.formats['currencies'].get(currency, currency)}"

    def gap(self, earlier: datetime, later: datetime) -> str:
        """Write the time between an event and its capture: 3 天 4 小时, 12 秒."""
        seconds = int((later - earlier).total_seconds())
        sign, seconds = ("−", -seconds) if seconds < 0 else ("", seconds)
        for unit, size, part in (("days", 86_400, 3600), ("hours", 3600, 60), ("minutes", 60, 1)):
            if seconds >= size:
                whole, rest = divmod(seconds, size)
                return sign + fill(self.formats["gap"][unit], n=whole, m=rest // part)
        return sign + fill(self.formats["gap"]["seconds"], n=seconds)

    def listed(self, items: Iterable[str]) -> str:
        """Join names: 甲、乙."""
        return str(self.formats["and"]).join(item for item in items if item)

    def sentences(self, items: Iterable[str]) -> str:
        """Join clauses: 甲；乙."""
        return str(self.formats["sentence"]).join(item for item in items if item)


def words_of(texts: TemplateSet) -> Words:
    """The words of a set of templates."""
    return Words(texts["cover"]["formats"])


def short_day(value: date) -> str:
    """Write a date for a table: 2026-02-10."""
    return value.isoformat()


def instant(value: datetime) -> str:
    """Write an instant in Beijing time, to the second."""
    return value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def amount(value: Decimal | None) -> str:
    """Write an amount to the cent with separators: 42,426.30."""
    return f"{value:,.2f}" if value is not None else ""


def percent(fraction: Decimal | None) -> str:
    """Write an annual fraction in percent: 0.234 gives 23.4. Sources with 17 digits are shown with four."""
    if fraction is None:
        return ""
    shown = f"{fraction * 100:.4f}".rstrip("0").rstrip(".")
    return shown or "0"


def court_day(value: datetime) -> date:
    """Return the day on which an instant falls in Beijing."""
    return value.astimezone(BEIJING).date()
