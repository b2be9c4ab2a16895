"""What is being verified, read once: (1) the container and every proof in it parse, versions known.

Spec: docs/spec/verify.md (1). A package, the twin of a PDF and a bare proof all become one `Subject`; what could not
be read is a finding, and the other checks go on with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evidence_service.core import container, package, shape
from evidence_service.core.canonical import CanonicalError, parse_canonical, parse_strict
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.commitment import Disclosure, parse_disclosure
from evidence_service.core.erased import Erased, opened_from
from evidence_service.core.erasure_material import supports
from evidence_service.core.facts import PackagedFact, parse_facts
from evidence_service.core.leaf import Leaf, parse_leaf
from evidence_service.core.material import MEMBERS, Material, MaterialProblem, parse_material, read_material
from evidence_service.core.metadata import PackageMetadata, parse_metadata
from evidence_service.core.note import parse_note
from evidence_service.core.package import PackagedEvent, ParsedPackage
from evidence_service.core.proof import TlogProof, parse_tlog_proof
from evidence_service.core.report import Finding
from evidence_service.core.twin import parse_twin
from evidence_service.errors import MalformedInputError

NO_MATERIAL = Material()
Opened = tuple[tuple[str, ...], Erased | None]
"""The encoded disclosures of an entry, and its erasure if its content was erased."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One log entry with its proof and disclosures. What could not be read is None; `stem` begins its members' names.

    `leaf_problem` is the reason code of check (3), empty where the entry is good. `opened` is None without disclosures;
    `erased` stands where the entry's content was erased.
    """

    stem: str
    seq: int | None
    leaf_raw: bytes | None
    leaf: Leaf | None
    leaf_problem: str
    proof: TlogProof | None
    checkpoint: Checkpoint | None
    opened: tuple[Disclosure, ...] | None
    malformed: int
    erased: Erased | None = None

    @property
    def leaf_name(self) -> str:
        """The member that holds the entry."""
        return f"{self.stem}.{package.LEAF}"

    @property
    def proof_name(self) -> str:
        """The member that holds the proof."""
        return f"{self.stem}.{package.PROOF}"

    @property
    def disclosures_name(self) -> str:
        """The member that holds the disclosures."""
        return f"{self.stem}.{package.DISCLOSURES}"

    @property
    def index(self) -> int | None:
        """The leaf index that the proof names."""
        return None if self.proof is None else self.proof.index

    def fields(self) -> dict[str, Any]:
        """The disclosed fields by dotted name; of two of one name the first counts."""
        return {disclosure.name: disclosure.value for disclosure in reversed(self.opened or ())}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is verified. `found` is what check (1) found; `whole` is False where any part could not be read."""

    kind: Literal["package", "twin", "proof"]
    evidence: tuple[Evidence, ...]
    found: tuple[Finding, ...]
    metadata: PackageMetadata | None = None
    package: ParsedPackage | None = None
    facts: tuple[PackagedFact, ...] | None = None
    material: Material = NO_MATERIAL
    raw: bytes = b""

    @property
    def whole(self) -> bool:
        """Everything could be read."""
        return not self.found

    @property
    def erased(self) -> tuple[Evidence, ...]:
        """The entries whose content was erased."""
        return tuple(one for one in self.evidence if one.erased is not None)

    @property
    def only_said_erased(self) -> tuple[Evidence, ...]:
        """The entries that are called erased, while nothing here shows that the log says so too."""
        told = [one.leaf for one in self.evidence if one.leaf is not None]
        enclosed = self.material.erasure
        if enclosed is not None and enclosed.holds_under(self.checkpoints()):
            told.append(enclosed.leaf)
        return tuple(one for one in self.erased if not supports(told, one.leaf))

    def checkpoints(self) -> dict[str, Checkpoint]:
        """Every distinct signed checkpoint, by its note text; the package's own first."""
        notes: dict[str, Checkpoint] = {}
        if self.metadata is not None:
            notes[self.metadata.checkpoint] = _checkpoint(self.metadata.checkpoint)
        for one in self.evidence:
            if one.proof is not None and one.checkpoint is not None:
                notes.setdefault(one.proof.note, one.checkpoint)
        return notes


def read_package(raw: bytes, limits: container.Limits | None = None) -> Subject:
    """Read a package ZIP."""
    try:
        members = container.read(raw, limits)
    except container.ContainerError as error:
        return Subject("package", (), (Finding(error.code, params={"detail": str(error)}),))
    parsed = package.parse(members)
    found = [Finding("member-missing", name) for name in parsed.missing]
    found += [Finding("member-unknown", name) for name in parsed.unknown]
    metadata = _metadata(members.get(package.METADATA), found)
    facts = _facts(members.get(package.FACTS), found)
    _ledger(members.get(package.LEDGER), found)
    material, problems = read_material(parsed.material)
    found += [_material(one, MEMBERS[one.name]) for one in problems]
    if not parsed.events:
        found.append(Finding("package-malformed", package.METADATA, params={"detail": "no event is packaged"}))
    evidence = tuple(_packaged(seq, parts, found) for seq, parts in parsed.events.items())
    return Subject("package", evidence, tuple(found), metadata, parsed, facts, material, raw)


def read_twin(raw: bytes) -> Subject:
    """Read evidence.json, the twin inside a PDF."""
    try:
        metadata, events, texts = parse_twin(raw)
        _checkpoint(metadata.checkpoint)
    except shape.VersionError:
        return Subject("twin", (), (Finding("version-unknown", "evidence.json"),))
    except MalformedInputError as error:
        return Subject("twin", (), (Finding("twin-malformed", "evidence.json", params={"detail": str(error)}),))
    found: list[Finding] = []
    if not events:
        found.append(Finding("twin-malformed", "evidence.json", params={"detail": "it holds no event"}))
    evidence = tuple(_twin_evidence(event, found) for event in events)
    material, problems = read_material(texts)
    found += [_material(one, f"evidence.json/material/{one.name}") for one in problems]
    return Subject("twin", evidence, tuple(found), metadata, material=material)


def read_proof(
    proof: bytes, leaf: bytes, disclosures: bytes | None, stem: str, material: bytes | None = None
) -> Subject:
    """Read a bare proof with its log entry, and disclosures and material if there are any."""
    found: list[Finding] = []
    texts, name = {}, f"{stem}.material.json"
    if material is not None:
        try:
            texts = parse_material(material)
        except MalformedInputError as error:
            found.append(Finding("package-malformed", name, params={"detail": str(error)}))
    read, problems = read_material(texts)
    found += [_material(one, name) for one in problems]
    opened = None if disclosures is None else _disclosure_list(disclosures, stem, None, found)
    evidence = _evidence(stem, None, leaf, proof, opened=opened, found=found)
    return Subject("proof", (evidence,), tuple(found), material=read)


def _packaged(seq: int, parts: Mapping[str, bytes], found: list[Finding]) -> Evidence:
    stem = f"data/evidence/{seq:06d}"
    opened = _disclosure_list(parts.get(package.DISCLOSURES), stem, seq, found)
    return _evidence(stem, seq, parts.get(package.LEAF), parts.get(package.PROOF), opened=opened, found=found)


def _twin_evidence(event: PackagedEvent, found: list[Finding]) -> Evidence:
    stem = f"evidence.json/{event.seq:06d}"
    opened = (event.disclosures, event.erased)
    return _evidence(stem, event.seq, event.leaf, event.proof.encode(), opened=opened, found=found)


def _evidence(
    stem: str,
    seq: int | None,
    leaf_raw: bytes | None,
    proof_raw: bytes | None,
    *,
    opened: Opened | None,
    found: list[Finding],
) -> Evidence:
    leaf, problem = (None, "") if leaf_raw is None else _leaf(leaf_raw)
    proof, checkpoint = None, None
    if proof_raw is not None:
        try:
            proof = parse_tlog_proof(proof_raw)
            checkpoint = proof.checkpoint()
        except MalformedInputError as error:
            found.append(Finding("proof-malformed", f"{stem}.{package.PROOF}", seq, params={"detail": str(error)}))
    encoded, erased = opened or (None, None)
    read, malformed = (None, 0) if encoded is None else _open(encoded)
    return Evidence(stem, seq, leaf_raw, leaf, problem, proof, checkpoint, read, malformed, erased)


def _leaf(raw: bytes) -> tuple[Leaf | None, str]:
    """(3) for one entry: canonical bytes of a known kind, type and version."""
    try:
        leaf = parse_leaf(raw)
    except CanonicalError:
        return None, "leaf-not-canonical"
    except MalformedInputError:
        return None, "leaf-malformed"
    return leaf, "" if leaf.type_version == CATALOGUE[leaf.type].version else "type-version-unknown"


def _open(encoded: tuple[str, ...]) -> tuple[tuple[Disclosure, ...], int]:
    opened, malformed = [], 0
    for text in encoded:
        try:
            opened.append(parse_disclosure(text))
        except MalformedInputError:
            malformed += 1
    return tuple(opened), malformed


def _disclosure_list(raw: bytes | None, stem: str, seq: int | None, found: list[Finding]) -> Opened | None:
    if raw is None:
        return None
    name = f"{stem}.{package.DISCLOSURES}"
    try:
        return opened_from(parse_canonical(raw), "disclosures")
    except MalformedInputError as error:
        found.append(Finding("package-malformed", name, seq, params={"detail": str(error)}))
        return None


def _metadata(raw: bytes | None, found: list[Finding]) -> PackageMetadata | None:
    if raw is None:
        return None
    try:
        metadata = parse_metadata(raw)
        _checkpoint(metadata.checkpoint)
    except shape.VersionError:
        found.append(Finding("version-unknown", package.METADATA))
    except MalformedInputError as error:
        found.append(Finding("package-malformed", package.METADATA, params={"detail": str(error)}))
    else:
        return metadata
    return None


def _facts(raw: bytes | None, found: list[Finding]) -> tuple[PackagedFact, ...] | None:
    if raw is None:
        return None
    try:
        return parse_facts(raw)
    except MalformedInputError as error:
        found.append(Finding("package-malformed", package.FACTS, params={"detail": str(error)}))
        return None


def _ledger(raw: bytes | None, found: list[Finding]) -> None:
    if raw is None:
        return
    try:
        parse_strict(raw)
    except MalformedInputError as error:
        found.append(Finding("package-malformed", package.LEDGER, params={"detail": str(error)}))


def _material(problem: MaterialProblem, member: str) -> Finding:
    return Finding("package-malformed", member, params={"detail": problem.detail})


def _checkpoint(note: str) -> Checkpoint:
    return parse_checkpoint(parse_note(note.encode()).text)
