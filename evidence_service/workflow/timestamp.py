"""checkpoint > timestamp: every configured authority stamps the newest checkpoint, then older ones that have no token.

Spec: docs/spec/timestamp.md. An authority that is away never stops publishing: it is asked again next time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evidence_service.core.clock_bounds import AUTHORITY, CHAIN, WITNESS, ClockBounds, measure, refuse_far_off
from evidence_service.core.note import parse_note
from evidence_service.core.receipt_proof import read_header
from evidence_service.core.timestamp_token import TimestampToken, parse_token
from evidence_service.core.timestamps_material import MAX_TOKENS, timestamps_text
from evidence_service.ports.log import PublishedCheckpoint
from evidence_service.ports.timestamp import (
    StampedToken,
    TimestampAuthority,
    TimestampStore,
    TimestampUnavailableError,
)

BLOCK_ACCURACY = timedelta(seconds=15)
"""Nodes accept blocks whose time is a little ahead of theirs."""


@dataclass(frozen=True, slots=True)
class Stamping:
    """What stamping needs from outside."""

    store: TimestampStore
    authorities: Sequence[TimestampAuthority]
    now: Callable[[], datetime]
    randomness: Callable[[int], bytes]


def stamp(doors: Stamping, institution: str, published: PublishedCheckpoint) -> dict[str, str]:
    """Ask every authority that has not stamped this checkpoint; returns why any of them did not, by name."""
    size = published.checkpoint.size
    held = {token.authority for token in doors.store.tokens(institution, size)}
    text = parse_note(published.note.encode()).text.encode()
    missing = {}
    for authority in doors.authorities:
        if authority.name in held:
            continue
        try:
            token = _ask(doors, authority, text)
        except TimestampUnavailableError as error:
            missing[authority.name] = str(error)
            continue
        # Crash before this line: a token that nobody has; asking again gives another one, which is as good.
        stamped = StampedToken(authority.name, token.at, token.serial, token.raw, doors.now())
        doors.store.add_token(institution, size, stamped)
    return missing


def stamp_older(doors: Stamping, institution: str, newest_first: Sequence[PublishedCheckpoint], after_size: int) -> int:
    """Catch up: stamp older checkpoints that nobody stamped; returns how many got a token.

    Only such above `after_size`, the last size of an ended key: a late token would only show that it is late. The
    first one that an authority does not answer for ends the run, so that publishing is not held up.
    """
    stamped = 0
    for published in newest_first:
        size = published.checkpoint.size
        if size <= after_size or doors.store.tokens(institution, size):
            continue
        missing = stamp(doors, institution, published)
        stamped += len(missing) < len(doors.authorities)
        if missing:
            break
    return stamped


def measure_clock(doors: Stamping) -> tuple[list[ClockBounds], dict[str, str]]:
    """Ask every authority for a token that nobody needs, to see how our clock stands; and why any did not answer."""
    missing = {}
    for authority in doors.authorities:
        try:
            _ask(doors, authority, doors.randomness(32))
        except TimestampUnavailableError as error:
            missing[authority.name] = str(error)
    return doors.store.newest_measurements(), missing


def require_clock(doors: Stamping) -> None:
    """Refuse to go on while the clock is far off. One that was is measured anew first: it may have been set right."""
    newest = doors.store.newest_measurements()
    if any(one.far_off for one in newest) and doors.authorities:
        newest, missing = measure_clock(doors)
        if len(missing) == len(doors.authorities):
            return  # nobody answers, so nobody knows: an authority that is away never stops publishing
    refuse_far_off(newest, doors.now())


def measure_witnesses(doors: Stamping, asked: datetime, cosigned: Mapping[str, datetime]) -> None:
    """Our clock beside the witnesses that have just cosigned, each by name with the time that it gave."""
    for name, theirs in sorted(cosigned.items()):
        doors.store.add_measurement(measure(WITNESS, name, (asked, doors.now()), theirs, timedelta()))


def measure_block(doors: Stamping, asked: datetime, chain_id: int, header: bytes) -> None:
    """Our clock beside the block that took our transaction, on a chain that we do not run ourselves."""
    theirs = read_header(header).time
    exchange = (asked, doors.now())
    doors.store.add_measurement(measure(CHAIN, f"chain {chain_id}", exchange, theirs, BLOCK_ACCURACY))


def timestamps_material(store: TimestampStore, institution: str, size: int) -> str | None:
    """The material "timestamps" of a checkpoint, or None without tokens."""
    tokens = [one.token for one in store.tokens(institution, size)]
    return timestamps_text(tokens[:MAX_TOKENS]) if tokens else None


def _ask(doors: Stamping, authority: TimestampAuthority, text: bytes) -> TimestampToken:
    asked = doors.now()
    token = parse_token(authority.stamp(text))
    exchange = (asked, doors.now())
    doors.store.add_measurement(measure(AUTHORITY, authority.name, exchange, token.at, token.accuracy))
    return token
