"""tlog-proof files: round trips, every byte out of place, and a second verifier that must agree (`proofbundle`)."""

from __future__ import annotations

import base64

import proofbundle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import ProofError, check_inclusion, inclusion_proof, leaf_hash, root_of
from evidence_service.core.note import NoteError, verify_ed25519
from evidence_service.core.proof import MAX_EXTRA, TlogProof, TlogProofError, parse_tlog_proof
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.core.trees import leaves, reader

KEY = TestKey("log.example/one")
SIZE = 21
HASHES = leaves(SIZE)
NOTE = KEY.sign_note(Checkpoint(KEY.name, SIZE, root_of(HASHES)).text())


def proof_of(index: int, extra: bytes = b"") -> TlogProof:
    return TlogProof(index, inclusion_proof(reader(HASHES), index, SIZE), NOTE, extra)


def holds(raw: bytes, index: int, leaf: bytes) -> bool:
    """Whether a stranger who pinned our key would believe this file for this entry of the log."""
    try:
        proof = parse_tlog_proof(raw)
        checkpoint = proof.checkpoint()
        check_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.path, checkpoint.root)
    except (NoteError, ProofError):
        return False
    return proof.index == index and checkpoint.origin == KEY.name and verify_ed25519(proof.signed_note(), KEY.verifier)


@pytest.mark.parametrize("index", range(SIZE))
def test_a_proof_of_every_leaf_is_read_back_and_holds(index: int) -> None:
    proof = proof_of(index)
    assert parse_tlog_proof(proof.text().encode()) == proof
    assert holds(proof.text().encode(), index, b"leaf %d" % index)
    assert not holds(proof.text().encode(), index, b"leaf %d" % (index + 1))


@pytest.mark.parametrize("index", [0, 5, 15, 20])
def test_another_verifier_accepts_our_proof_and_refuses_it_for_another_leaf_or_index(index: int) -> None:
    text, leaf = proof_of(index).text(), b"leaf %d" % index
    answer = proofbundle.verify_tlog_proof(text, leaf, KEY.vkey, expected_origin=KEY.name)
    assert answer["ok"]
    assert (answer["index"], answer["tree_size"], answer["origin"]) == (index, SIZE, KEY.name)
    assert not proofbundle.verify_tlog_proof(text, leaf + b"x", KEY.vkey)["ok"]
    moved = text.replace(f"index {index}\n", f"index {(index + 1) % SIZE}\n")
    assert not proofbundle.verify_tlog_proof(moved, leaf, KEY.vkey)["ok"]
    assert not proofbundle.verify_tlog_proof(text, leaf, TestKey("log.example/two").vkey)["ok"]


def test_the_proof_of_the_only_leaf_has_no_node() -> None:
    note = KEY.sign_note(Checkpoint(KEY.name, 1, HASHES[0]).text())
    proof = TlogProof(0, (), note)
    assert parse_tlog_proof(proof.text().encode()) == proof
    assert proofbundle.verify_tlog_proof(proof.text(), b"leaf 0", KEY.vkey)["ok"]


@given(st.binary(min_size=1, max_size=200))
def test_extra_data_is_carried_as_it_is(extra: bytes) -> None:
    proof = proof_of(3, extra)
    assert parse_tlog_proof(proof.text().encode()) == proof


def test_extra_data_beyond_the_limit_is_refused() -> None:
    assert parse_tlog_proof(proof_of(3, bytes(MAX_EXTRA)).text().encode()).extra == bytes(MAX_EXTRA)
    with pytest.raises(TlogProofError, match="too large"):
        parse_tlog_proof(proof_of(3, bytes(MAX_EXTRA + 1)).text().encode())


@given(st.data())
@settings(max_examples=300)
def test_any_flipped_bit_of_a_proof_file_is_noticed(data: st.DataObject) -> None:
    raw = bytearray(proof_of(7).text().encode())
    at, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[at] ^= 1 << bit
    assert not holds(bytes(raw), 7, b"leaf 7")


def test_a_proof_file_with_any_byte_cut_doubled_or_replaced_does_not_hold() -> None:
    raw = proof_of(7).text().encode()
    assert holds(raw, 7, b"leaf 7")
    for at in range(len(raw)):
        for other in (raw[:at], raw[:at] + raw[at + 1 :], raw[: at + 1] + raw[at:], raw[:at] + b"0" + raw[at + 1 :]):
            if other != raw:
                assert not holds(other, 7, b"leaf 7"), (at, other)


GOOD = proof_of(7).text()
NODE = base64.b64encode(HASHES[0]).decode()
MALFORMED = {
    "nothing": "",
    "another header": GOOD.replace("@v1", "@v2"),
    "no header": GOOD.partition("\n")[2],
    "a space after the header": GOOD.replace("@v1", "@v1 "),
    "no index": GOOD.replace("index 7\n", ""),
    "an index twice": GOOD.replace("index 7\n", "index 7\nindex 7\n"),
    "an index that is no number": GOOD.replace("index 7", "index seven"),
    "a negative index": GOOD.replace("index 7", "index -7"),
    "a leading zero": GOOD.replace("index 7", "index 07"),
    "a plus sign": GOOD.replace("index 7", "index +7"),
    "two spaces": GOOD.replace("index 7", "index  7"),
    "full-width digits": GOOD.replace("index 7", "index ７"),
    "an index beyond 63 bits": GOOD.replace("index 7", f"index {10**19}"),
    "an index of 5,000 digits": GOOD.replace("index 7", "index " + "9" * 5000),
    "an index outside the tree": GOOD.replace("index 7", f"index {SIZE}"),
    "extra after the index": GOOD.replace("index 7\n", "index 7\nextra AAAA\n"),
    "extra twice": GOOD.replace("index 7\n", "extra AAAA\nextra AAAA\nindex 7\n"),
    "extra that is not base64": GOOD.replace("index 7\n", "extra !!\nindex 7\n"),
    "extra with nothing in it": GOOD.replace("index 7\n", "extra \nindex 7\n"),
    "a node that is not base64": GOOD.replace("index 7\n", "index 7\n!!\n"),
    "a node of 31 bytes": GOOD.replace("index 7\n", f"index 7\n{base64.b64encode(bytes(31)).decode()}\n"),
    "an empty node": GOOD.replace("index 7\n", "index 7\n\n"),
    "64 nodes": GOOD.replace("index 7\n", "index 7\n" + f"{NODE}\n" * 64),
    "no empty line": GOOD.replace("\n\n", "\n", 1),
    "no checkpoint": GOOD.partition("\n\n")[0] + "\n\n",
    "no signature": GOOD[: GOOD.rindex("\n\n") + 1],
    "carriage returns": GOOD.replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + GOOD,
    "an extension line": GOOD.replace("\n\n—", "\nextension\n\n—"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_proof_is_a_note_error(name: str) -> None:
    assert MALFORMED[name] != GOOD
    with pytest.raises(NoteError):
        parse_tlog_proof(MALFORMED[name].encode())


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(TlogProofError, match="not UTF-8"):
        parse_tlog_proof(GOOD.encode().replace(b"index", b"ind\xffx"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_proof_or_a_note_error(raw: bytes) -> None:
    with pytest.raises(NoteError):
        parse_tlog_proof(raw)
