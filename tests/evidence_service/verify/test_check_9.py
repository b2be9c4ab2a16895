"""Check (9) with timestamp tokens: independent times, the gaps, and every contradiction between clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from evidence_service.core.material import material_bytes
from evidence_service.core.note import parse_note
from evidence_service.core.report import Report, Result
from evidence_service.core.timestamps_material import timestamps_text
from evidence_service.core.trust import PinnedAuthority, TrustFile
from evidence_service.core.verify import verify_package, verify_proof
from tests.evidence_service.verify.world import NOW, START, World, make_world
from tests.simulators.timestamp_authority import Authority

WORLD = make_world()
TSA, OTHER = Authority.of(name="tsa one"), Authority.of("rsa", name="tsa two")
STAMPED = START + timedelta(hours=2)
TEXT = parse_note(WORLD.checkpoint.encode()).text.encode()


def pin(authority: Authority, name: str, **window: datetime) -> PinnedAuthority:
    return PinnedAuthority(name, authority.root.der, **window)


BOTH = (pin(TSA, "TSA One"), pin(OTHER, "TSA Two"))


def trust(*authorities: PinnedAuthority, world: World = WORLD) -> TrustFile:
    return world.trust(authorities=authorities)


def packaged(*tokens: bytes, world: World = WORLD) -> bytes:
    return world.package_zip(replace(world.contents, material={"timestamps": timestamps_text(tokens)}))


def verify(*tokens: bytes, authorities: tuple[PinnedAuthority, ...] = BOTH) -> Report:
    return verify_package(packaged(*tokens), trust(*authorities), None, NOW)


def test_a_pinned_token_says_when_everything_was_logged_at_the_latest() -> None:
    report = verify(TSA.token(TEXT, STAMPED))
    assert report.check(9).code == "in-time-confirmed"
    assert "TSA One shows that all were logged by 2026-01-05T04:03:05.500000Z" in report.check(9).reason
    assert "TSA One" in report.check(9).reason_zh
    first = report.times[0].as_json()
    assert first["logged_at"] == "2026-01-05T04:03:05.500000Z"  # genTime and its accuracy of 1.5 s
    assert (first["logged_by"], first["logging_gap"], first["capture_gap"]) == ("TSA One", 7081, 1800)
    assert "anchored_at" not in first


def test_a_token_allows_no_later_moment_than_the_readers_clock_and_none_ahead_of_it() -> None:
    package = packaged(TSA.token(TEXT, STAMPED))
    soon = STAMPED + timedelta(seconds=1)
    report = verify_package(package, replace(trust(*BOTH), issued_at=START), None, soon)
    assert report.times[0].as_json()["logged_at"] == "2026-01-05T04:03:05Z"
    before = verify_package(package, replace(trust(*BOTH), issued_at=START), None, STAMPED - timedelta(seconds=1))
    assert before.check(9).code == "in-time"


def test_the_earliest_of_several_authorities_counts() -> None:
    report = verify(TSA.token(TEXT, STAMPED), OTHER.token(TEXT, STAMPED - timedelta(minutes=30)))
    assert report.times[0].as_json()["logged_by"] == "TSA Two"


def test_without_a_trust_file_a_token_gives_no_time() -> None:
    report = verify_package(packaged(TSA.token(TEXT, STAMPED)), None, None, NOW)
    assert report.check(9).code == "in-time"
    assert "only the lender's own clock" in report.check(9).reason
    assert "logged_at" not in report.times[0].as_json()


def test_a_token_of_a_stranger_is_not_counted_and_fails_nothing() -> None:
    report = verify(Authority.of(name="stranger").token(TEXT, STAMPED))
    assert report.check(9).code == "in-time"
    assert report.result is not Result.FAILED


@pytest.mark.parametrize(
    "window",
    [{"not_before": STAMPED + timedelta(seconds=1)}, {"not_after": STAMPED}, {"revoked_at": STAMPED}],
    ids=lambda window: next(iter(window)),
)
def test_a_token_outside_the_window_of_its_authority_is_not_counted(window: dict[str, datetime]) -> None:
    assert verify(TSA.token(TEXT, STAMPED), authorities=(pin(TSA, "TSA", **window),)).check(9).code == "in-time"


def test_a_token_over_another_checkpoint_fails() -> None:
    report = verify(TSA.token(TEXT, STAMPED), TSA.token(b"another text\n", STAMPED))
    assert (report.check(9).code, report.result) == ("token-of-another-checkpoint", Result.FAILED)
    assert "token 2" in report.check(9).reason


def test_a_token_that_is_not_whole_fails_also_without_a_trust_file() -> None:
    token = bytearray(TSA.token(TEXT, STAMPED))
    token[-1] ^= 1
    report = verify_package(packaged(bytes(token)), None, None, NOW)
    assert (report.check(9).code, report.result) == ("token-invalid", Result.FAILED)


@pytest.mark.parametrize("held", [(), (TSA.root.der,)], ids=["no certificate", "another's"])
def test_a_token_without_its_signer_s_certificate_counts_where_that_one_is_pinned(held: tuple[bytes, ...]) -> None:
    token = TSA.token(TEXT, STAMPED, certificates=held)
    pinned = PinnedAuthority("TSA", TSA.signer.der)
    assert verify(token, authorities=(pinned,)).check(9).code == "in-time-confirmed"
    assert verify(token).check(9).code == "in-time"


def test_bytes_that_are_no_token_fail_check_1() -> None:
    text = timestamps_text([TSA.token(TEXT, STAMPED)]).replace('"MII', '"MIA')
    raw = WORLD.package_zip(replace(WORLD.contents, material={"timestamps": text}))
    assert verify_package(raw, None, None, NOW).check(1).code == "package-malformed"


@pytest.mark.parametrize(("minutes", "code"), [(5, "in-time-confirmed"), (6, "captured-after-token")])
def test_what_was_stamped_before_its_capture_was_not_captured_then(minutes: int, code: str) -> None:
    last = START + timedelta(minutes=8)  # the capture of the last entry
    token = TSA.token(TEXT, last - timedelta(minutes=minutes))
    report = verify(token)
    assert report.check(9).code == code
    if code == "captured-after-token":
        assert [where.seq for where in report.where] == [2]


def test_a_revoked_authority_cannot_contradict_a_capture() -> None:
    early, late = START - timedelta(days=1), START + timedelta(hours=3)
    report = verify(
        TSA.token(TEXT, early),
        OTHER.token(TEXT, late),
        authorities=(pin(TSA, "TSA", revoked_at=START + timedelta(days=9)), BOTH[1]),
    )
    assert report.check(9).code == "in-time-confirmed"


def test_a_bare_proof_takes_its_tokens_along() -> None:
    index = WORLD.mine[0]
    report = verify_proof(
        WORLD.proof(index).encode(),
        WORLD.entries[index].leaf,
        trust(*BOTH),
        None,
        NOW,
        material=material_bytes({"timestamps": timestamps_text([TSA.token(TEXT, STAMPED)])}),
    )
    assert report.check(9).code == "in-time-confirmed"


def test_late_evidence_is_marked_per_event() -> None:
    world = make_world(occurred=lambda number: START - timedelta(days=number % 2, hours=1))
    report = verify_package(world.package_zip(), None, None, NOW)
    assert report.check(9).code == "late"
    assert {one.index: one.late for one in report.times} == {2: False, 5: True, 8: False}
    assert f"{sum(one.late for one in report.times)} event(s)" in report.check(9).reason


def test_a_time_is_said_only_of_entries_that_lie_in_the_signed_log() -> None:
    proof = WORLD.proof(WORLD.mine[0]).encode()
    material = material_bytes({"timestamps": timestamps_text([TSA.token(TEXT, STAMPED)])})
    foreign = make_world("somebody").entries[0].leaf
    report = verify_proof(proof, foreign, trust(*BOTH), None, NOW, material=material)
    assert report.check(5).code == "inclusion-invalid"
    assert "logged_at" not in report.times[0].as_json()
