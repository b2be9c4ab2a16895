"""Submissions, entries, case numbers and answers of a court in the SQL database.

Spec: docs/spec/filing.md. Every write takes the one write lock, so numbers and places have no gaps that a later commit
could fill: whoever has read entries up to a place misses none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from evidence_service.core.chain import PreparedTx
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, together, writing
from evidence_service.errors import ConflictError, NotFoundError
from litigation.court_side.adapters import tables
from litigation.court_side.adapters.rows import FIXED, MOVING, filer_of_row, submission_of_row
from litigation.court_side.adapters.sql_court_desk import SqlCourtDesk
from litigation.court_side.core.filer import Filer
from litigation.court_side.core.quota import OwnQuota
from litigation.court_side.core.submission import Submission
from litigation.court_side.ports import StoredAnswer, StoredEntry, StoredMove

COURT_LOCK = (7305, -7)
SAFE = ("lodged", "failed")


class SqlCourtStore(SqlCourtDesk):
    """`CourtStore` on SQLite and PostgreSQL."""

    @contextmanager
    def unit(self) -> Iterator[None]:
        """One write transaction, alone on the database."""
        with together(self._engine) as unit:
            connection = unit.connection
            if connection.dialect.name == "postgresql":
                space, key = COURT_LOCK
                connection.execute(text("SELECT pg_advisory_xact_lock(:space, :key)"), {"space": space, "key": key})
            yield

    def add_filer(self, filer: Filer) -> None:
        """Register a filer; an institution has one key at a time."""
        table = tables.filer
        same = select(table.c.id).where(table.c.institution == filer.institution, table.c.revoked_at.is_(None))
        with self.unit(), writing(self._engine) as connection:
            if connection.execute(same).first() is not None:
                raise ConflictError(f"{filer.institution} has a key already; revoke it first (court filer revoke)")
            values = {name: getattr(filer, name) for name in ("id", "name", "institution", "credit_code", "digest")}
            values |= _limits(filer.quota)
            connection.execute(insert(table).values(**values, added_at=format_instant(filer.added_at)))

    def filers(self) -> list[Filer]:
        """All filers, oldest first."""
        with reading(self._engine) as connection:
            query = select(tables.filer).order_by(tables.filer.c.added_at, tables.filer.c.id)
            return [filer_of_row(row) for row in connection.execute(query)]

    def filer(self, key_id: str) -> Filer | None:
        """The filer of a key id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tables.filer).where(tables.filer.c.id == key_id)).one_or_none()
        return None if row is None else filer_of_row(row)

    def revoke_filer(self, key_id: str, now: datetime) -> None:
        """End a filer's key."""
        table = tables.filer
        open_one = update(table).where(table.c.id == key_id, table.c.revoked_at.is_(None))
        with writing(self._engine) as connection:
            if not connection.execute(open_one.values(revoked_at=format_instant(now))).rowcount:
                raise NotFoundError("no filer has this key, or it was revoked before; see `court filer list`")

    def set_quota(self, key_id: str, quota: OwnQuota) -> None:
        """Store a filer's own limits."""
        table = tables.filer
        with writing(self._engine) as connection:
            changed = connection.execute(update(table).where(table.c.id == key_id).values(_limits(quota)))
            if not changed.rowcount:
                raise NotFoundError("no filer has this key; see `court filer list`")

    def add_submission(self, submission: Submission) -> None:
        """Store a submission that arrived."""
        values = {name: getattr(submission, name) for name in (*FIXED, *MOVING)}
        values |= {"state": submission.state.value, "received_at": format_instant(submission.received_at)}
        with writing(self._engine) as connection:
            moved = format_instant(submission.moved_at)
            connection.execute(insert(tables.submission).values(**values, moved_at=moved))

    def submission(self, filing_id: str) -> Submission | None:
        """One submission."""
        return self._one(tables.submission.c.filing_id == filing_id)

    def of_case(self, case_number: str) -> Submission | None:
        """The submission that has this case number."""
        return self._one(tables.submission.c.case_number == case_number)

    def of_beginning(self, beginning: str) -> Submission | None:
        """The one submission whose filing id begins so; None where there is none, or more than one."""
        query = select(tables.submission).where(tables.submission.c.filing_id.startswith(beginning, autoescape=True))
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(2)).all()
        return submission_of_row(rows[0]) if len(rows) == 1 else None

    def submissions(self, states: Collection[str], limit: int) -> list[Submission]:
        """Submissions in these states: urgent first, then the oldest."""
        table = tables.submission
        query = select(table).order_by(table.c.urgent.desc(), table.c.received_at, table.c.filing_id).limit(limit)
        if states:
            query = query.where(table.c.state.in_(list(states)))
        with reading(self._engine) as connection:
            return [submission_of_row(row) for row in connection.execute(query)]

    def of_loan(self, institution: str, loan: str) -> list[Submission]:
        """Submissions of one loan, oldest first."""
        table = tables.submission
        query = select(table).where(table.c.institution == institution, table.c.loan == loan)
        with reading(self._engine) as connection:
            return [submission_of_row(row) for row in connection.execute(query.order_by(table.c.received_at))]

    def move(self, submission: Submission) -> None:
        """Store a submission's new state, clerk, case number, result and urgency."""
        table = tables.submission
        values = {name: getattr(submission, name) for name in MOVING}
        values |= {"state": submission.state.value, "moved_at": format_instant(submission.moved_at)}
        with writing(self._engine) as connection:
            connection.execute(update(table).where(table.c.filing_id == submission.filing_id).values(values))

    def next_number(self, year: int, kind: str, filing_id: str) -> int:
        """Give a filing the next number of a year and kind."""
        table = tables.number
        with writing(self._engine) as connection:
            own = connection.execute(select(table.c.number).where(table.c.filing_id == filing_id)).scalar()
            if own is not None:
                return int(own)
            of_year = select(func.max(table.c.number)).where(table.c.year == year, table.c.kind == kind)
            number = int(connection.execute(of_year).scalar() or 0) + 1
            connection.execute(insert(table).values(year=year, kind=kind, number=number, filing_id=filing_id))
        return number

    def peek_number(self, year: int, kind: str) -> int:
        """The number that would be given next."""
        table = tables.number
        of_year = select(func.max(table.c.number)).where(table.c.year == year, table.c.kind == kind)
        with reading(self._engine) as connection:
            return int(connection.execute(of_year).scalar() or 0) + 1

    def add_entry(self, entry: StoredEntry) -> None:
        """Store an entry."""
        values = {name: getattr(entry, name) for name in ("filing_id", "n", "kind", "note", "by")}
        with writing(self._engine) as connection:
            connection.execute(insert(tables.entry).values(**values, at=format_instant(entry.at)))

    def entries(self, filing_id: str) -> list[StoredEntry]:
        """The entries of a filing, in order."""
        table = tables.entry
        with reading(self._engine) as connection:
            query = select(table).where(table.c.filing_id == filing_id).order_by(table.c.n)
            return [_entry(row) for row in connection.execute(query)]

    def entries_after(self, institution: str, after: int, limit: int) -> list[StoredEntry]:
        """Entries of an institution's filings behind a place, in order."""
        table, of = tables.entry, tables.submission
        query = select(table).join(of, of.c.filing_id == table.c.filing_id)
        query = query.where(of.c.institution == institution, table.c.id > after).order_by(table.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def add_answer(self, answer: StoredAnswer, now: datetime) -> None:
        """Store a decision that the registry is to be told."""
        values = {"filing_id": answer.filing_id, "decision": answer.decision, "detail_digest": answer.detail_digest}
        with writing(self._engine) as connection:
            connection.execute(insert(tables.answer).values(**values, **_moving(answer, now)))

    def move_answer(self, answer: StoredAnswer, now: datetime) -> None:
        """Store an answer's new transaction, state and block."""
        table = tables.answer
        with writing(self._engine) as connection:
            connection.execute(
                update(table).where(table.c.filing_id == answer.filing_id).values(**_moving(answer, now))
            )

    def open_answers(self) -> list[StoredAnswer]:
        """Answers that are not safe on the registry yet, in the order of their transactions."""
        table = tables.answer
        query = select(table).where(table.c.state.not_in(SAFE))
        with reading(self._engine) as connection:
            found = [_answer(row) for row in connection.execute(query)]
        return sorted(found, key=lambda one: (one.prepared.nonce if one.prepared else 2**62, one.filing_id))

    def lodged_since(self, block: int) -> list[StoredAnswer]:
        """Answers that count as lodged, from a block on."""
        table = tables.answer
        query = select(table).where(table.c.state == "lodged", table.c.block >= block)
        with reading(self._engine) as connection:
            return [_answer(row) for row in connection.execute(query)]

    def answer(self, filing_id: str) -> StoredAnswer | None:
        """The answer to a filing."""
        with reading(self._engine) as connection:
            query = select(tables.answer).where(tables.answer.c.filing_id == filing_id)
            row = connection.execute(query).one_or_none()
        return None if row is None else _answer(row)

    def add_move(self, move: StoredMove) -> bool:
        """Store what a filer sent; False where the same bytes are there already."""
        values = {name: getattr(move, name) for name in ("filing_id", "sha256", "kind", "body")}
        table = tables.move
        same = select(table.c.id).where(table.c.filing_id == move.filing_id, table.c.sha256 == move.sha256)
        try:
            with writing(self._engine) as connection:
                if connection.execute(same).first() is not None:
                    return False
                connection.execute(insert(table).values(**values, received_at=format_instant(move.received_at)))
        except IntegrityError:
            return False  # court_move_once: the same request ran beside this one
        return True

    def moves(self, filing_id: str) -> list[StoredMove]:
        """What was sent about a filing, in order."""
        table = tables.move
        with reading(self._engine) as connection:
            query = select(table).where(table.c.filing_id == filing_id).order_by(table.c.id)
            return [_move(row) for row in connection.execute(query)]

    def _one(self, condition: Any) -> Submission | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(tables.submission).where(condition)).one_or_none()
        return None if row is None else submission_of_row(row)


def _limits(quota: OwnQuota) -> dict[str, int | None]:
    return {
        "requests_per_minute": quota.requests_per_minute,
        "bytes_per_day": quota.bytes_per_day,
        "packages_waiting": quota.packages_waiting,
    }


def _moving(answer: StoredAnswer, now: datetime) -> dict[str, Any]:
    prepared = answer.prepared
    return {
        "state": answer.state,
        "nonce": prepared.nonce if prepared else None,
        "tx": prepared.tx_hash if prepared else "",
        "raw_tx": prepared.raw if prepared else b"",
        "block": answer.block,
        "block_hash": answer.block_hash,
        "updated_at": format_instant(now),
    }


def _entry(row: Any) -> StoredEntry:
    return StoredEntry(row.id, row.filing_id, row.n, row.kind, parse_instant(row.at, "at"), row.note, row.by)


def _answer(row: Any) -> StoredAnswer:
    prepared = PreparedTx(row.nonce, row.tx, bytes(row.raw_tx)) if row.nonce is not None else None
    return StoredAnswer(row.filing_id, row.decision, row.detail_digest, row.state, prepared, row.block, row.block_hash)


def _move(row: Any) -> StoredMove:
    received = parse_instant(row.received_at, "received_at")
    return StoredMove(row.id, row.filing_id, row.sha256, row.kind, bytes(row.body), received)
