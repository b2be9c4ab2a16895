"""Caps: what each method removes, from where, and what happens to costs and per-diem."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from litigation.core.terms import Cap, CapMethod, Cost, Kind, Payment
from tests.litigation.debt.loans import claim, claim_o4, loan, money


def capped(annual: str, method: CapMethod) -> Cap:
    return Cap(Decimal(annual), method)


def test_global_method_cuts_compound_then_penalty_then_interest_newest_first() -> None:
    answer = claim_o4(cap=capped("0.12", CapMethod.GLOBAL))
    removed = [(part.item, part.kind.value, str(part.amount)) for part in answer.caps.globally.removed]
    assert removed == [
        ("10", "compound", "10.07"),
        ("9", "compound", "21.32"),
        ("8", "compound", "33.38"),
        ("7", "compound", "46.92"),
        ("accelerated", "penalty", "630.91"),
        ("10", "penalty", "40.23"),
        ("9", "penalty", "79.27"),
        ("8", "penalty", "115.89"),
        ("7", "penalty", "152.65"),
        ("10", "interest", "178.53"),
    ]
    assert (answer.penalty, answer.compound, answer.interest) == (
        money("0.00"), money("0.00"), money("1995.22"),
    )  # fmt: skip
    assert answer.principal == money("39121.91")


def test_per_line_method_cuts_compound_before_penalty() -> None:
    answer = claim_o4(cap=capped("0.12", CapMethod.PER_LINE))
    first = answer.lines[0]
    # 1909.38 × 12 % × 123 / 360 = 78.28 of 199.57
    assert (first.penalty, first.compound) == (money("78.28"), money("0.00"))
    assert first.rule.endswith(
        "penalty cut 74.37 by the per_line cap; compound 586.83 × 0.234 × 123/360 = 46.92; "
        "compound cut 46.92 by the per_line cap"
    )


def test_both_methods_are_shown_whichever_is_applied_and_the_safe_claim_is_the_stricter() -> None:
    for method in CapMethod:
        answer = claim_o4(cap=capped("0.24", method))
        assert answer.caps.globally.cut == money("0.00")
        assert answer.caps.per_line.cut == money("101.72")
        assert answer.caps.stricter is CapMethod.PER_LINE
        assert answer.safe_total == money("42324.58")


def test_attorney_fee_counts_towards_the_global_cap_and_court_fees_do_not() -> None:
    day = date(2026, 2, 10)
    cap = capped("0.24", CapMethod.GLOBAL)
    attorney = claim_o4(cap=cap, costs=(Cost(day, money("1000.00"), "attorney_fee"),))
    # claimed 3304.39 + 1000.00 against 3990.43
    assert attorney.caps.globally.cut == money("313.96")
    court = claim_o4(cap=cap, costs=(Cost(day, money("1000.00"), "preservation_fee"),))
    assert court.caps.globally.cut == money("0.00")
    assert court.costs == money("1000.00")


def test_costs_are_cut_after_penalty_and_before_interest() -> None:
    costs = (Cost(date(2026, 2, 10), money("100.00"), "attorney_fee"),)
    answer = claim_o4(cap=capped("0.12", CapMethod.GLOBAL), costs=costs)
    kinds = [part.kind for part in answer.caps.globally.removed]
    assert kinds.index(Kind.COSTS) == kinds.index(Kind.INTEREST) - 1
    assert answer.costs == money("0.00")
    assert answer.interest == money("1995.22")


def test_charges_paid_since_the_last_settled_due_date_count_towards_the_global_cap() -> None:
    # Due 02-15: 1000 + 120; 28 days to 03-15: penalty 14.00, compound 1.68. The cap of 6 % since the
    # disbursement, 59 days: 12000 × 6 % × 59 / 360 = 118.00. Instalment 2 brings interest 120.00.
    terms = loan(cap=capped("0.06", CapMethod.GLOBAL), day_count=360)
    free = claim(terms, [], date(2025, 3, 15))
    assert free.caps.globally.allowed == money("118.00")
    assert free.interest + free.penalty + free.compound == money("118.00")
    paid = claim(terms, [Payment(date(2025, 3, 15), money("100.00"))], date(2025, 3, 15))
    assert paid.interest + paid.penalty + paid.compound == money("18.00")
    assert paid.total == free.total - money("100.00")


def test_per_diem_never_runs_above_a_cap_that_binds() -> None:
    assert claim_o4(cap=capped("0.12", CapMethod.GLOBAL)).per_diem == money("13.04")
    high = Decimal("0.27")
    assert claim_o4(cap=capped("0.24", CapMethod.PER_LINE), penalty_rate=high).per_diem == money("26.08")
    assert claim_o4(cap=capped("0.24", CapMethod.NONE), penalty_rate=high).per_diem == money("29.34")
