"""The BagIt frame of a package: manifests of every file, and the institution's signature over them.

Spec: docs/spec/package.md (Manifests), RFC 8493 sections 2.1 to 2.2, https://c2sp.org/signed-note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

from evidence_service.core.metadata import PackageMetadata
from evidence_service.core.note import SignedNote
from evidence_service.errors import MalformedInputError

BAGIT, BAG_INFO = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST, NOTE = "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.note"
TAGGED = (BAG_INFO, BAGIT, MANIFEST)
BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
NOTE_DOMAIN = "proofdocket.package/v1"
LINE = re.compile(r"([0-9a-f]{64})  ([!-~]+)\Z")


class ManifestError(MalformedInputError):
    """A manifest does not follow RFC 8493 in our one spelling of it."""

    code = "manifest-malformed"


def manifest_text(files: Mapping[str, bytes]) -> bytes:
    """Write a manifest: one line a file, SHA-256 in hex, two spaces, path; sorted by path."""
    return "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode("ascii")


def parse_manifest(raw: bytes) -> dict[str, str]:
    """Read a manifest strictly: path -> SHA-256 in hex, in order of the paths, no path twice."""
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        raise ManifestError("a manifest is ASCII") from None
    lines = text.split("\n")
    if lines.pop():
        raise ManifestError("a manifest ends in a newline")
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        match = LINE.match(line)
        if match is None:
            raise ManifestError(f"line {number}: not <sha256>  <path>")
        found[match[2]] = match[1]
    if list(found) != sorted(found) or len(found) != len(lines):
        raise ManifestError("paths are not in order, or one occurs twice")
    return found


def bag_info(metadata: PackageMetadata, payload: Mapping[str, bytes]) -> bytes:
    """bag-info.txt follows from data/package.json and the payload; a reader writes it anew and compares."""
    octets = sum(len(content) for content in payload.values())
    return (
        f"Bagging-Date: {metadata.as_of}\n"
        f"External-Identifier: {metadata.our_reference}\n"
        f"Payload-Oxum: {octets}.{len(payload)}\n"
        f"Source-Organization: {metadata.institution}\n"
    ).encode()


def note_text(origin: str, tag_manifest: bytes) -> str:
    """The text that the package key signs: everything in the package follows from the tag manifest's digest."""
    return f"{NOTE_DOMAIN}\n{origin}\n{sha256(tag_manifest).hexdigest()}\n"


def signs_this(note: SignedNote, origin: str, tag_manifest: bytes) -> bool:
    """True when the note's text is the one for this origin and tag manifest."""
    return note.text == note_text(origin, tag_manifest)
