"""What somebody looks at personal data for, as he stated it in one session: for one thing, or for everything."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from evidence_service.core.event import format_instant
from evidence_service.database import reading, writing
from web.tables import stated_purpose

EVERYTHING = "*"


class SqlPurposes:
    """Stated purposes of one instance; the access log keeps them, this only remembers them for the session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def state(self, session: str, thing: str, purpose: str, now: datetime) -> None:
        """Remember a purpose; a later one replaces it."""
        mine = (stated_purpose.c.session == session) & (stated_purpose.c.thing == thing)
        values = {"session": session, "thing": thing, "purpose": purpose, "at": format_instant(now)}
        with writing(self._engine) as connection:
            connection.execute(delete(stated_purpose).where(mine))
            connection.execute(insert(stated_purpose).values(values))

    def stated(self, session: str, thing: str) -> str | None:
        """The purpose for a thing: its own, else the one for everything; None where nobody was asked yet."""
        query = select(stated_purpose.c.thing, stated_purpose.c.purpose).where(
            stated_purpose.c.session == session, stated_purpose.c.thing.in_([thing, EVERYTHING])
        )
        with reading(self._engine) as connection:
            found = {row.thing: row.purpose for row in connection.execute(query)}
        return found.get(thing, found.get(EVERYTHING))

    def latest(self, session: str) -> str | None:
        """What was stated last in a session: the next form begins with it."""
        query = select(stated_purpose.c.purpose).where(stated_purpose.c.session == session)
        with reading(self._engine) as connection:
            return connection.execute(query.order_by(stated_purpose.c.at.desc()).limit(1)).scalar_one_or_none()
