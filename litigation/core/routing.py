"""Routing: which ways a case may go, what speaks for and against each, what it costs, and which one is recommended.

Spec: docs/spec/readiness.md section 5; CPL 125, 152, 162, 165 to 168, 225 to 228. The program recommends with reasons;
a person decides, and the decision is an event (`route.decided`). Nothing is estimated: the expected recovery is
computed only from a probability that somebody stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from litigation.core.costs import acceptance_fee, payment_order_fee, reduced_acceptance_fee
from litigation.core.money import ZERO, to_cent
from litigation.core.route_reasons import REASONS, Reason, Situation, reasons_for
from litigation.core.rules import Rules
from litigation.errors import LitigationError

ORDER = "route.order"


class ProbabilityError(LitigationError):
    """A stated probability is no number from 0 to 1."""

    code = "probability"


class Route(StrEnum):
    """A way of a case, from the lightest to the heaviest."""

    REMINDER = "reminder"
    RESTRUCTURING = "restructuring"
    MEDIATION = "mediation"
    PAYMENT_ORDER = "payment_order"
    SMALL_CLAIM = "small_claim"
    SUMMARY = "summary"
    ORDINARY = "ordinary"


NAMES: Mapping[Route, tuple[str, str]] = {
    Route.REMINDER: ("提醒催收", "reminder"),
    Route.RESTRUCTURING: ("协商重组", "restructuring"),
    Route.MEDIATION: ("诉前调解", "mediation before filing"),
    Route.PAYMENT_ORDER: ("支付令", "payment order"),
    Route.SMALL_CLAIM: ("小额诉讼", "small-claim procedure"),
    Route.SUMMARY: ("简易程序", "summary procedure"),
    Route.ORDINARY: ("普通程序", "ordinary procedure"),
}
SUITS = frozenset({Route.SMALL_CLAIM, Route.SUMMARY, Route.ORDINARY})
"""Routes on which a complaint is filed."""
OUT_OF_COURT = frozenset({Route.REMINDER, Route.RESTRUCTURING, Route.MEDIATION})
"""Routes for which no court asks a fee."""


class Standing(StrEnum):
    """What the rules say of a route: barred, possible, or possible and with something that speaks for it."""

    BARRED = "barred"
    OPEN = "open"
    ADVISED = "advised"


@dataclass(frozen=True, slots=True)
class Recovery:
    """amount × probability − fee. Without a stated probability there is no expected value, and none is made up."""

    amount: Decimal
    fee: Decimal
    probability: Decimal | None
    net: Decimal | None
    formula: str


@dataclass(frozen=True, slots=True)
class RouteOption:
    """One route: its standing, every reason with its article, the fee (None: not known), and what may come of it."""

    route: Route
    standing: Standing
    reasons: tuple[Reason, ...]
    fee: Decimal | None
    recovery: Recovery | None


@dataclass(frozen=True, slots=True)
class Routing:
    """All routes in the order of the rules, and the one that is recommended; None where nothing speaks for any."""

    options: tuple[RouteOption, ...]
    recommended: Route | None
    rules_digest: str

    def option(self, route: Route) -> RouteOption:
        """One route."""
        return next(one for one in self.options if one.route is route)


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """What a person decided: the route, and the codes of the defects that he accepts. Event `route.decided`."""

    route: str
    recommended: str
    accepted: tuple[str, ...]
    event: str


def route_case(situation: Situation, rules: Rules, probabilities: Mapping[Route, Decimal]) -> Routing:
    """Weigh every route and recommend the first advised one in the order of the rules."""
    order = [Route(word) for word in rules.in_force(ORDER, situation.as_of).words]
    options = tuple(_option(route, situation, rules, probabilities.get(route)) for route in order)
    advised = [option.route for option in options if option.standing is Standing.ADVISED]
    return Routing(options, advised[0] if advised else None, rules.digest)


def probability_of(text: str) -> Decimal:
    """Read a stated probability."""
    try:
        value = Decimal(text)
    except ArithmeticError as error:
        raise ProbabilityError("a probability is a number from 0 to 1, such as 0.35") from error
    if not value.is_finite() or not 0 <= value <= 1:
        raise ProbabilityError("a probability is a number from 0 to 1, such as 0.35")
    return value


def _option(route: Route, situation: Situation, rules: Rules, probability: Decimal | None) -> RouteOption:
    reasons = reasons_for(REASONS[route.value], situation, rules)
    against, speaks_for = any(one.bars for one in reasons), any(one.advises for one in reasons)
    standing = Standing.BARRED if against else Standing.ADVISED if speaks_for else Standing.OPEN
    fee = (
        None
        if situation.amount is None and route not in OUT_OF_COURT
        else court_fee(route, situation.amount or ZERO, rules, situation.as_of)
    )
    return RouteOption(route, standing, reasons, fee, _recovery(situation.amount, fee, probability))


def court_fee(route: Route, amount: Decimal, rules: Rules, day: date) -> Decimal:
    """What the court asks in advance for a claim; nothing out of court."""
    if route in OUT_OF_COURT:
        return ZERO
    day = _fee_day(day, rules)
    match route:
        case Route.PAYMENT_ORDER:
            return payment_order_fee(amount, rules, day)
        case Route.ORDINARY:
            return acceptance_fee(amount, rules, day)
        case _:
            return reduced_acceptance_fee(amount, rules, day)


def _fee_day(day: date, rules: Rules) -> date:
    return max(day, rules.first_day("fee.acceptance"))


def _recovery(amount: Decimal | None, fee: Decimal | None, probability: Decimal | None) -> Recovery | None:
    if amount is None or fee is None:
        return None
    if probability is None:
        return Recovery(amount, fee, None, None, f"{amount} × p − {fee}")
    net = to_cent(amount * probability) - fee
    return Recovery(amount, fee, probability, net, f"{amount} × {probability:f} − {fee} = {net}")
