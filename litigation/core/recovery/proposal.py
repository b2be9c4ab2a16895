"""A proposal for a portfolio: the loans worth pursuing, ranked, within what court and staff can take in so many weeks.

Spec: docs/spec/recovery.md. Limitation that ends soon goes first, then the expected net per hour of staff, then the
loan number. Every loan that is left out says why. A person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.overview import AT_COURT, LoanLine, Readiness
from litigation.core.recovery.expected import Expected, expected
from litigation.core.routing import SUITS, Route
from litigation.core.rules import Rules
from litigation.core.strata.signals import pairs

HOURS = "staff_hours"


@dataclass(frozen=True, slots=True)
class Proposed:
    """One loan that is proposed, in its rank, and why it stands there."""

    loan: str
    expected: Expected
    limitation_days: int | None
    urgent: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One loan that is not proposed: `why` is blocked, at_court, no_route, no_claim, below_break_even or capacity."""

    loan: str
    why: str
    expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The ranked list, what was left out, and how much of each capacity it uses."""

    proposed: tuple[Proposed, ...]
    left_out: tuple[LeftOut, ...]
    used: Mapping[str, Decimal]
    capacity: Mapping[str, Decimal]


def propose(lines: Iterable[LoanLine], rules: Rules, day: date, weeks: int) -> Proposal:
    """Weigh every line by its decided (else recommended) route, rank, and fill the capacity of the weeks."""
    alert = int(rules.in_force("route.limitation_days", day).number or 0)
    weighed, left = list[Proposed](), list[LeftOut]()
    for line in lines:
        one = _weigh(line, rules, day, alert)
        if isinstance(one, LeftOut):
            left.append(one)
        else:
            weighed.append(one)
    weighed.sort(key=_rank)
    capacity = {name: Decimal(value) * weeks for name, value in pairs(rules, "recovery.capacity", day)}
    used, chosen = dict.fromkeys(capacity, Decimal(0)), list[Proposed]()
    for one in weighed:
        needs = _needs(one.expected)
        if all(used[name] + need <= capacity[name] for name, need in needs.items()):
            chosen.append(one)
            for name, need in needs.items():
                used[name] += need
        else:
            left.append(LeftOut(one.loan, "capacity", one.expected))
    return Proposal(tuple(chosen), tuple(left), used, capacity)


def _weigh(line: LoanLine, rules: Rules, day: date, alert: int) -> Proposed | LeftOut:
    seen = line.overview
    route = seen.decided or seen.recommended
    if line.case_state in AT_COURT:
        return LeftOut(seen.loan, "at_court")
    if not route or seen.readiness is Readiness.UNASSESSED:
        return LeftOut(seen.loan, "no_route")
    if seen.claim is None:
        return LeftOut(seen.loan, "no_claim")
    way = Route(route)
    if way in SUITS | {Route.PAYMENT_ORDER} and seen.readiness is Readiness.BLOCKED:
        return LeftOut(seen.loan, "blocked")
    brings = expected(way, seen.claim, rules, day)
    if brings.net < 0:
        return LeftOut(seen.loan, "below_break_even", brings)
    days = (seen.limitation - day).days if seen.limitation else None
    return Proposed(seen.loan, brings, days, days is not None and 0 <= days <= alert)


def _rank(one: Proposed) -> tuple[bool, Decimal, str]:
    per_hour = one.expected.net / max(one.expected.assumptions.staff_hours, Decimal("0.01"))
    return (not one.urgent, -per_hour, one.loan)


def _needs(brings: Expected) -> dict[str, Decimal]:
    """What one loan takes of each capacity."""
    needs = {HOURS: brings.assumptions.staff_hours}
    if brings.route in SUITS:
        needs["suits"] = Decimal(1)
    elif brings.route in (Route.PAYMENT_ORDER, Route.MEDIATION):
        needs[brings.route.value] = Decimal(1)
    return needs
