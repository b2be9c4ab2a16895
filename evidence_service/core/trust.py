"""The trust file: the keys, chains and policy that a reader pins, because those inside a package prove nothing alone.

Spec: docs/spec/trust.md. Versioned and dated. Whether it is in force depends on the time, which is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import INSTITUTION, format_instant, parse_instant
from evidence_service.core.metadata import ed25519_vkey, package_key_name
from evidence_service.core.note import parse_vkey
from evidence_service.core.reasons import CHECK_NAMES
from evidence_service.errors import MalformedInputError

KIND = "proofdocket.trust"
NAMES = frozenset(
    ["v", "kind", "version", "issuer", "issued_at", "expires_at", "logs", "chains", "witnesses", "quorum", "required"]
)
LOG_NAMES = frozenset(["institution", "credit_code", "origin", "vkey", "package_vkey"])
CHAIN_NAMES = frozenset(["chain_id", "genesis", "contract", "code_hash", "grade", "confirmations"])
ALWAYS_REQUIRED = frozenset({1, 3, 5, 6})
"""A policy that does without these would let a proof pass that nobody signed."""


class TrustError(MalformedInputError):
    """A trust file does not follow docs/spec/trust.md."""

    code = "trust-malformed"


class ChainGrade(StrEnum):
    """Who runs the chain. A chain that the lender runs alone adds no independent time."""

    SELF_RUN = "self-run"
    CONSORTIUM = "consortium"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class PinnedLog:
    """One institution's log: its verifier keys (C2SP), and for check 8 its id on the anchor contract, 0x… or empty.

    An empty credit code means that nobody knows it; then check 6 cannot pass.
    """

    institution: str
    credit_code: str
    origin: str
    vkey: str
    package_vkey: str
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class PinnedChain:
    """One chain and anchor contract. Hashes and addresses are lower-case hex with 0x."""

    chain_id: int
    genesis: str
    contract: str
    code_hash: str
    grade: ChainGrade
    confirmations: int


@dataclass(frozen=True, slots=True)
class TrustFile:
    """What a reader trusts, from whom, and for how long. `required` are the checks that must pass."""

    version: int
    issuer: str
    issued_at: datetime
    expires_at: datetime
    logs: tuple[PinnedLog, ...]
    chains: tuple[PinnedChain, ...]
    witnesses: tuple[str, ...] = ()
    quorum: int = 0
    required: tuple[int, ...] = tuple(CHECK_NAMES)

    def log(self, origin: str) -> PinnedLog | None:
        """The pinned log of this origin."""
        return next((log for log in self.logs if log.origin == origin), None)

    def in_force(self, now: datetime) -> str:
        """Empty while the file is in force, else the reason code why it is not."""
        if now < self.issued_at:
            return "trust-not-yet-valid"
        return "trust-expired" if now >= self.expires_at else ""


def trust_bytes(trust: TrustFile) -> bytes:
    """Write a trust file in canonical form. Raises TrustError where a field is not in its form."""
    raw = canonical_bytes(
        {
            "v": 1,
            "kind": KIND,
            "version": trust.version,
            "issuer": trust.issuer,
            "issued_at": format_instant(trust.issued_at),
            "expires_at": format_instant(trust.expires_at),
            "logs": [_log_json(log) for log in trust.logs],
            "chains": [_chain_json(chain) for chain in trust.chains],
            "witnesses": list(trust.witnesses),
            "quorum": trust.quorum,
            "required": list(trust.required),
        }
    )
    parse_trust(raw)
    return raw


def parse_trust(raw: bytes) -> TrustFile:
    """Read a trust file strictly. Raises TrustError that names the place."""
    try:
        return _trust(parse_canonical(raw))
    except TrustError:
        raise
    except MalformedInputError as error:
        raise TrustError(f"trust file: {error}") from None


def _trust(value: Any) -> TrustFile:
    shape.check_version(value, KIND, "trust file")
    shape.members_of(value, NAMES, "trust file")
    trust = TrustFile(
        version=shape.whole(value["version"], "version", least=1),
        issuer=shape.text(value["issuer"], "issuer", shape.LINE),
        issued_at=parse_instant(value["issued_at"], "issued_at"),
        expires_at=parse_instant(value["expires_at"], "expires_at"),
        logs=tuple(_log(item, f"logs[{i}]") for i, item in enumerate(shape.items(value["logs"], "logs"))),
        chains=tuple(_chain(item, f"chains[{i}]") for i, item in enumerate(shape.items(value["chains"], "chains"))),
        witnesses=tuple(_witness(item) for item in shape.items(value["witnesses"], "witnesses")),
        quorum=shape.whole(value["quorum"], "quorum"),
        required=tuple(shape.whole(item, "required", least=1) for item in shape.items(value["required"], "required")),
    )
    _check(trust)
    return trust


def _check(trust: TrustFile) -> None:
    if trust.expires_at <= trust.issued_at:
        raise TrustError("expires_at: not after issued_at")
    if len({log.origin for log in trust.logs}) != len(trust.logs):
        raise TrustError("logs: an origin is pinned twice")
    if len({(chain.chain_id, chain.contract) for chain in trust.chains}) != len(trust.chains):
        raise TrustError("chains: a contract is pinned twice")
    if trust.quorum > len(trust.witnesses):
        raise TrustError("quorum: more than there are witnesses")
    required = set(trust.required)
    if list(trust.required) != sorted(required) or not ALWAYS_REQUIRED <= required <= set(CHECK_NAMES):
        raise TrustError("required: check numbers in order, each once, 1, 3, 5 and 6 among them")


def _log(value: Any, place: str) -> PinnedLog:
    shape.members_of(value, LOG_NAMES, place, optional=frozenset({"log_id"}))
    origin = shape.text(value["origin"], f"{place}.origin", shape.LINE)
    return PinnedLog(
        institution=shape.text(value["institution"], f"{place}.institution", INSTITUTION),
        credit_code=shape.text(value["credit_code"], f"{place}.credit_code", shape.CREDIT_CODE),
        origin=origin,
        vkey=ed25519_vkey(value["vkey"], origin, f"{place}.vkey"),
        package_vkey=ed25519_vkey(value["package_vkey"], package_key_name(origin), f"{place}.package_vkey"),
        log_id=shape.text(value["log_id"], f"{place}.log_id", shape.HASH_0X) if "log_id" in value else "",
    )


def _witness(value: Any) -> str:
    text = shape.text(value, "witnesses")
    parse_vkey(text)
    return text


def _chain(value: Any, place: str) -> PinnedChain:
    shape.members_of(value, CHAIN_NAMES, place)
    if value["grade"] not in list(ChainGrade):
        raise TrustError(f"{place}.grade: self-run, consortium or public")
    return PinnedChain(
        chain_id=shape.whole(value["chain_id"], f"{place}.chain_id", least=1),
        genesis=shape.text(value["genesis"], f"{place}.genesis", shape.HASH_0X),
        contract=shape.text(value["contract"], f"{place}.contract", shape.ADDRESS_0X),
        code_hash=shape.text(value["code_hash"], f"{place}.code_hash", shape.HASH_0X),
        grade=ChainGrade(value["grade"]),
        confirmations=shape.whole(value["confirmations"], f"{place}.confirmations"),
    )


def _log_json(log: PinnedLog) -> dict[str, Any]:
    value = {
        "institution": log.institution,
        "credit_code": log.credit_code,
        "origin": log.origin,
        "vkey": log.vkey,
        "package_vkey": log.package_vkey,
    }
    return value | ({"log_id": log.log_id.lower()} if log.log_id else {})


def _chain_json(chain: PinnedChain) -> dict[str, Any]:
    return {
        "chain_id": chain.chain_id,
        "genesis": chain.genesis.lower(),
        "contract": chain.contract.lower(),
        "code_hash": chain.code_hash.lower(),
        "grade": str(chain.grade),
        "confirmations": chain.confirmations,
    }
