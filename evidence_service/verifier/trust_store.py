"""The reader's own store of one trust file: installed once, replaced only by a newer edition of the same issuer.

Spec: docs/spec/trust.md (Installed). One file, `trust/installed.trust` in the home folder, is the signed note itself.
It needs no instance and no database; who can write into the reader's home folder could replace this program too.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence_service.core.trust import IssuerStanding, TrustError, TrustFile
from evidence_service.core.trust_note import TrustIssuerError, check_not_older, read_successor, read_trust

FOLDER, NAME, LOCK = "trust", "installed.trust", ".lock"
MAX_FILE = 1_000_000


class TrustStore:
    """The installed trust file of one home folder, if there is one."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    @property
    def path(self) -> Path:
        """Where the installed file lies."""
        return self._folder / NAME

    def installed(self) -> TrustFile | None:
        """The installed trust file; its issuer was pinned when it was installed."""
        if not self.path.is_file():
            return None
        raw = read_file(self.path)
        return read_trust(raw, read_trust(raw).issuer_vkey)

    def install(self, raw: bytes, issuer_vkey: str = "") -> TrustFile:
        """Store a trust file. The first needs the issuer's key; every later one must follow the one that is there."""
        with self._locked():
            present = self.installed()
            trust = _first(raw, issuer_vkey) if present is None else _next(raw, present, issuer_vkey)
            if not trust.issuer_vkey:
                raise TrustIssuerError("trust file: only a signed file can be installed")
            self._write(raw)
        return trust

    def forget(self) -> bool:
        """Remove the installed file, and with it the pinned issuer and the memory of its version."""
        if not self.path.is_file():
            return False
        with self._locked():
            self.path.unlink(missing_ok=True)
            _sync(self._folder)
        return True

    def _write(self, raw: bytes) -> None:
        descriptor, name = tempfile.mkstemp(prefix=f".{NAME}.", dir=self._folder)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(raw)
                handle.flush()
                os.fsync(handle.fileno())
            # If we crash before this line the old file stands; after it the new one does. Installing again is harmless.
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync(self._folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, or an older edition could overwrite a newer one between look and write."""
        import fcntl  # noqa: PLC0415 - Windows has none; a stranger verifies there, and installs nothing

        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LOCK).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def load_trust(home: Path, path: Path | None, issuer_vkey: str = "") -> TrustFile | None:
    """The trust file that a reader uses: the one at `path`, else the installed one, else none.

    A file at `path` must be by `issuer_vkey`, else by the installed issuer, and not older than what was installed.
    With neither it is read as it stands, and says itself that its issuer was not verified.
    """
    present = TrustStore(home).installed()
    if path is None:
        if issuer_vkey and present is not None and present.issuer_vkey != issuer_vkey:
            raise TrustIssuerError(f"the installed trust file is by {present.issuer_vkey}; name another with --trust")
        if issuer_vkey and present is None:
            raise TrustError("--issuer needs a trust file: name it with --trust, or install one")
        return present
    raw = read_file(path)
    if issuer_vkey:
        trust = read_trust(raw, issuer_vkey)
        if present is not None and issuer_vkey in (present.issuer_vkey, present.next_issuer_vkey):
            check_not_older(trust, present)
        return trust
    return read_trust(raw) if present is None else read_successor(raw, present)


def read_file(path: Path) -> bytes:
    """The bytes of a trust file. Raises TrustError where it cannot be read or is no such file by its size."""
    try:
        with path.open("rb") as handle:
            raw = handle.read(MAX_FILE + 1)
    except OSError as error:
        raise TrustError(f"{path}: cannot be read ({error.strerror or type(error).__name__})") from None
    if len(raw) > MAX_FILE:
        raise TrustError(f"{path}: larger than a megabyte, so no trust file")
    return raw


def _first(raw: bytes, issuer_vkey: str) -> TrustFile:
    if not issuer_vkey:
        raise TrustIssuerError(
            "the first trust file needs --issuer VKEY: the issuer's key, which you got from him by another way"
        )
    trust = read_trust(raw, issuer_vkey)
    assert trust.standing is IssuerStanding.VERIFIED
    return trust


def _next(raw: bytes, present: TrustFile, issuer_vkey: str) -> TrustFile:
    if issuer_vkey and issuer_vkey not in (present.issuer_vkey, present.next_issuer_vkey):
        raise TrustIssuerError(
            f"another issuer is installed, {present.issuer_vkey}; `proofdocket trust forget` lets it go first"
        )
    return read_successor(raw, present)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
