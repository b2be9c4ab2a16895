"""Corrections in the SQL database: which of them touch what a package holds. Nothing is opened for that."""

from __future__ import annotations

from sqlalchemy import Engine, exists, func, select

from evidence_service.adapters import tables
from evidence_service.adapters.tables_erasure import correction
from evidence_service.database import reading
from evidence_service.ports.corrections import Contradiction


class SqlCorrections:
    """`CorrectionStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def contradictions(self, institution: str) -> list[Contradiction]:
        """Every correction of an event that a package built in between may hold, in order of the corrections."""
        new, old, built, filed = (tables.event.alias(name) for name in ("new", "old", "built", "filed"))
        log_id = select(tables.log.c.id).where(tables.log.c.institution == institution).scalar_subquery()
        between = select(func.max(built.c.idx)).where(
            built.c.log_id == correction.c.log_id,
            built.c.loan == new.c.loan,
            built.c.type == "package.built",
            built.c.idx > correction.c.corrected,
            built.c.idx < correction.c.idx,
        )
        was_filed = exists().where(
            filed.c.log_id == correction.c.log_id,
            filed.c.loan == new.c.loan,
            filed.c.type == "filing.submitted",
            filed.c.idx > correction.c.corrected,
            filed.c.idx < correction.c.idx,
        )
        query = (
            select(
                new.c.loan,
                new.c.event_id.label("correction"),
                correction.c.idx,
                old.c.event_id.label("corrected_event"),
                correction.c.corrected,
                between.scalar_subquery().label("package_index"),
                was_filed.label("filed"),
            )
            .join(new, (new.c.log_id == correction.c.log_id) & (new.c.idx == correction.c.idx))
            .join(old, (old.c.log_id == correction.c.log_id) & (old.c.idx == correction.c.corrected))
            .where(correction.c.log_id == log_id)
            .order_by(correction.c.idx)
        )
        with reading(self._engine) as connection:
            rows = [row for row in connection.execute(query) if row.package_index is not None]
            named = select(built.c.idx, built.c.event_id).where(
                built.c.log_id == log_id, built.c.idx.in_({row.package_index for row in rows})
            )
            names = {row.idx: row.event_id for row in connection.execute(named)} if rows else {}
        return [
            Contradiction(
                institution,
                row.loan,
                row.corrected_event,
                row.corrected,
                row.correction,
                row.idx,
                names[row.package_index],
                bool(row.filed),
            )
            for row in rows
        ]
