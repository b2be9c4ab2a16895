"""Anchor intents and outcomes in the SQL database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, insert, select, update

from evidence_service.adapters import tables
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.ports import ON_CHAIN_STATES, OPEN_STATES, AnchorRecord, AnchorState


class SqlAnchorStore:
    """`AnchorStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, record: AnchorRecord) -> AnchorRecord:
        """Store an intent durably before anything is sent; returns it with its id. The same intent again is found."""
        with writing(self._engine) as connection:
            log_id = connection.execute(
                select(tables.log.c.id).where(tables.log.c.institution == record.institution).with_for_update()
            ).scalar_one()
            columns = tables.anchor.c
            same = select(columns.id).where(columns.log_id == log_id, columns.tx == record.tx)
            if (known := connection.execute(same).scalar_one_or_none()) is not None:
                return replace(record, id=known)
            values = {
                "log_id": log_id,
                "size": record.size,
                "root": record.root,
                "chain_id": record.chain_id,
                "contract": record.contract,
                "chain_log_id": record.chain_log_id,
                "nonce": record.nonce,
                "tx": record.tx,
                "raw_tx": record.raw_tx,
                "state": record.state.value,
                "created_at": format_instant(record.created_at),
                "updated_at": format_instant(record.created_at),
            }
            made = connection.execute(insert(tables.anchor).values(values).returning(tables.anchor.c.id)).scalar_one()
        return replace(record, id=made)

    def move(self, record: AnchorRecord, now: datetime) -> AnchorRecord:
        """Store the new state, block and gas of a record."""
        with writing(self._engine) as connection:
            connection.execute(
                update(tables.anchor)
                .where(tables.anchor.c.id == record.id)
                .values(
                    state=record.state.value,
                    block=record.block,
                    block_hash=record.block_hash,
                    gas=record.gas,
                    updated_at=format_instant(now),
                )
            )
        return record

    def open(self, institution: str) -> list[AnchorRecord]:
        """Records that are neither final nor lost nor failed, oldest first."""
        query = (
            select(tables.anchor, tables.log.c.institution)
            .join(tables.log, tables.log.c.id == tables.anchor.c.log_id)
            .where(tables.log.c.institution == institution)
            .where(tables.anchor.c.state.in_([state.value for state in OPEN_STATES]))
            .order_by(tables.anchor.c.id)
        )
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def newest(self, institution: str, limit: int) -> list[AnchorRecord]:
        """The newest records by anchored size, newest first."""
        query = (
            select(tables.anchor, tables.log.c.institution)
            .join(tables.log, tables.log.c.id == tables.anchor.c.log_id)
            .where(tables.log.c.institution == institution)
            .order_by(tables.anchor.c.size.desc(), tables.anchor.c.id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def at(self, institution: str, size: int) -> list[AnchorRecord]:
        """All records of one anchored size, newest first."""
        query = (
            select(tables.anchor, tables.log.c.institution)
            .join(tables.log, tables.log.c.id == tables.anchor.c.log_id)
            .where(tables.log.c.institution == institution, tables.anchor.c.size == size)
            .order_by(tables.anchor.c.id.desc())
        )
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def largest(self, institution: str) -> AnchorRecord | None:
        """The record of the largest size that is mined or final; None before the first."""
        query = (
            select(tables.anchor, tables.log.c.institution)
            .join(tables.log, tables.log.c.id == tables.anchor.c.log_id)
            .where(tables.log.c.institution == institution)
            .where(tables.anchor.c.state.in_([state.value for state in ON_CHAIN_STATES]))
            .order_by(tables.anchor.c.size.desc(), tables.anchor.c.id.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _record(row)

    def count_on_chain(self) -> int:
        """How many anchors are in a block, over all logs."""
        query = select(func.count()).select_from(tables.anchor).where(tables.anchor.c.block.is_not(None))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())


def _record(row: Any) -> AnchorRecord:
    return AnchorRecord(
        id=row.id,
        institution=row.institution,
        size=row.size,
        root=bytes(row.root),
        chain_id=row.chain_id,
        contract=row.contract,
        chain_log_id=row.chain_log_id,
        nonce=row.nonce,
        tx=row.tx,
        raw_tx=bytes(row.raw_tx),
        state=AnchorState(row.state),
        block=row.block,
        block_hash=row.block_hash,
        gas=row.gas,
        created_at=parse_instant(row.created_at, "created_at"),
    )
