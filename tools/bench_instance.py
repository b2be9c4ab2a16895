"""An instance in a temporary folder with a chain of its own, wired as the product wires itself; gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.importing.ndjson import read_ndjson
from evidence_service.service import EvidenceService, file_beside
from evidence_service.settings import read_settings
from evidence_service.workflow.import_events import Reject
from tools.bench_store import temporary_folder


@contextmanager
def temporary_instance() -> Iterator[tuple[EvidenceService, Engine]]:
    """Database, keys folder and running chain with our contracts; nobody's settings are read."""
    with temporary_folder() as folder:
        settings = read_settings(folder / "home", environ={})
        engine = open_engine(settings)
        service = open_evidence(settings, engine)
        try:
            service.chain.initialise()
            yield service, engine
        finally:
            service.chain.local.stop()
            engine.dispose()


def import_into(service: EvidenceService, path: Path) -> int:
    """Import a file through the service; every line must be taken."""
    counts = service.import_records(
        read_ndjson(path), find_file=file_beside(path), reject=_refuse, progress=lambda _counts: None
    )
    return counts.accepted


def _refuse(reject: Reject) -> None:
    raise AssertionError(f"line {reject.line} was refused: {reject.reason}")
