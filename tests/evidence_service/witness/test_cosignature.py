"""Cosignatures: the two C2SP forms, and that one holds for its checkpoint, its time and its key and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.cosignature import (
    LAST_SECOND,
    CosignatureError,
    cosignatures_by,
    cosigned_message,
    is_cosigner,
    signed_by,
    subtree_message,
)
from evidence_service.core.note import (
    COSIGNATURE_ED25519,
    ED25519,
    ML_DSA_44,
    NoteSignature,
    SignedNote,
    VerifierKey,
    parse_note,
    parse_vkey,
    verify_ed25519,
)
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.witness.cosigners import KINDS, NOW, Cosigner

CHECKPOINT = Checkpoint("log.example.test/one", 20852163, bytes(range(32)))
TEXT = CHECKPOINT.text()


def note_with(*lines: NoteSignature, text: str = TEXT) -> SignedNote:
    return SignedNote(text, lines)


def test_the_ed25519_message_is_the_one_that_the_specification_prints() -> None:
    """tlog-cosignature, "Ed25519 signed message"."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    message = cosigned_message(Cosigner("w").verifier, 1679315147, text)
    assert message == f"cosignature/v1\ntime 1679315147\n{text}".encode()


def test_the_ml_dsa_message_names_cosigner_time_origin_start_end_and_root() -> None:
    """tlog-cosignature, "ML-DSA-44 signed message": the struct, byte by byte."""
    assert subtree_message("w.example", 1679315147, CHECKPOINT) == b"".join(
        (
            b"subtree/v1\n\x00",
            b"\x09w.example",
            bytes.fromhex("00000000641850cb"),
            b"\x14log.example.test/one",
            bytes(8),
            bytes.fromhex(f"{20852163:016x}"),
            bytes(range(32)),
        )
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_cosignature_is_read_back_with_its_time(kind: int) -> None:
    one = Cosigner("witness.example/w1", kind)
    (found,) = cosignatures_by(note_with(one.line(TEXT)), one.verifier)
    assert (found.at, found.key) == (NOW, one.verifier)
    assert is_cosigner(one.verifier)
    assert parse_vkey(one.vkey) == one.verifier


@pytest.mark.parametrize("kind", KINDS)
def test_a_cosignature_holds_for_no_other_log_size_root_time_or_name(kind: int) -> None:
    one = Cosigner("witness.example/w1", kind)
    line = one.line(TEXT)
    for other in (
        replace(CHECKPOINT, origin="log.example.test/two"),
        replace(CHECKPOINT, size=CHECKPOINT.size + 1),
        replace(CHECKPOINT, root=bytes(32)),
    ):
        with pytest.raises(CosignatureError):
            cosignatures_by(note_with(line, text=other.text()), one.verifier)
    moved = replace(line, signature=(int(NOW.timestamp()) - 1).to_bytes(8, "big") + line.signature[8:])
    with pytest.raises(CosignatureError):
        cosignatures_by(note_with(moved), one.verifier)
    renamed = VerifierKey("witness.example/w2", kind, one.verifier.public_key)
    assert cosignatures_by(note_with(line), renamed) == ()  # another name is another key: the line is not its own


def test_an_ml_dsa_cosignature_put_under_another_name_does_not_hold() -> None:
    """The name is signed; the key ID alone would let the line be relabelled."""
    one = Cosigner("witness.example/w1", ML_DSA_44)
    other = VerifierKey("witness.example/w2", ML_DSA_44, one.verifier.public_key)
    line = NoteSignature(other.name, other.key_id, one.line(TEXT).signature)
    with pytest.raises(CosignatureError):
        cosignatures_by(note_with(line), other)


def test_one_kind_of_signature_never_counts_as_another() -> None:
    """The same Ed25519 key under byte 0x01 and 0x04: a log signature is no cosignature, nor the other way round."""
    log = TestKey("log.example.test/one")
    cosigner = VerifierKey(log.name, COSIGNATURE_ED25519, log.verifier.public_key)
    plain = log.signature(TEXT)
    assert cosignatures_by(note_with(plain), cosigner) == ()
    for raw in (plain.signature, int(NOW.timestamp()).to_bytes(8, "big") + plain.signature):
        with pytest.raises(CosignatureError):
            cosignatures_by(note_with(NoteSignature(log.name, cosigner.key_id, raw)), cosigner)
    cosigned = Cosigner("log.example.test/one").line(TEXT)
    assert not verify_ed25519(note_with(replace(cosigned, key_id=log.verifier.key_id)), log.verifier)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(data=st.data())
def test_any_flipped_bit_is_noticed(kind: int, data: st.DataObject) -> None:
    one = Cosigner("witness.example/w1", kind)
    line = one.line(TEXT)
    raw = bytearray(line.signature)
    at, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[at] ^= 1 << bit
    with pytest.raises(CosignatureError):
        cosignatures_by(note_with(replace(line, signature=bytes(raw))), one.verifier)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cosignature_of_another_length_is_false(kind: int) -> None:
    one = Cosigner("witness.example/w1", kind)
    line = one.line(TEXT)
    for raw in (line.signature[:-1], line.signature + b"\0", line.signature[:8], b"x"):
        with pytest.raises(CosignatureError):
            cosignatures_by(note_with(replace(line, signature=raw)), one.verifier)


def test_one_false_line_by_a_key_makes_all_of_its_lines_false() -> None:
    one = Cosigner("witness.example/w1")
    good, bad = one.line(TEXT), replace(one.line(TEXT, 5), signature=bytes(72))
    for lines in ((good, bad), (bad, good)):
        with pytest.raises(CosignatureError):
            cosignatures_by(note_with(*lines), one.verifier)


def test_several_cosignatures_by_one_key_come_oldest_first() -> None:
    one = Cosigner("witness.example/w1")
    found = cosignatures_by(note_with(one.line(TEXT, 30), one.line(TEXT, 10), one.line(TEXT, 20)), one.verifier)
    assert [item.at for item in found] == [datetime.fromtimestamp(at, UTC) for at in (10, 20, 30)]


def test_a_time_of_zero_is_no_statement_of_time_and_times_end_with_the_calendar() -> None:
    one = Cosigner("witness.example/w1", ML_DSA_44)
    assert [item.at for item in cosignatures_by(note_with(one.line(TEXT, 0)), one.verifier)] == [None]
    assert cosignatures_by(note_with(one.line(TEXT, LAST_SECOND)), one.verifier)[0].at is not None
    beyond = replace(one.line(TEXT), signature=(LAST_SECOND + 1).to_bytes(8, "big") + bytes(2420))
    with pytest.raises(CosignatureError, match="calendar"):
        cosignatures_by(note_with(beyond), one.verifier)


def test_a_log_signs_with_either_of_its_keys() -> None:
    second = Cosigner("log.example.test/one", ML_DSA_44)
    first = TestKey("log.example.test/one")
    both = note_with(first.signature(TEXT), second.line(TEXT, 0))
    assert signed_by(both, first.verifier)
    assert signed_by(both, second.verifier)
    assert not signed_by(note_with(first.signature(TEXT)), second.verifier)
    assert not signed_by(note_with(replace(second.line(TEXT, 0), signature=bytes(2428))), second.verifier)
    witness = Cosigner("log.example.test/one")
    assert not signed_by(note_with(witness.line(TEXT)), witness.verifier)  # kind 4 is for witnesses


def test_the_key_ids_follow_the_one_formula() -> None:
    """signed-note: SHA-256(name, newline, kind, key), first four bytes; the ML-DSA-44 key of another implementation's
    test does not follow it (tests/conformance)."""
    for kind, size in ((ED25519, 32), (COSIGNATURE_ED25519, 32), (ML_DSA_44, 1312)):
        key = VerifierKey("x", kind, bytes(size))
        assert parse_vkey(str(key)) == key
    assert len({VerifierKey("x", kind, bytes(32)).key_id for kind in (ED25519, COSIGNATURE_ED25519)}) == 2


@pytest.mark.parametrize("kind", [*KINDS, ED25519, 0x02])
def test_a_key_that_cannot_cosign_cosigned_nothing(kind: int) -> None:
    wrong = VerifierKey("w", kind, bytes(31))
    assert not is_cosigner(wrong)
    line = NoteSignature("w", wrong.key_id, bytes(72))
    assert cosignatures_by(note_with(line), wrong) == ()


def test_text_that_is_no_checkpoint_is_no_ml_dsa_statement() -> None:
    one = Cosigner("witness.example/w1", ML_DSA_44)
    line = one.line(TEXT)
    assert not signed_by(note_with(line, text="something else\n"), one.verifier)
    assert parse_note(b"something else\n\n\xe2\x80\x94 w AAAAAAE=\n").text == "something else\n"
