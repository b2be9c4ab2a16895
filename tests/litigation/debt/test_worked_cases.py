"""The worked cases O-1 to O-15 of the legal reference, to the cent, under their own numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from litigation.core.allocation import Slot, waterfall
from litigation.core.annual_cost import annual_cost
from litigation.core.calendar_days import days_between
from litigation.core.costs import (
    acceptance_fee,
    execution_fee,
    payment_order_fee,
    preservation_fee,
    reduced_acceptance_fee,
)
from litigation.core.interest import double_interest, interest_by_days
from litigation.core.limitation import limitation_end, limitation_of
from litigation.core.money import to_cent, total_of
from litigation.core.rules import Rules
from litigation.core.schedule import schedule_for
from litigation.core.terms import Allocation, Cap, CapMethod, Cost, Kind, Repayment
from litigation.rulebook import load_rules
from tests.litigation.debt.loans import claim, claim_o4, loan, loan_o2, money, paid_first

TODAY = date(2026, 2, 10)


def test_o1_equal_instalments_of_ten_thousand() -> None:
    rows = schedule_for(loan(principal=money("10000.00"), repayment=Repayment.EQUAL_INSTALMENT))
    assert rows[0].payment == money("888.49")
    assert rows[11].payment == money("888.47")
    assert total_of(row.interest for row in rows) == money("661.86")
    printed = {row.no: (str(row.interest), str(row.principal), str(row.balance)) for row in rows}
    assert printed[1] == ("100.00", "788.49", "9211.51")
    assert printed[2] == ("92.12", "796.37", "8415.14")
    assert printed[6] == ("59.78", "828.71", "5149.20")
    assert printed[11] == ("17.51", "870.98", "879.67")
    assert printed[12] == ("8.80", "879.67", "0.00")


def test_o2_equal_instalments_of_fifty_thousand() -> None:
    rows = schedule_for(loan_o2())
    assert rows[0].payment == money("2496.21")
    printed = {row.no: (str(row.interest), str(row.principal), str(row.balance)) for row in rows}
    assert printed[1] == ("750.00", "1746.21", "48253.79")
    assert rows[5].due == date(2025, 9, 10)
    assert printed[6] == ("615.05", "1881.16", "39121.91")
    assert printed[7] == ("586.83", "1909.38", "37212.53")
    assert (rows[23].due, rows[23].payment) == (date(2027, 3, 10), money("2496.09"))
    assert total_of(row.interest for row in rows) == money("9908.92")


def test_o3_equal_principal_and_the_same_loan_in_equal_instalments() -> None:
    rows = schedule_for(loan())
    assert (rows[0].payment, rows[0].principal, rows[0].interest) == (
        money("1120.00"), money("1000.00"), money("120.00"),
    )  # fmt: skip
    assert rows[11].payment == money("1010.00")
    assert total_of(row.interest for row in rows) == money("780.00")
    level = schedule_for(loan(repayment=Repayment.EQUAL_INSTALMENT))
    assert level[0].payment == money("1066.19")
    assert total_of(row.interest for row in level) == money("794.23")


def test_o4_overdue_instalments_with_acceleration() -> None:
    answer = claim_o4()
    printed = [
        (line.item, line.due.isoformat(), *map(str, (line.principal, line.interest)), line.days,
         *map(str, (line.penalty, line.compound)))
        for line in answer.lines
    ]  # fmt: skip
    assert printed == [
        ("7", "2025-10-10", "1909.38", "586.83", 123, "152.65", "46.92"),
        ("8", "2025-11-10", "1938.02", "558.19", 92, "115.89", "33.38"),
        ("9", "2025-12-10", "1967.09", "529.12", 62, "79.27", "21.32"),
        ("10", "2026-01-10", "1996.60", "499.61", 31, "40.23", "10.07"),
        ("accelerated", "2026-01-10", "31310.82", "0.00", 31, "630.91", "0.00"),
    ]
    assert answer.principal == money("39121.91")
    assert answer.interest == money("2173.75")
    assert answer.penalty == money("1018.95")
    assert answer.compound == money("111.69")
    assert answer.total == money("42426.30")
    assert (answer.court_fee, answer.court_fee_half) == (money("860.66"), money("430.33"))
    assert answer.per_diem == money("25.43")


def test_o4_per_diem_at_the_cap_rate() -> None:
    assert claim_o4(penalty_rate=Decimal("0.24")).per_diem == money("26.08")


@pytest.mark.parametrize(
    ("annual", "penalty_rate", "allowed", "cut"),
    [
        ("0.24", "0.234", "3990.43", "0.00"),
        ("0.12", "0.234", "1995.22", "1309.17"),
        ("0.124", "0.234", "2061.72", "1242.67"),
        ("0.24", "0.27", "3990.43", "0.00"),
    ],
)
def test_o5_cap_by_the_global_method(annual: str, penalty_rate: str, allowed: str, cut: str) -> None:
    cap = Cap(Decimal(annual), CapMethod.GLOBAL)
    answer = claim_o4(cap=cap, penalty_rate=Decimal(penalty_rate))
    assert answer.caps.globally.allowed == money(allowed)
    assert answer.caps.globally.cut == money(cut)
    assert answer.total == answer.uncapped.total - money(cut)


def test_o5_penalty_of_150_percent() -> None:
    answer = claim_o4(penalty_rate=Decimal("0.27"))
    assert (answer.penalty, answer.compound) == (money("1175.73"), money("128.88"))
    assert answer.interest + answer.penalty + answer.compound == money("3478.36")


def test_o6_cap_by_the_per_line_method() -> None:
    answer = claim_o4(cap=Cap(Decimal("0.24"), CapMethod.PER_LINE))
    allowed = {line.item: str(line.penalty + line.compound) for line in answer.lines}
    assert allowed == {"7": "156.57", "8": "118.87", "9": "81.31", "10": "41.26", "accelerated": "630.91"}
    assert answer.caps.per_line.allowed == money("1028.92")
    assert answer.caps.per_line.cut == money("101.72")
    assert answer.total == money("42324.58")


@pytest.mark.parametrize(
    ("annual", "allowed", "cut"),
    [("0.24", "1200.00", "150.00"), ("0.154", "770.00", "580.00"), ("0.12", "600.00", "750.00")],
)
def test_o7_simple_penalty_against_three_caps(annual: str, allowed: str, cut: str) -> None:
    terms = loan(
        principal=money("20000.00"), annual_rate=Decimal(0), term_months=1, repayment=Repayment.BULLET,
        penalty_rate=Decimal("0.27"), cap=Cap(Decimal(annual), CapMethod.PER_LINE),
        disbursed_on=date(2025, 1, 10),
    )  # fmt: skip
    answer = claim(terms, [], date(2025, 5, 11))  # 90 days after 2025-02-10
    assert answer.uncapped.penalty == money("1350.00")
    assert answer.penalty == money(allowed)
    assert answer.caps.per_line.cut == money(cut)


def test_o7_basis_decides_300_or_295_89() -> None:
    for basis, amount in ((360, "300.00"), (365, "295.89")):
        found = to_cent(interest_by_days(Decimal(20000), Decimal("0.18"), 30, basis))
        assert found == money(amount)


@pytest.mark.parametrize(
    ("unpaid", "days", "doubled"),
    [("10000", 60, "105.00"), ("50000", 100, "875.00"), ("39121.91", 120, "821.56"), ("7976", 93, "129.81")],
)
def test_o8_double_interest(unpaid: str, days: int, doubled: str) -> None:
    rate = load_rules().number("double_interest.daily", TODAY)
    assert double_interest(Decimal(unpaid), days, rate) == money(doubled)


def test_o9_judgment_example_adds_up() -> None:
    daily = Decimal("0.0005")
    before = days_between(date(2015, 1, 1), date(2015, 7, 4))
    during = days_between(date(2015, 7, 4), date(2015, 9, 2))
    assert (before, during) == (184, 60)
    doubled = double_interest(Decimal(10000), during, load_rules().number("double_interest.daily", TODAY))
    assert 10000 + 10000 * daily * before + 10000 * daily * during + doubled == Decimal("11325.00")


def test_o10_interest_of_the_changsha_case_and_its_total() -> None:
    terms = loan(
        principal=money("3000.00"), annual_rate=Decimal("0.18"), term_months=6,
        disbursed_on=date(2018, 11, 1), penalty_rate=Decimal(0),
    )  # fmt: skip
    answer = claim(terms, paid_first(terms, 1), date(2019, 10, 17))
    assert (answer.principal, answer.interest) == (money("2500.00"), money("112.50"))
    # The published penalty is taken as given: its terms are not published.
    assert answer.principal + answer.interest + money("456.11") + money("1300.00") == money("4368.61")


def test_o11_waterfall_of_civil_code_561() -> None:
    def pay(amount: str) -> tuple[list[str], str]:
        slots = [
            Slot("1", 0, Kind.PRINCIPAL, money("8000")),
            Slot("1", 0, Kind.INTEREST, money("500")),
            Slot("costs-1", 0, Kind.COSTS, money("300")),
        ]
        applied, left = waterfall(slots, money(amount), TODAY, Allocation())
        return [f"{part.kind} {part.amount}" for part in applied], str(left)

    assert pay("1000") == (["costs 300", "interest 500", "principal 200"], "0")
    assert pay("700") == (["costs 300", "interest 400"], "0")
    assert pay("200") == (["costs 200"], "0")
    assert pay("9000") == (["costs 300", "interest 500", "principal 8000"], "200")


@pytest.mark.parametrize(
    ("advanced", "payment", "simple", "effective"),
    [
        ("12000", "1066.19", "0.1200", "0.1268"),
        ("12000", "1126.19", "0.2253", "0.2501"),
        ("11640", "1066.19", "0.1783", "0.1936"),
    ],
)
def test_o12_annualised_cost(advanced: str, payment: str, simple: str, effective: str) -> None:
    found = annual_cost(Decimal(advanced), [Decimal(payment)] * 12)
    assert (str(found.simple), str(found.effective)) == (simple, effective)


def test_o12_the_convention_decides_at_the_24_percent_line() -> None:
    found = annual_cost(Decimal(12000), [Decimal("1126.19")] * 12)
    assert found.exceeds(Decimal("0.24")) == (False, True)


def test_o12_through_the_command_with_monthly_fees_and_with_a_deduction() -> None:
    terms = loan(repayment=Repayment.EQUAL_INSTALMENT)
    monthly = tuple(Cost(row.due, money("60.00"), "service_fee") for row in schedule_for(terms))
    with_fees = claim(replace(terms, costs=monthly), [], terms.disbursed_on).cost_report
    assert (str(with_fees.cost.simple), str(with_fees.cost.effective)) == ("0.2253", "0.2501")
    assert with_fees.cost.exceeds(with_fees.line) == (False, True)
    upfront = replace(terms, costs=(Cost(terms.disbursed_on, money("360.00"), "service_fee"),))
    assert str(claim(upfront, [], terms.disbursed_on).annual_cost.simple) == "0.1783"
    deducted = claim(replace(terms, deducted_upfront=money("360.00")), [], terms.disbursed_on)
    assert (str(deducted.cost_report.agreed.simple), str(deducted.cost_report.agreed.effective)) == ("0.1783", "0.1936")
    assert (str(deducted.annual_cost.simple), deducted.undue_principal) == ("0.1200", money("11640.00"))


def test_o12_costs_of_realising_the_claim_are_no_part_of_the_annualised_cost() -> None:
    terms = loan(repayment=Repayment.EQUAL_INSTALMENT, costs=(Cost(date(2025, 6, 1), money("900.00"), "attorney_fee"),))
    assert str(claim(terms, [], terms.disbursed_on).annual_cost.simple) == "0.1200"


def test_o13_days_count_the_first_and_not_the_last() -> None:
    assert days_between(date(2026, 1, 10), date(2026, 2, 10)) == 31
    assert days_between(date(2024, 2, 10), date(2024, 3, 10)) == 29


def test_o14_limitation() -> None:
    years = int(load_rules().number("limitation.years", TODAY))
    assert limitation_end(date(2027, 3, 10), [], years) == date(2030, 3, 10)
    assert limitation_end(date(2026, 1, 10), [], years) == date(2029, 1, 10)
    assert limitation_end(date(2026, 1, 10), [date(2026, 6, 30)], years) == date(2029, 6, 30)
    assert limitation_end(date(2024, 2, 29), [], years) == date(2027, 2, 28)
    both = limitation_of(date(2027, 3, 10), date(2026, 1, 10), [], years)
    assert both.alert_on == date(2029, 1, 10)


@pytest.mark.parametrize(
    ("amount", "fees"),
    [
        ("10000", "50.00 25.00 120.00 50.00 16.67"),
        ("35860.55", "696.51 348.26 378.61 437.91 -"),
        ("42426.30", "860.66 430.33 444.26 - -"),
        ("50000", "1050.00 525.00 - - 350.00"),
        ("100000", "2300.00 1150.00 1020.00 1400.00 766.67"),
        ("200000", "4300.00 2150.00 - - -"),
        ("500000", "8800.00 4400.00 3020.00 7400.00 -"),
        ("1000000", "13800.00 6900.00 - 12400.00 -"),
        ("2000000", "22800.00 - 5000.00 - -"),
        ("5000000", "46800.00 - - 52400.00 -"),
        ("10000000", "81800.00 - - 77400.00 -"),
        ("20000000", "141800.00 - - 87400.00 -"),
        ("1000", "- - 30.00 - -"),
        ("896000", "- - 5000.00 - -"),
    ],
)
def test_o15_court_fees(amount: str, fees: str) -> None:
    """Columns: full, half, preservation, execution, payment order; a dash is not in the table."""
    kinds: tuple[Callable[[Decimal, Rules, date], Decimal], ...] = (
        acceptance_fee,
        reduced_acceptance_fee,
        preservation_fee,
        execution_fee,
        payment_order_fee,
    )
    for fee, expected in zip(kinds, fees.split(), strict=True):
        if expected != "-":
            assert fee(Decimal(amount), load_rules(), TODAY) == money(expected)


def test_o15_a_court_that_rounds_to_whole_yuan_is_a_setting() -> None:
    assert acceptance_fee(money("42426.30"), load_rules(), TODAY, whole_yuan=True) == money("861.00")
    assert acceptance_fee(money("0.00"), load_rules(), TODAY) == money("0.00")
