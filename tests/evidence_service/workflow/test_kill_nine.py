"""kill -9 in the middle of an import: what was acknowledged is there, the log is sound, and the import goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from sqlalchemy import create_engine, text

from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.digest import sha256_hex
from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import leaf_hash, root_hash, root_of
from evidence_service.database import migrate, open_database
from evidence_service.workflow.audit import audit_consistency
from evidence_service.workflow.publish import publish
from tests.conftest import ROOT
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, NOW
from tests.evidence_service.workflow.import_worker import original

KILLS = 30
LOOKED_AT = 10
"""After so many kills the whole log is read and a checkpoint signed; after every kill, what was acknowledged."""
COUNT = 4000
SENT_AGAIN = 5


class Starter:
    """One process that starts writers when asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run_and_kill(self, printed: Path, first: int, moment: float) -> int:
        """Let a writer acknowledge something, kill it `moment` seconds later; how it ended."""
        writer = int(self._ask(f"{printed} {first} {COUNT}"))
        deadline = time.monotonic() + 60
        while not printed.exists() or b"read" not in printed.read_bytes():
            assert time.monotonic() < deadline
            time.sleep(0.002)
        time.sleep(moment)
        os.kill(writer, signal.SIGKILL)  # nobody else has this id: its starter has not taken note of its end yet
        return int(self._answer())

    def run(self, printed: Path, first: int, count: int) -> int:
        """Let a writer finish; how it ended."""
        self._ask(f"{printed} {first} {count}")
        return int(self._answer())

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def starter(url: str, vault: Path) -> Iterator[Starter]:
    """A starter of writers into this database."""
    command = [sys.executable, "-m", "tests.evidence_service.workflow.import_worker", url, str(vault)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Starter(process)


def acknowledged(printed: Path) -> dict[int, str]:
    """What the process told before it died; a last line that was cut off was told to nobody."""
    whole = printed.read_bytes().rpartition(b"\n")[0].decode()
    parts = [line.partition(" ") for line in whole.splitlines()]
    return {int(index): event_id for index, _, event_id in parts if index.isdigit()}


def assert_sound(store: SqlLogStore, vault: FileVault) -> int:
    """No gap, no fork, nothing half written: from the leaves alone, not from what is stored about them."""
    size = store.log(INSTITUTION).size
    found = list(store.leaves(INSTITUTION, 0, size + 1000))
    assert [index for index, _, _ in found] == list(range(size))
    hashes = [leaf_hash(leaf) for _, leaf, _ in found]
    assert hashes == [digest for _, _, digest in found]
    assert root_of(hashes) == root_hash(store.tree(INSTITUTION, size), size)
    for loan, head in store.loans(INSTITUTION):
        mine = store.events_of_loan(INSTITUTION, loan)
        assert [one.sequence for one in mine] == list(range(head.next_sequence))
        assert mine[-1].leaf_hash == head.last_leaf_hash
        for before, after in pairwise(mine):
            assert parse_leaf(after.leaf).previous == before.leaf_hash.hex()
        for one in mine:
            number = int(one.event_id.removeprefix("E-"))
            if number % 3 == 0:
                assert vault.get(INSTITUTION, sha256_hex(original(number))) == original(number)
    return size


def test_an_import_that_is_killed_thirty_times_keeps_every_acknowledged_event_and_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    vault, dice = tmp_path / "vault", random.Random(database_url[:6])
    engine = open_database(database_url)
    migrate(engine)
    store = open_store(engine)
    make_log(store)
    told: dict[int, str] = {}
    sizes = []
    with starter(database_url, vault) as started:
        for kill in range(1, KILLS + 1):
            printed = tmp_path / f"printed-{kill}"
            first = max(0, events_of(store) - SENT_AGAIN)
            assert started.run_and_kill(printed, first, dice.uniform(0.0, 0.1)) == -signal.SIGKILL
            fresh = acknowledged(printed)
            assert fresh
            told |= fresh
            _wait_for_its_last_transaction(database_url)
            since = store.events_between(INSTITUTION, min(fresh), store.log(INSTITUTION).size)
            assert fresh.items() <= {one.index: one.event_id for one in since}.items()
            if kill % LOOKED_AT == 0:
                size = assert_sound(store, FileVault(vault, engine, store.keys))
                logged = {one.index: one.event_id for one in store.events_between(INSTITUTION, 0, size)}
                assert told.items() <= logged.items()
                sizes.append(publish(store, store.log(INSTITUTION), TestKey(store.log(INSTITUTION).origin), NOW))
        assert started.run(tmp_path / "rest", 0, events_of(store) + 50) == 0
    assert assert_sound(store, FileVault(vault, engine, store.keys)) == sizes[-1].checkpoint.size + 50
    last = publish(store, store.log(INSTITUTION), TestKey(store.log(INSTITUTION).origin), NOW).checkpoint.size
    for one in sizes:
        assert audit_consistency(store, INSTITUTION, one.checkpoint.size, last).consistent
    engine.dispose()


def events_of(store: SqlLogStore) -> int:
    """How many events there are: numbered from 0 without a gap, as they were sent."""
    newest = store.events_before(INSTITUTION, None, 1)
    return int(newest[0].event_id.removeprefix("E-")) + 1 if newest else 0


def _wait_for_its_last_transaction(url: str) -> None:
    """A PostgreSQL server notices a dead client a moment later and may still commit what it had received."""
    if url.startswith("sqlite"):
        return
    engine = create_engine(url)
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND state <> 'idle'"
    )
    deadline = time.monotonic() + 30
    with engine.connect() as connection:
        while connection.execute(query).scalar_one() and time.monotonic() < deadline:
            connection.rollback()
            time.sleep(0.02)
    engine.dispose()
