"""Claim: what the lender asks the court for, line by line, each with the sum that made it.

Spec: docs/spec/debt.md. `compute_claim` is the numbered list of that document: terms, schedule,
ledger, both caps, the applied one, lines, totals, per-diem, fees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.allocation import Applied
from litigation.core.annual_cost import AnnualCost, CostReport
from litigation.core.arrears import Restructured
from litigation.core.cap import CapResult, cap_globally, cap_per_line
from litigation.core.claim_parts import ClaimCaps, ClaimLine, Paid, Uncapped
from litigation.core.cost_report import report_costs, rules_behind
from litigation.core.costs import ACCEPTANCE, acceptance_fee, reduced_acceptance_fee
from litigation.core.due_line import DueLine
from litigation.core.interest import interest_by_days
from litigation.core.kinds import Arrears
from litigation.core.ledger import Ledger, run_ledger
from litigation.core.money import to_cent, total_of
from litigation.core.rules import RuleEntry, Rules
from litigation.core.schedule import ScheduleRow, schedule_for
from litigation.core.terms import CapMethod, Kind, LoanTerms, Payment

__all__ = ["Claim", "ClaimCaps", "ClaimLine", "Paid", "Uncapped", "compute_claim", "schedule_for"]


@dataclass(frozen=True, slots=True)
class Claim:
    """The whole claim at its cut-off. Amounts are after the applied cap."""

    currency: str
    cutoff: date
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    compound: Decimal
    costs: Decimal
    total: Decimal
    per_diem: Decimal
    caps: ClaimCaps
    applied_cap: CapMethod
    court_fee: Decimal
    court_fee_half: Decimal
    schedule: tuple[ScheduleRow, ...]
    lines: tuple[ClaimLine, ...]
    uncapped: Uncapped
    paid: Paid
    allocations: tuple[Applied, ...]
    paid_through: date
    overdue_since: date | None
    overdue_days: int
    accelerated: bool
    undue_principal: Decimal
    cost_report: CostReport
    rules_used: tuple[RuleEntry, ...]
    rules_digest: str
    restructured: tuple[Restructured, ...] = ()

    @property
    def capitalised(self) -> Decimal:
        """Interest that agreements made principal."""
        return total_of(
            one.amount for done in self.restructured for one in done.treated if one.how is Arrears.CAPITALISED
        )

    @property
    def plan_in_force(self) -> tuple[ScheduleRow, ...]:
        """The instalments of the newest agreement, or of the contract where there is none."""
        if not self.restructured:
            return self.schedule
        first = self.restructured[-1].plan.first_no
        return tuple(row for row in self.schedule if row.no >= first)

    @property
    def paid_principal(self) -> Decimal:
        """已还本金."""
        return self.paid.principal

    @property
    def paid_interest(self) -> Decimal:
        """已还利息: in-term interest; penalty and compound stand in `paid`."""
        return self.paid.interest

    @property
    def annual_cost(self) -> AnnualCost:
        """年化综合成本 by the schedule in force."""
        return self.cost_report.cost

    @property
    def safe_total(self) -> Decimal:
        """The total by the stricter method."""
        return self.uncapped.total - self.caps.chosen(self.caps.stricter).cut


def compute_claim(
    terms: LoanTerms,
    payments: Iterable[Payment],
    cutoff: date,
    *,
    rules: Rules,
    filed_on: date | None = None,
    cap_rule: RuleEntry | None = None,
) -> Claim:
    """Compute the claim of one loan at its cut-off (docs/spec/debt.md, in its order), citing `cap_rule` for its cap."""
    schedule = schedule_for(terms)  # as signed
    ledger = run_ledger(terms, payments, cutoff)
    # A suit is filed after its cut-off: a cut-off older than the fee rules is filed under them.
    fee_day = max(filed_on or cutoff, rules.first_day(ACCEPTANCE))
    caps = ClaimCaps(terms.cap.annual, cap_globally(ledger, rules, fee_day), cap_per_line(ledger))
    applied = caps.chosen(terms.cap.method)
    uncapped = _uncapped(ledger)
    total = uncapped.total - applied.cut
    return Claim(
        cost_report=report_costs(terms, schedule, rules, fee_day),
        rules_used=rules_behind(terms, rules, fee_day, cap_rule),
        currency=terms.currency,
        cutoff=cutoff,
        principal=ledger.open(Kind.PRINCIPAL),
        interest=uncapped.interest - applied.removed_of(Kind.INTEREST),
        penalty=uncapped.penalty - applied.removed_of(Kind.PENALTY),
        compound=uncapped.compound - applied.removed_of(Kind.COMPOUND),
        costs=uncapped.costs - applied.removed_of(Kind.COSTS),
        total=total,
        per_diem=_per_diem(ledger, caps),
        caps=caps,
        applied_cap=terms.cap.method,
        court_fee=acceptance_fee(total, rules, fee_day),
        court_fee_half=reduced_acceptance_fee(total, rules, fee_day),
        schedule=_schedule_in_force(schedule, ledger),
        lines=tuple(_claim_line(line, ledger, applied) for line in ledger.lines if _is_open(line, ledger)),
        uncapped=uncapped,
        paid=_paid(ledger),
        allocations=tuple(ledger.applied),
        paid_through=ledger.interest_paid_through,
        overdue_since=ledger.overdue_since,
        overdue_days=ledger.overdue_days,
        accelerated=ledger.accelerated,
        undue_principal=ledger.undue,
        rules_digest=rules.digest,
        restructured=tuple(ledger.restructured),
    )


def _schedule_in_force(signed: tuple[ScheduleRow, ...], ledger: Ledger) -> tuple[ScheduleRow, ...]:
    """The instalments of the contract up to the first agreement, then those of each agreement up to the next one."""
    rows = signed
    for one in ledger.restructured:
        rows = (*(row for row in rows if row.no < one.plan.first_no), *one.plan.rows())
    return rows


def _is_open(line: DueLine, ledger: Ledger) -> bool:
    """A line that is wholly paid is no part of the claim."""
    return not line.is_settled(ledger.cutoff)


def _claim_line(line: DueLine, ledger: Ledger, applied: CapResult) -> ClaimLine:
    """Print one line: open parts less what the cap removed, and the sums behind them."""
    day = ledger.cutoff
    return ClaimLine(
        item=line.item,
        due=line.due,
        principal=line.principal,
        interest=line.interest - applied.removed_from(line.item, Kind.INTEREST),
        days=(day - line.due).days,
        penalty=line.owed(Kind.PENALTY, day) - applied.removed_from(line.item, Kind.PENALTY),
        compound=line.owed(Kind.COMPOUND, day) - applied.removed_from(line.item, Kind.COMPOUND),
        rule=_rule_text(line, ledger, applied),
        penalty_segments=line.penalty.segments(day),
        compound_segments=line.compound.segments(day),
        treated=tuple(one for done in ledger.restructured for one in done.treated if one.item == line.item),
    )


def _rule_text(line: DueLine, ledger: Ledger, applied: CapResult) -> str:
    """Write the sums of a line so that a judge can redo them."""
    parts = [line.rule]
    for name, accrual, kind in (
        ("penalty", line.penalty, Kind.PENALTY),
        ("compound", line.compound, Kind.COMPOUND),
    ):
        parts += [f"{name} {segment.formula}" for segment in accrual.segments(ledger.cutoff)]
        if accrual.paid:
            parts.append(f"{name} paid {accrual.paid}")
        cut = applied.removed_from(line.item, kind)
        if cut:
            parts.append(f"{name} cut {cut} by the {ledger.terms.cap.method} cap")
    parts += [f"{name} {amount}" for name, amount in _gone(line) if amount]
    cut = applied.removed_from(line.item, Kind.INTEREST)
    if cut:
        parts.append(f"interest cut {cut} by the {ledger.terms.cap.method} cap")
    return "; ".join(parts)


def _gone(line: DueLine) -> list[tuple[str, Decimal]]:
    """What left the line: paid, moved into a restructured principal, or waived."""
    interest_gone = line.interest_moved + line.interest_waived
    return [
        ("interest paid", line.interest_due - line.interest - interest_gone),
        ("principal paid", line.principal_due - line.principal - line.principal_moved),
        ("principal restructured", line.principal_moved),
        *(
            (f"{name} {what}", amount)
            for name, moved, waived in (
                ("interest", line.interest_moved, line.interest_waived),
                ("penalty", line.penalty.moved, line.penalty.waived),
                ("compound", line.compound.moved, line.compound.waived),
            )
            for what, amount in (("capitalised", moved), ("waived", waived))
        ),
    ]


def _uncapped(ledger: Ledger) -> Uncapped:
    """Add up what is open before any cap."""
    interest, penalty = ledger.open(Kind.INTEREST), ledger.open(Kind.PENALTY)
    compound, costs = ledger.open(Kind.COMPOUND), ledger.open(Kind.COSTS)
    total = total_of((ledger.open(Kind.PRINCIPAL), interest, penalty, compound, costs))
    return Uncapped(interest, penalty, compound, costs, total)


def _paid(ledger: Ledger) -> Paid:
    """Add up what was paid, by kind."""
    return Paid(
        principal=ledger.paid(Kind.PRINCIPAL),
        interest=ledger.paid(Kind.INTEREST),
        penalty=ledger.paid(Kind.PENALTY),
        compound=ledger.paid(Kind.COMPOUND),
        costs=ledger.paid(Kind.COSTS),
        surplus=ledger.credit,
        after_cutoff=ledger.ignored,
    )


def _per_diem(ledger: Ledger, caps: ClaimCaps) -> Decimal:
    """Penalty per day after the cut-off on principal that is due; never above a cap that binds."""
    terms = ledger.terms
    binds = terms.cap.method is CapMethod.PER_LINE or (terms.cap.method is CapMethod.GLOBAL and caps.globally.cut > 0)
    rate = min(ledger.penalty_rate, terms.cap.annual) if binds else ledger.penalty_rate
    return to_cent(interest_by_days(ledger.open(Kind.PRINCIPAL), rate, 1, terms.day_count))
