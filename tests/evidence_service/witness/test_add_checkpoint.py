"""The witness itself: its status codes, its memory, and that it never signs two histories, whoever asks and however."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from evidence_service.adapters.witness_state import SqliteWitnessState, WitnessStateError, origin_hash
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.cosignature import cosignatures_by
from evidence_service.core.merkle import EMPTY_ROOT
from evidence_service.core.note import SignedNote, parse_note, signature_lines, verify_ed25519
from evidence_service.core.witness_request import (
    MAX_REQUEST,
    parse_cosignature_lines,
    parse_request,
    request_text,
)
from evidence_service.ports.witness import SeenCheckpoint, WitnessReply
from evidence_service.workflow.add_checkpoint import Witness, WitnessKey, add_checkpoint, latest_checkpoint
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.witness.cosigners import KINDS, NOW, Cosigner, GrowingLog

LOG = GrowingLog()
COURT = Cosigner("witness.court.example/w1")


@dataclass
class Booth:
    """A witness on its folder. `restarted` is the program started anew."""

    folder: Path
    moment: datetime = NOW
    keys: tuple[WitnessKey, ...] = (COURT.key,)
    logs: tuple[GrowingLog, ...] = (LOG,)
    now: Callable[[], datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.now = lambda: self.moment

    @property
    def witness(self) -> Witness:
        keys = {log.name: [log.key.verifier] for log in self.logs}
        return Witness(keys, self.keys, SqliteWitnessState(self.folder), self.now)

    def ask(self, raw: bytes) -> WitnessReply:
        return add_checkpoint(self.witness, raw)

    def newest(self, origin: str = LOG.name) -> int:
        seen = SqliteWitnessState(self.folder).latest(origin)
        return 0 if seen is None else seen.checkpoint.size


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    return Booth(tmp_path / "state")


def holds(reply: WitnessReply, checkpoint: Checkpoint, cosigner: Cosigner = COURT) -> bool:
    note = SignedNote(checkpoint.text(), parse_cosignature_lines(reply.body))
    return reply.status == 200 and len(cosignatures_by(note, cosigner.verifier)) == 1


def test_a_log_is_followed_from_its_first_checkpoint(booth: Booth) -> None:
    for old, new in ((0, 3), (3, 8), (8, 8), (8, 300)):
        assert holds(booth.ask(LOG.request(old, new)), LOG.checkpoint(new))
        assert booth.newest() == new


def test_a_witness_may_begin_with_a_log_that_is_long_already(booth: Booth) -> None:
    assert holds(booth.ask(LOG.request(0, 300)), LOG.checkpoint(300))


@pytest.mark.parametrize("kind", KINDS)
def test_it_cosigns_with_either_kind_of_key_and_dates_it(booth: Booth, kind: int) -> None:
    one = Cosigner("witness.court.example/w1", kind)
    booth.keys = (one.key,)
    reply = booth.ask(LOG.request(0, 3))
    note = SignedNote(LOG.checkpoint(3).text(), parse_cosignature_lines(reply.body))
    assert [found.at for found in cosignatures_by(note, one.verifier)] == [NOW]


def test_a_witness_with_two_keys_answers_with_two_lines(booth: Booth) -> None:
    both = [Cosigner(COURT.name, kind) for kind in KINDS]
    booth.keys = tuple(one.key for one in both)
    reply = booth.ask(LOG.request(0, 3))
    assert reply.body.count("\u2014 ".encode()) == 2
    assert all(holds(reply, LOG.checkpoint(3), one) for one in both)


def test_400_for_what_is_no_request(booth: Booth) -> None:
    good = LOG.request(3, 8)
    for raw in (
        b"",
        b"old 0",
        good.replace(b"old 3", b"old 03"),
        good.replace(b"old 3", b"old -3"),
        good.replace(b"old 3", b"old  3"),
        good.replace(b"old 3", b"old three"),
        good.replace(b"old 3", b"new 3"),
        good.replace(b"old 3\n", b"old 3\n!!\n"),
        good.replace(b"old 3\n", b"old 3\nAAAA\n"),
        good.replace(b"old 3\n", b"old 3\n" + b"A" * 43 + b"=\n" + (b"A" * 43 + b"=\n") * 63),
        good.replace(b"\n\n", b"\n", 1),
        good.replace(b"\n", b"\r\n"),
        good[:-1],
        good + b"x",
        b"\xff" + good,
        good.replace(b"\n\n\xe2", b"\nextension\n\n\xe2"),
        good + b"x" * MAX_REQUEST,
    ):
        assert booth.ask(raw).status == 400, raw[:60]
    assert booth.newest() == 0


def test_400_where_the_old_size_is_larger(booth: Booth) -> None:
    assert booth.ask(request_text(9, (), LOG.note(8)).encode()).status == 400


def test_404_for_a_log_that_it_does_not_watch(booth: Booth) -> None:
    assert booth.ask(GrowingLog("log.example.test/two").request(0, 3)).status == 404
    stolen = request_text(0, (), TestKey(LOG.name).sign_note(Checkpoint("elsewhere", 3, bytes(32)).text()))
    assert booth.ask(stolen.encode()).status == 404  # our log's key under another origin


def test_403_without_a_signature_by_the_logs_key(booth: Booth) -> None:
    text = LOG.checkpoint(3).text()
    forged = TestKey("log.example.test/thief")
    for note in (
        forged.sign_note(text),
        LOG.note(3).replace("\n3\n", "\n4\n"),
        LOG.note(3)[:-8] + "AAAAAA=\n",
    ):
        assert booth.ask(request_text(0, (), note).encode()).status in (400, 403)
    assert booth.ask(request_text(0, (), forged.sign_note(text)).encode()).status == 403
    assert booth.newest() == 0


def test_signatures_by_others_are_ignored_and_not_handed_on(booth: Booth) -> None:
    text = LOG.checkpoint(3).text()
    extra = COURT.line(text), TestKey("stranger.example").signature(text)
    note = LOG.note(3) + signature_lines(extra)
    assert booth.ask(request_text(0, (), note).encode()).status == 200
    kept = parse_note(latest_checkpoint(booth.witness, origin_hash(LOG.name)).body)
    assert [line.name for line in kept.signatures] == [LOG.name, COURT.name]


def test_409_names_the_size_that_it_cosigned_last(booth: Booth) -> None:
    booth.ask(LOG.request(0, 8))
    for old, new in ((0, 9), (3, 9), (0, 8), (7, 8)):
        reply = booth.ask(LOG.request(old, new))
        assert (reply.status, reply.content_type, reply.body) == (409, "text/x.tlog.size", b"8\n")
    assert booth.newest() == 8
    fresh = booth.ask(request_text(3, LOG.proof(3, 9), GrowingLog("other").note(9)).encode())
    assert fresh.status == 404


def test_409_zero_before_the_first(booth: Booth) -> None:
    reply = booth.ask(LOG.request(3, 8))
    assert (reply.status, reply.body) == (409, b"0\n")


def test_422_for_a_proof_that_does_not_hold(booth: Booth) -> None:
    assert booth.ask(request_text(0, (bytes(32),), LOG.note(3)).encode()).status == 422
    booth.ask(LOG.request(0, 3))
    good = LOG.proof(3, 8)
    for proof in ((), good[:-1], (*good, bytes(32)), good[::-1], LOG.proof(4, 8), (bytes(32), *good[1:])):
        assert booth.ask(request_text(3, proof, LOG.note(8)).encode()).status == 422
    assert booth.ask(request_text(3, (bytes(32),), LOG.note(3)).encode()).status == 422  # same size: no proof
    assert booth.newest() == 3


def test_an_empty_log_has_the_root_of_the_empty_tree(booth: Booth) -> None:
    wrong = LOG.key.sign_note(Checkpoint(LOG.name, 0, bytes(32)).text())
    assert booth.ask(request_text(0, (), wrong).encode()).status == 422
    right = Checkpoint(LOG.name, 0, EMPTY_ROOT)
    assert holds(booth.ask(request_text(0, (), LOG.key.sign_note(right.text())).encode()), right)
    assert holds(booth.ask(LOG.request(0, 3)), LOG.checkpoint(3))


def test_a_split_view_is_refused_and_its_signed_proof_is_kept(booth: Booth) -> None:
    """The log signs two histories: the witness saw one, and keeps the other as evidence against the log."""
    fork = GrowingLog(word="forged", fork=2)
    booth.ask(LOG.request(0, 8))
    same_size = booth.ask(request_text(8, (), fork.note(8)).encode())
    assert (same_size.status, same_size.body) == (409, b"8\n")
    assert booth.ask(fork.request(8, 9)).status == 422
    assert booth.ask(request_text(8, LOG.proof(8, 9), fork.note(9)).encode()).status == 422
    assert holds(booth.ask(LOG.request(8, 9)), LOG.checkpoint(9))
    kept = SqliteWitnessState(booth.folder).refused()
    assert {parse_note(note.encode()).text for _, _, note in kept} == {fork.checkpoint(size).text() for size in (8, 9)}
    assert all(verify_ed25519(parse_note(note.encode()), LOG.key.verifier) for _, _, note in kept)


def test_a_rollback_is_refused(booth: Booth) -> None:
    booth.ask(LOG.request(0, 8))
    for old in (0, 3, 5):
        assert booth.ask(LOG.request(old, 5)).status == 409
    assert booth.ask(request_text(8, (), LOG.note(5)).encode()).status == 400
    assert booth.newest() == 8


def test_what_was_cosigned_for_one_log_opens_nothing_for_another(booth: Booth) -> None:
    other = GrowingLog("log.example.test/two")
    booth.logs = (LOG, other)
    reply = booth.ask(LOG.request(0, 8))
    assert booth.ask(request_text(8, (), other.note(8)).encode()).status == 409
    replayed = SignedNote(other.checkpoint(8).text(), parse_cosignature_lines(reply.body))
    with pytest.raises(Exception, match="does not hold for this checkpoint"):
        cosignatures_by(replayed, COURT.verifier)
    assert booth.newest(other.name) == 0


def test_what_it_remembers_outlives_a_restart(booth: Booth) -> None:
    booth.ask(LOG.request(0, 8))
    again = Booth(booth.folder)
    assert again.ask(LOG.request(0, 3)).body == b"8\n"
    assert holds(again.ask(LOG.request(8, 9)), LOG.checkpoint(9))


def test_a_reply_that_was_lost_is_asked_for_again_and_gets_a_new_date(booth: Booth) -> None:
    booth.ask(LOG.request(0, 8))
    booth.moment += timedelta(hours=1)
    assert booth.ask(LOG.request(0, 8)).body == b"8\n"
    reply = booth.ask(LOG.request(8, 8))
    note = SignedNote(LOG.checkpoint(8).text(), parse_cosignature_lines(reply.body))
    assert cosignatures_by(note, COURT.verifier)[0].at == booth.moment


def test_two_hundred_requests_at_once_never_lead_back(booth: Booth) -> None:
    """tlog-witness names the race: a larger size is stored between another request's check and its write."""
    witness = booth.witness
    sizes = list(range(1, 21)) * 10
    answered: list[tuple[int, int]] = []

    def climb(target: int) -> None:
        old = 0
        for _ in range(60):
            if old > target:
                return
            reply = add_checkpoint(witness, LOG.request(old, target))
            if reply.status == 200:
                answered.append((target, booth.newest()))
                return
            assert reply.status == 409
            old = int(reply.body)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(climb, sizes))
    assert booth.newest() == 20
    assert answered
    assert all(newest >= size for size, newest in answered)
    with sqlite3.connect(booth.folder / "witness.db") as connection:
        found = connection.execute("SELECT size, root FROM history ORDER BY rowid").fetchall()
    connection.close()
    assert [size for size, _ in found] == sorted(size for size, _ in found)
    assert all(root == LOG.checkpoint(size).root for size, root in found)


class Overtaken:
    """A memory in which another request comes first, exactly between the question and the write."""

    def __init__(self, inner: SqliteWitnessState, first: Callable[[], object]) -> None:
        self.inner, self.first = inner, first

    def advance(
        self, origin: str, decide: Callable[[SeenCheckpoint | None], SeenCheckpoint | None]
    ) -> SeenCheckpoint | None:
        self.first()
        return self.inner.advance(origin, decide)

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def test_a_request_that_was_overtaken_is_told_the_newer_size(booth: Booth) -> None:
    plain = booth.witness
    state = Overtaken(SqliteWitnessState(booth.folder), lambda: add_checkpoint(plain, LOG.request(0, 9)))
    slow = Witness(plain.logs, plain.keys, state, plain.now)  # type: ignore[arg-type]
    reply = add_checkpoint(slow, LOG.request(0, 3))
    assert (reply.status, reply.body) == (409, b"9\n")
    assert booth.newest() == 9


def test_nothing_is_signed_that_could_not_be_written(booth: Booth) -> None:
    booth.ask(LOG.request(0, 3))
    signed: list[bytes] = []
    booth.keys = (WitnessKey(COURT.verifier, lambda raw: signed.append(raw) or COURT.private.sign(raw)),)  # type: ignore[func-returns-value]
    with sqlite3.connect(booth.folder / "witness.db") as connection:
        connection.execute("CREATE TRIGGER full BEFORE UPDATE ON seen BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    connection.close()
    with pytest.raises(WitnessStateError, match="disk full"):
        booth.ask(LOG.request(3, 8))
    assert len(signed) == 1  # made, and never handed out
    assert booth.newest() == 3


def test_a_clock_that_was_set_far_back_signs_no_time(booth: Booth) -> None:
    booth.ask(LOG.request(0, 3))
    booth.moment = NOW - timedelta(seconds=30)
    reply = booth.ask(LOG.request(3, 4))
    note = SignedNote(LOG.checkpoint(4).text(), parse_cosignature_lines(reply.body))
    assert cosignatures_by(note, COURT.verifier)[0].at == NOW  # a little: time stands still
    booth.moment = NOW - timedelta(hours=1)
    assert booth.ask(LOG.request(4, 5)).status == 503
    assert booth.newest() == 4


def test_readers_may_compare_what_it_cosigned_last(booth: Booth) -> None:
    assert latest_checkpoint(booth.witness, origin_hash(LOG.name)).status == 404
    booth.ask(LOG.request(0, 3))
    booth.ask(LOG.request(3, 8))
    note = parse_note(latest_checkpoint(booth.witness, origin_hash(LOG.name)).body)
    assert note.text == LOG.checkpoint(8).text()
    assert verify_ed25519(note, LOG.key.verifier)
    assert cosignatures_by(note, COURT.verifier)
    assert latest_checkpoint(booth.witness, origin_hash("other")).status == 404


def test_a_thousand_refused_checkpoints_are_kept_and_no_more(booth: Booth) -> None:
    state = SqliteWitnessState(booth.folder)
    for at in range(1005):
        state.keep_refused(LOG.name, f"note {at}", "another root", NOW)
        state.keep_refused(LOG.name, f"note {at}", "another root", NOW)
    assert len(state.refused()) == 1000


def test_a_request_is_read_back_as_it_was_written() -> None:
    read = parse_request(LOG.request(3, 8))
    assert request_text(read.old_size, read.proof, read.note).encode() == LOG.request(3, 8)
