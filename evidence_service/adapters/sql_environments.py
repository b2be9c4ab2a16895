"""Observations of the capturing environment in the instance's database; append-only."""

from __future__ import annotations

from sqlalchemy import Engine, select

from evidence_service.adapters.tables_timestamps import environment_observation
from evidence_service.core.environment import Environment, parse_environment
from evidence_service.core.event import format_instant
from evidence_service.database import reading, writing


class SqlEnvironments:
    """Keeps what was observed, in the order in which it was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, environment: Environment) -> None:
        """Store one observation durably."""
        with writing(self._engine) as connection:
            connection.execute(
                environment_observation.insert().values(
                    observed_at=format_instant(environment.observed_at),
                    digest=environment.digest,
                    observation=environment.text(),
                )
            )

    def all(self) -> list[Environment]:
        """Every observation, oldest first: one per process and day."""
        query = select(environment_observation.c.observation).order_by(environment_observation.c.id)
        with reading(self._engine) as connection:
            return [parse_environment(text) for text in connection.scalars(query)]
