"""Filings, packages and cases as lists for reading: a page at a time by key, never more than is shown.

Spec: docs/spec/docket.md. The stores write; this reads what they wrote, for people who look at a thousand filings.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import Engine, func, select

from evidence_service.core.event import parse_instant
from evidence_service.database import reading
from evidence_service.errors import NotFoundError
from litigation.adapters import tables
from litigation.adapters.sql_case_store import CaseRow, PackageRow, case_row, package_row
from litigation.adapters.sql_filing_store import filing_row
from litigation.adapters.tables_delivery import note as court_note
from litigation.core.filing import Filing

CASE, PACKAGE, FILING, ENTRY = tables.case, tables.package, tables.filing, tables.docket_entry


class DocketReader:
    """Lists of one instance."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def case(self, case_id: int) -> CaseRow:
        """One case by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(CASE).where(CASE.c.id == case_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"case {case_id} is not in this instance")
        return case_row(row)

    def cases(self, institutions: Set[str], state: str, before: int | None, limit: int) -> list[CaseRow]:
        """Cases of some institutions, newest first; with `state`, only those that stand there."""
        query = select(CASE).where(CASE.c.institution.in_(sorted(institutions))).order_by(CASE.c.id.desc()).limit(limit)
        if state:
            query = query.where(CASE.c.state == state)
        if before is not None:
            query = query.where(CASE.c.id < before)
        with reading(self._engine) as connection:
            return [case_row(row) for row in connection.execute(query)]

    def case_of(self, our_reference: str) -> CaseRow | None:
        """The case of that reference."""
        with reading(self._engine) as connection:
            row = connection.execute(select(CASE).where(CASE.c.our_reference == our_reference)).one_or_none()
        return None if row is None else case_row(row)

    def case_of_loan(self, institution: str, loan: str) -> CaseRow | None:
        """The case of a loan."""
        query = select(CASE).where(CASE.c.institution == institution, CASE.c.loan == loan)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else case_row(row)

    def case_ids(self, institution: str, loans: Sequence[str]) -> dict[str, int]:
        """The cases of these loans, by loan number."""
        query = select(CASE.c.loan, CASE.c.id).where(CASE.c.institution == institution, CASE.c.loan.in_(loans))
        with reading(self._engine) as connection:
            return {row.loan: row.id for row in connection.execute(query)}

    def case_states(self, institution: str) -> dict[str, int]:
        """How many cases stand where."""
        query = select(CASE.c.state, func.count()).where(CASE.c.institution == institution).group_by(CASE.c.state)
        with reading(self._engine) as connection:
            return {state: int(number) for state, number in connection.execute(query)}

    def packages_of(self, our_reference: str, limit: int) -> list[PackageRow]:
        """The packages of a case, newest first."""
        query = select(PACKAGE).where(PACKAGE.c.our_reference == our_reference).order_by(PACKAGE.c.id.desc())
        with reading(self._engine) as connection:
            return [package_row(row) for row in connection.execute(query.limit(limit))]

    def filings(self, institution: str, states: Sequence[str], before: int | None, limit: int) -> list[Filing]:
        """Filings of an institution, newest first; with `states`, only those that stand there."""
        query = select(FILING).where(FILING.c.institution == institution).order_by(FILING.c.id.desc()).limit(limit)
        if states:
            query = query.where(FILING.c.state.in_(states))
        if before is not None:
            query = query.where(FILING.c.id < before)
        with reading(self._engine) as connection:
            return [filing_row(row) for row in connection.execute(query)]

    def filings_of(self, our_reference: str) -> list[Filing]:
        """The filings of a case, newest first."""
        query = select(FILING).where(FILING.c.our_reference == our_reference).order_by(FILING.c.id.desc())
        with reading(self._engine) as connection:
            return [filing_row(row) for row in connection.execute(query)]

    def filing(self, filing_id: str) -> Filing:
        """One filing by the id that the registry knows."""
        with reading(self._engine) as connection:
            row = connection.execute(select(FILING).where(FILING.c.filing_id == filing_id)).first()
        if row is None:
            raise NotFoundError("this filing is not in this instance")
        return filing_row(row)

    def filing_states(self, institution: str) -> dict[str, int]:
        """How many filings stand where."""
        query = select(FILING.c.state, func.count()).where(FILING.c.institution == institution).group_by(FILING.c.state)
        with reading(self._engine) as connection:
            return {state: int(number) for state, number in connection.execute(query)}

    def numbers(self, filing_ids: Sequence[str]) -> dict[str, str]:
        """The newest case number that a court gave each of these filings."""
        query = (
            select(ENTRY.c.filing_id, ENTRY.c.case_number)
            .where(ENTRY.c.filing_id.in_(filing_ids), ENTRY.c.case_number != "")
            .order_by(ENTRY.c.id)
        )
        with reading(self._engine) as connection:
            return {row.filing_id: row.case_number for row in connection.execute(query)}

    def answers(self, filing_id: str) -> list[Any]:
        """The docket entries of a filing as the registry told them, oldest first."""
        query = select(ENTRY).where(ENTRY.c.filing_id == filing_id).order_by(ENTRY.c.id)
        with reading(self._engine) as connection:
            return list(connection.execute(query))

    def note_counts(self, institution: str) -> list[tuple[str, str, int]]:
        """(filing id, state, signed notes) of every filing that a clock may run for."""
        query = (
            select(FILING.c.filing_id, FILING.c.state, func.count(court_note.c.filing_id))
            .select_from(FILING.outerjoin(court_note, court_note.c.filing_id == FILING.c.filing_id))
            .where(FILING.c.institution == institution, FILING.c.state.not_in(("prepared", "sent", "failed")))
            .group_by(FILING.c.filing_id, FILING.c.state)
        )
        with reading(self._engine) as connection:
            return [(row[0], row[1], int(row[2])) for row in connection.execute(query)]

    def days_to_filing(self, institution: str) -> list[tuple[str, int]]:
        """(month of lodging, days from opening the case to lodging) of every filing that was lodged."""
        query = (
            select(CASE.c.opened_at, FILING.c.lodged_at)
            .join(CASE, CASE.c.our_reference == FILING.c.our_reference)
            .where(FILING.c.institution == institution, FILING.c.lodged_at.is_not(None))
        )
        found = []
        with reading(self._engine) as connection:
            for opened, lodged in connection.execute(query):
                days = (parse_instant(lodged, "lodged_at") - parse_instant(opened, "opened_at")).days
                found.append((lodged[:7], max(0, days)))
        return found
