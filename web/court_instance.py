"""A court's instance behind the pages: its people, its access log, and the court itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.bootstrap import open_engine, require_database
from evidence_service.clock import now
from evidence_service.errors import NotFoundError
from evidence_service.settings import read_settings
from litigation.court_side.bootstrap import open_court
from litigation.court_side.service import CourtService
from web.identity import Identity, identity_of
from web.ports import LogRow
from web.scope import OF_THE_INSTANCE


class CourtInstance:
    """What the frame of the pages asks of an instance; a court has no log of its own."""

    def __init__(self, court: CourtService, identity: Identity, engine: Engine) -> None:
        self.court, self.identity = court, identity
        self._accesses = SqlAccessLog(engine)

    def logs(self) -> Sequence[LogRow]:
        """None: the health page asks so that the database is read."""
        self.court.filers()
        return []

    def owner_of(self, name: str, value: object) -> str:
        """A court's filings belong to the court: everybody who may sign in here sees all of them."""
        if name != "filing_id":
            raise NotFoundError("nobody owns this")
        self.court.submission(str(value))
        return OF_THE_INSTANCE

    def record_access(self, *, who: str, action: str, institution: str, object: str, purpose: str) -> None:
        """Put on record who opens which page, before it is shown; raises where that is impossible."""
        self._accesses.add(who=who, action=action, institution=institution, object=object, purpose=purpose, at=now())


def open_court_instance(home: Path | None) -> CourtInstance:
    """Open the court in a home folder for the pages."""
    settings = read_settings(home)
    require_database(settings)
    engine = open_engine(settings)
    return CourtInstance(open_court(home), identity_of(settings.home, settings.keys_dir, engine), engine)
