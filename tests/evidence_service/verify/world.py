"""A small world to verify: one lender with real keys and a real tree in memory, a loan, a package, a trust file.

No database: only the pure core. Everything is deterministic, so a failing byte can be found again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_service.core import anchor_view, bag, container, package, trust
from evidence_service.core.anchor_view import ChainUnreachableError
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.commitment import commit, digests
from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import event_from
from evidence_service.core.keccak import keccak256
from evidence_service.core.leaf import leaf_bytes
from evidence_service.core.merkle import fold_level, inclusion_proof, leaf_hash, root_of
from evidence_service.core.metadata import ChainClaim, EventEntry, PackageMetadata, parse_metadata
from evidence_service.core.note import ED25519, NoteSignature, VerifierKey, format_note
from evidence_service.core.package import PackageContents, PackagedEvent
from evidence_service.core.proof import TlogProof
from evidence_service.errors import MalformedInputError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
START = datetime(2026, 1, 5, 2, 3, 4, tzinfo=UTC)
CREDIT_CODE = "91350000MA0000000X"
CODE = b"\x60\x80\x60\x40 runtime code of the anchor contract"
CONTRACT = "0x" + "c0" * 20
SUBMITTER = "0x" + "5b" * 20
GENESIS = "0x" + "11" * 32
CHAIN_ID = 31337
ORIGINAL = b"%PDF-1.4 the signed loan contract, as an original\n"


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key with a name, from a seed."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, name: str, seed: str) -> Signer:
        return cls(name, Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest()))

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, ED25519, self.key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        return str(self.verifier)

    def sign_note(self, text: str) -> str:
        return format_note(text, [NoteSignature(self.name, self.verifier.key_id, self.key.sign(text.encode()))])


@dataclass(frozen=True)
class Entry:
    """One logged event with its disclosures by name."""

    leaf: bytes
    disclosures: Mapping[str, str]


@dataclass(frozen=True)
class World:
    """A lender: keys and log. The loan under test has the leaves `mine`, others lie between them."""

    institution: str
    log: Signer
    package: Signer
    entries: tuple[Entry, ...]
    mine: tuple[int, ...]
    reference: str

    @property
    def hashes(self) -> list[bytes]:
        return [leaf_hash(entry.leaf) for entry in self.entries]

    @property
    def root(self) -> bytes:
        return root_of(self.hashes)

    @property
    def checkpoint(self) -> str:
        return self.log.sign_note(Checkpoint(self.log.name, len(self.entries), self.root).text())

    def path(self, index: int) -> tuple[bytes, ...]:
        return inclusion_proof(subtrees(self.hashes), index, len(self.entries))

    def proof(self, index: int) -> str:
        return TlogProof(index, self.path(index), self.checkpoint).text()

    @property
    def log_id(self) -> str:
        return anchor_view.log_id_of(self.log.name, self.log.verifier.public_key, CHAIN_ID, CONTRACT, SUBMITTER)

    @property
    def claim(self) -> ChainClaim:
        code_hash = "0x" + keccak256(CODE).hex()
        return ChainClaim(CHAIN_ID, GENESIS, CONTRACT, code_hash, self.log_id, "0x" + "77" * 32, 7)

    @property
    def metadata(self) -> PackageMetadata:
        return PackageMetadata(
            institution=self.institution,
            credit_code=CREDIT_CODE,
            our_reference="PD-2026-000001",
            as_of="2026-05-31",
            loan=self.reference,
            origin=self.log.name,
            log_vkey=self.log.vkey,
            package_vkey=self.package.vkey,
            tree_size=len(self.entries),
            root=self.root.hex(),
            checkpoint=self.checkpoint,
            chain=self.claim,
            events=tuple(
                EventEntry(seq, index, json.loads(self.entries[index].leaf)["type"])
                for seq, index in enumerate(self.mine)
            ),
            draft=False,
            sample=True,
        )

    @property
    def packaged(self) -> tuple[PackagedEvent, ...]:
        return tuple(
            PackagedEvent(
                seq,
                self.entries[index].leaf,
                self.proof(index),
                tuple(self.entries[index].disclosures.values()),
            )
            for seq, index in enumerate(self.mine)
        )

    @property
    def contents(self) -> PackageContents:
        facts = [
            fact("loan.first_amount", "1000.00", "E-0", "payload.amount"),
            fact("loan.days", "12", "", "", state="derived"),
        ]
        return PackageContents(
            metadata=self.metadata,
            pdf=b"%PDF-1.7 papers",
            facts=json.dumps(facts).encode(),
            ledger=b"[]",
            readme="How to verify this package.\n",
            events=self.packaged,
            originals={sha256_hex(ORIGINAL): ("pdf", ORIGINAL)},
            material=self.material,
        )

    @property
    def material(self) -> dict[str, str]:
        return {}

    def package_zip(self, contents: PackageContents | None = None) -> bytes:
        return package.assemble(contents or self.contents, self.package.sign_note)

    def trust(self, **changes: Any) -> trust.TrustFile:
        log = trust.PinnedLog(
            institution=self.institution,
            credit_code=CREDIT_CODE,
            origin=self.log.name,
            keys=(trust.PinnedKey(self.log.vkey),),
            package_keys=(trust.PinnedKey(self.package.vkey),),
            log_ids=(self.log_id,),
        )
        chain = trust.PinnedChain(
            CHAIN_ID, GENESIS, CONTRACT, "0x" + keccak256(CODE).hex(), trust.ChainGrade.CONSORTIUM, 2
        )
        pinned = trust.TrustFile(
            version=1,
            issuer="Court of the tests",
            issued_at=NOW - timedelta(days=30),
            expires_at=NOW + timedelta(days=30),
            logs=(log,),
            chains=(chain,),
            required=(1, 2, 3, 4, 5, 6, 8, 9),
        )
        return replace(pinned, **changes)


def fact(key: str, value: str, event: str, field: str, state: str = "proven") -> dict[str, Any]:
    return {"key": key, "value": value, "state": state, "event": event, "field": field, "exhibit": 1}


def make_world(
    seed: str = "lender",
    *,
    institution: str = "sample-cf",
    origin: str = "log.example.test/sample-cf",
    events: int = 3,
    others: int = 2,
    captured: Callable[[int], datetime] | None = None,
    occurred: Callable[[int], datetime] | None = None,
) -> World:
    """A lender whose loan under test has `events` entries, `others` entries of another loan before each."""
    captured = captured or (lambda number: START + timedelta(minutes=number))
    occurred = occurred or (lambda number: captured(number) - timedelta(minutes=30))
    entries: list[Entry] = []
    mine: list[int] = []
    loans: dict[str, tuple[int, str]] = {"mine": (0, ""), "other": (0, "")}
    references = {name: reference_of(seed + name) for name in loans}
    for number in range(events):
        for loan in ("other",) * others + ("mine",):
            position = len(entries)
            sequence, previous = loans[loan]
            value = event_value(institution, loan, f"E-{sequence}" if loan == "mine" else f"O-{sequence}", number)
            value["occurred_at"] = occurred(position).isoformat().replace("+00:00", "Z")
            event = event_from(value)
            opened = commit(event, sha256(f"{seed}{position}".encode()).digest())
            leaf = leaf_bytes(event, references[loan], sequence, previous, captured(position), digests(opened))
            loans[loan] = (sequence + 1, leaf_hash(leaf).hex())
            if loan == "mine":
                mine.append(position)
            entries.append(Entry(leaf, {one.name: one.encoded for one in opened}))
    return World(
        institution,
        Signer.from_seed(origin, seed + "log"),
        Signer.from_seed(f"{origin}/package", seed + "package"),
        tuple(entries),
        tuple(mine),
        references["mine"],
    )


def event_value(institution: str, loan: str, event_id: str, number: int) -> dict[str, Any]:
    value: dict[str, Any] = {
        "id": event_id,
        "institution": institution,
        "loan": f"LOAN-{loan}",
        "type": "payment.received",
        "type_version": 1,
        "actor": {"role": "system", "org": "lender"},
        "source": {"system": "core", "mechanism": "automatic", "version": "1"},
        "payload": {"amount": "1000.00", "currency": "CNY", "received_on": "2026-01-05", "instalment": number},
    }
    if number == 0:
        value["attachments"] = [
            {
                "name": "contract.pdf",
                "media_type": "application/pdf",
                "size": len(ORIGINAL),
                "sha256": sha256_hex(ORIGINAL),
                "sm3": sm3_hex(ORIGINAL),
            }
        ]
    return value


def reference_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:22]


def subtrees(hashes: Sequence[bytes]) -> Callable[[int, int], bytes]:
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        levels.append(fold_level(levels[-1]))
    return lambda level, index: levels[level][index]


@dataclass
class Chain:
    """A chain in memory that holds what an honest chain would, until a test changes it. It decodes the calls."""

    world: World
    identity: int = CHAIN_ID
    genesis: str = GENESIS
    runtime: bytes = CODE
    submitter: str = SUBMITTER
    roots: dict[int, bytes] | None = None
    anchored: tuple[int, ...] = (7,)
    newest: int = 20
    away: bool = False
    time: datetime = START + timedelta(days=1)

    def chain_id(self) -> int:
        if self.away:
            raise ChainUnreachableError("eth_chainId: ConnectionRefusedError")
        return self.identity

    def head(self) -> int:
        return self.newest

    def block(self, number: int) -> tuple[str, datetime]:
        return (self.genesis if number == 0 else "0x" + "22" * 32), self.time

    def code(self, address: str) -> bytes:
        return self.runtime if address == CONTRACT else b""

    def call(self, address: str, data: bytes) -> bytes:
        assert address == CONTRACT
        known = data[4:36].hex() == self.world.log_id[2:]
        if data[:4] == keccak256(b"registrantOf(bytes32)")[:4]:
            return (bytes.fromhex(self.submitter[2:]) if known else b"").rjust(32, b"\0")
        assert data[:4] == keccak256(b"rootAt(bytes32,uint64)")[:4]
        roots = {len(self.world.entries): self.world.root} if self.roots is None else self.roots
        return roots.get(int.from_bytes(data[36:], "big"), bytes(32)) if known else bytes(32)

    def event_blocks(self, address: str, topics: Sequence[str], first: int) -> tuple[int, ...]:
        assert topics[0] == "0x" + keccak256(b"Anchored(bytes32,uint64,bytes32,uint64)").hex()
        return tuple(block for block in self.anchored if block >= first)


def reseal(world: World, members: Mapping[str, bytes], *, sign: bool = True) -> bytes:
    """Write the package anew around changed members, as somebody would who holds the package key (or does not)."""
    payload = {name: content for name, content in members.items() if name.startswith("data/")}
    changed = dict(members)
    with suppress(MalformedInputError):
        changed[bag.BAG_INFO] = bag.bag_info(parse_metadata(members[package.METADATA]), payload)
    changed[bag.MANIFEST] = bag.manifest_text(payload)
    changed[bag.TAG_MANIFEST] = bag.manifest_text({name: changed[name] for name in bag.TAGGED if name in changed})
    if sign:
        text = bag.note_text(world.log.name, changed[bag.TAG_MANIFEST])
        changed[bag.NOTE] = world.package.sign_note(text).encode()
    return container.build(changed)
