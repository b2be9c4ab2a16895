"""The retention calendar: clocks start with events, statutes keep what they keep, and nothing is due before its day."""

from __future__ import annotations

from datetime import date

import pytest

from evidence_service.core.retention import Clock, DutyKind, Happening, retention_of, years_after
from evidence_service.retention_file import NAME, RetentionFileError, load_duties, read_duties

DUTIES = load_duties()
TODAY = date(2026, 6, 1)


def loan(*happenings: tuple[str, str]) -> list[Happening]:
    return [Happening(kind, date.fromisoformat(day)) for kind, day in happenings]


CLOSED = loan(("contract.signed", "2014-01-10"), ("loan.disbursed", "2014-01-11"), ("loan.closed", "2016-01-12"))


def test_a_loan_that_is_not_closed_is_kept_without_a_day() -> None:
    found = retention_of(DUTIES, CLOSED[:2], TODAY)
    assert found.kept
    assert found.kept_until is None
    assert not found.due
    assert [one.duty.id for one in found.keeping] == ["aml.records"]


def test_a_closed_loan_is_kept_for_ten_years_and_due_on_the_day_after_them() -> None:
    assert retention_of(DUTIES, CLOSED, date(2026, 1, 11)).kept_until == date(2026, 1, 12)
    after = retention_of(DUTIES, CLOSED, date(2026, 1, 12))
    assert not after.kept
    assert after.due


def test_a_payment_after_the_end_starts_the_ten_years_anew() -> None:
    late = [*CLOSED, *loan(("payment.received", "2020-02-29"))]
    assert retention_of(DUTIES, late, TODAY).kept_until == date(2030, 3, 1)


def test_what_the_house_itself_logs_starts_no_clock() -> None:
    """Else every refused erasure would keep the loan for another ten years."""
    noted = [*CLOSED, *loan(("subject.restricted", "2026-05-01"), ("hold.placed", "2026-05-01"))]
    assert retention_of(DUTIES, noted, TODAY) == retention_of(DUTIES, CLOSED, TODAY)


def test_an_application_that_came_to_nothing_is_due_at_once_unless_a_record_keeps_it() -> None:
    declined = loan(("application.submitted", "2026-05-01"), ("application.declined", "2026-05-02"))
    assert retention_of(DUTIES, declined, TODAY).due
    scored = [*declined, *loan(("decision.scored", "2026-05-02"))]
    found = retention_of(DUTIES, scored, TODAY)
    assert found.kept_until == date(2029, 5, 2)
    assert not found.due


def test_the_longest_statute_decides() -> None:
    referred = [*CLOSED, *loan(("collection.referred", "2025-03-01"))]
    assert retention_of(DUTIES, referred, TODAY).kept_until == date(2028, 3, 1)


def test_a_warning_keeps_nothing_and_makes_nothing_due() -> None:
    signed = retention_of(DUTIES, CLOSED, TODAY)
    (warning,) = [one for one in signed.states if one.duty.id == "signature.certificate"]
    assert (warning.clock, warning.day) == (Clock.PASSED, date(2019, 1, 10))
    assert warning.duty.kind is DutyKind.WARN
    assert warning not in signed.keeping


def test_the_rule_of_the_day_counts() -> None:
    """Before 2025 the statute said five years."""
    assert retention_of(DUTIES, CLOSED, date(2020, 12, 31)).kept_until == date(2021, 1, 12)
    assert retention_of(DUTIES, CLOSED, date(2024, 12, 31)).due
    assert retention_of(DUTIES, CLOSED, date(2025, 1, 1)).kept


def test_a_loan_without_events_is_neither_kept_nor_due() -> None:
    found = retention_of(DUTIES, [], TODAY)
    assert (found.kept, found.kept_until, found.due) == (False, None, False)


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [("2024-02-29", 1, "2025-03-01"), ("2024-02-29", 4, "2028-02-29"), ("2025-12-31", 10, "2035-12-31")],
)
def test_years_are_never_cut_short(day: str, years: int, then: str) -> None:
    assert years_after(date.fromisoformat(day), years) == date.fromisoformat(then)


def test_every_duty_names_its_source_and_how_well_it_is_known() -> None:
    assert {
        "aml.records",
        "pipl.assessment",
        "data.entrusted",
        "credit.adverse",
        "signature.certificate",
        "pipl.deletion",
    } <= {duty.id for duty in DUTIES}
    for duty in DUTIES:
        assert duty.source
        assert duty.mark in ("V", "S", "O")


GOOD = """
[a]
kind = "keep"
zh = "z"
en = "e"
source = "s"
mark = "V"
years = 3
from = 2025-01-01
applies = ["loan.closed"]
starts = []
ends = []
"""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('"keep"', '"burn"'),
        ('"V"', '"X"'),
        ("years = 3", "years = -1"),
        ("years = 3", "years = true"),
        ("from = 2025-01-01", 'from = "2025-01-01"'),
        ("from = 2025-01-01", "from = 2025-01-01\nuntil = 2025-01-01"),
        ('"loan.closed"', '"loan.forgotten"'),
        ('source = "s"', 'source = ""'),
        ('source = "s"', ""),
        ("[a]", "[a]\nmore = 1"),
        ("[a]", "[a"),
    ],
)
def test_a_calendar_out_of_form_is_refused(wrong: str, right: str) -> None:
    assert read_duties(GOOD.encode())[0].years == 3
    with pytest.raises(RetentionFileError, match=NAME):
        read_duties(GOOD.replace(wrong, right).encode())
