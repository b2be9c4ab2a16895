"""Originals in encrypted files under their SHA-256: written, synced, renamed; re-hashed whenever they are read.

Spec: docs/spec/erasure.md (Originals). A file ``ab/<sha256>.<copy>`` is AES-256-GCM under a random key of its own; the
table `original_key` holds that key sealed for every subject that the original concerns. The sealed key is durable
before its file: a crash in between leaves a key without a file, which the next `put` uses, and never a file that nobody
can open.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert

from evidence_service.adapters.tables_erasure import original_key
from evidence_service.adapters.vault_rows import chunks, rows_held_by, rows_of, rows_of_all, take_turns
from evidence_service.core.sealing import KEY_BYTES, NONCE_BYTES, SealBrokenError, seal, unseal
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError, StoreError
from evidence_service.ports.subject_keys import SubjectErasedError, SubjectKey, SubjectKeys

HEX = re.compile(r"[0-9a-f]{64}\Z")
COPY_BYTES = 8
FILE_DOMAIN, KEY_DOMAIN = "proofdocket/original/v1", "proofdocket/original-key/v1"
TOGETHER = 64
"""Files that are open at the same time."""
SYNCING = 8


class FileVault:
    """A content-addressed folder of encrypted originals, with their keys in the database."""

    def __init__(
        self, folder: Path, engine: Engine, keys: SubjectKeys, randomness: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._folder, self._engine, self._keys, self._randomness = folder, engine, keys, randomness

    def put(self, institution: str, subjects: Collection[str], *contents: bytes) -> None:
        """Store originals durably for these subjects; storing them again changes nothing."""
        self.put_all(institution, [(subjects, contents)])

    def put_all(self, institution: str, brought: Iterable[tuple[Collection[str], Sequence[bytes]]]) -> None:
        """Store the originals of many events durably, each for its subjects, and wait for the disk together."""
        contents: dict[str, bytes] = {}
        subjects: dict[str, set[str]] = {}
        for concerned, originals in brought:
            for content in originals:
                digest = sha256(content).hexdigest()
                contents[digest] = content
                subjects.setdefault(digest, set()).update(concerned)
        if not contents:
            return
        if not all(subjects.values()):
            raise StoreError("an original belongs to at least one subject")
        holders = self._keys.keys_for(institution, set().union(*subjects.values()))
        with writing(self._engine) as connection:
            take_turns(connection)
            known, fresh = rows_of_all(connection, institution, contents), list[dict[str, Any]]()
            places = {
                digest: self._claim(institution, digest, known[digest], [holders[one] for one in sorted(mine)], fresh)
                for digest, mine in subjects.items()
            }
            if fresh:
                connection.execute(insert(original_key), fresh)
        # Crash here: keys without files; the next put finds the keys and writes the files.
        wanted = [(_File(institution, digest, copy), key, contents[digest]) for digest, (copy, key) in places.items()]
        for start in range(0, len(wanted), TOGETHER):
            self._write(wanted[start : start + TOGETHER])

    def get(self, institution: str, digest: str) -> bytes:
        """Return the bytes with this SHA-256 (hex)."""
        if not HEX.match(digest):
            raise NotFoundError("a digest has 64 lower-case hexadecimal digits")
        with reading(self._engine) as connection:
            rows = connection.execute(rows_of(institution, digest)).all()
        if not rows:
            raise NotFoundError(f"original {digest} is not in the vault")
        wrong: list[Exception] = []
        for file, key in self._opened(institution, digest, rows):
            try:
                return self._read(file, key)
            except (NotFoundError, StoreError) as error:
                wrong.append(error)
        if wrong:
            raise wrong[0]
        raise SubjectErasedError(f"original {digest} was erased with the subjects that it concerned")

    def erasable(self, institution: str, key_ids: Collection[int]) -> tuple[int, int]:
        """How many originals would go with these keys, and how many stay because others hold a key."""
        with reading(self._engine) as connection:
            copies = {(row.sha256, row.copy) for row in rows_held_by(connection, institution, key_ids)}
            kept = {one for one in copies if self._others(connection, institution, one, key_ids)}
        return len({digest for digest, _ in copies - kept}), len({digest for digest, _ in kept})

    def erase(self, institution: str, key_ids: Collection[int]) -> int:
        """Give up what these keys opened; originals that nobody else holds are deleted. Safe to repeat."""
        gone: set[str] = set()
        with reading(self._engine) as connection:
            copies = sorted({(row.sha256, row.copy) for row in rows_held_by(connection, institution, key_ids)})
        for digest, copy in copies:
            with writing(self._engine) as connection:
                take_turns(connection)
                if not self._others(connection, institution, (digest, copy), key_ids):
                    _remove(self._path(_File(institution, digest, copy)))
                    gone.add(digest)
                # Crash here: the file is gone, its sealed key is left; the next run finds the key and removes it.
                for part in chunks(key_ids):
                    columns = original_key.c
                    here = (columns.institution == institution) & (columns.sha256 == digest) & (columns.copy == copy)
                    connection.execute(delete(original_key).where(here, columns.key_id.in_(part)))
        return len(gone)

    def _claim(
        self,
        institution: str,
        digest: str,
        rows: Sequence[Any],
        holders: Sequence[SubjectKey],
        fresh: list[dict[str, Any]],
    ) -> tuple[str, bytes]:
        """The copy that these subjects hold from now on, and its key; a new copy where nobody can open any."""
        opened = next(self._opened(institution, digest, rows), None)
        if opened is None:
            file, key = _File(institution, digest, self._randomness(COPY_BYTES).hex()), self._randomness(KEY_BYTES)
        else:
            file, key = opened
        known = {row.key_id for row in rows if row.copy == file.copy}
        fresh += [
            {
                "institution": institution,
                "sha256": digest,
                "copy": file.copy,
                "key_id": holder.id,
                "sealed": seal(holder.key, self._randomness(NONCE_BYTES), key, file.place(KEY_DOMAIN)),
            }
            for holder in holders
            if holder.id not in known
        ]
        return file.copy, key

    def _opened(self, institution: str, digest: str, rows: Collection[Any]) -> Iterator[tuple[_File, bytes]]:
        """Every copy of an original that a living key opens."""
        living = self._keys.by_id({row.key_id for row in rows}) if rows else {}
        seen: set[str] = set()
        for row in rows:
            holder = living[row.key_id]
            if holder is None or row.copy in seen:
                continue
            file = _File(institution, digest, row.copy)
            try:
                key = unseal(holder, bytes(row.sealed), file.place(KEY_DOMAIN))
            except SealBrokenError:
                raise StoreError(f"the key of original {digest} was changed in the database") from None
            seen.add(row.copy)
            yield file, key

    def _others(
        self, connection: Connection, institution: str, copy: tuple[str, str], key_ids: Collection[int]
    ) -> bool:
        """Whether a living key other than these opens this copy."""
        rows = connection.execute(rows_of(institution, copy[0])).all()
        others = {row.key_id for row in rows if row.copy == copy[1]} - set(key_ids)
        return any(key is not None for key in self._keys.by_id(others).values()) if others else False

    def _write(self, wanted: Sequence[tuple[_File, bytes, bytes]]) -> None:
        """Make these files durable: all written, then all synced, then all renamed, then their folders synced."""
        folders = {self._path(file).parent for file, _, _ in wanted}
        self._make(folders)
        with ExitStack() as stack:
            written: list[tuple[str, Path]] = []
            descriptors: list[int] = []
            for file, key, content in wanted:
                if self._holds(file, key, content):
                    continue
                path = self._path(file)
                # A name of its own: two threads may bring the same original at once. What it holds is encrypted.
                descriptor, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
                handle = stack.enter_context(os.fdopen(descriptor, "wb"))
                handle.write(seal(key, self._randomness(NONCE_BYTES), content, file.place(FILE_DOMAIN)))
                handle.flush()
                descriptors.append(descriptor)
                written.append((temporary, path))
            _each(os.fsync, descriptors)
        # Crash here: temporary files are left over, no event names them; the next put writes anew.
        for temporary, path in written:
            Path(temporary).replace(path)
        _each(_sync_folder, sorted(folders))

    def _make(self, folders: Iterable[Path]) -> None:
        missing = [folder for folder in folders if not folder.is_dir()]
        for folder in missing:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if missing:
            _sync_folder(self._folder)

    def _holds(self, file: _File, key: bytes, content: bytes) -> bool:
        """Whether the file is there and unharmed; a damaged one is written anew."""
        try:
            return self._read(file, key) == content
        except (NotFoundError, StoreError):
            return False

    def _read(self, file: _File, key: bytes) -> bytes:
        try:
            sealed = self._path(file).read_bytes()
        except FileNotFoundError:
            raise NotFoundError(f"original {file.digest} is not in the vault") from None
        try:
            content = unseal(key, sealed, file.place(FILE_DOMAIN))
        except SealBrokenError:
            content = b""
        if sha256(content).hexdigest() != file.digest:
            raise StoreError(f"original {file.digest} was changed in the vault")
        return content

    def _path(self, file: _File) -> Path:
        return self._folder / file.digest[:2] / f"{file.digest}.{file.copy}"


@dataclass(frozen=True, slots=True)
class _File:
    """One encrypted copy of one original of one institution."""

    institution: str
    digest: str
    copy: str

    def place(self, domain: str) -> bytes:
        """What its bytes, or its key, are bound to."""
        return "\n".join((domain, self.institution, self.digest, self.copy)).encode()


def _remove(path: Path) -> None:
    """Delete a file durably; one that is gone already is fine."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    _sync_folder(path.parent)


def _each(work: Callable[[Any], object], things: Sequence[Any]) -> None:
    """Do it with each. Several at once: a disk that is asked to sync many files at a time does it in fewer writes."""
    if len(things) < 2:
        for one in things:
            work(one)
        return
    with ThreadPoolExecutor(min(len(things), SYNCING)) as pool:
        list(pool.map(work, things))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
