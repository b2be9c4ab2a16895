"""Properties of every claim: money is conserved, time never helps, sums tie, order does not matter."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from litigation.core.claim import Claim, schedule_for
from litigation.core.money import total_of
from litigation.core.terms import (
    LEGAL_ORDER,
    Allocation,
    Cap,
    CapMethod,
    Cost,
    LoanTerms,
    Order,
    Payment,
    Repayment,
)
from tests.litigation.debt.loans import claim

FIRST = date(2023, 12, 25)
amounts = st.decimals("0.01", "90000", places=2)
rates = st.decimals("0", "0.4", places=4)
offsets = st.integers(0, 1200)


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
    )


@st.composite
def any_case(draw: st.DrawFn) -> tuple[LoanTerms, list[Payment], date]:
    terms = draw(any_terms())
    paid = draw(st.lists(st.tuples(offsets, amounts, st.none() | st.booleans()), max_size=5))
    payments = [Payment(terms.disbursed_on + timedelta(days=day), amount, early) for day, amount, early in paid]
    return terms, payments, terms.disbursed_on + timedelta(days=draw(offsets))


def amounts_of(answer: Claim) -> tuple[Decimal, ...]:
    return answer.principal, answer.interest, answer.penalty, answer.compound, answer.costs


@given(any_case())
@settings(max_examples=120, deadline=None)
def test_payments_conserve_money(case: tuple[LoanTerms, list[Payment], date]) -> None:
    terms, payments, cutoff = case
    answer = claim(terms, payments, cutoff)
    paid = answer.paid
    counted = paid.principal + paid.interest + paid.penalty + paid.compound + paid.costs + paid.surplus
    assert counted == total_of(payment.amount for payment in payments if payment.on <= cutoff)
    assert paid.after_cutoff == total_of(payment.amount for payment in payments if payment.on > cutoff)
    assert paid.principal + answer.principal + answer.undue_principal == terms.principal
    assert min(*amounts_of(answer), paid.surplus, answer.undue_principal) >= 0


@given(any_case(), st.integers(0, 400))
@settings(max_examples=120, deadline=None)
def test_more_days_never_owe_less(case: tuple[LoanTerms, list[Payment], date], more: int) -> None:
    terms, payments, cutoff = case
    received = [payment for payment in payments if payment.on <= cutoff]
    now = claim(terms, received, cutoff)
    later = claim(terms, received, cutoff + timedelta(days=more))
    assert later.total + later.undue_principal >= now.total + now.undue_principal - now.paid.surplus
    assert later.total >= now.total


@given(any_case())
@settings(max_examples=120, deadline=None)
def test_lines_sum_to_totals(case: tuple[LoanTerms, list[Payment], date]) -> None:
    answer = claim(*case)
    assert total_of(line.principal for line in answer.lines) == answer.principal
    assert total_of(line.interest for line in answer.lines) == answer.interest
    assert total_of(line.penalty for line in answer.lines) == answer.penalty
    assert total_of(line.compound for line in answer.lines) == answer.compound
    assert total_of(amounts_of(answer)) == answer.total
    chosen = answer.caps.chosen(answer.applied_cap)
    assert answer.total == answer.uncapped.total - chosen.cut
    assert answer.safe_total <= answer.total or answer.applied_cap is not CapMethod.NONE


@given(any_case(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_input_does_not_matter(case: tuple[LoanTerms, list[Payment], date], random: object) -> None:
    terms, payments, cutoff = case
    shuffled = list(payments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert claim(terms, shuffled, cutoff) == claim(terms, payments, cutoff)


@given(any_case())
@settings(max_examples=60, deadline=None)
def test_a_payment_on_the_cut_off_lowers_the_claim_by_its_amount(
    case: tuple[LoanTerms, list[Payment], date],
) -> None:
    terms, payments, cutoff = case
    uncapped = claim(terms, payments, cutoff).uncapped.total
    more = claim(terms, [*payments, Payment(cutoff, Decimal("100.00"))], cutoff).uncapped.total
    assert more == max(Decimal(0), uncapped - Decimal("100.00"))


@given(any_terms())
@settings(max_examples=120, deadline=None)
def test_schedule_principal_sums_to_the_loan(terms: LoanTerms) -> None:
    rows = schedule_for(terms)
    assert total_of(row.principal for row in rows) == terms.principal
    assert rows[-1].balance == 0
    assert all(row.payment == row.interest + row.principal for row in rows)
    assert [row.due for row in rows] == sorted({row.due for row in rows})
