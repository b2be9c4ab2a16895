"""The overview of loans in the SQL database: written by whoever draws it, read a page at a time by key.

Spec: docs/spec/portfolio.md. Each read is bounded by an index; no page counts its way through the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Engine, case, delete, func, insert, select, update

from evidence_service.core.event import format_instant
from evidence_service.database import reading, writing
from litigation.adapters.overview_query import (
    CASE,
    COLUMN,
    C,
    beyond,
    conditions,
    joined,
    lines,
    place_of,
    typed,
    with_case,
)
from litigation.adapters.overview_rows import line, values, yuan
from litigation.adapters.tables_overview import loan_overview as table
from litigation.adapters.tables_overview import overview_mark
from litigation.core.overview import Choice, LoanLine, LoanOverview, Mark, Order, Page, Place, Total

CHUNK = 500


class SqlLoanOverview:
    """The overview on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, rows: Sequence[LoanOverview]) -> None:
        """Write lines in place of those that were there."""
        for start in range(0, len(rows), CHUNK):
            some = rows[start : start + CHUNK]
            with writing(self._engine) as connection:
                for institution in {row.institution for row in some}:
                    mine = [row.loan for row in some if row.institution == institution]
                    connection.execute(delete(table).where(C.institution == institution, C.loan.in_(mine)))
                connection.execute(insert(table), [values(row) for row in some])

    def drop(self, institution: str, loans: Sequence[str]) -> None:
        """Take loans out of the overview."""
        for start in range(0, len(loans), CHUNK):
            with writing(self._engine) as connection:
                some = loans[start : start + CHUNK]
                connection.execute(delete(table).where(C.institution == institution, C.loan.in_(some)))

    def clear(self, institution: str) -> None:
        """Forget everything about an institution but its past days, which nothing could draw again."""
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(C.institution == institution))
            connection.execute(delete(overview_mark).where(overview_mark.c.institution == institution))

    def mark(self, institution: str) -> Mark | None:
        """How far the overview is."""
        query = select(overview_mark).where(overview_mark.c.institution == institution)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Mark(row.size, date.fromisoformat(row.as_of))

    def set_mark(self, institution: str, mark: Mark, now: datetime) -> None:
        """The overview covers the log up to here; never less than before."""
        columns = overview_mark.c
        mine = columns.institution == institution
        stored = {"as_of": mark.as_of.isoformat(), "updated_at": format_instant(now)}
        with writing(self._engine) as connection:
            known = connection.execute(select(columns.size).where(mine)).scalar_one_or_none()
            if known is None:
                connection.execute(insert(overview_mark).values(institution=institution, size=mark.size, **stored))
            elif mark.size >= known:
                connection.execute(update(overview_mark).where(mine).values(size=mark.size, **stored))

    def stale(self, institution: str, today: date, most: int | None = None) -> list[str]:
        """Loans whose line changes by the day alone and is not of today, by loan number; at most so many."""
        day = today.isoformat()
        query = select(C.loan).where(C.institution == institution, C.changes_on <= day, C.as_of < day).limit(most)
        with reading(self._engine) as connection:
            return sorted(row.loan for row in connection.execute(query))

    def page(self, institution: str, choice: Choice, today: date, place: Place | None, limit: int) -> Page:
        """A page of the list from a place on."""
        column, backwards = COLUMN[choice.order], place is not None and place.backwards
        falling = (choice.order is Order.CLAIM) != backwards
        query = lines(institution, choice, today)
        if place is not None:
            value = typed(choice.order, place.value)
            query = query.where(beyond(column, value, place.loan, choice.order, backwards=backwards))
        order = column.desc() if falling else column.asc()
        query = query.order_by(order, C.loan.desc() if backwards else C.loan.asc()).limit(limit + 1)
        with reading(self._engine) as connection:
            rows = list(connection.execute(query))
        more = len(rows) > limit
        rows = rows[:limit][::-1] if backwards else rows[:limit]
        if not rows:
            return Page((), None, None)
        first, last = place_of(rows[0], choice.order, backwards=True), place_of(rows[-1], choice.order, backwards=False)
        has_earlier = more if backwards else place is not None
        has_later = backwards or more
        return Page(tuple(line(row) for row in rows), first if has_earlier else None, last if has_later else None)

    def total(self, institution: str, choice: Choice, today: date) -> Total:
        """How many loans a choice holds, and what they owe."""
        owed = func.sum(case((C.claim > 0, C.claim), else_=0))
        query = joined(select(func.count(), owed), choice).where(*conditions(institution, choice, today))
        with reading(self._engine) as connection:
            loans, amount = connection.execute(query).one()
        return Total(int(loans), yuan(amount or 0))

    def chosen(self, institution: str, choice: Choice, today: date, limit: int) -> list[LoanLine]:
        """All lines of a choice in their order, up to a limit."""
        column = COLUMN[choice.order]
        order = column.desc() if choice.order is Order.CLAIM else column.asc()
        query = lines(institution, choice, today).order_by(order, C.loan).limit(limit)
        with reading(self._engine) as connection:
            return [line(row) for row in connection.execute(query)]

    def named(self, institution: str, loans: Sequence[str]) -> list[LoanLine]:
        """The lines of these loans, by loan number."""
        found: list[LoanLine] = []
        with reading(self._engine) as connection:
            for start in range(0, len(loans), CHUNK):
                some = C.loan.in_(loans[start : start + CHUNK])
                query = with_case(select(table, CASE.id, CASE.state)).where(C.institution == institution, some)
                found += [line(row) for row in connection.execute(query)]
        return sorted(found, key=lambda one: one.overview.loan)

    def words(self, institution: str) -> dict[str, list[str]]:
        """The products, courts and strata that there are, for the lists of a form."""
        found = {}
        with reading(self._engine) as connection:
            for name in ("product", "court", "stratum"):
                query = select(C[name]).where(C.institution == institution, C[name] != "").distinct().order_by(C[name])
                found[name] = [row[0] for row in connection.execute(query)]
        return found
