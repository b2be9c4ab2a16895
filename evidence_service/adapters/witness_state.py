"""A witness's memory: its own SQLite file, beside nothing of the log's. Every step is on disk before it is answered.

Spec: docs/spec/witness.md (State). A witness that is set back to an older copy would sign a second history: its
folder is never restored; a witness that lost it goes on with a new key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from evidence_service.core.checkpoint import parse_checkpoint
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.core.note import parse_note
from evidence_service.errors import StoreError
from evidence_service.ports.witness import SeenCheckpoint

WAIT_SECONDS = 20.0
MOST_REFUSED = 1000
"""So many refused checkpoints are kept per log; the first ones say enough."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
    origin TEXT PRIMARY KEY, origin_sha256 TEXT NOT NULL UNIQUE, note TEXT NOT NULL, cosigned_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS history (
    origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, cosigned_at TEXT NOT NULL,
    PRIMARY KEY (origin, size)
) STRICT;
CREATE TABLE IF NOT EXISTS refused (
    origin TEXT NOT NULL, note_sha256 TEXT NOT NULL, note TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (origin, note_sha256)
) STRICT;
CREATE TRIGGER IF NOT EXISTS history_no_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS history_no_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""


class WitnessStateError(StoreError):
    """The witness's memory cannot be read or written; nothing is cosigned until it can."""

    code = "witness-state"


class SqliteWitnessState:
    """`WitnessState` in the file witness.db of a folder. Each call has its own connection: threads may share it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = folder / "witness.db"
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(SCHEMA)

    def latest(self, origin: str) -> SeenCheckpoint | None:
        """The newest checkpoint cosigned for a log."""
        return self.latest_by_hash(origin_hash(origin))

    def latest_by_hash(self, origin_sha256: str) -> SeenCheckpoint | None:
        """The same, by the SHA-256 of the origin in lower-case hex."""
        with self._open() as connection:
            return _seen(connection, origin_sha256)

    def all_seen(self) -> list[SeenCheckpoint]:
        """The newest checkpoint of every log, by origin."""
        with self._open() as connection:
            hashes = [row[0] for row in connection.execute("SELECT origin_sha256 FROM seen ORDER BY origin")]
            return [seen for name in hashes if (seen := _seen(connection, name)) is not None]

    def refused(self) -> list[tuple[str, str, str]]:
        """Origin, reason and note of every refused checkpoint that may show two histories, oldest first."""
        with self._open() as connection:
            return list(connection.execute("SELECT origin, reason, note FROM refused ORDER BY at, note_sha256"))

    def advance(
        self, origin: str, decide: Callable[[SeenCheckpoint | None], SeenCheckpoint | None]
    ) -> SeenCheckpoint | None:
        """Ask `decide` with the newest checkpoint, under the write lock; store its answer before returning."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            answer = decide(_seen(connection, origin_hash(origin)))
            if answer is None:
                connection.execute("ROLLBACK")
                return None
            at = format_instant(answer.cosigned_at)
            connection.execute(
                "INSERT INTO seen VALUES (?, ?, ?, ?) "
                "ON CONFLICT (origin) DO UPDATE SET note = excluded.note, cosigned_at = excluded.cosigned_at",
                (origin, origin_hash(origin), answer.note, at),
            )
            connection.execute(
                "INSERT INTO history VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (origin, answer.checkpoint.size, answer.checkpoint.root, at),
            )
            connection.execute("COMMIT")
            return answer

    def keep_refused(self, origin: str, note: str, reason: str, at: datetime) -> None:
        """Keep a signed checkpoint that does not fit to what was cosigned, once, up to a limit per log."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            kept = connection.execute("SELECT count(*) FROM refused WHERE origin = ?", (origin,)).fetchone()[0]
            if kept < MOST_REFUSED:
                connection.execute(
                    "INSERT INTO refused VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (origin, sha256(note.encode()).hexdigest(), note, reason, format_instant(at)),
                )
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self._file, timeout=WAIT_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise WitnessStateError(f"{self._file}: {error}") from None
        try:
            connection.execute("PRAGMA synchronous=FULL")
            yield connection
        except sqlite3.Error as error:
            raise WitnessStateError(f"{self._file}: {error}") from None
        finally:
            connection.close()  # an open transaction is rolled back


def origin_hash(origin: str) -> str:
    """How a log is named in a witness's addresses: SHA-256 of its origin, lower-case hex."""
    return sha256(origin.encode()).hexdigest()


def _seen(connection: sqlite3.Connection, origin_sha256: str) -> SeenCheckpoint | None:
    query = "SELECT note, cosigned_at FROM seen WHERE origin_sha256 = ?"
    row = connection.execute(query, (origin_sha256,)).fetchone()
    if row is None:
        return None
    checkpoint = parse_checkpoint(parse_note(row[0].encode()).text)
    return SeenCheckpoint(checkpoint, row[0], parse_instant(row[1], "cosigned_at"))
