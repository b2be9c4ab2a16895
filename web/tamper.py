"""One flipped byte in a copy of a package, to show which check notices and where."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path


def flip_one_byte(package: Path, copy: Path) -> tuple[str, int]:
    """Copy a package with one bit changed in its first PDF original; returns the member and the offset in it."""
    raw = bytearray(package.read_bytes())
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        members = [item for item in archive.infolist() if item.filename.startswith("data/originals/")]
        chosen = next((item for item in members if item.filename.endswith(".pdf")), members[0])
        content = archive.read(chosen)
    offset = len(content) // 2
    start = raw.find(content)  # members are stored, not compressed
    raw[start + offset] ^= 0x01
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(raw)
    return chosen.filename, offset
