"""Timestamp tokens and measurements of our clock in the instance's database; both tables are append-only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, Row, func, select

from evidence_service.adapters.tables import log
from evidence_service.adapters.tables_timestamps import clock_measurement, timestamp_token
from evidence_service.core.clock_bounds import ClockBounds
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError
from evidence_service.ports.timestamp import StampedToken

MILLISECOND = timedelta(milliseconds=1)


class SqlTimestampStore:
    """Keeps what authorities said of checkpoints and of our clock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tokens(self, institution: str, size: int) -> tuple[StampedToken, ...]:
        """The tokens over the checkpoint of that size, in the order in which they came."""
        table = timestamp_token
        query = (
            select(table)
            .join(log, log.c.id == table.c.log_id)
            .where(log.c.institution == institution, table.c.size == size)
            .order_by(table.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(_token(row) for row in connection.execute(query))

    def add_token(self, institution: str, size: int, token: StampedToken) -> None:
        """Store one token durably."""
        with writing(self._engine) as connection:
            log_id = connection.execute(select(log.c.id).where(log.c.institution == institution)).scalar()
            if log_id is None:
                raise NotFoundError(f"this instance has no log of {institution}")
            connection.execute(
                timestamp_token.insert().values(
                    log_id=log_id,
                    size=size,
                    authority=token.authority,
                    stamped_at=format_instant(token.stamped_at),
                    serial=str(token.serial),
                    token=token.token,
                    received_at=format_instant(token.received_at),
                )
            )

    def add_measurement(self, bounds: ClockBounds) -> None:
        """Store one measurement of our clock; bounds are widened to whole milliseconds."""
        with writing(self._engine) as connection:
            connection.execute(
                clock_measurement.insert().values(
                    source=bounds.source,
                    name=bounds.name,
                    measured_at=format_instant(bounds.measured_at),
                    least_ms=bounds.least // MILLISECOND,
                    most_ms=-(-bounds.most // MILLISECOND),
                )
            )

    def measurements(self, limit: int) -> list[ClockBounds]:
        """The newest measurements, newest first."""
        query = select(clock_measurement).order_by(clock_measurement.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [_bounds(row) for row in connection.execute(query)]

    def newest_measurements(self) -> list[ClockBounds]:
        """The newest measurement of each other clock."""
        table = clock_measurement
        newest = select(func.max(table.c.id)).group_by(table.c.source, table.c.name)
        query = select(table).where(table.c.id.in_(newest)).order_by(table.c.source, table.c.name)
        with reading(self._engine) as connection:
            return [_bounds(row) for row in connection.execute(query)]


def _token(row: Row[Any]) -> StampedToken:
    return StampedToken(
        row.authority,
        parse_instant(row.stamped_at, "stamped_at"),
        int(row.serial),
        bytes(row.token),
        parse_instant(row.received_at, "received_at"),
    )


def _bounds(row: Row[Any]) -> ClockBounds:
    measured_at = parse_instant(row.measured_at, "measured_at")
    return ClockBounds(row.source, row.name, measured_at, row.least_ms * MILLISECOND, row.most_ms * MILLISECOND)
