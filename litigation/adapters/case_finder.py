"""Finds cases, packages and filings by what somebody has in hand: reference, case number, digest, transaction.

Spec: docs/spec/docket.md. Exact matches only; each answer names the institution whose it is.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select, select

from evidence_service.database import reading
from litigation.adapters import tables

CASE, PACKAGE, FILING, ENTRY = tables.case.c, tables.package.c, tables.filing.c, tables.docket_entry.c
MOST = 5


class Hit(NamedTuple):
    """One thing: `kind` is case, package or filing; `name` is shown, `by` says what matched."""

    kind: str
    by: str
    institution: str
    name: str
    case_id: int | None
    loan: str
    filing_id: str


class CaseFinder:
    """Looks in one instance."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cases(self, institutions: Set[str], text: str) -> list[Hit]:
        """Cases by our reference (whole, or only the loan's number)."""
        query = select(tables.case).where(CASE.institution.in_(sorted(institutions)))
        query = query.where((CASE.our_reference == text) | (CASE.loan == text)).limit(MOST)
        with reading(self._engine) as connection:
            return [
                Hit("case", "reference", row.institution, row.our_reference, row.id, row.loan, "")
                for row in connection.execute(query)
            ]

    def by_case_number(self, institutions: Set[str], number: str) -> list[Hit]:
        """Filings to which a court gave that number."""
        query = select(ENTRY.filing_id).where(ENTRY.case_number == number).distinct().limit(MOST)
        return self._filings(institutions, FILING.filing_id.in_(query), "case_number")

    def by_transaction(self, institutions: Set[str], tx: str) -> list[Hit]:
        """Filings that a transaction lodged or answered, or that the registry knows by this id."""
        answered = select(ENTRY.filing_id).where(ENTRY.tx == tx)
        mine = (FILING.tx == tx) | (FILING.filing_id == tx) | FILING.filing_id.in_(answered)
        return self._filings(institutions, mine, "transaction")

    def by_digest(self, institutions: Set[str], sha256: str) -> list[Hit]:
        """Packages by the SHA-256 of their ZIP or of the PDF in it."""
        query: Select[Any] = (
            select(PACKAGE.institution, PACKAGE.our_reference, PACKAGE.sha256, CASE.id, CASE.loan)
            .select_from(tables.package.outerjoin(tables.case, CASE.our_reference == PACKAGE.our_reference))
            .where(PACKAGE.institution.in_(sorted(institutions)))
            .where((PACKAGE.sha256 == sha256) | (PACKAGE.pdf_sha256 == sha256))
            .limit(MOST)
        )
        with reading(self._engine) as connection:
            return [
                Hit("package", "zip" if row[2] == sha256 else "pdf", row[0], row[1], row[3], row[4] or "", "")
                for row in connection.execute(query)
            ]

    def _filings(self, institutions: Set[str], condition: object, by: str) -> list[Hit]:
        query = (
            select(FILING.institution, FILING.our_reference, FILING.filing_id, CASE.id, CASE.loan)
            .select_from(tables.filing.outerjoin(tables.case, CASE.our_reference == FILING.our_reference))
            .where(FILING.institution.in_(sorted(institutions)), condition)  # type: ignore[arg-type]
            .limit(MOST)
        )
        with reading(self._engine) as connection:
            return [
                Hit("filing", by, row[0], row[1], row[3], row[4] or "", row[2]) for row in connection.execute(query)
            ]
