"""(2) File ↔ digest: the signed manifest, every member under it, every original as disclosed, the container itself.

Spec: docs/spec/verify.md (2), docs/spec/package.md (Manifests). From the signature down: it covers the tag manifest,
that covers the manifest, that covers the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core import bag, container
from evidence_service.core.checks.erased import erased_finding
from evidence_service.core.checks.subject import Subject
from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import format_instant
from evidence_service.core.independent_time import TimeStatement
from evidence_service.core.metadata import PackageMetadata
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.core.package import ORIGINAL, ParsedPackage
from evidence_service.core.reasons import REASONS, CheckState
from evidence_service.core.report import Finding
from evidence_service.core.trust import PinnedLog
from evidence_service.errors import MalformedInputError

ATTACHMENT = re.compile(r"attachments\.(0|[1-9][0-9]*)\.sha256\Z")


@dataclass(frozen=True, slots=True)
class _Attachment:
    seq: int | None
    index: int | None
    size: object
    sm3: object


@dataclass(frozen=True, slots=True)
class Moments:
    """When it is now, and what pinned parties say of the time of the checkpoint that the package stands under."""

    now: datetime
    statements: tuple[TimeStatement, ...] = ()

    @property
    def made_after(self) -> datetime | None:
        """The package holds these statements, so it was made after the last of them."""
        return max((one.time for one in self.statements if one.revoked_at is None), default=None)


def check_files(
    subject: Subject, pinned: PinnedLog | None, pdf_sha256: str, moments: Moments
) -> tuple[list[Finding], Finding]:
    """What was found, and what stands if nothing was. `pinned` is the log in the trust file, if it is in force."""
    erased = [erased_finding(subject, "files-erased")] if subject.erased else []
    if subject.kind == "proof":
        return [], (*erased, Finding("no-files"))[0]
    if subject.kind == "twin":
        found = _other_key(subject.metadata, pinned, "evidence.json")
        return found, Finding("pdf-pages-not-covered", params={"sha256": pdf_sha256 and f" {pdf_sha256}"})
    parsed = subject.package
    if parsed is None:
        return [], Finding("not-reached")
    found = [*_signature(parsed.members, subject.metadata, pinned), *_tag_files(parsed.members)]
    found += _listed(bag.MANIFEST, parsed.members, parsed.payload)
    found += _bag_info(parsed, subject.metadata)
    found += _originals(subject, parsed)
    if not found:
        found += _key_ended(subject.metadata, pinned, moments)
    if all(REASONS[one.code].state is not CheckState.FAILED for one in found) and not container.is_canonical(
        subject.raw, parsed.members
    ):
        found.append(Finding("container-not-original"))
    if subject.metadata is None:
        return found, Finding("not-reached")
    if erased:
        return found, erased[0]
    code = "digests-match-own-key" if pinned is None else "digests-match"
    counts = {"count": str(len(parsed.members)), "originals": str(len(parsed.originals))}
    return found, Finding(code, params=counts)


def _other_key(metadata: PackageMetadata | None, pinned: PinnedLog | None, member: str) -> list[Finding]:
    if metadata is None or pinned is None or any(metadata.package_vkey == pin.vkey for pin in pinned.package_keys):
        return []
    return [Finding("package-key-not-pinned", member)]


def _key_ended(metadata: PackageMetadata | None, pinned: PinnedLog | None, moments: Moments) -> Iterator[Finding]:
    """Nothing in a package shows that it was sealed before a day; its statements show that it was sealed after one."""
    pins = () if metadata is None or pinned is None else pinned.package_keys
    pin = next((pin for pin in pins if metadata is not None and pin.vkey == metadata.package_vkey), None)
    if pin is None:
        return
    if pin.not_before is not None and moments.now < pin.not_before:
        yield Finding("package-key-not-in-force", bag.NOTE, params={"date": format_instant(pin.not_before)})
    ends = [end for end in (pin.not_after, pin.revoked_at) if end is not None and end <= moments.now]
    if ends:
        after = moments.made_after is not None and moments.made_after >= min(ends)
        code = "package-key-not-in-force" if after else "package-key-time-unknown"
        yield Finding(code, bag.NOTE, params={"date": format_instant(min(ends))})


def _signature(
    members: Mapping[str, bytes], metadata: PackageMetadata | None, pinned: PinnedLog | None
) -> Iterator[Finding]:
    raw, tag_manifest = members.get(bag.NOTE), members.get(bag.TAG_MANIFEST)
    if raw is None or tag_manifest is None or metadata is None:
        return
    yield from _other_key(metadata, pinned, bag.NOTE)
    try:
        note = parse_note(raw)
        good = bag.signs_this(note, metadata.origin, tag_manifest)
        good = good and verify_ed25519(note, parse_vkey(metadata.package_vkey))
    except MalformedInputError:
        good = False
    if not good:
        yield Finding("manifest-signature-invalid", bag.NOTE)


def _tag_files(members: Mapping[str, bytes]) -> Iterator[Finding]:
    if members.get(bag.BAGIT, bag.BAGIT_TEXT) != bag.BAGIT_TEXT:
        yield Finding("manifest-malformed", bag.BAGIT)
    yield from _listed(bag.TAG_MANIFEST, members, {name: members[name] for name in bag.TAGGED if name in members})


def _listed(manifest: str, members: Mapping[str, bytes], files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Every file is listed, every listed file is here, and each has its digest."""
    raw = members.get(manifest)
    if raw is None:
        return
    try:
        listed = bag.parse_manifest(raw)
    except bag.ManifestError:
        yield Finding("manifest-malformed", manifest)
        return
    for name in sorted(set(listed) | set(files)):
        if name not in files:
            yield Finding("member-absent", name)
        elif name not in listed:
            yield Finding("member-unlisted", name)
        elif sha256_hex(files[name]) != listed[name]:
            yield Finding("digest-mismatch", name)


def _bag_info(parsed: ParsedPackage, metadata: PackageMetadata | None) -> Iterator[Finding]:
    raw = parsed.members.get(bag.BAG_INFO)
    if raw is not None and metadata is not None and raw != bag.bag_info(metadata, parsed.payload):
        yield Finding("bag-info-mismatch", bag.BAG_INFO)


def _originals(subject: Subject, parsed: ParsedPackage) -> Iterator[Finding]:
    if not parsed.originals:
        return
    disclosed = _attachments(subject)
    for name, content in parsed.originals.items():
        match = ORIGINAL.match(name)
        attachment = disclosed.get(match[1]) if match else None
        if attachment is None:
            yield Finding("original-unbound", name)
            continue
        wrong = [
            what
            for what, good in (
                ("sha256", match is not None and sha256_hex(content) == match[1]),
                ("size", len(content) == attachment.size and not isinstance(attachment.size, bool)),
                ("sm3", sm3_hex(content) == attachment.sm3),
            )
            if not good
        ]
        if wrong:
            yield Finding("original-mismatch", name, attachment.seq, attachment.index, wrong[0])


def _attachments(subject: Subject) -> dict[str, _Attachment]:
    """Disclosed attachments that name SHA-256, SM3 and size, by SHA-256."""
    found: dict[str, _Attachment] = {}
    for one in subject.evidence:
        fields = one.fields()
        places = [match[1] for match in map(ATTACHMENT.match, fields) if match]
        for place in sorted(places, key=lambda number: (len(number), number)):
            digest, size, sm3 = (f"attachments.{place}.{part}" for part in ("sha256", "size", "sm3"))
            if isinstance(fields[digest], str) and size in fields and sm3 in fields:
                found.setdefault(fields[digest], _Attachment(one.seq, one.index, fields[size], fields[sm3]))
    return found
