"""Signed notes, checkpoints, proofs and Ed25519 against the vectors of other implementations."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from evidence_service.core.checkpoint import Checkpoint, CheckpointError, parse_checkpoint
from evidence_service.core.commitment import disclosure_digest
from evidence_service.core.digest import sm3_hex
from evidence_service.core.note import (
    ED25519,
    NoteError,
    NoteSignature,
    SignedNote,
    VerifierKey,
    format_note,
    parse_note,
    parse_vkey,
    verify_ed25519,
)
from evidence_service.core.proof import parse_tlog_proof
from tests.conftest import CountCases

pytestmark = pytest.mark.shared


def transcribed(vectors: Path, name: str) -> Any:
    return json.loads((vectors / name).read_text("utf-8"))


def test_verifier_keys(vectors: Path, count_cases: CountCases) -> None:
    """Good ones are read, mangled ones refused. The key ID of the ML-DSA key there is not the one that the
    specification gives (SHA-256 of name, newline, 0x06 and key), so we refuse it, and read it with the right one."""
    right = 0
    for case in transcribed(vectors, "signed-note/transcribed/transparency-dev-formats-cosig-vkeys.json")["cases"]:
        vkey = case["vkey"].replace("test+5893dc2c+B", "test+31236897+B")
        if vkey != case["vkey"]:
            with pytest.raises(NoteError, match="key ID"):
                parse_vkey(case["vkey"])
        try:
            key = parse_vkey(vkey)
        except NoteError:
            right += case["wantErr"]
        else:
            assert not verify_ed25519(SignedNote("x\n", ()), key)
            right += str(key) == vkey and not case["wantErr"]
    count_cases("signed-note verifier keys (transparency-dev)", right, 6)


def test_go_verifier_keys_and_notes(vectors: Path, count_cases: CountCases) -> None:
    known = transcribed(vectors, "signed-note/transcribed/golang-mod-note.json")
    good = [key for key in known["vkeys_and_skeys"] if key.startswith("PeterNeumann+c74f20a3+")]
    text = known["raw_multiline"][1]
    note = parse_note(known["raw_multiline"][0].encode())
    right = sum(verify_ed25519(note, parse_vkey(key)) for key in good)
    two = [parse_line(line) for line in known["note_strings"] if line.startswith("— ")][:2]
    both = parse_note(format_note(text, two).encode())
    enoch = next(key for key in known["vkeys_and_skeys"] if key.startswith("EnochRoot+"))
    right += sum(verify_ed25519(both, parse_vkey(key)) for key in (good[0], enoch))
    assert note.text == text
    with pytest.raises(NoteError):
        parse_vkey(known["vkeys_and_skeys"][1])  # 35 bytes of key
    other = parse_vkey(known["vkeys_and_skeys"][2])  # an unknown algorithm
    assert not verify_ed25519(SignedNote(text, (NoteSignature(other.name, other.key_id, bytes(64)),)), other)
    count_cases("signed-note keys and notes (golang.org/x/mod)", right, 4 + 2)


def parse_line(line: str) -> NoteSignature:
    return parse_note(f"x\n\n{line}".encode()).signatures[0]


def test_specification_examples_are_read_and_written_as_they_stand(vectors: Path, count_cases: CountCases) -> None:
    known = transcribed(vectors, "signed-note/transcribed/c2sp-spec-examples.json")["examples"]
    notes = [*known["signed-note"]["fenced"], *known["tlog-checkpoint"]["fenced"], *known["tlog-cosignature"]["fenced"]]
    right = 0
    for text in notes:
        note = parse_note(text.encode())
        right += format_note(note.text, note.signatures) == text
    key = parse_vkey(known["signed-note"]["vkey"])
    right += verify_ed25519(parse_note(known["signed-note"]["fenced"][1].encode()), key)
    with pytest.raises(NoteError):  # its signatures are printed shortened: "hI2DJw[...]1roloI="
        parse_tlog_proof(known["tlog-proof"]["fenced"][0].encode())
    count_cases("C2SP specification examples", right, 5)


def test_checkpoint_cases(vectors: Path, count_cases: CountCases) -> None:
    """All that must fail fails. What is valid there is outside our profile by its root (32 bytes) or extension lines,
    and is read once both are as we write them."""
    right = 0
    cases = transcribed(vectors, "signed-note/transcribed/transparency-dev-formats-checkpoint.json")["cases"]
    for case in cases:
        with pytest.raises(CheckpointError):
            parse_checkpoint(case["input"])
        origin, size, *_ = case["input"].split("\n")
        if case["wantErr"]:
            right += 1
        else:
            ours = Checkpoint(origin, int(size), bytes(range(32)))
            right += parse_checkpoint(ours.text()) == ours
    count_cases("checkpoint cases (transparency-dev)", right, 12)


def test_tree_heads_of_the_go_checksum_database(vectors: Path, count_cases: CountCases) -> None:
    strings = transcribed(vectors, "signed-note/transcribed/golang-mod-tlog-note.json")["strings"]
    heads = sorted({text for text in strings if text.startswith("go.sum database tree\n")})
    right = 0
    for text in heads:
        good = re.fullmatch(r".*\n\d+\n[A-Za-z0-9+/]{43}=\n", text) is not None
        try:
            right += parse_checkpoint(text).text() == text and good
        except CheckpointError:
            right += not good
    count_cases("tree heads (golang.org/x/mod)", right, 3)


def test_checkpoints_that_a_witness_was_sent(vectors: Path, count_cases: CountCases) -> None:
    """Real ones of sum.golang.org among them. A witness answered 403 to a false signature or an unknown log."""
    known = transcribed(vectors, "tlog-witness/transcribed/torchwood-litewitness.json")
    right = 0
    for scenario in known["scenarios"]:
        setup = " ".join(scenario["setup"])
        for step in scenario["steps"]:
            try:
                note = parse_note(step["body"].partition("\n\n")[2].encode())
                signed = verify_ed25519(note, key_of(setup, parse_checkpoint(note.text).origin))
            except NoteError:  # one of the two false signatures is not even canonical base64
                signed = False
            right += signed is (step["status"] != FORBIDDEN)
    count_cases("witness requests: checkpoint and signature (litewitness)", right, 11)


FORBIDDEN = 403


def key_of(setup: str, origin: str) -> VerifierKey:
    vkey = re.search(r" -key (\S+)", setup)
    if vkey is not None:
        return parse_vkey(vkey[1])
    sigsum = re.search(r"-key=([0-9a-f]{64})", setup)
    assert sigsum is not None
    return VerifierKey(origin, ED25519, bytes.fromhex(sigsum[1]))


def test_malformed_proofs(vectors: Path, count_cases: CountCases) -> None:
    cases = transcribed(vectors, "tlog-proof/transcribed/transparency-dev-formats-tlog-proof.json")["unmarshal_errors"]
    right = 0
    for case in cases:
        with pytest.raises(NoteError):
            parse_tlog_proof(case["input"].encode())
        right += 1
    count_cases("malformed tlog-proofs (transparency-dev)", right, 6)


def test_ed25519_through_note_verification(vectors: Path, count_cases: CountCases) -> None:
    """A note's text is UTF-8: messages that are not are carried as text in which every byte is one character, and
    are left to the next test. Both together make the whole file."""
    right = 0
    for case, key in ed25519_cases(vectors):
        message = bytes.fromhex(case["msg"])
        verifier = VerifierKey("log.example", ED25519, key)
        signature = NoteSignature(verifier.name, verifier.key_id, bytes.fromhex(case["sig"]))
        note = SignedNote(RawText(message), (signature,))
        right += verify_ed25519(note, verifier) is (case["result"] == "valid")
    count_cases("Wycheproof Ed25519, through note verification", right, 151)


class RawText(str):
    """A text whose UTF-8 form is any bytes at all: the vectors' messages are not UTF-8, and signing does not care."""

    __slots__ = ("_raw",)
    _raw: bytes

    def __new__(cls, raw: bytes) -> RawText:
        made = super().__new__(cls, raw.decode("latin-1"))
        made._raw = raw
        return made

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self._raw


def ed25519_cases(vectors: Path) -> list[tuple[Any, bytes]]:
    groups = transcribed(vectors, "wycheproof/ed25519_test.json")["testGroups"]
    return [(case, bytes.fromhex(group["publicKey"]["pk"])) for group in groups for case in group["tests"]]


def test_sm3(vectors: Path, count_cases: CountCases) -> None:
    text = (vectors / "hashes" / "SM3" / "oscca.txt").read_text()
    cases = re.findall(r"Len = (\d+)\nMsg = ([0-9a-f]+)\nMD = ([0-9a-f]+)", text)
    right = sum(sm3_hex(bytes.fromhex(message)[: int(bits) // 8]) == digest for bits, message, digest in cases)
    count_cases("SM3 (oscca)", right, 6)


def test_selective_disclosures(vectors: Path, count_cases: CountCases) -> None:
    """Every disclosure of the reference tool's examples has our digest in the payload, or in another disclosure."""
    right = total = 0
    folder = vectors / "sd-jwt" / "generated-rfc9901-examples"
    examples = sorted(folder.glob("*/sd_jwt_issuance.*"))
    for path in examples:
        text = re.sub(r"\s", "", path.read_text("utf-8"))
        if path.suffix == ".json":
            whole = json.loads(text)
            payload, disclosures = whole["payload"], whole["disclosures"]
        else:
            token, *disclosures = [part for part in text.split("~") if part]
            payload = token.split(".")[1]
        held = decoded(payload) + "".join(decoded(one) for one in disclosures)
        total += len(disclosures)
        right += sum(f'"{disclosure_digest(one)}"' in held for one in disclosures)
    assert len(examples) == 15
    assert total == right
    count_cases("SD-JWT disclosures of 15 examples (RFC 9901)", right, 131)


def decoded(part: str) -> str:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
