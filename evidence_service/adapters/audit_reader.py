"""What auditors look up in the tables: digests, checkpoints with what stands beside them, accesses, erasures.

Reads only, a page at a time by key; nothing here opens an event. Spec: docs/spec/log.md, docs/spec/anchor.md.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, and_, func, select

from evidence_service.adapters import tables
from evidence_service.adapters.sql_access_log import stamp
from evidence_service.adapters.tables_anchor import anchor_material
from evidence_service.adapters.tables_api import access
from evidence_service.adapters.tables_erasure import erasure, restriction
from evidence_service.adapters.tables_timestamps import timestamp_token
from evidence_service.adapters.tables_witness import cosignature
from evidence_service.core.anchor_material import parse_anchor
from evidence_service.core.event import parse_instant
from evidence_service.core.receipt_proof import read_header
from evidence_service.database import reading
from evidence_service.errors import MalformedInputError
from evidence_service.ports import AnchorState
from evidence_service.ports.api import Access

LEAVES_LOOKED_AT = 200_000
"""A leaf hash is looked for among so many of the newest entries: the log keeps no index over hashes."""
ON_CHAIN = (AnchorState.MINED.value, AnchorState.FINAL.value)


class KeyedAccess(NamedTuple):
    """One access with its number, by which lists are paged."""

    id: int
    access: Access


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accesses are asked for; empty fields ask nothing. `institutions` bounds them always."""

    institutions: frozenset[str]
    who: str = ""
    action: str = ""
    object: str = ""
    purpose: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One checkpoint: what it added, who cosigned and stamped it, and its anchor. `block_time` is the chain's own word
    for when it had it, from the proof material; None where there is none (yet)."""

    size: int
    added: int
    root: str
    created_at: datetime
    note: str
    cosigned: int
    stamped: int
    stamped_at: datetime | None
    anchor_state: str
    anchor_tx: str
    anchor_block: int | None
    block_time: datetime | None


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """One erasure as the register shows it: no person, no key; loans and copies as numbers."""

    id: int
    reason: str
    state: str
    loans: int
    events: int
    originals: int
    copies: int
    copies_unknown: int
    started_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class RestrictionRow:
    """One subject whose data is only stored; who it is stands in no register."""

    reason: str
    kept_until: str
    restricted_at: datetime


class AuditReader:
    """Reads of one instance."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entry_of_leaf(self, institution: str, leaf_hash: bytes) -> int | None:
        """The entry with that leaf hash, among the newest."""
        entry = tables.entry.c
        with reading(self._engine) as connection:
            log_id, size = _log(connection, institution)
            mine = (entry.log_id == log_id) & (entry.idx >= size - LEAVES_LOOKED_AT) & (entry.leaf_hash == leaf_hash)
            found = connection.execute(select(entry.idx).where(mine).limit(1)).scalar_one_or_none()
        return None if found is None else int(found)

    def checkpoints_of_root(self, institution: str, root: bytes) -> list[int]:
        """Sizes of the checkpoints with that root hash."""
        one = tables.checkpoint.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            query = select(one.size).where(one.log_id == log_id, one.root == root).limit(5)
            return [int(size) for size in connection.execute(query).scalars()]

    def anchors_of(self, institution: str, text: str) -> list[int]:
        """Sizes anchored by a transaction, in a block of that hash, or under that 0x logId."""
        one = tables.anchor.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            same = (one.tx == text) | (one.block_hash == text) | (one.chain_log_id == text)
            query = select(one.size).where(one.log_id == log_id, same).order_by(one.id.desc()).limit(5)
            return [int(size) for size in connection.execute(query).scalars()]

    def loan_of_reference(self, institution: str, text: str) -> str | None:
        """The loan with that number, or with that random reference of its leaves."""
        one = tables.loan.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            query = select(one.loan).where(one.log_id == log_id, (one.loan == text) | (one.reference == text))
            return connection.execute(query.limit(1)).scalar_one_or_none()

    def events_of_types(self, institution: str, start: int, types: Collection[str]) -> list[tuple[int, str]]:
        """(index, event id) of the events of some types from an index on."""
        one = tables.event.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            query = select(one.idx, one.event_id).where(one.log_id == log_id, one.idx >= start, one.type.in_(types))
            return [(int(row.idx), str(row.event_id)) for row in connection.execute(query.order_by(one.idx))]

    def size_at(self, institution: str, until: datetime) -> int | None:
        """The size of the newest checkpoint that was made before an instant."""
        one = tables.checkpoint.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            query = select(one.size).where(one.log_id == log_id, one.created_at < stamp(until))
            found = connection.execute(query.order_by(one.size.desc()).limit(1)).scalar_one_or_none()
        return None if found is None else int(found)

    def first_size(self, institution: str) -> int | None:
        """The size of the first checkpoint."""
        one = tables.checkpoint.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            found = connection.execute(select(func.min(one.size)).where(one.log_id == log_id)).scalar_one_or_none()
        return None if found is None else int(found)

    def timeline(self, institution: str, before: int | None, limit: int) -> list[TimelineRow]:
        """Checkpoints below a size, newest first, with cosignatures, tokens and anchors."""
        one = tables.checkpoint.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            query = select(tables.checkpoint).where(one.log_id == log_id).order_by(one.size.desc()).limit(limit + 1)
            if before is not None:
                query = query.where(one.size < before)
            rows = connection.execute(query).all()
            sizes = [row.size for row in rows[:limit]]
            cosigned = _counts(connection, cosignature.c, log_id, sizes)
            tokens = _tokens(connection, log_id, sizes)
            anchors = _anchors(connection, log_id, sizes)
        found = []
        for at, row in enumerate(rows[:limit]):
            older = rows[at + 1].size if at + 1 < len(rows) else 0
            stamped, stamped_at = tokens.get(row.size, (0, None))
            state, tx, block, time = anchors.get(row.size, ("", "", None, None))
            found.append(
                TimelineRow(
                    size=row.size,
                    added=row.size - older,
                    root=bytes(row.root).hex(),
                    created_at=parse_instant(row.created_at, "created_at"),
                    note=row.note,
                    cosigned=cosigned.get(row.size, 0),
                    stamped=stamped,
                    stamped_at=stamped_at,
                    anchor_state=state,
                    anchor_tx=tx,
                    anchor_block=block,
                    block_time=time,
                )
            )
        return found

    def anchor_states(self, institution: str) -> dict[str, int]:
        """How many anchor transactions stand where."""
        one = tables.anchor.c
        with reading(self._engine) as connection:
            log_id, _ = _log(connection, institution)
            query = select(one.state, func.count()).where(one.log_id == log_id).group_by(one.state)
            return {str(row[0]): int(row[1]) for row in connection.execute(query)}

    def accesses(self, wanted: Wanted, before: int | None, limit: int) -> list[KeyedAccess]:
        """Accesses below a number, newest first."""
        query = select(access).where(access.c.institution.in_(sorted(wanted.institutions)))
        for name in ("who", "action", "object"):
            if getattr(wanted, name):
                query = query.where(access.c[name] == getattr(wanted, name))
        if wanted.purpose:
            query = query.where(access.c.purpose.contains(wanted.purpose, autoescape=True))
        if wanted.since is not None:
            query = query.where(access.c.at >= stamp(wanted.since))
        if wanted.until is not None:
            query = query.where(access.c.at < stamp(wanted.until))
        if before is not None:
            query = query.where(access.c.id < before)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(access.c.id.desc()).limit(limit)).all()
        return [KeyedAccess(row.id, _access(row)) for row in rows]

    def accesses_between(self, institutions: Collection[str], since: datetime, until: datetime) -> dict[str, int]:
        """How many accesses of each kind there were."""
        mine = and_(
            access.c.institution.in_(sorted(institutions)), access.c.at >= stamp(since), access.c.at < stamp(until)
        )
        with reading(self._engine) as connection:
            query = select(access.c.action, func.count()).where(mine).group_by(access.c.action)
            return {str(row[0]): int(row[1]) for row in connection.execute(query)}

    def erasures(self, institution: str, before: int | None, limit: int) -> list[ErasureRow]:
        """Erasures below a number, newest first."""
        query = select(erasure).where(erasure.c.institution == institution)
        if before is not None:
            query = query.where(erasure.c.id < before)
        with reading(self._engine) as connection:
            return [_erasure(row) for row in connection.execute(query.order_by(erasure.c.id.desc()).limit(limit))]

    def restrictions(self, institution: str) -> list[RestrictionRow]:
        """The restrictions that stand, newest first."""
        query = select(restriction).where(restriction.c.institution == institution)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(restriction.c.restricted_at.desc())).all()
        return [
            RestrictionRow(row.reason, row.kept_until or "", parse_instant(row.restricted_at, "restricted_at"))
            for row in rows
        ]


def _log(connection: Connection, institution: str) -> tuple[int, int]:
    row = connection.execute(select(tables.log.c.id, tables.log.c.size).where(tables.log.c.institution == institution))
    found = row.one_or_none()
    return (-1, 0) if found is None else (int(found.id), int(found.size))


def _counts(connection: Connection, columns: Any, log_id: int, sizes: Collection[int]) -> dict[int, int]:
    query = select(columns.size, func.count()).where(columns.log_id == log_id, columns.size.in_(sizes))
    return {int(row[0]): int(row[1]) for row in connection.execute(query.group_by(columns.size))}


def _tokens(connection: Connection, log_id: int, sizes: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
    one = timestamp_token.c
    query = select(one.size, func.count(), func.min(one.stamped_at)).where(one.log_id == log_id, one.size.in_(sizes))
    return {
        int(row[0]): (int(row[1]), parse_instant(row[2], "stamped_at"))
        for row in connection.execute(query.group_by(one.size))
    }


def _anchors(
    connection: Connection, log_id: int, sizes: Collection[int]
) -> dict[int, tuple[str, str, int | None, datetime | None]]:
    """The anchor of each size that got furthest: on the chain before any other, else the newest try."""
    one = tables.anchor.c
    own = anchor_material.c
    joined = tables.anchor.outerjoin(anchor_material, and_(own.anchor_id == one.id, own.block_hash == one.block_hash))
    query = (
        select(one.size, one.state, one.tx, one.block, own.material)
        .select_from(joined)
        .where(one.log_id == log_id, one.size.in_(sizes))
        .order_by(one.id)
    )
    found: dict[int, tuple[str, str, int | None, datetime | None]] = {}
    for row in connection.execute(query):
        if row.size in found and found[row.size][0] in ON_CHAIN and row.state not in ON_CHAIN:
            continue
        found[row.size] = (row.state, row.tx, row.block, _block_time(row.material))
    return found


def _block_time(material: str | None) -> datetime | None:
    if material is None:
        return None
    try:
        return read_header(parse_anchor(material).header).time
    except MalformedInputError:
        return None  # what does not read has no time; `audit log` names it


def _access(row: Any) -> Access:
    return Access(
        who=row.who,
        action=row.action,
        institution=row.institution,
        object=row.object,
        purpose=row.purpose,
        request_id=row.request_id,
        at=parse_instant(row.at, "at"),
        outcome=row.outcome,
    )


def _erasure(row: Any) -> ErasureRow:
    copies = json.loads(row.copies)
    return ErasureRow(
        id=row.id,
        reason=row.reason,
        state=row.state,
        loans=len(json.loads(row.loans)),
        events=row.events,
        originals=row.originals,
        copies=len(copies),
        copies_unknown=sum(not one.get("known", True) for one in copies),
        started_at=parse_instant(row.started_at, "started_at"),
        done_at=None if row.done_at is None else parse_instant(row.done_at, "done_at"),
    )
