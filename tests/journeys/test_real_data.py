"""Real input: every event of the public logs and every LendingClub loan, with nothing rejected and totals as given."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine, text

from evidence_service.bootstrap import open_home
from tests.conftest import CountCases
from tests.journeys.program import ROOT, Program

pytestmark = [pytest.mark.shared, pytest.mark.chain]
DATA = ROOT.parent / "shared" / "data"
LOANS = DATA / "lendingclub_2007_2011" / "loans.csv.gz"
PATIENT = 5_400  # seconds: seven minutes where the machine does nothing else


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


if "PROOFDOCKET_ALL_DRAFTS" in os.environ:  # a quarter of an hour on two cores

    def test_every_loan_of_the_policy_that_was_charged_off_becomes_a_draft_in_one_batch(
        instance: Program, tmp_path: Path, count_cases: CountCases
    ) -> None:
        """On-policy: the status `Charged Off` alone; loans that "do not meet the credit policy" bear another status."""
        command = instance.start(
            "batch", "start", "--overdue", "--institution", "lendingclub", "--draft",
            "--where", "loan.charged_off.status=Charged Off", "--out", tmp_path,
        )  # fmt: skip
        assert command.wait(timeout=PATIENT) == 0
        (batch,) = instance.json("batch", "list")["batches"]
        assert (batch["failed"], batch["draft"]) == (0, True)
        packages = sorted(tmp_path.glob("*.zip"))
        count_cases("draft packages of charged-off loans in one batch", len(packages), 5_670)
        with ProcessPoolExecutor(2) as pool:
            checked = list(pool.map(debt_in_draft, packages, chunksize=100))
        expected = charged_off_on_policy()
        count_cases(
            "debts derived from terms and totals", sum(1 for one in checked if expected[one[0]] == one[1]), 5_670
        )
        for package in packages[::150]:
            report = instance.json("verify", package, "--offline", code=2)
            assert report["result"] == "incomplete"


def debt_in_draft(package: Path) -> tuple[str, Decimal]:
    """Loan, and the total of its derived debt; nothing in the package may look like a claim for filing."""
    with ZipFile(package) as opened:
        (name,) = [one for one in opened.namelist() if one.endswith("data/ledger.json")]
        ledger = json.loads(opened.read(name))
        metadata = json.loads(opened.read(name.replace("ledger.json", "package.json")))
        pdf = opened.read(name.replace("ledger.json", "bundle.pdf"))
    debt = ledger["derived"]
    assert (ledger["claim"], ledger["input"]) == (None, None)
    assert (metadata["draft"], debt["not_for_filing"], debt["currency"]) == (True, True, "USD")
    assert {"currency", "issued-month", "payment-days", "late-charges"} <= {note["code"] for note in debt["notes"]}
    assert pdf.startswith(b"%PDF-")
    owed = Decimal(debt["terms"]["principal"]) + sum(Decimal(line["interest"]) for line in debt["lines"])
    received = sum(Decimal(amount) for amount in debt["received"].values()) - Decimal(debt["beyond_plan"])
    assert owed - received == Decimal(debt["total"]) + Decimal(debt["undue_principal"])
    return metadata["our_reference"].partition(":")[2], Decimal(debt["total"])


def charged_off_on_policy() -> dict[str, Decimal]:
    """What each loan owes by the file alone: a plan in arithmetic of its own, less what was received."""
    cent = Decimal("0.01")
    owed = {}
    with gzip.open(LOANS, "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["loan_status"] != "Charged Off":
                continue
            balance, months = Decimal(row["funded_amnt"]), int(row["term"])
            rate = Decimal(row["int_rate"])  # as the source states it, with the noise of its floats
            level = balance * rate / 12 / (1 - (1 + rate / 12) ** -months)
            level, interest = level.quantize(cent, ROUND_HALF_UP), Decimal(0)
            for month in range(months):
                part = (balance * rate / 12).quantize(cent, ROUND_HALF_UP)
                interest += part
                balance = Decimal(0) if month == months - 1 else balance - (level - part)
            principal = Decimal(row["funded_amnt"]) - Decimal(row["total_rec_prncp"]).quantize(cent, ROUND_HALF_UP)
            unpaid = max(Decimal(0), interest - Decimal(row["total_rec_int"]).quantize(cent, ROUND_HALF_UP))
            recovered = Decimal(row["recoveries"]).quantize(cent, ROUND_HALF_UP)
            owed[row["row_id"]] = max(Decimal(0), max(Decimal(0), principal) + unpaid - recovered)
    return owed


def source_sums() -> dict[str, Decimal]:
    """The same three sums, straight from the file."""
    sums = {"issued": Decimal(0), "received": Decimal(0), "recovered": Decimal(0)}
    with gzip.open(LOANS, "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            sums["issued"] += Decimal(row["funded_amnt"])
            sums["received"] += Decimal(row["total_pymnt"] or 0)
            sums["recovered"] += Decimal(row["recoveries"] or 0)
    return sums
