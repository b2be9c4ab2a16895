"""A lender asks its witnesses: what was not done, what was done and not told, and witnesses that are away or lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import proofbundle
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from evidence_service.adapters.sql_cosignatures import SqlCosignatureStore
from evidence_service.adapters.witness_client import WitnessUnreachableError
from evidence_service.adapters.witness_state import SqliteWitnessState
from evidence_service.core.cosignature import cosignatures_by
from evidence_service.core.note import NoteSignature, parse_note, parse_vkey, signature_lines, verify_ed25519
from evidence_service.core.witness_request import parse_request
from evidence_service.ports import PublishedCheckpoint
from evidence_service.ports.witness import WitnessReply
from evidence_service.workflow.add_checkpoint import Witness, add_checkpoint
from evidence_service.workflow.cosign import Cosigning, cosign
from evidence_service.workflow.prove import prove
from evidence_service.workflow.witness_report import WitnessReport
from tests.evidence_service.examples import INSTITUTION, NOW
from tests.evidence_service.witness.cosigners import KINDS, Cosigner, GrowingLog
from tests.evidence_service.workflow.instance import Instance

COURT, NOTARY, REGULATOR = (
    Cosigner("court.example"),
    Cosigner("notary.example", KINDS[1]),
    Cosigner("regulator.example"),
)
Answer = Callable[[str, bytes], WitnessReply]


@dataclass
class Town:
    """One lender and three witnesses, each a real one on its own folder; the way to each can be bent by a test."""

    instance: Instance
    folder: Path
    policy: str = ""
    asked: list[str] = field(default_factory=list)
    bends: dict[str, Answer] = field(default_factory=dict)
    minutes: int = 0

    def __post_init__(self) -> None:
        names = {"court": COURT, "notary": NOTARY, "regulator": REGULATOR}
        lines = [f"witness {name} {one.vkey} http://{name}" for name, one in names.items()]
        self.policy = "\n".join([*lines, "group two 2 court notary regulator", "quorum two"]) + "\n"
        self.cosigners = {f"http://{name}": one for name, one in names.items()}

    @property
    def kept(self) -> SqlCosignatureStore:
        return SqlCosignatureStore(self.instance.engine)

    def witness(self, url: str) -> Witness:
        log = self.instance.log
        keys = {log.origin: [parse_vkey(log.vkey)]}
        state = SqliteWitnessState(self.folder / url[7:])
        return Witness(keys, [self.cosigners[url].key], state, lambda: NOW + timedelta(minutes=self.minutes))

    def honest(self, url: str, body: bytes) -> WitnessReply:
        return add_checkpoint(self.witness(url), body)

    def add_checkpoint(self, url: str, body: bytes) -> WitnessReply:
        self.asked.append(url[7:])
        return self.bends.get(url[7:], self.honest)(url, body)

    def doors(self) -> Cosigning:
        moment = NOW + timedelta(minutes=self.minutes)
        return Cosigning(self.instance.store, self.kept, self, self.policy, lambda: moment)

    def cosign(self, published: PublishedCheckpoint | None = None) -> WitnessReport:
        self.asked.clear()
        newest = published or self.instance.store.latest_checkpoint(INSTITUTION)
        assert newest is not None
        return cosign(self.instance.log, newest, self.doors())

    def grow(self, count: int = 3) -> WitnessReport:
        self.minutes += 1
        self.instance.ingest(count)
        return self.cosign(self.instance.publish(self.minutes))

    def newest(self) -> PublishedCheckpoint:
        found = self.instance.store.latest_checkpoint(INSTITUTION)
        assert found is not None
        return found


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Town:
    return Town(Instance(engine), tmp_path / "witnesses")


def outcomes(report: WitnessReport) -> dict[str, str]:
    return {one.name: one.last.outcome if one.last else "" for one in report.witnesses}


def lost(town: Town, *, done: bool) -> Answer:
    """No answer comes; the witness cosigned, or it never heard of it."""

    def answer(url: str, body: bytes) -> WitnessReply:
        if done:
            assert town.honest(url, body).status == 200
        raise WitnessUnreachableError("it did not answer (TimeoutError)")

    return answer


def test_every_witness_cosigns_and_the_note_carries_it(town: Town) -> None:
    report = town.grow()
    assert (report.cosigned, report.satisfied) == (3, True)
    note = parse_note(town.newest().note.encode())
    assert note.signatures[0].name == town.instance.log.origin
    assert verify_ed25519(note, parse_vkey(town.instance.log.vkey))
    for one in (COURT, NOTARY, REGULATOR):
        assert len(cosignatures_by(note, one.verifier)) == 1
    assert town.instance.store.checkpoints(INSTITUTION, 5) == [town.newest()]
    assert town.instance.store.checkpoint_covering(INSTITUTION, 0) == town.newest()


def test_who_has_cosigned_is_not_asked_again(town: Town) -> None:
    town.grow()
    note = town.newest().note
    assert (town.cosign().cosigned, town.asked) == (3, [])
    assert town.newest().note == note


def test_the_next_checkpoint_goes_out_with_a_proof_from_the_last_one(town: Town) -> None:
    first = town.grow().size
    old: list[int] = []

    def listen(url: str, body: bytes) -> WitnessReply:
        old.append(parse_request(body).old_size)
        return town.honest(url, body)

    town.bends["court"] = listen
    assert town.grow(300).cosigned == 3
    assert old == [first]


def test_not_done_a_witness_that_never_heard_of_it_is_asked_again_next_time(town: Town) -> None:
    town.bends["court"] = lost(town, done=False)
    report = town.grow()
    assert (report.cosigned, report.satisfied, outcomes(report)["court"]) == (2, True, "unreachable")
    town.bends.clear()
    assert town.cosign().cosigned == 3
    assert town.asked == ["court"]


def test_done_and_not_told_the_cosignature_is_fetched_next_time_at_the_same_size(town: Town) -> None:
    town.bends["court"] = lost(town, done=True)
    assert town.grow().cosigned == 2
    town.bends.clear()
    assert town.cosign().cosigned == 3
    assert town.asked == ["court", "court"]  # 409 with our size, then from there


def test_done_and_not_told_and_the_log_grew_meanwhile(town: Town) -> None:
    town.bends["court"] = lost(town, done=True)
    before = town.grow().size
    town.bends.clear()
    report = town.grow(5)
    assert report.cosigned == 3
    assert {row.vkey for row in town.kept.cosignatures(INSTITUTION, before)} == {NOTARY.vkey, REGULATOR.vkey}


def test_our_own_crash_after_the_answer_and_before_the_store_is_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(Exception):
        pass

    def crash(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(SqlCosignatureStore, "add_cosignature", crash)
    with pytest.raises(Crash):
        town.grow()
    monkeypatch.undo()
    assert town.newest().note.count("\n\u2014 ") == 1  # published all the same
    assert town.cosign().cosigned == 3


def test_a_witness_set_back_is_not_believed_any_more(town: Town) -> None:
    """It forgot what it cosigned: it could now cosign a second history."""
    town.grow()
    (town.folder / "court" / "witness.db").unlink()
    report = town.grow()
    assert outcomes(report)["court"] == "set-back"
    assert report.cosigned == 2


def test_a_log_set_back_is_told_by_its_witnesses(town: Town) -> None:
    """The lender restored an older copy: the witness knows a larger log."""
    town.grow()
    ahead = WitnessReply(409, "text/x.tlog.size", b"999999\n")
    town.bends["court"] = lambda url, body: ahead
    report = town.grow()
    assert outcomes(report)["court"] == "ahead"
    detail = next(one.last.detail for one in report.witnesses if one.name == "court" and one.last)
    assert "999999" in detail


def test_another_history_at_the_same_size_is_told_as_such(town: Town) -> None:
    size = town.grow().size
    with_other = GrowingLog(town.instance.log.origin)
    court = town.witness("http://court")
    forged = with_other.request(0, size)
    (town.folder / "court" / "witness.db").unlink()
    assert (
        add_checkpoint(
            replace(
                court,
                logs={with_other.name: [with_other.key.verifier]},
                state=SqliteWitnessState(town.folder / "court"),
            ),
            forged,
        ).status
        == 200
    )
    town.instance.tamper("DELETE FROM cosignature")
    report = town.cosign()
    assert outcomes(report)["court"] == "another-root"
    report = town.grow()
    assert outcomes(report)["court"] == "inconsistent"
    assert report.satisfied


def line_of(body: bytes, cosigner: Cosigner, *, seconds: int = 0, minutes: int = 0) -> NoteSignature:
    request = parse_request(body)
    return cosigner.line(request.signed.text, seconds or int((NOW + timedelta(minutes=minutes)).timestamp()))


def ok(*lines: NoteSignature) -> WitnessReply:
    return WitnessReply(200, "text/plain", signature_lines(lines).encode())


LIES: dict[str, Callable[[bytes], WitnessReply]] = {
    "nothing": lambda body: WitnessReply(200, "text/plain", b""),
    "nonsense": lambda body: WitnessReply(200, "text/html", b"<html>welcome</html>"),
    "bytes": lambda body: WitnessReply(200, "text/plain", b"\xff\xfe"),
    "somebody else's cosignature": lambda body: ok(line_of(body, NOTARY)),
    "a cosignature of another checkpoint": lambda body: ok(COURT.line(GrowingLog().checkpoint(3).text())),
    "a broken signature": lambda body: ok(replace(line_of(body, COURT), signature=bytes(72))),
    "two of them": lambda body: ok(line_of(body, COURT), line_of(body, COURT, seconds=5)),
    "a cosignature from the future": lambda body: ok(line_of(body, COURT, minutes=60)),
    "a cosignature from before the checkpoint": lambda body: ok(line_of(body, COURT, minutes=-60)),
    "a size that is none": lambda body: WitnessReply(409, "text/x.tlog.size", b"many\n"),
    "a size without newline": lambda body: WitnessReply(409, "text/x.tlog.size", b"3"),
    "always another size": lambda body: WitnessReply(
        409, "text/x.tlog.size", b"%d\n" % (parse_request(body).old_size + 1)
    ),
    "a conflict without a size": lambda body: WitnessReply(409, "text/plain", b"no\n"),
    "a redirect": lambda body: WitnessReply(302, "text/plain", b""),
    "an error": lambda body: WitnessReply(500, "text/plain", b"oops"),
    "unknown": lambda body: WitnessReply(404, "text/plain", b""),
    "unsigned": lambda body: WitnessReply(403, "text/plain", b""),
    "unreadable": lambda body: WitnessReply(400, "text/plain", b""),
    "unprocessable": lambda body: WitnessReply(422, "text/plain", b""),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_is_stored_or_stops_the_others_and_it_is_asked_again(town: Town, lie: str) -> None:
    town.bends["court"] = lambda url, body: LIES[lie](body)
    report = town.grow()
    assert (report.cosigned, report.satisfied) == (2, True)
    assert outcomes(report)["court"] not in ("cosigned", "")
    assert len(town.asked) <= 5
    assert COURT.name not in town.newest().note
    town.bends.clear()
    assert town.cosign().cosigned == 3


def test_an_honest_line_among_strangers_lines_is_taken_alone(town: Town) -> None:
    town.bends["court"] = lambda url, body: ok(
        line_of(body, Cosigner("x")), line_of(body, COURT, minutes=1), line_of(body, NOTARY)
    )
    assert town.grow().cosigned == 3
    assert "\u2014 x " not in town.newest().note


def test_no_witness_at_all_never_stops_publishing(town: Town) -> None:
    for name in ("court", "notary", "regulator"):
        town.bends[name] = lost(town, done=False)
    report = town.grow()
    assert (report.cosigned, report.satisfied) == (0, False)
    assert town.newest().checkpoint.size == report.size


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("", "no witness policy is configured"),
        ("nonsense\n", "cannot be used: line 1"),
        (f"log {GrowingLog().key.vkey}\nwitness court {COURT.vkey} http://court\nquorum court\n", "lists other logs"),
    ],
)
def test_without_a_usable_policy_nobody_is_asked_and_it_is_said(town: Town, policy: str, problem: str) -> None:
    town.policy = policy
    report = town.grow()
    assert problem in report.problem
    assert (town.asked, report.satisfied) == ([], False)
    assert town.kept.policy_at(INSTITUTION, report.size) is None


def test_a_witness_without_an_address_is_listed_and_not_asked(town: Town) -> None:
    town.policy = town.policy.replace(" http://notary", "")
    report = town.grow()
    assert sorted(town.asked) == ["court", "regulator"]
    assert [one.line() for one in report.witnesses if one.name == "notary"] == [
        "notary: not cosigned (has no address); its newest size is 0"
    ]


def test_the_policy_of_the_day_stays_with_its_checkpoint(town: Town) -> None:
    first, of_the_day = town.grow().size, town.policy
    town.policy = town.policy.replace("group two 2", "group two 3")
    town.cosign()
    second = town.grow().size
    assert town.kept.policy_at(INSTITUTION, first) == of_the_day
    assert town.kept.policy_at(INSTITUTION, second) == town.policy


def test_the_first_cosignature_by_a_key_stays(town: Town) -> None:
    size = town.grow().size
    (first, *_) = [row for row in town.kept.cosignatures(INSTITUTION, size) if row.vkey == COURT.vkey]
    town.kept.add_cosignature(INSTITUTION, replace(first, line="\u2014 other AAAAAAAA\n"), NOW)
    assert first in town.kept.cosignatures(INSTITUTION, size)
    with town.instance.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("DELETE FROM cosignature"))


def test_only_the_logs_own_signatures_are_sent_to_a_witness(town: Town) -> None:
    town.bends["court"] = lost(town, done=False)
    town.grow()
    names: list[str] = []

    def listen(url: str, body: bytes) -> WitnessReply:
        names.extend(line.name for line in parse_request(body).signed.signatures)
        return town.honest(url, body)

    town.bends["court"] = listen
    town.cosign()
    assert names == [town.instance.log.origin]


@pytest.mark.parametrize("threshold", [0, 1, 2, 3, 4])
def test_a_second_verifier_counts_the_same_witnesses_in_our_proof(town: Town, threshold: int) -> None:
    """`proofbundle` reads the proof with three cosignatures, one of them ML-DSA-44."""
    town.grow()
    made = prove(town.instance.store, town.instance.store.event_at(INSTITUTION, 0))
    keys = [one.vkey for one in (COURT, NOTARY, REGULATOR)]
    log = town.instance.log
    answer = proofbundle.verify_tlog_proof(
        made.proof.text(), made.leaf, log.vkey, keys, threshold=threshold, expected_origin=log.origin
    )
    assert answer["ok"] is (threshold <= 3)
    assert answer["log_ok"]
    assert answer["inclusion_ok"]
