"""Pauses of a network address after many wrong sign-ins, whatever names were tried. Rows go when they are old.

Twenty failures within a quarter of an hour pause an address for a quarter of an hour. This machine's own address is
never paused: behind a proxy that is not named (PROOFDOCKET_PROXIES) it would be everybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from sqlalchemy import Engine, delete, insert, select, update

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from web.tables import address_pause

MAX_FAILURES = 20
LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Pause:
    """An address that may not sign in until then."""

    address: str
    until: datetime


class SqlPauses:
    """The pauses of one instance."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def paused(self, address: str, now: datetime) -> bool:
        """Whether nobody may sign in from there now."""
        return any(pause.address == address for pause in self.all(now))

    def record_failure(self, address: str, now: datetime) -> None:
        """Count one failure of an address."""
        if is_own(address):
            return
        query = select(address_pause).where(address_pause.c.address == address).with_for_update()
        with writing(self._engine) as connection:
            connection.execute(delete(address_pause).where(address_pause.c.last_at < format_instant(now - LASTS)))
            row = connection.execute(query).one_or_none()
            failed = 1 + (row.failed if row is not None else 0)
            until = format_instant(now + LASTS) if failed % MAX_FAILURES == 0 else None
            values = {"failed": failed, "last_at": format_instant(now)} | ({"locked_until": until} if until else {})
            if row is None:
                connection.execute(insert(address_pause).values(**values, address=address))
            else:
                connection.execute(update(address_pause).where(address_pause.c.address == address).values(values))

    def all(self, now: datetime) -> list[Pause]:
        """The addresses that are paused now."""
        query = select(address_pause).where(address_pause.c.locked_until > format_instant(now))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(address_pause.c.address)).all()
        return [Pause(row.address, parse_instant(row.locked_until, "locked_until")) for row in rows]

    def forget(self, address: str) -> None:
        """Let an address try again."""
        with writing(self._engine) as connection:
            connection.execute(delete(address_pause).where(address_pause.c.address == address))


def is_own(address: str) -> bool:
    """Whether it is this machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True  # no address at all: a socket file, behind a proxy of ours
