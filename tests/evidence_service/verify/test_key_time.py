"""Keys and time: a rotated, retired or revoked key counts for what others prove to be older."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.independent_time import TimeSource, TimeStatement, independent_time
from evidence_service.core.key_time import KeyStanding, in_window, standing
from evidence_service.core.trust import PinnedKey
from tests.evidence_service.verify.world import NOW, Signer

VKEY = Signer.from_seed("log.example", "key").vkey
DAY = timedelta(days=1)
MOMENTS = st.integers(-500, 500).map(lambda hours: NOW + timedelta(hours=hours))
MAYBE = st.none() | MOMENTS


def pin(start: datetime | None = None, end: datetime | None = None, revoked: datetime | None = None) -> PinnedKey:
    return PinnedKey(VKEY, not_before=start, not_after=end, revoked_at=revoked)


@pytest.mark.parametrize(
    ("key", "proven", "expected"),
    [
        (pin(), None, KeyStanding.IN_FORCE),
        (pin(revoked=NOW - DAY), NOW - 2 * DAY, KeyStanding.IN_FORCE),
        (pin(revoked=NOW - DAY), NOW - DAY, KeyStanding.REVOKED),
        (pin(revoked=NOW - DAY), None, KeyStanding.REVOKED_TIME_UNKNOWN),
        (pin(revoked=NOW + DAY), None, KeyStanding.IN_FORCE),
        (pin(end=NOW - DAY), NOW - 2 * DAY, KeyStanding.IN_FORCE),
        (pin(end=NOW - DAY), NOW - DAY, KeyStanding.TOO_LATE),
        (pin(end=NOW - DAY), None, KeyStanding.TIME_UNKNOWN),
        (pin(start=NOW - DAY), NOW - 2 * DAY, KeyStanding.TOO_EARLY),
        (pin(start=NOW + DAY), None, KeyStanding.TOO_EARLY),
        (pin(end=NOW - DAY, revoked=NOW - 3 * DAY), NOW - 2 * DAY, KeyStanding.REVOKED),
    ],
)
def test_a_key_is_judged_by_what_others_prove(key: PinnedKey, proven: datetime | None, expected: KeyStanding) -> None:
    assert standing(key, proven, NOW) is expected


@given(MAYBE, MAYBE, MAYBE, MAYBE)
def test_without_a_proven_time_nothing_is_older_than_now(
    start: datetime | None, end: datetime | None, revoked: datetime | None, proven: datetime | None
) -> None:
    key = pin(start, end, revoked)
    ended = any(moment is not None and moment <= NOW for moment in (end, revoked))
    assert not (ended and standing(key, None, NOW) is KeyStanding.IN_FORCE)
    if standing(key, proven, NOW) is KeyStanding.IN_FORCE:
        moment = NOW if proven is None else min(proven, NOW)
        assert in_window(key, moment)
        assert revoked is None or moment < revoked


def said(
    hours: int, source: TimeSource = TimeSource.AUTHORITY, name: str = "tsa", revoked: datetime | None = None
) -> TimeStatement:
    return TimeStatement(NOW + timedelta(hours=hours), source, name, revoked_at=revoked)


def witness(hours: int, name: str, revoked: datetime | None = None) -> TimeStatement:
    return said(hours, TimeSource.WITNESS, name, revoked)


def time_of(statements: list[TimeStatement], quorum: int = 0) -> int | None:
    found = independent_time(statements, quorum)
    return None if found is None else round((found.time - NOW) / timedelta(hours=1))


def test_the_earliest_statement_counts() -> None:
    assert time_of([said(-3), said(-5), said(-1, TimeSource.CHAIN)]) == -5
    assert time_of([]) is None


def test_witnesses_count_from_when_their_quorum_was_complete() -> None:
    seen = [witness(-9, "a"), witness(-7, "b"), witness(-5, "c")]
    assert [time_of(seen, quorum) for quorum in (0, 1, 2, 3, 4)] == [-9, -9, -7, -5, None]
    assert time_of([witness(-9, "a"), witness(-8, "a"), witness(-5, "b")], 2) == -5  # twice the same witness is one


def test_a_revoked_key_says_nothing_of_time_however_old_it_says_it_is() -> None:
    revoked = NOW - timedelta(hours=4)
    assert time_of([said(-9, revoked=revoked)]) is None
    assert time_of([said(-9, revoked=revoked), witness(-8, "w", revoked)]) is None
    assert time_of([said(-9, revoked=revoked), said(-3, name="other")]) == -3
    assert time_of([said(-9, revoked=revoked), said(-5, name="other")]) == -5  # a thief may have written the -9


@given(st.lists(st.tuples(st.integers(-99, 0), st.booleans()), max_size=6))
def test_only_statements_by_unrevoked_keys_make_the_time(parts: list[tuple[int, bool]]) -> None:
    revoked = NOW - timedelta(hours=50)
    statements = [said(hours, name=str(i), revoked=revoked if bad else None) for i, (hours, bad) in enumerate(parts)]
    honest = [one.time for one in statements if one.revoked_at is None]
    found = independent_time(statements)
    assert (None if found is None else found.time) == min(honest, default=None)
