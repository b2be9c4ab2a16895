"""Words of the law in the reader's language for the legal staff's pages: routes, reasons, checks, rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask

from litigation.core.derivation import DERIVATIONS
from litigation.core.readiness import ACCEPTABLE
from litigation.core.routing import NAMES, Route
from web.language import Texts, current

FILTERED = {
    "min_days": "overdue",
    "max_days": "overdue",
    "min_claim": "owed",
    "max_claim": "owed",
    "product": "product",
    "court": "court",
    "stratum": "stratum",
    "readiness": "readiness",
    "route": "route",
    "state": "case",
}
"""Conditions that are called as the column that they narrow."""


def route_name(value: str, texts: Texts) -> str:
    """The name of a route; `litigation` and other words of packages are shown as they are."""
    if value not in set(Route):
        return texts.word("route_word", value)
    zh, en = NAMES[Route(value)]
    return zh if texts.lang == "zh" else en


def filter_word(name: str, value: str, texts: Texts) -> str:
    """One condition of the portfolio's filter in words: `Overdue ≥ 60 d`."""
    label = texts(f"col.{FILTERED[name]}") if name in FILTERED else texts(f"filter.{name}")
    match name:
        case "min_days" | "max_days":
            return f"{label} {'≥' if name == 'min_days' else '≤'} {texts('unit.day', n=value)}"
        case "min_claim" | "max_claim":
            return f"{label} {'≥' if name == 'min_claim' else '≤'} {value}"
        case "readiness" | "order":
            return f"{label}: {texts.word(name, value)}"
        case "route":
            return f"{label}: {route_name(value, texts)}"
        case "state":
            return f"{label}: {texts('case_none') if value == 'none' else texts.word('case_state', value)}"
        case "objected":
            return label
        case _:
            return f"{label}: {value}"


def percent(value: Decimal) -> str:
    """0.2400 as 24%."""
    shown = f"{value * 100:f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + "%"


def register(app: Flask) -> None:
    """Hand the words to every template."""

    @app.context_processor
    def hand_out() -> dict[str, Any]:
        texts = current()
        zh = texts.lang == "zh"
        return {
            "route_name": lambda value: route_name(str(value), texts),
            "filter_word": lambda name, value: filter_word(name, value, texts),
            "percent": percent,
            "either": lambda one, name: getattr(one, f"{name}_zh" if zh else f"{name}_en"),
            "said": lambda one: one.zh if zh else one.en,
            "derivation": DERIVATIONS.get,
            "acceptable": ACCEPTABLE,
        }
