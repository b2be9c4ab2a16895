"""Clocks: which entries hang one, which stop it, and from which day the law counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from litigation.core.clocks import Clock, clocks, limitation_clock
from litigation.core.court_entry import FIRST, CourtEntry, EntryKind
from litigation.core.filing import Filing, FilingState
from litigation.core.limitation import Limitation, LimitationState
from litigation.rulebook import load_rules

START = datetime(2026, 6, 1, 1, tzinfo=UTC)
RULES = load_rules()


def filing(state: FilingState = FilingState.ACCEPTED) -> Filing:
    return Filing(
        1,
        "lender:L1",
        "lender",
        "court",
        "0x1",
        "00",
        "0x2",
        1,
        "0x3",
        0,
        "0x4",
        b"",
        state,
        1,
        "0x5",
        START,
        "",
        START,
    )


def running(*steps: tuple[str, dict[str, Any]], state: FilingState = FilingState.ACCEPTED) -> dict[str, list[Clock]]:
    entries = [
        CourtEntry("court", "0x2", n, FIRST, EntryKind(kind), START + timedelta(days=n), detail)
        for n, (kind, detail) in enumerate(steps, 1)
    ]
    found: dict[str, list[Clock]] = {}
    for clock in clocks(filing(state), entries, RULES, START + timedelta(days=30)):
        found.setdefault(clock.what, []).append(clock)
    return found


def test_a_fee_stops_only_its_own_notice() -> None:
    notices = (
        ("fee_notice", {"amount": "910.00", "due_on": "2026-06-20"}),
        ("fee_paid", {"amount": "910.00", "on": "x"}),
    )
    later = ("fee_notice", {"amount": "520.00", "due_on": "2026-07-20"})
    assert "fee" not in running(*notices)
    assert [clock.last_day for clock in running(*notices, later)["fee"]] == [date(2026, 7, 20)]
    assert running(later)["fee"][0].alarm == "later"


def test_a_fee_without_a_day_is_due_seven_days_after_its_notice() -> None:
    (fee,) = running(("fee_notice", {"amount": "910.00"}))["fee"]
    assert (fee.last_day, fee.rule) == (date(2026, 6, 9), "fee.payment_days")
    assert "fee" not in running(("fee_notice", {"amount": "910.00"}), ("fee_paid", {"amount": "910.00", "on": "x"}))


@pytest.mark.parametrize("state", list(FilingState))
def test_limitation_runs_where_a_suit_ended_undecided_and_nowhere_else(state: FilingState) -> None:
    none = Limitation(date(2026, 7, 10), None)
    known = LimitationState(none, (), date(2026, 7, 10), date(2026, 7, 10), False, 39, "民法典 188")
    clock = limitation_clock(filing(state), known, START)
    ended = state in (FilingState.RETURNED, FilingState.REFUSED, FilingState.ENDED, FilingState.FAILED)
    assert (clock is not None) == ended
    if clock is not None:
        assert (clock.last_day, clock.days_left, clock.alarm) == (date(2026, 7, 10), 39, "later")
    assert limitation_clock(filing(state), None, START) is None


def test_the_appeal_runs_from_the_service_of_the_decision_and_of_nothing_else() -> None:
    judgment = ("judgment", {"kind": "judgment", "case_number": "x", "effective_on": "2026-07-01"})
    notice = ("served", {"document": "交费通知书", "channel": "post", "served_on": "2026-06-30"})
    decision = ("served", {"document": "民事判决书", "channel": "post", "served_on": "2026-06-10"})
    (unserved,) = running(judgment, notice)["appeal"]
    assert unserved.provisional
    (served,) = running(judgment, notice, decision)["appeal"]
    assert (served.last_day, served.provisional) == (date(2026, 6, 25), False)
    ruling = ("judgment", {"kind": "ruling", "case_number": "x"})
    both = running(judgment, decision, ruling)
    assert len(both["appeal"]) == 2
    assert len(both["enforcement"]) == 1, "a later ruling takes no judgment's two years away"
    assert "appeal" not in running(judgment, decision, ("appealed", {}))


def test_every_preservation_has_its_own_end_and_outlives_a_withdrawal() -> None:
    two = (("preserved", {"until": "2026-09-01"}), ("preserved", {"until": "2027-09-01"}))
    assert [clock.last_day for clock in running(*two)["preservation"]] == [date(2026, 9, 1), date(2027, 9, 1)]
    assert running(*two)["preservation_renewal"][0].last_day == date(2026, 8, 2)
    ended = running(*two, ("hearing", {"at": "2026-08-01T01:00:00Z", "place": "x"}), ("withdrawn", {}))
    assert set(ended) == {"preservation", "preservation_renewal"}


def test_a_cure_is_stopped_by_the_filing_that_mends_and_the_answer_by_a_decision() -> None:
    returned = ("returned", {"defects": ["x"], "cure_by": "2026-07-10"})
    assert running(returned)["cure"][0].days_left == 9
    assert "cure" not in running(returned, ("cured", {"filing": "0x9"}))
    waiting = running(("received", {}), state=FilingState.SUBMITTED)
    assert waiting["answer"][0].last_day == date(2026, 6, 9), "from the receipt, the day itself not counted"
    assert "answer" not in running(("received", {}), ("accepted", {}), state=FilingState.SUBMITTED)


def test_a_day_before_the_rules_is_shown_as_it_is_and_stops_no_other_clock() -> None:
    old = ("served", {"document": "判决书", "channel": "post", "served_on": "1960-01-05"})
    found = running(
        ("judgment", {"kind": "judgment", "case_number": "x"}),
        old,
        ("fee_notice", {"amount": "1.00", "due_on": "2026-07-02"}),
    )
    assert found["appeal"][0].provisional
    assert found["fee"][0].last_day == date(2026, 7, 2)
