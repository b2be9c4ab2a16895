"""Real input: every event of the public logs and every LendingClub loan, with nothing rejected and totals as given."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from evidence_service.bootstrap import open_home
from tests.conftest import CountCases
from tests.journeys.program import ROOT, Program

pytestmark = [pytest.mark.shared, pytest.mark.chain]
DATA = ROOT.parent / "shared" / "data"
LOANS = DATA / "lendingclub_2007_2011" / "loans.csv.gz"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("real") / "home")
    program.json("init")
    yield program
    program.run("chain", "stop")


@pytest.mark.parametrize(
    ("profile", "file", "events"),
    [
        ("bpic12", "bpic12/bpic12_events.csv.gz", 262_200),
        ("rtfm", "rtfm/rtfm_events.csv.gz", 561_470),
        ("lendingclub", "lendingclub_2007_2011/loans.csv.gz", 98_013),
    ],
)
def test_every_row_is_logged_and_none_is_rejected(
    instance: Program, count_cases: CountCases, profile: str, file: str, events: int
) -> None:
    taken = instance.json("import", DATA / file, "--profile", profile)
    assert taken["rejected"] == 0
    assert taken["rejects_file"] is None
    assert taken["logs"] == {profile: events}
    count_cases(f"import {profile} events", taken["accepted"], events)


def test_equal_timestamps_keep_the_order_of_the_source(instance: Program) -> None:
    engine = create_engine(f"sqlite:///{instance.home / 'proofdocket.db'}")
    query = text(
        "SELECT e.loan, e.sequence, e.event_id FROM event e JOIN log l ON l.id = e.log_id "
        "WHERE l.institution = 'bpic12' ORDER BY e.loan, e.sequence"
    )
    with engine.connect() as connection:
        wrong = [row.event_id for row in connection.execute(query) if int(row.event_id.split(":")[2]) != row.sequence]
    engine.dispose()
    assert wrong == []


def test_each_log_is_published_and_anchored_by_itself(instance: Program) -> None:
    published = instance.json("publish")
    anchored = instance.json("anchor")
    sizes = {"bpic12": 262_201, "rtfm": 561_471, "lendingclub": 98_014}  # with the map's entry
    assert {log["institution"]: log["tree_size"] for log in published["logs"]} == sizes
    assert {log["institution"]: log["state"] for log in anchored["logs"]} == dict.fromkeys(sizes, "final")


def test_lendingclub_totals_stand_in_the_log_as_the_source_gives_them(instance: Program) -> None:
    store, size = open_home(instance.home).store, 98_014
    sums: dict[str, Decimal] = {"issued": Decimal(0), "received": Decimal(0), "recovered": Decimal(0)}
    for start in range(0, size, 5_000):
        for one in store.events_between("lendingclub", start, start + 5_000):
            kind, payload = one.type, json.loads(one.body or b"")["payload"]
            if kind == "loan.issued":
                sums["issued"] += Decimal(payload["amount"])
            elif kind == "payment.summarised":
                sums["received"] += Decimal(payload["total"])
            elif kind == "recovery.received":
                sums["recovered"] += Decimal(payload["amount"])
    assert sums == source_sums()


def test_charged_off_loans_build_drafts_that_say_why_they_are_not_for_filing(
    instance: Program, tmp_path: Path, count_cases: CountCases
) -> None:
    built = instance.json("bundle", "--overdue", "--institution", "lendingclub", "--limit", "40", "--out", tmp_path)
    assert (built["failed"], built["drafts"]) == (0, 40)
    report = instance.json("verify", tmp_path, "--offline", code=2)
    assert report["counts"]["failed"] == 0
    count_cases("draft packages of charged-off loans", report["counts"]["items"], 40)


def source_sums() -> dict[str, Decimal]:
    """The same three sums, straight from the file."""
    sums = {"issued": Decimal(0), "received": Decimal(0), "recovered": Decimal(0)}
    with gzip.open(LOANS, "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            sums["issued"] += Decimal(row["funded_amnt"])
            sums["received"] += Decimal(row["total_pymnt"] or 0)
            sums["recovered"] += Decimal(row["recoveries"] or 0)
    return sums
