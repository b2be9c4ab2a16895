"""The trust file: the keys, chains and policy that a reader pins, because those inside a package prove nothing alone.

Spec: docs/spec/trust.md. Versioned and dated. Every key has a window and may be revoked from a date on, so that proofs
outlive the keys and witnesses of their day. Whether anything is in force depends on the time, which is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from evidence_service.core.note import ED25519, VerifierKey, parse_vkey
from evidence_service.core.reasons import CHECK_NAMES
from evidence_service.errors import MalformedInputError

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


class IssuerStanding(StrEnum):
    """How far a reader knows who issued the trust file that he uses."""

    VERIFIED = "verified"
    SIGNED = "signed"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A C2SP verifier key, whose it is, its window (empty ends are open), and from when on it is no longer believed."""

    vkey: str
    name: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""

    @property
    def key(self) -> VerifierKey:
        """The verifier key itself."""
        return parse_vkey(self.vkey)


@dataclass(frozen=True, slots=True)
class PinnedLog:
    """One institution's log: its keys, oldest first, and for check 8 its ids on anchor contracts, 0x…, oldest first.

    An empty credit code means that nobody knows it; then check 6 cannot pass.
    """

    institution: str
    credit_code: str
    origin: str
    keys: tuple[PinnedKey, ...]
    package_keys: tuple[PinnedKey, ...]
    log_ids: tuple[str, ...] = ()

    @property
    def vkey(self) -> str:
        """The newest Ed25519 log key."""
        return next(pin.vkey for pin in reversed(self.keys) if pin.key.algorithm == ED25519)

    @property
    def package_vkey(self) -> str:
        """The newest package key."""
        return self.package_keys[-1].vkey

    @property
    def log_id(self) -> str:
        """The newest id on an anchor contract, or empty."""
        return self.log_ids[-1] if self.log_ids else ""


@dataclass(frozen=True, slots=True)
class PinnedBlock:
    """One block that the issuer vouches for: its number and its hash (lower-case hex with 0x)."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class PinnedChain:
    """One chain and anchor contract. Hashes and addresses are lower-case hex with 0x; `blocks` in rising order."""

    chain_id: int
    genesis: str
    contract: str
    code_hash: str
    grade: ChainGrade
    confirmations: int
    blocks: tuple[PinnedBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class PinnedAuthority:
    """One timestamp authority: the DER certificate that its tokens must chain to, and its window."""

    name: str
    certificate: bytes
    not_before: datetime | None = None
    not_after: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PinnedCourt:
    """The address from which a court answers filings on a chain (lower-case hex with 0x)."""

    name: str
    chain_id: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """What a reader trusts, from whom, and for how long. `required` are the checks that must pass.

    `standing` is no part of the file: it says whether the reader knows its issuer (core/trust_note.py sets it).
    """

    version: int
    issuer: str
    issued_at: datetime
    expires_at: datetime
    issuer_vkey: str = ""
    next_issuer_vkey: str = ""
    logs: tuple[PinnedLog, ...] = ()
    chains: tuple[PinnedChain, ...] = ()
    witnesses: tuple[PinnedKey, ...] = ()
    quorum: int = 0
    auditors: tuple[PinnedKey, ...] = ()
    authorities: tuple[PinnedAuthority, ...] = ()
    courts: tuple[PinnedCourt, ...] = ()
    required: tuple[int, ...] = tuple(CHECK_NAMES)
    standing: IssuerStanding = IssuerStanding.UNSIGNED

    def log(self, origin: str) -> PinnedLog | None:
        """The pinned log of this origin."""
        return next((log for log in self.logs if log.origin == origin), None)

    def summary(self) -> dict[str, Any]:
        """What a report says of the trust file that it used."""
        return {
            "issuer": self.issuer,
            "issuer_vkey": self.issuer_vkey,
            "version": self.version,
            "standing": self.standing.value,
        }

    def in_force(self, now: datetime) -> str:
        """Empty while the file is in force, else the reason code why it is not."""
        if now < self.issued_at:
            return "trust-not-yet-valid"
        return "trust-expired" if now >= self.expires_at else ""
