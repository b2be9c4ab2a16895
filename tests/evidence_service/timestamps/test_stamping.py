"""Checkpoints are stamped: what is kept, both failures of the authority, and our clock beside others'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from evidence_service.adapters.sql_timestamp_store import SqlTimestampStore
from evidence_service.adapters.timestamp_authority import HttpTimestampAuthority
from evidence_service.core import rlp
from evidence_service.core.clock_bounds import (
    AUTHORITY,
    CHAIN,
    WITNESS,
    ClockBounds,
    ClockOffError,
    measure,
    refuse_far_off,
)
from evidence_service.core.note import parse_note
from evidence_service.core.timestamp import check_authority, check_imprint
from evidence_service.core.timestamps_material import parse_timestamps
from evidence_service.database import writing
from evidence_service.ports import PublishedCheckpoint
from evidence_service.workflow.timestamp import (
    Stamping,
    measure_block,
    measure_clock,
    measure_witnesses,
    require_clock,
    stamp,
    stamp_older,
    timestamps_material,
)
from tests.evidence_service.adapters.logs import ingest, make_log, open_store, publish_plainly
from tests.evidence_service.examples import INSTITUTION
from tests.simulators.timestamp_authority import Authority
from tests.simulators.timestamp_server import TimestampServer, serving

ONE, TWO = Authority.of(name="one"), Authority.of("rsa", name="two")
NOON = datetime(2026, 1, 5, 12, 0, 0, 500_000, tzinfo=UTC)


@dataclass
class Room:
    """A published log and two authorities; our clock and theirs are set by the test."""

    engine: Engine
    servers: tuple[TimestampServer, TimestampServer]
    published: PublishedCheckpoint
    clock: datetime = NOON

    @property
    def doors(self) -> Stamping:
        authorities = tuple(
            HttpTimestampAuthority(name, server.url, server.authority.root.certificate, 5.0)
            for name, server in zip(("One", "Two"), self.servers, strict=True)
        )
        return Stamping(SqlTimestampStore(self.engine), authorities, lambda: self.clock, bytes)

    def stamp(self) -> dict[str, str]:
        return stamp(self.doors, INSTITUTION, self.published)

    def held(self) -> list[str]:
        return [one.authority for one in self.doors.store.tokens(INSTITUTION, self.published.checkpoint.size)]

    def modes(self, one: str, two: str) -> None:
        self.servers[0].mode, self.servers[1].mode = one, two


@pytest.fixture
def room(engine: Engine) -> Iterator[Room]:
    store = open_store(engine)
    make_log(store)
    ingest(store, 3)
    published = publish_plainly(store)
    with serving(ONE, lambda: NOON) as one, serving(TWO, lambda: NOON) as two:
        yield Room(engine, (one, two), published)


def test_every_authority_stamps_the_text_of_the_checkpoint_once(room: Room) -> None:
    assert room.stamp() == {}
    assert room.held() == ["One", "Two"]
    assert room.stamp() == {}
    assert [server.asked for server in room.servers] == [1, 1]
    words = timestamps_material(room.doors.store, INSTITUTION, room.published.checkpoint.size)
    assert words is not None
    for token, authority in zip(parse_timestamps(words).tokens, (ONE, TWO), strict=True):
        check_imprint(token, parse_note(room.published.note.encode()).text.encode())
        check_authority(token, authority.root.der)


def test_without_tokens_there_is_no_material(room: Room) -> None:
    assert timestamps_material(room.doors.store, INSTITUTION, 3) is None


def test_a_request_that_was_lost_stops_nobody_and_is_asked_again(room: Room) -> None:
    room.modes("away", "good")
    assert list(room.stamp()) == ["One"]
    assert room.held() == ["Two"]
    room.modes("good", "good")
    assert room.stamp() == {}
    assert room.held() == ["Two", "One"]
    assert room.servers[1].asked == 1


def test_a_token_that_was_made_and_never_came_is_asked_for_again_and_another_one_is_as_good(room: Room) -> None:
    room.modes("lost", "good")
    made = len(ONE.made)
    assert list(room.stamp()) == ["One"]
    assert len(ONE.made) == made + 1  # it happened, and we were not told
    room.modes("good", "good")
    assert room.stamp() == {}
    kept = room.doors.store.tokens(INSTITUTION, 3)[1]
    assert kept.token == ONE.made[-1] != ONE.made[-2]
    assert kept.stamped_at == NOON


def test_a_token_that_came_and_was_not_kept_is_asked_for_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(SqlTimestampStore, "add_token", crash)
        with pytest.raises(KeyboardInterrupt):
            room.stamp()
    assert room.held() == []
    assert room.stamp() == {}
    assert room.held() == ["One", "Two"]


def test_nobody_answers_and_nothing_is_raised(room: Room) -> None:
    room.modes("status", "rubbish")
    missing = room.stamp()
    assert "HTTP status 503" in missing["One"]
    assert "no timestamp" in missing["Two"]
    assert room.held() == []


@pytest.mark.parametrize("table", ["timestamp_token", "clock_measurement"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_tokens_and_measurements_are_never_changed(room: Room, table: str, statement: str) -> None:
    room.stamp()
    with pytest.raises(DBAPIError), writing(room.engine) as connection:
        connection.execute(text(statement.format(table)))


# our clock


def test_an_exchange_bounds_the_clock_from_both_sides() -> None:
    asked, answered = NOON, NOON + timedelta(milliseconds=200)
    theirs = NOON + timedelta(milliseconds=100)
    found = measure("x", "X", (asked, answered), theirs, timedelta(milliseconds=50))
    assert (found.least, found.most) == (-timedelta(milliseconds=150), timedelta(milliseconds=150))


def test_a_time_in_whole_seconds_may_be_almost_a_second_older() -> None:
    theirs = NOON.replace(microsecond=0)
    found = measure("x", "X", (NOON, NOON), theirs, timedelta())
    assert (found.least, found.most) == (-timedelta(milliseconds=500), timedelta(milliseconds=500))


@pytest.mark.parametrize(
    ("minutes", "far"), [(0, False), (4.9, False), (-4.9, False), (5.1, True), (-5.1, True), (600, True)]
)
def test_a_clock_is_far_off_beyond_five_minutes_on_either_side(room: Room, minutes: float, far: bool) -> None:
    room.clock = NOON + timedelta(minutes=minutes)
    newest, missing = measure_clock(room.doors)
    assert missing == {}
    assert [one.name for one in newest] == ["One", "Two"]
    assert [one.far_off for one in newest] == [far, far]
    assert all(abs(one.least - timedelta(minutes=minutes)) < timedelta(seconds=3) for one in newest)
    if far:
        with pytest.raises(ClockOffError, match="Set the clock right"):
            refuse_far_off(newest, room.clock)
    else:
        refuse_far_off(newest, room.clock)


def test_publishing_with_a_clock_that_is_far_off_is_refused_until_it_is_set_right(room: Room) -> None:
    room.clock = NOON + timedelta(hours=2)
    room.stamp()
    with pytest.raises(ClockOffError, match="audit clock --measure"):
        require_clock(room.doors)
    room.clock = NOON  # set right: asking again shows it
    require_clock(room.doors)
    assert not any(one.far_off for one in room.doors.store.newest_measurements())


def test_an_authority_that_is_away_does_not_stop_publishing_even_after_a_bad_measurement(room: Room) -> None:
    room.clock = NOON + timedelta(hours=2)
    room.stamp()
    room.modes("away", "away")
    require_clock(room.doors)


def test_an_old_measurement_says_nothing_of_the_clock_of_today() -> None:
    bad = ClockBounds(AUTHORITY, "X", NOON, timedelta(hours=1), timedelta(hours=1))
    with pytest.raises(ClockOffError):
        refuse_far_off([bad], NOON + timedelta(hours=23))
    refuse_far_off([bad], NOON + timedelta(hours=25))


def test_one_authority_that_is_wrong_itself_stops_nobody(room: Room) -> None:
    room.servers[0].now = lambda: NOON + timedelta(hours=3)
    newest, _ = measure_clock(room.doors)
    assert [one.far_off for one in newest] == [True, False]
    require_clock(room.doors)


@pytest.mark.parametrize("source", [WITNESS, CHAIN])
def test_a_witness_or_a_block_is_reported_and_stops_nobody(source: str) -> None:
    bad = ClockBounds(source, "X", NOON, timedelta(hours=1), timedelta(hours=1))
    assert bad.far_off
    refuse_far_off([bad], NOON)


def test_our_clock_is_measured_beside_witnesses_and_blocks(room: Room) -> None:
    asked = NOON - timedelta(seconds=2)
    measure_witnesses(room.doors, asked, {"court": NOON.replace(microsecond=0)})
    header = rlp.encode(
        [b"\x00" * 32] * 3
        + [b"\x00" * 32] * 3
        + [b"\x00" * 256]
        + [b""]
        + [b"\x07"]
        + [b""] * 2
        + [rlp.number(int(NOON.timestamp()))]
        + [b""] * 4
    )
    measure_block(room.doors, asked, 1, header)
    chain, court = room.doors.store.newest_measurements()
    assert (court.name, court.least, court.most) == ("court", -timedelta(seconds=2.5), timedelta(seconds=0.5))
    assert (chain.name, chain.least, chain.most) == ("chain 1", -timedelta(seconds=16.5), timedelta(seconds=15.5))


def test_bounds_survive_the_database_widened_to_whole_milliseconds(engine: Engine) -> None:
    store = SqlTimestampStore(engine)
    micro = timedelta(microseconds=1)
    for name in ("A", "B", "A"):
        store.add_measurement(ClockBounds("witness", name, NOON, -1500 * micro, 1500 * micro))
    assert len(store.measurements(10)) == 3
    assert [one.name for one in store.newest_measurements()] == ["A", "B"]
    kept = store.measurements(1)[0]
    assert (kept.least, kept.most) == (-2000 * micro, 2000 * micro)
    assert kept.measured_at == NOON


def test_a_checkpoint_that_nobody_stamped_in_its_time_is_stamped_later(room: Room) -> None:
    room.modes("away", "away")
    room.stamp()
    older, store = room.published, open_store(room.engine)
    room.modes("good", "good")
    ingest(store, 3, first=3)
    room.published = publish_plainly(store)
    room.stamp()
    newest_first = store.checkpoints(INSTITUTION, 20)
    assert [one.checkpoint.size for one in newest_first] == [room.published.checkpoint.size, older.checkpoint.size]
    assert stamp_older(room.doors, INSTITUTION, newest_first, older.checkpoint.size) == 0  # its key has ended
    assert stamp_older(room.doors, INSTITUTION, newest_first, 0) == 1
    held = room.doors.store.tokens(INSTITUTION, older.checkpoint.size)
    assert [one.authority for one in held] == ["One", "Two"]
    assert stamp_older(room.doors, INSTITUTION, newest_first, 0) == 0  # nothing is left to do
