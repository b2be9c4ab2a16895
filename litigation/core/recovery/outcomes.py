"""Outcomes: how long filing, judgment and money took, and what courts returned for which defect, by events of the log.

Spec: docs/spec/recovery.md. What has not come yet is counted as open, never as zero days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of

FILED = ("filing.submitted",)
JUDGED = ("judgment.entered",)
PAID = ("performance.made", "recovery.received", "payment.received")


@dataclass(frozen=True, slots=True)
class Spans:
    """Days that a stretch took, in order; `open`: loans that began it and have not come to its end."""

    name: str
    days: tuple[int, ...]
    open: int

    def quantile(self, share: float) -> int | None:
        """The days within which so large a share was done (nearest rank); None where none was."""
        if not self.days:
            return None
        return self.days[min(len(self.days) - 1, int(share * len(self.days)))]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the cases of a book."""

    loans: int
    spans: tuple[Spans, ...]
    filings: int
    accepted: int
    returned: int
    refused: int
    defects: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Way:
    overdue: date | None
    filed: date | None
    judged: date | None
    paid: date | None


def outcomes_of(histories: Iterable[LoanHistory]) -> Outcomes:
    """Follow every loan that was filed or judged."""
    ways, defects = list[_Way](), Counter[str]()
    counts = Counter[str]()
    for history in histories:
        filings = history.all("filing.submitted", "filing.accepted", "filing.returned", "filing.refused")
        counts.update(event.type for event in filings)
        for event in history.all("filing.returned"):
            # A defect counts once per return, however often the court names it in it.
            defects.update(set(event.payload.get("defects", [])) or {"(not stated)"})
        if history.first(*FILED, *JUDGED) is not None:
            ways.append(_way(history))
    return Outcomes(
        len(ways),
        (
            _spans("overdue_to_filing", [(way.overdue, way.filed) for way in ways]),
            _spans("filing_to_judgment", [(way.filed, way.judged) for way in ways]),
            _spans("judgment_to_cash", [(way.judged, way.paid) for way in ways]),
        ),
        counts["filing.submitted"],
        counts["filing.accepted"],
        counts["filing.returned"],
        counts["filing.refused"],
        tuple(sorted(defects.items(), key=lambda one: (-one[1], one[0]))),
    )


def _way(history: LoanHistory) -> _Way:
    late = [day for event in history.all("instalment.overdue") if (day := day_of(event.payload.get("due_on")))]
    filed, judged = history.first(*FILED), history.first(*JUDGED)
    filed_on, judged_on = _day(filed), _day(judged)
    paid = None
    if judged is not None and judged_on is not None:
        money = [day for event in history.all(*PAID) if (day := day_of(event.payload.get("received_on")))]
        paid = min((day for day in money if day >= judged_on), default=None)
    return _Way(min(late, default=None), filed_on, judged_on, paid)


def _day(event: HistoryEvent | None) -> date | None:
    return court_date(event.occurred_at) if event is not None else None


def _spans(name: str, pairs: Sequence[tuple[date | None, date | None]]) -> Spans:
    days = sorted((end - start).days for start, end in pairs if start and end and end >= start)
    return Spans(name, tuple(days), sum(1 for start, end in pairs if start and not end))
