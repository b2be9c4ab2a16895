"""Loans of a log as conformance sees them: opened, grouped, only the fields kept that somebody asks for.

Spec: docs/spec/conformance.md (From the log). Loans whose data is restricted to storage are left out and counted
(个人信息保护法 47). A history with a gap is an error, not a finding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from evidence_service.conformance.core.decision import DECISIONS, Decision, decision_from
from evidence_service.conformance.core.happening import Happening, History, history_of
from evidence_service.conformance.reading import happening_of
from evidence_service.core.event import parse_instant
from evidence_service.errors import StoreError
from evidence_service.ports.histories import HistoryReader, OpenedEvent

_decode = msgspec.json.Decoder().decode


@dataclass(slots=True)
class LogHistories:
    """The loans of one log. `wanted` are the fields to keep; decisions about findings are collected on the way."""

    reader: HistoryReader
    institution: str
    wanted: Collection[str]
    restricted: Collection[str] = ()
    as_declared: bool = False
    restricted_loans: int = 0
    decisions: list[Decision] = field(default_factory=list)
    _texts: dict[str, str] = field(default_factory=dict)

    def histories(self) -> Iterator[History]:
        """Every loan that may be looked at, by loan number."""
        names = tuple(self.wanted)
        opened = self.reader.opened_events(self.institution)
        for loan, events in groupby(opened, key=attrgetter("loan")):
            if loan in self.restricted:
                self.restricted_loans += 1
                continue
            happenings = []
            for expected, one in enumerate(events):
                if one.sequence != expected:
                    raise StoreError(f"log {self.institution}: entry {expected} of a loan is missing; run `audit log`")
                happenings.append(self._happening(one, names))
            yield history_of(loan, happenings, as_declared=self.as_declared)

    def _happening(self, one: OpenedEvent, names: tuple[str, ...]) -> Happening:
        if one.body is None:
            at = parse_instant(one.occurred_at, "occurred_at")
            return Happening(one.entry, one.id, one.sequence, self._same(one.type, one.type), at, None, "", None)
        event: dict[str, Any] = _decode(one.body)
        if one.type in DECISIONS:
            self.decisions.append(decision_from(event, one.entry))
        return happening_of(event, names, one.entry, one.sequence, self._same)

    def _same(self, text: str, _again: str) -> str:
        return self._texts.setdefault(text, text)
