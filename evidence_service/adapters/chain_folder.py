"""The local chain's folder in an instance's home: its files, each written whole or not at all.

Spec: docs/spec/anchor.md, "The local chain". Which file says what:
    chain.json        which chain this is: id and genesis hash; written once
    state.json        the chain itself, as the node loads it
    saved.json        how far state.json goes; written after it, so it never says too much
    rpc.json          where the running chain is; held by its supervisor while it runs
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
        self._held_rpc: int | None = None

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
        """Where the running chain is. A file that its supervisor does not hold is one that a kill left."""
        try:
            descriptor = os.open(self._rpc, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            if not _is_held(descriptor):
                return None
            found = _parsed(self._rpc, os.read(descriptor, 65536))
        finally:
            os.close(descriptor)
        return _shaped(self._rpc, RpcPlace, found)

    def last_port(self) -> int:
        """The port of the run before, so that clients find the chain again; 0 when there was none."""
        text = self._port.read_text("ascii").strip() if self._port.exists() else ""
        return int(text) if text.isdigit() and int(text) < 65536 else 0

    def write_rpc(self, place: RpcPlace) -> None:
        """Tell everybody that the chain is ready, for as long as this process lives."""
        write_whole(self._port, f"{place.port}\n".encode("ascii"))
        temporary = self._rpc.with_name(".rpc.json.tmp")
        self._held_rpc = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(self._held_rpc, _bytes(asdict(place)))
        fcntl.flock(self._held_rpc, fcntl.LOCK_EX)
        temporary.replace(self._rpc)

    def remove_rpc(self) -> None:
        """The chain is not ready any more."""
        self._rpc.unlink(missing_ok=True)
        if self._held_rpc is not None:
            os.close(self._held_rpc)
            self._held_rpc = None

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
        """The process id of the running supervisor, 0 while it is not written yet. The lock decides, not the id."""
        try:
            descriptor = os.open(self._supervisor_lock, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            if not _is_held(descriptor):
                return None
            text = os.read(descriptor, 32).decode("ascii", "replace").strip()
        finally:
            os.close(descriptor)
        return int(text) if text.isdigit() else 0

    def sign_in(self) -> None:
        """Write our process id into the lock that we hold."""
        self._supervisor_lock.write_text(f"{os.getpid()}\n", "ascii")

    @contextmanager
    def supervising(self, patience: float = 0.1) -> Iterator[bool]:
        """Be the one supervisor, or learn (False) that there is one. Probes hold the lock for a moment.

        A child that is forked inside holds the lock too, and goes on holding it when its parent ends.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._supervisor_lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _locked_within(descriptor, patience):
                yield False
                return
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


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return _parsed(path, path.read_bytes())
    except FileNotFoundError:
        return None


def _parsed(path: Path, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
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
