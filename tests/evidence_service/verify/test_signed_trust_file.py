"""A trust file under the issuer's signature: who signed it is known, nothing in it can be changed, none goes back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from evidence_service.core.note import NoteSignature, format_note, parse_note
from evidence_service.core.trust import IssuerStanding, TrustError, TrustFile
from evidence_service.core.trust_draft import parse_draft
from evidence_service.core.trust_json import trust_bytes
from evidence_service.core.trust_note import (
    TrustIssuerError,
    TrustRollbackError,
    TrustSignatureError,
    read_successor,
    read_trust,
    trust_text,
)
from tests.evidence_service.verify.world import NOW, Signer, make_world

WORLD = make_world()
COURT = Signer.from_seed("court.example/trust", "court")
NEXT = Signer.from_seed("court.example/trust", "court, the year after")
STRANGER = Signer.from_seed("court.example/trust", "somebody else with the same name")


def body(**changes: Any) -> TrustFile:
    return WORLD.trust(issuer_vkey=COURT.vkey, **changes)


def signed(trust: TrustFile | None = None, *signers: Signer) -> bytes:
    text = trust_text(trust or body())
    notes = [parse_note(signer.sign_note(text).encode()) for signer in signers or (COURT,)]
    return format_note(text, [note.signatures[0] for note in notes]).encode()


def test_a_file_signed_by_the_pinned_issuer_is_verified() -> None:
    trust = read_trust(signed(), COURT.vkey)
    assert trust == replace(body(), standing=IssuerStanding.VERIFIED)
    assert trust.summary()["standing"] == "verified"


def test_without_a_pinned_issuer_the_file_says_that_nobody_verified_it() -> None:
    assert read_trust(signed()).standing is IssuerStanding.SIGNED
    assert read_trust(trust_bytes(body())).standing is IssuerStanding.UNSIGNED


def test_a_reader_who_pinned_an_issuer_reads_no_unsigned_file() -> None:
    with pytest.raises(TrustIssuerError, match="nobody signed it"):
        read_trust(trust_bytes(body()), COURT.vkey)


def test_a_stranger_s_signature_is_refused_though_he_uses_the_court_s_name() -> None:
    forged = replace(body(), issuer_vkey=STRANGER.vkey)
    assert read_trust(signed(forged, STRANGER)).standing is IssuerStanding.SIGNED  # it is whole, but whose is it?
    with pytest.raises(TrustIssuerError, match="not by the issuer that you pinned"):
        read_trust(signed(forged, STRANGER), COURT.vkey)
    with pytest.raises(TrustSignatureError):
        read_trust(signed(body(), STRANGER), COURT.vkey)


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_no_byte_of_a_signed_file_can_be_changed(flip: int) -> None:
    raw = signed()
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ flip]) + raw[place + 1 :]
        for issuer in (COURT.vkey, ""):
            with pytest.raises(TrustError):
                read_trust(changed, issuer)


def test_no_part_of_a_signed_file_can_be_left_out() -> None:
    raw = signed()
    for end in range(len(raw)):
        with pytest.raises(TrustError):
            read_trust(raw[:end], COURT.vkey)


def test_a_signature_line_that_nobody_knows_changes_nothing() -> None:
    note = parse_note(signed())
    more = format_note(note.text, [*note.signatures, NoteSignature("somebody.example", b"\x01\x02\x03\x04", b"x" * 64)])
    assert read_trust(more.encode(), COURT.vkey).standing is IssuerStanding.VERIFIED


def test_the_signed_text_is_one_line_of_the_current_version() -> None:
    text = trust_text(body())
    for other in (text + "more\n", text.replace('"v":2', '"v":1'), text.replace("{", "{ ", 1), "\n" + text):
        with pytest.raises(TrustError):
            read_trust(COURT.sign_note(other).encode(), COURT.vkey)


def test_a_signed_file_names_the_key_that_signed_it() -> None:
    with pytest.raises(TrustError, match="issuer_vkey"):
        trust_text(WORLD.trust())
    text = trust_bytes(WORLD.trust()).decode() + "\n"
    with pytest.raises(TrustSignatureError, match="names no issuer_vkey"):
        read_trust(COURT.sign_note(text).encode(), COURT.vkey)


def test_an_issuer_key_that_is_none_is_a_clear_error() -> None:
    for vkey in ("nobody", COURT.vkey[:-4], COURT.vkey.replace("court", "count")):
        with pytest.raises(TrustError, match="issuer key"):
            read_trust(signed(), vkey)


def test_a_newer_edition_follows_and_an_older_one_does_not() -> None:
    installed = read_trust(signed(body(version=7)), COURT.vkey)
    assert read_successor(signed(body(version=8)), installed).version == 8
    assert read_successor(signed(body(version=7)), installed) == installed
    with pytest.raises(TrustRollbackError, match="version 7"):
        read_successor(signed(body(version=6)), installed)
    with pytest.raises(TrustRollbackError, match="differs"):
        read_successor(signed(body(version=7, issuer="Another chamber")), installed)


def test_the_issuer_s_next_key_is_believed_only_if_the_old_one_named_it() -> None:
    later = replace(body(version=8), issuer_vkey=NEXT.vkey)
    with pytest.raises(TrustIssuerError):
        read_successor(signed(later, NEXT), read_trust(signed(body(version=7)), COURT.vkey))
    naming = read_trust(signed(body(version=7, next_issuer_vkey=NEXT.vkey)), COURT.vkey)
    assert read_successor(signed(later, NEXT), naming).issuer_vkey == NEXT.vkey
    stolen = replace(body(version=8), issuer_vkey=STRANGER.vkey)
    with pytest.raises(TrustIssuerError):
        read_successor(signed(stolen, STRANGER), naming)


def test_a_file_by_the_new_key_that_the_old_one_signed_too_is_read_by_who_pinned_the_old_one() -> None:
    later = replace(body(version=8), issuer_vkey=NEXT.vkey)
    assert read_trust(signed(later, NEXT, COURT), COURT.vkey).standing is IssuerStanding.VERIFIED
    with pytest.raises(TrustSignatureError):
        read_trust(signed(later, COURT), COURT.vkey)  # the key that it names did not sign


def test_a_draft_is_filled_in_and_then_as_strict_as_any() -> None:
    log = WORLD.trust().logs[0]
    draft = {
        "version": 3,
        "issuer": "Court of the tests",
        "expires_at": "2027-06-01T00:00:00Z",
        "logs": [
            {
                "institution": log.institution,
                "credit_code": log.credit_code,
                "origin": log.origin,
                "keys": [log.vkey],
                "package_keys": [{"vkey": log.package_vkey, "not_after": "2027-01-01T00:00:00Z"}],
            }
        ],
    }
    trust = parse_draft(json.dumps(draft, indent=2).encode(), COURT.vkey, NOW)
    assert (trust.issuer_vkey, trust.issued_at, trust.required) == (COURT.vkey, NOW, tuple(range(1, 11)))
    assert trust.logs[0].vkey == log.vkey
    assert trust.logs[0].package_keys[0].not_after is not None
    wrongs: list[dict[str, Any]] = [{"logs": {}}, {"expires_at": "soon"}, {"issuer_vkey": NEXT.vkey}, {"logs": ["x"]}]
    for wrong in wrongs:
        with pytest.raises(TrustError):
            parse_draft(json.dumps(draft | wrong).encode(), COURT.vkey, NOW)
