"""Looks at an instance's chain for `chain status`, and says in words what was found.

Spec: docs/spec/anchor.md (Status).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from evidence_service.adapters.instance_chain import InstanceChain, OpenChain
from evidence_service.adapters.json_rpc import ChainUnreachableError
from evidence_service.bootstrap import open_home, require_database
from evidence_service.clock import now
from evidence_service.core.chain_report import ChainReport, Identity, LogOnChain
from evidence_service.core.event import format_instant
from evidence_service.core.trust import ChainGrade
from evidence_service.errors import ChainError, NotAnInstanceError
from evidence_service.settings import read_settings
from evidence_service.workflow.chain_status import Looking, chain_report


def look_at_chain(home: Path, patience: timedelta) -> ChainReport:
    """Everything about the chain of a home; of a folder that is no instance yet only whether a chain runs in it."""
    settings = read_settings(home)
    chain = InstanceChain(settings)
    try:
        require_database(settings)
    except NotAnInstanceError:
        return ChainReport(chain.status(), None, None, (), (), ())
    service = open_home(home)
    opened = chain.look()
    identity, unreachable = _identity(chain, opened)
    looking = Looking(
        logs=service.store,
        anchors=service.anchors,
        chain=None if unreachable else opened,
        status=chain.status(),
        identity=identity,
        unreachable=unreachable,
        now=now(),
        patience=patience,
    )
    return chain_report(service.logs(), looking)


def _identity(chain: InstanceChain, opened: OpenChain | None) -> tuple[Identity | None, str]:
    """Which chain it is and whether it is the known one; and why it did not answer, where it should."""
    known, pinned = chain.deployment(), chain.pinned(chain.confirmations)
    if known is None or pinned is None:
        return None, ""
    problem = unreachable = ""
    try:
        if opened is not None:
            opened.check()
    except ChainUnreachableError as error:
        unreachable = str(error)
    except ChainError as error:
        problem = str(error)
    identity = Identity(
        kind="local" if chain.is_local else "remote",
        chain_id=known.chain_id,
        genesis=known.genesis_hash,
        contract=known.evidence_anchor,
        code_hash=known.code_hash,
        grade=str(pinned.grade),
        confirmations=pinned.confirmations,
        asked=opened is not None and not unreachable,
        problem=problem,
        registry=known.filing_registry,
        node=opened.url if opened is not None and chain.is_local else "",
    )
    return identity, unreachable


def status_lines(report: ChainReport) -> list[str]:
    """The report for a person."""
    return [*_chain_lines(report), *(line for log in report.logs for line in _log_lines(log)), *_advice(report)]


def _chain_lines(report: ChainReport) -> Iterator[str]:
    status, identity, funds = report.status, report.identity, report.funds
    if status.running:
        yield f"the chain runs: id {status.chain_id}, newest block {status.head}"
    elif identity is None or identity.kind == "local":
        yield "the chain does not run"
    if identity is None or identity.kind == "local":
        yield "nothing is saved yet" if status.saved_head is None else f"saved up to block {status.saved_head}"
    if identity is not None:
        yield f"chain       {identity.chain_id} ({identity.kind}), genesis {identity.genesis}"
        code = "not asked" if not identity.asked else "NOT the known one" if identity.problem else "the known one"
        yield f"contract    {identity.contract}, code {code}"
        yield f"registry    {identity.registry}" + (f", node {identity.node}" if identity.node else "")
        yield f"grade       {_grade(identity.grade)}; an anchor is final after {identity.confirmations} more block(s)"
    if funds is not None:
        yield f"account     {funds.account}, {funds.balance} wei; an anchor may cost {funds.anchor_may_cost}"


def _grade(grade: str) -> str:
    if grade == ChainGrade.SELF_RUN:
        return "self-run: the lender runs it alone, so it adds no independent time"
    return f"{grade}, as this instance says; a reader's trust file decides"


def _log_lines(log: LogOnChain) -> Iterator[str]:
    yield f"log {log.institution}"
    if log.block is None:
        yield "  anchored    never"
    else:
        depth = "" if log.depth is None else f", {log.depth} block(s) deep"
        when = "" if log.anchored_at is None else f", {format_instant(log.anchored_at)}"
        yield f"  anchored    size {log.anchored_size} in block {log.block}{depth}{when}"
    since = "" if log.waiting_since is None else f", the oldest since {format_instant(log.waiting_since)}"
    yield f"  waiting     {log.waiting} checkpoint(s), newest of size {log.published_size}{since}"
    for intent in log.intents:
        yield f"  intent      size {intent.size} {intent.state} since {format_instant(intent.since)}: {intent.tx}"
    yield f"  proofs      {log.material_stored} stored, {log.material_missing} missing"
    if log.witnesses.threshold:
        yield f"  witnesses   {log.witnesses.threshold} of {len(log.witnesses.accounts)} must attest an anchor"


def _advice(report: ChainReport) -> Iterator[str]:
    for note in report.notes:
        yield f"note: {note}"
    for ask in report.asks:
        yield f"! {ask}"
    if report.identity is not None and not report.asks:
        yield "nothing needs a person"
