"""What survives an erasure: packages, filings in the outbox, reasons of courts, and what no program can list.

Spec: docs/spec/erasure.md (Surviving copies). The tables of cases are the litigation room's; this file only reads where
a loan's papers went. Nothing is deleted here: a copy that was handed out is somebody else's, or evidence of a case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, column, select, table

from evidence_service.adapters import tables
from evidence_service.adapters.tables_api import access
from evidence_service.database import reading
from evidence_service.ports.erasure import Copy

PACKAGE = table("package", column("id"), column("our_reference"), column("path"), column("sha256"))
FILING = table("filing", column("id"), column("our_reference"), column("outbox"), column("package_sha256"))
DOCKET = table("docket_entry", column("id"), column("our_reference"), column("detail"), column("detail_digest"))


class SurvivingCopies:
    """`Copies` of one instance."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self._engine, self._home = engine, home

    def surviving(self, institution: str, loans: Collection[str]) -> list[Copy]:
        """Copies of these loans' data that this instance handed out, or that may lie where no program can look."""
        found: list[Copy] = []
        with reading(self._engine) as connection:
            for loan in loans:
                found += _of_case(connection, f"{institution}:{loan}")
            found += _disclosures(connection, institution, loans)
        found += self._files()
        found.append(Copy("import-file", "files that events were imported from, with their attachments", known=False))
        found.append(Copy("backup", f"backups of {self._home} and of the database made before", known=False))
        if self._engine.dialect.name == "postgresql":
            found.append(Copy("database-wal", "write-ahead log, replicas and archives of PostgreSQL", known=False))
        found.append(Copy("file-system", "snapshots, journals and old blocks of the disk", known=False))
        return found

    def _files(self) -> Iterator[Copy]:
        """Folders of this instance that may hold data of anybody: looked at by hand."""
        for kind, name in (("rejects", "imports"), ("demo", "demo"), ("upload", "uploads")):
            folder = self._home / name
            if folder.is_dir() and any(folder.iterdir()):
                yield Copy(kind, str(folder), known=False)


def _disclosures(connection: Connection, institution: str, loans: Collection[str]) -> Iterator[Copy]:
    """Fields of these loans' entries that were opened for somebody, as the access log has it."""
    event, log = tables.event.c, tables.log.c
    known = select(event.idx).join(tables.log, log.id == event.log_id).where(log.institution == institution)
    entries = {
        f"entry {index}" for loan in loans for index in connection.execute(known.where(event.loan == loan)).scalars()
    }
    query = select(access).where(access.c.institution == institution, access.c.action == "disclose")
    for row in connection.execute(query.order_by(access.c.id)):
        if row.object.partition(":")[0] in entries:
            yield Copy("disclosure", f"{row.object} (opened by {row.who} on {row.at[:10]}: {row.purpose})")


def _of_case(connection: Connection, reference: str) -> Iterator[Copy]:
    packages = select(PACKAGE).where(PACKAGE.c.our_reference == reference).order_by(PACKAGE.c.id)
    for row in connection.execute(packages):
        yield Copy("package", row.path, row.sha256)
    filings = select(FILING).where(FILING.c.our_reference == reference).order_by(FILING.c.id)
    for row in connection.execute(filings):
        yield Copy("filing", row.outbox, row.package_sha256)
    entries = select(DOCKET).where(DOCKET.c.our_reference == reference).order_by(DOCKET.c.id)
    for row in connection.execute(entries):
        if row.detail:
            yield Copy("court-reason", f"docket_entry {row.id}", row.detail_digest)
