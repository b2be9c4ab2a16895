"""Keys of data subjects in SQL: wrapped under the key-encryption key, destroyed so that no later copy holds them.

Spec: docs/spec/commitment.md, *At rest*. On SQLite the keys lie in a file of their own, without a write-ahead log,
whose journal is truncated after each write; destroying overwrites the wrapped key in place and then looks for it in
the raw file. On PostgreSQL the row is overwritten and the table rewritten; its write-ahead log and backups are copies
that only their owner can end (docs/known-limits.md).
"""

from __future__ import annotations

import hmac
import mmap
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text, update

from evidence_service.adapters.subject_key_rows import generations, insert_keys, key_epoch, rows_named
from evidence_service.adapters.tables_subject_keys import key_metadata, subject_key, subject_key_epoch
from evidence_service.core.sealing import KEY_BYTES, NONCE_BYTES, Cipher, SealBrokenError, cipher_of, seal, unseal
from evidence_service.database import open_database, reading, say_it_in_one_line, writing
from evidence_service.errors import NotFoundError, StoreError
from evidence_service.ports.subject_keys import SubjectErasedError, SubjectKey

WRAP_DOMAIN = b"proofdocket/subject-key/v1"
NAME_DOMAIN = b"proofdocket/subject-name/v1"
OTHER_DOMAIN = b"proofdocket/sealed/v1\n"
ID_BYTES = 8
CHUNK = 500
CACHED_KEYS = 65_536
CACHED_CIPHERS = 8_192
NOT_DESTROYED = subject_key.c.destroyed.is_(False)


def open_subject_keys(home: Path, engine: Engine, kek: Callable[[], bytes]) -> SqlSubjectKeys:
    """The keys of an instance: subject-keys.db in its home, or tables of its own PostgreSQL."""
    # Connections of its own: keys commit by themselves, before what is sealed under them, and never wait for a writer
    # of the log who waits for a key.
    if engine.dialect.name == "sqlite":
        own = open_key_file(home / "subject-keys.db")
    else:
        own = open_database(engine.url.render_as_string(hide_password=False))
    event.listen(engine, "engine_disposed", lambda _engine: own.dispose())
    return SqlSubjectKeys(own, kek)


def open_key_file(path: Path) -> Engine:
    """Open (or make) a SQLite file for keys: no write-ahead log, zeroed free space, journal truncated."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 60}, hide_parameters=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", say_it_in_one_line)
    return engine


class SqlSubjectKeys:
    """`SubjectKeys` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, kek: Callable[[], bytes]) -> None:
        self._engine = engine
        self._kek = kek
        self._lock = threading.Lock()
        self._epoch = -1
        self._by_name: dict[str, SubjectKey] = {}
        self._ciphers = 0
        self._kek_cipher: Cipher | None = None
        self._by_id: dict[int, bytes] = {}
        self._ready = engine.dialect.name != "sqlite"

    @property
    def cached(self) -> int:
        """How many keys are held in memory."""
        return max(len(self._by_name), len(self._by_id))

    def keys_for(self, institution: str, subjects: Collection[str]) -> dict[str, SubjectKey]:
        """The key of each subject; missing ones are made, and durable before this returns."""
        with self._read() as connection, self._lock:
            known, prefix = self._known(connection), institution + "\n"
            found = {one: known[prefix + one] for one in subjects if prefix + one in known}
            missing = [one for one in subjects if one not in found]
            found.update(self._read_living(connection, institution, missing))
        missing = [one for one in missing if one not in found]
        if missing:
            found.update(self._make(institution, missing))
        return found

    def key_of(self, institution: str, subject: str) -> SubjectKey:
        """The key of a subject; SubjectErasedError once it is destroyed, NotFoundError if there never was one."""
        with self._read() as connection, self._lock:
            self._known(connection)
            found = self._read_living(connection, institution, [subject])
        if subject in found:
            return found[subject]
        if self.ids_of(institution, subject):
            raise SubjectErasedError("the data of this subject was erased: its key was destroyed")
        raise NotFoundError("nothing is kept about this subject here")

    def ids_of(self, institution: str, subject: str) -> tuple[int, ...]:
        """Ids of every key that this subject has or had, oldest first."""
        name = self._names(institution, [subject])[subject]
        query = select(subject_key.c.id).where(subject_key.c.name == name).order_by(subject_key.c.generation)
        with self._read() as connection:
            return tuple(connection.execute(query).scalars())

    def by_id(self, ids: Collection[int]) -> dict[int, bytes | None]:
        """The keys with these ids; None for a destroyed one."""
        with self._read() as connection, self._lock:
            self._known(connection)
            found: dict[int, bytes | None] = {one: self._by_id[one] for one in ids if one in self._by_id}
            for part in _chunks([one for one in ids if one not in found]):
                for row in connection.execute(select(subject_key).where(subject_key.c.id.in_(part))):
                    found[row.id] = None if row.destroyed else self._keep(self._unwrapped(row), "").key
        if len(found) < len(set(ids)):
            raise StoreError("a subject's key is missing: restore subject-keys.db from the backup of the same day")
        return found

    def destroy(self, institution: str, subject: str) -> bool:
        """Destroy every key of a subject, so that no copy of the files taken afterwards holds it."""
        name = self._names(institution, [subject])[subject]
        living = select(subject_key).where(subject_key.c.name == name, NOT_DESTROYED)
        with self._write() as connection:
            rows = connection.execute(living).all()
            for row in rows:
                # The same length, so that SQLite overwrites the bytes where they stand.
                blank = update(subject_key).values(destroyed=True, wrapped=bytes(len(row.wrapped)))
                connection.execute(blank.where(subject_key.c.id == row.id))
            if rows:
                connection.execute(update(subject_key_epoch).values(epoch=subject_key_epoch.c.epoch + 1))
        with self._lock:
            self._forget()
        if rows:
            # Crash here: the key is gone from the table. Whoever repeats the erasure cleans what the file still holds.
            self._clean([bytes(row.wrapped) for row in rows])
        elif self.ids_of(institution, subject):
            self._rewrite()
        return bool(rows)

    def seal_for(self, institution: str, subject: str, data: bytes, place: bytes) -> bytes:
        """Seal other bytes under a subject's key, which is made if need be."""
        key = self.keys_for(institution, [subject])[subject]
        return key.id.to_bytes(ID_BYTES, "big") + seal(key.key, os.urandom(NONCE_BYTES), data, OTHER_DOMAIN + place)

    def open_for(self, sealed: bytes, place: bytes) -> bytes:
        """Open what `seal_for` made; SubjectErasedError once that key is destroyed."""
        if len(sealed) < ID_BYTES:
            raise SealBrokenError("sealed bytes are cut short")
        number = int.from_bytes(sealed[:ID_BYTES], "big")
        if number >= 1 << 63:
            raise SealBrokenError("sealed bytes name no key")
        key = self.by_id([number])[number]
        if key is None:
            raise SubjectErasedError("the data of this subject was erased: its key was destroyed")
        return unseal(key, sealed[ID_BYTES:], OTHER_DOMAIN + place)

    def _names(self, institution: str, subjects: Collection[str]) -> dict[str, bytes]:
        """What stands for each subject in the table: a digest that only the holder of the KEK can make."""
        inner = hmac.new(self._kek(), NAME_DOMAIN, sha256).digest()
        prefix = institution.encode() + b"\n"
        return {one: hmac.digest(inner, prefix + one.encode(), "sha256") for one in subjects}

    def _known(self, connection: Connection) -> dict[str, SubjectKey]:
        """The keys in memory, all forgotten as soon as anybody destroyed one, in whatever process."""
        epoch = key_epoch(connection)
        if epoch != self._epoch:
            self._forget()
            self._epoch = epoch
        return self._by_name

    def _forget(self) -> None:
        self._by_name.clear()
        self._by_id.clear()
        self._ciphers = 0
        self._epoch = -1

    def _read_living(self, connection: Connection, institution: str, subjects: Sequence[str]) -> dict[str, SubjectKey]:
        """The living key of each of these subjects that has one, kept in memory from now on."""
        names = {name: one for one, name in self._names(institution, subjects).items()}
        found = {}
        for row in rows_named(connection, list(names)):
            if not row.destroyed:
                subject = names[bytes(row.name)]
                found[subject] = self._keep(self._unwrapped(row), f"{institution}\n{subject}")
        return found

    def _keep(self, key: SubjectKey, name: str) -> SubjectKey:
        """Keep a key in memory, within bounds: the older half goes. Ciphers are larger, so fewer are made ready."""
        if len(self._by_id) >= CACHED_KEYS:
            self._by_id = dict(islice(self._by_id.items(), CACHED_KEYS // 2, None))
        if len(self._by_name) >= CACHED_KEYS:
            self._by_name = dict(islice(self._by_name.items(), CACHED_KEYS // 2, None))
            self._ciphers = sum(one.cipher is not None for one in self._by_name.values())
        self._by_id[key.id] = key.key
        if name:
            if self._ciphers < CACHED_CIPHERS:
                self._ciphers += 1
                key = SubjectKey(key.id, key.key, cipher_of(key.key))
            self._by_name[name] = key
        return key

    def _make(self, institution: str, subjects: Sequence[str]) -> dict[str, SubjectKey]:
        names = {name: one for one, name in self._names(institution, subjects).items()}
        made: dict[bytes, bytes] = {}
        with self._write() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE subject_key IN SHARE ROW EXCLUSIVE MODE"))  # one maker at a time
            ended, living = generations(rows_named(connection, list(names)))
            wrapping, rows = self._wrapping(), []
            for name in names:
                if name not in living:  # somebody may have made it in between
                    made[name] = os.urandom(KEY_BYTES)
                    wrapped = seal(wrapping, os.urandom(NONCE_BYTES), made[name], _wrap_place(name))
                    rows.append((name, ended.get(name, 0), False, wrapped))
            insert_keys(connection, rows)
            ids = {bytes(row.name): row.id for row in rows_named(connection, list(made)) if not row.destroyed}
            epoch = key_epoch(connection)
        # Crash here: keys without events, for whoever comes next.
        with self._read() as connection, self._lock:
            self._known(connection)
            if epoch != self._epoch:  # somebody destroyed keys meanwhile, perhaps one of these
                return self._read_living(connection, institution, subjects)
            found = self._read_living(connection, institution, [one for name, one in names.items() if name not in made])
            for name, key in made.items():
                found[names[name]] = self._keep(SubjectKey(ids[name], key), f"{institution}\n{names[name]}")
        return found

    def _unwrapped(self, row: Any) -> SubjectKey:
        try:
            return SubjectKey(row.id, unseal(self._wrapping(), bytes(row.wrapped), _wrap_place(bytes(row.name))))
        except SealBrokenError:
            raise StoreError(
                f"subject key {row.id} does not open: keys/kek.key and subject-keys.db are not of the same instance"
            ) from None

    def _wrapping(self) -> Cipher:
        """The key-encryption key made ready for use."""
        if self._kek_cipher is None:
            self._kek_cipher = cipher_of(self._kek())
        return self._kek_cipher

    def _clean(self, wrapped: Sequence[bytes]) -> None:
        """Make sure that the files no longer hold the wrapped keys; rewrite them where they do."""
        path = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not path:
            self._rewrite()
            return
        if not _holds(Path(path), wrapped):
            return
        self._rewrite()
        if _holds(Path(path), wrapped):
            raise StoreError("a destroyed key is still found in subject-keys.db: stop other programs and erase again")

    def _rewrite(self) -> None:
        """Write all keys anew, and nothing else."""
        if self._engine.dialect.name == "postgresql":
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM FULL subject_key"))
            return
        with self._engine.connect() as connection:
            cast("sqlite3.Connection", connection.connection.driver_connection).execute("VACUUM")

    def _read(self) -> Any:
        self._prepare()
        return reading(self._engine)

    def _write(self) -> Any:
        self._prepare()
        return writing(self._engine)

    def _prepare(self) -> None:
        """Make the tables of a new key file (on PostgreSQL a migration did)."""
        if self._ready:
            return
        with writing(self._engine) as connection:
            key_metadata.create_all(connection)
            if connection.execute(select(subject_key_epoch)).first() is None:
                connection.execute(insert(subject_key_epoch).values(id=1, epoch=0))
        self._ready = True


def _wrap_place(name: bytes) -> bytes:
    return WRAP_DOMAIN + name


def _holds(path: Path, needles: Sequence[bytes]) -> bool:
    """Whether any of these bytes stands anywhere in the file or in its journal."""
    for one in (path, path.with_name(path.name + "-journal")):
        if not one.exists() or not one.stat().st_size:
            continue
        with one.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if any(content.find(needle) >= 0 for needle in needles):
                return True
    return False


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("secure_delete=ON", "journal_mode=TRUNCATE", "synchronous=FULL", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA busy_timeout=60000")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("proofdocket_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
