"""(8) The pinned contract on the pinned chain holds this size and root, deep enough.

Spec: docs/spec/verify.md (8), docs/spec/anchor.md. A root does not commit to its size, so both are compared with the
signed checkpoint. The log id is pinned by the reader: anybody may register a log of any name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core import anchor_view
from evidence_service.core.anchor_view import ChainReader, ChainUnreachableError
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.checks.log import trust_missing
from evidence_service.core.checks.subject import Subject
from evidence_service.core.event import format_instant
from evidence_service.core.keccak import keccak256
from evidence_service.core.metadata import ChainClaim
from evidence_service.core.note import parse_vkey
from evidence_service.core.package import METADATA
from evidence_service.core.report import Finding
from evidence_service.core.trust import ChainGrade, PinnedChain, PinnedLog, TrustFile

NO_ROOT = bytes(32)


@dataclass(frozen=True, slots=True)
class AnchorFinding:
    """What check (8) says, and when the chain says it was anchored (only where it passed)."""

    finding: Finding
    anchored_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of the chain: does it hold this checkpoint of this pinned log?"""

    log: PinnedLog
    checkpoint: Checkpoint
    claim: ChainClaim | None


def check_anchor(subject: Subject, trust: TrustFile | None, reader: ChainReader | None, now: datetime) -> AnchorFinding:
    """(8) Ask the pinned chain; without trust, chain or node say why nothing was asked."""
    checkpoint = next(iter(subject.checkpoints().values()), None)
    if checkpoint is None or (subject.kind != "proof" and subject.metadata is None):
        return AnchorFinding(Finding("not-reached"))
    if trust is None or trust.in_force(now):
        return AnchorFinding(trust_missing(trust, now))
    log = trust.log(checkpoint.origin)
    if log is None:
        return AnchorFinding(Finding("not-reached"))
    claim = None if subject.metadata is None else subject.metadata.chain
    if claim is not None and (wrong := _claim_not_pinned(claim, log, trust.chains)):
        return AnchorFinding(Finding("chain-not-pinned", METADATA, field=wrong))
    if reader is None:
        return AnchorFinding(Finding("offline"))
    chains = [chain for chain in trust.chains if claim is None or _same(chain.contract, claim.contract)]
    if not chains:
        return AnchorFinding(Finding("no-chain-pinned"))
    if not log.log_id:
        return AnchorFinding(Finding("log-id-not-pinned"))
    try:
        return _ask(reader, _Question(log, checkpoint, claim), chains)
    except ChainUnreachableError as error:
        return AnchorFinding(Finding("chain-unreachable", params={"detail": str(error)}))


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
    return "chain.log_id" if log.log_id and not _same(log.log_id, claim.log_id) else ""


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
    log, size, contract = question.log, question.checkpoint.size, chain.contract.lower()
    log_id = log.log_id.lower()
    if not _same(reader.block(0)[0], chain.genesis):
        return AnchorFinding(Finding("genesis-mismatch"))
    if not _same("0x" + keccak256(reader.code(contract)).hex(), chain.code_hash):
        return AnchorFinding(Finding("code-mismatch"))
    submitter = anchor_view.submitter_of(reader, contract, log_id)
    key = parse_vkey(log.vkey).public_key
    if anchor_view.log_id_of(log.origin, key, chain.chain_id, contract, submitter) != log_id:
        return AnchorFinding(Finding("log-id-mismatch"))
    root = anchor_view.root_at(reader, contract, log_id, size)
    if root == NO_ROOT:
        code = "not-anchored" if question.claim is None else "root-missing"
        return AnchorFinding(Finding(code, params={"size": str(size)}))
    if root != question.checkpoint.root:
        return AnchorFinding(Finding("root-mismatch", params={"size": str(size)}))
    return _depth(reader, question, chain)


def _depth(reader: ChainReader, question: _Question, chain: PinnedChain) -> AnchorFinding:
    contract, log_id, size = chain.contract.lower(), question.log.log_id.lower(), question.checkpoint.size
    claimed = question.claim.block if question.claim else 0
    # The claimed block only shortens the search: after a reorganisation the event may stand earlier or later.
    blocks = anchor_view.anchored_blocks(reader, contract, log_id, size, claimed)
    if not blocks and claimed:
        blocks = anchor_view.anchored_blocks(reader, contract, log_id, size, 0)
    if not blocks:
        return AnchorFinding(Finding("anchor-event-missing", params={"size": str(size)}))
    block = blocks[0]
    depth = reader.head() - block
    params = {"block": str(block), "depth": str(depth), "chain_id": str(chain.chain_id), "grade": str(chain.grade)}
    if depth < chain.confirmations:
        return AnchorFinding(Finding("not-deep-enough", params=params | {"wanted": str(chain.confirmations)}))
    moment = reader.block(block)[1]
    code = "anchored-self-run" if chain.grade is ChainGrade.SELF_RUN else "anchored"
    return AnchorFinding(Finding(code, params=params | {"time": format_instant(moment)}), moment)


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
