"""A process that imports so many events as `proofdocket import` does and prints its largest memory: `COUNT FOLDER`.

The database may keep 2 MB of its pages in memory, so that what is left to grow is the program's own.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event

from evidence_service.adapters.file_vault import FileVault
from evidence_service.database import migrate, open_database
from evidence_service.importing.records import Accepted
from evidence_service.workflow import import_events
from evidence_service.workflow.import_events import ImportDoors, import_records
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.examples import INSTITUTION, event_value, line

BATCH = 1000
LOANS = 500


def records(count: int) -> Iterator[Accepted]:
    """Events one by one, as a reader hands them over: none is kept."""
    template = line(event_value("payment.received", id="E-0", loan="LN-0", subjects=["borrower:B0"]))
    rng = Random(count)
    for number in range(count):
        at = rng.randrange(LOANS)
        raw = template.replace(b'"E-0"', b'"E-%d"' % number).replace(b'"LN-0"', b'"LN-%d"' % at)
        yield Accepted(number + 1, None, raw.replace(b'"borrower:B0"', b'"borrower:B%d"' % at))


def main(count: int, folder: Path) -> None:
    """Import, and say what it took."""
    engine = open_database(f"sqlite:///{folder / 'log.db'}")
    event.listen(engine, "connect", _small_cache)
    migrate(engine)
    store = open_store(engine)
    make_log(store)
    doors = ImportDoors(
        store=store,
        vault=FileVault(folder / "vault", engine, store.keys),
        find_file=lambda _sha256: None,
        reject=lambda reject: sys.exit(f"rejected: {reject}"),
        progress=lambda _counts: None,
        now=lambda: datetime.now(UTC),
        randomness=os.urandom,
    )
    import_events.BATCH = BATCH
    accepted = import_records(records(count), {INSTITUTION}, doors).accepted
    print(accepted, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _small_cache(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA cache_size=-2048")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
