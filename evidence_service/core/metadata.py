"""data/package.json: whose package this is, which loan, and the one checkpoint that all its proofs stand under.

Spec: docs/spec/package.md (package.json). Keys and chain named here come from a party: they are claims until a trust
file confirms them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import INSTITUTION
from evidence_service.core.leaf import LOAN_REFERENCE
from evidence_service.core.note import ED25519, parse_vkey

KIND = "proofdocket.package"
NAMES = frozenset(
    [
        "v",
        "kind",
        "institution",
        "credit_code",
        "our_reference",
        "as_of",
        "recipient",
        "loan",
        "origin",
        "log_vkey",
        "package_vkey",
        "tree_size",
        "root",
        "checkpoint",
        "chain",
        "events",
        "draft",
        "sample",
    ]
)
CHAIN_NAMES = frozenset(["chain_id", "genesis", "contract", "code_hash", "log_id", "tx", "block"])
EVENT_NAMES = frozenset({"seq", "index", "type"})
RECIPIENT = re.compile(r"(court|mediator|(defendant|guarantor):[1-9][0-9]?)\Z")


@dataclass(frozen=True, slots=True)
class ChainClaim:
    """Where the package says that its checkpoint is anchored. Hashes and addresses are lower-case hex with 0x."""

    chain_id: int
    genesis: str
    contract: str
    code_hash: str
    log_id: str
    tx: str
    block: int


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One packaged event: its number in the loan's history, its leaf index, its type."""

    seq: int
    index: int
    type: str


@dataclass(frozen=True, slots=True)
class PackageMetadata:
    """What data/package.json says. `loan` is the random loan reference; `root` is hex; `checkpoint` the note text.

    `recipient` names whose disclosure set the package is made for.
    """

    institution: str
    credit_code: str
    our_reference: str
    as_of: str
    loan: str
    origin: str
    log_vkey: str
    package_vkey: str
    tree_size: int
    root: str
    checkpoint: str
    chain: ChainClaim | None
    events: tuple[EventEntry, ...]
    draft: bool
    sample: bool
    recipient: str = "court"


def metadata_bytes(metadata: PackageMetadata) -> bytes:
    """Write data/package.json in canonical form. Raises MalformedInputError where a field is not in its form."""
    raw = canonical_bytes(metadata_json(metadata))
    parse_metadata(raw)
    return raw


def metadata_json(metadata: PackageMetadata) -> dict[str, Any]:
    """data/package.json as a JSON value."""
    chain = metadata.chain
    return {
        "v": 1,
        "kind": KIND,
        "institution": metadata.institution,
        "credit_code": metadata.credit_code,
        "our_reference": metadata.our_reference,
        "as_of": metadata.as_of,
        "recipient": metadata.recipient,
        "loan": metadata.loan,
        "origin": metadata.origin,
        "log_vkey": metadata.log_vkey,
        "package_vkey": metadata.package_vkey,
        "tree_size": metadata.tree_size,
        "root": metadata.root,
        "checkpoint": metadata.checkpoint,
        "chain": None if chain is None else _chain_json(chain),
        "events": [{"seq": event.seq, "index": event.index, "type": event.type} for event in metadata.events],
        "draft": metadata.draft,
        "sample": metadata.sample,
    }


def parse_metadata(raw: bytes) -> PackageMetadata:
    """Read data/package.json strictly; it must be canonical and every member of its kind."""
    return metadata_from(parse_canonical(raw), "package.json")


def metadata_from(value: Any, place: str) -> PackageMetadata:
    """Read the JSON value of data/package.json (the PDF twin holds the same value)."""
    shape.check_version(value, KIND, place)
    shape.members_of(value, NAMES, place)
    origin = shape.text(value["origin"], f"{place}.origin", shape.LINE)
    return PackageMetadata(
        institution=shape.text(value["institution"], f"{place}.institution", INSTITUTION),
        credit_code=shape.text(value["credit_code"], f"{place}.credit_code", shape.CREDIT_CODE),
        our_reference=shape.text(value["our_reference"], f"{place}.our_reference", shape.LINE),
        as_of=shape.day(value["as_of"], f"{place}.as_of"),
        loan=shape.text(value["loan"], f"{place}.loan", LOAN_REFERENCE),
        origin=origin,
        log_vkey=ed25519_vkey(value["log_vkey"], origin, f"{place}.log_vkey"),
        package_vkey=ed25519_vkey(value["package_vkey"], package_key_name(origin), f"{place}.package_vkey"),
        tree_size=shape.whole(value["tree_size"], f"{place}.tree_size", least=1),
        root=shape.text(value["root"], f"{place}.root", shape.HEX_32),
        checkpoint=shape.text(value["checkpoint"], f"{place}.checkpoint"),
        chain=None if value["chain"] is None else _chain(value["chain"], f"{place}.chain"),
        events=tuple(
            _event(item, f"{place}.events[{position}]")
            for position, item in enumerate(shape.items(value["events"], f"{place}.events"))
        ),
        draft=shape.flag(value["draft"], f"{place}.draft"),
        sample=shape.flag(value["sample"], f"{place}.sample"),
        recipient=shape.text(value["recipient"], f"{place}.recipient", RECIPIENT),
    )


def package_key_name(origin: str) -> str:
    """The name of the key that signs an institution's packages."""
    return f"{origin}/package"


def ed25519_vkey(value: Any, name: str, place: str) -> str:
    """A C2SP verifier key of this name, Ed25519."""
    text = shape.text(value, place)
    key = parse_vkey(text)
    if key.name != name or key.algorithm != ED25519:
        raise shape.ShapeError(f"{place}: an Ed25519 key named {name}")
    return text


def _chain_json(chain: ChainClaim) -> dict[str, Any]:
    """Ethereum tools mix cases in addresses to carry a checksum; here hex is lower case."""
    values = {name: getattr(chain, name) for name in sorted(CHAIN_NAMES)}
    return {name: value.lower() if isinstance(value, str) else value for name, value in values.items()}


def _chain(value: Any, place: str) -> ChainClaim:
    shape.members_of(value, CHAIN_NAMES, place)
    return ChainClaim(
        chain_id=shape.whole(value["chain_id"], f"{place}.chain_id", least=1),
        genesis=shape.text(value["genesis"], f"{place}.genesis", shape.HASH_0X),
        contract=shape.text(value["contract"], f"{place}.contract", shape.ADDRESS_0X),
        code_hash=shape.text(value["code_hash"], f"{place}.code_hash", shape.HASH_0X),
        log_id=shape.text(value["log_id"], f"{place}.log_id", shape.HASH_0X),
        tx=shape.text(value["tx"], f"{place}.tx", shape.HASH_0X),
        block=shape.whole(value["block"], f"{place}.block"),
    )


def _event(value: Any, place: str) -> EventEntry:
    shape.members_of(value, EVENT_NAMES, place)
    return EventEntry(
        seq=shape.whole(value["seq"], f"{place}.seq"),
        index=shape.whole(value["index"], f"{place}.index"),
        type=shape.text(value["type"], f"{place}.type", shape.LINE),
    )
