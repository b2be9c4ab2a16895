"""The tamper matrix: every way to alter a package that we know of; how many mutations, detected, and located.

The reader pins everything and asks the chain: the intact package passes all ten checks. Each mutation names the checks
that may catch it and the member that a report has to point at. Nothing is ever unpacked to a disk.
"""

from __future__ import annotations

import base64
import io
import json
import stat
import struct
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import pytest

from evidence_service.core import bag, container
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.cosignature import cosign
from evidence_service.core.merkle import leaf_hash
from evidence_service.core.note import NoteSignature, format_note, parse_note
from evidence_service.core.proof import TlogProof, parse_tlog_proof
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Report, Result
from evidence_service.core.verify import verify_package
from tests.evidence_service.verify.instances import make_instance
from tests.evidence_service.verify.world import CHAIN_ID, NOW, Signer, make_world, reseal

LENDER = make_instance("lender", events=2, others=1)
OTHER_LOAN = make_instance("lender", events=3, others=1)
ATTACKER = make_instance("attacker", events=2, others=1)
WORLD = LENDER.world
RAW = LENDER.package
MEMBERS = container.read(RAW)
TRUST, CHAIN = LENDER.pinned(), LENDER.chain
FRAME = "the container"
STATEMENTS = {"our_reference", "as_of", "draft", "sample", "recipient", "tx", "block"}
"""What package.json says under the institution's own signature and no log proves: whoever holds the key may say it."""


@dataclass(frozen=True)
class Mutation:
    """An altered package, and where a report must place it: one of these checks, one of these members (none: any)."""

    name: str
    raw: bytes
    checks: frozenset[int]
    members: frozenset[str] = frozenset()


@dataclass
class Tally:
    """What a row of the matrix counts."""

    mutations: int = 0
    detected: int = 0
    located: int = 0
    missed: list[str] = field(default_factory=list)


def verified(raw: bytes) -> Report:
    return verify_package(raw, TRUST, CHAIN, NOW)


def tally(mutations: Iterator[Mutation]) -> Tally:
    counted = Tally()
    for mutation in mutations:
        if mutation.raw == RAW:
            continue
        counted.mutations += 1
        report = verified(mutation.raw)
        failed = {check.n for check in report.checks if check.state is CheckState.FAILED}
        named = {where.member for where in report.where} | {check.params.get("member", "") for check in report.checks}
        if report.result is not Result.FAILED or not failed:
            counted.missed.append(mutation.name)
            continue
        counted.detected += 1
        right = bool(failed & mutation.checks) and (not mutation.members or bool(named & mutation.members))
        counted.located += right
        if not right:
            counted.missed.append(f"{mutation.name}: failed {sorted(failed)}, named {sorted(named)}")
    return counted


def changed(name: str, content: bytes, *, sign: bool = True, **others: bytes) -> bytes:
    return reseal(WORLD, {**MEMBERS, name: content, **others}, sign=sign)


def bits() -> Iterator[Mutation]:
    for offset in range(0, len(RAW), 29):
        flipped = bytearray(RAW)
        flipped[offset] ^= 1 << (offset % 8)
        yield Mutation(f"bit of byte {offset}", bytes(flipped), frozenset({1, 2}))


def fields() -> Iterator[Mutation]:
    """Every field of every JSON, the package resealed by the real package key."""
    for member, raw in sorted(MEMBERS.items()):
        if member.endswith(".json"):
            for place, value in _edits(json.loads(raw)):
                if member == "data/package.json" and place[-1:] and place[-1] in STATEMENTS:
                    continue
                if member == "data/facts.json" and _is_free_fact(json.loads(raw), place):
                    continue
                encoded = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
                yield Mutation(f"{member} {place}", changed(member, encoded), frozenset(range(1, 11)))


def _is_free_fact(facts: list[dict[str, Any]], place: tuple[Any, ...]) -> bool:
    """What facts.json says of derived facts and of exhibits is the institution's statement, too."""
    return len(place) == 2 and (facts[place[0]]["state"] != "proven" or place[1] in ("key", "exhibit", "state"))


def _edits(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from ((at, {**value, name: part}) for at, part in _edits(one, (*place, name)))
            yield (*place, name, "gone"), {key: other for key, other in value.items() if key != name}
    elif isinstance(value, list):
        for number, one in enumerate(value):
            for at, part in _edits(one, (*place, number)):
                yield at, [*value[:number], part, *value[number + 1 :]]
    elif isinstance(value, bool):
        yield place, not value
    elif isinstance(value, int):
        yield place, value + 1
    elif isinstance(value, str):
        # The fifth character: the first of base64 may decide nothing but itself, the last nothing at all.
        spot = min(5, len(value) - 1)
        yield place, (value[:spot] + ("A" if value[spot] != "A" else "B") + value[spot + 1 :]) if value else "x"


def members() -> Iterator[Mutation]:
    """Removed, added, renamed, exchanged; as they are, and with manifests recomputed by somebody without the key."""
    for name in sorted(MEMBERS):
        rest = {key: value for key, value in MEMBERS.items() if key != name}
        yield Mutation(f"{name} removed", container.build(rest), frozenset({1, 2}), frozenset({name}))
        renamed = {**rest, f"{name}2": MEMBERS[name]}
        yield Mutation(f"{name} renamed", container.build(renamed), frozenset({1, 2}), frozenset({name, f"{name}2"}))
        if name.startswith("data/") and name != "data/package.json":
            yield Mutation(f"{name} removed, recomputed", reseal(WORLD, rest, sign=False), frozenset({1, 2}))
    for name in ("data/extra.txt", "extra.txt", "data/evidence/000009.leaf.json", "data/originals/0.pdf"):
        added = {**MEMBERS, name: b"x"}
        yield Mutation(f"{name} added", container.build(added), frozenset({1, 2}), frozenset({name}))
        yield Mutation(f"{name} added, recomputed", reseal(WORLD, added, sign=False), frozenset({1, 2}))
    for name, content in sorted(MEMBERS.items()):
        yield Mutation(f"{name} grown, recomputed", changed(name, content + b" ", sign=False), frozenset({1, 2}))


def swapped() -> Iterator[Mutation]:
    """Members of another package of the same lender (other loan, same keys) and of another institution."""
    for other, label in ((OTHER_LOAN, "another loan"), (ATTACKER, "another institution")):
        theirs = container.read(other.package)
        for name in sorted(MEMBERS):
            if name in theirs and theirs[name] != MEMBERS[name]:
                mixed = {**MEMBERS, name: theirs[name]}
                yield Mutation(f"{name} of {label}", container.build(mixed), frozenset({1, 2}))
                if name.startswith("data/") and name not in ("data/README.txt", "data/bundle.pdf", "data/ledger.json"):
                    yield Mutation(f"{name} of {label}, resealed", reseal(WORLD, mixed), frozenset(range(1, 11)))
    yield Mutation("the whole package of another institution", ATTACKER.package, frozenset({2, 5, 6}))


def insider() -> Iterator[Mutation]:
    """The real keys, and no new checkpoint: whoever alters an entry has to alter the log."""
    for seq in range(len(WORLD.mine)):
        stem = f"data/evidence/{seq:06d}"
        leaf = json.loads(MEMBERS[f"{stem}.leaf.json"])
        for name, value in (("seq", 7), ("occurred_at", "2026-01-01T00:00:00Z"), ("type", "loan.disbursed")):
            edited = _canonical({**leaf, name: value})
            names = frozenset({f"{stem}.leaf.json", f"{stem}.tlog-proof", f"{stem}.disclosures.json"})
            yield Mutation(
                f"entry {seq}: {name}", changed(f"{stem}.leaf.json", edited), frozenset({3, 4, 5, 9, 10}), names
            )
        disclosures = json.loads(MEMBERS[f"{stem}.disclosures.json"])
        for position in range(len(disclosures)):
            forged = [*disclosures[:position], _forged(disclosures[position]), *disclosures[position + 1 :]]
            edited = json.dumps(forged).encode()
            yield Mutation(
                f"entry {seq}: disclosure {position}",
                changed(f"{stem}.disclosures.json", edited),
                frozenset({1, 4}),
                frozenset({f"{stem}.disclosures.json", f"{stem}.leaf.json"}),
            )
    facts = json.loads(MEMBERS["data/facts.json"])
    facts[0]["value"] = "9999.00"
    yield Mutation("a proven fact", changed("data/facts.json", json.dumps(facts).encode()), frozenset({4}))
    text = Checkpoint(WORLD.log.name, len(WORLD.entries), sha256(b"other").digest()).text()
    yield Mutation(
        "another root under the log key", _with_checkpoint(WORLD.log.sign_note(text)), frozenset({1, 5, 8, 10})
    )


def proofs() -> Iterator[Mutation]:
    """Wrong index, wrong size, a node missing, one too many, nodes exchanged, an inner node as the leaf."""
    for seq, index in enumerate(WORLD.mine):
        name = f"data/evidence/{seq:06d}.tlog-proof"
        proof = parse_tlog_proof(MEMBERS[name])
        path = proof.path
        wrong = {
            "index + 1": replace(proof, index=index + 1),
            "index 0": replace(proof, index=(index + 2) % len(WORLD.entries)),
            "a node missing": replace(proof, path=path[:-1]),
            "the first node missing": replace(proof, path=path[1:]),
            "a node too many": replace(proof, path=(*path, sha256(b"x").digest())),
            "a node twice": replace(proof, path=(path[0], *path)),
            "nodes exchanged": replace(proof, path=path[::-1]),
            "leaf as node": replace(proof, path=(leaf_hash(WORLD.entries[index].leaf), *path[1:])),
            "no node": replace(proof, path=()),
            "another size": replace(proof, note=_sized(len(WORLD.entries) - 1)),
        }
        for what, one in wrong.items():
            if one != proof:
                entry = frozenset({name, name.replace("tlog-proof", "leaf.json")})
                yield Mutation(f"{name}: {what}", changed(name, one.text().encode()), frozenset({1, 5}), entry)
    first = f"data/evidence/{0:06d}.leaf.json"
    node = WORLD.hashes[0] + WORLD.hashes[1]
    yield Mutation(
        "an inner node in place of the entry", changed(first, b"\x01" + node), frozenset({1, 3}), frozenset({first})
    )


def signatures() -> Iterator[Mutation]:
    """Other keys under the same names, cosignatures of other checkpoints and other logs, and none at all."""
    text = WORLD.signed_text
    lines = list(parse_note(WORLD.checkpoint.encode()).signatures)
    forged = Signer.from_seed(WORLD.log.name, "thief")
    yield Mutation(
        "log signature by another key", _with_checkpoint(_relabelled(forged, text, lines)), frozenset({5, 6})
    )
    yield Mutation("no log signature", _with_checkpoint(format_note(text, lines[1:])), frozenset({1, 5, 6}))
    other = Checkpoint(WORLD.log.name, len(WORLD.entries) + 1, WORLD.root).text()
    foreign = Checkpoint("log.example.test/another", len(WORLD.entries), WORLD.root).text()
    for label, said in (("another size", other), ("another log", foreign)):
        replayed = [cosign(one.verifier, one.key.sign, 1_767_600_000, said) for one in LENDER.witnesses]
        note = format_note(text, [lines[0], *replayed])
        yield Mutation(f"cosignatures replayed from {label}", _with_checkpoint(note), frozenset({5, 7}))
    stranger = Signer.from_seed(WORLD.package.name, "thief")
    note = stranger.sign_note(bag.note_text(WORLD.log.name, MEMBERS[bag.TAG_MANIFEST]))
    sealed = {**MEMBERS, bag.NOTE: note.encode()}
    yield Mutation("package signature by another key", container.build(sealed), frozenset({2}), frozenset({bag.NOTE}))


def identities() -> Iterator[Mutation]:
    """Another contract, chain, origin, institution, log, credit code; resealed by the real key."""
    chain = json.loads(MEMBERS["data/package.json"])["chain"]
    for name, value in (
        ("contract", "0x" + "aa" * 20),
        ("chain_id", CHAIN_ID + 1),
        ("genesis", "0x" + "aa" * 32),
        ("code_hash", "0x" + "aa" * 32),
        ("log_id", "0x" + "aa" * 32),
    ):
        yield Mutation(f"chain {name}", _metadata(chain={**chain, name: value}), frozenset({8}))
    for name, value in (
        ("origin", "log.example.test/other"),
        ("institution", "other-cf"),
        ("credit_code", "91350000MA0000000Y"),
        ("loan", "A" * 22),
        ("log_vkey", ATTACKER.world.log.vkey),
        ("package_vkey", ATTACKER.world.package.vkey),
        ("tree_size", len(WORLD.entries) + 1),
        ("root", "0" * 64),
    ):
        yield Mutation(name, _metadata(**{name: value}), frozenset({1, 2, 3, 4, 5, 6, 8, 10}))


def containers() -> Iterator[Mutation]:
    """Bombs, paths outside, links, encrypted and doubled members, bytes before, between and behind."""
    names = sorted(MEMBERS)
    for hostile in ("../evil", "/etc/passwd", "data/../../x", "C:/evil", "data\\evil"):
        yield Mutation(f"member {hostile}", _zipped([*_entries(names), (hostile, b"x")]), frozenset({1}))
    link = zipfile.ZipInfo("data/link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    yield Mutation("a symbolic link", _zipped([*_entries(names), (link, b"/etc/passwd")]), frozenset({1}))
    yield Mutation("a member twice", _zipped([*_entries(names), (names[0], b"other")]), frozenset({1}))
    bomb = _zipped([*_entries(names), ("data/bomb", bytes(300_000_000))], zipfile.ZIP_DEFLATED)
    yield Mutation("a bomb", bomb, frozenset({1}))
    encrypted = bytearray(RAW)
    for at in (6, RAW.index(b"PK\x01\x02") + 8):
        encrypted[at] |= 1
    yield Mutation("an encrypted member", bytes(encrypted), frozenset({1}))
    end = RAW.rindex(b"PK\x05\x06")
    for label, raw in (
        ("bytes before", b"MZ" + RAW),
        ("bytes behind", RAW + b"x"),
        ("a comment", RAW[: end + 20] + struct.pack("<H", 1) + b"x"),
        ("cut in the middle", RAW[: len(RAW) // 2]),
        ("nothing", b""),
        ("two packages in a row", RAW + RAW),
    ):
        yield Mutation(label, raw, frozenset({1}))


def papers() -> Iterator[Mutation]:
    """The PDF and the originals: JavaScript put in, a page exchanged, another original under the same digest."""
    script = b"%PDF-1.7 papers\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"
    yield Mutation("JavaScript in the PDF", container.build({**MEMBERS, "data/bundle.pdf": script}), frozenset({2}))
    yield Mutation("JavaScript, recomputed", changed("data/bundle.pdf", script, sign=False), frozenset({2}))
    original = next(name for name in MEMBERS if name.startswith("data/originals/"))
    yield Mutation("an original", changed(original, b"another contract"), frozenset({2}), frozenset({original}))


ROWS = {
    "bits (a sample)": bits,
    "JSON fields": fields,
    "members": members,
    "swapped between packages": swapped,
    "insider, no new checkpoint": insider,
    "proofs": proofs,
    "signatures": signatures,
    "identities": identities,
    "containers": containers,
    "papers and originals": papers,
}


def test_the_intact_package_passes_all_ten_checks() -> None:
    report = verified(RAW)
    assert report.result is Result.PASSED
    assert {check.state for check in report.checks} == {CheckState.PASSED}


def test_a_rezipped_package_is_not_the_original_container_and_its_contents_are_intact() -> None:
    report = verified(_zipped(_entries(sorted(MEMBERS)), zipfile.ZIP_DEFLATED))
    assert [check.code for check in report.checks if check.state is CheckState.FAILED] == ["container-not-original"]
    assert "contents intact" in report.checks[1].reason


@pytest.mark.parametrize("row", ROWS)
def test_every_mutation_is_detected_and_located(row: str, capsys: pytest.CaptureFixture[str]) -> None:
    counted = tally(ROWS[row]())
    with capsys.disabled():
        print(f"\n{row}: {counted.mutations} mutations, {counted.detected} detected, {counted.located} located")
    assert counted.mutations
    assert counted.missed == []


@pytest.mark.shared
def test_every_bit_of_a_small_package_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    small = make_world(events=1, others=0)
    raw = small.package_zip(replace(small.contents, readme="r\n", facts=b"[]"))
    missed = []
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << (bit % 8)
        if verify_package(bytes(flipped), None, None, NOW).result is not Result.FAILED:
            missed.append(bit)
    with capsys.disabled():
        print(f"\nevery bit: {len(raw) * 8} mutations, {len(raw) * 8 - len(missed)} detected")
    assert missed == []


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _metadata(**values: Any) -> bytes:
    return changed("data/package.json", _canonical({**json.loads(MEMBERS["data/package.json"]), **values}))


def _with_checkpoint(note: str) -> bytes:
    """The note in package.json and in every proof, resealed: as consistent as a forger can make it."""
    edited: dict[str, bytes] = dict(MEMBERS)
    edited["data/package.json"] = _canonical({**json.loads(MEMBERS["data/package.json"]), "checkpoint": note})
    for name in MEMBERS:
        if name.endswith(".tlog-proof"):
            proof: TlogProof = parse_tlog_proof(MEMBERS[name])
            edited[name] = replace(proof, note=note).text().encode()
    return reseal(WORLD, edited)


def _relabelled(signer: Signer, text: str, lines: list[NoteSignature]) -> str:
    made = NoteSignature(signer.name, WORLD.log.verifier.key_id, signer.key.sign(text.encode()))
    return format_note(text, [made, *lines[1:]])


def _sized(size: int) -> str:
    return WORLD.log.sign_note(Checkpoint(WORLD.log.name, size, WORLD.root).text())


def _forged(encoded: str) -> str:
    """A disclosure of another value under the same salt and name."""
    salt, name, value = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    other = json.dumps([salt, name, "forged" if isinstance(value, str) else ["forged"]])
    return base64.urlsafe_b64encode(other.encode()).rstrip(b"=").decode()


def _entries(names: list[str]) -> list[tuple[str | zipfile.ZipInfo, bytes]]:
    return [(name, MEMBERS[name]) for name in names]


def _zipped(entries: list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # names twice are what is wanted
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()
