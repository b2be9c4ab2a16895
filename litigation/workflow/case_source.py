"""What a case file is drawn from, pinned once per batch: the day, the log state, the rules, the plaintiff.

The same source gives the same papers, also while the log grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from evidence_service.core.metadata import ChainClaim
from evidence_service.ports import LogRecord, PublishedCheckpoint
from litigation.core.disclosure_set import COURT
from litigation.core.late_exhibits import Earlier
from litigation.core.paper_kinds import DEFAULT_PAPERS, PaperKind
from litigation.core.pinned import PinnedMaterial
from litigation.core.plaintiff import PlaintiffData
from litigation.core.rules import Rules

HOUSE_EVENTS = frozenset(
    {
        "case.opened",
        "case.alerted",
        "package.built",
        "package.sealed",
        "filing.submitted",
        "hold.placed",
        "hold.released",
        "route.decided",
        "statement.answered",
        "statement.offered",
        "statement.opened",
        "statement.withdrawn",
        "subject.unrestricted",
    }
)
"""Events that we log ourselves while working on a case: later than the pinned state, they change no fact of it."""


@dataclass(frozen=True, slots=True)
class CaseSource:
    """The pinned inputs of a batch. `anchor_state` is empty where the checkpoint is not anchored.

    `material`: what others said of the checkpoint when the batch began; None takes it as it stands now.
    """

    log: LogRecord
    published: PublishedCheckpoint
    chain: ChainClaim | None
    anchor_state: str
    as_of: date
    rules: Rules
    plaintiff: PlaintiffData
    event_names: Mapping[str, tuple[str, str]]
    draft: bool
    material: PinnedMaterial | None = None
    recipient: str = "court"
    earlier: tuple[Earlier, ...] = ()
    papers: tuple[PaperKind, ...] = DEFAULT_PAPERS


def suing(source: CaseSource) -> bool:
    """Whether a package begins a suit: no copy for another party, no supplement, mediation or enforcement."""
    return source.recipient == COURT and bool({PaperKind.COMPLAINT, PaperKind.PAYMENT_ORDER} & set(source.papers))


def our_reference(institution: str, loan: str) -> str:
    """Our reference of a case: institution and loan number (the court's case number is another thing)."""
    return f"{institution}:{loan}"
