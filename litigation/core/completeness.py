"""The completeness matrix: which events a loan should have at each stage, which it has, and who owes the missing ones.

Spec: docs/spec/readiness.md section 3. What is expected is data (litigation/completeness.toml), read by
litigation.matrix_file; here is only its shape and how a history is held against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from litigation.core.defect import Defect
from litigation.core.history import HistoryEvent, LoanHistory


class Need(StrEnum):
    """When an event is expected."""

    ALWAYS = "always"
    LENT = "lent"  # money was paid out
    OVERDUE = "overdue"  # an instalment is open
    ACCELERATED = "accelerated"  # the whole loan was called due
    FILED = "filed"  # a suit was brought
    JUDGED = "judged"  # a court decided


class MatrixState(StrEnum):
    """How one row stands. An event that is not expected yet is no gap."""

    PRESENT = "present"
    MISSING = "missing"
    NOT_EXPECTED = "not_expected"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expected event. `where` narrows it to a payload value, such as consent = credit_bureau."""

    stage: str
    type: str
    where: tuple[str, str] | None
    need: Need
    blocking: bool
    zh: str
    en: str
    system_zh: str
    system_en: str
    hook: str
    mark: str

    def is_met_by(self, event: HistoryEvent) -> bool:
        """Whether an event is what is expected."""
        if event.type != self.type:
            return False
        return self.where is None or str(event.payload.get(self.where[0], "")) == self.where[1]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All expectations, and the digest of the file that they came from."""

    expected: tuple[Expectation, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One expectation beside the history: state, how many events meet it, and the first of them."""

    expected: Expectation
    state: MatrixState
    count: int
    event: str


def matrix_of(history: LoanHistory, matrix: Matrix, reached: Mapping[Need, bool]) -> tuple[MatrixRow, ...]:
    """Hold a history against the matrix; `reached` says which needs apply to this loan."""
    current = history.current()
    rows = []
    for expected in matrix.expected:
        found = [event for event in current if expected.is_met_by(event)]
        if found:
            state = MatrixState.PRESENT
        elif expected.need is Need.ALWAYS or reached.get(expected.need, False):
            state = MatrixState.MISSING
        else:
            state = MatrixState.NOT_EXPECTED
        rows.append(MatrixRow(expected, state, len(found), found[0].event_id if found else ""))
    return tuple(rows)


def missing_defects(rows: tuple[MatrixRow, ...]) -> tuple[Defect, ...]:
    """A defect for every expected event that is not there, with the system that owes it."""
    return tuple(_defect(row.expected) for row in rows if row.state is MatrixState.MISSING)


def needs_of(history: LoanHistory, *, overdue: bool) -> Mapping[Need, bool]:
    """Which needs a loan's history brings about."""
    return {
        Need.LENT: history.first("loan.disbursed", "loan.issued") is not None,
        Need.OVERDUE: overdue,
        Need.ACCELERATED: history.first("acceleration.noticed", "acceleration.reached") is not None,
        Need.FILED: history.first("filing.submitted", "filing.accepted") is not None,
        Need.JUDGED: history.first("judgment.entered") is not None,
    }


def _defect(expected: Expectation) -> Defect:
    return Defect(
        code="evidence-missing",
        text_zh=f"缺少{expected.zh}（{expected.type}）",
        text_en=f"{expected.en} ({expected.type}) is missing",
        where_from_zh=expected.system_zh,
        where_from_en=expected.system_en,
        blocking=expected.blocking,
        basis=expected.hook,
        subject=expected.type if expected.where is None else f"{expected.type}[{expected.where[1]}]",
    )
