"""What the page of one case shows: the next step, and the facts with what is behind each.

The next step is told by rules from what is there; it is a proposal for a person, nothing happens by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence_service.ports import StoredEvent
from litigation.adapters.sql_case_store import PackageRow
from litigation.case_service import CaseView
from litigation.core.casefile import Fact, FactState
from litigation.core.derivation import DERIVATIONS, Derivation
from litigation.core.filing import CLOSED, UNFINISHED, Filing, FilingState
from litigation.workflow.case_source import HOUSE_EVENTS


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done next: a code for the text, where on the page it is done, and what it is about."""

    code: str
    anchor: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact with what is behind it: the log index of its event, or the rule that derives it."""

    fact: Fact
    index: int | None
    rule: Derivation | None


def next_step(
    view: CaseView | None, packages: Sequence[PackageRow], filing: Filing | None, events: Sequence[StoredEvent]
) -> Step:
    """The one thing that is to be done next."""
    if filing is not None and filing.state not in CLOSED:
        return _with_court(filing)
    if filing is not None and filing.state is FilingState.RETURNED and not _since(packages, filing):
        return Step("cure", "filing")
    if view is None:
        return Step("look", "filing")
    blocking = sum(defect.blocking for defect in view.checked.defects)
    if blocking:
        return Step("supply", "defects", blocking)
    if view.checked.decision is None:
        return Step("decide", "decide")
    final = next((one for one in packages if not one.draft), None)
    if final is None:
        return Step("build", "package")
    later = [event for event in events if event.index >= final.tree_size and event.type not in HOUSE_EVENTS]
    if later:
        return Step("rebuild", "package", len(later))
    return Step("file", "filing")


def facts_of(facts: Sequence[Fact], places: Mapping[str, int]) -> list[FactRow]:
    """The facts in their order, each with what is behind it."""
    return [
        FactRow(
            fact,
            places.get(fact.event) if fact.event else None,
            DERIVATIONS.get(fact.key) if fact.state is FactState.DERIVED else None,
        )
        for fact in facts
    ]


def _with_court(filing: Filing) -> Step:
    if filing.state in UNFINISHED:
        return Step("finish_filing", "filing")
    if filing.state is FilingState.SUBMITTED:
        return Step("wait", "filing")
    return Step("follow", "filing")


def _since(packages: Sequence[PackageRow], filing: Filing) -> list[PackageRow]:
    """Final packages that were built after a filing."""
    return [one for one in packages if not one.draft and one.built_at > filing.created_at]
