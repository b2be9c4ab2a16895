"""Check (10) against every way to leave something out: at the end, in the middle, by an older, other or false map."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evidence_service.core.loan_map import LoanState
from evidence_service.core.map_material import parse_map_material
from evidence_service.core.package import PackageContents
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Check, Report, Result
from evidence_service.core.trust import PinnedKey, TrustFile
from evidence_service.core.twin import twin_bytes
from evidence_service.core.verify import verify_package, verify_proof, verify_twin
from evidence_service.errors import MalformedInputError
from tests.evidence_service.verify.mapped import AUDITOR, MappedWorld, close, make_mapped, states_of
from tests.evidence_service.verify.world import NOW, Chain, Signer, make_world

PIN = PinnedKey(AUDITOR.vkey, "Audit Office")


@pytest.fixture(scope="module")
def world() -> MappedWorld:
    return make_mapped(events=4)


def trust_of(world: MappedWorld, *pins: PinnedKey, **changes: Any) -> TrustFile:
    return world.trust(auditors=pins or (PIN,), **changes)


def verified(world: MappedWorld, trust: TrustFile | None, contents: PackageContents | None = None) -> Report:
    return verify_package(world.package_zip(contents), trust, Chain(world), NOW)


def tenth(world: MappedWorld, trust: TrustFile | None, contents: PackageContents | None = None) -> Check:
    return verified(world, trust, contents).check(10)


def assert_code(check: Check, code: str, state: CheckState) -> None:
    assert (check.code, check.state) == (code, state), check.reason


def fails(check: Check, code: str) -> None:
    assert_code(check, code, CheckState.FAILED)


def claimed(check: Check, code: str) -> None:
    assert_code(check, code, CheckState.CLAIMED)


def with_map(world: MappedWorld, text: str) -> PackageContents:
    return replace(world, text=text).contents


def edited(world: MappedWorld, **changes: Any) -> PackageContents:
    """The package with members of its map material replaced."""
    value = json.loads(world.map_text())
    text = json.dumps(value | changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return with_map(world, text)


def packaged(world: MappedWorld, keep: int) -> MappedWorld:
    """The lender packages only the first events of the loan."""
    return replace(world, mine=world.mine[:keep])


# Complete: exactly where a pinned auditor found the same map.


def test_a_history_that_a_pinned_auditor_confirms_is_complete(world: MappedWorld) -> None:
    report = verified(world.audited(), trust_of(world))
    assert_code(report.check(10), "complete", CheckState.PASSED)
    assert "exactly 4 entries" in report.check(10).reason
    assert "Audit Office" in report.check(10).reason
    assert [check.n for check in report.checks if check.state is CheckState.FAILED] == []


def test_the_same_holds_for_the_evidence_inside_a_pdf(world: MappedWorld) -> None:
    for made, code in ((world.audited(), "complete"), (world, "map-claimed")):
        twin = twin_bytes(made.metadata, made.packaged, made.material)
        assert verify_twin(twin, trust_of(world), Chain(world), NOW).check(10).code == code


def test_without_an_auditor_it_is_claimed_and_never_passed(world: MappedWorld) -> None:
    claimed(tenth(world, trust_of(world)), "map-claimed")
    claimed(tenth(world, None), "map-claimed")
    claimed(tenth(world.audited(), None), "map-claimed")  # the note is there, but the reader pins nobody
    claimed(tenth(world.audited(), world.trust()), "map-claimed")
    report = verified(world, trust_of(world, required=(1, 2, 3, 4, 5, 6, 8, 9, 10)))
    assert report.result is Result.INCOMPLETE


def test_a_trust_file_that_is_not_in_force_pins_no_auditor(world: MappedWorld) -> None:
    late = trust_of(world, expires_at=NOW - timedelta(days=1))
    claimed(tenth(world.audited(), late), "map-claimed")


def test_without_a_map_it_is_not_checked(world: MappedWorld) -> None:
    bare = replace(world.contents, material={})
    assert_code(tenth(world, trust_of(world), bare), "map-not-checked", CheckState.NOT_CHECKED)


def test_a_bare_proof_says_nothing_of_the_others(world: MappedWorld) -> None:
    made = world.audited()
    leaf = made.entries[made.mine[0]].leaf
    material = json.dumps(made.material, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    report = verify_proof(made.proof(made.mine[0]).encode(), leaf, trust_of(world), None, NOW, material=material)
    assert_code(report.check(10), "single-proof", CheckState.NOT_CHECKED)


# Something left out.


def test_an_event_dropped_from_the_end_is_noticed(world: MappedWorld) -> None:
    for keep in (1, 2, 3):
        check = tenth(packaged(world.audited(), keep), trust_of(world))
        fails(check, "map-count-differs")
        assert f"4 entries; {keep} are here" in check.reason


def test_an_event_dropped_from_the_end_is_noticed_without_any_trust(world: MappedWorld) -> None:
    fails(tenth(packaged(world, 3), None), "map-count-differs")


def test_an_event_dropped_from_the_middle_is_noticed(world: MappedWorld) -> None:
    contents = world.audited().contents
    kept = tuple(event for event in contents.events if event.seq != 2)
    entries = tuple(entry for entry in contents.metadata.events if entry.seq != 2)
    dropped = replace(contents, events=kept, metadata=replace(contents.metadata, events=entries))
    fails(tenth(world, trust_of(world), dropped), "sequence-gap")


def test_the_map_of_an_earlier_checkpoint_is_refused(world: MappedWorld) -> None:
    """The lender drops the newest event and shows the map from before it was logged."""
    younger = make_world(events=3)
    early = close(younger).audited()
    later = packaged(world, 3)
    fails(tenth(later, trust_of(world), with_map(later, early.map_text())), "map-other-checkpoint")


def older_map_in_the_same_log() -> tuple[MappedWorld, PackageContents]:
    """A log with two map entries, and a package of the loan's first 3 of 4 events with the older of the maps."""
    early, full = close(make_world(events=3)), make_world(events=4)
    grown = replace(full, entries=(*early.entries, *full.entries[9:]), mine=full.mine[:3])
    late = close(grown)
    value = json.loads(early.map_text()) | {"proof": late.proof(early.map_index)}
    return late, with_map(late, json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def test_the_map_entry_of_an_earlier_checkpoint_is_refused_under_the_newer_one() -> None:
    """Both map entries lie in the log; the older one does not cover what came after it."""
    late, contents = older_map_in_the_same_log()
    fails(tenth(late, trust_of(late), contents), "map-not-last")
    assert tenth(replace(late, mine=(2, 5, 8, 12)), None).code == "map-claimed"


def test_a_map_entry_that_is_not_the_last_is_refused(world: MappedWorld) -> None:
    """A checkpoint that ends in events covers more than its newest map does."""
    more = make_world("other lender", events=1).entries
    longer = replace(world, entries=(*world.entries, *more))
    value = {"leaf": world.entries[-1].leaf.decode(), "proof": longer.proof(world.map_index)}
    made = json.loads(world.map_text()) | value
    contents = with_map(longer, json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    fails(tenth(longer, trust_of(world), contents), "map-not-last")


def test_another_loans_proof_is_refused(world: MappedWorld) -> None:
    other = next(name for name in world.states if name != world.reference)
    fails(tenth(world, trust_of(world), with_map(world, world.map_text(loan=other))), "map-other-loan")
    fails(tenth(world, trust_of(world), with_map(world, world.map_text(proven=other))), "map-membership-invalid")


def test_a_proof_that_the_loan_is_not_there_is_no_proof_of_membership(world: MappedWorld) -> None:
    absent = "A" * 22
    contents = with_map(world, world.map_text(proven=absent))
    assert not isinstance(parse_map_material(contents.material["map"]).membership.end, LoanState)
    fails(tenth(world, trust_of(world), contents), "map-membership-invalid")


# A map that lies.


def test_a_map_that_counts_otherwise_than_the_entries_is_refused_even_when_audited(world: MappedWorld) -> None:
    inner = world.entries[:-1]
    true = states_of(inner)[world.reference]
    for lie in (LoanState(true.count + 1, true.last), LoanState(true.count - 1, true.last)):
        liar = close(replace(make_world(events=4), entries=inner), states_of(inner) | {world.reference: lie})
        fails(tenth(liar.audited(), trust_of(world)), "map-count-differs")


def test_a_map_that_names_another_last_entry_is_refused(world: MappedWorld) -> None:
    inner = world.entries[:-1]
    true = states_of(inner)[world.reference]
    liar = close(
        replace(make_world(events=4), entries=inner),
        states_of(inner) | {world.reference: LoanState(true.count, bytes(32))},
    )
    fails(tenth(liar.audited(), trust_of(world)), "map-last-differs")


def test_a_consistent_lie_passes_nowhere_because_no_auditor_signs_it(world: MappedWorld) -> None:
    """The lender drops the last event and makes a map that agrees: only who replays the log can tell."""
    inner = world.entries[:-1]
    lie = {world.reference: LoanState(3, make_world(events=4).hashes[world.mine[2]])}
    liar = packaged(close(replace(make_world(events=4), entries=inner), states_of(inner) | lie), 3)
    claimed(tenth(liar, trust_of(world)), "map-claimed")
    honest = replace(liar.audit, map_root=close(make_world(events=4)).audit.map_root)
    found = liar.audited(AUDITOR.sign_note(honest.text()))
    fails(tenth(found, trust_of(world)), "map-audit-contradicts")


def test_a_map_entry_that_says_another_size_or_institution_is_refused() -> None:
    plain = make_world(events=3)
    for field, wrong in (("size", {"size": 3}), ("institution", {"institution": "other-cf"})):
        liar = close(plain, **wrong).audited()
        check = tenth(liar, trust_of(liar))
        fails(check, "map-leaf-mismatch")
        assert field in check.reason


def test_a_map_entry_with_any_byte_changed_is_refused(world: MappedWorld) -> None:
    leaf = json.loads(world.map_text())["leaf"].replace('"loans":2', '"loans":3')
    fails(tenth(world, trust_of(world), edited(world, leaf=leaf)), "map-not-included")


# Notes of auditors.


def sign(world: MappedWorld, signer: Signer = AUDITOR, **changes: Any) -> str:
    checkpoint = {name: changes.pop(name) for name in ("origin", "size", "root") if name in changes}
    audit = replace(world.audit, checkpoint=replace(world.audit.checkpoint, **checkpoint), **changes)
    return signer.sign_note(audit.text())


@pytest.mark.parametrize("change", [{"origin": "log.example.test/other-cf"}, {"size": 12}, {"size": 14}])
def test_a_note_about_another_log_or_size_confirms_nothing(world: MappedWorld, change: dict[str, Any]) -> None:
    claimed(tenth(world.audited(sign(world, **change)), trust_of(world)), "map-audit-other")


@pytest.mark.parametrize("change", [{"root": bytes(32)}, {"map_root": bytes(32)}])
def test_an_auditor_who_found_another_root_at_this_size_fails_it(world: MappedWorld, change: dict[str, Any]) -> None:
    fails(tenth(world.audited(sign(world, **change)), trust_of(world)), "map-audit-contradicts")
    both = world.audited(sign(world), sign(world, **change))
    fails(tenth(both, trust_of(world)), "map-audit-contradicts")


def test_a_note_by_a_key_that_is_not_pinned_confirms_nothing(world: MappedWorld) -> None:
    stranger = Signer.from_seed("auditor.example", "somebody else")
    claimed(tenth(world.audited(sign(world, stranger)), trust_of(world)), "map-claimed")
    by_the_lender = world.audited(sign(world, world.log))
    claimed(tenth(by_the_lender, trust_of(world)), "map-claimed")


def test_a_note_by_a_revoked_key_or_one_outside_its_time_confirms_nothing(world: MappedWorld) -> None:
    day = timedelta(days=1)
    for pin in (
        replace(PIN, revoked_at=NOW - day, reason="stolen"),
        replace(PIN, not_after=NOW - day),
        replace(PIN, not_before=NOW + day),
    ):
        claimed(tenth(world.audited(), trust_of(world, pin)), "map-auditor-not-in-force")
    assert tenth(world.audited(), trust_of(world, replace(PIN, revoked_at=NOW + day))).code == "complete"


def test_a_false_signature_under_a_pinned_name_fails(world: MappedWorld) -> None:
    note = sign(world)
    forged = sign(world, map_root=bytes(32)).split("\n\n")[0] + "\n\n" + note.split("\n\n")[1]
    fails(tenth(world.audited(forged), trust_of(world)), "map-audit-invalid")


def test_one_of_two_pinned_auditors_is_enough(world: MappedWorld) -> None:
    second = Signer.from_seed("second.example", "second")
    pins = (PinnedKey(second.vkey, "Second"), PIN)
    assert tenth(world.audited(), trust_of(world, *pins)).code == "complete"
    other = world.audited(sign(world, second, size=12), sign(world))
    assert tenth(other, trust_of(world, *pins)).code == "complete"


# Form.


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"kind": "proofdocket.other"},
        {"more": 1},
        {"leaf": "{}"},
        {"proof": "index 1"},
        {"membership": {}},
        {"audits": ["no note"]},
        {"audits": "none"},
        {"audits": [Signer.from_seed("a", "b").sign_note("something else\n")]},
    ],
)
def test_a_map_out_of_form_fails_check_1_and_is_not_looked_at(world: MappedWorld, change: dict[str, Any]) -> None:
    report = verified(world, trust_of(world), edited(world, **change))
    assert report.check(1).code == "package-malformed"
    assert "data/log/map.json" in report.check(1).reason
    assert_code(report.check(10), "map-not-checked", CheckState.NOT_CHECKED)


def test_too_many_notes_are_refused(world: MappedWorld) -> None:
    with pytest.raises(MalformedInputError, match="at most 16 notes"):
        world.audited(*([sign(world)] * 17)).map_text()
