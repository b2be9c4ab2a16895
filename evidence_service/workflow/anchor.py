"""checkpoint > anchor: put the size and root of the newest checkpoint on the chain.

Spec: docs/spec/anchor.md. The intent (nonce, tx hash, raw transaction) is stored before it is sent. Recovery is the
first half of the normal path: every open intent is looked up on the chain before a new one is made. Proof material is
taken as soon as an anchor is mined; what could not be taken is asked for again by the next run and blocks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from evidence_service.core.attestation import in_order
from evidence_service.core.chain import LogWitnesses, PreparedTx, TxOutcome, TxState
from evidence_service.core.merkle import consistency_proof, root_hash
from evidence_service.core.note import parse_vkey
from evidence_service.errors import ChainError
from evidence_service.ports import (
    ON_CHAIN_STATES,
    AnchorChain,
    AnchorRecord,
    AnchorState,
    AnchorStore,
    LogRecord,
    LogStore,
    PublishedCheckpoint,
)

PATIENCE = 3
"""So many anchors without an answer to their proof material end a run's questions: the node is away, or has none."""


class NothingToAnchorError(ChainError):
    """The log has no checkpoint."""

    code = "nothing-published"


class ChainLostError(ChainError):
    """The chain no longer holds what it held, or holds what this instance never signed."""

    code = "chain-lost-its-past"


class AttestationsMissingError(ChainError):
    """The log has chain witnesses, and too few of them attested a checkpoint that could be anchored."""

    code = "attestations-missing"


@dataclass(frozen=True, slots=True)
class Anchoring:
    """What anchoring needs from outside."""

    logs: LogStore
    anchors: AnchorStore
    chain: AnchorChain
    confirmations: int
    now: datetime


def anchor(log: LogRecord, doors: Anchoring) -> AnchorRecord:
    """Anchor the newest checkpoint of a log; returns its record (mined or final). Safe to repeat.

    Of a log with chain witnesses the newest checkpoint that enough of them attested.
    """
    published = doors.logs.latest_checkpoint(log.institution)
    if published is None:
        raise NothingToAnchorError(f"log {log.institution} has no checkpoint; run `proofdocket publish` first")
    doors.chain.check()
    for record in doors.anchors.open(log.institution):
        recover(record, doors)
    recheck(log, doors)
    known = known_log_id(log, doors)
    if known:  # before anything is sent to a chain that lost its past
        _check_past(log, *doors.chain.head(known), doors)
    log_id = doors.chain.ensure_registered(log.origin, parse_vkey(log.vkey).public_key, known)
    size, root = doors.chain.head(log_id)
    _check_past(log, size, root, doors)
    if size > published.checkpoint.size:
        raise ChainError(
            f"log {log.institution} is anchored at size {size} already, beyond its newest checkpoint of size "
            f"{published.checkpoint.size}; run `proofdocket publish`, then anchor again"
        )
    if size == published.checkpoint.size:
        record = _found(log, published, doors)
    else:
        record = _send(log, log_id, size, published, doors)
    take_material(log, doors)
    return record


def known_log_id(log: LogRecord, doors: Anchoring) -> str:
    """The id under which this log was anchored on this contract; empty before the first time."""
    for record in doors.anchors.newest(log.institution, 1):
        if record.chain_id == doors.chain.chain_id and record.contract == doors.chain.contract:
            return record.chain_log_id
    return ""


def recheck(log: LogRecord, doors: Anchoring) -> None:
    """Read the block hash of the newest final anchor again: after a deep reorganisation it may stand elsewhere."""
    record = doors.anchors.largest(log.institution)
    if record is None or record.block is None or record.state is not AnchorState.FINAL:
        return
    if doors.chain.head_block() >= record.block and doors.chain.block_hash(record.block) == record.block_hash:
        return
    outcome = doors.chain.outcome(record.tx)
    if outcome.state is TxState.MINED:
        _settle(record, outcome, doors)


def take_material(log: LogRecord, doors: Anchoring) -> None:
    """Take the proof material that is still missing, newest first. Never fails."""
    failures = 0
    for record in doors.anchors.without_material(log.institution):
        if failures == PATIENCE:
            return
        assert record.block is not None
        try:
            block_hash, material = doors.chain.material(record.tx, record.block)
        except ChainError:
            failures += 1  # the next run asks again
            continue
        if block_hash == record.block_hash:  # else reorganised meanwhile: the record is put right first
            doors.anchors.keep_material(record, material, doors.now)


def recover(record: AnchorRecord, doors: Anchoring) -> AnchorRecord:
    """Find out what became of an open intent and bring its record up to date."""
    outcome = doors.chain.outcome(record.tx)
    if outcome.state is TxState.UNKNOWN and doors.chain.next_nonce() <= record.nonce:
        # Not done, or done on a node that forgot: the very same bytes may be sent again.
        doors.chain.send(PreparedTx(record.nonce, record.tx, record.raw_tx))
        record = doors.anchors.move(_without_block(record, AnchorState.SENT), doors.now)
        outcome = doors.chain.wait(record.tx)
    elif outcome.state is TxState.UNKNOWN:
        # Its nonce is taken: by another transaction, or by itself since we asked.
        outcome = doors.chain.outcome(record.tx)
    elif outcome.state is TxState.PENDING:
        outcome = doors.chain.wait(record.tx)
    return _settle(record, outcome, doors)


def _send(log: LogRecord, log_id: str, old_size: int, published: PublishedCheckpoint, doors: Anchoring) -> AnchorRecord:
    witnesses = doors.chain.witnesses(log_id)
    signatures: tuple[bytes, ...] = ()
    if witnesses.threshold:
        published, signatures = _attested(log, log_id, old_size, witnesses, doors)
    checkpoint = published.checkpoint
    tree = doors.logs.tree(log.institution, checkpoint.size)
    proof = consistency_proof(tree, old_size, checkpoint.size) if old_size else ()
    prepared = doors.chain.prepare_anchor(log_id, checkpoint.size, checkpoint.root, proof, signatures)
    record = doors.anchors.add(
        AnchorRecord(
            id=0,
            institution=log.institution,
            size=checkpoint.size,
            root=checkpoint.root,
            chain_id=doors.chain.chain_id,
            contract=doors.chain.contract,
            chain_log_id=log_id,
            nonce=prepared.nonce,
            tx=prepared.tx_hash,
            raw_tx=prepared.raw,
            state=AnchorState.PREPARED,
            block=None,
            block_hash=None,
            gas=None,
            created_at=doors.now,
        )
    )
    # Crash here: the intent is stored, nothing was sent; `recover` sends the same bytes.
    doors.chain.send(prepared)
    # Crash here: sent, and we do not know it; `recover` finds it by its hash.
    record = doors.anchors.move(replace(record, state=AnchorState.SENT), doors.now)
    return _settle(record, doors.chain.wait(record.tx), doors)


def _attested(
    log: LogRecord, log_id: str, old_size: int, witnesses: LogWitnesses, doors: Anchoring
) -> tuple[PublishedCheckpoint, tuple[bytes, ...]]:
    """The newest checkpoint that enough witnesses attested, and their signatures in the contract's order."""
    most = 0
    accounts = {one.lower() for one in witnesses.accounts}
    for size in doors.anchors.attested_sizes(log_id):
        published = doors.logs.checkpoint_at(log.institution, size)
        if size <= old_size or published is None:
            continue
        given = in_order(doors.anchors.attestations(log_id, size, published.checkpoint.root))
        good = [one for one in given if one.signer.lower() in accounts]
        if len(good) >= witnesses.threshold:
            return published, tuple(one.signature for one in good[: witnesses.threshold])
        most = max(most, len(good))
    raise AttestationsMissingError(
        f"log {log.institution} needs the attestation of {witnesses.threshold} of its {len(witnesses.accounts)} chain "
        f"witnesses, and no checkpoint has more than {most}: give the witnesses what `proofdocket chain request` "
        "writes, add what they answer with `proofdocket chain add-attestation`, then anchor again"
    )


def _settle(record: AnchorRecord, outcome: TxOutcome, doors: Anchoring) -> AnchorRecord:
    """Record an outcome. *mined* only after the chain's state is safe."""
    if outcome.state is TxState.FAILED:
        doors.anchors.move(replace(_without_block(record, AnchorState.FAILED), gas=outcome.gas_used), doors.now)
        raise ChainError(f"anchor {record.tx} was refused by the contract: {outcome.error}")
    if outcome.state is TxState.UNKNOWN:
        if doors.chain.next_nonce() > record.nonce:
            return doors.anchors.move(_without_block(record, AnchorState.LOST), doors.now)
        raise ChainError(f"anchor {record.tx} was sent, but the chain does not know it; run `proofdocket anchor` again")
    if outcome.state is TxState.PENDING:
        raise ChainError(f"anchor {record.tx} is sent but not mined yet; run `proofdocket anchor` again")
    doors.chain.secure()
    # Crash here: mined and safe, the record still says sent; `recover` finds it by its hash.
    assert outcome.block_number is not None
    deep = doors.chain.head_block() - outcome.block_number >= doors.confirmations
    # Final is for good: the block's hash is read once more, in case the chain was reorganised since we asked.
    deep = deep and doors.chain.block_hash(outcome.block_number) == outcome.block_hash
    mined = replace(
        record,
        state=AnchorState.FINAL if deep else AnchorState.MINED,
        block=outcome.block_number,
        block_hash=outcome.block_hash,
        gas=outcome.gas_used,
    )
    return doors.anchors.move(mined, doors.now)


def _without_block(record: AnchorRecord, state: AnchorState) -> AnchorRecord:
    return replace(record, state=state, block=None, block_hash=None, gas=None)


def _found(log: LogRecord, published: PublishedCheckpoint, doors: Anchoring) -> AnchorRecord:
    """The newest checkpoint is on the chain already: return the record that put it there."""
    records = doors.anchors.at(log.institution, published.checkpoint.size)
    for record in records:
        if record.state in ON_CHAIN_STATES:
            return record
    for record in records:
        outcome = doors.chain.outcome(record.tx)
        if outcome.state is TxState.MINED:  # given up too early: it came after all
            return _settle(record, outcome, doors)
    raise ChainLostError(
        f"the chain holds size {published.checkpoint.size} of log {log.institution}, but this database has no record "
        "of the transaction; was an older backup restored?"
    )


def _check_past(log: LogRecord, size: int, root: bytes, doors: Anchoring) -> None:
    """What the chain holds must be what we signed, and must include everything recorded as anchored."""
    largest = doors.anchors.largest(log.institution)
    if largest is not None and largest.size > size:
        raise ChainLostError(
            f"size {largest.size} of log {log.institution} was anchored in block {largest.block}, but the "
            f"contract's head is {size}: the chain lost its past. Nothing was sent; see docs/spec/anchor.md"
        )
    if size == 0:
        return
    if size > doors.logs.log(log.institution).size or root_hash(doors.logs.tree(log.institution, size), size) != root:
        raise ChainLostError(
            f"the contract's head of log {log.institution} at size {size} is not a root of this database"
        )
