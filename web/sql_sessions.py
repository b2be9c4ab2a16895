"""Sessions on the server: who is signed in where, since when, and that it can be ended from elsewhere.

The browser holds a random token, the database its SHA-256. A session that waits for the second factor is not whole and
opens nothing but the page that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from evidence_service.core.commitment import base64url
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from web.tables import stated_purpose, web_session

TOKEN_BYTES = 32
HALF_LASTS = timedelta(minutes=10)  # time to type the second factor
TOUCH_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=30)
MAX_AGENT = 160


@dataclass(frozen=True, slots=True)
class WebSession:
    """One sign-in. `how` is password or oidc; `digest` is what the server keeps of the token."""

    digest: str
    account: str
    how: str
    address: str
    agent: str
    began_at: datetime
    seen_at: datetime
    whole: bool
    ended_at: datetime | None

    def open(self, now: datetime, idle: timedelta, absolute: timedelta) -> bool:
        """Whether it still counts: not ended, not idle for too long, not older than it may become."""
        if self.ended_at is not None or not self.began_at <= now + TOUCH_EVERY:
            return False
        if not self.whole:
            return now - self.began_at < HALF_LASTS
        return now - self.began_at < absolute and now - self.seen_at < idle


class SqlSessions:
    """The sessions of one instance."""

    def __init__(self, engine: Engine, randomness: Callable[[int], bytes]) -> None:
        self._engine, self._randomness = engine, randomness

    def begin(self, account: str, how: str, address: str, agent: str, now: datetime, *, whole: bool) -> str:
        """Begin a session; returns the token that the browser keeps."""
        token, at = base64url(self._randomness(TOKEN_BYTES)), format_instant(now)
        shown = "".join(one for one in agent if one.isprintable())[:MAX_AGENT]
        values = {"digest": digest_of(token), "account": account, "how": how, "address": address, "agent": shown}
        with writing(self._engine) as connection:
            connection.execute(insert(web_session).values(**values, began_at=at, seen_at=at, whole=int(whole)))
            old = select(web_session.c.digest).where(web_session.c.began_at < format_instant(now - KEPT))
            connection.execute(delete(stated_purpose).where(stated_purpose.c.session.in_(old)))
            connection.execute(delete(web_session).where(web_session.c.began_at < format_instant(now - KEPT)))
        return token

    def find(self, token: str) -> WebSession | None:
        """The session of a token, open or not."""
        with reading(self._engine) as connection:
            query = select(web_session).where(web_session.c.digest == digest_of(token))
            row = connection.execute(query).one_or_none()
        return None if row is None else _session(row)

    def touch(self, session: WebSession, now: datetime) -> None:
        """Note that the session is in use; at most once a minute, so that reading a page seldom writes."""
        if now - session.seen_at < TOUCH_EVERY:
            return
        with writing(self._engine) as connection:
            here = web_session.c.digest == session.digest
            connection.execute(update(web_session).where(here).values(seen_at=format_instant(now)))

    def of(self, account: str) -> list[WebSession]:
        """The sessions of an account that nobody ended, newest first."""
        query = select(web_session).where(web_session.c.account == account, web_session.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            return [_session(row) for row in connection.execute(query.order_by(web_session.c.began_at.desc()))]

    def end(self, digest: str, account: str, now: datetime) -> None:
        """End one session of an account."""
        mine = (web_session.c.digest == digest) & (web_session.c.account == account)
        self._end(mine, now)

    def end_all(self, account: str, now: datetime, but: str = "") -> None:
        """End every session of an account, except one."""
        self._end((web_session.c.account == account) & (web_session.c.digest != but), now)

    def end_halves(self, account: str, now: datetime) -> None:
        """End every session of an account that waits for its second factor."""
        self._end((web_session.c.account == account) & (web_session.c.whole == 0), now)

    def _end(self, which: Any, now: datetime) -> None:
        with writing(self._engine) as connection:
            query = update(web_session).where(which, web_session.c.ended_at.is_(None))
            connection.execute(query.values(ended_at=format_instant(now)))


def digest_of(token: str) -> str:
    """What the server keeps of a token with 256 random bits."""
    return sha256(token.encode()).hexdigest()


def _session(row: Any) -> WebSession:
    return WebSession(
        digest=row.digest,
        account=row.account,
        how=row.how,
        address=row.address,
        agent=row.agent,
        began_at=parse_instant(row.began_at, "began_at"),
        seen_at=parse_instant(row.seen_at, "seen_at"),
        whole=bool(row.whole),
        ended_at=parse_instant(row.ended_at, "ended_at") if row.ended_at else None,
    )
