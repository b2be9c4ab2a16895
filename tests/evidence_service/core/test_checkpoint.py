"""Checkpoints: the example of C2SP and every line out of place."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.checkpoint import Checkpoint, CheckpointError, parse_checkpoint
from evidence_service.core.note import NoteError, parse_note
from tests.vectors import signed_notes as known

ROOT = bytes(range(32))
TEXT = Checkpoint("log.example/one", 7, ROOT).text()
ENCODED = base64.b64encode(ROOT).decode()


def test_the_example_of_the_specification_is_read_and_written_as_it_stands() -> None:
    note = parse_note(known.CHECKPOINT_NOTE.encode())
    checkpoint = parse_checkpoint(note.text)
    assert checkpoint == Checkpoint(
        known.CHECKPOINT_ORIGIN, known.CHECKPOINT_SIZE, bytes.fromhex(known.CHECKPOINT_ROOT)
    )
    assert checkpoint.text() == note.text


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_a_checkpoint_is_read_back(origin: str, size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin, size, root)
    assert parse_checkpoint(checkpoint.text()) == checkpoint


MALFORMED = {
    "nothing": "",
    "one line": "log.example/one\n",
    "two lines": "log.example/one\n7\n",
    "no final newline": TEXT.rstrip("\n"),
    "an extension line": TEXT + "extension\n",
    "an empty line more": TEXT + "\n",
    "no origin": f"\n7\n{ENCODED}\n",
    "no size": f"o\n\n{ENCODED}\n",
    "a leading zero": f"o\n07\n{ENCODED}\n",
    "a negative size": f"o\n-7\n{ENCODED}\n",
    "a plus sign": f"o\n+7\n{ENCODED}\n",
    "a size in hex": f"o\n0x7\n{ENCODED}\n",
    "a fraction": f"o\n7.0\n{ENCODED}\n",
    "a space": f"o\n7 \n{ENCODED}\n",
    "full-width digits": f"o\n７\n{ENCODED}\n",
    "a superscript digit": f"o\n7²\n{ENCODED}\n",
    "a size of 20 digits": f"o\n{10**19}\n{ENCODED}\n",
    "a size of 5,000 digits": f"o\n{'9' * 5000}\n{ENCODED}\n",
    "no root": "o\n7\n\n",
    "a root of 31 bytes": f"o\n7\n{base64.b64encode(ROOT[:31]).decode()}\n",
    "a root of 33 bytes": f"o\n7\n{base64.b64encode(ROOT + b'x').decode()}\n",
    "a root in hex": f"o\n7\n{ROOT.hex()}\n",
    "a root in base64url": f"o\n7\n{base64.urlsafe_b64encode(bytes([255] * 32)).decode()}\n",
    "a root without padding": f"o\n7\n{ENCODED.rstrip('=')}\n",
    "a root with loose bits": f"o\n7\n{ENCODED[:-2]}9=\n",
    "a root that is not ASCII": f"o\n7\n{ENCODED[:-2]}é=\n",
    "carriage returns": TEXT.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_checkpoint_is_a_checkpoint_error(name: str) -> None:
    assert MALFORMED[name] != TEXT
    with pytest.raises(CheckpointError) as caught:
        parse_checkpoint(MALFORMED[name])
    assert isinstance(caught.value, NoteError)


@given(st.text(max_size=120))
def test_any_text_is_a_checkpoint_or_a_checkpoint_error(text: str) -> None:
    try:
        checkpoint = parse_checkpoint(text)
    except CheckpointError:
        return
    assert checkpoint.text() == text
