"""Cases, packages, filings and docket entries in the SQL database."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, Table, func, insert, select
from sqlalchemy.exc import IntegrityError

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError
from litigation.adapters import tables


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of this instance. `id` is 0 until it is stored."""

    id: int
    our_reference: str
    institution: str
    loan: str
    state: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package that was built. `size` in bytes; digests in hex."""

    id: int
    our_reference: str
    institution: str
    path: str
    sha256: str
    pdf_sha256: str
    size: int
    pages: int
    as_of: str
    tree_size: int
    root: str
    draft: bool
    built_at: datetime


class SqlCaseStore:
    """Cases and packages on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_case(self, row: CaseRow) -> CaseRow:
        """Store a case; an existing one of the same loan is returned unchanged."""
        known = self._case(row.our_reference)
        if known is not None:
            return known
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(tables.case).values(_case_values(row)))
        except IntegrityError:  # another worker of the batch opened it at this moment
            return self._case(row.our_reference) or row
        return row

    def record_packages(self, rows: Sequence[tuple[CaseRow, PackageRow]]) -> None:
        """Store cases and their packages, each once, in one write."""
        try:
            with writing(self._engine) as connection:
                for case, package in rows:
                    if connection.execute(_case_of(case.our_reference)).first() is None:
                        connection.execute(insert(tables.case).values(_case_values(case)))
                    if connection.execute(_package_of(package)).first() is None:
                        connection.execute(insert(tables.package).values(_package_values(package)))
        except IntegrityError:  # another worker stored one of them at this moment: each by itself
            for case, package in rows:
                self.open_case(case)
                self.add_package(package)

    def add_package(self, row: PackageRow) -> bool:
        """Store a package; False where exactly these bytes are stored already."""
        try:
            return self._add_package(row)
        except IntegrityError:  # another worker of the batch stored it at this moment
            return False

    def _add_package(self, row: PackageRow) -> bool:
        with writing(self._engine) as connection:
            if connection.execute(_package_of(row)).first() is not None:
                return False
            connection.execute(insert(tables.package).values(_package_values(row)))
        return True

    def cases(self, limit: int, before: int | None = None, institutions: Set[str] | None = None) -> list[CaseRow]:
        """A page of cases (of some institutions), newest first; `before` is the id of the last one seen."""
        query = _of(tables.case, select(tables.case), institutions).order_by(tables.case.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(tables.case.c.id < before)
        with reading(self._engine) as connection:
            return [case_row(row) for row in connection.execute(query)]

    def packages(self, limit: int, before: int | None = None, institutions: Set[str] | None = None) -> list[PackageRow]:
        """A page of packages (of some institutions), newest first; `before` is the id of the last one seen."""
        table = tables.package
        query = _of(table, select(table), institutions).order_by(table.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.id < before)
        with reading(self._engine) as connection:
            return [package_row(row) for row in connection.execute(query)]

    def package(self, package_id: int) -> PackageRow:
        """One package by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tables.package).where(tables.package.c.id == package_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"package {package_id} is not in this instance")
        return package_row(row)

    def package_by_digest(self, digest: str) -> PackageRow:
        """The newest package with this SHA-256."""
        query = select(tables.package).where(tables.package.c.sha256 == digest).order_by(tables.package.c.id.desc())
        with reading(self._engine) as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        if row is None:
            raise NotFoundError(f"no package with SHA-256 {digest[:16]}… was built by this instance")
        return package_row(row)

    def has_package(self, digest: str, *, final: bool = False) -> bool:
        """Whether a package with this SHA-256 is on record; with `final`, one that is no draft."""
        query = select(tables.package.c.id).where(tables.package.c.sha256 == digest)
        if final:
            query = query.where(tables.package.c.draft.is_(False))
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def loan_of(self, our_reference: str) -> str:
        """The loan that a case is about."""
        case = self._case(our_reference)
        if case is None:
            raise NotFoundError(f"case {our_reference} is not in this instance")
        return case.loan

    def counts(self, institutions: Set[str] | None = None) -> tuple[int, int]:
        """How many cases and packages there are (of some institutions)."""
        queries = [
            _of(table, select(func.count()).select_from(table), institutions) for table in (tables.case, tables.package)
        ]
        with reading(self._engine) as connection:
            cases, packages = (int(connection.execute(query).scalar_one()) for query in queries)
        return cases, packages

    def _case(self, our_reference: str) -> CaseRow | None:
        with reading(self._engine) as connection:
            row = connection.execute(_case_of(our_reference)).one_or_none()
        return None if row is None else case_row(row)


def _of(table: Table, query: Select[Any], institutions: Set[str] | None) -> Select[Any]:
    return query if institutions is None else query.where(table.c.institution.in_(sorted(institutions)))


def _case_of(our_reference: str) -> Select[Any]:
    return select(tables.case).where(tables.case.c.our_reference == our_reference)


def _case_values(row: CaseRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in CaseRow.__slots__ if name not in ("id", "opened_at")}
    return values | {"opened_at": format_instant(row.opened_at)}


def _package_of(row: PackageRow) -> Select[Any]:
    table = tables.package
    return select(table.c.id).where(table.c.our_reference == row.our_reference, table.c.sha256 == row.sha256)


def _package_values(row: PackageRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in PackageRow.__slots__ if name not in ("id", "built_at")}
    return values | {"built_at": format_instant(row.built_at)}


def case_row(row: Any) -> CaseRow:
    """A row of `case_file`."""
    opened_at = parse_instant(row.opened_at, "opened_at")
    return CaseRow(row.id, row.our_reference, row.institution, row.loan, row.state, opened_at)


def package_row(row: Any) -> PackageRow:
    """A row of `package`."""
    values = {name: getattr(row, name) for name in PackageRow.__slots__ if name != "built_at"}
    return PackageRow(**values, built_at=parse_instant(row.built_at, "built_at"))
