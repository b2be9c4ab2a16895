"""Accounts in the SQL database: who may sign in, with which role, where, how often a password was wrong."""

from __future__ import annotations

from collections.abc import Callable, Set
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evidence_service.bootstrap import open_engine, require_database
from evidence_service.clock import now
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import ConflictError, NotFoundError
from evidence_service.settings import read_settings
from web.accounts import after_failure
from web.ports import Account, Role
from web.tables import account, account_institution


class SqlAccounts:
    """`Accounts` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    def find(self, name: str) -> Account | None:
        """The account of that name, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(account).where(account.c.name == name)).one_or_none()
            return None if row is None else _account(row, _places(connection, name))

    def find_subject(self, issuer: str, subject: str) -> Account | None:
        """The account of a person at an identity provider, or None."""
        query = select(account.c.name).where(account.c.issuer == issuer, account.c.subject == subject)
        with reading(self._engine) as connection:
            name = connection.execute(query).scalar_one_or_none()
        return None if name is None else self.find(name)

    def all(self) -> list[Account]:
        """Every account, by name."""
        with reading(self._engine) as connection:
            places: dict[str, set[str]] = {}
            for row in connection.execute(select(account_institution)):
                places.setdefault(row.account, set()).add(row.institution)
            rows = connection.execute(select(account).order_by(account.c.name)).all()
        return [_account(row, places.get(row.name, set())) for row in rows]

    def add(
        self,
        name: str,
        password_hash: str,
        role: Role,
        institutions: frozenset[str] = frozenset(),
        *,
        must_change: bool = False,
        issuer: str | None = None,
        subject: str | None = None,
    ) -> None:
        """Make an account; ConflictError if the name is taken."""
        values = {
            "name": name,
            "password_hash": password_hash,
            "role": role.value,
            "created_at": format_instant(self._now()),
            "failed": 0,
            "must_change": int(must_change),
            "issuer": issuer,
            "subject": subject,
        }
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(account).values(values))
                _put_places(connection, name, institutions)
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
        self._change(name, failed=0, locked_until=None)

    def set_password(self, name: str, password_hash: str, *, must_change: bool = False) -> None:
        """Give an account another password; failures and lock are forgotten."""
        self._change(name, password_hash=password_hash, must_change=int(must_change), failed=0, locked_until=None)

    def rehash(self, name: str, password_hash: str) -> None:
        """Keep the same password under a hash of other costs."""
        self._change(name, password_hash=password_hash)

    def change(self, name: str, role: Role, institutions: Set[str]) -> None:
        """Give an account another role and other institutions."""
        with writing(self._engine) as connection:
            _update(connection, name, role=role.value)
            connection.execute(delete(account_institution).where(account_institution.c.account == name))
            _put_places(connection, name, institutions)

    def disable(self, name: str, at: datetime | None) -> None:
        """Close an account from now on, or open it again with None."""
        self._change(name, disabled_at=None if at is None else format_instant(at))

    def _change(self, name: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            _update(connection, name, **values)


def _update(connection: Connection, name: str, **values: Any) -> None:
    changed = connection.execute(update(account).where(account.c.name == name).values(values))
    if changed.rowcount != 1:
        raise NotFoundError("no account has this name; `proofdocket account list` shows them")


def _places(connection: Connection, name: str) -> set[str]:
    query = select(account_institution.c.institution).where(account_institution.c.account == name)
    return set(connection.execute(query).scalars())


def _put_places(connection: Connection, name: str, institutions: Set[str]) -> None:
    rows = [{"account": name, "institution": one} for one in sorted(institutions)]
    if rows:
        connection.execute(insert(account_institution), rows)


def _account(row: Any, places: Set[str]) -> Account:
    return Account(
        name=row.name,
        password_hash=row.password_hash,
        role=Role(row.role),
        failed=row.failed,
        locked_until=parse_instant(row.locked_until, "locked_until") if row.locked_until else None,
        institutions=frozenset(places),
        disabled_at=parse_instant(row.disabled_at, "disabled_at") if row.disabled_at else None,
        must_change=bool(row.must_change),
        issuer=row.issuer or "",
        subject=row.subject or "",
    )


def open_accounts(home: Path | None) -> SqlAccounts:
    """The account store of a home folder."""
    settings = read_settings(home)
    require_database(settings)
    return SqlAccounts(open_engine(settings), now)
