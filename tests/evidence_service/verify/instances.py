"""A whole instance in memory: log, map, witnesses, auditor, timestamp authority, chain, and a trust file of its own.

An honest lender has one, and so has an attacker: nothing in a package tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.cosignature import cosign
from evidence_service.core.note import COSIGNATURE_ED25519, VerifierKey, format_note, parse_note
from evidence_service.core.timestamps_material import timestamps_text
from evidence_service.core.trust import PinnedAuthority, PinnedKey, TrustFile
from evidence_service.core.trust_note import read_trust, trust_text
from tests.evidence_service.verify.mapped import MappedWorld, make_mapped
from tests.evidence_service.verify.world import START, Chain, Signer
from tests.simulators.timestamp_authority import Authority

SEEN = START + timedelta(hours=2)
STAMPED = START + timedelta(hours=3)


@dataclass(frozen=True)
class Witness:
    """A witness with an Ed25519 cosigning key."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, name: str, seed: str) -> Witness:
        return cls(name, Signer.from_seed(name, seed).key)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, COSIGNATURE_ED25519, self.key.public_key().public_bytes_raw())

    @property
    def pin(self) -> PinnedKey:
        return PinnedKey(str(self.verifier))


@dataclass(frozen=True)
class Cosigned(MappedWorld):
    """A world whose checkpoint witnesses cosigned and an authority stamped, at the given times."""

    seen: tuple[tuple[Witness, datetime], ...] = ()
    stamps: tuple[tuple[Authority, datetime], ...] = ()

    @property
    def signed_text(self) -> str:
        return Checkpoint(self.log.name, len(self.entries), self.root).text()

    @property
    def checkpoint(self) -> str:
        text = self.signed_text
        lines = list(parse_note(self.log.sign_note(text).encode()).signatures)
        for witness, at in self.seen:
            lines.append(cosign(witness.verifier, witness.key.sign, int(at.timestamp()), text))
        return format_note(text, lines)

    @property
    def material(self) -> dict[str, str]:
        if not self.stamps:
            return super().material
        tokens = [authority.token(self.signed_text.encode(), at) for authority, at in self.stamps]
        return {**super().material, "timestamps": timestamps_text(tokens)}


@dataclass(frozen=True)
class Instance:
    """Everything that one party runs, and the issuer that signs its trust file."""

    world: Cosigned
    witnesses: tuple[Witness, ...]
    auditor: Signer
    authority: Authority
    issuer: Signer

    @property
    def chain(self) -> Chain:
        return Chain(self.world)

    @property
    def package(self) -> bytes:
        return self.world.package_zip()

    def trust(self, **changes: Any) -> TrustFile:
        """What its issuer pins: everything, and all ten checks required."""
        pinned = self.world.trust(
            issuer_vkey=self.issuer.vkey,
            witnesses=tuple(witness.pin for witness in self.witnesses),
            quorum=2,
            auditors=(PinnedKey(self.auditor.vkey),),
            authorities=(PinnedAuthority("The instance's authority", self.authority.root.der),),
            required=tuple(range(1, 11)),
        )
        return replace(pinned, **changes)

    def trust_file(self, **changes: Any) -> bytes:
        """The signed trust file."""
        return self.issuer.sign_note(trust_text(self.trust(**changes))).encode()

    def pinned(self, **changes: Any) -> TrustFile:
        """The trust file as a reader has it who pinned this issuer."""
        return read_trust(self.trust_file(**changes), self.issuer.vkey)


def make_instance(seed: str, **options: Any) -> Instance:
    """A whole instance from a seed: other seeds have other keys under the same names."""
    mapped = make_mapped(seed=seed, **options)
    witnesses = tuple(Witness.from_seed(f"witness-{n}.example", f"{seed} witness {n}") for n in range(3))
    authority = Authority.of(name=f"{seed} tsa")
    parts = (mapped.institution, mapped.log, mapped.package, mapped.entries, mapped.mine, mapped.reference)
    world = Cosigned(
        *parts,
        mapped.states,
        seen=tuple((witness, SEEN + timedelta(minutes=n)) for n, witness in enumerate(witnesses)),
        stamps=((authority, STAMPED),),
    )
    auditor = Signer.from_seed("auditor.example", f"{seed} auditor")
    audited = replace(world, notes=(auditor.sign_note(world.audit.text()),))
    return Instance(audited, witnesses, auditor, authority, Signer.from_seed("court.example/trust", f"{seed} court"))
