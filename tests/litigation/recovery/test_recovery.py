"""Expected recovery, the ranked proposal, outcomes and tables: worked by hand, refused where nothing is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.overview import LoanLine, LoanOverview, Readiness
from litigation.core.recovery.expected import assumptions, break_even, expected
from litigation.core.recovery.outcomes import outcomes_of
from litigation.core.recovery.proposal import propose
from litigation.core.recovery.tables import ChargedOff, charged_off, rates, recovery_of
from litigation.core.routing import Route
from litigation.rulebook import load_rules, read_rules, shipped_files
from tests.litigation.corrections.conftest import Lender, lender, sample_home
from web.cli import main

__all__ = ["lender", "sample_home"]
RULES = load_rules()
DAY = date(2026, 6, 1)


def test_the_worked_example_of_the_spec() -> None:
    found = expected(Route.SUMMARY, Decimal("50000.00"), RULES, DAY)
    # 1 / (1 + 0.06 × 10 / 12) = 0.952381; 50,000 × 0.95 × 0.15 × 0.952381 = 6,785.71; fee 525, half of 1,050
    assert (found.fee, found.assumptions.discount) == (Decimal("525.00"), Decimal("0.952381"))
    assert found.net == Decimal("6785.71") - 525 - 30 - 320 == Decimal("5910.71")
    assert found.low < found.net < found.high
    assert found.assumptions.mark == "O"  # nobody measured it, and it says so


@pytest.mark.parametrize("route", list(Route))
def test_break_even_is_the_first_yuan_that_pays(route: Route) -> None:
    at = expected(route, Decimal(1), RULES, DAY).break_even
    assert at is not None
    assert expected(route, at, RULES, DAY).net >= 0
    assert at == 1 or expected(route, at - 1, RULES, DAY).net < 0


def test_a_route_that_never_pays_has_no_break_even() -> None:
    hopeless = replace(assumptions(Route.ORDINARY, RULES, DAY), collect=Decimal("0.0001"))
    assert break_even(hopeless, RULES, DAY) is None


def line(loan: str, claim: str | None, route: str = "summary", state: str = "", **changes: Any) -> LoanLine:
    made = LoanOverview(
        institution="x", loan=loan, as_of=DAY, entries=1, product="", court="", month="2025-01", principal=None,
        overdue_since=DAY - timedelta(days=100), before_days=70, claim=Decimal(claim) if claim else None,
        limitation=None,
        readiness=Readiness.READY, blocking=0, warnings=0, defects=(), recommended=route, reasons=(), decided="",
        objection=None, changes_on=None,
    )  # fmt: skip
    return LoanLine(replace(made, **changes), 1 if state else None, state)


def test_the_list_is_ranked_and_everything_left_out_says_why() -> None:
    found = propose(
        [
            line("small", "20000.00"),
            line("large", "90000.00"),
            line("ending", "15000.00", limitation=DAY + timedelta(days=10)),
            line("poor", "100.00"),
            line("blocked", "90000.00", readiness=Readiness.BLOCKED),
            line("filed", "90000.00", state="filed"),
            line("unknown", None),
            line("nowhere", "90000.00", route=""),
            line("decided", "40000.00", decided="ordinary"),
        ],
        RULES,
        DAY,
        1,
    )
    assert [one.loan for one in found.proposed] == [
        "ending",
        "large",
        "small",
        "decided",
    ]  # the net of an hour: 553, 337
    assert {one.loan: one.why for one in found.left_out} == {
        "poor": "below_break_even",
        "blocked": "blocked",
        "filed": "at_court",
        "unknown": "no_claim",
        "nowhere": "no_route",
    }
    assert next(one for one in found.proposed if one.loan == "decided").expected.route is Route.ORDINARY
    assert found.used["suits"] == 4


def test_capacity_bounds_the_list_and_lets_lighter_work_through() -> None:
    lines = [line(f"L{number:03d}", "50000.00") for number in range(60)] + [line("R", "50000.00", "reminder")]
    found = propose(lines, RULES, DAY, 1)
    # 200 hours a week: a reminder of 0.1 and 49 suits of 4; with the fiftieth it would be 200.1
    assert (found.used["suits"], found.used["staff_hours"]) == (Decimal(49), Decimal("196.1"))
    assert found.proposed[0].loan == "R"  # most per hour
    assert {one.why for one in found.left_out} == {"capacity"}
    assert len(found.proposed) + len(found.left_out) == 61
    assert len(propose(lines, RULES, DAY, 2).proposed) > len(found.proposed)


def test_a_lender_s_own_assumptions_take_the_place_of_ours() -> None:
    own = """
["recovery.summary"]
title = "own"
continuous = true
[["recovery.summary".entry]]
from = 2020-01-01
source = "own outcomes of 2025"
mark = "S"
words = ["win=1", "collect=0.5", "months=0", "staff_hours=1"]
"""
    rules = read_rules(shipped_files(), {"own.toml": own.encode()})
    found = expected(Route.SUMMARY, Decimal(10_000), rules, DAY)
    assert (found.net, found.assumptions.mark) == (Decimal("5000.00") - 25 - 30 - 80, "S")


def history(*told: tuple[str, str, dict[str, Any]]) -> LoanHistory:
    def events() -> Iterator[HistoryEvent]:
        for number, (on, kind, payload) in enumerate(told):
            at = datetime.fromisoformat(on).replace(hour=4, tzinfo=UTC)
            yield HistoryEvent(f"e{number}", kind, at, at, number, number, "", payload, (), "")

    return LoanHistory("x", "L", tuple(events()))


def test_times_and_returns_are_counted_and_what_is_open_is_no_zero() -> None:
    done = history(
        ("2025-01-20", "instalment.overdue", {"due_on": "2025-01-10"}),
        ("2025-04-20", "filing.submitted", {}),
        ("2025-04-22", "filing.returned", {"defects": ["address", "address", "seal"]}),
        ("2025-04-25", "filing.submitted", {}),
        ("2025-04-26", "filing.accepted", {}),
        ("2025-05-01", "payment.received", {"received_on": "2025-05-01"}),  # before judgment: not its fruit
        ("2025-07-20", "judgment.entered", {}),
        ("2025-08-20", "performance.made", {"received_on": "2025-08-19"}),
    )
    waiting = history(("2025-04-20", "filing.submitted", {}))
    found = outcomes_of([done, waiting, history(("2025-01-01", "loan.disbursed", {}))])
    assert [(one.name, one.days, one.open) for one in found.spans] == [
        ("overdue_to_filing", (100,), 0),
        ("filing_to_judgment", (91,), 1),
        ("judgment_to_cash", (30,), 0),
    ]
    assert (found.loans, found.filings, found.returned, found.accepted) == (2, 3, 1, 1)
    assert found.defects == (("address", 1), ("seal", 1))
    assert found.spans[0].quantile(0.9) == 100
    assert outcomes_of([]).spans[0].quantile(0.5) is None


def test_recovery_and_rates_of_nothing_are_none() -> None:
    lost = history(
        ("2025-01-20", "loan.charged_off", {"principal": "1000.00", "month": "2024-12-01"}),
        ("2025-03-20", "recovery.received", {"amount": "100.00", "fee": "20.00"}),
    )
    one = charged_off(lost)
    assert one == ChargedOff(Decimal("1000.00"), Decimal("100.00"), Decimal("20.00"), "2024")
    assert one is not None
    table = recovery_of([one])
    assert (table.gross, table.net, table.some) == (Decimal("0.1000"), Decimal("0.0800"), 1)
    assert recovery_of([]).gross is None
    assert rates({("a", "a"): 3, ("a", "b"): 1}) == {("a", "a"): Decimal("0.7500"), ("a", "b"): Decimal("0.2500")}


def test_the_commands_answer_on_a_book(lender: Lender) -> None:
    def run(*words: str) -> Any:
        done = CliRunner().invoke(main, ["--home", str(lender.home), "portfolio", *words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    drawn = run("refresh")["drawn"]
    late = run("show")["overdue"]
    proposal = run("propose", "--weeks", "2")
    assert len(proposal["proposed"]) + len(proposal["left_out"]) == late > 0
    assert all(one["formula"] for one in proposal["proposed"])
    tables = run("tables")
    assert sum(one["loans"] for one in tables["vintages"]) == drawn
    assert sum(one["loans"] for one in tables["roll"]) == drawn  # those that were and are current, too
    assert run("outcomes")["filings"] == 0
    assert run("recovery")["recovery"][-1]["gross"] is None
