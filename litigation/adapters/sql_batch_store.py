"""Batches and their cases in the SQL database. These tables are the truth; a job engine only moves the work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, delete, func, insert, select, update

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError
from litigation.adapters import tables
from litigation.core.batch import Batch, BatchItem, BatchState, ItemState
from litigation.ports import WorkerRow

BATCH, ITEM, WORKER = tables.batch, tables.batch_item, tables.batch_worker


class SqlBatchStore:
    """Batches on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, batch: Batch, items: Sequence[BatchItem]) -> bool:
        """Store a batch with all its cases in one write; False, and nothing changes, where it is there already."""
        with writing(self._engine) as connection:
            if connection.execute(select(BATCH.c.id).where(BATCH.c.id == batch.id)).first() is not None:
                return False
            connection.execute(insert(BATCH).values(_batch_values(batch)))
            if items:
                connection.execute(insert(ITEM), [_item_values(item) for item in items])
        return True

    def batch(self, batch_id: str) -> Batch:
        """A batch by its id, or by the beginning of it that only one has."""
        query = select(BATCH).where(BATCH.c.id.startswith(batch_id, autoescape=True)).limit(2)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        if len(rows) != 1:
            kind = "no batch" if not rows else "more than one batch"
            raise NotFoundError(f"{kind} of this instance is called {batch_id}; `proofdocket batch list` names all")
        return _batch(rows[0])

    def batches(self) -> list[Batch]:
        """All batches, newest first."""
        with reading(self._engine) as connection:
            return [_batch(row) for row in connection.execute(select(BATCH).order_by(BATCH.c.created_at.desc()))]

    def running(self) -> list[str]:
        """The ids of the batches that are to be worked on."""
        query = select(BATCH.c.id).where(BATCH.c.state == BatchState.RUNNING.value).order_by(BATCH.c.created_at)
        with reading(self._engine) as connection:
            return [row.id for row in connection.execute(query)]

    def is_running(self, batch_id: str) -> bool:
        """Whether a batch is to be worked on now."""
        query = select(BATCH.c.state).where(BATCH.c.id == batch_id)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar() == BatchState.RUNNING.value

    def move(self, batch_id: str, come_from: Sequence[BatchState], state: BatchState, now: datetime) -> bool:
        """Move a batch on from one of these states; False where it stands elsewhere."""
        query = (
            update(BATCH)
            .where(BATCH.c.id == batch_id, BATCH.c.state.in_([one.value for one in come_from]))
            .values(state=state.value, updated_at=format_instant(now))
        )
        with writing(self._engine) as connection:
            return _changed(connection.execute(query)) == 1

    def items(self, batch_id: str, *, chunk: int | None = None, state: ItemState | None = None) -> list[BatchItem]:
        """The cases of a batch in their order."""
        query = select(ITEM).where(ITEM.c.batch == batch_id).order_by(ITEM.c.position)
        if chunk is not None:
            query = query.where(ITEM.c.chunk == chunk)
        if state is not None:
            query = query.where(ITEM.c.state == state.value)
        with reading(self._engine) as connection:
            return [_item(row) for row in connection.execute(query)]

    def item(self, batch_id: str, position: int) -> BatchItem:
        """One case of a batch."""
        query = select(ITEM).where(ITEM.c.batch == batch_id, ITEM.c.position == position)
        with reading(self._engine) as connection:
            return _item(connection.execute(query).one())

    def begin(self, item: BatchItem) -> None:
        """Count one more try, durably, before a case is touched: a case that takes its worker along shows by it."""
        query = update(ITEM).where(*_at(item)).values(tries=ITEM.c.tries + 1)
        with writing(self._engine) as connection:
            connection.execute(query)

    def give_back(self, item: BatchItem) -> None:
        """Not count this try of a case that still waits for it: it was not the case's fault."""
        query = update(ITEM).where(*_at(item), _waits_for(item)).values(tries=ITEM.c.tries - 1)
        with writing(self._engine) as connection:
            connection.execute(query)

    def finish(self, item: BatchItem) -> bool:
        """Store the end of a case that still waits for this try of it; False where another worker has it."""
        query = update(ITEM).where(*_at(item), _waits_for(item)).values(_item_values(item))
        with writing(self._engine) as connection:
            return _changed(connection.execute(query)) == 1

    def mark_recorded(self, items: Sequence[BatchItem]) -> None:
        """These cases' events and rows are written."""
        with writing(self._engine) as connection:
            for item in items:
                connection.execute(update(ITEM).where(*_at(item)).values(recorded=True))

    def retry_failed(self, batch_id: str) -> int:
        """Let the failed cases wait again; returns how many there were."""
        query = (
            update(ITEM)
            .where(ITEM.c.batch == batch_id, ITEM.c.state == ItemState.FAILED.value)
            .values(state=ItemState.WAITING.value, tries=0, code="", reason="", finished_at="")
        )
        with writing(self._engine) as connection:
            return _changed(connection.execute(query))

    def wait_again(self, items: Sequence[BatchItem]) -> None:
        """Let built cases wait again: their packages are gone. Their record stays."""
        values = {"state": ItemState.WAITING.value, "tries": 0, "finished_at": ""}
        with writing(self._engine) as connection:
            for item in items:
                connection.execute(update(ITEM).where(*_at(item)).values(**values, recorded=False))

    def has_package(self, sha256: str, beside: str = "") -> bool:
        """Whether a batch, other than the one named, built a package with this SHA-256."""
        built = (ITEM.c.state == ItemState.BUILT.value) & (ITEM.c.sha256 == sha256)
        with reading(self._engine) as connection:
            return connection.execute(select(ITEM.c.batch).where(built, ITEM.c.batch != beside)).first() is not None

    def counts(self, batch_id: str) -> dict[ItemState, int]:
        """How many cases stand where."""
        query = select(ITEM.c.state, func.count()).where(ITEM.c.batch == batch_id).group_by(ITEM.c.state)
        with reading(self._engine) as connection:
            found = {ItemState(state): number for state, number in connection.execute(query)}
        return {state: found.get(state, 0) for state in ItemState}

    def open_chunks(self, batch_id: str) -> list[int]:
        """The chunks with a case that waits, or that is built and not recorded yet."""
        unrecorded = (ITEM.c.state == ItemState.BUILT.value) & ITEM.c.recorded.is_(False)
        query = (
            select(ITEM.c.chunk)
            .where(ITEM.c.batch == batch_id, (ITEM.c.state == ItemState.WAITING.value) | unrecorded)
            .distinct()
            .order_by(ITEM.c.chunk)
        )
        with reading(self._engine) as connection:
            return [row.chunk for row in connection.execute(query)]

    def finished_since(self, batch_id: str, moment: datetime) -> list[datetime]:
        """When the cases ended that ended after a moment."""
        query = select(ITEM.c.finished_at).where(
            ITEM.c.batch == batch_id, ITEM.c.finished_at > format_instant(moment), ITEM.c.finished_at != ""
        )
        with reading(self._engine) as connection:
            return [parse_instant(row.finished_at, "finished_at") for row in connection.execute(query)]

    def beat(self, executor: str, host: str, pid: int, now: datetime) -> None:
        """A worker lives: count one up."""
        values = {"host": host, "pid": pid, "seen_at": format_instant(now)}
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(WORKER).where(WORKER.c.executor == executor).values(beat=WORKER.c.beat + 1, **values)
            )
            if not _changed(changed):
                connection.execute(insert(WORKER).values(executor=executor, beat=1, **values))

    def leave(self, executor: str) -> None:
        """A worker goes home: nobody need wait for its next beat."""
        with writing(self._engine) as connection:
            connection.execute(delete(WORKER).where(WORKER.c.executor == executor))

    def workers(self) -> list[WorkerRow]:
        """Every worker that has not gone home."""
        with reading(self._engine) as connection:
            return [
                WorkerRow(row.executor, row.host, row.pid, row.beat, parse_instant(row.seen_at, "seen_at"))
                for row in connection.execute(select(WORKER).order_by(WORKER.c.executor))
            ]


def _at(item: BatchItem) -> tuple[Any, Any]:
    return (ITEM.c.batch == item.batch, ITEM.c.position == item.position)


def _waits_for(item: BatchItem) -> Any:
    return (ITEM.c.state == ItemState.WAITING.value) & (ITEM.c.tries == item.tries)


def _changed(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount


def _batch_values(batch: Batch) -> dict[str, Any]:
    values = {name: getattr(batch, name) for name in Batch.__slots__}
    return values | {
        "state": batch.state.value,
        "as_of": batch.as_of.isoformat(),
        "created_at": format_instant(batch.created_at),
        "updated_at": format_instant(batch.updated_at),
    }


def _batch(row: Any) -> Batch:
    values = {name: getattr(row, name) for name in Batch.__slots__}
    return Batch(
        **values
        | {
            "state": BatchState(row.state),
            "as_of": date.fromisoformat(row.as_of),
            "created_at": parse_instant(row.created_at, "created_at"),
            "updated_at": parse_instant(row.updated_at, "updated_at"),
        }
    )


def _item_values(item: BatchItem) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in BatchItem.__slots__}
    ended = format_instant(item.finished_at) if item.finished_at else ""
    return values | {"state": item.state.value, "finished_at": ended}


def _item(row: Any) -> BatchItem:
    values = {name: getattr(row, name) for name in BatchItem.__slots__}
    ended = parse_instant(row.finished_at, "finished_at") if row.finished_at else None
    return BatchItem(**values | {"state": ItemState(row.state), "finished_at": ended})
