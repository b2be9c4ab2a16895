"""One log with everything that publishing and anchoring need: a real database, a real signer, a chain in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine, text

from evidence_service.adapters.sql_anchor_store import SqlAnchorStore
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.ports import AnchorRecord, LogRecord, PublishedCheckpoint
from evidence_service.workflow.anchor import Anchoring, anchor
from evidence_service.workflow.publish import publish
from tests.evidence_service.adapters.logs import ingest, make_log, open_store
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, NOW
from tests.simulators.chain import ChainSimulator


@dataclass
class Instance:
    """A lender's evidence room on one database. `restarted` forgets every cache, as a new process does."""

    engine: Engine
    chain: ChainSimulator = field(default_factory=ChainSimulator)
    confirmations: int = 3

    def __post_init__(self) -> None:
        make_log(open_store(self.engine))

    @property
    def store(self) -> SqlLogStore:
        """The log store of a process that has just started."""
        return open_store(self.engine)

    @property
    def anchors(self) -> SqlAnchorStore:
        return SqlAnchorStore(self.engine)

    @property
    def log(self) -> LogRecord:
        return self.store.log(INSTITUTION)

    def ingest(self, count: int) -> None:
        ingest(self.store, count, first=self.log.size)

    def publish(self, minutes: int = 0) -> PublishedCheckpoint:
        return publish(self.store, self.log, TestKey(self.log.origin), NOW + timedelta(minutes=minutes))

    def anchor(self) -> AnchorRecord:
        doors = Anchoring(self.store, self.anchors, self.chain, self.confirmations, NOW)
        return anchor(self.log, doors)

    def records(self) -> list[AnchorRecord]:
        """Every anchor record, oldest first."""
        return sorted(self.anchors.newest(INSTITUTION, 1000), key=lambda record: record.id)

    def tamper(self, statement: str, **values: object) -> None:
        """Change rows as somebody does who gets past the triggers."""
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                found = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for name in [row[0] for row in connection.execute(found)]:
                    connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text(statement), values)
