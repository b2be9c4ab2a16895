"""A process that appends its own events to a log, batch after batch: `append_worker URL NAME BATCHES SIZE`."""

from __future__ import annotations

import sys

from evidence_service.database import open_database
from evidence_service.workflow.ingest import ingest_batch
from tests.evidence_service.adapters.logs import open_store
from tests.evidence_service.examples import INSTITUTION, NOW, Randomness, event


def main(url: str, name: str, batches: int, size: int) -> None:
    """Append; print the leaf index of each event, in order."""
    store = open_store(open_database(url))
    for batch in range(batches):
        made = [event(id=f"{name}-{batch * size + number}", loan=f"LN-{number % 2}") for number in range(size)]
        receipts = ingest_batch(store, INSTITUTION, made, now=NOW, randomness=Randomness(f"{name}{batch}".encode()))
        print("\n".join(f"{receipt.event_id} {receipt.index}" for receipt in receipts), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
