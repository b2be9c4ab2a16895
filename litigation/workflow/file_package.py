"""bundle > file: lodge a package with a court, so that a crash at any point loses and doubles nothing.

Spec: docs/spec/file.md. The intent (nonce, tx hash, raw transaction) is stored before it is sent. Recovery is the first
half of the normal path: the stored transaction is looked up on the chain before anything is sent, and only the very
same bytes are sent again; a new transaction is made only when the old one can no longer be mined. The loan is read
again before the intent is stored and before each sending: what changed since the package was drawn stops it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from evidence_service.core import container
from evidence_service.core.chain import PreparedTx, TxOutcome, TxState
from evidence_service.core.event import format_instant
from evidence_service.core.facts import parse_facts
from evidence_service.core.metadata import parse_metadata
from evidence_service.core.package import METADATA
from evidence_service.core.reasons import CheckState
from evidence_service.core.verify import verify_package
from evidence_service.errors import ChainError
from litigation.core.disclosure_set import COURT
from litigation.core.filing import (
    NOT_LODGED,
    UNFINISHED,
    CheckFailedError,
    Court,
    DraftFilingError,
    DuplicateFilingError,
    Filing,
    FilingRefusedError,
    FilingState,
    digest_of,
    letter_bytes,
    submitted_event_id,
    submitted_payload,
)
from litigation.ports import FilingChain, FilingStore, Journal, Outbox

SYSTEM_VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class PackageCase:
    """Which case a package of this instance belongs to."""

    our_reference: str
    institution: str
    draft: bool


@dataclass(frozen=True, slots=True)
class FileablePackage:
    """A package that may be filed; only `check_fileable` makes one."""

    content: bytes
    sha256: str
    our_reference: str
    institution: str


@dataclass(frozen=True, slots=True)
class FilingDoors:
    """What filing needs from outside. `reread` takes a package's SHA-256 and raises FilingChangedError where the loan
    changed since that package was drawn; `ended` says whether events of the loan ended a filing's suit."""

    store: FilingStore
    chain: FilingChain
    outbox: Outbox
    journal: Journal
    loan_of: Callable[[str], str]
    reread: Callable[[str], None]
    ended: Callable[[Filing], bool]
    now: datetime


def file_package(package: FileablePackage, court: Court, doors: FilingDoors) -> Filing:
    """Lodge a package with a court; returns the filing, submitted. Safe to repeat until it is."""
    known = doors.store.of_package(package.sha256, court.address)
    refuse_duplicate(known, package, doors)
    doors.chain.check()
    if doors.chain.filer.lower() == court.address.lower():
        raise FilingRefusedError("this is our own address; a court answers from its own")
    if known is None or known.state in NOT_LODGED:
        doors.reread(package.sha256)
        known = _store_intent(known, package, court, doors)
    # Crash here: the intent is stored, nobody saw anything; the next call goes on from here.
    letter = letter_bytes(known, doors.chain.filer, len(package.content), cured_by(known, doors.store.filings()))
    doors.outbox.put(known, package.content, letter)
    # Crash here: the package lies in the outbox, nothing was sent; the next call finds it there.
    return finish_lodging(known, doors)


def check_fileable(package: bytes, case_of: Callable[[str], PackageCase], now: datetime) -> FileablePackage:
    """Refuse a package with a failed check, one for another than the court, one that we did not build, and a draft.

    `case_of` knows the packages of this instance by SHA-256 and raises NotFoundError for any other.
    """
    check_package(package, now)
    return fileable(package, case_of)


def check_package(package: bytes, now: datetime) -> None:
    """Refuse a package with a failed check, and one for another than the court. Needs nothing but the bytes."""
    report = verify_package(package, None, None, now)
    failed = [check for check in report.checks if check.state is CheckState.FAILED]
    if failed:
        raise CheckFailedError(
            "this package is not filed: "
            + "; ".join(f"check ({check.n}) {check.name} failed: {check.reason}" for check in failed)
        )
    recipient = parse_metadata(container.read(package)[METADATA]).recipient
    if recipient != COURT:
        raise FilingRefusedError(
            f"this package is for {recipient}, with what that recipient may see: it is not for a court. "
            "Build the court's package (`bundle` without --recipient) and file that"
        )


def fileable(package: bytes, case_of: Callable[[str], PackageCase]) -> FileablePackage:
    """A package that passed `check_package`, if this instance built it and it is no draft."""
    sha256 = digest_of(package)
    case = case_of(sha256)
    if case.draft:
        missing = _missing_facts(package)
        named = f" Unsupported facts: {', '.join(missing)}." if missing else ""
        raise DraftFilingError(
            f"the package of case {case.our_reference} is a draft (不得提交 / NOT FOR FILING).{named} "
            "Its cover lists what is missing; supply it and build the package again"
        )
    return FileablePackage(package, sha256, case.our_reference, case.institution)


def finish_lodging(filing: Filing, doors: FilingDoors) -> Filing:
    """Find out what became of a stored intent, and bring it to *submitted*."""
    outcome = doors.chain.outcome(filing.tx)
    if outcome.state is not TxState.UNKNOWN:
        return _settle(filing, doors.chain.wait(filing.tx) if outcome.state is TxState.PENDING else outcome, doors)
    standing = doors.chain.lodging(filing.filing_id)
    if standing is not None:  # lodged by a transaction that this row no longer names
        filing = doors.store.move(replace(filing, state=FilingState.SENT, tx=standing.tx), doors.now)
        return _settle(filing, doors.chain.outcome(filing.tx), doors)
    if doors.chain.next_nonce() != filing.nonce:
        # Another transaction took this nonce, or the chain lost the ones before it: these bytes cannot be mined.
        # The registry takes a filing once, so even if they were mined after all, nothing is lodged twice.
        filing = _renew(filing, doors)
    _reread_before_sending(filing, doors)
    return _send(filing, doors)


def _reread_before_sending(filing: Filing, doors: FilingDoors) -> None:
    """Nothing stands on the chain yet: a change since the intent was stored still stops it.

    An intent that was never sent is closed, so that a package built anew may be filed; its nonce goes to that filing,
    and these bytes can then no longer be mined. One that a node once had stays open: it may come back.
    """
    try:
        doors.reread(filing.package_sha256)
    except FilingRefusedError:
        if filing.state is FilingState.PREPARED:
            doors.store.move(replace(filing, state=FilingState.FAILED), doors.now)
        raise


def cured_by(filing: Filing, others: Iterable[Filing]) -> str:
    """The newest filing of this case that the same court returned before this one was made; empty where none."""
    same = [
        one.filing_id
        for one in others
        if (one.our_reference, one.court_address) == (filing.our_reference, filing.court_address)
        and one.state is FilingState.RETURNED
        and one.id < filing.id
    ]
    return same[-1] if same else ""


def refuse_duplicate(known: Filing | None, package: FileablePackage, doors: FilingDoors) -> None:
    """Refuse a package that was filed with this court, and a second suit; a suit that its events ended is closed."""
    if known is not None and known.state in UNFINISHED:
        return
    if known is not None and known.state not in NOT_LODGED:
        raise DuplicateFilingError(
            f"this package was filed with this court on {known.created_at:%Y-%m-%d} as filing {known.filing_id}, "
            f"which is {known.state.value}; see `proofdocket docket list`"
        )
    other = doors.store.open_of_case(package.our_reference)
    if other is not None and other.state not in UNFINISHED and doors.ended(other):
        doors.store.move(replace(other, state=FilingState.ENDED), doors.now)
    elif other is not None:
        raise DuplicateFilingError(
            f"case {package.our_reference} has an open filing with {other.court} "
            f"({other.state.value}, {other.filing_id}); a second suit on one loan is refused until that one is "
            "returned, refused, withdrawn or dismissed"
        )


def _store_intent(known: Filing | None, package: FileablePackage, court: Court, doors: FilingDoors) -> Filing:
    chain = doors.chain
    filing_id = chain.filing_id(package.sha256, court.address)
    standing = chain.lodging(filing_id)
    # Lodged before, and this database does not know it (an older backup): take that transaction as ours.
    prepared = PreparedTx(0, standing.tx, b"") if standing else chain.prepare_lodge(package.sha256, court.address)
    state = FilingState.SENT if standing else FilingState.PREPARED
    if known is not None:
        return doors.store.move(_with_tx(known, prepared, state), doors.now)
    return doors.store.add(new_filing(package, court, filing_id, prepared, state, doors))


def new_filing(
    package: FileablePackage, court: Court, filing_id: str, tx: PreparedTx, state: FilingState, doors: FilingDoors
) -> Filing:
    """A filing that is not stored yet."""
    filing = Filing(
        id=0,
        our_reference=package.our_reference,
        institution=package.institution,
        court=court.name,
        court_address=court.address,
        package_sha256=package.sha256,
        filing_id=filing_id,
        chain_id=doors.chain.chain_id,
        registry=doors.chain.registry,
        nonce=tx.nonce,
        tx=tx.tx_hash,
        raw_tx=tx.raw,
        state=state,
        block=None,
        block_hash=None,
        lodged_at=None,
        outbox="",
        created_at=doors.now,
    )
    return replace(filing, outbox=doors.outbox.place(filing, court.slug))


def _renew(filing: Filing, doors: FilingDoors) -> Filing:
    prepared = doors.chain.prepare_lodge(filing.package_sha256, filing.court_address)
    return doors.store.move(_with_tx(filing, prepared, FilingState.PREPARED), doors.now)


def _send(filing: Filing, doors: FilingDoors) -> Filing:
    try:
        doors.chain.send(PreparedTx(filing.nonce, filing.tx, filing.raw_tx))
    except ChainError:
        known = doors.chain.outcome(filing.tx).state is not TxState.UNKNOWN
        if known or doors.chain.next_nonce() <= filing.nonce:
            raise
        # Another program used our account between signing and sending: sign with the next nonce.
        filing = _renew(filing, doors)
        doors.chain.send(PreparedTx(filing.nonce, filing.tx, filing.raw_tx))
    # Crash here: sent, and we do not know it; the next call finds it by its hash.
    filing = doors.store.move(replace(filing, state=FilingState.SENT), doors.now)
    return _settle(filing, doors.chain.wait(filing.tx), doors)


def _settle(filing: Filing, outcome: TxOutcome, doors: FilingDoors) -> Filing:
    """Record an outcome. *submitted* only when the chain's state is safe and the event is logged."""
    if outcome.state is TxState.FAILED:
        doors.store.move(replace(filing, state=FilingState.FAILED), doors.now)
        raise ChainError(f"filing {filing.filing_id} was refused by the registry: {outcome.error}")
    if outcome.state is not TxState.MINED:
        raise ChainError(
            f"filing {filing.filing_id} was handed to the chain but is in no block yet (tx {filing.tx}); nothing is "
            "lost: file the package again to ask what became of it"
        )
    doors.chain.secure()
    # Crash here: lodged and safe, the log does not say so; the next call finds the transaction by its hash.
    assert outcome.block_number is not None
    lodged_at = min(doors.chain.block_time(outcome.block_number), doors.now)
    doors.journal.write(submitted_event(filing, lodged_at, doors))
    # Crash here: logged, the row still says sent; the next call finds the event by its id.
    done = replace(
        filing,
        state=FilingState.SUBMITTED,
        block=outcome.block_number,
        block_hash=outcome.block_hash,
        lodged_at=lodged_at,
    )
    return doors.store.move(done, doors.now, "filed")


def house_event(
    filing: Filing, loan: str, event_id: str, kind: str, payload: dict[str, Any], moment: datetime
) -> dict[str, Any]:
    """An event of our own making about a filing: we lodged it, or its court answered."""
    ours = kind == "filing.submitted"
    return {
        "id": event_id,
        "institution": filing.institution,
        "loan": loan,
        "type": kind,
        "type_version": 1,
        "occurred_at": format_instant(moment),
        "actor": {"role": "filer" if ours else "court", "org": filing.institution if ours else filing.court},
        "source": {"system": "proofdocket", "mechanism": "automatic", "version": SYSTEM_VERSION},
        "payload": payload,
    }


def submitted_event(filing: Filing, moment: datetime, doors: FilingDoors) -> dict[str, Any]:
    """The event that says so when a filing stands on the registry."""
    loan = doors.loan_of(filing.our_reference)
    return house_event(filing, loan, submitted_event_id(filing), "filing.submitted", submitted_payload(filing), moment)


def _with_tx(filing: Filing, prepared: PreparedTx, state: FilingState) -> Filing:
    return replace(filing, nonce=prepared.nonce, tx=prepared.tx_hash, raw_tx=prepared.raw, state=state)


def _missing_facts(package: bytes) -> list[str]:
    """Keys of the facts that nothing supports, as the package itself says (it passed its checks)."""
    import zipfile  # noqa: PLC0415 - only a refused draft is opened
    from io import BytesIO  # noqa: PLC0415

    with zipfile.ZipFile(BytesIO(package)) as archive:
        facts = parse_facts(archive.read("data/facts.json"))
    return sorted(fact.key for fact in facts if fact.state == "unsupported")
