"""Filters that an account saved: a name and the query of a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select

from evidence_service.core.event import format_instant
from evidence_service.database import reading, writing
from evidence_service.errors import MalformedInputError
from web.tables import saved_filter

MOST = 50
LONGEST_NAME, LONGEST_QUERY = 40, 2000
C = saved_filter.c


class SavedFilterError(MalformedInputError):
    """A filter cannot be saved: its name, its length, or how many there are."""

    code = "saved-filter"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """One saved filter."""

    name: str
    query: str


class SavedFilters:
    """Saved filters on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    def of(self, account: str, page: str) -> list[SavedFilter]:
        """The filters of an account for a page, by name."""
        query = select(saved_filter).where(C.account == account, C.page == page).order_by(C.name)
        with reading(self._engine) as connection:
            return [SavedFilter(row.name, row.query) for row in connection.execute(query)]

    def save(self, account: str, page: str, name: str, query: str) -> None:
        """Keep a filter under a name, in place of one that had it."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable() or len(query) > LONGEST_QUERY:
            raise SavedFilterError(f"a filter needs a name of at most {LONGEST_NAME} characters")
        mine = (C.account == account) & (C.page == page)
        with writing(self._engine) as connection:
            connection.execute(delete(saved_filter).where(mine, C.name == name))
            if connection.execute(select(func.count()).select_from(saved_filter).where(mine)).scalar_one() >= MOST:
                raise SavedFilterError(f"at most {MOST} filters are kept; delete one first")
            values = {"account": account, "page": page, "name": name, "query": query}
            connection.execute(insert(saved_filter).values(**values, saved_at=format_instant(self._now())))

    def forget(self, account: str, page: str, name: str) -> None:
        """Delete a filter."""
        with writing(self._engine) as connection:
            connection.execute(delete(saved_filter).where(C.account == account, C.page == page, C.name == name))
