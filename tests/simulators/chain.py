"""A chain in memory with our EvidenceAnchor on it: `ports.AnchorChain`, and a plan of what goes wrong when.

It keeps the contract's promises (grows only, consistency checked) and a node's habits (nonces, mempool, receipts). A
test breaks it at a step: `crash_at("send")` raises as if the process died before the call had any effect,
`crash_at("send", done=True)` after it had its whole effect and nobody was told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from evidence_service.core.chain import LogWitnesses, PreparedTx, TxOutcome, TxState
from evidence_service.core.merkle import ProofError, check_consistency
from evidence_service.errors import ChainError

Result = TypeVar("Result")
CHAIN_ID = 31337


class PowerCut(BaseException):
    """The process is gone: nothing catches this, as nothing catches kill -9."""


@dataclass(frozen=True)
class AnchorCall:
    """What a transaction asks of the contract."""

    nonce: int
    log_id: str
    size: int
    root: bytes
    proof: tuple[bytes, ...]

    def raw(self) -> bytes:
        words = [str(self.nonce), self.log_id, str(self.size), self.root.hex(), *(node.hex() for node in self.proof)]
        return "|".join(words).encode()

    @classmethod
    def read(cls, raw: bytes) -> AnchorCall:
        nonce, log_id, size, root, *proof = raw.decode().split("|")
        return cls(int(nonce), log_id, int(size), bytes.fromhex(root), tuple(bytes.fromhex(node) for node in proof))


@dataclass
class World:
    """What a chain remembers; a copy of it is a backup."""

    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    mined: dict[str, TxOutcome] = field(default_factory=dict)
    block: int = 0
    nonce: int = 0
    branch: str = ""
    """Names the branch of the chain: block hashes on another one are others."""

    def copy(self) -> World:
        return World(dict(self.heads), dict(self.mined), self.block, self.nonce, self.branch)

    def block_hash(self, number: int) -> str:
        return "0x" + sha256(f"block {self.branch}{number}".encode()).hexdigest()


@dataclass
class ChainSimulator:
    """`AnchorChain` in memory. `sent` lists the raw bytes of every transaction that reached the node."""

    world: World = field(default_factory=World)
    saved: World = field(default_factory=World)
    pool: dict[str, AnchorCall] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    mining: bool = True
    loses_sends: bool = False
    wrong_chain: str = ""
    quorum: LogWitnesses = field(default_factory=LogWitnesses)
    hides_receipts: bool = False
    away: bool = False
    _crashes: dict[str, bool] = field(default_factory=dict)

    chain_id: int = CHAIN_ID
    contract: str = "0x" + "C0" * 20

    def crash_at(self, step: str, *, done: bool = False) -> None:
        """Lose the process at the next call of a step: before it has any effect, or `done`, after its whole effect."""
        self._crashes[step] = done

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._crashes.clear()

    def forget(self) -> None:
        """The chain goes back to what was saved, as a local chain does after kill -9."""
        self.world, self.pool = self.saved.copy(), {}

    def fill_block(self) -> None:
        """Mine what lies in the pool, in the order of nonces."""
        for tx_hash, call in sorted(self.pool.items(), key=lambda item: item[1].nonce):
            if call.nonce == self.world.nonce:
                self._mine(tx_hash, call)
                del self.pool[tx_hash]

    def check(self) -> None:
        self._step("check", lambda: None)
        if self.wrong_chain:
            raise ChainError(self.wrong_chain)

    def ensure_registered(self, origin: str, key: bytes, known: str = "") -> str:
        log_id = "0x" + sha256(origin.encode() + key).hexdigest()
        return self._step("ensure_registered", lambda: self.world.heads.setdefault(log_id, (0, bytes(32))) and log_id)

    def head(self, log_id: str) -> tuple[int, bytes]:
        return self._step("head", lambda: self.world.heads.get(log_id, (0, bytes(32))))

    def witnesses(self, log_id: str) -> LogWitnesses:
        return self._step("witnesses", lambda: self.quorum)

    def prepare_anchor(
        self, log_id: str, size: int, root: bytes, proof: Sequence[bytes], signatures: Sequence[bytes] = ()
    ) -> PreparedTx:
        def prepare() -> PreparedTx:
            if len(signatures) < self.quorum.threshold:
                raise ChainError("BelowThreshold")
            call = AnchorCall(self._pending_nonce(), log_id, size, root, tuple(proof))
            reason = self._refusal(call)
            if reason:
                raise ChainError(reason)
            return PreparedTx(call.nonce, tx_hash_of(call.raw()), call.raw())

        return self._step("prepare_anchor", prepare)

    def send(self, prepared: PreparedTx) -> None:
        def send() -> None:
            assert tx_hash_of(prepared.raw) == prepared.tx_hash
            self.sent.append(prepared.raw)
            if self.loses_sends or prepared.tx_hash in self.world.mined:
                return
            call = AnchorCall.read(prepared.raw)
            if call.nonce < self.world.nonce:
                raise ChainError("nonce too low")
            self.pool[prepared.tx_hash] = call
            if self.mining:
                self.fill_block()

        self._step("send", send)

    def wait(self, tx_hash: str) -> TxOutcome:
        return self._step("wait", lambda: self._outcome(tx_hash))

    def outcome(self, tx_hash: str) -> TxOutcome:
        return self._step("outcome", lambda: self._outcome(tx_hash))

    def next_nonce(self) -> int:
        return self._step("next_nonce", self._pending_nonce)

    def secure(self) -> None:
        def secure() -> None:
            self.world.block += 3
            self.saved = self.world.copy()

        self._step("secure", secure)

    def head_block(self) -> int:
        return self._step("head_block", lambda: self.world.block)

    def block_hash(self, number: int) -> str:
        return self._step("block_hash", lambda: self.world.block_hash(number))

    def material(self, tx_hash: str, block: int) -> tuple[str, str]:
        def material() -> tuple[str, str]:
            if self.hides_receipts:
                raise ChainError("this node gives no receipts")
            return self.world.block_hash(block), f"material of {tx_hash} in {self.world.block_hash(block)}"

        return self._step("material", material)

    def _step(self, name: str, act: Callable[[], Result]) -> Result:
        self.steps.append(name)
        if self.away:
            raise ChainError("the chain did not answer")
        done = self._crashes.pop(name, None)
        if done is False:
            raise PowerCut(f"before {name}")
        result = act()
        if done:
            raise PowerCut(f"after {name}")
        return result

    def _pending_nonce(self) -> int:
        return max([self.world.nonce, *(call.nonce + 1 for call in self.pool.values())])

    def _outcome(self, tx_hash: str) -> TxOutcome:
        unmined = TxState.PENDING if tx_hash in self.pool else TxState.UNKNOWN
        return self.world.mined.get(tx_hash, TxOutcome(unmined))

    def _refusal(self, call: AnchorCall) -> str:
        """The contract's rules: a known log, a larger size, a proof that the new tree extends the old one."""
        if call.log_id not in self.world.heads:
            return "UnknownLog"
        size, root = self.world.heads[call.log_id]
        if call.size <= size:
            return f"NotLarger({size}, {call.size})"
        if size:
            try:
                check_consistency(size, call.size, root, call.root, call.proof)
            except ProofError as error:
                return f"InconsistentTree: {error}"
        return ""

    def _mine(self, tx_hash: str, call: AnchorCall) -> None:
        reason = self._refusal(call)
        if not reason:
            self.world.heads[call.log_id] = (call.size, call.root)
        self.world.block += 1
        self.world.nonce = call.nonce + 1
        state = TxState.FAILED if reason else TxState.MINED
        block_hash = self.world.block_hash(self.world.block)
        self.world.mined[tx_hash] = TxOutcome(state, self.world.block, block_hash, 51_836, reason or None)


def tx_hash_of(raw: bytes) -> str:
    """The hash that names a transaction."""
    return "0x" + sha256(b"tx" + raw).hexdigest()
