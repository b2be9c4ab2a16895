"""Keys change and are stolen: check 6 accepts what was signed in a key's time, and what others saw before its end.

Old proofs stay valid when a witness or a key retires; a stolen key makes nothing valid that nobody saw before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence_service.core.cosignature import cosign
from evidence_service.core.note import ML_DSA_44, NoteSignature, VerifierKey, format_note, parse_note
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import ChainGrade, PinnedAuthority, PinnedKey, PinnedLog, TrustFile
from evidence_service.core.verify import verify_package
from tests.evidence_service.verify.instances import SEEN, STAMPED, Cosigned, Instance, make_instance
from tests.evidence_service.verify.world import NOW, Signer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACCURACY = timedelta(seconds=1.5)  # of the authority in the tests
QUORUM_COMPLETE = SEEN + timedelta(minutes=1)  # the second of three witnesses


@cache
def lender() -> Instance:
    return make_instance("lender")


def alone() -> Instance:
    """The same lender, whom nobody saw."""
    return replace(lender(), world=replace(lender().world, seen=(), stamps=()))


def with_key(key: PinnedKey, *more: PinnedKey, **changes: object) -> TrustFile:
    return with_log(replace(lender().trust().logs[0], keys=(key, *more)), **changes)


def with_log(log: PinnedLog, **changes: object) -> TrustFile:
    return lender().pinned(logs=(log,), **changes)


def verify(trust: TrustFile, one: Instance | None = None, now: datetime = NOW) -> Report:
    return verify_package((one or lender()).package, trust, None, now)


def log_key(start: datetime | None = None, end: datetime | None = None, revoked: datetime | None = None) -> PinnedKey:
    return PinnedKey(lender().world.log.vkey, not_before=start, not_after=end, revoked_at=revoked, reason="stolen")


NEW_KEY = PinnedKey(Signer.from_seed("log.example.test/sample-cf", "the key after").vkey, not_before=NOW - DAY)


def test_a_checkpoint_under_the_old_key_is_still_good_after_a_rotation() -> None:
    report = verify(with_key(log_key(end=NOW - DAY), NEW_KEY))
    assert report.check(6).code == "log-signature-valid-then"
    assert "2026-01-05T04:04:04Z" in report.check(6).reason
    assert "witness-1.example" in report.check(6).reason


def test_a_checkpoint_under_the_new_key_is_good_too() -> None:
    world = replace(lender().world, log=Signer.from_seed("log.example.test/sample-cf", "the key after"))
    trust = with_key(log_key(end=NOW - DAY), replace(NEW_KEY, not_before=SEEN - DAY))
    assert verify(trust, replace(lender(), world=world)).check(6).code == "log-signature-valid"


@pytest.mark.parametrize(
    ("key", "seen", "unseen"),
    [
        (log_key(revoked=QUORUM_COMPLETE + HOUR), "log-signature-valid-then", "log-key-revoked-time-unknown"),
        (log_key(revoked=QUORUM_COMPLETE), "log-key-revoked", "log-key-revoked-time-unknown"),
        (log_key(end=QUORUM_COMPLETE), "log-key-too-late", "log-key-time-unknown"),
        (log_key(start=QUORUM_COMPLETE + HOUR), "log-key-too-early", "log-signature-valid"),
        (log_key(start=NOW + HOUR), "log-key-too-early", "log-key-too-early"),
        (log_key(revoked=NOW + HOUR), "log-signature-valid", "log-signature-valid"),
    ],
    ids=[
        "seen-before-theft",
        "seen-after-theft",
        "seen-after-retirement",
        "before-its-time",
        "not-yet",
        "from-tomorrow",
    ],
)
def test_what_was_seen_before_the_end_of_a_key_stays_valid(key: PinnedKey, seen: str, unseen: str) -> None:
    assert verify(with_key(key)).check(6).code == seen
    assert verify(with_key(key), alone()).check(6).code == unseen


def test_what_was_seen_after_a_revocation_fails_and_what_nobody_saw_is_incomplete() -> None:
    trust = with_key(log_key(revoked=QUORUM_COMPLETE))
    assert verify(trust).result is Result.FAILED
    assert verify(trust, alone()).result is Result.INCOMPLETE


def test_a_chain_that_the_lender_runs_alone_saves_no_revoked_key() -> None:
    chain = replace(lender().trust().chains[0], grade=ChainGrade.SELF_RUN)
    for chains, code in (
        (lender().trust().chains, "log-signature-valid-then"),
        ((chain,), "log-key-revoked-time-unknown"),
    ):
        trust = with_key(log_key(revoked=NOW - DAY), chains=chains)
        report = verify_package(alone().package, trust, alone().chain, NOW)
        assert report.check(6).code == code
        since = report.as_json()["unaltered_since"]
        assert (since is None) == (code == "log-key-revoked-time-unknown")
        assert since is None or (since["source"], since["grade"]) == ("chain", "consortium")


def test_a_revoked_witness_s_old_cosignature_counts_with_the_word_of_others_who_refuse_forks() -> None:
    """Two of three witness keys are stolen. A stamp from before does not save them: authorities stamp forks too."""
    pins = [replace(witness.pin, revoked_at=NOW - DAY) for witness in lender().witnesses[:2]]
    trust = lender().pinned(witnesses=(*pins, lender().witnesses[2].pin))
    assert verify(trust).check(7).code == "witness-quorum-missing"
    anchored = verify_package(lender().package, trust, lender().chain, NOW)
    assert anchored.check(7).code == "witness-quorum"
    self_run = replace(trust, chains=(replace(trust.chains[0], grade=ChainGrade.SELF_RUN),))
    assert verify_package(lender().package, self_run, lender().chain, NOW).check(7).code == "witness-quorum-missing"


def test_a_revocation_that_lies_ahead_is_none_yet() -> None:
    pins = tuple(replace(witness.pin, revoked_at=NOW + DAY) for witness in lender().witnesses)
    assert verify(lender().pinned(witnesses=pins, authorities=())).unaltered_since is not None
    assert verify(lender().pinned(witnesses=pins, authorities=()), now=NOW + 2 * DAY).unaltered_since is None


def test_a_revoked_authority_gives_no_time_by_itself() -> None:
    authority = PinnedAuthority("The authority", lender().authority.root.der, revoked_at=NOW - DAY)
    trust = with_key(log_key(), authorities=(authority,), witnesses=(), quorum=0)
    assert verify(trust).unaltered_since is None
    open_again = replace(trust, authorities=(replace(authority, revoked_at=None),))
    since = verify(open_again).unaltered_since
    assert since is not None
    assert (since.time - ACCURACY, since.source.value, since.name) == (STAMPED, "timestamp-authority", "The authority")


def test_the_report_says_since_when_and_by_whose_word() -> None:
    since = verify(lender().pinned()).as_json()["unaltered_since"]
    assert since == {
        "time": "2026-01-05T04:04:04Z",
        "source": "witness",
        "name": "witness-1.example",
        "grade": "witness",
    }
    assert verify(lender().pinned(), alone()).as_json()["unaltered_since"] is None


def test_a_time_ahead_of_the_reader_s_clock_proves_nothing() -> None:
    trust = lender().pinned(issued_at=SEEN - DAY)
    assert verify(trust, now=SEEN - HOUR).unaltered_since is None


def test_a_retired_package_key_is_not_checked_for_a_package_does_not_show_its_own_age() -> None:
    log = lender().trust().logs[0]
    ended = replace(log, package_keys=(PinnedKey(lender().world.package.vkey, not_after=NOW - DAY),))
    report = verify(with_log(ended))
    assert (report.check(2).code, report.result) == ("package-key-time-unknown", Result.INCOMPLETE)


def test_a_package_that_holds_a_statement_from_after_its_key_ended_fails() -> None:
    log = lender().trust().logs[0]
    vkey = lender().world.package.vkey
    for pin in (
        PinnedKey(vkey, revoked_at=STAMPED),
        PinnedKey(vkey, not_after=SEEN),
        PinnedKey(vkey, not_before=NOW + HOUR),
    ):
        pins = (pin,)
        report = verify(with_log(replace(log, package_keys=pins)))
        assert (report.check(2).code, report.result) == ("package-key-not-in-force", Result.FAILED)


SECOND = MLDSA44PrivateKey.from_seed_bytes(b"a seed for tests; 32 bytes long!")
SECOND_KEY = VerifierKey("log.example.test/sample-cf", ML_DSA_44, SECOND.public_key().public_bytes_raw())


def signed_twice(broken: bool = False) -> Instance:
    @cache
    def line(text: str) -> NoteSignature:
        made = cosign(SECOND_KEY, SECOND.sign, 0, text)
        return replace(made, signature=bytes([made.signature[0] ^ 1]) + made.signature[1:]) if broken else made

    class Twice(Cosigned):
        @property
        def checkpoint(self) -> str:
            note = parse_note(super().checkpoint.encode())
            return format_note(note.text, [*note.signatures, line(note.text)])

    world = lender().world
    names = (
        "institution",
        "log",
        "package",
        "entries",
        "mine",
        "reference",
        "states",
        "notes",
        "text",
        "seen",
        "stamps",
    )
    return replace(lender(), world=Twice(**{name: getattr(world, name) for name in names}))


def test_where_a_second_algorithm_is_pinned_the_first_alone_is_not_enough() -> None:
    second = PinnedKey(str(SECOND_KEY))
    trust = with_key(log_key(), second)
    assert verify(trust).check(6).code == "second-signature-missing"
    assert verify(trust, signed_twice()).check(6).code == "log-signature-valid"
    assert verify(trust, signed_twice(broken=True)).check(6).code == "log-signature-invalid"
    later = with_key(log_key(), replace(second, not_before=NOW - DAY))
    assert verify(later).check(6).code == "log-signature-valid"  # seen before the second key was in force
    assert verify(later, alone()).check(6).code == "second-signature-time-unknown"
