"""Loans from a file of events: its rows grouped by loan, only the fields kept that some rule asks for.

Spec: docs/spec/conformance.md (Straight from a file). Rows that give no event are counted, never lost silently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evidence_service.conformance.core.happening import Happening, History, fields_of, history_of
from evidence_service.core.canonical import parse_strict
from evidence_service.core.event import event_from, parse_instant
from evidence_service.errors import ProofDocketError
from evidence_service.importing.records import Accepted, Record


@dataclass(slots=True)
class FileHistories:
    """The loans of a file and what was set aside: rows that give no event, with the first reasons."""

    loans: dict[str, list[Happening]] = field(default_factory=dict)
    events: int = 0
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)

    def histories(self, *, as_declared: bool = False) -> Iterator[History]:
        """Every loan in the order of the file; each is forgotten once it was handed out."""
        for loan in list(self.loans):
            yield history_of(loan, self.loans.pop(loan), as_declared=as_declared)


def read_histories(records: Iterable[Record], wanted: Iterable[str], shown: int = 5) -> FileHistories:
    """Group the events of a file by loan. An event's place in the file stands for its leaf index."""
    names, found = tuple(wanted), FileHistories()
    roles: dict[str, str] = {}
    for record in records:
        try:
            event = _event(record)
        except ProofDocketError as error:
            found.rejected += 1
            if len(found.reasons) < shown:
                found.reasons.append(f"line {record.line}: {error}")
            continue
        mine = found.loans.setdefault(event["loan"], [])
        mine.append(happening_of(event, names, found.events, len(mine), roles.setdefault))
        found.events += 1
    return found


def happening_of(
    event: dict[str, Any], wanted: Iterable[str], entry: int, sequence: int, same: Callable[[str, str], str]
) -> Happening:
    """One event as rules see it. `same` hands back one object for equal texts, so that a million roles are few."""
    actor = event["actor"]
    who = actor.get("id")
    return Happening(
        entry=entry,
        id=event["id"],
        sequence=sequence,
        type=same(event["type"], event["type"]),
        at=parse_instant(event["occurred_at"], "occurred_at"),
        actor=None if who is None else same(who, who),
        role=same(actor["role"], actor["role"]),
        values=fields_of(event, wanted),
        corrects=event.get("corrects"),
    )


def _event(record: Record) -> dict[str, Any]:
    if not isinstance(record, Accepted):
        raise ProofDocketError(record.reason)
    if record.event is not None:
        return record.event
    value = parse_strict(record.raw or b"")
    if isinstance(value, dict):
        value.pop("attachments", None)  # no rule looks at originals, and a file may hold them inline
    return dict(event_from(value).fields)
