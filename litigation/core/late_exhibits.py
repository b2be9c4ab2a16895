"""Late exhibits: what came after a package was made keeps the numbers and pages that the court has already.

Spec: docs/spec/bundle.md section 5. A supplement holds the late exhibits alone; they are numbered after the earlier
ones and its pages go on where the earlier package ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from litigation.core.history import HistoryEvent, LoanHistory, Original
from litigation.core.paper_kinds import PaperKind
from litigation.errors import LitigationError

SUPPLEMENT = (PaperKind.EVIDENCE_LIST, PaperKind.CERTIFICATE)
"""The papers of a supplement."""


class LateExhibitError(LitigationError):
    """No supplement can be made: nothing is late, or the earlier packages are not this case's in their order."""

    code: ClassVar[str] = "late-exhibit"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A package that a supplement goes on from: the size of the log it was made from, and its last page."""

    tree_size: int
    last_page: int


Offered = tuple[HistoryEvent, Original]


def check_earlier(earlier: Sequence[Earlier], tree_size: int) -> None:
    """Raise LateExhibitError unless the packages follow each other, in the log and by their pages."""
    sizes = [one.tree_size for one in earlier]
    pages = [one.last_page for one in earlier]
    if sizes != sorted(set(sizes)) or pages != sorted(set(pages)):
        raise LateExhibitError("name the earlier packages in their order, each once: the package, then its supplements")
    if sizes and sizes[-1] >= tree_size:
        raise LateExhibitError(
            f"the last package was made at log size {sizes[-1]}, this is size {tree_size}: nothing can be late; "
            "run `proofdocket publish` and `proofdocket anchor` first"
        )


def at_size(history: LoanHistory, size: int) -> LoanHistory:
    """The history as a log of this size held it."""
    return LoanHistory(history.institution, history.loan, tuple(e for e in history.events if e.index < size))


def numbered(stages: Sequence[Sequence[Offered]]) -> Iterator[tuple[int, int, Offered]]:
    """Number what each package offers: (stage, number, original). The same original again keeps its first number."""
    seen = set[str]()
    for stage, offered in enumerate(stages):
        for event, original in offered:
            if original.sha256 not in seen:
                seen.add(original.sha256)
                yield stage, len(seen), (event, original)
