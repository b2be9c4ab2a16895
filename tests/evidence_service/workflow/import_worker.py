"""Processes that import numbered events in small batches until they are killed: `import_worker URL VAULT`.

Each line on standard input, `PATH FIRST COUNT`, starts one that writes its answers to that path: after each batch that
is durable the leaf index and id of every event in it, as a server would answer. The log is there already. The starter
tells its process id, and afterwards how it ended. Forked from one that has read all modules, a process costs a
hundredth of a fresh interpreter.
"""

from __future__ import annotations

import base64
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from evidence_service.adapters.file_vault import FileVault
from evidence_service.database import open_database
from evidence_service.importing.records import Accepted
from evidence_service.workflow import import_events
from evidence_service.workflow.import_events import ImportCounts, ImportDoors, PreparedHere, import_records
from tests.evidence_service.adapters.logs import open_store
from tests.evidence_service.examples import INSTITUTION, attachment, event_value, line

BATCH = 10
PREPARING = PreparedHere(os.urandom)
"""Made once, before any process is forked: what it keeps only saves work."""


def original(number: int) -> bytes:
    """The original of one event."""
    return b"original %d" % number


def record(number: int) -> Accepted:
    """The event of that number as a line of a file; every third one brings an original."""
    value = event_value(id=f"E-{number}", loan=f"LN-{number % 7}")
    if number % 3 == 0:
        content = original(number)
        value["attachments"] = [{**attachment(content), "content": base64.b64encode(content).decode()}]
    return Accepted(number, None, line(value))


def run(url: str, vault: Path, first: int, count: int) -> None:
    """Import so many events from that number on; what is known already is a duplicate."""
    engine = open_database(url)
    store = open_store(engine)
    told = store.log(INSTITUTION).size

    def answer(counts: ImportCounts) -> None:
        nonlocal told
        size = store.log(INSTITUTION).size
        for one in reversed(store.events_before(INSTITUTION, size, size - told)):
            print(one.index, one.event_id)
        told = size
        print(f"read {counts.read}", flush=True)

    doors = ImportDoors(
        store=store,
        vault=FileVault(vault, engine, store.keys),
        find_file=lambda _sha256: None,
        reject=lambda reject: sys.exit(f"rejected: {reject}"),
        progress=answer,
        now=lambda: datetime.now(UTC),
        randomness=os.urandom,
        preparing=PREPARING,
    )
    import_events.BATCH = BATCH
    import_records((record(number) for number in range(first, first + count)), {INSTITUTION}, doors)
    print("done", flush=True)


def start(url: str, vault: Path, path: str, first: int, count: int) -> None:
    """Fork one process, tell its id, wait for its end and tell that: minus the signal, or what it exited with."""
    child = os.fork()
    if child == 0:
        with open(path, "wb") as printed:  # noqa: PTH123
            os.dup2(printed.fileno(), 1)
        run(url, vault, first, count)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    for request in sys.stdin:
        path, first, count = request.split()
        start(sys.argv[1], Path(sys.argv[2]), path, int(first), int(count))
