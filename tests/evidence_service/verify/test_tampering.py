"""The tamper matrix in small: whatever is altered in a package or a proof, some check fails; nothing slips through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core import container
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Report, Result
from evidence_service.core.twin import twin_bytes
from evidence_service.core.verify import verify_package, verify_proof, verify_twin
from tests.evidence_service.verify.world import NOW, make_world

WORLD = make_world(events=2, others=1)
RAW = WORLD.package_zip(replace(WORLD.contents, readme="r\n"))
MEMBERS = container.read(RAW)


def noticed(report: Report) -> bool:
    """A failed check, and so the failed result: never passed, never the same incomplete as the intact one."""
    return report.result is Result.FAILED and any(check.state is CheckState.FAILED for check in report.checks)


def test_every_byte_of_a_package_with_a_bit_flipped_is_noticed_without_any_trust_file() -> None:
    assert verify_package(RAW, None, None, NOW).result is Result.INCOMPLETE
    unnoticed = []
    for offset in range(len(RAW)):
        flipped = bytearray(RAW)
        flipped[offset] ^= 1 << (offset % 8)
        if not noticed(verify_package(bytes(flipped), None, None, NOW)):
            unnoticed.append(offset)
    assert unnoticed == []


def test_every_bit_of_the_frame_of_a_package_is_noticed() -> None:
    """Headers and directory: the part that hashes of the members alone would miss."""
    frame = RAW.rindex(b"PK\x05\x06")
    offsets = [*range(30), *range(frame, len(RAW)), *range(RAW.index(b"PK\x01\x02"), RAW.index(b"PK\x01\x02") + 60)]
    for offset in offsets:
        for bit in range(8):
            flipped = bytearray(RAW)
            flipped[offset] ^= 1 << bit
            assert noticed(verify_package(bytes(flipped), None, None, NOW)), (offset, bit)


@settings(max_examples=150, deadline=None)
@given(offset=st.integers(0, len(RAW) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed_with_a_trust_file(offset: int, bit: int) -> None:
    flipped = bytearray(RAW)
    flipped[offset] ^= 1 << bit
    assert noticed(verify_package(bytes(flipped), WORLD.trust(), None, NOW))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_cut_insertion_or_exchange_is_noticed(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(RAW)))
    end = data.draw(st.integers(start, min(len(RAW), start + 40)))
    changed = RAW[:start] + data.draw(st.binary(max_size=20)) + RAW[end:]
    if changed != RAW:
        assert noticed(verify_package(changed, None, None, NOW))


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_removed_member_is_noticed(member: str) -> None:
    kept = {name: content for name, content in MEMBERS.items() if name != member}
    report = verify_package(container.build(kept), None, None, NOW)
    assert noticed(report)
    assert member in {where.member for where in report.where}


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_renamed_member_is_noticed(member: str) -> None:
    moved = {(name + "2" if name == member else name): content for name, content in MEMBERS.items()}
    assert noticed(verify_package(container.build(moved), None, None, NOW))


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_an_altered_member_in_a_well_made_container_is_named(member: str) -> None:
    changed = dict(MEMBERS) | {member: MEMBERS[member] + b" "}
    report = verify_package(container.build(changed), None, None, NOW)
    assert noticed(report)
    named = {where.member for where in report.where}
    assert named & {member, "tagmanifest-sha256.txt.note", "manifest-sha256.txt"}


@pytest.mark.parametrize("name", ["data/extra.txt", "extra.txt", "data/evidence/000009.leaf.json"])
def test_an_added_member_is_noticed(name: str) -> None:
    assert noticed(verify_package(container.build(MEMBERS | {name: b"x"}), None, None, NOW))


@pytest.mark.parametrize("part", ["leaf.json", "tlog-proof", "disclosures.json"])
def test_two_members_exchanged_are_noticed(part: str) -> None:
    one, two = f"data/evidence/000000.{part}", f"data/evidence/000001.{part}"
    report = verify_package(container.build(MEMBERS | {one: MEMBERS[two], two: MEMBERS[one]}), None, None, NOW)
    assert noticed(report)
    assert {one, two} <= {where.member for where in report.where}


def test_every_bit_of_a_bare_proof_is_noticed_with_a_trust_file() -> None:
    index = WORLD.mine[1]
    proof, leaf, trust = WORLD.proof(index).encode(), WORLD.entries[index].leaf, WORLD.trust()
    assert verify_proof(proof, leaf, trust, None, NOW).result is Result.INCOMPLETE
    for raw, other in ((proof, leaf), (leaf, proof)):
        for offset in range(len(raw)):
            flipped = bytearray(raw)
            flipped[offset] ^= 1 << (offset % 8)
            pair = (bytes(flipped), other) if raw is proof else (other, bytes(flipped))
            assert noticed(verify_proof(*pair, trust, None, NOW)), (raw is proof, offset)


def test_every_byte_of_a_twin_is_noticed_with_a_trust_file() -> None:
    """Only what no check covers may change unnoticed: words of package.json, which the package's manifest covers."""
    raw, trust = twin_bytes(WORLD.metadata, WORLD.packaged, WORLD.material), WORLD.trust()
    uncovered = [WORLD.metadata.our_reference, WORLD.metadata.as_of, WORLD.claim.tx]
    spans = [(raw.index(text.encode()), len(text)) for text in uncovered]
    spans += [(raw.index(name) + len(name), 5) for name in (b'"block":', b'"draft":', b'"sample":')]
    unnoticed = []
    for offset in range(len(raw)):
        flipped = bytearray(raw)
        flipped[offset] ^= 1 << (offset % 7)
        if not noticed(verify_twin(bytes(flipped), trust, None, NOW)):
            unnoticed.append(offset)
    assert [at for at in unnoticed if not any(start <= at < start + size for start, size in spans)] == []
