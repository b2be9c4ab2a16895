"""The ten checks, one by one: what passes, what fails and where, what is not checked and why."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785

from evidence_service.core import container
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.commitment import base64url, disclosure_digest
from evidence_service.core.digest import sha256_hex
from evidence_service.core.metadata import metadata_json
from evidence_service.core.proof import TlogProof
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import ChainGrade
from evidence_service.core.twin import twin_bytes
from evidence_service.core.verify import verify_package, verify_proof, verify_twin
from tests.evidence_service.verify.world import (
    CHAIN_ID,
    NOW,
    ORIGINAL,
    START,
    Chain,
    Entry,
    Signer,
    World,
    fact,
    make_world,
    reseal,
)

WORLD = make_world()
LEAF_1 = "data/evidence/000001.leaf.json"
PROOF_1 = "data/evidence/000001.tlog-proof"
OPEN_1 = "data/evidence/000001.disclosures.json"
Members = dict[str, bytes]


def members_of(world: World = WORLD) -> Members:
    return container.read(world.package_zip())


def check(raw: bytes, world: World = WORLD, **changes: Any) -> Report:
    return verify_package(raw, world.trust(**changes), Chain(world), NOW)


def altered(change: Callable[[Members], None], world: World = WORLD) -> Report:
    """The lender itself alters its package and seals it again: only checks beyond the manifest can tell."""
    members = members_of(world)
    change(members)
    return check(reseal(world, members), world)


def assert_fails(report: Report, n: int, code: str) -> None:
    codes = {where.code for where in report.where if where.n == n}
    assert code in codes, report.as_json()
    assert report.check(n).state is CheckState.FAILED
    assert report.result is Result.FAILED


def with_metadata(members: Members, **changes: Any) -> None:
    members["data/package.json"] = rfc8785.dumps(json.loads(members["data/package.json"]) | changes)


def test_an_honest_package_passes_a_policy_that_asks_for_what_this_version_checks() -> None:
    report = check(WORLD.package_zip())
    assert report.result is Result.PASSED
    assert [one.code for one in report.checks] == [
        "parsed",
        "digests-match",
        "leaves-canonical",
        "disclosures-open",
        "included",
        "log-signature-valid",
        "no-witness-pinned",
        "anchored",
        "in-time-confirmed",
        "map-not-checked",
    ]
    assert report.where == ()


def test_an_honest_package_is_incomplete_when_all_ten_are_required() -> None:
    assert check(WORLD.package_zip(), required=tuple(range(1, 11))).result is Result.INCOMPLETE


def test_without_a_trust_file_checks_6_to_8_never_pass() -> None:
    report = verify_package(WORLD.package_zip(), None, Chain(WORLD), NOW)
    assert [report.check(n).code for n in (6, 7, 8)] == ["no-trust-file"] * 3
    assert report.check(2).code == "digests-match-own-key"
    assert report.result is Result.INCOMPLETE


@pytest.mark.parametrize(("shift", "code"), [(-60, "trust-not-yet-valid"), (60, "trust-expired")])
def test_a_trust_file_out_of_its_term_confirms_nothing(shift: int, code: str) -> None:
    report = verify_package(WORLD.package_zip(), WORLD.trust(), Chain(WORLD), NOW + timedelta(days=shift))
    assert (report.check(6).code, report.check(8).code) == (code, code)
    assert report.check(2).code == "digests-match-own-key"
    assert report.result is Result.INCOMPLETE


# (1)


def test_check_1_fails_for_bytes_that_are_no_container() -> None:
    report = check(b"PK\x03\x04 nothing")
    assert_fails(report, 1, "container-malformed")
    assert [report.check(n).state for n in range(2, 11)] == [CheckState.NOT_CHECKED] * 9


@pytest.mark.parametrize("member", ["data/bundle.pdf", "bagit.txt", OPEN_1, LEAF_1, PROOF_1, "data/facts.json"])
def test_check_1_names_a_required_member_that_is_missing(member: str) -> None:
    def drop(members: Members) -> None:
        del members[member]

    report = altered(drop)
    assert_fails(report, 1, "member-missing")
    assert report.where[0].member == member


def test_check_1_names_a_member_it_does_not_know() -> None:
    report = altered(lambda members: members.update({"data/evil.exe": b"MZ"}))
    assert_fails(report, 1, "member-unknown")
    assert report.where[0].member == "data/evil.exe"


def test_check_1_refuses_another_spelling_of_an_evidence_number() -> None:
    report = altered(lambda members: members.update({"data/evidence/0000001.leaf.json": members[LEAF_1]}))
    assert_fails(report, 1, "member-unknown")


def test_check_1_fails_for_a_version_it_does_not_know() -> None:
    assert_fails(altered(lambda members: with_metadata(members, v=2)), 1, "version-unknown")


@pytest.mark.parametrize(
    ("name", "value"),
    [("institution", "X"), ("root", "00"), ("chain", {}), ("events", [{}]), ("draft", 0), ("credit_code", "1")],
)
def test_check_1_fails_for_a_malformed_package_json(name: str, value: Any) -> None:
    assert_fails(altered(lambda members: with_metadata(members, **{name: value})), 1, "package-malformed")


@pytest.mark.parametrize("member", ["data/facts.json", "data/ledger.json", OPEN_1])
def test_check_1_fails_for_json_that_is_none(member: str) -> None:
    assert_fails(altered(lambda members: members.update({member: b"{"})), 1, "package-malformed")


def test_check_1_fails_for_a_proof_that_does_not_parse() -> None:
    report = altered(lambda members: members.update({PROOF_1: b"c2sp.org/tlog-proof@v2\n"}))
    assert_fails(report, 1, "proof-malformed")
    assert report.check(5).code == "not-reached"


# (2)


def test_check_2_fails_when_the_manifest_was_made_anew_without_the_key() -> None:
    members = members_of()
    members["data/bundle.pdf"] = b"%PDF-1.7 other papers"
    assert_fails(check(reseal(WORLD, members, sign=False)), 2, "manifest-signature-invalid")


def test_check_2_names_the_file_that_changed() -> None:
    members = members_of()
    members["data/bundle.pdf"] = b"%PDF-1.7 other papers"
    report = check(container.build(members))
    assert_fails(report, 2, "digest-mismatch")
    assert "data/bundle.pdf" in {where.member for where in report.where}


def test_check_2_fails_when_another_key_signed_although_the_package_names_it() -> None:
    thief = replace(WORLD, package=Signer.from_seed(WORLD.package.name, "thief"))
    raw = thief.package_zip()
    assert_fails(check(raw), 2, "package-key-not-pinned")
    assert verify_package(raw, None, None, NOW).result is Result.INCOMPLETE


def test_check_2_fails_when_the_signature_is_of_another_package() -> None:
    members = members_of()
    other = replace(WORLD.contents, readme="Another text.\n")
    members["tagmanifest-sha256.txt.note"] = container.read(WORLD.package_zip(other))["tagmanifest-sha256.txt.note"]
    assert_fails(check(container.build(members)), 2, "manifest-signature-invalid")


def test_check_2_says_container_not_original_contents_intact_for_a_rezipped_package() -> None:

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members_of().items():
            archive.writestr(name, content)
    report = check(buffer.getvalue())
    assert_fails(report, 2, "container-not-original")
    assert report.check(2).reason.startswith("Container not original, contents intact")
    assert [one.n for one in report.checks if one.state is CheckState.FAILED] == [2]


def test_check_2_fails_for_an_original_that_nothing_discloses() -> None:
    stray = b"stray"
    report = altered(lambda members: members.update({f"data/originals/{sha256_hex(stray)}.pdf": stray}))
    assert_fails(report, 2, "original-unbound")


def test_check_2_fails_for_an_original_that_is_not_the_file_it_is_named_after() -> None:
    name = f"data/originals/{sha256_hex(ORIGINAL)}.pdf"
    report = altered(lambda members: members.update({name: ORIGINAL + b"!"}))
    assert_fails(report, 2, "original-mismatch")
    assert report.where[0].field == "sha256"


def test_check_2_fails_when_sm3_or_size_was_not_disclosed_with_the_original() -> None:
    def hide(members: Members) -> None:
        name = "data/evidence/000000.disclosures.json"
        kept = [text for text in json.loads(members[name]) if text != WORLD.entries[2].disclosures["attachments.0.sm3"]]
        members[name] = rfc8785.dumps(kept)

    assert_fails(altered(hide), 2, "original-unbound")


def test_check_2_fails_when_bag_info_tells_something_else() -> None:
    members = members_of()
    members["bag-info.txt"] = members["bag-info.txt"].replace(b"sample-cf", b"other-cf")
    report = check(container.build(members))
    assert_fails(report, 2, "bag-info-mismatch")


# (3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda leaf: leaf.replace(b'{"captured_at"', b'{ "captured_at"'), "leaf-not-canonical"),
        (lambda leaf: leaf.replace(b'"kind":"event"', b'"kind":"other"'), "leaf-malformed"),
        (lambda leaf: leaf.replace(b"payment.received", b"payment.imagined"), "leaf-malformed"),
        (lambda leaf: leaf.replace(b'"type_version":1', b'"type_version":9'), "type-version-unknown"),
    ],
)
def test_check_3_fails_for_an_entry_out_of_form(change: Callable[[bytes], bytes], code: str) -> None:
    report = altered(lambda members: members.update({LEAF_1: change(members[LEAF_1])}))
    assert_fails(report, 3, code)
    assert (report.where[0].member, report.where[0].seq) == (LEAF_1, 1)


# (4)


def test_check_4_fails_for_a_disclosure_whose_value_was_altered() -> None:
    def lie(members: Members) -> None:
        kept = json.loads(members[OPEN_1])
        told = WORLD.entries[WORLD.mine[1]].disclosures["payload.amount"]
        forged = base64url(rfc8785.dumps(["AAAAAAAAAAAAAAAAAAAAAA", "payload.amount", "9.00"]))
        members[OPEN_1] = rfc8785.dumps([forged if text == told else text for text in kept])

    report = altered(lie)
    assert_fails(report, 4, "disclosure-unmatched")
    assert (report.where[0].seq, report.where[0].index, report.where[0].field) == (1, WORLD.mine[1], "payload.amount")


def test_check_4_fails_for_a_disclosure_of_another_event() -> None:
    def swap(members: Members) -> None:
        members[OPEN_1] = members["data/evidence/000002.disclosures.json"]

    assert_fails(altered(swap), 4, "disclosure-unmatched")


def test_check_4_fails_for_a_field_disclosed_twice() -> None:
    def twice(members: Members) -> None:
        kept = json.loads(members[OPEN_1])
        members[OPEN_1] = rfc8785.dumps([*kept, kept[0]])

    assert_fails(altered(twice), 4, "disclosure-repeated")


@pytest.mark.parametrize("text", ["%%%", "e30", "W10=", base64url(b'["salt","name"]'), base64url(b'["s", "n", 1]')])
def test_check_4_fails_for_a_malformed_disclosure(text: str) -> None:
    report = altered(lambda members: members.update({OPEN_1: rfc8785.dumps([text])}))
    assert_fails(report, 4, "disclosure-malformed")


def test_check_4_passes_when_fields_are_withheld_and_reads_not_checked_when_all_are() -> None:
    some = replace(WORLD.contents, events=tuple(replace(e, disclosures=()) for e in WORLD.packaged), originals={})
    nothing = replace(some, facts=b"[]")
    assert check(WORLD.package_zip(nothing)).check(4).code == "nothing-disclosed"
    first = replace(WORLD.contents, events=(WORLD.packaged[0], *some.events[1:]))
    report = check(WORLD.package_zip(first))
    assert report.check(4).code == "disclosures-open-partly"
    assert report.check(4).state is CheckState.PASSED


def test_check_4_tells_an_entry_that_commits_to_one_field_twice_from_one_that_is_opened_whole() -> None:
    """Whoever makes the log may commit to two values and open the one that suits: neither opens all digests."""
    index = WORLD.mine[-1]
    leaf, opened = json.loads(WORLD.entries[index].leaf), dict(WORLD.entries[index].disclosures)
    other = base64url(rfc8785.dumps(["A" * 22, "payload.amount", "9999.00"]))
    leaf["sd"] = sorted([*leaf["sd"], disclosure_digest(other)])
    for amount in (opened["payload.amount"], other):
        told = Entry(rfc8785.dumps(leaf), opened | {"payload.amount": amount})
        world = replace(WORLD, entries=(*WORLD.entries[:index], told, *WORLD.entries[index + 1 :]))
        report = verify_package(world.package_zip(), world.trust(), Chain(world), NOW)
        assert report.check(4).code == "disclosures-open-partly"
        assert "1 further digest(s)" in report.check(4).reason
    both = replace(told, disclosures=opened | {"other": other})
    world = replace(world, entries=(*WORLD.entries[:index], both, *WORLD.entries[index + 1 :]))
    report = verify_package(world.package_zip(), world.trust(), Chain(world), NOW)
    assert report.check(4).code == "disclosure-repeated"


def test_nothing_is_called_unaltered_beside_something_that_was_altered() -> None:
    assert check(WORLD.package_zip()).unaltered_since is not None
    members = container.read(WORLD.package_zip())
    members["data/bundle.pdf"] += b" "
    report = check(container.build(members))
    assert report.check(2).code == "digest-mismatch"
    assert report.as_json()["unaltered_since"] is None
    assert all("logged_at" not in times.as_json() for times in report.times)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"institution": "other-cf"}, "institution"),
        ({"loan": "A" * 22}, "loan"),
        ({"events": [{"seq": 0, "index": 2, "type": "payment.received"}]}, "events"),
    ],
)
def test_check_4_fails_when_package_json_says_otherwise_than_the_entries(changes: Members, field: str) -> None:
    report = altered(lambda members: with_metadata(members, **changes))
    assert_fails(report, 4, "metadata-mismatch")
    assert field in {where.field for where in report.where if where.n == 4}


@pytest.mark.parametrize(("name", "value"), [("type", "loan.settled"), ("index", 3)])
def test_check_4_fails_when_package_json_says_otherwise_of_one_event(name: str, value: Any) -> None:
    def lie(members: Members) -> None:
        events = json.loads(members["data/package.json"])["events"]
        events[1][name] = value
        with_metadata(members, events=events)

    report = altered(lie)
    assert_fails(report, 4, "metadata-mismatch")
    assert (report.where[0].seq, report.where[0].field) == (1, name)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (fact("amount", "1000.01", "E-0", "payload.amount"), "fact-mismatch"),
        (fact("amount", "1000", "E-0", "payload.amount"), "fact-mismatch"),
        (fact("amount", "1000.00", "E-9", "payload.amount"), "fact-unsupported"),
        (fact("amount", "1000.00", "", ""), "fact-unsupported"),
        (fact("amount", "1000.00", "E-0", "payload.nothing"), "fact-unsupported"),
        (fact("instalment", "7", "E-0", "payload.instalment"), "fact-mismatch"),
    ],
)
def test_check_4_holds_proven_facts_to_the_disclosed_fields(told: dict[str, Any], code: str) -> None:
    contents = replace(WORLD.contents, facts=json.dumps([told]).encode())
    report = check(WORLD.package_zip(contents))
    assert_fails(report, 4, code)
    assert report.where[0].field == told["key"]


def test_check_4_compares_numbers_by_their_canonical_text_and_leaves_other_facts_alone() -> None:
    told = [
        fact("n", "0", "E-0", "payload.instalment"),
        fact("d", "anything", "E-0", "payload.amount", state="derived"),
        fact("u", "anything", "", "", state="unsupported"),
    ]
    contents = replace(WORLD.contents, facts=json.dumps(told).encode())
    assert check(WORLD.package_zip(contents)).check(4).code == "disclosures-open"


# (5)


def proof_with(index: int, path: tuple[bytes, ...], world: World = WORLD) -> bytes:
    return TlogProof(index, path, world.checkpoint).text().encode()


@pytest.mark.parametrize(
    "forged",
    [
        proof_with(WORLD.mine[1] - 1, WORLD.path(WORLD.mine[1])),
        proof_with(WORLD.mine[1], (*WORLD.path(WORLD.mine[1]), bytes(32))),
        proof_with(WORLD.mine[1], WORLD.path(WORLD.mine[1])[:-1]),
        proof_with(WORLD.mine[1], WORLD.path(WORLD.mine[1])[::-1]),
        proof_with(WORLD.mine[1], ()),
        proof_with(WORLD.mine[0], WORLD.path(WORLD.mine[0])),
    ],
    ids=["wrong index", "extra node", "missing node", "other order", "empty", "of another leaf"],
)
def test_check_5_fails_for_a_forged_inclusion_proof(forged: bytes) -> None:
    report = altered(lambda members: members.update({PROOF_1: forged}))
    assert_fails(report, 5, "inclusion-invalid")
    assert "data/evidence/000001.leaf.json" in {where.member for where in report.where if where.n == 5}


def test_check_5_fails_for_an_entry_that_is_not_in_the_log() -> None:
    def swap(members: Members) -> None:
        members[LEAF_1] = members[LEAF_1].replace(b"2026-01-05T02:0", b"2026-01-05T01:0")

    assert_fails(altered(swap), 5, "inclusion-invalid")


def test_check_5_fails_for_a_proof_under_another_checkpoint_of_the_same_log() -> None:
    longer = make_world(events=4)
    other = longer.proof(longer.mine[1]).encode()
    report = altered(lambda members: members.update({PROOF_1: other}))
    assert_fails(report, 5, "checkpoint-differs")


@pytest.mark.parametrize(("name", "value"), [("tree_size", 8), ("root", "ab" * 32)])
def test_check_5_fails_when_package_json_contradicts_its_checkpoint(name: str, value: Any) -> None:
    report = altered(lambda members: with_metadata(members, **{name: value}))
    assert_fails(report, 5, "tree-mismatch")
    assert report.where[0].field == name


def test_check_5_does_not_take_a_node_for_a_leaf() -> None:
    hashes = WORLD.hashes
    node = hashes[0] + hashes[1]  # its node hash is an inner node of the tree; as a leaf it hashes differently
    proof = TlogProof(0, (), WORLD.log.sign_note(Checkpoint(WORLD.log.name, 1, WORLD.root).text())).text()
    report = verify_proof(proof.encode(), node, WORLD.trust(), None, NOW)
    assert_fails(report, 5, "inclusion-invalid")


# (6)


def test_check_6_fails_for_a_checkpoint_by_another_key() -> None:
    thief = replace(WORLD, log=Signer.from_seed(WORLD.log.name, "thief"))
    raw = thief.package_zip()
    report = check(raw)
    assert_fails(report, 6, "log-key-not-pinned")
    assert_fails(report, 6, "log-signature-invalid")
    assert verify_package(raw, None, None, NOW).result is Result.INCOMPLETE


def test_check_6_fails_even_without_trust_when_the_package_s_own_key_did_not_sign() -> None:
    thief = replace(WORLD, log=Signer.from_seed(WORLD.log.name, "thief"))
    contents = replace(WORLD.contents, metadata=replace(thief.metadata, log_vkey=WORLD.log.vkey), events=thief.packaged)
    assert_fails(verify_package(WORLD.package_zip(contents), None, None, NOW), 6, "log-signature-invalid")


def test_check_6_fails_for_a_log_that_is_not_pinned() -> None:
    assert_fails(check(make_world(origin="log.example.test/elsewhere").package_zip()), 6, "log-not-pinned")


def test_check_6_fails_for_another_credit_code_or_institution() -> None:
    log = WORLD.trust().logs[0]
    raw = WORLD.package_zip()
    assert_fails(check(raw, logs=(replace(log, credit_code="A" * 18),)), 6, "credit-code-mismatch")
    assert_fails(check(raw, logs=(replace(log, institution="other-cf"),)), 6, "institution-mismatch")


def test_check_6_does_not_pass_when_the_trust_file_knows_no_credit_code() -> None:
    log = WORLD.trust().logs[0]
    report = check(WORLD.package_zip(), logs=(replace(log, credit_code=""),))
    assert report.check(6).code == "credit-code-not-pinned"
    assert report.result is Result.INCOMPLETE


# (7)


def test_check_7_is_not_checked_even_when_the_policy_demands_no_witness() -> None:
    assert check(WORLD.package_zip(), quorum=0).check(7).code == "no-witness-pinned"


# (8)


def ask(**changes: Any) -> Report:
    return verify_package(WORLD.package_zip(), WORLD.trust(), Chain(WORLD, **changes), NOW)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identity": 1}, "chain-id-mismatch"),
        ({"genesis": "0x" + "ee" * 32}, "genesis-mismatch"),
        ({"runtime": b"other code"}, "code-mismatch"),
        ({"runtime": b""}, "code-mismatch"),
        ({"submitter": "0x" + "00" * 20}, "log-id-mismatch"),
        ({"submitter": "0x" + "5c" * 20}, "log-id-mismatch"),
        ({"roots": {}}, "root-missing"),
        ({"roots": {8: WORLD.root}}, "root-missing"),
        ({"roots": {9: b"\x01" * 32}}, "root-mismatch"),
        ({"anchored": ()}, "anchor-event-missing"),
    ],
)
def test_check_8_fails_when_the_chain_contradicts(changes: dict[str, Any], code: str) -> None:
    assert_fails(ask(**changes), 8, code)


@pytest.mark.parametrize(
    ("changes", "code"), [({"away": True}, "chain-unreachable"), ({"newest": 8}, "not-deep-enough")]
)
def test_check_8_is_not_checked_when_the_chain_is_away_or_the_anchor_is_young(
    changes: dict[str, Any], code: str
) -> None:
    report = ask(**changes)
    assert report.check(8).code == code
    assert report.result is Result.INCOMPLETE


def test_check_8_passes_at_exactly_the_depth_that_is_asked_for() -> None:
    assert ask(newest=9).check(8).code == "anchored"


def test_check_8_finds_an_anchor_that_a_reorganisation_moved_to_an_earlier_block() -> None:
    assert ask(anchored=(3,)).check(8).params["block"] == "3"


def test_check_8_is_not_checked_offline() -> None:
    report = verify_package(WORLD.package_zip(), WORLD.trust(), None, NOW)
    assert report.check(8).code == "offline"
    assert report.result is Result.INCOMPLETE


def test_check_8_needs_the_reader_to_pin_the_log_id() -> None:
    log = WORLD.trust().logs[0]
    assert check(WORLD.package_zip(), logs=(replace(log, log_ids=()),)).check(8).code == "log-id-not-pinned"
    assert check(WORLD.package_zip(), chains=()).check(8).code == "no-chain-pinned"


def test_check_8_says_so_when_the_lender_runs_the_chain_alone() -> None:
    chain = replace(WORLD.trust().chains[0], grade=ChainGrade.SELF_RUN)
    assert check(WORLD.package_zip(), chains=(chain,)).check(8).code == "anchored-self-run"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chain_id", 5),
        ("contract", "0x" + "c1" * 20),
        ("genesis", "0x" + "12" * 32),
        ("code_hash", "0x" + "12" * 32),
        ("log_id", "0x" + "12" * 32),
    ],
)
def test_check_8_fails_when_the_package_claims_a_chain_that_is_not_pinned_even_offline(name: str, value: Any) -> None:
    claim = replace(WORLD.claim, **{name: value})
    raw = WORLD.package_zip(replace(WORLD.contents, metadata=replace(WORLD.metadata, chain=claim)))
    report = verify_package(raw, WORLD.trust(), None, NOW)
    assert_fails(report, 8, "chain-not-pinned")
    assert [where.field for where in report.where if where.n == 8] == [f"chain.{name}"]


def test_check_8_asks_for_a_package_that_claims_no_anchor_and_does_not_fail_it() -> None:
    raw = WORLD.package_zip(replace(WORLD.contents, metadata=replace(WORLD.metadata, chain=None)))
    assert verify_package(raw, WORLD.trust(), Chain(WORLD), NOW).check(8).code == "anchored"
    assert verify_package(raw, WORLD.trust(), Chain(WORLD, roots={}), NOW).check(8).code == "not-anchored"


def test_check_8_finds_the_right_one_of_two_contracts_for_a_bare_proof() -> None:
    chain = WORLD.trust().chains[0]
    elsewhere = replace(chain, contract="0x" + "aa" * 20)
    trust = WORLD.trust(chains=(chain, elsewhere))
    proof = WORLD.proof(WORLD.mine[0]).encode()
    report = verify_proof(proof, WORLD.entries[WORLD.mine[0]].leaf, trust, Chain(WORLD), NOW)
    assert report.check(8).code == "anchored"
    assert report.check(8).params["chain_id"] == str(CHAIN_ID)


# (9)


def test_check_9_shows_the_largest_gap_and_calls_more_than_a_day_late() -> None:
    world = make_world(occurred=lambda number: START - timedelta(days=number))
    report = check(world.package_zip(), world)
    assert report.check(9).code == "late-confirmed"
    params = {"days": "8", "clock": "00:08:00", "count": "3", "member": "", "seq": "None", "field": ""}
    logged = {"logged_days": "0", "logged_clock": "23:58:00", "name": "chain 31337", "time": "2026-01-06T02:03:04Z"}
    assert report.check(9).params == params | logged
    assert "8 天 00:08:00" in report.check(9).reason_zh
    assert report.check(9).state is CheckState.PASSED


def test_check_9_passes_at_the_edges_and_fails_beyond() -> None:
    for minutes, code in ((5, "in-time-confirmed"), (6, "occurred-after-capture")):
        world = make_world(
            captured=lambda number: START,
            occurred=lambda number, minutes=minutes: START + timedelta(minutes=minutes),  # type: ignore[misc]
        )
        assert check(world.package_zip(), world).check(9).code == code


def test_check_9_fails_when_capture_runs_backwards_in_the_log() -> None:
    world = make_world(captured=lambda number: START - timedelta(minutes=number))
    report = check(world.package_zip(), world)
    assert_fails(report, 9, "captured-out-of-order")
    assert report.where[0].index == world.mine[1]


def test_check_9_fails_when_an_entry_was_captured_after_its_anchor() -> None:
    report = verify_package(WORLD.package_zip(), WORLD.trust(), Chain(WORLD, time=START - timedelta(minutes=1)), NOW)
    assert_fails(report, 9, "captured-after-anchor")


# (10)


def test_check_10_is_not_checked_and_says_what_is_shown() -> None:
    report = check(WORLD.package_zip())
    assert report.check(10).code == "map-not-checked"
    assert "0 to 2" in report.check(10).reason


@pytest.mark.parametrize("left_out", [0, 1])
def test_check_10_fails_when_an_event_was_left_out(left_out: int) -> None:
    kept = tuple(event for event in WORLD.packaged if event.seq != left_out)
    listed = tuple(event for event in WORLD.metadata.events if event.seq != left_out)
    metadata = replace(WORLD.metadata, events=listed)
    contents = replace(WORLD.contents, metadata=metadata, events=kept, facts=b"[]", originals={})
    report = check(WORLD.package_zip(contents))
    assert_fails(report, 10, "sequence-gap")
    assert [where.seq for where in report.where] == [left_out]


def test_check_10_fails_when_an_entry_of_another_loan_stands_in_the_row() -> None:
    stranger = make_world(events=3, others=2)
    other = 1  # entry 1 of the other loan
    assert json.loads(stranger.entries[other].leaf)["seq"] == 1

    def swap(members: Members) -> None:
        members[LEAF_1] = stranger.entries[other].leaf
        members[PROOF_1] = stranger.proof(other).encode()
        members[OPEN_1] = rfc8785.dumps(list(stranger.entries[other].disclosures.values()))

    report = altered(swap)
    assert_fails(report, 10, "link-broken")
    assert_fails(report, 4, "metadata-mismatch")


# other subjects


def test_a_bare_proof_checks_what_it_can_and_says_what_it_cannot() -> None:
    index = WORLD.mine[1]
    opened = rfc8785.dumps(list(WORLD.entries[index].disclosures.values()))
    proof, leaf = WORLD.proof(index).encode(), WORLD.entries[index].leaf
    report = verify_proof(proof, leaf, WORLD.trust(), Chain(WORLD), NOW, disclosures=opened)
    states = [one.code for one in report.checks]
    assert states == [
        "parsed",
        "no-files",
        "leaves-canonical",
        "disclosures-open",
        "included",
        "log-signature-valid",
        "no-witness-pinned",
        "anchored",
        "in-time-confirmed",
        "single-proof",
    ]
    assert verify_proof(proof, leaf, WORLD.trust(), Chain(WORLD), NOW).check(4).code == "nothing-disclosed"
    assert verify_proof(proof, leaf, None, None, NOW).check(6).code == "no-trust-file"


def test_a_bare_proof_of_another_institution_s_entry_fails() -> None:
    world = make_world(institution="other-cf")
    trust = WORLD.trust()
    proof = world.proof(0).encode()
    assert_fails(verify_proof(proof, world.entries[0].leaf, trust, None, NOW), 6, "institution-mismatch")


def test_the_twin_of_a_pdf_is_verified_but_not_the_pages_around_it() -> None:
    raw = twin_bytes(WORLD.metadata, WORLD.packaged, WORLD.material)
    report = verify_twin(raw, WORLD.trust(), Chain(WORLD), NOW, pdf_sha256="ab" * 32)
    assert report.check(2).code == "pdf-pages-not-covered"
    assert "ab" * 32 in report.check(2).reason
    assert [one.code for one in report.checks if one.state is CheckState.FAILED] == []
    assert report.check(6).code == "log-signature-valid"


def test_a_twin_that_names_another_package_key_fails_check_2() -> None:
    thief = replace(WORLD, package=Signer.from_seed(WORLD.package.name, "thief"))
    raw = twin_bytes(thief.metadata, thief.packaged, thief.material)
    assert_fails(verify_twin(raw, WORLD.trust(), None, NOW), 2, "package-key-not-pinned")


def test_a_twin_out_of_form_fails_check_1_only() -> None:
    value = json.loads(twin_bytes(WORLD.metadata, WORLD.packaged, WORLD.material))
    for changed, code in (
        (value | {"v": 2}, "version-unknown"),
        (value | {"events": []}, "twin-malformed"),
        (value | {"events": value["events"][::-1]}, "twin-malformed"),
        (value | {"more": 1}, "twin-malformed"),
        (value | {"package": metadata_json(WORLD.metadata) | {"v": 3}}, "version-unknown"),
    ):
        assert_fails(verify_twin(rfc8785.dumps(changed), None, None, NOW), 1, code)
    assert_fails(verify_twin(b"{", None, None, NOW), 1, "twin-malformed")


def test_a_whole_false_instance_fails_against_pinned_trust_and_is_incomplete_without() -> None:
    false = make_world("forger")
    raw = false.package_zip()
    report = verify_package(raw, WORLD.trust(), Chain(false), NOW)
    assert_fails(report, 6, "log-key-not-pinned")
    assert_fails(report, 2, "package-key-not-pinned")
    assert_fails(report, 8, "chain-not-pinned")
    alone = verify_package(raw, None, Chain(false), NOW)
    assert alone.result is Result.INCOMPLETE
    assert {alone.check(n).state for n in (6, 7, 8)} == {CheckState.NOT_CHECKED}
