"""The small program that owns an instance's local chain: starts it, brings it back, saves it at the end.

Spec: docs/spec/anchor.md, "The local chain". Usage: python -m evidence_service.adapters.chain_supervisor
HOME [--chain-id N] [--forgetful]. It leaves the terminal; SIGTERM saves and stops. One per home.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import threading
import time
from collections import deque
from pathlib import Path

from evidence_service.adapters.chain_folder import ChainFolder, ChainIdentity, RpcPlace, SavedHead
from evidence_service.adapters.chain_node import FORGETS, Node, NodeProgram, find_program
from evidence_service.adapters.chain_state import check_identity, check_state, make_genesis, save_state
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.errors import ChainError

DEFAULT_CHAIN_ID = 31337
# A node that dies this often in this time will not live.
_DEATHS, _WITHIN = 5, 60.0


class Supervisor:
    """Owner of one node. Runs until it is asked to stop or the node cannot live."""

    def __init__(self, folder: ChainFolder, chain_id: int, program: NodeProgram) -> None:
        """Take what it owns; nothing starts yet."""
        self._folder = folder
        self._chain_id = chain_id
        self._program = program
        self._asked_to_stop = threading.Event()

    def stop(self, *_: object) -> None:
        """Ask it to save and stop; a signal handler."""
        self._asked_to_stop.set()

    def run(self) -> None:
        """Keep the node alive."""
        port = self._folder.last_port()
        self._folder.remove_rpc()
        deaths: deque[float] = deque(maxlen=_DEATHS)
        while not self._asked_to_stop.is_set():
            node = self._start(port)
            try:
                while node.is_alive() and not self._asked_to_stop.wait(0.1):
                    pass
                if self._asked_to_stop.is_set():
                    self._save(node)
            finally:
                self._folder.remove_rpc()
                node.kill()
            port = node.port
            deaths.append(time.monotonic())
            if not self._asked_to_stop.is_set():
                self._folder.note(f"the node died and is started again from the saved state: {node.last_words()}")
                if len(deaths) == _DEATHS and deaths[-1] - deaths[0] < _WITHIN:
                    raise ChainError(f"the local chain died {_DEATHS} times in a row; see {self._folder.log}")

    def _start(self, port: int) -> Node:
        """Load the saved chain, or make the first one, and tell where it is."""
        folder = self._folder
        with folder.state_held():
            shutil.rmtree(folder.cache, ignore_errors=True)
            if self._program.forgets:
                return self._start_forgetful(port)
            self._check_chain_id()
            if not check_state(folder):
                self._make_genesis()
            node = self._launch(port, folder.state)
            try:
                rpc = JsonRpc(node.url)
                check_identity(folder, rpc)
                genesis = str(rpc.block(0)["hash"])
                if folder.identity() is None:
                    # crash here, at the first start: the state is there, and the next start adopts it
                    folder.write_identity(ChainIdentity(self._chain_id, genesis))
                if folder.saved() is None:
                    folder.write_saved(SavedHead(0, genesis))
            except ChainError:
                node.kill()
                raise
            self._announce(node, genesis)
        return node

    def _start_forgetful(self, port: int) -> Node:
        known = self._folder.identity()
        if known is not None and not known.forgets:
            raise ChainError(f"{self._folder.path} holds a saved chain, and {FORGETS}: run npm ci for anvil")
        node = self._launch(port, None)
        genesis = str(JsonRpc(node.url).block(0)["hash"])
        self._folder.forget_saved()
        self._folder.write_identity(ChainIdentity(self._chain_id, genesis, forgets=True))
        self._folder.note(FORGETS)
        self._announce(node, genesis)
        return node

    def _check_chain_id(self) -> None:
        known = self._folder.identity()
        if known is not None and known.chain_id != self._chain_id:
            raise ChainError(
                f"{self._folder.path} holds a chain with id {known.chain_id}, but id {self._chain_id} was asked for"
            )
        if known is not None and not self._folder.state.exists() and not known.forgets:
            raise ChainError(
                f"{self._folder.state} is missing, but this home has a chain (genesis {known.genesis_hash}). "
                "Restore it from a backup; a new chain would not hold the anchors."
            )

    def _make_genesis(self) -> None:
        node = self._launch(0, None)
        try:
            make_genesis(self._folder, JsonRpc(node.url).call("anvil_dumpState"))
        finally:
            node.kill()

    def _launch(self, port: int, state: Path | None) -> Node:
        """Start the node on the port of the run before; on another one when that is taken."""
        try:
            return Node(self._program.arguments(self._chain_id, port, self._folder.cache, state), self._chain_id)
        except ChainError as error:
            if port == 0:
                raise
            self._folder.note(f"port {port}: {error}; another port is tried")
            return Node(self._program.arguments(self._chain_id, 0, self._folder.cache, state), self._chain_id)

    def _announce(self, node: Node, genesis: str) -> None:
        place = RpcPlace(node.url, node.port, os.getpid(), node.pid, genesis, self._program.forgets)
        self._folder.write_rpc(place)
        self._folder.note(f"the chain is ready at {node.url}, genesis {genesis}")

    def _save(self, node: Node) -> None:
        if self._program.forgets:
            return
        try:
            saved = save_state(self._folder, node.url)
        except ChainError as error:
            # Anchors were saved when they were made; what is lost is what nobody recorded.
            self._folder.note(f"the last save failed: {error}")
        else:
            self._folder.note(f"saved up to block {saved.head} and stopped")


def main(arguments: list[str] | None = None) -> int:
    """Run the supervisor of one home, away from the terminal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--chain-id", type=int, default=DEFAULT_CHAIN_ID)
    parser.add_argument("--forgetful", action="store_true", help="run Hardhat's node although it forgets")
    given = parser.parse_args(arguments)
    folder = ChainFolder(given.home)
    with folder.supervising() as alone:
        # The lock is won or lost before the starter hears from us; then it need not wait for us, nor reap us.
        if not alone or os.fork() > 0:
            return 0
        try:
            folder.sign_in()
            supervisor = Supervisor(folder, given.chain_id, find_program(forgetful=given.forgetful))
            signal.signal(signal.SIGTERM, supervisor.stop)
            signal.signal(signal.SIGINT, supervisor.stop)
            supervisor.run()
        except (ChainError, OSError) as error:
            folder.note(f"gave up: {error}")
            folder.write_error(str(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
