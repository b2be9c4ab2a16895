"""The package: one loan's papers, originals, log entries and proofs in one BagIt ZIP under one signature.

Spec: docs/spec/package.md. `assemble` writes it, the same contents giving the same bytes; `parse` sorts the members
of one that was read, and says what is missing or unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evidence_service.core import bag, container
from evidence_service.core.canonical import parse_strict
from evidence_service.core.erased import Erased, opened_bytes
from evidence_service.core.material import MEMBERS, NAME_OF
from evidence_service.core.metadata import PackageMetadata, metadata_bytes
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.errors import MalformedInputError

README, PDF, FACTS = "data/README.txt", "data/bundle.pdf", "data/facts.json"
LEDGER, METADATA = "data/ledger.json", "data/package.json"
VERIFIER = "data/verify.html"
FIXED = frozenset(
    {bag.BAGIT, bag.BAG_INFO, bag.MANIFEST, bag.TAG_MANIFEST, bag.NOTE, README, PDF, FACTS, LEDGER, METADATA}
)
EVIDENCE = re.compile(r"data/evidence/(\d{6,15})\.(leaf\.json|tlog-proof|disclosures\.json)\Z")
ORIGINAL = re.compile(r"data/originals/([0-9a-f]{64})\.([a-z0-9]{1,8})\Z")
EXTENSION = re.compile(r"[a-z0-9]{1,8}\Z")
LEAF, PROOF, DISCLOSURES = "leaf.json", "tlog-proof", "disclosures.json"
PARTS = (LEAF, PROOF, DISCLOSURES)


class PackageError(MalformedInputError):
    """The contents do not make a package; the message names the member."""

    code = "package-malformed"


@dataclass(frozen=True, slots=True)
class PackagedEvent:
    """One event as packaged: number in the loan's history, exact leaf bytes, tlog-proof text, encoded disclosures.

    `erased` stands where the event's subject was erased; there is nothing to disclose then.
    """

    seq: int
    leaf: bytes
    proof: str
    disclosures: tuple[str, ...]
    erased: Erased | None = None


@dataclass(frozen=True, slots=True)
class PackageContents:
    """Everything that goes into a package.

    `originals` maps SHA-256 in hex to (extension without dot, bytes), `material` a name to its text.
    `verifier` is the page that checks the package without us; empty where none is packed.
    """

    metadata: PackageMetadata
    pdf: bytes
    facts: bytes
    ledger: bytes
    readme: str
    events: tuple[PackagedEvent, ...]
    originals: Mapping[str, tuple[str, bytes]]
    material: Mapping[str, str]
    verifier: bytes = b""


@dataclass(frozen=True, slots=True)
class ParsedPackage:
    """The members of a package, sorted: events by number with their parts, and what is missing or unknown."""

    members: Mapping[str, bytes]
    events: Mapping[int, Mapping[str, bytes]]
    originals: Mapping[str, bytes]
    material: Mapping[str, bytes]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def payload(self) -> dict[str, bytes]:
        """The members under data/."""
        return {name: content for name, content in self.members.items() if name.startswith("data/")}


def assemble(contents: PackageContents, sign_note: Callable[[str], str]) -> bytes:
    """Write a package. `sign_note` returns the C2SP signed note over a text, by the metadata's package key.

    Raises PackageError when it signed with another key: such a package could never be verified.
    """
    metadata = contents.metadata
    payload = _payload(contents)
    members = dict(payload)
    members[bag.BAGIT] = bag.BAGIT_TEXT
    members[bag.BAG_INFO] = bag.bag_info(metadata, payload)
    members[bag.MANIFEST] = bag.manifest_text(payload)
    members[bag.TAG_MANIFEST] = bag.manifest_text({name: members[name] for name in bag.TAGGED})
    text = bag.note_text(metadata.origin, members[bag.TAG_MANIFEST])
    members[bag.NOTE] = sign_note(text).encode()
    note = parse_note(members[bag.NOTE])
    if note.text != text or not verify_ed25519(note, parse_vkey(metadata.package_vkey)):
        raise PackageError(f"{bag.NOTE}: not signed by the package key that {METADATA} names")
    return container.build(members)


def parse(members: Mapping[str, bytes]) -> ParsedPackage:
    """Sort the members of a package. Nothing is judged but their names."""
    events: dict[int, dict[str, bytes]] = {}
    originals: dict[str, bytes] = {}
    material: dict[str, bytes] = {}
    unknown: list[str] = []
    for name, content in members.items():
        if name in FIXED or name == VERIFIER:
            continue
        if ORIGINAL.match(name):
            originals[name] = content
        elif name in NAME_OF:
            material[NAME_OF[name]] = content
        elif (match := EVIDENCE.match(name)) and evidence_name(int(match[1]), match[2]) == name:
            events.setdefault(int(match[1]), {})[match[2]] = content
        else:
            unknown.append(name)
    missing = sorted(FIXED - set(members))
    missing += [evidence_name(seq, part) for seq in sorted(events) for part in PARTS if part not in events[seq]]
    return ParsedPackage(
        members,
        dict(sorted(events.items())),
        dict(sorted(originals.items())),
        material,
        tuple(missing),
        tuple(sorted(unknown)),
    )


def evidence_name(seq: int, part: str) -> str:
    """The member that holds one part of one event's evidence."""
    return f"data/evidence/{seq:06d}.{part}"


def _payload(contents: PackageContents) -> dict[str, bytes]:
    for name, raw in ((FACTS, contents.facts), (LEDGER, contents.ledger)):
        try:
            parse_strict(raw)
        except MalformedInputError as error:
            raise PackageError(f"{name}: {error}") from None
    payload = {
        README: contents.readme.encode(),
        PDF: contents.pdf,
        FACTS: contents.facts,
        LEDGER: contents.ledger,
        METADATA: metadata_bytes(contents.metadata),
    }
    if contents.verifier:
        payload[VERIFIER] = contents.verifier
    payload |= {MEMBERS[name]: text.encode() for name, text in contents.material.items()}
    if tuple(event.seq for event in contents.events) != tuple(entry.seq for entry in contents.metadata.events):
        raise PackageError(f"{METADATA}: events: not the packaged events in their order")
    for event in contents.events:
        payload[evidence_name(event.seq, LEAF)] = event.leaf
        payload[evidence_name(event.seq, PROOF)] = event.proof.encode()
        payload[evidence_name(event.seq, DISCLOSURES)] = opened_bytes(event.disclosures, event.erased)
    for digest, (extension, content) in contents.originals.items():
        name = f"data/originals/{digest}.{extension}"
        if not ORIGINAL.match(name):
            raise PackageError(f"{name[:100]}: an original is named <sha256 in hex>.<extension of a-z 0-9>")
        payload[name] = content
    return payload
