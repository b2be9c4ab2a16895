"""A process that imports numbered events in small batches until it is killed: `import_worker URL VAULT COUNT`.

After each batch that is durable it prints the leaf index and id of every event in it, as a server would answer.
"""

from __future__ import annotations

import base64
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from evidence_service.adapters.file_vault import FileVault
from evidence_service.database import migrate, open_database
from evidence_service.importing.records import Accepted
from evidence_service.workflow import import_events
from evidence_service.workflow.import_events import ImportCounts, ImportDoors, import_records
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.examples import INSTITUTION, attachment, event_value, line

BATCH = 10


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


def main(url: str, vault: Path, count: int) -> None:
    """Import everything from the first event on; what is known already is a duplicate."""
    engine = open_database(url)
    migrate(engine)
    store = open_store(engine)
    make_log(store)
    told = 0

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
    )
    import_events.BATCH = BATCH
    import_records((record(number) for number in range(count)), {INSTITUTION}, doors)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
