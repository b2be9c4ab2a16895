"""The trust file as a signed note: one line of JSON under the issuer's signature, and what its reader knows of him.

Spec: docs/spec/trust.md (File, Issuer). A reader pins the issuer's key once, by another way than the file. Bare JSON
without a signature is read too, and says of itself that nobody signed it.
"""

from __future__ import annotations

from dataclasses import replace

from evidence_service.core.note import ED25519, SignedNote, VerifierKey, parse_note, parse_vkey, verify_ed25519
from evidence_service.core.trust import IssuerStanding, TrustError, TrustFile
from evidence_service.core.trust_json import parse_trust, trust_bytes
from evidence_service.errors import MalformedInputError


class TrustSignatureError(TrustError):
    """The trust file does not bear a valid signature of the issuer that it names: it was altered, or is forged."""

    code = "trust-signature"


class TrustIssuerError(TrustError):
    """The trust file is not from the issuer whose key the reader pinned."""

    code = "trust-issuer"


class TrustRollbackError(TrustError):
    """An older edition of a trust file whose newer edition was installed: revocations would be forgotten."""

    code = "trust-rollback"


def trust_text(trust: TrustFile) -> str:
    """The text that the issuer signs: the body in one line, with its newline."""
    if not trust.issuer_vkey:
        raise TrustError("issuer_vkey: a signed trust file names the key that signs it")
    return trust_bytes(trust).decode() + "\n"


def read_trust(raw: bytes, issuer_vkey: str = "") -> TrustFile:
    """Read a trust file, signed or bare. With `issuer_vkey` only a file signed by that key is accepted.

    Raises TrustError, TrustSignatureError or TrustIssuerError. Nothing of a refused file is believed.
    """
    if raw.startswith(b"{") and b"\n" not in raw:
        if issuer_vkey:
            raise TrustIssuerError("trust file: nobody signed it; ask its issuer for the signed file")
        return parse_trust(raw)
    note, trust = _parse(raw)
    if not trust.issuer_vkey:
        raise TrustSignatureError("trust file: it is signed but names no issuer_vkey")
    if not verify_ed25519(note, parse_vkey(trust.issuer_vkey)):
        raise TrustSignatureError(
            f"trust file: no valid signature by {parse_vkey(trust.issuer_vkey).name}; it was altered, get it again"
        )
    if not issuer_vkey:
        return replace(trust, standing=IssuerStanding.SIGNED)
    if not verify_ed25519(note, issuer_key(issuer_vkey)):
        raise TrustIssuerError(
            f"trust file: signed by {trust.issuer_vkey}, not by the issuer that you pinned, {issuer_vkey}"
        )
    return replace(trust, standing=IssuerStanding.VERIFIED)


def read_successor(raw: bytes, installed: TrustFile) -> TrustFile:
    """Read a file that is to take the place of an installed one. The key may be the one that the old file named next.

    Raises TrustRollbackError for an older edition, and for another file under the same number.
    """
    try:
        trust = read_trust(raw, installed.issuer_vkey)
    except TrustIssuerError:
        if not installed.next_issuer_vkey:
            raise
        trust = read_trust(raw, installed.next_issuer_vkey)
    check_not_older(trust, installed)
    return trust


def check_not_older(trust: TrustFile, installed: TrustFile) -> None:
    """Raise TrustRollbackError where the file is older than the installed one, or another of the same number."""
    if trust.version < installed.version:
        raise TrustRollbackError(
            f"trust file: version {trust.version}, but version {installed.version} of {installed.issuer} was installed"
        )
    if trust.version == installed.version and replace(trust, standing=installed.standing) != installed:
        raise TrustRollbackError(
            f"trust file: differs from the installed version {installed.version}; its issuer must give it a new number"
        )


def issuer_key(vkey: str) -> VerifierKey:
    """The verifier key of an issuer. Raises TrustError where it is none, or not Ed25519."""
    try:
        key = parse_vkey(vkey)
    except MalformedInputError as error:
        raise TrustError(f"issuer key: {error}") from None
    if key.algorithm != ED25519:
        raise TrustError("issuer key: must be an Ed25519 key")
    return key


def _parse(raw: bytes) -> tuple[SignedNote, TrustFile]:
    try:
        note = parse_note(raw)
    except MalformedInputError as error:
        raise TrustError(f"trust file: {error}") from None
    body, _, rest = note.text.partition("\n")
    if rest:
        raise TrustError("trust file: the signed text is one line of JSON")
    return note, parse_trust(body.encode())
