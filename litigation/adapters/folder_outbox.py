"""The outbox: one folder per court, one folder per filing in it, with the package and a letter of what it is.

Spec: docs/spec/file.md, "The outbox". A filing's folder is renamed into its place when both files are on disk: a court
never sees a package without its letter, or half of either.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from evidence_service.errors import StoreError
from litigation.core.filing import Filing, folder_name

PACKAGE, LETTER = "package.zip", "filing.json"


class FolderOutbox:
    """`Outbox` in home/outbox/."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, filing: Filing, slug: str) -> str:
        """The folder that this filing has, or will have."""
        return str(self._root / slug / folder_name(filing))

    def holds(self, filing: Filing) -> bool:
        """Whether the filing's folder is there."""
        return Path(filing.outbox).is_dir()

    def put(self, filing: Filing, package: bytes, letter: bytes) -> None:
        """Put package and letter into the filing's folder; doing it again changes nothing."""
        folder = Path(filing.outbox)
        if folder.is_dir():
            _compare(folder, package, letter)
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        _write(temporary / PACKAGE, package)
        _write(temporary / LETTER, letter)
        _sync(temporary)
        # Crash here: a hidden folder is left and nothing else; the next call makes its own.
        try:
            temporary.rename(folder)
        except OSError:
            shutil.rmtree(temporary)
            _compare(folder, package, letter)  # another process was first
        _sync(folder.parent)


def read_folder(filing: Filing) -> tuple[bytes, bytes]:
    """Package and letter of a filing as they lie in the outbox. Raises StoreError where they do not."""
    folder = Path(filing.outbox)
    try:
        package, letter = (folder / PACKAGE).read_bytes(), (folder / LETTER).read_bytes()
    except FileNotFoundError as error:
        raise StoreError(f"{error.filename} is missing; file the package again with the same court") from None
    if sha256(package).hexdigest() != filing.package_sha256:
        raise StoreError(f"{folder / PACKAGE} was changed; move {folder} away and file again")
    return package, letter


def _compare(folder: Path, package: bytes, letter: bytes) -> None:
    for name, content in ((PACKAGE, package), (LETTER, letter)):
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            raise StoreError(f"{path} is missing or was changed; move {folder} away and file again")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
