"""(8) The pinned contract on the pinned chain holds this size and root, deep enough.

Spec: docs/spec/verify.md (8), docs/spec/anchor.md. A root does not commit to its size, so both are compared with the
signed checkpoint. The log id is pinned by the reader: anybody may register a log of any name. Enclosed proof material
needs no node at all, only a block hash that the reader trusts; without either the check says so and is not checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core import anchor_view
from evidence_service.core.anchor_material import ProvenAnchor, prove_anchor
from evidence_service.core.anchor_view import ChainReader, ChainUnreachableError
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.checks.log import trust_missing
from evidence_service.core.checks.subject import Subject
from evidence_service.core.event import format_instant
from evidence_service.core.keccak import keccak256
from evidence_service.core.material import MEMBERS
from evidence_service.core.metadata import ChainClaim
from evidence_service.core.note import ED25519
from evidence_service.core.package import METADATA
from evidence_service.core.report import Finding
from evidence_service.core.trust import ChainGrade, PinnedChain, PinnedLog, TrustFile
from evidence_service.errors import MalformedInputError

NO_ROOT = bytes(32)
MATERIAL = MEMBERS["anchor"]
ANCHORED = ("anchored", "anchored-self-run")
IN_PINNED_BLOCK = ("anchored-in-pinned-block", "anchored-in-pinned-block-self-run")


@dataclass(frozen=True, slots=True)
class AnchorFinding:
    """What check (8) says; where it passed also when the chain says it was anchored, and who runs that chain."""

    finding: Finding
    anchored_at: datetime | None = None
    grade: ChainGrade | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: is this checkpoint of this pinned log on a pinned chain? `proven`: what the material shows."""

    log: PinnedLog
    checkpoint: Checkpoint
    claim: ChainClaim | None
    proven: ProvenAnchor | None

    @property
    def log_ids(self) -> tuple[str, ...]:
        """The pinned ids that may hold it, newest first; a claim or a proof names one."""
        named = self.proven.log_id if self.proven else self.claim.log_id if self.claim else ""
        return tuple(one.lower() for one in reversed(self.log.log_ids) if not named or _same(one, named))


def check_anchor(subject: Subject, trust: TrustFile | None, reader: ChainReader | None, now: datetime) -> AnchorFinding:
    """(8) Look at the enclosed proof, then ask the pinned chain; without trust, chain or node say why it is open."""
    checkpoint = next(iter(subject.checkpoints().values()), None)
    if checkpoint is None or (subject.kind != "proof" and subject.metadata is None):
        return AnchorFinding(Finding("not-reached"))
    proven = _proven(subject, checkpoint)
    if isinstance(proven, Finding):
        return AnchorFinding(proven)
    if trust is None or trust.in_force(now):
        return AnchorFinding(trust_missing(trust, now))
    log = trust.log(checkpoint.origin)
    if log is None:
        return AnchorFinding(Finding("not-reached"))
    claim = None if subject.metadata is None else subject.metadata.chain
    if claim is not None and (wrong := _claim_not_pinned(claim, log, trust.chains)):
        return AnchorFinding(Finding("chain-not-pinned", METADATA, field=wrong))
    question = _Question(log, checkpoint, claim, proven)
    chains = [chain for chain in trust.chains if claim is None or _claimed(chain, claim)]
    return _on_chains(question, chains, reader)


def _on_chains(question: _Question, chains: Sequence[PinnedChain], reader: ChainReader | None) -> AnchorFinding:
    """The answer of the first that can give one: the trusted block hashes, then the node."""
    proven = question.proven
    if proven is not None:
        if chains and (wrong := _proof_not_pinned(proven, question.log, chains)):
            return AnchorFinding(Finding("chain-not-pinned", MATERIAL, field=wrong))
        chains = [chain for chain in chains if _same(chain.contract, proven.contract)]
        if question.log_ids and (answer := _by_pinned_block(proven, chains)):
            return answer
    if reader is None and (proven is None or not (chains and question.log_ids)):
        return AnchorFinding(Finding("offline"))
    if not chains:
        return AnchorFinding(Finding("no-chain-pinned"))
    if not question.log_ids:
        return AnchorFinding(Finding("log-id-not-pinned"))
    if reader is None:
        assert proven is not None
        return AnchorFinding(Finding("anchor-unconfirmed", params=_block_params(proven)))
    try:
        return _ask(reader, question, chains)
    except ChainUnreachableError as error:
        return AnchorFinding(Finding("chain-unreachable", params={"detail": str(error)}))


def _proven(subject: Subject, checkpoint: Checkpoint) -> ProvenAnchor | Finding | None:
    """What the enclosed material proves; a finding where it does not hold, or is another checkpoint's."""
    if subject.material.anchor is None:
        return None
    try:
        proven = prove_anchor(subject.material.anchor)
    except MalformedInputError as error:
        return Finding("anchor-proof-invalid", MATERIAL, params={"detail": str(error)})
    if proven.size != checkpoint.size:
        return Finding("anchor-proof-other", MATERIAL, field="size")
    claim = None if subject.metadata is None else subject.metadata.chain
    if claim is not None and claim.block != proven.block.number:
        return Finding("anchor-proof-other", MATERIAL, field="chain.block")
    return proven if proven.root == checkpoint.root else Finding("anchor-proof-other", MATERIAL, field="root")


def _proof_not_pinned(proven: ProvenAnchor, log: PinnedLog, chains: Sequence[PinnedChain]) -> str:
    """The field of the enclosed proof that the trust file contradicts, or empty."""
    if not any(_same(chain.contract, proven.contract) for chain in chains):
        return "anchor.contract"
    return "anchor.log_id" if log.log_ids and not any(_same(one, proven.log_id) for one in log.log_ids) else ""


def _by_pinned_block(proven: ProvenAnchor, chains: Sequence[PinnedChain]) -> AnchorFinding | None:
    """Whether a trusted block hash says that the proven block is real, or that another one is; None without one."""
    answer = None
    for chain in chains:
        for block in chain.blocks:
            if block.number != proven.block.number:
                continue
            if _same(block.hash, proven.block.hash):
                params = _block_params(proven) | {"time": format_instant(proven.block.time)}
                return _passed(IN_PINNED_BLOCK, chain, params, proven.block.time)
            answer = AnchorFinding(Finding("block-hash-mismatch", MATERIAL, params=_block_params(proven)))
    return answer


def _claimed(chain: PinnedChain, claim: ChainClaim) -> bool:
    return chain.chain_id == claim.chain_id and _same(chain.contract, claim.contract)


def _claim_not_pinned(claim: ChainClaim, log: PinnedLog, chains: Sequence[PinnedChain]) -> str:
    """The field of the package's claim that the trust file contradicts, or empty."""
    same_chain = [chain for chain in chains if chain.chain_id == claim.chain_id]
    if not same_chain:
        return "chain.chain_id" if chains else ""
    pinned = next((chain for chain in same_chain if _same(chain.contract, claim.contract)), None)
    if pinned is None:
        return "chain.contract"
    if not _same(pinned.genesis, claim.genesis):
        return "chain.genesis"
    if not _same(pinned.code_hash, claim.code_hash):
        return "chain.code_hash"
    return "chain.log_id" if log.log_ids and not any(_same(one, claim.log_id) for one in log.log_ids) else ""


def _ask(reader: ChainReader, question: _Question, chains: Sequence[PinnedChain]) -> AnchorFinding:
    chain_id = reader.chain_id()
    here = [chain for chain in chains if chain.chain_id == chain_id]
    if not here:
        return AnchorFinding(Finding("chain-id-mismatch", params={"chain_id": str(chain_id)}))
    answer = AnchorFinding(Finding("chain-id-mismatch", params={"chain_id": str(chain_id)}))
    for chain in here:  # a bare proof does not say which of two pinned contracts; the log id does
        answer = _ask_contract(reader, question, chain)
        if answer.finding.code != "log-id-mismatch":
            break
    return answer


def _ask_contract(reader: ChainReader, question: _Question, chain: PinnedChain) -> AnchorFinding:
    contract = chain.contract.lower()
    if not _same(reader.block(0)[0], chain.genesis):
        return AnchorFinding(Finding("genesis-mismatch"))
    if not _same("0x" + keccak256(reader.code(contract)).hex(), chain.code_hash):
        return AnchorFinding(Finding("code-mismatch"))
    answer = AnchorFinding(Finding("log-id-mismatch"))
    for log_id in question.log_ids:  # a log whose key was replaced goes on under another id
        if _follows(reader, question.log, chain, log_id):
            answer = _ask_log(reader, question, chain, log_id)
            if answer.finding.code not in ("not-anchored", "root-missing"):
                break
    return answer


def _follows(reader: ChainReader, log: PinnedLog, chain: PinnedChain, log_id: str) -> bool:
    """Whether the id is the contract's name for this origin under one of the pinned keys."""
    contract = chain.contract.lower()
    registrant = anchor_view.registrant_of(reader, contract, log_id)
    keys = [pin.key.public_key for pin in log.keys if pin.key.algorithm == ED25519]
    return log_id in {anchor_view.log_id_of(log.origin, key, chain.chain_id, contract, registrant) for key in keys}


def _ask_log(reader: ChainReader, question: _Question, chain: PinnedChain, log_id: str) -> AnchorFinding:
    size, contract, proven = question.checkpoint.size, chain.contract.lower(), question.proven
    if proven is not None and _has_block(reader, proven):
        return _deep(reader, chain, proven.block.number, proven.block.time)
    root = anchor_view.root_at(reader, contract, log_id, size)
    if root == NO_ROOT:
        code = "not-anchored" if question.claim is None else "root-missing"
        return AnchorFinding(Finding(code, params={"size": str(size)}))
    if root != question.checkpoint.root:
        return AnchorFinding(Finding("root-mismatch", params={"size": str(size)}))
    claimed = question.claim.block if question.claim else 0
    # The claimed block only shortens the search: after a reorganisation the event may stand earlier or later.
    blocks = anchor_view.anchored_blocks(reader, contract, log_id, size, claimed)
    if not blocks and claimed:
        blocks = anchor_view.anchored_blocks(reader, contract, log_id, size, 0)
    if not blocks:
        return AnchorFinding(Finding("anchor-event-missing", params={"size": str(size)}))
    return _deep(reader, chain, blocks[0], reader.block(blocks[0])[1])


def _has_block(reader: ChainReader, proven: ProvenAnchor) -> bool:
    """Whether the node's chain has the proven block; after a reorganisation it has another one there, or none."""
    try:
        return _same(reader.block(proven.block.number)[0], proven.block.hash)
    except ChainUnreachableError:
        return False


def _deep(reader: ChainReader, chain: PinnedChain, block: int, moment: datetime) -> AnchorFinding:
    depth = reader.head() - block
    params = {"block": str(block), "depth": str(depth)}
    if depth < chain.confirmations:
        wanted = {"wanted": str(chain.confirmations), "chain_id": str(chain.chain_id), "grade": str(chain.grade)}
        return AnchorFinding(Finding("not-deep-enough", params=params | wanted))
    return _passed(ANCHORED, chain, params | {"time": format_instant(moment)}, moment)


def _passed(codes: tuple[str, str], chain: PinnedChain, params: dict[str, str], moment: datetime) -> AnchorFinding:
    code = codes[chain.grade is ChainGrade.SELF_RUN]
    params |= {"chain_id": str(chain.chain_id), "grade": str(chain.grade)}
    return AnchorFinding(Finding(code, params=params), moment, chain.grade)


def _block_params(proven: ProvenAnchor) -> dict[str, str]:
    return {"block": str(proven.block.number), "hash": proven.block.hash}


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
