"""The material "timestamps": RFC 3161 tokens over the text of a checkpoint, as they travel with proofs and packages.

Spec: docs/spec/timestamp.md. Canonical JSON {"v":1,"kind":"proofdocket.timestamps","tokens":[base64 of DER]}.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.timestamp_token import TimestampToken, parse_token

KIND = "proofdocket.timestamps"
NAMES = frozenset({"v", "kind", "tokens"})
MAX_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Timestamps:
    """The tokens as read, in their order; none of them is checked yet."""

    tokens: tuple[TimestampToken, ...]


def timestamps_text(tokens: Iterable[bytes]) -> str:
    """Write the material from the DER bytes of each token."""
    encoded = [base64.b64encode(token).decode() for token in tokens]
    text = canonical_bytes({"v": 1, "kind": KIND, "tokens": encoded}).decode()
    parse_timestamps(text)
    return text


def parse_timestamps(text: str) -> Timestamps:
    """Read the material strictly. Raises MalformedInputError that names the place."""
    value = parse_canonical(text.encode())
    shape.check_version(value, KIND, "timestamps")
    shape.members_of(value, NAMES, "timestamps")
    tokens = shape.items(value["tokens"], "timestamps.tokens")
    if not 1 <= len(tokens) <= MAX_TOKENS:
        raise shape.ShapeError(f"timestamps.tokens: 1 to {MAX_TOKENS} tokens")
    return Timestamps(tuple(parse_token(_base64(item, f"timestamps.tokens[{i}]")) for i, item in enumerate(tokens)))


def _base64(value: object, place: str) -> bytes:
    text = shape.text(value, place)
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise shape.ShapeError(f"{place}: not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise shape.ShapeError(f"{place}: not base64 in its one spelling")
    return raw
