"""Accounts in the SQL database: who may sign in, with which role, and how often a password was wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from evidence_service.bootstrap import open_engine, require_database
from evidence_service.clock import now
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import ConflictError
from evidence_service.settings import read_settings
from web.accounts import after_failure
from web.ports import Account, Role
from web.tables import account


class SqlAccounts:
    """`Accounts` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    def find(self, name: str) -> Account | None:
        """The account of that name, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(account).where(account.c.name == name)).one_or_none()
        return None if row is None else _account(row)

    def add(self, name: str, password_hash: str, role: Role) -> None:
        """Make an account; ConflictError if the name is taken."""
        values = {
            "name": name,
            "password_hash": password_hash,
            "role": role.value,
            "created_at": format_instant(self._now()),
            "failed": 0,
        }
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(account).values(values))
        except IntegrityError:
            raise ConflictError("an account of this name exists already") from None

    def record_failure(self, name: str, now: datetime) -> None:
        """Count one wrong password and lock by web.accounts.after_failure."""
        query = select(account.c.failed).where(account.c.name == name).with_for_update()
        with writing(self._engine) as connection:  # SQLite holds its write lock, PostgreSQL the row
            failed = connection.execute(query).scalar_one_or_none()
            if failed is None:
                return
            count, locked_until = after_failure(failed, now)
            values: dict[str, Any] = {"failed": count}
            if locked_until is not None:
                values["locked_until"] = format_instant(locked_until)
            connection.execute(update(account).where(account.c.name == name).values(values))

    def record_success(self, name: str, now: datetime) -> None:
        """Forget the failures and the lock."""
        with writing(self._engine) as connection:
            connection.execute(update(account).where(account.c.name == name).values(failed=0, locked_until=None))


def _account(row: Any) -> Account:
    locked_until = parse_instant(row.locked_until, "locked_until") if row.locked_until else None
    return Account(row.name, row.password_hash, Role(row.role), row.failed, locked_until)


def open_accounts(home: Path | None) -> SqlAccounts:
    """The account store of a home folder."""
    settings = read_settings(home)
    require_database(settings)
    return SqlAccounts(open_engine(settings), now)
