"""The spec pages print bytes: this recomputes them, by our code and once more by hashlib and json alone.

A second implementation that follows docs/spec gets the same bytes; if a page and the code part ways, this fails.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256, shake_256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_service.core.canonical import CanonicalError, canonical_bytes, parse_strict
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.commitment import Disclosure, commit, digests, parse_disclosure
from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import Event, event_from, parse_event, parse_instant
from evidence_service.core.leaf import leaf_bytes, parse_leaf
from evidence_service.core.merkle import consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of
from evidence_service.core.note import NoteSignature, VerifierKey, format_note, parse_note, parse_vkey, verify_ed25519
from evidence_service.core.proof import TlogProof, parse_tlog_proof
from evidence_service.core.source_signature import key_name, verifies
from evidence_service.core.timestamp import check_authority, check_imprint
from evidence_service.core.timestamp_token import parse_token
from evidence_service.workflow.originals import take_contents
from litigation.core.batch import batch_id, item_key
from litigation.core.checks.facts import REQUIRED_FACTS
from litigation.core.checks.standing import STOPS
from litigation.core.fact_table import PROVEN
from litigation.disclosure_book import disclosure_sets
from litigation.workflow.run_batch import file_name
from tests.architecture.markdown import block, page

EVENT, CANONICAL, COMMITMENT = "docs/spec/event.md", "docs/spec/canonical.md", "docs/spec/commitment.md"
INGEST, LOG, CHECKPOINT, PROOF = (f"docs/spec/{name}.md" for name in ("ingest", "log", "checkpoint", "proof"))
BUNDLE, PROVENANCE, TIMESTAMP = (f"docs/spec/{name}.md" for name in ("bundle", "provenance", "timestamp"))
REFERENCE = base64.urlsafe_b64encode(bytes(range(16))).decode().rstrip("=")
RECEIVED = ("2025-03-01T02:00:00Z", "2025-03-01T02:10:01Z", "2025-03-01T02:30:00Z")
ORIGIN = "proofdocket.example/sample-cf"


def secret(number: int) -> bytes:
    return bytes(range(32 * number, 32 * number + 32))


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in block(INGEST, "lines").splitlines()]


def events() -> list[Event]:
    values = lines()
    for value in values:
        take_contents(value)
    return [event_from(value) for value in values]


def leaves() -> list[bytes]:
    made: list[bytes] = []
    for number, event in enumerate(events()):
        previous = leaf_hash(made[-1]).hex() if made else ""
        sd = digests(commit(event, secret(number)))
        captured = parse_instant(RECEIVED[number], "captured_at")
        made.append(leaf_bytes(event, REFERENCE, number, previous, captured, sd))
    return made


def subtree(level: int, index: int) -> bytes:
    hashes = [leaf_hash(leaf) for leaf in leaves()]
    return root_of(hashes[index << level : (index + 1) << level])


def test_the_timestamp_s_token_is_about_the_checkpoint_and_leads_to_the_root() -> None:
    root, token = (base64.b64decode("".join(block(TIMESTAMP, name).split())) for name in ("root", "token"))
    parsed = parse_token(token)
    check_imprint(parsed, parse_note(note().encode()).text.encode())
    check_authority(parsed, root)
    assert (parsed.at, parsed.nonce) == (parse_instant("2025-03-01T02:31:00Z", "at"), 7)


def test_the_source_signature_is_that_of_the_event() -> None:
    member = json.loads(block(PROVENANCE, "source_signature"))
    value = json.loads(block(EVENT, "event"))
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert member["signature"] == base64.b64encode(key.sign(canonical_bytes(value))).decode()
    assert key_name(parse_vkey(block(PROVENANCE, "vkey").strip())) == member["key"]
    assert verifies(event_from(value | {"source_signature": member}).fields, block(PROVENANCE, "vkey").strip())


def note() -> str:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    verifier = VerifierKey(ORIGIN, 0x01, key.public_key().public_bytes_raw())
    text = Checkpoint(ORIGIN, 3, root_of([leaf_hash(leaf) for leaf in leaves()])).text()
    return format_note(text, [NoteSignature(ORIGIN, verifier.key_id, key.sign(text.encode()))])


def test_event_page_shows_an_event_that_is_taken_and_the_original_that_belongs_to_it() -> None:
    event = parse_event(block(EVENT, "event").encode())
    original = base64.b64decode(block(EVENT, "original"))
    (attachment,) = event.attachments
    assert (attachment.size, attachment.sha256, attachment.sm3) == (
        len(original),
        sha256_hex(original),
        sm3_hex(original),
    )


def test_canonical_page_shows_the_bytes_of_that_event() -> None:
    shown = block(CANONICAL, "canonical").encode()
    assert parse_event(block(EVENT, "event").encode()).body == shown
    # By the standard library alone: in the profile, sorted names without spaces are RFC 8785.
    by_hand = json.dumps(json.loads(shown), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert by_hand.encode() == shown
    assert sha256(shown).hexdigest() == block(CANONICAL, "sha256")
    assert f"{len(shown)} bytes" in page(CANONICAL)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf{}",
        '{"金额":"1"}'.encode(),
        b'{"a":1,"a":2}',
        b"1.0",
        b"1e3",
        b"9007199254740992",
        b"NaN",
        b'"\\ud800"',
        '"\ufffe"'.encode(),
        '"e\u0301"'.encode(),
        b"[" * 33 + b"]" * 33,
    ],
)
def test_everything_that_the_canonical_page_calls_refused_is_refused(raw: bytes) -> None:
    with pytest.raises(CanonicalError):
        parse_strict(raw)


def test_canonical_bytes_escape_as_the_page_says() -> None:
    assert canonical_bytes({"b": '"\\\b\t\n\f\r\u0001/é', "a": -0}) == (
        b'{"a":0,"b":"\\"\\\\\\b\\t\\n\\f\\r\\u0001/' + "é".encode() + b'"}'
    )


def test_commitment_page_shows_disclosures_and_digests_of_that_event() -> None:
    made = commit(events()[0], bytes.fromhex(block(COMMITMENT, "secret")))
    assert secret(0).hex() == block(COMMITMENT, "secret")
    assert made[0].encoded == block(COMMITMENT, "first-disclosure")
    shown = [line.split(" ") for line in block(COMMITMENT, "digests").splitlines()]
    assert shown == [[item.name, item.digest] for item in made]
    assert f"has {len(made)} fields" in page(COMMITMENT)


def test_commitments_follow_from_the_page_by_hashlib_alone() -> None:
    names = [line.split(" ")[0] for line in block(COMMITMENT, "digests").splitlines()]
    salts = shake_256(b"proofdocket/salts/v1" + secret(0)).digest(16 * len(names))
    for label, k in (("first", 0), ("name", names.index("payload.name"))):
        array = block(COMMITMENT, f"{label}-array")
        encoded = base64.urlsafe_b64encode(array.encode()).decode().rstrip("=")
        assert encoded == block(COMMITMENT, f"{label}-disclosure")
        salt = base64.urlsafe_b64encode(salts[16 * k : 16 * k + 16]).decode().rstrip("=")
        assert json.loads(array)[:2] == [salt, names[k]]
        digest = base64.urlsafe_b64encode(sha256(encoded.encode()).digest()).decode().rstrip("=")
        assert f"{names[k]} {digest}" in block(COMMITMENT, "digests").splitlines()


def test_name_disclosure_reads_back_and_opens_the_leaf() -> None:
    opened = parse_disclosure(block(COMMITMENT, "name-disclosure"))
    assert isinstance(opened, Disclosure)
    assert opened.value == events()[0].payload["name"]
    assert opened.digest in parse_leaf(leaves()[0]).digests


def test_first_line_of_the_ingest_page_is_the_event_with_its_original() -> None:
    value = lines()[0]
    (content,) = take_contents(value)
    assert content == base64.b64decode(block(EVENT, "original"))
    assert event_from(value).body == block(CANONICAL, "canonical").encode()


def test_log_page_shows_leaves_hashes_and_roots() -> None:
    assert [leaf.decode() for leaf in leaves()] == block(LOG, "leaves").splitlines()
    by_hand = [sha256(b"\x00" + line.encode()).digest() for line in block(LOG, "leaves").splitlines()]
    assert [digest.hex() for digest in by_hand] == block(LOG, "leaf-hashes").splitlines()
    two = sha256(b"\x01" + by_hand[0] + by_hand[1]).digest()
    three = sha256(b"\x01" + two + by_hand[2]).digest()
    assert [root.hex() for root in (by_hand[0], two, three)] == block(LOG, "roots").splitlines()


def test_log_page_shows_both_proofs() -> None:
    assert [node.hex() for node in inclusion_proof(subtree, 1, 3)] == block(LOG, "inclusion").splitlines()
    assert [node.hex() for node in consistency_proof(subtree, 2, 3)] == block(LOG, "consistency").splitlines()


def test_checkpoint_page_shows_the_signed_note_under_the_shown_key() -> None:
    shown = block(CHECKPOINT, "note") + "\n"
    assert shown == note()
    assert verify_ed25519(parse_note(shown.encode()), parse_vkey(block(CHECKPOINT, "vkey")))


def test_proof_page_leads_from_the_leaf_to_the_signed_root() -> None:
    shown = block(PROOF, "proof") + "\n"
    assert shown == TlogProof(1, inclusion_proof(subtree, 1, 3), note()).text()
    proof = parse_tlog_proof(shown.encode())
    left, right = proof.path
    assert node_hash(node_hash(left, leaf_hash(leaves()[1])), right) == proof.checkpoint().root


def test_bundle_page_lists_every_fact_and_which_are_required() -> None:
    rows = [line for line in page(BUNDLE).splitlines() if line.startswith("| `")]
    expected = [
        f"| `{key}` | `{kind}` | `payload.{field}` | {'required' if key in REQUIRED_FACTS else ''} |"
        for key, kind, field in PROVEN
    ]
    assert rows == expected


def test_bundle_page_lists_what_stops_a_case_and_what_stays_closed() -> None:
    text = page(BUNDLE)
    everywhere = frozenset.intersection(*(one.closed for one in disclosure_sets()))
    assert everywhere
    assert [name for name in (*STOPS, *everywhere) if f"`{name}`" not in text] == []
    assert [one for one in disclosure_sets() if f"| {one.recipient} | {one.personal.value}" not in text] == []


def test_batch_page_shows_id_and_key() -> None:
    loans = ["SCF202412000002", "SCF202411000001"]
    assert batch_id(f"{'0' * 64} sealed=False", loans, "/packages") == block("docs/spec/batch.md", "batch-id")
    assert item_key("sample-cf:SCF202412000002", "0" * 64) == block("docs/spec/batch.md", "item-key")


def test_bundle_page_shows_how_a_package_file_is_named() -> None:
    reference, as_of, name = block(BUNDLE, "file-name").split(" ")
    assert file_name(reference, as_of) == name
