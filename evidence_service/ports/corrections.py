"""What the keeper of corrections must promise: which corrections touch what a package holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A correction of an event that a package of its loan, built before the correction, may hold.

    `package_event` is the newest `package.built` between the two; `filed` says whether one was filed in between.
    """

    institution: str
    loan: str
    corrected_event: str
    corrected_index: int
    correction: str
    correction_index: int
    package_event: str
    filed: bool


class CorrectionStore(Protocol):
    """Finds corrections that contradict packages."""

    def contradictions(self, institution: str) -> list[Contradiction]:
        """Every one of a log, in order of the corrections."""
        ...
