"""Rate cap: what of the charges lies above the line, by both methods that courts use.

Spec: docs/spec/debt.md section 8. Global: all charges since everything was last settled, against
outstanding principal × cap × days. Per line: penalty and compound of each line, against that line's
principal × cap × days. Principal is never cut; the methods disagree, so both are always shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from litigation.core.costs import counts_to_cap
from litigation.core.due_line import CostLine, DueLine
from litigation.core.ledger import UNDUE, Ledger
from litigation.core.money import EXACT, ZERO, to_cent, total_of
from litigation.core.rules import Rules
from litigation.core.terms import Kind


@dataclass(frozen=True, slots=True)
class Removed:
    """What the cap took from one kind of one item."""

    item: str
    kind: Kind
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CapResult:
    """What one method allows, what it cuts and from where."""

    allowed: Decimal
    removed: tuple[Removed, ...]

    @property
    def cut(self) -> Decimal:
        """All that was removed."""
        return total_of(part.amount for part in self.removed)

    def removed_from(self, item: str, kind: Kind) -> Decimal:
        """What was removed from one kind of one item."""
        return total_of(part.amount for part in self.removed if (part.item, part.kind) == (item, kind))

    def removed_of(self, kind: Kind) -> Decimal:
        """What was removed from one kind."""
        return total_of(part.amount for part in self.removed if part.kind is kind)


NO_CAP = CapResult(ZERO, ())


def cap_globally(ledger: Ledger, rules: Rules, rules_day: date) -> CapResult:
    """Hold all charges since the last settled due date against the cap on outstanding principal."""
    counted = [cost for cost in ledger.costs if counts_to_cap(cost.cost, rules, rules_day)]
    since = settled_through(ledger, counted)
    with localcontext(EXACT):
        allowed = _allowed_globally(ledger, since)
    excess = max(ZERO, _charged_since(ledger, counted, since) - allowed)
    removed = _cut_in_order(_open_charges(ledger, counted), excess)
    return CapResult(allowed, tuple(removed))


def cap_per_line(ledger: Ledger) -> CapResult:
    """Hold each line's penalty and compound against the cap on that line's principal."""
    allowed, removed = ZERO, list[Removed]()
    for line in ledger.lines:
        if line.is_settled(ledger.cutoff):
            continue
        charged = sum((late.accrued(ledger.cutoff) - late.waived for late in (line.penalty, line.compound)), ZERO)
        limit = _line_limit(ledger, line)
        allowed += min(charged, limit)
        removed += _cut_in_order(_late_charges([line], ledger.cutoff), max(ZERO, charged - limit))
    return CapResult(allowed, tuple(removed))


def settled_through(ledger: Ledger, counted: Iterable[CostLine]) -> date:
    """The last due date, or day of an agreement, up to which nothing that the cap counts is open; else disbursement."""
    open_since = [line.due for line in ledger.lines if not line.is_settled(ledger.cutoff)]
    open_since += [cost.cost.on for cost in counted if cost.left]
    first_open = min(open_since, default=date.max)
    days = [line.due for line in ledger.lines] + [one.agreement.on for one in ledger.restructured]
    return max((day for day in days if day < first_open), default=ledger.terms.disbursed_on)


def _allowed_globally(ledger: Ledger, since: date) -> Decimal:
    """Outstanding principal × cap × days: what is not yet due, and open principal of lines due since then."""
    places = {line.item for line in ledger.lines if line.due > since} | {UNDUE}
    money_days = total_of(
        part.amount * (ledger.cutoff - max(part.on, since)).days for part in ledger.movements if part.place in places
    )
    return to_cent(money_days * ledger.terms.cap.annual / ledger.terms.day_count)


def _charged_since(ledger: Ledger, counted: Iterable[CostLine], since: date) -> Decimal:
    """All that accrued since then, paid or not, but not what was waived: interest, penalty, compound, counted costs."""
    charged = ZERO
    for line in ledger.lines:
        if line.due > since:
            charged += line.interest_due - line.interest_waived
            for late in (line.penalty, line.compound):
                charged += late.accrued(ledger.cutoff) - late.waived
    charged += total_of(early.interest.amount for early in ledger.prepayments if early.on > since)
    return charged + total_of(cost.cost.amount for cost in counted if cost.left or cost.cost.on > since)


def _line_limit(ledger: Ledger, line: DueLine) -> Decimal:
    """The line's principal × cap × days, stretch by stretch, rounded once."""
    cap, basis = ledger.terms.cap.annual, ledger.terms.day_count
    stretches = line.penalty.segments(ledger.cutoff)
    with localcontext(EXACT):
        return to_cent(sum((part.base * cap * part.days for part in stretches), ZERO) / basis)


def _open_charges(ledger: Ledger, counted: Iterable[CostLine]) -> list[Removed]:
    """All that may be cut, in the order of cutting: compound, penalty, costs, interest; newest first."""
    newest_first = ledger.lines[::-1]
    charges = _late_charges(newest_first, ledger.cutoff)
    charges += [Removed(cost.item, Kind.COSTS, cost.left) for cost in list(counted)[::-1]]
    charges += [Removed(line.item, Kind.INTEREST, line.interest) for line in newest_first]
    return charges


def _late_charges(lines: Iterable[DueLine], day: date) -> list[Removed]:
    """Compound of all lines, then penalty of all lines."""
    listed = list(lines)
    return [Removed(line.item, kind, line.owed(kind, day)) for kind in (Kind.COMPOUND, Kind.PENALTY) for line in listed]


def _cut_in_order(charges: Iterable[Removed], excess: Decimal) -> list[Removed]:
    """Take the excess from open charges one after another."""
    removed: list[Removed] = []
    for charge in charges:
        part = min(excess, charge.amount)
        if part > 0:
            removed.append(Removed(charge.item, charge.kind, part))
            excess -= part
    return removed
