"""The node process of the local chain: which program, with which options, and its life and death.

Spec: docs/spec/anchor.md, "The local chain". The program is anvil from npm; where npm has none for this
platform, Hardhat's node serves and forgets everything when it stops.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evidence_service.errors import ChainError

ROOT = Path(__file__).resolve().parents[2]
ANVIL = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
HARDHAT = ROOT / "node_modules" / "hardhat" / "internal" / "cli" / "bootstrap.js"
FORGETS = "Hardhat's node runs instead of anvil and forgets the chain when it stops"
_READY = re.compile(r"(?:Listening on |server at http://)127\.0\.0\.1:(\d+)")
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class NodeProgram:
    """How to start a node. `forgets` is true for the one that cannot save its chain."""

    command: tuple[str, ...]
    forgets: bool

    def arguments(self, chain_id: int, port: int, cache: Path, state: Path | None) -> list[str]:
        """The whole command line. Port 0 lets the node choose."""
        if self.forgets:
            return [*self.command, "node", "--hostname", "127.0.0.1", "--port", str(port or _free_port())]
        options = [
            *("--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id)),
            *("--hardfork", "cancun", "--accounts", "0", "--base-fee", "0", "--gas-price", "0"),
            # Old states are not needed (anchors stay readable in current state) and would fill the disk.
            *("--prune-history", "2", "--cache-path", str(cache)),
        ]
        return [*self.command, *options, *(("--load-state", str(state)) if state else ())]


def find_program(*, forgetful: bool = False) -> NodeProgram:
    """The node of this platform: anvil, else (or when asked for) Hardhat's."""
    for candidate in (ANVIL, _which("anvil")):
        if not forgetful and candidate is not None and _runs(candidate):
            return NodeProgram((str(candidate),), forgets=False)
    node = _which("node")
    if node is not None and HARDHAT.is_file():
        return NodeProgram((str(node), str(HARDHAT)), forgets=True)
    raise ChainError("there is neither anvil nor Hardhat for the local chain; run npm ci (Node 20 or newer)")


class Node:
    """One running node. It dies with the process that started it."""

    def __init__(self, command: list[str], chain_id: int, patience: float = 60.0) -> None:
        """Start the node and wait until it listens."""
        self._tail: deque[str] = deque(maxlen=20)
        self._ready = threading.Event()
        self._port = 0
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "CHAIN_ID": str(chain_id), "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=_dies_with(os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509
        )
        # The node reports every call it answers: read on, or its pipe fills and it stands still.
        threading.Thread(target=self._listen, daemon=True).start()
        deadline = time.monotonic() + patience
        while not self._ready.wait(0.02):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ChainError("the local chain did not start: " + (self.last_words() or "no word from it"))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def last_words(self) -> str:
        """The end of what it said."""
        return " | ".join(line for line in list(self._tail) if line)[-600:]

    def kill(self) -> None:
        """End it at once: nothing that counts lives only in the process."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            for line in stream:
                self._tail.append(line.strip())
                found = None if self._ready.is_set() else _READY.search(line)
                if found:
                    self._port = int(found.group(1))
                    self._ready.set()


def _dies_with(parent: int) -> Callable[[], None]:
    """Linux: the kernel kills the child when its parent is gone, even after kill -9."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the call above
            os._exit(1)

    return before_exec


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _which(name: str) -> Path | None:
    found = shutil.which(name)
    return None if found is None else Path(found)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
