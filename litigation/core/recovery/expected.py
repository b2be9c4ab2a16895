"""Expected net recovery of a route: claim × P(win) × P(collect | win) × discount − court fee − service − staff.

Spec: docs/spec/recovery.md. Fees come from the rules of the day; probabilities and costs are dated assumptions
(`recovery.*`), and are called so wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from litigation.core.money import ZERO, to_cent
from litigation.core.routing import SUITS, Route, court_fee
from litigation.core.rules import Rules
from litigation.core.strata.signals import pairs

CEILING = Decimal(10_000_000)
"""Amounts beyond this are not looked at for a break-even."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed of one route on a day, and by whom it is said."""

    route: Route
    win: Decimal
    collect: Decimal
    discount: Decimal
    staff: Decimal
    service: Decimal
    staff_hours: Decimal
    low: Decimal
    high: Decimal
    source: str
    mark: str

    @property
    def share(self) -> Decimal:
        """What of a claim is expected to come in, in today's money."""
        return self.win * self.collect * self.discount


@dataclass(frozen=True, slots=True)
class Expected:
    """What a claim is expected to bring on a route. `low` and `high`: with P(collect) scaled down and up.

    `break_even`: from which claim on it pays, in whole yuan; None where it never does.
    """

    route: Route
    claim: Decimal
    net: Decimal
    low: Decimal
    high: Decimal
    fee: Decimal
    break_even: Decimal | None
    formula: str
    assumptions: Assumptions


def assumptions(route: Route, rules: Rules, day: date) -> Assumptions:
    """The assumptions of a route on a day."""
    house = dict(pairs(rules, "recovery.house", day))
    own = dict(pairs(rules, f"recovery.{route}", day))
    entry = rules.in_force(f"recovery.{route}", day)
    # Simple discount: 1 / (1 + rate × months / 12), to six places.
    discount = 1 / (1 + Decimal(house["discount"]) * Decimal(own["months"]) / 12)
    at_court = route in SUITS or route is Route.PAYMENT_ORDER
    return Assumptions(
        route,
        Decimal(own["win"]),
        Decimal(own["collect"]),
        discount.quantize(Decimal("0.000001")),
        to_cent(Decimal(house["hour"]) * Decimal(own["staff_hours"])),
        to_cent(Decimal(house["service"])) if at_court else ZERO,
        Decimal(own["staff_hours"]),
        Decimal(house["low"]),
        Decimal(house["high"]),
        entry.source,
        entry.mark.value,
    )


def expected(route: Route, claim: Decimal, rules: Rules, day: date) -> Expected:
    """What a claim is expected to bring on a route, with its formula, its sensitivity and its break-even."""
    claim, assumed = to_cent(claim), assumptions(route, rules, day)
    fee = court_fee(route, claim, rules, day)
    net = _net(claim, fee, assumed, Decimal(1))
    formula = (
        f"{claim} × {assumed.win} × {assumed.collect} × {assumed.discount} "
        f"− {fee} − {assumed.service} − {assumed.staff} = {net}"
    )
    return Expected(
        route,
        claim,
        net,
        _net(claim, fee, assumed, assumed.low),
        _net(claim, fee, assumed, assumed.high),
        fee,
        break_even(assumed, rules, day),
        formula,
        assumed,
    )


def break_even(assumed: Assumptions, rules: Rules, day: date) -> Decimal | None:
    """The least claim in whole yuan from which the net is not negative; fees are linear between their bands."""

    def pays(yuan: int) -> bool:
        claim = Decimal(yuan)
        return _net(claim, court_fee(assumed.route, claim, rules, day), assumed, Decimal(1)) >= 0

    entry = rules.in_force("fee.acceptance", day)
    edges = [1, *(int(band.over) for band in entry.bands if 1 < band.over < CEILING), int(CEILING)]
    if pays(edges[0]):
        return Decimal(edges[0])
    for low, high in pairwise(edges):
        if pays(high):
            return Decimal(_first(low, high, pays))
    return None


def _first(below: int, above: int, pays: Callable[[int], bool]) -> int:
    """The first whole yuan that pays, between one that does not and one that does."""
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if pays(middle) else (middle, above)
    return above


def _net(claim: Decimal, fee: Decimal, assumed: Assumptions, scale: Decimal) -> Decimal:
    collect = min(Decimal(1), assumed.collect * scale)
    return to_cent(claim * assumed.win * collect * assumed.discount) - fee - assumed.service - assumed.staff
