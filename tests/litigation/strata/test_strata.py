"""Strata and early warning: what raises a signal and what does not, where a loan lies, and who decides."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.strata.loan_class import LoanClass
from litigation.core.strata.signals import Level
from litigation.core.strata.stratum import Finding, Stratum, held
from litigation.core.strata.treatment import steps_since
from litigation.rulebook import load_rules
from litigation.workflow.stratify import stratify
from tests.litigation.corrections.conftest import Lender, lender, sample_home
from tests.litigation.readiness.loans import DISBURSED, SIGNED
from web.cli import main
from web.init_command import SAMPLE

__all__ = ["lender", "sample_home"]
RULES = load_rules()
DAY = date(2025, 6, 1)
Told = tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], date]


def paid(on: str, amount: str = "1066.19") -> Told:
    return ("payment.received", {"amount": amount, "currency": "CNY", "received_on": on}, date.fromisoformat(on))


IN_TIME = [paid("2025-02-10"), paid("2025-03-10"), paid("2025-04-10"), paid("2025-05-10")]


def loan(*told: Told) -> LoanHistory:
    """A loan of 2025-01-10, twelve instalments of 1,066.19 from 2025-02-10, and what is told."""
    events = []
    for number, (kind, payload, *on) in enumerate(
        [(*SIGNED, date(2025, 1, 10)), (*DISBURSED, date(2025, 1, 10)), *told]
    ):
        day = on[0] if on else DAY - timedelta(days=5)
        at = datetime(day.year, day.month, day.day, 4, number, tzinfo=UTC)
        events.append(HistoryEvent(f"e{number}", kind, at, at, number, number, "", payload, (), ""))
    return LoanHistory("x", "L", tuple(events))


def found(*told: Told, day: date = DAY, grade: LoanClass | None = None) -> Finding:
    return stratify(loan(*told), day, RULES, grade, "m" if grade else "")


def codes(*told: Told, grade: LoanClass | None = None) -> list[str]:
    return [one.code for one in found(*told, grade=grade).signals]


@pytest.mark.parametrize(
    ("day", "stratum"),
    [("2025-02-10", "S0"), ("2025-02-11", "S2"), ("2025-03-12", "S2"), ("2025-03-13", "S3"), ("2025-05-11", "S3"),
     ("2025-05-12", "S4")],
)  # fmt: skip
def test_days_overdue_decide_from_the_day_after_the_due_date(day: str, stratum: str) -> None:
    assert found(day=date.fromisoformat(day)).stratum == stratum


def test_a_loan_that_is_paid_in_time_raises_nothing() -> None:
    seen = found(*IN_TIME)
    assert (seen.stratum, seen.signals, seen.overdue_days) == (Stratum.S0, (), 0)


def promise(made: int, due: int, amount: str | None = "500.00") -> Told:
    said: dict[str, Any] = {"due_on": (DAY - timedelta(days=due)).isoformat()}
    return ("promise.made", said | ({"amount": amount} if amount else {}), DAY - timedelta(days=made))


def lenders(count: int, ago: int) -> Told:
    return ("borrowing.checked", {"source": "b", "lenders": count, "result": "ok"}, DAY - timedelta(days=ago))


def graded(grade: str, model: str = "m") -> Told:
    return ("decision.scored", {"model": model, "model_version": "1", "score": "0.1", "grade": grade})


CHANGED: Told = ("details.changed", {"fields": ["phone"]})
FAILED: Told = ("payment.failed", {"amount": "1066.19"})


@pytest.mark.parametrize(
    ("told", "code", "stratum"),
    [
        ([FAILED], "payment_failed", "S1"),
        ([promise(20, 10)], "promise_broken", "S2"),
        ([promise(20, 10, None)], "promise_broken", "S2"),
        ([promise(20, 10, "2000.00"), paid("2025-05-20", "1000.00")], "promise_broken", "S2"),
        ([("contact.lost", {"tried": 5})], "contact_lost", "S2"),
        ([CHANGED, CHANGED], "details_changed", "S1"),
        ([lenders(2, 60), lenders(4, 3)], "lenders_grown", "S1"),
        ([("borrower.insolvent", {})], "adverse_event", "S2"),
        ([graded("normal"), graded("special-mention")], "grade_worsened", "S1"),
        ([("warning.raised", {"rule": "r", "level": "serious"})], "raised:r", "S2"),
        ([("warning.raised", {"rule": "r", "level": "红"})], "raised:r", "S1"),
        ([("warning.raised", {"rule": "r", "level": "notice"})], "raised:r", "S0"),
    ],
)
def test_what_raises_a_signal(told: list[Told], code: str, stratum: str) -> None:
    seen = found(*IN_TIME, *told)
    assert [one.code for one in seen.signals] == [code]
    assert seen.stratum == stratum


@pytest.mark.parametrize(
    "told",
    [
        [("payment.failed", {"amount": "1.00"}, DAY - timedelta(days=61))],
        [promise(20, 0)],  # due today: not broken yet
        [("promise.made", {"amount": "500.00"})],  # no day: nothing can be broken
        [promise(20, 10), paid("2025-05-15", "500.00")],
        [("contact.lost", {"tried": 5}), ("promise.made", {}, DAY)],
        [CHANGED],
        [lenders(2, 60), lenders(3, 3)],
        [lenders(2, 200), lenders(9, 3)],
        [("borrowing.checked", {"source": "b", "result": "ok"})],
        [graded("special-mention"), graded("normal")],
        [graded("normal", "one"), graded("loss", "other")],
        [("warning.raised", {"rule": "r", "level": "serious"}, DAY - timedelta(days=91))],
        [("warning.raised", {"rule": "r", "level": "serious"}, DAY + timedelta(days=1))],  # not known on the day
    ],
)
def test_what_raises_none(told: list[Told]) -> None:
    assert codes(*IN_TIME, *told) == []


def test_a_grade_of_the_day_is_held_against_the_last_logged_one_of_the_same_model() -> None:
    assert codes(*IN_TIME, graded("normal"), grade=LoanClass.ATTENTION) == ["grade_worsened"]
    assert codes(*IN_TIME, graded("normal", "other"), grade=LoanClass.LOSS) == []
    assert codes(*IN_TIME, grade=LoanClass.LOSS) == []


def test_partly_paid_and_late_before_are_told_apart() -> None:
    assert codes(*IN_TIME[:3], paid("2025-05-10", "100.00")) == ["partial_payment"]
    assert found(*IN_TIME[:2], paid("2025-05-20", "2132.38")).stratum is Stratum.S1
    assert codes(*IN_TIME[:2], paid("2025-05-20", "2132.38")) == ["late_before"]


def test_court_goes_before_days_and_its_end_gives_the_loan_back() -> None:
    filed: Told = ("filing.submitted", {})
    assert found(filed).stratum is Stratum.S5
    assert found(filed, ("filing.returned", {})).stratum is Stratum.S4
    assert found(filed, ("filing.returned", {}), filed).stratum is Stratum.S5
    assert found(filed, ("loan.closed", {})).stratum is Stratum.S0
    assert found(*IN_TIME, ("loan.charged_off", {})).stratum is Stratum.S4


def test_the_digest_names_what_was_seen() -> None:
    assert found(FAILED).digest() == found(FAILED).digest()
    assert len({found().digest(), found(FAILED).digest(), found(day=DAY + timedelta(days=1)).digest()}) == 3


def run(lender: Lender, *words: str) -> Any:
    done = CliRunner().invoke(main, ["--home", str(lender.home), *words, "--json"])
    return json.loads(done.stdout) | {"exit": done.exit_code}


def test_a_run_moves_once_and_a_person_s_decision_stands_until_its_day(lender: Lender) -> None:
    first = run(lender, "strata", "run")
    assert first["moved"] == first["loans"] == 12
    again = run(lender, "strata", "run")
    assert (again["moved"], again["strata"]) == (0, first["strata"])
    number = lender.overdue[0]
    before = run(lender, "strata", "show", number)
    assert before["stratum"] == before["by_rules"] != "S1"

    words = ("strata", "override", number, "--to", "S1", "--reason", "pays next week", "--by", "Li")
    assert run(lender, *words)["new"]
    assert not run(lender, *words)["new"]
    kept = run(lender, "strata", "run")
    assert (kept["moved"], kept["held"]) == (0, 1)
    seen = run(lender, "strata", "show", number)
    assert (seen["stratum"], seen["by_person"], len(seen["moves"])) == ("S1", True, 2)

    portfolio_line = run(lender, "portfolio", "refresh")
    assert portfolio_line["drawn"] >= 12
    evidence = lender.litigation.evidence
    day = evidence.now().date() + timedelta(days=1)
    assert run(lender, *words, "--until", day.isoformat())["new"]
    past = run(lender, *words, "--until", "2020-01-01")
    assert (past["exit"], past["error"]["code"]) == (1, "strata")


def test_a_warning_of_a_person_is_said_once_and_moves_the_loan(lender: Lender) -> None:
    run(lender, "strata", "run")
    quiet = next(
        one for one in lender.litigation.evidence.store.loans_between(SAMPLE, 0, 10_000)
        if run(lender, "strata", "show", one)["reasons"][0].startswith("no-signal")
    )  # fmt: skip
    words = ("warn", quiet, "--rule", "employer-closed", "--level", "watch", "--reason", "shop shut", "--by", "Wu")
    assert run(lender, *words)["event"] == run(lender, *words)["event"]
    assert run(lender, "strata", "run")["moves"] == [{"from": "S0", "to": "S1", "loans": 1}]
    seen = run(lender, "strata", "show", quiet)
    assert (seen["stratum"], [one["code"] for one in seen["signals"]]) == ("S1", ["raised:employer-closed"])
    assert [one["step"] for one in seen["steps"]] == ["remind", "check"]
    assert run(lender, "warn", "nobody", *words[2:])["exit"] == 1


def test_a_step_is_done_by_an_event_after_the_move() -> None:
    moved: Told = ("stratum.moved", {"from": "none", "to": "S2", "treatment": "call=3 plan=15", "decided_by": "rules"})
    call: Told = ("contact.made", {"channel": "phone", "result": "answered"})
    steps = steps_since(loan(call, moved), "call=3 plan=15")
    assert [(one.code, one.done) for one in steps] == [("call", None), ("plan", None)]
    done = steps_since(loan(moved, call), "call=3 plan=15")
    assert (done[0].done, done[0].due) == (DAY - timedelta(days=5), DAY - timedelta(days=2))
    last = held(loan(moved))
    assert last is not None
    assert not last.binds(DAY)
    assert Level("serious") > Level("notice")  # words only: their order means nothing
