"""Second factors in the SQL database: secrets sealed, recovery codes as digests, the last step that was used.

A factor counts once its owner confirmed it with a code. A code or recovery code is used up in the transaction that
accepts it, so two requests with one code never both pass.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from evidence_service.core.event import format_instant
from evidence_service.database import reading, writing
from web.sealing import SecretBox
from web.second_factor import (
    RECOVERY_BYTES,
    RECOVERY_CODES,
    SECRET_BYTES,
    new_secret,
    recovery_codes,
    recovery_digest,
    used_step,
)
from web.tables import account_factor as factor
from web.tables import account_recovery as recovery


class SqlFactors:
    """The second factors of one instance."""

    def __init__(self, engine: Engine, box: SecretBox, randomness: Callable[[int], bytes]) -> None:
        self._engine, self._box, self._randomness = engine, box, randomness

    def has(self, name: str) -> bool:
        """Whether an account has a confirmed second factor."""
        query = select(factor.c.account).where(factor.c.account == name, factor.c.confirmed_at.is_not(None))
        with reading(self._engine) as connection:
            return connection.execute(query).one_or_none() is not None

    def holders(self) -> set[str]:
        """The accounts that have one."""
        with reading(self._engine) as connection:
            query = select(factor.c.account).where(factor.c.confirmed_at.is_not(None))
            return set(connection.execute(query).scalars())

    def propose(self, name: str, now: datetime) -> str:
        """The secret that waits to be confirmed; the same one until it is, so that reloading the page breaks nothing.

        Called only where no factor is confirmed; `remove` comes before a new one."""
        with writing(self._engine) as connection:
            row = connection.execute(select(factor).where(factor.c.account == name)).one_or_none()
            if row is not None:
                assert row.confirmed_at is None
                return self._box.open(row.sealed, name)
            secret = new_secret(self._randomness(SECRET_BYTES))
            values = {"account": name, "sealed": self._box.seal(secret, name), "made_at": format_instant(now)}
            connection.execute(insert(factor).values(**values, last_step=0))
        return secret

    def forget_waiting(self, name: str) -> None:
        """Drop a secret that waits to be confirmed: somebody else may have seen it."""
        with writing(self._engine) as connection:
            connection.execute(delete(factor).where(factor.c.account == name, factor.c.confirmed_at.is_(None)))

    def confirm(self, name: str, code: str, now: datetime) -> list[str] | None:
        """Confirm a waiting factor by its first code; returns the recovery codes, shown only now, or None."""
        with writing(self._engine) as connection:
            if not self._use(connection, name, code, now, confirmed=False):
                return None
            values = {"confirmed_at": format_instant(now)}
            connection.execute(update(factor).where(factor.c.account == name).values(values))
            return self._put_recovery(connection, name)

    def pass_code(self, name: str, code: str, now: datetime) -> bool:
        """Whether a code passes; it is used up by that."""
        with writing(self._engine) as connection:
            return self._use(connection, name, code, now, confirmed=True)

    def pass_recovery(self, name: str, typed: str, now: datetime) -> bool:
        """Whether a recovery code passes; it is used up by that."""
        mine = (recovery.c.account == name) & (recovery.c.digest == recovery_digest(typed))
        with writing(self._engine) as connection:
            query = update(recovery).where(mine, recovery.c.used_at.is_(None)).values(used_at=format_instant(now))
            return connection.execute(query).rowcount == 1

    def new_recovery(self, name: str) -> list[str]:
        """Ten new recovery codes; the old ones are void."""
        with writing(self._engine) as connection:
            return self._put_recovery(connection, name)

    def recovery_left(self, name: str) -> int:
        """How many recovery codes are unused."""
        query = select(recovery.c.digest).where(recovery.c.account == name, recovery.c.used_at.is_(None))
        with reading(self._engine) as connection:
            return len(connection.execute(query).all())

    def remove(self, name: str) -> None:
        """Take an account's second factor and recovery codes away."""
        with writing(self._engine) as connection:
            connection.execute(delete(factor).where(factor.c.account == name))
            connection.execute(delete(recovery).where(recovery.c.account == name))

    def _use(self, connection: Connection, name: str, code: str, now: datetime, *, confirmed: bool) -> bool:
        query = select(factor).where(factor.c.account == name).with_for_update()
        row = connection.execute(query).one_or_none()
        if row is None or (row.confirmed_at is not None) is not confirmed:
            return False
        step = used_step(self._box.open(row.sealed, name), code, now, row.last_step)
        if step is None:
            return False
        connection.execute(update(factor).where(factor.c.account == name).values(last_step=step))
        return True

    def _put_recovery(self, connection: Connection, name: str) -> list[str]:
        codes = recovery_codes(self._randomness(RECOVERY_CODES * RECOVERY_BYTES))
        connection.execute(delete(recovery).where(recovery.c.account == name))
        rows = [{"account": name, "digest": recovery_digest(code)} for code in codes]
        connection.execute(insert(recovery), rows)
        return codes
