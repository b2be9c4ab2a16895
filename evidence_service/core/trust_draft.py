"""A draft of a trust file as a person types it: what may be left out is filled in, then it is as strict as any.

Spec: docs/spec/trust.md (Draft). A key may be typed as its verifier key alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from evidence_service.core.canonical import canonical_bytes, parse_strict
from evidence_service.core.event import format_instant
from evidence_service.core.reasons import CHECK_NAMES
from evidence_service.core.trust import TrustError, TrustFile
from evidence_service.core.trust_json import KIND, VERSION, parse_trust
from evidence_service.errors import MalformedInputError

OPEN = {"not_before": None, "not_after": None, "revoked_at": None}
EMPTY = ("logs", "chains", "witnesses", "auditors", "authorities", "courts")


def parse_draft(raw: bytes, issuer_vkey: str, now: datetime) -> TrustFile:
    """Read a draft for this issuer key. Raises TrustError that names what is missing or wrong."""
    try:
        value = parse_strict(raw)
    except MalformedInputError as error:
        raise TrustError(f"draft: {error}") from None
    if not isinstance(value, dict):
        raise TrustError("draft: an object")
    try:
        return parse_trust(canonical_bytes(_filled(value, issuer_vkey, now)))
    except MalformedInputError as error:
        raise TrustError(f"draft: {error}") from None


def _filled(value: dict[str, Any], issuer_vkey: str, now: datetime) -> dict[str, Any]:
    named = value.get("issuer_vkey") or issuer_vkey
    if named != issuer_vkey:
        raise TrustError(f"issuer_vkey: the draft names {named}, the key at hand is {issuer_vkey}")
    fixed: dict[str, Any] = {"v": VERSION, "kind": KIND, "next_issuer_vkey": "", "quorum": 0}
    fixed |= {"issued_at": format_instant(now.replace(microsecond=0)), "required": list(CHECK_NAMES)}
    filled = fixed | {name: [] for name in EMPTY} | value | {"issuer_vkey": issuer_vkey}
    filled["logs"] = [_log(item) for item in _items(filled["logs"])]
    filled["chains"] = [_with({"blocks": []}, item) for item in _items(filled["chains"])]
    for name in ("witnesses", "auditors"):
        filled[name] = [_key(item) for item in _items(filled[name])]
    filled["authorities"] = [_with(OPEN, item) for item in _items(filled["authorities"])]
    return filled


def _log(item: Any) -> Any:
    log = _with({"credit_code": "", "log_ids": []}, item)
    if isinstance(log, dict):
        log |= {name: [_key(key) for key in _items(log.get(name, []))] for name in ("keys", "package_keys")}
    return log


def _key(item: Any) -> Any:
    value = {"vkey": item} if isinstance(item, str) else item
    return _with(OPEN | {"name": "", "reason": ""}, value)


def _with(defaults: dict[str, Any], item: Any) -> Any:
    """The item with what was left out; what is no object is left to the strict reader."""
    return {**defaults, **item} if isinstance(item, dict) else item


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TrustError("draft: logs, keys, chains, witnesses, auditors, authorities and courts are lists")
    return value
