"""Provenance as data: what is known of where a loan's events come from, in the headings under which a court asks.

Spec: docs/spec/provenance.md, Online Rules 18 (six headings) and Civil Evidence Rules 94 (five routes). Every statement
says how it is known: *declared* by the sender, *recorded* here, or *confirmed* by a signature or by somebody else.
Where nothing is known there is no statement, and the paper says 无. The words are the template's; nothing is invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from evidence_service.core.environment import Answer, Environment
from evidence_service.core.event import format_instant
from evidence_service.core.event_times import LATE, gap_parts

PAYMENT_TYPES = frozenset({"payment.received", "recovery.received"})
"""Money that came in: whoever claims the debt keeps these records against himself (Civil Evidence Rules 94 (1))."""
NAMED = 12
"""More links or keys than these are counted, not named."""


class Known(StrEnum):
    """How a statement is known."""

    DECLARED = "declared"
    RECORDED = "recorded"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: a stable code, whose words the template has, how it is known, and what is put into the words."""

    code: str
    known: Known
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventOrigin:
    """What one event says of its origin. `key` is the source key whose signature was checked on receipt, or empty."""

    event_id: str
    type: str
    sequence: int
    occurred_at: datetime
    captured_at: datetime
    system: str = ""
    version: str = ""
    mechanism: str = ""
    environment: bool = False
    key: str = ""
    corroborates: tuple[str, ...] = ()
    originals: int = 0
    corrects: str = ""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody other than the lender who saw the checkpoint: `kind` is token, cosignature or anchor."""

    kind: str
    name: str
    at: datetime | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The six headings, the five routes, the environment, each with its statements; empty where nothing is known."""

    headings: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    routes: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    environment: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)


UNKNOWN_PROVENANCE = Provenance()
"""Nothing is known."""
HEADINGS = ("source", "generation", "storage", "notarisation", "witness", "corroboration")
ROUTES = ("adverse", "neutral", "business", "archive", "agreed")
ENVIRONMENT = ("declared", "observed")


def provenance(
    events: Sequence[EventOrigin],
    confirmations: Sequence[Confirmation],
    observed: Sequence[Environment],
    agreed: tuple[str, str] = ("", ""),
) -> Provenance:
    """Everything that is known. `agreed` is number and text of the contract's clause on electronic evidence, if any."""
    readable = [event for event in events if not event.erased]
    headings = {
        "source": (*_systems(readable), *_signed(readable), *_erased(events)),
        "generation": _mechanisms(readable),
        "storage": _storage(events),
        "notarisation": (),  # no event type says that a notary fixed a record; nothing is known until one does
        "witness": tuple(_confirmed(one) for one in confirmations),
        "corroboration": _links(readable),
    }
    routes = {
        "adverse": _payments(readable),
        "neutral": (),  # who runs the platform is not in the log
        "business": _business(readable),
        "archive": (),  # nor is its archival management
        "agreed": _agreed(*agreed),
    }
    surroundings = {"declared": _declared(readable), "observed": tuple(_observed(one) for one in observed)}
    return Provenance(headings, routes, surroundings)


def _systems(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    counts = Counter((event.system, event.version) for event in events)
    return tuple(
        Statement("system", Known.DECLARED, {"system": system, "version": version, "count": str(count)})
        for (system, version), count in sorted(counts.items())
    )


def _signed(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    counts = Counter(event.key for event in events if event.key)
    return tuple(
        Statement("signed", Known.CONFIRMED, {"key": key, "count": str(count), "of": str(len(events))})
        for key, count in sorted(counts.items())
    )


def _erased(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    count = sum(event.erased for event in events)
    return (Statement("erased", Known.RECORDED, {"count": str(count)}),) if count else ()


def _mechanisms(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    counts = Counter(event.mechanism for event in events)
    return tuple(
        Statement(mechanism, Known.DECLARED, {"count": str(counts[mechanism])})
        for mechanism in ("automatic", "manual", "imported")
        if counts[mechanism]
    )


def _storage(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    if not events:
        return ()
    gaps = [max(event.captured_at - event.occurred_at, timedelta()) for event in events]
    captured = sorted(event.captured_at for event in events)
    times = {"first": format_instant(captured[0]), "last": format_instant(captured[-1])}
    found = [Statement("captured", Known.RECORDED, {"count": str(len(events)), **times, **gap_parts(max(gaps))})]
    for code, count in (
        ("late", sum(gap > LATE for gap in gaps)),
        ("originals", sum(event.originals for event in events)),
        ("corrected", len({event.corrects for event in events if event.corrects})),
    ):
        if count:
            found.append(Statement(code, Known.RECORDED, {"count": str(count)}))
    return tuple(found)


def _confirmed(one: Confirmation) -> Statement:
    at = "" if one.at is None else format_instant(one.at)
    known = Known.RECORDED if one.kind == "anchor" else Known.CONFIRMED  # who runs the chain, the reader's file says
    return Statement(one.kind, known, {"name": one.name, "time": at, "reference": one.reference})


def _links(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    """Events that name others which they corroborate; one of another loan is named by its id."""
    numbers = {event.event_id: f"#{event.sequence}" for event in events}
    found = [
        Statement(
            "link",
            Known.DECLARED,
            {"event": f"#{event.sequence}", "others": "、".join(numbers.get(one, one) for one in event.corroborates)},
        )
        for event in events
        if event.corroborates
    ]
    rest = len(found) - NAMED
    more = [Statement("more-links", Known.DECLARED, {"count": str(rest)})] if rest > 0 else []
    return (*found[:NAMED], *more)


def _payments(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    count = sum(event.type in PAYMENT_TYPES for event in events)
    return (Statement("payments", Known.RECORDED, {"count": str(count)}),) if count else ()


def _business(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    """Formed in the normal course: made by a system, and captured within a day."""
    prompt = sum(event.mechanism == "automatic" and event.captured_at - event.occurred_at <= LATE for event in events)
    return (Statement("prompt", Known.DECLARED, {"count": str(prompt), "of": str(len(events))}),) if prompt else ()


def _agreed(number: str, text: str) -> tuple[Statement, ...]:
    if not number and not text:
        return ()
    return (Statement("clause", Known.DECLARED, {"number": number, "wording": text}),)


def _declared(events: Sequence[EventOrigin]) -> tuple[Statement, ...]:
    count = sum(event.environment for event in events)
    return (Statement("environment", Known.DECLARED, {"count": str(count)}),) if count else ()


def _observed(one: Environment) -> Statement:
    bad = "、".join(check.name for check in one.self_check if check.answer is not Answer.GOOD)
    return Statement(
        "observed",
        Known.RECORDED,
        {
            "time": format_instant(one.observed_at),
            "host": one.host,
            "system": one.system,
            "runtime": one.runtime,
            "build": one.build,
            "digest": one.build_digest,
            "clock": one.clock.value,
            "clean": one.clean.value,
            "bad": bad,
            "session": one.session,
        },
    )
