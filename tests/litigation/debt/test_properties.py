"""Properties of every claim: money is conserved, time never helps, sums tie, order does not matter."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from litigation.core.claim import Claim, schedule_for
from litigation.core.ledger import run_ledger
from litigation.core.money import total_of
from litigation.core.terms import (
    LEGAL_ORDER,
    Allocation,
    Arrears,
    Cap,
    CapMethod,
    Cost,
    Kind,
    LoanTerms,
    Order,
    Payment,
    Repayment,
    Restructuring,
)
from litigation.errors import DebtInputError
from tests.litigation.debt.loans import claim

FIRST = date(2023, 12, 25)
amounts = st.decimals("0.01", "90000", places=2)
rates = st.decimals("0", "0.4", places=4)
offsets = st.integers(0, 1200)
LATE = (Kind.INTEREST, Kind.PENALTY, Kind.COMPOUND)


@st.composite
def any_terms(draw: st.DrawFn) -> LoanTerms:
    start = FIRST + timedelta(days=draw(st.integers(0, 70)))
    accelerated = draw(st.none() | st.integers(0, 900))
    costs = draw(st.lists(st.tuples(offsets, amounts, st.sampled_from(("attorney_fee", "court_fee"))), max_size=2))
    return LoanTerms(
        principal=draw(amounts),
        disbursed_on=start,
        annual_rate=draw(rates),
        term_months=draw(st.integers(1, 24)),
        repayment=draw(st.sampled_from(Repayment)),
        penalty_rate=draw(rates),
        compound=draw(st.booleans()),
        day_count=draw(st.sampled_from((360, 365))),
        cap=Cap(draw(rates), draw(st.sampled_from(CapMethod))),
        prepay=draw(st.booleans()),
        accelerated_on=None if accelerated is None else start + timedelta(days=accelerated),
        allocation=Allocation(tuple(draw(st.permutations(LEGAL_ORDER))), draw(st.sampled_from(Order))),
        costs=tuple(Cost(start + timedelta(days=day), amount, kind) for day, amount, kind in costs),
        restructurings=draw(st.just(()) | agreements(start)),
    )


@st.composite
def agreements(draw: st.DrawFn, start: date) -> tuple[Restructuring, ...]:
    on = start + timedelta(days=draw(offsets))
    arrears = st.sampled_from(Arrears)
    return (
        Restructuring(
            on=on,
            first_due=on + timedelta(days=draw(st.integers(1, 200))),
            instalments=1,
            annual_rate=draw(st.none() | rates),
            penalty_rate=draw(st.none() | rates),
            interest=draw(arrears),
            penalty=draw(arrears),
            compound=draw(arrears),
        ),
    )


@st.composite
def any_case(draw: st.DrawFn) -> tuple[LoanTerms, list[Payment], date]:
    try:
        terms = draw(any_terms())
    except DebtInputError:  # an agreement on the day of the acceleration
        reject()
    paid = draw(st.lists(st.tuples(offsets, amounts, st.none() | st.booleans()), max_size=5))
    payments = [Payment(terms.disbursed_on + timedelta(days=day), amount, early) for day, amount, early in paid]
    return terms, payments, terms.disbursed_on + timedelta(days=draw(offsets))


def computed(terms: LoanTerms, payments: list[Payment], cutoff: date) -> Claim:
    """The claim, but for a loan that was paid up before its agreement."""
    try:
        return claim(terms, payments, cutoff)
    except DebtInputError:
        reject()


def amounts_of(answer: Claim) -> tuple[Decimal, ...]:
    return answer.principal, answer.interest, answer.penalty, answer.compound, answer.costs


@given(any_case())
@settings(max_examples=120, deadline=None)
def test_payments_conserve_money(case: tuple[LoanTerms, list[Payment], date]) -> None:
    terms, payments, cutoff = case
    answer = computed(terms, payments, cutoff)
    paid = answer.paid
    counted = paid.principal + paid.interest + paid.penalty + paid.compound + paid.costs + paid.surplus
    assert counted == total_of(payment.amount for payment in payments if payment.on <= cutoff)
    assert paid.after_cutoff == total_of(payment.amount for payment in payments if payment.on > cutoff)
    assert paid.principal + answer.principal + answer.undue_principal == terms.principal + answer.capitalised
    assert min(*amounts_of(answer), paid.surplus, answer.undue_principal) >= 0


@given(any_case(), st.integers(0, 400))
@settings(max_examples=120, deadline=None)
def test_more_days_never_owe_less(case: tuple[LoanTerms, list[Payment], date], more: int) -> None:
    terms, payments, cutoff = case
    # An agreement may waive, and what it makes principal is not due for a while: none may lie between the two claims.
    assume(not any(cutoff < one.on <= cutoff + timedelta(days=more) for one in terms.restructurings))
    received = [payment for payment in payments if payment.on <= cutoff]
    now = computed(terms, received, cutoff)
    later = computed(terms, received, cutoff + timedelta(days=more))
    assert later.total + later.undue_principal >= now.total + now.undue_principal - now.paid.surplus
    assert later.total >= now.total


@given(any_case())
@settings(max_examples=120, deadline=None)
def test_lines_sum_to_totals(case: tuple[LoanTerms, list[Payment], date]) -> None:
    answer = computed(*case)
    assert total_of(line.principal for line in answer.lines) == answer.principal
    assert total_of(line.interest for line in answer.lines) == answer.interest
    assert total_of(line.penalty for line in answer.lines) == answer.penalty
    assert total_of(line.compound for line in answer.lines) == answer.compound
    assert total_of(amounts_of(answer)) == answer.total
    chosen = answer.caps.chosen(answer.applied_cap)
    assert answer.total == answer.uncapped.total - chosen.cut
    assert answer.safe_total <= answer.total or answer.applied_cap is not CapMethod.NONE


@given(any_case())
@settings(max_examples=120)
def test_what_the_cap_leaves_is_never_above_it(case: tuple[LoanTerms, list[Payment], date]) -> None:
    """Either nothing open is left to cut, or what was charged less the cut is within the limit, by both methods."""
    terms, payments, cutoff = case
    answer = computed(terms, payments, cutoff)
    ledger = run_ledger(terms, payments, cutoff)
    open_charges = {(line.item, kind): line.owed(kind, cutoff) for line in ledger.lines for kind in LATE}
    for result in (answer.caps.globally, answer.caps.per_line):
        assert result.cut <= answer.uncapped.total - answer.principal
        assert all(part.amount <= open_charges.get((part.item, part.kind), part.amount) for part in result.removed)
    late = total_of(amount for (_, kind), amount in open_charges.items() if kind is not Kind.INTEREST)
    late -= answer.caps.per_line.cut
    assert late <= answer.caps.per_line.allowed + sum(line.penalty.paid + line.compound.paid for line in ledger.lines)
    left = answer.uncapped.total - answer.principal - answer.caps.globally.cut
    outside = sum(cost.left for cost in ledger.costs if cost.cost.kind == "court_fee")
    if answer.caps.globally.cut:
        assert left - outside <= answer.caps.globally.allowed


@given(any_case(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_input_does_not_matter(case: tuple[LoanTerms, list[Payment], date], random: object) -> None:
    terms, payments, cutoff = case
    shuffled = list(payments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert computed(terms, shuffled, cutoff) == computed(terms, payments, cutoff)


@given(any_case())
@settings(max_examples=60, deadline=None)
def test_a_payment_on_the_cut_off_lowers_the_claim_by_its_amount(
    case: tuple[LoanTerms, list[Payment], date],
) -> None:
    terms, payments, cutoff = case
    uncapped = computed(terms, payments, cutoff).uncapped.total
    more = computed(terms, [*payments, Payment(cutoff, Decimal("100.00"))], cutoff).uncapped.total
    assert more == max(Decimal(0), uncapped - Decimal("100.00"))


@given(any_terms())
@settings(max_examples=120, deadline=None)
def test_schedule_principal_sums_to_the_loan(terms: LoanTerms) -> None:
    rows = schedule_for(terms)
    assert total_of(row.principal for row in rows) == terms.principal
    assert rows[-1].balance == 0
    assert all(row.payment == row.interest + row.principal for row in rows)
    assert [row.due for row in rows] == sorted({row.due for row in rows})
