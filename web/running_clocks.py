"""The clocks of an institution's filings, counted once per filing and day and kept while nothing new came.

A court's signed notes are only ever added: state, number of notes, day and rules tell whether the clocks are the same.
"""

from __future__ import annotations

from datetime import date
from threading import Lock

from litigation.adapters.docket_reader import DocketReader
from litigation.core.clocks import Clock, clocks
from litigation.core.rules import Rules
from litigation.delivery_service import DeliveryService

Key = tuple[str, int, date, str]
MOST = 20_000


class RunningClocks:
    """The clocks of one instance, for the pages."""

    def __init__(self, delivery: DeliveryService, reader: DocketReader) -> None:
        self._delivery, self._reader = delivery, reader
        self._kept: dict[str, tuple[Key, tuple[Clock, ...]]] = {}
        self._lock = Lock()

    def of(self, institution: str, rules: Rules, today: date) -> list[Clock]:
        """Every clock that runs, the nearest first."""
        found: list[Clock] = []
        for filing_id, state, notes in self._reader.note_counts(institution):
            found += self._one(filing_id, (state, notes, today, rules.digest), rules)
        return sorted(found, key=lambda clock: (clock.last_day, clock.our_reference, clock.what))

    def _one(self, filing_id: str, key: Key, rules: Rules) -> tuple[Clock, ...]:
        with self._lock:
            known = self._kept.get(filing_id)
        if known is not None and known[0] == key:
            return known[1]
        filing = self._reader.filing(filing_id)
        counted = clocks(filing, self._delivery.entries(filing), rules, self._delivery.filings.evidence.now())
        with self._lock:
            if len(self._kept) > MOST:
                self._kept.clear()
            self._kept[filing_id] = (key, counted)
        return counted
