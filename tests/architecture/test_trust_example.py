"""The trust page prints a draft and the signed file that it becomes: the same bytes by our code and by json alone."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_service.core.note import ED25519, NoteSignature, VerifierKey, format_note
from evidence_service.core.trust import IssuerStanding
from evidence_service.core.trust_draft import parse_draft
from evidence_service.core.trust_note import read_trust, trust_text
from tests.architecture.markdown import block

PAGE = "docs/spec/trust.md"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))


def test_trust_page_shows_what_the_draft_becomes() -> None:
    verifier = VerifierKey("court.example/trust", ED25519, KEY.public_key().public_bytes_raw())
    assert block(PAGE, "issuer").strip() == str(verifier)
    trust = parse_draft(block(PAGE, "draft").encode(), str(verifier), datetime(2030, 1, 1, tzinfo=UTC))
    text = trust_text(trust)
    note = format_note(text, [NoteSignature(verifier.name, verifier.key_id, KEY.sign(text.encode()))])
    assert block(PAGE, "note").rstrip("\n") == note.rstrip("\n")
    assert read_trust(note.encode(), str(verifier)).standing is IssuerStanding.VERIFIED


def test_the_signed_file_follows_from_the_page_by_json_alone() -> None:
    body, _, signature = block(PAGE, "note").partition("\n\n")
    value = json.loads(body)
    assert json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == body
    typed = json.loads(block(PAGE, "draft"))
    assert all(value[name] == typed[name] for name in ("version", "issuer", "expires_at", "required"))
    raw = base64.b64decode(signature.split()[2])
    KEY.public_key().verify(raw[4:], (body + "\n").encode())
