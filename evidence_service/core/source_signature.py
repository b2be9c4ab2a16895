"""Signatures of source systems on events: who made the record, before it reached us.

Spec: docs/spec/provenance.md (Source signature). Ed25519 over the canonical bytes of the event without its member
`source_signature`. The institution registers the keys of its systems; a key counts from its registration until it is
revoked, by the time of capture, not by what the sender says of time.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evidence_service.core.canonical import encode_checked
from evidence_service.core.event import EventError
from evidence_service.core.note import ED25519, NoteError, VerifierKey, parse_vkey
from evidence_service.errors import SettingsError

MEMBER = "source_signature"


class SourceSignatureError(EventError):
    """An event's source signature is not right, or is missing where the institution requires one."""

    code = "source-signature"


class SourceKeyError(SettingsError):
    """A key of a source system cannot be registered or revoked like this."""

    code = "source-key"


@dataclass(frozen=True, slots=True)
class SourceKey:
    """One key of a source system. `key_name` is how events name it; the window is that of our time of capture."""

    system: str
    vkey: str
    added_at: datetime
    not_after: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""

    @property
    def key_name(self) -> str:
        """System and key ID, as `source_signature.key` names it."""
        return key_name(parse_vkey(self.vkey))

    def counts_at(self, moment: datetime) -> bool:
        """Registered, not run out and not revoked at that time."""
        return (
            self.added_at <= moment
            and (self.not_after is None or moment < self.not_after)
            and (self.revoked_at is None or moment < self.revoked_at)
        )


@dataclass(frozen=True, slots=True)
class SourceRules:
    """The keys of one institution by name, and whether it takes no event without a signature."""

    keys: Mapping[str, SourceKey]
    required: bool = False


NO_RULES = SourceRules({})
"""No key is registered, and none is required."""


def key_name(key: VerifierKey) -> str:
    """How events name a key: its name and its key ID."""
    return f"{key.name}+{key.key_id.hex()}"


def parse_source_vkey(text: str) -> VerifierKey:
    """Read the verifier key of a source system: C2SP form, Ed25519."""
    try:
        key = parse_vkey(text)
    except NoteError as error:
        raise SourceKeyError(f"a key of a source system is a C2SP verifier key: {error}") from None
    if key.algorithm != ED25519:
        raise SourceKeyError("a key of a source system is an Ed25519 key")
    return key


def signed_bytes(event: Mapping[str, Any]) -> bytes:
    """What the source signs: the canonical event without its signature."""
    return encode_checked({name: value for name, value in event.items() if name != MEMBER})


def check_source(event: Mapping[str, Any], rules: SourceRules, captured_at: datetime) -> SourceKey | None:
    """The key that signed the event, or None for an unsigned one. Raises SourceSignatureError for anything else."""
    signature = event.get(MEMBER)
    if signature is None:
        if rules.required:
            raise SourceSignatureError("source_signature: this institution takes signed events only")
        return None
    key = rules.keys.get(signature["key"])
    if key is None:
        raise SourceSignatureError("source_signature.key: not registered; `proofdocket source add-key` registers one")
    if not key.counts_at(captured_at):
        raise SourceSignatureError("source_signature.key: revoked, or outside its dates")
    if not verifies(event, key.vkey):
        raise SourceSignatureError("source_signature: does not verify over the event as it came")
    return key


def verifies(event: Mapping[str, Any], vkey: str) -> bool:
    """The event's signature is by this key over the event as it stands."""
    try:
        raw = base64.b64decode(event[MEMBER]["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(parse_vkey(vkey).public_key).verify(raw, signed_bytes(event))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True
