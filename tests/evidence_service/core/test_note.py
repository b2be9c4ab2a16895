"""Signed notes: the examples of C2SP, round trips, and every byte out of place."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.note import (
    COSIGNATURE_ED25519,
    MAX_NOTE,
    MAX_SIGNATURES,
    NoteError,
    NoteSignature,
    SignedNote,
    VerifierKey,
    format_note,
    parse_note,
    parse_vkey,
    verify_ed25519,
)
from tests.evidence_service.core.signing import TestKey
from tests.vectors import signed_notes as known

KEY = TestKey("log.example/one")
TEXT = "log.example/one\n7\nsome text of two lines 王\n"
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), min_size=1, max_size=6).map(
    lambda lines: "\n".join(lines) + "\n"
)


@pytest.mark.parametrize(
    ("note", "vkey"), [(known.NOTE, known.VKEY), (known.GO_NOTE, known.GO_VKEY)], ids=["c2sp.org", "golang.org"]
)
def test_the_example_note_of_the_specification_verifies_with_its_key(note: str, vkey: str) -> None:
    parsed = parse_note(note.encode())
    assert verify_ed25519(parsed, parse_vkey(vkey))
    assert format_note(parsed.text, parsed.signatures) == note
    assert str(parse_vkey(vkey)) == vkey


def test_a_text_may_hold_an_empty_line_as_in_the_specification() -> None:
    parsed = parse_note(known.NOTE_WITH_TWO_PARAGRAPHS.encode())
    assert parsed.text.endswith("sole:\n\ned è subito sera.\n")
    assert [signature.name for signature in parsed.signatures] == ["quasimodo.example/salvatore"]


def test_a_cosignature_is_carried_and_not_believed() -> None:
    parsed = parse_note(known.CHECKPOINT_NOTE.encode())
    assert [signature.name for signature in parsed.signatures] == [known.CHECKPOINT_ORIGIN, "witness.example.com/w1"]
    witness = VerifierKey("witness.example.com/w1", COSIGNATURE_ED25519, bytes(32))
    assert not verify_ed25519(parsed, witness)


@given(TEXTS)
def test_a_note_is_read_back_and_verifies(text: str) -> None:
    note = KEY.sign_note(text)
    parsed = parse_note(note.encode())
    assert parsed.text == text
    assert verify_ed25519(parsed, KEY.verifier)
    assert not verify_ed25519(parsed, TestKey("log.example/other").verifier)


@given(st.data())
@settings(max_examples=300)
def test_any_flipped_bit_of_a_note_is_noticed(data: st.DataObject) -> None:
    raw = bytearray(KEY.sign_note(TEXT).encode())
    at, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[at] ^= 1 << bit
    try:
        changed = parse_note(bytes(raw))
    except NoteError:
        return
    assert not verify_ed25519(changed, KEY.verifier)


def test_every_byte_of_a_note_can_be_replaced_cut_or_doubled_and_it_never_verifies() -> None:
    raw = KEY.sign_note(TEXT).encode()
    for at in range(len(raw)):
        for other in (
            raw[:at] + raw[at + 1 :],
            raw[:at],
            raw[:at] + raw[at : at + 1] + raw[at:],
            raw[:at] + b"A" + raw[at + 1 :],
        ):
            if other == raw:
                continue
            try:
                changed = parse_note(other)
            except NoteError:
                continue
            assert not verify_ed25519(changed, KEY.verifier), at


def test_a_second_false_signature_by_the_same_key_makes_the_note_false() -> None:
    true = KEY.signature(TEXT)
    false = replace(true, signature=bytes(64))
    assert verify_ed25519(SignedNote(TEXT, (true, true)), KEY.verifier)
    for order in ((true, false), (false, true)):
        assert not verify_ed25519(SignedNote(TEXT, order), KEY.verifier)


def test_another_name_or_key_id_is_not_our_signature() -> None:
    true = KEY.signature(TEXT)
    for other in (replace(true, name="log.example/two"), replace(true, key_id=bytes(4))):
        assert not verify_ed25519(SignedNote(TEXT, (other,)), KEY.verifier)


@pytest.mark.parametrize("length", [1, 63, 65, 200])
def test_a_signature_of_another_length_does_not_verify(length: int) -> None:
    signature = replace(KEY.signature(TEXT), signature=b"\x01" * length)
    assert not verify_ed25519(SignedNote(TEXT, (signature,)), KEY.verifier)


@pytest.mark.parametrize(
    "key",
    [
        VerifierKey(KEY.name, COSIGNATURE_ED25519, KEY.verifier.public_key),
        VerifierKey(KEY.name, 0x06, b"\x05" * 1312),
        VerifierKey(KEY.name, 0x01, b"short"),
    ],
    ids=["cosignature", "ML-DSA-44", "short"],
)
def test_a_key_of_another_kind_verifies_nothing(key: VerifierKey) -> None:
    """The same name and key ID, and even the same Ed25519 key under the cosignature type, which signs other bytes."""
    signature = NoteSignature(key.name, key.key_id, KEY.private.sign(TEXT.encode()))
    assert not verify_ed25519(SignedNote(TEXT, (signature,)), key)


@given(st.binary(min_size=32, max_size=32))
def test_any_32_bytes_as_a_key_are_answered_with_true_or_false(public: bytes) -> None:
    key = VerifierKey(KEY.name, 0x01, public)
    signature = NoteSignature(key.name, key.key_id, KEY.private.sign(TEXT.encode()))
    assert verify_ed25519(SignedNote(TEXT, (signature,)), key) is (public == KEY.verifier.public_key)


def one_line(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


GOOD = KEY.sign_note(TEXT)
SIGNATURE_LINE = GOOD.split("\n\n")[1]
MALFORMED = {
    "nothing": b"",
    "no signature block": TEXT.encode(),
    "no signature line": (TEXT + "\n").encode(),
    "no final newline": GOOD.rstrip("\n").encode(),
    "a line after the signatures": (GOOD + "more\n").encode(),
    "an empty line after the signatures": (GOOD + "\n").encode(),
    "text without a newline": f"{TEXT.rstrip()}\n{SIGNATURE_LINE}".encode(),
    "a tab in the text": GOOD.replace("some text", "some\ttext").encode(),
    "a carriage return": GOOD.replace("\n", "\r\n").encode(),
    "NUL in the text": GOOD.replace("some text", "some\0text").encode(),
    "not UTF-8": GOOD.encode("latin-1", "replace"),
    "a broken byte": GOOD.encode().replace(b"some", b"som\xff"),
    "a hyphen for the em dash": GOOD.replace("— ", "- ").encode(),
    "an en dash for the em dash": GOOD.replace("— ", "– ").encode(),
    "no space after the dash": GOOD.replace("— ", "—").encode(),
    "two spaces after the dash": GOOD.replace("— ", "—  ").encode(),
    "a name with a plus sign": GOOD.replace("— log.example/one", "— log+one").encode(),
    "no signature": GOOD.replace(SIGNATURE_LINE, f"— {KEY.name} \n").encode(),
    "no name": GOOD.replace(f"— {KEY.name} ", "— ").encode(),
    "signature too short": GOOD.replace(SIGNATURE_LINE, f"— {KEY.name} AAAAAA==\n").encode(),
    "signature not base64": GOOD.replace(SIGNATURE_LINE, f"— {KEY.name} !!!\n").encode(),
    "signature without padding": GOOD.replace("=\n", "\n").encode(),
    "signature in base64url": GOOD.replace(SIGNATURE_LINE, f"— {KEY.name} {'_-' * 34}\n").encode(),
    "a space after the signature": GOOD.replace(SIGNATURE_LINE, SIGNATURE_LINE.rstrip() + " \n").encode(),
    "a byte order mark in a name": GOOD.replace("— ", "— \u2003").encode(),
    "too many signatures": (TEXT + "\n" + SIGNATURE_LINE * (MAX_SIGNATURES + 1)).encode(),
    "too large": (("x" * MAX_NOTE) + "\n\n" + SIGNATURE_LINE).encode(),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_note_is_a_note_error(name: str) -> None:
    assert MALFORMED[name] != GOOD.encode()
    with pytest.raises(NoteError):
        parse_note(MALFORMED[name])


def loosened(encoded: str) -> str:
    """Other base64 of the same bytes: the last character before the padding carries bits that nobody reads."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = encoded.rstrip("=")
    other = body[:-1] + letters[letters.index(body[-1]) ^ 1] + encoded[len(body) :]
    assert base64.b64decode(other) == base64.b64decode(encoded)
    return other


def test_a_signature_or_key_in_any_other_base64_of_the_same_bytes_is_refused() -> None:
    encoded = SIGNATURE_LINE.split()[-1]
    with pytest.raises(NoteError, match="not canonical base64"):
        parse_note(GOOD.replace(encoded, loosened(encoded)).encode())
    key = str(VerifierKey("log.example", 0x06, bytes(6)))  # a length that needs padding
    name, key_id, encoded = key.split("+", 2)
    with pytest.raises(NoteError, match="not canonical base64"):
        parse_vkey(f"{name}+{key_id}+{loosened(encoded)}")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_a_note_error(raw: bytes) -> None:
    try:
        parsed = parse_note(raw)
    except NoteError:
        return
    assert format_note(parsed.text, parsed.signatures).encode() == raw


VKEY_PARTS = known.VKEY.split("+")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "+",
        "++",
        known.VKEY[:-4],
        known.VKEY + "AAAA",
        known.VKEY.replace("530d903a", "530d903b"),
        known.VKEY.replace("530d903a", "530D903A"),
        known.VKEY.replace("530d903a", "0530d903a"),
        known.VKEY.replace("example.com/foo", "example.com/bar"),
        known.VKEY.replace("example.com/foo", "example com/foo"),
        known.VKEY.replace("example.com/foo", ""),
        known.VKEY.replace("example.com/foo", "\ud800"),
        known.VKEY.replace("+Aek", "+A\u00e9k"),
        known.VKEY.replace("+A", "+ A"),
        known.VKEY + "\n",
        "+".join(VKEY_PARTS[:2]),
        f"{VKEY_PARTS[0]}+{VKEY_PARTS[1]}+AQ==",
        str(VerifierKey("example.com/foo", 0x01, bytes(31))),
        str(VerifierKey("example.com/foo", 0x01, bytes(33))),
    ],
)
def test_a_malformed_verifier_key_is_a_note_error(vkey: str) -> None:
    with pytest.raises(NoteError):
        parse_vkey(vkey)


@given(st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"], exclude_characters="+"), min_size=1))
def test_a_verifier_key_of_any_name_is_read_back(name: str) -> None:
    key = VerifierKey(name, 0x06, b"\x07" * 1312)
    assert parse_vkey(str(key)) == key


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "nul\0\n", "return\r\n", "escape\x1b\n"])
def test_a_text_that_a_note_cannot_hold_is_not_written(text: str) -> None:
    with pytest.raises(NoteError):
        format_note(text, [KEY.signature("x\n")])


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\tname", "line\nbreak", "em\u2003space", "\udc80"])
def test_a_name_that_a_note_cannot_hold_is_not_written(name: str) -> None:
    with pytest.raises(NoteError, match="key name"):
        format_note(TEXT, [NoteSignature(name, bytes(4), bytes(64))])
