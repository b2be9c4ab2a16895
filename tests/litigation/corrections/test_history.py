"""Of an event and its corrections only the newest counts; the others stay, and say which one replaced them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from litigation.core.history import HistoryEvent, LoanHistory

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)


def event(number: int, corrects: str = "") -> HistoryEvent:
    return HistoryEvent(
        event_id=f"E-{number}",
        type="payment.received",
        occurred_at=NOON,
        captured_at=NOON,
        sequence=number,
        index=number,
        leaf_hash="00" * 32,
        payload={"amount": f"{number}.00"},
        originals=(),
        corrects=corrects,
    )


def history(*events: HistoryEvent) -> LoanHistory:
    return LoanHistory("sample-cf", "LN-1", events)


@pytest.mark.parametrize(
    ("corrections", "counting"),
    [
        ({}, ["E-0", "E-1", "E-2", "E-3"]),
        ({2: "E-0"}, ["E-1", "E-2", "E-3"]),
        ({2: "E-0", 3: "E-2"}, ["E-1", "E-3"]),  # a correction of a correction
        ({2: "E-0", 3: "E-0"}, ["E-1", "E-3"]),  # the same event corrected twice: the newest counts
        ({1: "E-0", 2: "E-1", 3: "E-0"}, ["E-3"]),
    ],
)
def test_the_newest_correction_counts(corrections: dict[int, str], counting: list[str]) -> None:
    told = history(*(event(number, corrections.get(number, "")) for number in range(4)))
    assert [one.event_id for one in told.current()] == counting
    assert [one.event_id for one in told.events] == ["E-0", "E-1", "E-2", "E-3"]
    assert set(told.superseded()) == {"E-0", "E-1", "E-2", "E-3"} - set(counting)


def test_a_superseded_event_names_the_correction_that_counts() -> None:
    told = history(event(0), event(1, "E-0"), event(2, "E-1"))
    assert {name: one.event_id for name, one in told.superseded().items()} == {"E-0": "E-2", "E-1": "E-2"}


def test_an_event_whose_content_was_erased_counts_for_nothing() -> None:
    told = history(event(0), replace(event(1), erased=True, payload={}))
    assert [one.event_id for one in told.current()] == ["E-0"]
    assert len(told.events) == 2
