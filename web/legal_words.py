"""Words of the law in the reader's language for the legal staff's pages: routes, reasons, checks, rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask

from litigation.core.derivation import DERIVATIONS
from litigation.core.readiness import ACCEPTABLE
from litigation.core.routing import NAMES, Route
from web.language import Texts, current


def route_name(value: str, texts: Texts) -> str:
    """The name of a route; `litigation` and other words of packages are shown as they are."""
    if value not in set(Route):
        return texts.word("route_word", value)
    zh, en = NAMES[Route(value)]
    return zh if texts.lang == "zh" else en


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
            "percent": percent,
            "either": lambda one, name: getattr(one, f"{name}_zh" if zh else f"{name}_en"),
            "said": lambda one: one.zh if zh else one.en,
            "derivation": DERIVATIONS.get,
            "acceptable": ACCEPTABLE,
        }
