"""The body of a trust file: one line of canonical JSON, written and read strictly.

Spec: docs/spec/trust.md (Body). The signed note around it is core/trust_note.py.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from itertools import pairwise
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import INSTITUTION, format_instant, parse_instant
from evidence_service.core.metadata import package_key_name
from evidence_service.core.note import ED25519, parse_vkey
from evidence_service.core.reasons import CHECK_NAMES
from evidence_service.core.trust import (
    ALWAYS_REQUIRED,
    ChainGrade,
    PinnedAuthority,
    PinnedBlock,
    PinnedChain,
    PinnedCourt,
    PinnedKey,
    PinnedLog,
    TrustError,
    TrustFile,
)
from evidence_service.errors import MalformedInputError

KIND = "proofdocket.trust"
VERSION = 2
NAMES = frozenset(
    "v kind version issuer issuer_vkey next_issuer_vkey issued_at expires_at logs chains "
    "witnesses quorum auditors authorities courts required".split()
)
LOG_NAMES = frozenset(["institution", "credit_code", "origin", "keys", "package_keys", "log_ids"])
KEY_NAMES = frozenset(["vkey", "name", "not_before", "not_after", "revoked_at", "reason"])
CHAIN_NAMES = frozenset(["chain_id", "genesis", "contract", "code_hash", "grade", "confirmations", "blocks"])
AUTHORITY_NAMES = frozenset(["name", "certificate", "not_before", "not_after", "revoked_at"])


def trust_bytes(trust: TrustFile) -> bytes:
    """Write a trust file in canonical form. Raises TrustError where a field is not in its form."""
    raw = canonical_bytes(
        {
            "v": VERSION,
            "kind": KIND,
            "version": trust.version,
            "issuer": trust.issuer,
            "issuer_vkey": trust.issuer_vkey,
            "next_issuer_vkey": trust.next_issuer_vkey,
            "issued_at": format_instant(trust.issued_at),
            "expires_at": format_instant(trust.expires_at),
            "logs": [_log_json(log) for log in trust.logs],
            "chains": [_chain_json(chain) for chain in trust.chains],
            "witnesses": [_key_json(pin) for pin in trust.witnesses],
            "quorum": trust.quorum,
            "auditors": [_key_json(pin) for pin in trust.auditors],
            "authorities": [_authority_json(one) for one in trust.authorities],
            "courts": [
                {"name": court.name, "chain_id": court.chain_id, "address": court.address.lower()}
                for court in trust.courts
            ],
            "required": list(trust.required),
        }
    )
    parse_trust(raw)
    return raw


def parse_trust(raw: bytes) -> TrustFile:
    """Read the body of a trust file strictly. Raises TrustError that names the place."""
    try:
        return _trust(parse_canonical(raw))
    except TrustError:
        raise
    except MalformedInputError as error:
        raise TrustError(f"trust file: {error}") from None


def _trust(value: Any) -> TrustFile:
    shape.check_version(value, KIND, "trust file", version=VERSION)
    shape.members_of(value, NAMES, "trust file")
    trust = TrustFile(
        version=shape.whole(value["version"], "version", least=1),
        issuer=shape.text(value["issuer"], "issuer", shape.LINE),
        issuer_vkey=_issuer_vkey(value["issuer_vkey"], "issuer_vkey"),
        next_issuer_vkey=_issuer_vkey(value["next_issuer_vkey"], "next_issuer_vkey"),
        issued_at=parse_instant(value["issued_at"], "issued_at"),
        expires_at=parse_instant(value["expires_at"], "expires_at"),
        logs=tuple(_log(item, f"logs[{i}]") for i, item in enumerate(shape.items(value["logs"], "logs"))),
        chains=tuple(_chain(item, f"chains[{i}]") for i, item in enumerate(shape.items(value["chains"], "chains"))),
        witnesses=_keys(value["witnesses"], "witnesses"),
        quorum=shape.whole(value["quorum"], "quorum"),
        auditors=_keys(value["auditors"], "auditors"),
        authorities=tuple(
            _authority(item, f"authorities[{i}]")
            for i, item in enumerate(shape.items(value["authorities"], "authorities"))
        ),
        courts=tuple(_court(item, f"courts[{i}]") for i, item in enumerate(shape.items(value["courts"], "courts"))),
        required=tuple(shape.whole(item, "required", least=1) for item in shape.items(value["required"], "required")),
    )
    _check(trust)
    return trust


def _check(trust: TrustFile) -> None:
    if trust.expires_at <= trust.issued_at:
        raise TrustError("expires_at: not after issued_at")
    if trust.next_issuer_vkey and not trust.issuer_vkey:
        raise TrustError("next_issuer_vkey: a file without issuer_vkey cannot name the next one")
    _once("logs: an origin", [log.origin for log in trust.logs])
    _once("chains: a contract", [(chain.chain_id, chain.contract) for chain in trust.chains])
    # By the key itself: under two names one witness would be counted as two.
    _once("witnesses: a key", [pin.key.public_key for pin in trust.witnesses])
    _once("auditors: a key", [pin.key.public_key for pin in trust.auditors])
    _once("authorities: a certificate", [one.certificate for one in trust.authorities])
    _once("courts: an address", [(court.chain_id, court.address) for court in trust.courts])
    if trust.quorum > len({pin.name or pin.key.name for pin in trust.witnesses}):
        raise TrustError("quorum: more than there are witnesses")
    own = {pin.key.public_key for log in trust.logs for pin in (*log.keys, *log.package_keys)}
    if any(pin.key.public_key in own for pin in (*trust.witnesses, *trust.auditors)):
        raise TrustError("witnesses, auditors: a key of a log; nobody confirms himself")
    required = set(trust.required)
    if list(trust.required) != sorted(required) or not ALWAYS_REQUIRED <= required <= set(CHECK_NAMES):
        raise TrustError("required: check numbers in order, each once, 1, 3, 5 and 6 among them")


def _once(what: str, things: list[Any]) -> None:
    if len(set(things)) != len(things):
        raise TrustError(f"{what} is pinned twice")


def _issuer_vkey(value: Any, place: str) -> str:
    text = shape.text(value, place)
    if text and parse_vkey(text).algorithm != ED25519:
        raise TrustError(f"{place}: an Ed25519 verifier key, or empty")
    return text


def _log(value: Any, place: str) -> PinnedLog:
    shape.members_of(value, LOG_NAMES, place)
    origin = shape.text(value["origin"], f"{place}.origin", shape.LINE)
    log_ids = shape.items(value["log_ids"], f"{place}.log_ids")
    log = PinnedLog(
        institution=shape.text(value["institution"], f"{place}.institution", INSTITUTION),
        credit_code=shape.text(value["credit_code"], f"{place}.credit_code", shape.CREDIT_CODE),
        origin=origin,
        keys=_keys(value["keys"], f"{place}.keys", origin),
        package_keys=_keys(value["package_keys"], f"{place}.package_keys", package_key_name(origin)),
        log_ids=tuple(shape.text(item, f"{place}.log_ids", shape.HASH_0X) for item in log_ids),
    )
    if not any(pin.key.algorithm == ED25519 for pin in log.keys):
        raise TrustError(f"{place}.keys: at least one Ed25519 key")
    if not log.package_keys or any(pin.key.algorithm != ED25519 for pin in log.package_keys):
        raise TrustError(f"{place}.package_keys: Ed25519 keys, at least one")
    _once(f"{place}.keys: a key", [pin.vkey for pin in (*log.keys, *log.package_keys)])
    _once(f"{place}.log_ids: an id", list(log.log_ids))
    return log


def _keys(value: Any, place: str, name: str = "") -> tuple[PinnedKey, ...]:
    return tuple(_key(item, f"{place}[{i}]", name) for i, item in enumerate(shape.items(value, place)))


def _key(value: Any, place: str, name: str) -> PinnedKey:
    shape.members_of(value, KEY_NAMES, place)
    vkey = shape.text(value["vkey"], f"{place}.vkey")
    if name and parse_vkey(vkey).name != name:
        raise TrustError(f"{place}.vkey: a key named {name}")
    parse_vkey(vkey)
    not_before, not_after, revoked_at = _window(value, place)
    return PinnedKey(
        vkey=vkey,
        name=_line_or_empty(value["name"], f"{place}.name"),
        not_before=not_before,
        not_after=not_after,
        revoked_at=revoked_at,
        reason=_line_or_empty(value["reason"], f"{place}.reason"),
    )


def _window(value: dict[str, Any], place: str) -> tuple[datetime | None, datetime | None, datetime | None]:
    not_before, not_after, revoked_at = (
        None if value[name] is None else parse_instant(value[name], f"{place}.{name}")
        for name in ("not_before", "not_after", "revoked_at")
    )
    if not_before is not None and not_after is not None and not_after <= not_before:
        raise TrustError(f"{place}.not_after: not after not_before")
    return not_before, not_after, revoked_at


def _line_or_empty(value: Any, place: str) -> str:
    return "" if value == "" else shape.text(value, place, shape.LINE)


def _chain(value: Any, place: str) -> PinnedChain:
    shape.members_of(value, CHAIN_NAMES, place)
    if value["grade"] not in list(ChainGrade):
        raise TrustError(f"{place}.grade: self-run, consortium or public")
    blocks = tuple(
        _block(item, f"{place}.blocks[{i}]") for i, item in enumerate(shape.items(value["blocks"], f"{place}.blocks"))
    )
    if any(one.number >= other.number for one, other in pairwise(blocks)):
        raise TrustError(f"{place}.blocks: in rising order, each number once")
    return PinnedChain(
        chain_id=shape.whole(value["chain_id"], f"{place}.chain_id", least=1),
        genesis=shape.text(value["genesis"], f"{place}.genesis", shape.HASH_0X),
        contract=shape.text(value["contract"], f"{place}.contract", shape.ADDRESS_0X),
        code_hash=shape.text(value["code_hash"], f"{place}.code_hash", shape.HASH_0X),
        grade=ChainGrade(value["grade"]),
        confirmations=shape.whole(value["confirmations"], f"{place}.confirmations"),
        blocks=blocks,
    )


def _block(value: Any, place: str) -> PinnedBlock:
    shape.members_of(value, frozenset({"number", "hash"}), place)
    return PinnedBlock(
        shape.whole(value["number"], f"{place}.number"), shape.text(value["hash"], f"{place}.hash", shape.HASH_0X)
    )


def _authority(value: Any, place: str) -> PinnedAuthority:
    shape.members_of(value, AUTHORITY_NAMES, place)
    text = shape.text(value["certificate"], f"{place}.certificate")
    try:
        certificate = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        certificate = b""
    if not certificate or base64.b64encode(certificate).decode() != text:
        raise TrustError(f"{place}.certificate: base64 of the DER certificate")
    name = shape.text(value["name"], f"{place}.name", shape.LINE)
    return PinnedAuthority(name, certificate, *_window(value, place))


def _court(value: Any, place: str) -> PinnedCourt:
    shape.members_of(value, frozenset({"name", "chain_id", "address"}), place)
    return PinnedCourt(
        name=shape.text(value["name"], f"{place}.name", shape.LINE),
        chain_id=shape.whole(value["chain_id"], f"{place}.chain_id", least=1),
        address=shape.text(value["address"], f"{place}.address", shape.ADDRESS_0X),
    )


def _log_json(log: PinnedLog) -> dict[str, Any]:
    return {
        "institution": log.institution,
        "credit_code": log.credit_code,
        "origin": log.origin,
        "keys": [_key_json(pin) for pin in log.keys],
        "package_keys": [_key_json(pin) for pin in log.package_keys],
        "log_ids": [log_id.lower() for log_id in log.log_ids],
    }


def _key_json(pin: PinnedKey) -> dict[str, Any]:
    window = _window_json(pin.not_before, pin.not_after, pin.revoked_at)
    return {"vkey": pin.vkey, "name": pin.name, "reason": pin.reason, **window}


def _authority_json(one: PinnedAuthority) -> dict[str, Any]:
    window = _window_json(one.not_before, one.not_after, one.revoked_at)
    return {"name": one.name, "certificate": base64.b64encode(one.certificate).decode(), **window}


def _window_json(
    not_before: datetime | None, not_after: datetime | None, revoked_at: datetime | None
) -> dict[str, str | None]:
    times = {"not_before": not_before, "not_after": not_after, "revoked_at": revoked_at}
    return {name: None if moment is None else format_instant(moment) for name, moment in times.items()}


def _chain_json(chain: PinnedChain) -> dict[str, Any]:
    return {
        "chain_id": chain.chain_id,
        "genesis": chain.genesis.lower(),
        "contract": chain.contract.lower(),
        "code_hash": chain.code_hash.lower(),
        "grade": str(chain.grade),
        "confirmations": chain.confirmations,
        "blocks": [{"number": block.number, "hash": block.hash.lower()} for block in chain.blocks],
    }
