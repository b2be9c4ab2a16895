"""kill -9 in the middle of an import: what was acknowledged is there, the log is sound, and the import goes on."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from sqlalchemy import create_engine, text

from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.digest import sha256_hex
from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import leaf_hash, root_hash, root_of
from evidence_service.database import open_database
from evidence_service.workflow.audit import audit_consistency
from evidence_service.workflow.publish import publish
from tests.conftest import ROOT
from tests.evidence_service.adapters.logs import open_store
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, NOW
from tests.evidence_service.workflow.import_worker import original

KILLS = 5
COUNT = 4000


def run_and_kill(command: list[str], printed: Path, moment: float) -> bool:
    """Start the import, let it acknowledge something, kill it `moment` seconds later; whether it was still running."""
    with printed.open("wb") as output:
        worker = subprocess.Popen(command, cwd=ROOT, stdout=output)
    deadline = time.monotonic() + 60
    while b"read" not in printed.read_bytes() and worker.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    time.sleep(moment)
    running = worker.poll() is None
    worker.kill()
    worker.wait(60)
    return running


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


def test_an_import_that_is_killed_five_times_keeps_every_acknowledged_event_and_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    vault, dice = tmp_path / "vault", random.Random(database_url[:6])
    command = [
        *(sys.executable, "-m", "tests.evidence_service.workflow.import_worker"),
        *(database_url, str(vault), str(COUNT)),
    ]
    engine = open_database(database_url)
    store = open_store(engine)
    told: dict[int, str] = {}
    sizes = [0]
    for kill in range(KILLS):
        printed = tmp_path / f"printed-{kill}"
        assert run_and_kill(command, printed, dice.uniform(0.0, 0.25)), "it finished before it was killed"
        told |= acknowledged(printed)
        _wait_for_its_last_transaction(database_url)
        size = assert_sound(store, FileVault(vault, engine, store.keys))
        assert told
        logged = {one.index: one.event_id for one in store.events_before(INSTITUTION, None, COUNT)}
        assert told.items() <= logged.items()
        published = publish(store, store.log(INSTITUTION), TestKey(store.log(INSTITUTION).origin), NOW)
        assert published.checkpoint.size == (size if size == sizes[-1] else size + 1)  # and the map's entry
        sizes.append(published.checkpoint.size)
    assert sizes == sorted(sizes)
    events = len(store.events_before(INSTITUTION, None, COUNT))
    finished = subprocess.run(
        [*command[:-1], str(events + 50)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert assert_sound(store, FileVault(vault, engine, store.keys)) == sizes[-1] + 50
    published = publish(store, store.log(INSTITUTION), TestKey(store.log(INSTITUTION).origin), NOW)
    for size in sorted({size for size in sizes if size}):
        assert audit_consistency(store, INSTITUTION, size, published.checkpoint.size).consistent
    engine.dispose()


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
