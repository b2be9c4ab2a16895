"""The legal staff's desk: the services of the litigation room behind their pages, of one instance, opened once.

Pages read the log through these services; every look at a loan or case is on record in the name of the account.
"""

from __future__ import annotations

from functools import cached_property

from flask import abort
from flask_login import current_user
from sqlalchemy import Engine

from litigation.adapters.docket_reader import DocketReader
from litigation.adapters.job_slots import Slots
from litigation.adapters.sql_batch_store import SqlBatchStore
from litigation.batch_service import BatchService
from litigation.bootstrap import portfolio_of
from litigation.case_service import CaseService
from litigation.core.clocks import Clock
from litigation.core.filing import Filing, FilingState
from litigation.delivery_service import DeliveryService
from litigation.exhibit_service import ExhibitService
from litigation.filing_service import FilingService
from litigation.portfolio_service import PortfolioService
from litigation.service import LitigationService
from web.batch_hands import BatchHands
from web.current import instance
from web.running_clocks import RunningClocks
from web.saved_filters import SavedFilters

LONGEST = 1000


class LegalDesk:
    """What the legal staff's pages work with."""

    def __init__(self, litigation: LitigationService, engine: Engine) -> None:
        self.litigation = litigation
        self._engine = engine
        self.filters = SavedFilters(engine, litigation.evidence.now)
        self.hands = BatchHands(litigation.evidence.settings)

    @cached_property
    def portfolio(self) -> PortfolioService:
        """The overview of loans."""
        return portfolio_of(self.litigation, self._engine)

    @cached_property
    def batches(self) -> BatchService:
        """The batches."""
        slots = Slots(self.litigation.evidence.settings.home / "batches" / "slots")
        return BatchService(self.litigation, SqlBatchStore(self._engine), slots)

    @cached_property
    def delivery(self) -> DeliveryService:
        """Filing, docket and delivery to courts."""
        filings = FilingService(self.litigation.evidence, self.litigation.cases, self._engine)
        return DeliveryService(filings, self.litigation.cases, self._engine, self.litigation.rules)

    @cached_property
    def docket(self) -> DocketReader:
        """Lists of cases, packages and filings."""
        return DocketReader(self._engine)

    @cached_property
    def _clocks(self) -> RunningClocks:
        return RunningClocks(self.delivery, self.docket)

    def clocks(self, institution: str) -> list[Clock]:
        """The clocks of an institution's filings, the nearest first."""
        return self._clocks.of(institution, self.litigation.rules(), self.litigation.today())

    def undelivered(self, institution: str) -> list[Filing]:
        """Filings that are lodged with a court over HTTP and that the court has not received."""
        if not self.delivery.book.courts():
            return []
        silent = {one for one, state, notes in self.docket.note_counts(institution) if not notes}
        lodged = self.docket.filings(institution, [FilingState.SUBMITTED.value], None, LONGEST)
        return [
            one
            for one in lodged
            if one.filing_id in silent and self.delivery.book.by_address(one.court_address) is not None
        ]

    def exhibits(self, account: str) -> ExhibitService:
        """Orders of exhibits, in the name of an account."""
        return ExhibitService(self.litigation, f"account:{account}")

    def cases(self, account: str) -> CaseService:
        """Cases as somebody looks at them."""
        return CaseService(self.litigation, f"account:{account}")


def desk() -> LegalDesk:
    """The desk of this instance; an instance without a litigation room has no such pages."""
    found = getattr(instance(), "legal", None)
    if not isinstance(found, LegalDesk):
        abort(404)
    return found


def cases() -> CaseService:
    """Cases as the person of this request looks at them."""
    return desk().cases(current_user.name)
