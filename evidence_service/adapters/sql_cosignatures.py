"""Cosignatures of witnesses, the policy of the day, and what each witness last answered, in the SQL database.

Spec: docs/spec/witness.md (Keeping). Cosignatures and policies are append-only: the first one stays.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text

from evidence_service.adapters import tables
from evidence_service.adapters.tables_witness import checkpoint_policy, cosignature, witness_answer
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError
from evidence_service.ports.witness import StoredCosignature, WitnessAnswer


class SqlCosignatureStore:
    """`CosignatureStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cosignatures(self, institution: str, size: int) -> list[StoredCosignature]:
        """The cosignatures of one checkpoint, oldest first."""
        with reading(self._engine) as connection:
            return [
                StoredCosignature(row.size, row.vkey, row.line, parse_instant(row.cosigned_at, "cosigned_at"))
                for row in _rows(connection, _log_id(connection, institution), size)
            ]

    def add_cosignature(self, institution: str, one: StoredCosignature, received_at: datetime) -> None:
        """Store a cosignature durably; the first one by a key stays."""
        with writing(self._engine) as connection:
            connection.execute(
                text(
                    "INSERT INTO cosignature (log_id, size, vkey, line, cosigned_at, received_at) "
                    "VALUES (:log_id, :size, :vkey, :line, :cosigned_at, :received_at) ON CONFLICT DO NOTHING"
                ),
                {
                    "log_id": _log_id(connection, institution),
                    "size": one.size,
                    "vkey": one.vkey,
                    "line": one.line,
                    "cosigned_at": format_instant(one.cosigned_at),
                    "received_at": format_instant(received_at),
                },
            )

    def newest_sizes(self, institution: str) -> dict[str, int]:
        """The largest size that each witness cosigned, by its key."""
        with reading(self._engine) as connection:
            query = (
                select(cosignature.c.vkey, func.max(cosignature.c.size).label("size"))
                .where(cosignature.c.log_id == _log_id(connection, institution))
                .group_by(cosignature.c.vkey)
            )
            return {row.vkey: row.size for row in connection.execute(query)}

    def policy_at(self, institution: str, size: int) -> str | None:
        """The witness policy of the day on which a checkpoint was made."""
        with reading(self._engine) as connection:
            query = select(checkpoint_policy.c.policy).where(
                checkpoint_policy.c.log_id == _log_id(connection, institution), checkpoint_policy.c.size == size
            )
            found: str | None = connection.execute(query).scalar_one_or_none()
            return found

    def keep_policy(self, institution: str, size: int, policy: str, now: datetime) -> None:
        """Store the policy of the day with a checkpoint; the first one stays."""
        with writing(self._engine) as connection:
            connection.execute(
                text(
                    "INSERT INTO checkpoint_policy (log_id, size, policy, kept_at) "
                    "VALUES (:log_id, :size, :policy, :kept_at) ON CONFLICT DO NOTHING"
                ),
                {
                    "log_id": _log_id(connection, institution),
                    "size": size,
                    "policy": policy,
                    "kept_at": format_instant(now),
                },
            )

    def note_answer(self, institution: str, answer: WitnessAnswer) -> None:
        """Remember how a witness answered last."""
        with writing(self._engine) as connection:
            connection.execute(
                text(
                    "INSERT INTO witness_answer (log_id, vkey, asked_at, size, outcome, detail) "
                    "VALUES (:log_id, :vkey, :asked_at, :size, :outcome, :detail) ON CONFLICT (log_id, vkey) DO UPDATE "
                    "SET asked_at = excluded.asked_at, size = excluded.size, outcome = excluded.outcome, "
                    "detail = excluded.detail"
                ),
                {
                    "log_id": _log_id(connection, institution),
                    "vkey": answer.vkey,
                    "asked_at": format_instant(answer.asked_at),
                    "size": answer.size,
                    "outcome": answer.outcome,
                    "detail": answer.detail,
                },
            )

    def answers(self, institution: str) -> dict[str, WitnessAnswer]:
        """How each witness answered last, by its key."""
        with reading(self._engine) as connection:
            query = select(witness_answer).where(witness_answer.c.log_id == _log_id(connection, institution))
            return {
                row.vkey: WitnessAnswer(
                    row.vkey, parse_instant(row.asked_at, "asked_at"), row.size, row.outcome, row.detail
                )
                for row in connection.execute(query)
            }


def cosignature_lines(connection: Connection, log_id: int, size: int) -> str:
    """The cosignature lines of a checkpoint, oldest first, as they stand at the end of its note."""
    return "".join(row.line for row in _rows(connection, log_id, size))


def _rows(connection: Connection, log_id: int, size: int) -> list[Any]:
    columns = cosignature.c
    query = select(cosignature).where(columns.log_id == log_id, columns.size == size)
    return list(connection.execute(query.order_by(columns.cosigned_at, columns.vkey)))


def _log_id(connection: Connection, institution: str) -> int:
    query = select(tables.log.c.id).where(tables.log.c.institution == institution)
    found: int | None = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"institution {institution[:40]!r} has no log here")
    return found
