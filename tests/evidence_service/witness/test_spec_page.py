"""The worked example of docs/spec/witness.md, recomputed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence_service.core.cosignature import cosign, cosigned_message
from evidence_service.core.note import COSIGNATURE_ED25519, ML_DSA_44, VerifierKey, signature_lines
from evidence_service.workflow.cosign import COSIGNED, REFUSALS
from tests.architecture.markdown import NAMED_BLOCK, page

PAGE = page("docs/spec/witness.md")
BLOCKS = dict(NAMED_BLOCK.findall(PAGE))
SECONDS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
NAME = "witness.court.example/w1"


def test_the_ed25519_line_of_the_page() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(0x20, 0x40)))
    key = VerifierKey(NAME, COSIGNATURE_ED25519, private.public_key().public_bytes_raw())
    assert f"{key}\n" == BLOCKS["vkey"]
    assert signature_lines([cosign(key, private.sign, SECONDS, BLOCKS["text"])]) == BLOCKS["line"]


def test_the_ml_dsa_message_of_the_page() -> None:
    private = MLDSA44PrivateKey.from_seed_bytes(bytes(range(0x40, 0x60)))
    key = VerifierKey(NAME, ML_DSA_44, private.public_key().public_bytes_raw())
    message = cosigned_message(key, SECONDS, BLOCKS["text"])
    assert f"{key.key_id.hex()}\n{message.hex()}\n" == BLOCKS["mldsa"]


def test_the_page_names_every_reason_that_a_witness_may_be_given() -> None:
    listed = set(re.findall(r"`([a-z-]+)`", PAGE.partition("\nReasons: ")[2].partition("\n\n")[0]))
    given = {code for code, _ in REFUSALS.values()} | {COSIGNED, "unreachable", "ahead", "set-back", "busy"}
    assert listed == given | {"no-cosignature", "wrong-time", "answer-malformed"}
