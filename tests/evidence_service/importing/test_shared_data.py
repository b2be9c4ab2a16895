"""The whole public data sets through the shipped profiles: every row, no reject."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evidence_service.core.event import event_from
from evidence_service.importing import Accepted, load_profile, read_events

DATA = Path(__file__).parents[3].parent / "shared" / "data"
SETS = {
    "bpic12": ("bpic12/bpic12_events.csv.gz", 262_200, 262_200),
    "rtfm": ("rtfm/rtfm_events.csv.gz", 561_470, 561_470),
    "lendingclub": ("lendingclub_2007_2011/loans.csv.gz", 42_535, 98_013),
}
EVERY = 10  # one event in ten is put through the schema check: all of them would take two minutes


@pytest.mark.shared
@pytest.mark.skipif(not DATA.is_dir(), reason="the wider data are not beside the checkout")
@pytest.mark.parametrize("name", SETS)
def test_every_row_is_taken(name: str) -> None:
    file, rows, events = SETS[name]
    kinds: Counter[str] = Counter()
    lines: set[int] = set()
    ids: set[str] = set()
    for number, record in enumerate(read_events(DATA / file, load_profile(name))):
        assert isinstance(record, Accepted), record
        assert record.event is not None
        kinds[record.event["type"]] += 1
        lines.add(record.line)
        ids.add(record.event["id"])
        if number % EVERY == 0:
            event_from(record.event)
    assert len(lines) == rows
    assert kinds.total() == len(ids) == events
    if name == "lendingclub":  # counts from the source: charged off under both policies, recoveries, settlements
        assert kinds["loan.charged_off"] == 5_670 + 761
        assert kinds["recovery.received"] == 6_357
        assert kinds["settlement.agreed"] == 155
    print(f"{name}: {rows:,} of {rows:,} rows, {events:,} events, 0 rejected")
