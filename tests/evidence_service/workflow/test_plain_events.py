"""Plain events through the whole way: the same leaves as on the strict way, with helpers and without, in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from evidence_service.adapters import prepare_pool
from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.prepare_pool import PreparePool, helpers_for
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.event import parse_event
from evidence_service.core.prepared import Preparer
from evidence_service.database import migrate, open_database
from evidence_service.importing.records import Accepted, Record, Rejected
from evidence_service.workflow import import_events
from evidence_service.workflow.import_events import ImportDoors, Reject, import_records
from evidence_service.workflow.ingest import PlainEvent, take_batch
from evidence_service.workflow.prove import disclosures_of
from tests.conftest import ROOT
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.examples import INSTITUTION, NOW, attachment, event_value, line, payload_of

BATCH = 10


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_events, "BATCH", BATCH)
    monkeypatch.setattr(prepare_pool, "ALONE", 1)


def doors_of(store: SqlLogStore, home: Path, pool: PreparePool | None, rejects: list[Reject]) -> ImportDoors:
    return ImportDoors(
        store=store,
        vault=FileVault(home / "vault", store._engine, store.keys),
        find_file=lambda _sha256: None,
        reject=rejects.append,
        progress=lambda _counts: None,
        now=lambda: NOW,
        randomness=os.urandom,
        preparing=pool,
    )


def mixed(count: int) -> Iterator[Record]:
    """Plain lines, lines out of order, corrections, further subjects, bad lines, refused rows, mapped rows, repeats."""
    for number in range(count):
        value = event_value(id=f"E-{number}", loan=f"LN-{number % 7}")
        kind = number % 9
        if kind == 1:
            yield Accepted(number, None, line(value))
        elif kind == 2:
            yield Accepted(number, None, canonical_bytes({**value, "subjects": ["borrower:B0001", "guarantor:G0001"]}))
        elif kind == 3:
            yield Accepted(number, None, canonical_bytes({**value, "corrects": f"E-{number - 7}"}))
        elif kind == 4:
            yield Accepted(number, None, b'{"id":1}')
        elif kind == 5:
            yield Rejected(number, "row", "no row")
        elif kind == 6:
            yield Accepted(number, value)
        elif kind == 7:
            yield Accepted(number, None, canonical_bytes({**value, "id": f"E-{number - 7}", "loan": "LN-0"}))
        else:
            yield Accepted(number, None, canonical_bytes(value))


def told(store: SqlLogStore) -> list[tuple[int, str, str, int, bytes]]:
    """Everything of a log that chance has no part in, in the order of the log; every event is proven to be whole."""
    found = []
    for event in store.events_between(INSTITUTION, 0, store.log(INSTITUTION).size):
        assert len(disclosures_of(event)) > 8
        found.append((event.index, event.event_id, event.loan, event.sequence, event.body or b""))
    return found


@pytest.mark.usefixtures("small_batches")
def test_with_a_helper_the_log_is_the_one_that_this_process_makes_alone(engine: Engine, tmp_path: Path) -> None:
    logs, tallies, set_aside = [], [], []
    for number, pool in enumerate((None, PreparePool(0, os.urandom), PreparePool(2, os.urandom))):
        store = open_store(engine)
        institution = INSTITUTION if number == 0 else f"{INSTITUTION}-{number}"
        make_log(store, institution)
        rejects: list[Reject] = []
        records = list(mixed(200))
        if number:
            records = [renamed(record, institution) for record in records]
        counts = import_records(records, {institution}, doors_of(store, tmp_path, pool, rejects))
        found = store.events_between(institution, 0, store.log(institution).size)
        logs.append([(event.index, event.event_id, event.loan, event.sequence) for event in found])
        assert all(len(disclosures_of(event)) > 8 for event in found)
        tallies.append((counts.read, counts.accepted, counts.duplicates, counts.rejected))
        set_aside.append([(reject.line, reject.code) for reject in rejects])
    assert logs[0] == logs[1] == logs[2]
    assert tallies[0] == tallies[1] == tallies[2]
    assert set_aside[0] == set_aside[1] == set_aside[2]
    assert 0 < tallies[0][3] < tallies[0][1]


def renamed(record: Record, institution: str) -> Record:
    if isinstance(record, Rejected):
        return record
    if record.event is not None:
        return Accepted(record.line, {**record.event, "institution": institution})
    old, new = f'"{INSTITUTION}"'.encode(), f'"{institution}"'.encode()
    return Accepted(record.line, None, (record.raw or b"").replace(old, new))


def test_given_the_same_randomness_both_ways_make_the_same_leaves_and_the_same_rows(tmp_path: Path) -> None:
    lines = [canonical_bytes(value) for value in EVERY_TYPE]
    found = []
    for name in ("strict", "plain"):
        engine = open_database(f"sqlite:///{tmp_path / name}.db")
        migrate(engine)
        store = open_store(engine)
        make_log(store)
        events: list[Any] = [parse_event(one) for one in lines]
        if name == "plain":
            prepared = Preparer().prepare(lines, bytes)
            events = [PlainEvent(one, one.body or raw) for one, raw in zip(prepared, lines, strict=True) if one]
        assert len(events) == len(lines)
        # One loan, every draw zero: the two logs can differ only if the ways do.
        assert take_batch(store, INSTITUTION, events, now=NOW, randomness=bytes).accepted == len(lines)
        found.append(store.events_between(INSTITUTION, 0, len(lines)))
        engine.dispose()
    assert found[0] == found[1]
    assert all(one.secret == bytes(32) for one in found[1])


EVERY_TYPE = [
    event_value(
        code,
        id=f"E-{number}",
        occurred_at="2026-01-05T02:03:04.5Z" if number % 2 else "2026-01-05T02:03:04Z",
        subjects=None if number % 3 else [f"borrower:{number}"],
        payload={name: value for name, value in payload_of(kind, full=True).items() if name not in kind.about_others},
    )
    for number, (code, kind) in enumerate(CATALOGUE.items())
]


class Watched(PreparePool):
    """A pool that tells who its helpers are."""

    executor: ProcessPoolExecutor | None = None

    def _pool(self) -> ProcessPoolExecutor:
        self.executor = super()._pool()
        return self.executor

    def helpers(self) -> list[int]:
        return [] if self.executor is None else [pid for pid in self.executor._processes or {}]


@pytest.mark.usefixtures("small_batches")
def test_a_helper_that_is_killed_takes_nothing_along_and_the_import_goes_on(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    store = open_store(sqlite_engine)
    make_log(store)
    pool, killed = Watched(1, os.urandom), []

    def records() -> Iterator[Record]:
        for number in range(400):
            if number == 200:
                for pid in pool.helpers():
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            yield Accepted(number, None, canonical_bytes(event_value(id=f"E-{number}", loan=f"LN-{number % 5}")))

    counts = import_records(records(), {INSTITUTION}, doors_of(store, tmp_path, pool, []))
    assert killed
    assert (counts.read, counts.accepted) == (400, 400)
    assert [one[1] for one in told(store)] == [f"E-{number}" for number in range(400)]


@pytest.mark.usefixtures("small_batches")
def test_no_more_than_a_few_batches_are_held_however_long_the_file_is(sqlite_engine: Engine, tmp_path: Path) -> None:
    store = open_store(sqlite_engine)
    make_log(store)
    read, most = 0, 0

    def records() -> Iterator[Record]:
        nonlocal read, most
        for number in range(1500):
            read += 1
            most = max(most, read - store.log(INSTITUTION).size)
            yield Accepted(number, None, canonical_bytes(event_value(id=f"E-{number}", loan=f"LN-{number % 5}")))

    pool = PreparePool(1, os.urandom)
    counts = import_records(records(), {INSTITUTION}, doors_of(store, tmp_path, pool, []))
    assert counts.accepted == 1500
    assert most <= (1 + prepare_pool.AHEAD + 2) * BATCH


@pytest.mark.usefixtures("small_batches")
def test_an_import_that_is_stopped_leaves_no_helper_behind(sqlite_engine: Engine, tmp_path: Path) -> None:
    store = open_store(sqlite_engine)
    make_log(store)
    pool = Watched(1, os.urandom)
    pids: list[int] = []

    def records() -> Iterator[Record]:
        for number in range(300):
            if number == 150:
                pids.extend(pool.helpers())
                raise KeyboardInterrupt
            yield Accepted(number, None, canonical_bytes(event_value(id=f"E-{number}")))

    with pytest.raises(KeyboardInterrupt):
        import_records(records(), {INSTITUTION}, doors_of(store, tmp_path, pool, []))
    assert pids
    assert not any(alive(pid) for pid in pids)
    logged = [one[1] for one in told(store)]
    assert logged == [f"E-{number}" for number in range(len(logged))]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def listen_to_the_keyboard() -> None:
    """A shell that starts tests in the background has them ignore SIGINT; a person's terminal does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def gone(group: int) -> bool:
    """Whether the whole group ends by itself within ten seconds: helpers end a moment after their parent."""
    for _ in range(200):
        time.sleep(0.05)
        if not group_alive(group):
            return True
    return False


def test_ctrl_c_in_a_large_import_ends_it_and_the_same_command_takes_the_rest(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "events.ndjson"
    proofdocket = [sys.executable, "-m", "web.cli", "--home", str(home)]
    subprocess.run([*proofdocket, "init"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run([*proofdocket, "institution", "add", INSTITUTION], cwd=ROOT, check=True, capture_output=True)
    logged = 0
    for count in (12_000, 40_000, 120_000):  # a machine that is done before the key is struck gets more to do
        with file.open("wb") as handle:
            for number in range(logged, logged + count):
                handle.write(canonical_bytes(event_value(id=f"E-{number}", loan=f"LN-{number % 50}")) + b"\n")
        before = wal_size(home)
        running = subprocess.Popen(
            [*proofdocket, "import", str(file)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True, preexec_fn=listen_to_the_keyboard,  # noqa: PLW1509 - no threads here
        )  # fmt: skip
        wait_for_entries(home, before)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: the whole group
        _, errors = running.communicate(timeout=60)
        assert b"Traceback" not in errors
        assert gone(running.pid)
        logged += count
        if running.returncode != 0:
            break
    assert running.returncode != 0, "never interrupted"
    again = subprocess.run([*proofdocket, "import", str(file), "--json"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run([*proofdocket, "chain", "stop"], cwd=ROOT, check=True, capture_output=True)
    assert f'"tree_size": {logged}'.encode() in again.stdout
    assert b'"rejected": 0' in again.stdout


def wal_size(home: Path) -> int:
    wal = home / "proofdocket.db-wal"
    return wal.stat().st_size if wal.exists() else 0


def wait_for_entries(home: Path, before: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if wal_size(home) > before + 500_000:
            return
        time.sleep(0.005)
    raise AssertionError("the import wrote nothing within a minute")


def group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_helpers_are_as_many_as_there_are_further_cores_up_to_three() -> None:
    assert [helpers_for(cores) for cores in (1, 2, 3, 4, 64)] == [0, 1, 2, 3, 3]


def test_originals_are_in_the_vault_also_when_helpers_prepare_the_rest(
    sqlite_engine: Engine, tmp_path: Path, small_batches: None
) -> None:
    store = open_store(sqlite_engine)
    make_log(store)
    rejects: list[Reject] = []
    values = [event_value(id=f"E-{number}") for number in range(100)]
    values[57] = event_value(id="E-57", attachments=[{**attachment(b"original"), "content": "b3JpZ2luYWw="}])
    values[73] = event_value(id="E-73", attachments=[attachment(b"nobody brought it")])
    records = [Accepted(number, None, canonical_bytes(value)) for number, value in enumerate(values)]
    doors = doors_of(store, tmp_path, PreparePool(1, os.urandom), rejects)
    counts = import_records(records, {INSTITUTION}, doors)
    assert (counts.accepted, counts.rejected) == (99, 1)
    assert [(one.line, one.code) for one in rejects] == [(73, "original-missing")]
    assert doors.vault.get(INSTITUTION, attachment(b"original")["sha256"]) == b"original"
