"""The local chain of an instance, as everybody else uses it: start, stop, status, save, mine.

Spec: docs/spec/anchor.md, "The local chain". The chain runs under its own supervisor and outlives the
command that started it; any process may hold a LocalChain of the same home.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from evidence_service.adapters.chain_folder import ChainFolder, RpcPlace
from evidence_service.adapters.chain_node import FORGETS, ROOT
from evidence_service.adapters.chain_state import save_state
from evidence_service.adapters.chain_supervisor import DEFAULT_CHAIN_ID
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.core.chain import ChainStatus
from evidence_service.errors import ChainError

_PATIENCE = 60.0
# A supervisor that was started and left no trace after this time is started again.
_AGAIN = 5.0


class LocalChain:
    """One home's chain."""

    def __init__(self, home: Path, *, chain_id: int | None = None, forgetful: bool = False) -> None:
        """Name the chain; nothing starts yet. Without `chain_id` the chain keeps the id it has."""
        self._folder = ChainFolder(home)
        self._home = home.absolute()
        self._chain_id = chain_id
        self._forgetful = forgetful

    def start(self) -> ChainStatus:
        """Start the chain, or find it running."""
        self._folder.path.mkdir(parents=True, exist_ok=True)
        self._folder.clear_error()
        deadline = time.monotonic() + _PATIENCE
        spawned = -_AGAIN
        while not (status := self.status()).running:
            # A supervisor that dies at this moment holds its locks a little longer: look until it is decided.
            if self._folder.supervisor() is None:
                message = self._folder.error()
                if message is not None:
                    raise ChainError(message)
                if time.monotonic() - spawned > _AGAIN:
                    self._spawn()
                    spawned = time.monotonic()
            if time.monotonic() > deadline:
                raise ChainError(f"the local chain did not come up in {_PATIENCE:.0f} s; see {self._folder.log}")
            time.sleep(0.02)
        return status

    def stop(self) -> ChainStatus:
        """Save and stop the chain; nothing happens when it does not run."""
        asked: set[int] = set()
        deadline = time.monotonic() + _PATIENCE
        while (pid := self._folder.supervisor()) is not None:
            if pid not in asked and _is_supervisor(pid):
                os.kill(pid, signal.SIGTERM)
                asked.add(pid)
            if time.monotonic() > deadline:
                raise ChainError(f"the chain's supervisor (process {pid}) does not stop; see {self._folder.log}")
            time.sleep(0.02)
        return self.status()

    def status(self) -> ChainStatus:
        """The chain as it stands; never an error because it does not run."""
        identity, saved, place = self._folder.identity(), self._folder.saved(), self._folder.rpc()
        head = None
        note = self._folder.error() or "" if place is None else FORGETS if place.forgets else ""
        if place is not None:
            try:
                head = JsonRpc(place.url).number("eth_blockNumber")
            except ChainError as error:
                note = str(error)
        return ChainStatus(
            running=head is not None,
            chain_id=identity.chain_id if identity else None,
            head=head,
            saved_head=saved.head if saved else None,
            forgets=identity.forgets if identity else False,
            note=note,
        )

    @property
    def rpc_url(self) -> str:
        """Where the running chain is."""
        return self._place().url

    @property
    def genesis_hash(self) -> str:
        """The hash of block 0, which names this chain for good."""
        return self._place().genesis_hash

    @property
    def chain_id(self) -> int:
        """The chain's id."""
        identity = self._folder.identity()
        return identity.chain_id if identity else self._chain_id or DEFAULT_CHAIN_ID

    def save_state(self) -> int | None:
        """Put the chain on disk; the newest block that is safe now, or None when this chain forgets."""
        place = self._place()
        return None if place.forgets else save_state(self._folder, place.url).head

    def mine(self, blocks: int = 1) -> None:
        """Add empty blocks, as confirmations."""
        if blocks < 1:
            raise ChainError(f"{blocks} blocks cannot be mined; give 1 or more")
        # Both nodes answer to Hardhat's names.
        self._rpc().call("hardhat_mine", hex(blocks))

    def fund(self, address: str, wei: int = 10**21) -> None:
        """Give an account of this chain money that is worth nothing elsewhere."""
        self._rpc().call("hardhat_setBalance", address, hex(wei))

    def _rpc(self) -> JsonRpc:
        return JsonRpc(self._place().url)

    def _place(self) -> RpcPlace:
        place = self._folder.rpc()
        if place is None:
            raise ChainError("the local chain does not run; start it with: proofdocket chain start")
        return place

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "evidence_service.adapters.chain_supervisor", str(self._home)]
        command += ["--chain-id", str(self._chain_id or self.chain_id)]
        command += ["--forgetful"] if self._forgetful else []
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        with self._folder.log.open("ab") as log:
            subprocess.run(
                command,
                cwd=self._home,
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is not for the chain
                check=True,
            )


def _is_supervisor(pid: int) -> bool:
    """Whether a process is one of ours: the lock file may still name a killed one, whose id went to another."""
    command = Path(f"/proc/{pid}/cmdline")
    if not command.parent.parent.joinpath("self").exists():  # no /proc on this platform
        return pid > 0
    try:
        return b"chain_supervisor" in command.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
