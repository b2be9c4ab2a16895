"""The clerk's board: which filings stand in which column, in which order, and how a page of it is named.

Spec: docs/spec/filing.md, "The clerk's board". Order: marked urgent first, then by the next day that matters, then by
filing id; a page begins behind the last line of the one before, so that it stays right while filings arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from litigation.court_side.core.submission import ENDED, PENDING, WAITING, SubmissionState


class Column(StrEnum):
    """One column of the board."""

    WAITING = "waiting"
    RETURNED = "returned"
    CASES = "cases"
    ENDED = "ended"
    ALL = "all"


STATES: Mapping[Column, frozenset[SubmissionState]] = {
    Column.WAITING: WAITING,
    Column.RETURNED: frozenset({SubmissionState.RETURNED}),
    Column.CASES: PENDING,
    Column.ENDED: ENDED - {SubmissionState.RETURNED},
    Column.ALL: frozenset(SubmissionState),
}


@dataclass(frozen=True, slots=True)
class Place:
    """The last line of a page."""

    urgent: bool
    due_on: str
    filing_id: str

    def text(self) -> str:
        """As it stands in an address."""
        return f"{int(self.urgent)}.{self.due_on}.{self.filing_id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown. Empty texts and None ask for nothing; `nobody` are filings that no clerk has."""

    column: Column = Column.WAITING
    clerk: str = ""
    nobody: bool = False
    institution: str = ""
    result: str = ""
    flagged: bool = False
    text: str = ""
    behind: Place | None = None


def read_place(text: str) -> Place | None:
    """The place that an address names; None for anything else."""
    parts = text.split(".")
    if len(parts) != 3 or parts[0] not in ("0", "1") or len(parts[1]) != 10 or len(parts[2]) != 66:
        return None
    return Place(parts[0] == "1", parts[1], parts[2])
