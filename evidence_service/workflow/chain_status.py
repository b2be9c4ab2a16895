"""What a person should know of the chain: asked where it runs, read from the records where it does not.

Spec: docs/spec/anchor.md (Status). Nothing is started, sent or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from evidence_service.core.chain import ChainStatus, LogWitnesses
from evidence_service.core.chain_report import ChainReport, Funds, Identity, Intent, LogOnChain
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

NEWEST = 100
"""Records and checkpoints that are looked at; a larger backlog is counted as this many."""


class AskedChain(AnchorChain, Protocol):
    """A chain that also tells its clock and our account."""

    def block_time(self, number: int) -> datetime:
        """When a block says that it was made."""
        ...

    def funds(self) -> Funds:
        """Our account, and what an anchor may cost."""
        ...


class CheckpointList(LogStore, Protocol):
    """A log store that lists its checkpoints."""

    def checkpoints(self, institution: str, limit: int) -> list[PublishedCheckpoint]:
        """The newest checkpoints, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked at. `chain` is None where it is not asked; `unreachable` says why where it should answer."""

    logs: CheckpointList
    anchors: AnchorStore
    chain: AskedChain | None
    status: ChainStatus
    identity: Identity | None
    unreachable: str
    now: datetime
    patience: timedelta


def chain_report(logs: Sequence[LogRecord], looking: Looking) -> ChainReport:
    """Look at the chain and at every log."""
    asks, notes = [], [looking.status.note] if looking.status.note else []
    if looking.unreachable:
        asks.append(f"{looking.unreachable}. Events go on being logged and published; anchors wait. Look at the node.")
    if looking.identity is not None and looking.identity.problem:
        asks.append(f"{looking.identity.problem} Anchoring stops until the right chain is back; docs/spec/anchor.md.")
    chain = looking.chain if looking.identity is not None and not looking.identity.problem else None
    funds = None
    found = []
    try:
        funds = None if chain is None else chain.funds()
        found = [_log(log, chain, looking) for log in logs]
        for one in found if chain is not None else ():
            asks += _on_chain(one, chain, looking)
    except ChainError as error:
        asks.append(f"{error}. Anchors wait; look at the node.")
        found = [_log(log, None, looking) for log in logs]
    if funds is not None and not funds.enough:
        asks.append(
            f"account {funds.account} holds {funds.balance} wei, and an anchor may cost {funds.anchor_may_cost}: send "
            "it money, then run `proofdocket anchor`"
        )
    for one in found:
        asks += _overdue(one, looking)
        notes += _notes(one)
    return ChainReport(looking.status, looking.identity, funds, tuple(found), tuple(asks), tuple(notes))


def _log(log: LogRecord, chain: AskedChain | None, looking: Looking) -> LogOnChain:
    records = looking.anchors.newest(log.institution, NEWEST)
    newest = looking.anchors.largest(log.institution)
    checkpoints = looking.logs.checkpoints(log.institution, NEWEST)
    size = newest.size if newest else 0
    waiting = [one for one in checkpoints if one.checkpoint.size > size]
    log_id = records[0].chain_log_id if records else ""
    on_chain = [one for one in records if one.state in ON_CHAIN_STATES]
    missing = len(looking.anchors.without_material(log.institution))
    block = newest.block if newest else None
    return LogOnChain(
        institution=log.institution,
        log_id=log_id,
        anchored_size=size,
        block=block,
        depth=None if chain is None or block is None else chain.head_block() - block,
        anchored_at=_time(chain, block),
        published_size=checkpoints[0].checkpoint.size if checkpoints else 0,
        waiting=len(waiting),
        waiting_since=waiting[-1].created_at if waiting else None,
        intents=tuple(
            Intent(one.size, one.state.value, one.tx, one.created_at) for one in looking.anchors.open(log.institution)
        ),
        material_stored=max(0, len(on_chain) - missing),
        material_missing=missing,
        witnesses=chain.witnesses(log_id) if chain is not None and log_id else LogWitnesses(),
        attested_size=max(looking.anchors.attested_sizes(log_id), default=0) if log_id else 0,
    )


def _time(chain: AskedChain | None, block: int | None) -> datetime | None:
    """When the newest anchor's block was made; unknown where the chain has no such block any more."""
    if chain is None or block is None or chain.head_block() < block:
        return None
    return chain.block_time(block)


def _on_chain(one: LogOnChain, chain: AskedChain | None, looking: Looking) -> Iterator[str]:
    """What the contract and the records disagree about."""
    if chain is None or not one.log_id:
        return
    newest = looking.anchors.largest(one.institution)
    if newest is None or newest.block is None:
        return
    size, _ = chain.head(one.log_id)
    if size < newest.size:
        yield (
            f"log {one.institution} was anchored at size {newest.size} in block {newest.block}, but the contract has "
            f"it at {size}: the chain lost its past. Nothing is sent until it is back; docs/spec/anchor.md"
        )
    elif chain.head_block() >= newest.block and chain.block_hash(newest.block) != newest.block_hash:
        yield (
            f"block {newest.block} was reorganised: run `proofdocket anchor`, which finds out where the anchor of size "
            f"{newest.size} is now"
        )


def _overdue(one: LogOnChain, looking: Looking) -> Iterator[str]:
    """What has waited longer than a person wants it to."""
    if one.waiting_since is not None and looking.now - one.waiting_since > looking.patience:
        what = "the newest checkpoints are" if one.waiting > 1 else "the newest checkpoint is"
        yield (
            f"log {one.institution}: {what} not anchored, the oldest for {_span(looking.now - one.waiting_since)}; run "
            "`proofdocket anchor`"
        )
    for intent in one.intents:
        if looking.now - intent.since > looking.patience:
            yield (
                f"log {one.institution}: the anchor of size {intent.size} is {intent.state} for "
                f"{_span(looking.now - intent.since)} ({intent.tx}); run `proofdocket anchor`, which finds out what "
                "became of it"
            )
    newest = next(iter(looking.anchors.newest(one.institution, 1)), None)
    if newest is not None and _given_up(newest):
        yield f"log {one.institution}: the anchor of size {newest.size} is {newest.state}; run `proofdocket anchor`"


def _given_up(record: AnchorRecord) -> bool:
    return record.state in (AnchorState.FAILED, AnchorState.LOST)


def _notes(one: LogOnChain) -> Iterator[str]:
    if one.material_missing:
        yield (
            f"log {one.institution}: the proof material of {one.material_missing} anchor(s) is missing; the next "
            "anchor or publish asks for it again"
        )
    if one.witnesses.threshold and one.published_size > one.anchored_size and one.attested_size < one.published_size:
        yield (
            f"log {one.institution}: {one.witnesses.threshold} of {len(one.witnesses.accounts)} chain witnesses must "
            "attest the next anchor: `proofdocket chain request`, then `chain add-attestation`"
        )


def _span(delta: timedelta) -> str:
    minutes = int(delta.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h {minutes} min"
