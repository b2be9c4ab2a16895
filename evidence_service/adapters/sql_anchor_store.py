"""Anchor intents and outcomes in the SQL database."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, and_, delete, func, insert, select, update

from evidence_service.adapters import tables
from evidence_service.adapters.tables_anchor import anchor_material, attestation
from evidence_service.core.attestation import Attestation
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
            _records(institution)
            .where(tables.anchor.c.state.in_([state.value for state in OPEN_STATES]))
            .order_by(tables.anchor.c.id)
        )
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def newest(self, institution: str, limit: int) -> list[AnchorRecord]:
        """The newest records by anchored size, newest first."""
        query = _records(institution).order_by(tables.anchor.c.size.desc(), tables.anchor.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def log_ids(self, institution: str) -> list[str]:
        """The ids on contracts under which a log was anchored, oldest first; after a change of keys there are more."""
        columns = tables.anchor.c
        query = (
            select(columns.chain_log_id)
            .join(tables.log, tables.log.c.id == columns.log_id)
            .where(tables.log.c.institution == institution)
            .group_by(columns.chain_log_id)
            .order_by(func.min(columns.id))
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def at(self, institution: str, size: int) -> list[AnchorRecord]:
        """All records of one anchored size, newest first."""
        query = _records(institution).where(tables.anchor.c.size == size).order_by(tables.anchor.c.id.desc())
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def largest(self, institution: str) -> AnchorRecord | None:
        """The record of the largest size that is mined or final; None before the first."""
        query = (
            _records(institution)
            .where(tables.anchor.c.state.in_([state.value for state in ON_CHAIN_STATES]))
            .order_by(tables.anchor.c.size.desc(), tables.anchor.c.id.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _record(row)

    def keep_material(self, record: AnchorRecord, material: str, now: datetime) -> None:
        """Store the proof material of a record in its present block; an older one of the record is replaced."""
        with writing(self._engine) as connection:
            connection.execute(select(tables.log.c.id).with_for_update())  # two runs at once: one after the other
            connection.execute(delete(anchor_material).where(anchor_material.c.anchor_id == record.id))
            connection.execute(
                insert(anchor_material).values(
                    anchor_id=record.id, block_hash=record.block_hash, material=material, made_at=format_instant(now)
                )
            )

    def material(self, record: AnchorRecord) -> str | None:
        """The proof material of a record in its present block; None where it is missing or of another block."""
        columns = anchor_material.c
        query = select(columns.material).where(columns.anchor_id == record.id, columns.block_hash == record.block_hash)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none()

    def without_material(self, institution: str) -> list[AnchorRecord]:
        """Records on the chain whose proof material is missing or of another block, newest first."""
        columns = tables.anchor.c
        kept = and_(anchor_material.c.anchor_id == columns.id, anchor_material.c.block_hash == columns.block_hash)
        query = (
            _records(institution)
            .outerjoin(anchor_material, kept)
            .where(columns.state.in_([state.value for state in ON_CHAIN_STATES]), anchor_material.c.anchor_id.is_(None))
            .order_by(columns.size.desc(), columns.id.desc())
        )
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def keep_attestation(self, log_id: str, size: int, root: bytes, one: Attestation, now: datetime) -> None:
        """Store what a chain witness signed; the same again is not an error."""
        columns = attestation.c
        key = {"chain_log_id": log_id.lower(), "size": size, "root": root, "signer": one.signer.lower()}
        with writing(self._engine) as connection:
            connection.execute(select(tables.log.c.id).with_for_update())
            same = and_(*(columns[name] == value for name, value in key.items()))
            connection.execute(delete(attestation).where(same))
            made = {**key, "signature": one.signature, "received_at": format_instant(now)}
            connection.execute(insert(attestation).values(made))

    def attestations(self, log_id: str, size: int, root: bytes) -> list[Attestation]:
        """What chain witnesses signed of one checkpoint."""
        columns = attestation.c
        query = select(columns.signer, columns.signature).where(
            columns.chain_log_id == log_id.lower(), columns.size == size, columns.root == root
        )
        with reading(self._engine) as connection:
            return [Attestation(row.signer, bytes(row.signature)) for row in connection.execute(query)]

    def attested_sizes(self, log_id: str) -> list[int]:
        """Sizes of which any chain witness signed a checkpoint, largest first."""
        columns = attestation.c
        query = select(columns.size).where(columns.chain_log_id == log_id.lower()).distinct()
        with reading(self._engine) as connection:
            return [int(size) for size in connection.execute(query.order_by(columns.size.desc())).scalars()]

    def count_on_chain(self, institutions: Set[str] | None = None) -> int:
        """How many anchors are in a block, over all logs or some."""
        query = select(func.count()).select_from(tables.anchor).where(tables.anchor.c.block.is_not(None))
        if institutions is not None:
            mine = select(tables.log.c.id).where(tables.log.c.institution.in_(sorted(institutions)))
            query = query.where(tables.anchor.c.log_id.in_(mine))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())


def _records(institution: str) -> Select[Any]:
    """The anchor records of one log."""
    return (
        select(tables.anchor, tables.log.c.institution)
        .join(tables.log, tables.log.c.id == tables.anchor.c.log_id)
        .where(tables.log.c.institution == institution)
    )


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
