"""The local chain's folder in an instance's home: its files, each written whole or not at all.

Spec: docs/spec/anchor.md, "The local chain". Which file says what:
    chain.json        which chain this is: id and genesis hash; written once
    state.json        the chain itself, as the node loads it
    saved.json        how far state.json goes; written after it, so it never says too much
    rpc.json          where the running chain is; there while it runs
    port              the port of the run before, so that clients find the chain again
    error.json        why the supervisor gave up
    supervisor.lock   held by the one supervisor, with its process id
    state.lock        held while the state is saved or loaded
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from evidence_service.errors import ChainError

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """Which chain this is, from its first start on."""

    chain_id: int
    genesis_hash: str
    forgets: bool = False


@dataclass(frozen=True, slots=True)
class SavedHead:
    """The newest block that state.json is known to hold."""

    head: int
    block_hash: str


@dataclass(frozen=True, slots=True)
class RpcPlace:
    """Where the running chain is and who runs it."""

    url: str
    port: int
    pid: int
    node_pid: int
    genesis_hash: str
    forgets: bool = False


class ChainFolder:
    """The files of one instance's local chain."""

    def __init__(self, home: Path) -> None:
        """Name the files; nothing is created yet."""
        self.path = home.absolute() / "chain"
        self.state = self.path / "state.json"
        self.cache = self.path / "cache"
        self.log = self.path / "chain.log"
        self._identity = self.path / "chain.json"
        self._saved = self.path / "saved.json"
        self._rpc = self.path / "rpc.json"
        self._port = self.path / "port"
        self._error = self.path / "error.json"
        self._supervisor_lock = self.path / "supervisor.lock"
        self._state_lock = self.path / "state.lock"

    def identity(self) -> ChainIdentity | None:
        """Which chain this is; None before the first start."""
        found = _read(self._identity)
        return None if found is None else _shaped(self._identity, ChainIdentity, found)

    def write_identity(self, identity: ChainIdentity) -> None:
        """Remember which chain this is."""
        write_whole(self._identity, _bytes(asdict(identity)))

    def saved(self) -> SavedHead | None:
        """How far the saved state goes; None before the first save."""
        found = _read(self._saved)
        return None if found is None else _shaped(self._saved, SavedHead, found)

    def write_saved(self, saved: SavedHead) -> None:
        """Record a save that is already safe on disk."""
        write_whole(self._saved, _bytes(asdict(saved)))

    def forget_saved(self) -> None:
        """Drop the record: for a chain that starts anew each time."""
        self._saved.unlink(missing_ok=True)

    def rpc(self) -> RpcPlace | None:
        """Where the running chain is. None when no supervisor runs: a file left by a killed one is stale."""
        holder = self.supervisor()
        found = None if holder is None else _read(self._rpc)
        place = None if found is None else _shaped(self._rpc, RpcPlace, found)
        return place if place is not None and place.pid == holder else None

    def last_port(self) -> int:
        """The port of the run before, so that clients find the chain again; 0 when there was none."""
        text = self._port.read_text("ascii").strip() if self._port.exists() else ""
        return int(text) if text.isdigit() and int(text) < 65536 else 0

    def write_rpc(self, place: RpcPlace) -> None:
        """Tell everybody that the chain is ready."""
        write_whole(self._port, f"{place.port}\n".encode("ascii"))
        write_whole(self._rpc, _bytes(asdict(place)))

    def remove_rpc(self) -> None:
        """The chain is not ready any more."""
        self._rpc.unlink(missing_ok=True)

    def error(self) -> str | None:
        """Why the supervisor gave up, if it did."""
        found = _read(self._error)
        return None if found is None else str(found.get("message"))

    def write_error(self, message: str) -> None:
        """Leave word for whoever waits for the chain."""
        write_whole(self._error, _bytes({"message": message}))

    def clear_error(self) -> None:
        """A new start begins without old complaints."""
        self._error.unlink(missing_ok=True)

    def note(self, line: str) -> None:
        """Add a line to the chain's log."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{stamp} {line}\n")

    def supervisor(self) -> int | None:
        """The process id of the running supervisor. The lock decides, not the id: ids are used again."""
        try:
            descriptor = os.open(self._supervisor_lock, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = os.read(descriptor, 32).decode("ascii", "replace").strip()
            return int(text) if text.isdigit() else 0
        finally:
            os.close(descriptor)
        return None

    @contextmanager
    def supervising(self, patience: float = 1.0) -> Iterator[bool]:
        """Be the one supervisor, or learn (False) that there is one. Probes hold the lock for a moment."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._supervisor_lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _locked_within(descriptor, patience):
                yield False
                return
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
            yield True
        finally:
            os.close(descriptor)

    @contextmanager
    def state_held(self) -> Iterator[None]:
        """Nobody else saves or loads the state meanwhile."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._state_lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    # crash here: the old file stands; the temporary one is overwritten or ignored later
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _locked_within(descriptor: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _bytes(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, sort_keys=True) + "\n").encode("ascii")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ChainError(f"{path} is damaged: it is not JSON. Restore it from a backup.") from error
    if not isinstance(found, dict):
        raise ChainError(f"{path} is damaged: it holds no JSON object. Restore it from a backup.")
    return found


def _shaped(path: Path, shape: type[Shape], found: dict[str, Any]) -> Shape:
    try:
        return shape(**found)
    except TypeError as error:
        raise ChainError(f"{path} is damaged: {error}. Restore it from a backup.") from error
