"""Check (7) as a reader sees it: whose cosignatures count, when, and which false ones are told of."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.note import COSIGNATURE_ED25519, NoteSignature, VerifierKey, signature_lines
from evidence_service.core.policy import Policy, PolicyWitness, policy_text
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import PinnedKey
from evidence_service.core.verify import verify_package, verify_proof
from tests.evidence_service.verify.world import NOW, START, Chain, World, make_world
from tests.evidence_service.witness.cosigners import KINDS, Cosigner

COURT, NOTARY, REGULATOR = (
    Cosigner("court.example"),
    Cosigner("notary.example", KINDS[1]),
    Cosigner("regulator.example"),
)
SEEN = START + timedelta(days=2)
TEN = tuple(range(1, 11))


@dataclass(frozen=True)
class Witnessed(World):
    """A lender whose checkpoint bears more signature lines, and who packs a witness policy."""

    lines: tuple[NoteSignature, ...] = ()
    policy: str = ""

    @property
    def checkpoint(self) -> str:
        return super().checkpoint + signature_lines(self.lines)

    @property
    def material(self) -> dict[str, str]:
        return {"policy": self.policy} if self.policy else {}

    @property
    def text(self) -> str:
        return Checkpoint(self.log.name, len(self.entries), self.root).text()

    def by(self, *cosigners: Cosigner, at: datetime = SEEN) -> Witnessed:
        return replace(self, lines=self.lines + tuple(one.line(self.text, at) for one in cosigners))


PLAIN = make_world()
WORLD = Witnessed(**{one.name: getattr(PLAIN, one.name) for one in fields(World)})
ALL = WORLD.by(COURT, at=SEEN).by(NOTARY, at=SEEN + timedelta(hours=1)).by(REGULATOR, at=SEEN + timedelta(hours=2))


def pins(*cosigners: Cosigner, **changes: Any) -> tuple[PinnedKey, ...]:
    return tuple(PinnedKey(one.vkey, **changes) for one in cosigners)


def check(
    world: World, witnesses: tuple[PinnedKey, ...] = pins(COURT, NOTARY, REGULATOR), quorum: int = 2, **changes: Any
) -> Report:
    trust = world.trust(witnesses=witnesses, quorum=quorum, **changes)
    return verify_package(world.package_zip(), trust, Chain(world), NOW)


def told(report: Report) -> tuple[str, str]:
    return report.check(7).code, report.check(7).reason


def test_a_quorum_of_pinned_witnesses_passes_and_tells_when_it_was_complete() -> None:
    report = check(ALL)
    assert report.check(7).state is CheckState.PASSED
    assert report.check(7).params["first"] == "2026-01-07T02:03:04Z"
    assert report.check(7).params["time"] == "2026-01-07T03:03:04Z"
    assert "court.example, notary.example, regulator.example" in report.check(7).reason


@pytest.mark.parametrize("quorum", [1, 2, 3])
def test_the_time_that_counts_is_the_one_at_which_the_quorum_was_complete(quorum: int) -> None:
    """One witness alone may lie about its time; of a quorum not all do."""
    report = check(ALL, quorum=quorum, chains=())
    assert report.unaltered_since is not None
    assert report.unaltered_since.time == SEEN + timedelta(hours=quorum - 1)


def test_too_few_are_not_checked_and_accuse_nobody() -> None:
    for world in (WORLD, WORLD.by(COURT)):
        report = check(world)
        assert report.check(7).code == "witness-quorum-missing"
        assert report.check(7).state is CheckState.NOT_CHECKED
        assert report.result is Result.PASSED  # this reader does not demand check 7
    assert check(WORLD.by(COURT), required=TEN).result is Result.INCOMPLETE


def test_witnesses_that_the_reader_does_not_pin_do_not_count() -> None:
    assert told(check(ALL, pins(COURT, Cosigner("x.example"))))[0] == "witness-quorum-missing"


@pytest.mark.parametrize(("witnesses", "quorum"), [((), 0), (pins(COURT), 0)])
def test_without_pinned_witnesses_or_without_a_quorum_it_is_not_checked(
    witnesses: tuple[PinnedKey, ...], quorum: int
) -> None:
    assert told(check(ALL, witnesses, quorum))[0] == "no-witness-pinned"


def test_without_trust_in_force_it_is_not_checked() -> None:
    raw = ALL.package_zip()
    assert verify_package(raw, None, None, NOW).check(7).code == "no-trust-file"
    expired = ALL.trust(witnesses=pins(COURT), quorum=1, expires_at=NOW)
    assert verify_package(raw, expired, None, NOW).check(7).code == "trust-expired"


def test_a_bare_proof_is_checked_alike() -> None:
    trust = ALL.trust(witnesses=pins(COURT, NOTARY), quorum=2)
    leaf = ALL.entries[ALL.mine[0]].leaf
    report = verify_proof(ALL.proof(ALL.mine[0]).encode(), leaf, trust, None, NOW)
    assert report.check(7).code == "witness-quorum"


def test_one_witness_with_two_keys_counts_once() -> None:
    twin = Cosigner(COURT.name, KINDS[1])
    world = WORLD.by(COURT, twin)
    assert told(check(world, pins(COURT, twin)))[0] == "witness-quorum-missing"
    named = pins(COURT, name="Court") + pins(NOTARY, name="Court")  # two key names, one party
    assert told(check(ALL, named))[0] == "witness-quorum-missing"
    assert told(check(ALL, pins(COURT, name="Court") + pins(NOTARY, name="Notary")))[0] == "witness-quorum"


def test_the_same_line_twice_counts_once() -> None:
    assert told(check(WORLD.by(COURT, COURT)))[0] == "witness-quorum-missing"


def test_a_log_that_cosigns_itself_is_no_witness() -> None:
    own = VerifierKey(WORLD.log.name, COSIGNATURE_ED25519, WORLD.log.verifier.public_key)
    renamed = VerifierKey("independent.example", COSIGNATURE_ED25519, WORLD.log.verifier.public_key)
    for key in (own, renamed):
        seconds = int(SEEN.timestamp())
        message = f"cosignature/v1\ntime {seconds}\n{WORLD.text}".encode()
        line = NoteSignature(key.name, key.key_id, seconds.to_bytes(8, "big") + WORLD.log.key.sign(message))
        world = replace(WORLD, lines=(line,)).by(COURT)
        assert told(check(world, (PinnedKey(str(key)), *pins(COURT))))[0] == "witness-quorum-missing"


# Split view, replay


def fails(report: Report) -> bool:
    return report.check(7).code == "cosignature-invalid" and report.result is Result.FAILED


def test_a_cosignature_of_another_history_size_or_log_is_false() -> None:
    """A split view: the witness saw another tree. Its line, put under this checkpoint, convicts the package."""
    other = make_world("other history")
    texts = (
        Checkpoint(WORLD.log.name, len(WORLD.entries), other.root).text(),
        Checkpoint(WORLD.log.name, len(WORLD.entries) + 1, WORLD.root).text(),
        Checkpoint("log.example.test/other-cf", len(WORLD.entries), WORLD.root).text(),
    )
    for text in texts:
        for one in (COURT, NOTARY):
            assert fails(check(replace(WORLD, lines=(one.line(text, SEEN),))))


def test_a_forged_cosignature_fails_also_beside_a_full_quorum() -> None:
    forged = replace(COURT.line(WORLD.text, SEEN), signature=bytes(72))
    assert fails(check(replace(WORLD, lines=(forged,)).by(NOTARY, REGULATOR)))


def test_an_attestation_key_of_another_kind_is_no_cosigner() -> None:
    """What a witness signs for a contract (EIP-712, secp256k1) is no note signature: 65 bytes never verify."""
    line = NoteSignature(COURT.name, COURT.verifier.key_id, bytes(65))
    assert fails(check(replace(WORLD, lines=(line,))))


# The policy of the day


def policy(*cosigners: Cosigner) -> str:
    witnesses = tuple(PolicyWitness(one.name, one.verifier) for one in cosigners)
    return policy_text(Policy((), witnesses, (), cosigners[0].name))


def test_the_packages_own_policy_never_makes_the_check_pass() -> None:
    world = replace(ALL, policy=policy(COURT, NOTARY, REGULATOR))
    assert told(check(world, (), 0))[0] == "no-witness-pinned"
    assert verify_package(world.package_zip(), None, None, NOW).check(7).code == "no-trust-file"


def test_a_false_cosignature_that_the_packages_own_policy_names_fails_even_without_trust() -> None:
    forged = replace(COURT.line(WORLD.text, SEEN), signature=bytes(72))
    world = replace(WORLD, lines=(forged,), policy=policy(COURT))
    report = verify_package(world.package_zip(), None, None, NOW)
    assert fails(report)
    assert "court.example" in report.check(7).reason
    unnamed = replace(WORLD, lines=(forged,))
    assert verify_package(unnamed.package_zip(), None, None, NOW).check(7).code == "no-trust-file"


def test_a_policy_out_of_form_is_found_by_check_1() -> None:
    report = check(replace(ALL, policy="quorum nobody\n"))
    assert report.check(1).state is CheckState.FAILED


# Time


def test_a_cosignature_outside_its_keys_window_does_not_count() -> None:
    day = timedelta(days=1)
    for window in ({"not_before": SEEN + 3 * day}, {"not_after": SEEN - day}):
        report = check(ALL, pins(COURT, **window) + pins(NOTARY), 2)
        assert report.check(7).code == "witness-quorum-missing"
    retired = pins(COURT, not_before=SEEN - day, not_after=SEEN + day) + pins(NOTARY)
    assert told(check(ALL, retired))[0] == "witness-quorum"  # a proof outlives the key of its day


def test_a_cosignature_without_a_time_or_from_the_future_does_not_count() -> None:
    epoch = datetime.fromtimestamp(0, UTC)
    for moment in (epoch, NOW + timedelta(hours=1)):
        assert told(check(WORLD.by(COURT).by(NOTARY, at=moment)))[0] == "witness-quorum-missing"


def test_a_revoked_key_counts_for_what_is_proven_to_be_older() -> None:
    """The other witness shows that the checkpoint existed before the theft; the stolen key alone shows nothing."""
    later = SEEN + timedelta(days=10)
    stolen = pins(COURT, revoked_at=later, reason="stolen") + pins(NOTARY)
    assert told(check(ALL, stolen, chains=()))[0] == "witness-quorum-missing"  # quorum of 2 needs the stolen key itself
    stolen = pins(COURT, revoked_at=later, reason="stolen") + pins(NOTARY, REGULATOR)
    assert told(check(ALL, stolen, chains=()))[0] == "witness-quorum"
    assert "3 of 3" in told(check(ALL, stolen, chains=()))[1]


def test_a_revoked_key_counts_nothing_after_its_revocation_or_where_nobody_else_proves_the_time() -> None:
    revoked = pins(COURT, revoked_at=SEEN - timedelta(hours=1)) + pins(NOTARY)
    assert told(check(ALL, revoked, chains=()))[0] == "witness-quorum-missing"
    alone = pins(COURT, revoked_at=SEEN + timedelta(days=1))
    assert told(check(ALL, alone, 1, chains=()))[0] == "witness-quorum-missing"
