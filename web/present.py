"""How values look on a page: instants, gaps, digests, amounts, counts. One function each, used everywhere.

Instants are shown in Asia/Shanghai, as court dates are, with UTC beside them. A digest is shortened, its full value
never further than one click away.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup

from evidence_service.core.catalogue import CATALOGUE
from web.language import Language, Texts, current

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = timedelta(days=1)
UNITS: tuple[tuple[str, int], ...] = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def instant(value: datetime) -> Markup:
    """2024-01-05 10:02:03 in Shanghai; UTC in the title and in the machine-readable attribute."""
    utc = value.astimezone(UTC)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
    )


def day(value: date) -> Markup:
    """A court date."""
    return Markup('<time datetime="{0}">{0}</time>').format(value.isoformat())


def duration(value: timedelta, texts: Texts) -> str:
    """The two largest units: `412 d 3 h`; a sign in front where it is negative."""
    seconds = abs(int(value.total_seconds()))
    parts: list[str] = []
    for unit, length in UNITS:
        amount, seconds = divmod(seconds, length)
        if amount or (unit == "second" and not parts):
            parts.append(texts(f"unit.{unit}", n=f"{amount:,}"))
        elif parts:
            break
        if len(parts) == 2:
            break
    return ("−" if value < timedelta(0) else "") + " ".join(parts)


def gap(occurred_at: datetime, captured_at: datetime, texts: Texts) -> Markup:
    """How long after it happened an event was captured; a day or more, or less than nothing, is marked in words."""
    length = captured_at - occurred_at
    shown = duration(length, texts)
    mark = "gap.late" if length >= LATE else "gap.before" if length < timedelta(0) else ""
    if mark:
        return Markup('<span class="gap gap-late">{} <span class="tag">{}</span></span>').format(shown, texts(mark))
    return Markup('<span class="gap">{}</span>').format(shown)


def ago(value: datetime, now: datetime, texts: Texts) -> str:
    """How old something is, in one unit."""
    seconds = max(0, int((now - value).total_seconds()))
    for unit, length in UNITS:
        if seconds >= length:
            return texts("ago", span=texts(f"unit.{unit}", n=f"{seconds // length:,}"))
    return texts("just_now")


def digest(value: str, texts: Texts) -> Markup:
    """A digest, shortened."""
    return _shortened(value, 10 if value.startswith("0x") else 8, texts)


def identifier(value: str, texts: Texts) -> Markup:
    """An event id: as it is, and shortened like a digest where it is long."""
    return Markup("{}").format(value) if len(value) <= 32 else _shortened(value, 20, texts)


def _shortened(value: str, head: int, texts: Texts) -> Markup:
    """The beginning and end of a value; opens to the whole, with a button to copy it where scripts run."""
    if len(value) <= head + 8:
        return Markup('<code class="digest-whole">{}</code>').format(value)
    return Markup(
        '<span class="digest"><details><summary title="{full}"><code>{short}</code></summary>'
        '<code class="digest-full">{full}</code></details>'
        '<button type="button" class="copy" data-copy="{full}" aria-label="{label} {short}" title="{label}" '
        'data-done="{done}" hidden></button></span>'
    ).format(full=value, short=f"{value[:head]}…{value[-6:]}", label=texts("copy"), done=texts("copied"))


def money(value: Decimal, texts: Texts, currency: str = "CNY") -> str:
    """An amount with its currency, to the cent: 12,345.67 元, CNY 12,345.67."""
    amount = f"{value:,.2f}"
    if texts.lang == "zh" and currency == "CNY":
        return f"{amount} 元"
    return f"{currency} {amount}"


def money_short(value: Decimal, texts: Texts) -> str:
    """An amount for a narrow place, rounded: 41.4 万元, CNY 414k; the page that it leads to has it to the cent."""
    if texts.lang == "zh":
        return f"{value / 10_000:,.1f} 万元" if value >= 10_000 else f"{value:,.0f} 元"
    for size, mark in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"CNY {value / size:,.1f}{mark}"
    return f"CNY {value:,.0f}"


def share(value: Decimal) -> str:
    """A share from 0 to 1 as a percentage with one digit."""
    return f"{value * 100:.1f}%"


def count(value: int) -> str:
    """A whole number with thousands separators."""
    return f"{value:,}"


def file_size(value: int) -> str:
    """Bytes, KB or MB (1024)."""
    if value < 1024:
        return f"{value} B"
    if value < 1024 * 1024:
        return f"{value / 1024:,.1f} KB"
    return f"{value / 1024 / 1024:,.1f} MB"


def event_type(code: str, lang: Language) -> str:
    """The catalogue's name of an event type; a code we do not know is shown as it is."""
    kind = CATALOGUE.get(code)
    if kind is None:
        return code
    return kind.zh if lang == "zh" else kind.en


def pretty_json(raw: bytes) -> str:
    """Canonical JSON with line breaks, for reading only; bytes that are no JSON are shown as text."""
    try:
        return json.dumps(json.loads(raw), ensure_ascii=False, indent=2, sort_keys=True)
    except ValueError:
        return raw.decode("utf-8", "replace")


def register(app: Flask) -> None:
    """Hand the presenters to every template, in the reader's language."""

    @app.context_processor
    def hand_out() -> dict[str, Any]:
        texts = current()
        return {
            "instant": instant,
            "day": day,
            "gap": lambda row: gap(row.occurred_at, row.captured_at, texts),
            "ago": lambda value, now: ago(value, now, texts),
            "digest": lambda value: digest(value, texts),
            "identifier": lambda value: identifier(value, texts),
            "money": lambda value, currency="CNY": money(value, texts, currency),
            "money_short": lambda value: money_short(value, texts),
            "share": share,
            "seconds": lambda value: duration(timedelta(seconds=int(value)), texts),
            "count": count,
            "file_size": file_size,
            "event_type": lambda code: event_type(code, texts.lang),
            "pretty_json": pretty_json,
        }
