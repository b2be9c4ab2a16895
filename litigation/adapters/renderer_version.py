"""Which program draws: its version, the digest of its code and texts, and the libraries that write PDF and ZIP."""

from __future__ import annotations

import zlib
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRAWING = (
    "evidence_service/core",
    "litigation/core",
    "litigation/documents",
    "litigation/templates",
    "litigation/workflow",
)
CODE = {".py", ".yaml", ".toml"}
LIBRARIES = ("reportlab", "pikepdf", "segno")


@cache
def renderer() -> str:
    """One line that is the same wherever the same inputs give the same bytes."""
    whole = sha256()
    for folder in DRAWING:
        for path in sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in CODE):
            whole.update(f"{path.relative_to(ROOT).as_posix()}\n".encode() + sha256(path.read_bytes()).digest())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    program = f"proofdocket {version('proofdocket')} {whole.hexdigest()[:16]}"
    return f"{program}, {libraries}, zlib {zlib.ZLIB_RUNTIME_VERSION}"
