"""bundle > file, many at once: the lodgings of a row share a look at the chain, a wait, a save and a write to the log.

Spec: docs/spec/file.md, "A folder". Every intent of the row is stored before the first is sent; they are sent in the
order of their nonces and none after a refused one, so no gap is left. What does not go through here (begun before,
refused by the node, in no block in time) is finished by `file_package`, one by one: recovery is the way of a single
filing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from evidence_service.core.chain import PreparedTx, TxOutcome, TxState
from evidence_service.errors import ChainError, ProofDocketError
from litigation.core.filing import Court, DuplicateFilingError, Filing, FilingState, filing_id_of, letter_bytes
from litigation.workflow.file_package import (
    FileablePackage,
    FilingDoors,
    cured_by,
    file_package,
    new_filing,
    refuse_duplicate,
    submitted_event,
)

PATIENCE = 60.0
"""Seconds that a row waits for its blocks."""
AWAY = frozenset({"chain-unreachable", "chain-out-of-funds"})
"""What would happen to the next package as well."""


@dataclass(frozen=True, slots=True)
class Lodged:
    """What became of one package of a row: its filing, or why there is none."""

    package: FileablePackage
    filing: Filing | None
    error: ProofDocketError | None = None


@dataclass(slots=True)
class _Row:
    """The packages of a row that still go together, and what became of the others."""

    court: Court
    doors: FilingDoors
    ends: dict[str, Lodged]
    alone: list[FileablePackage]


def lodge_many(
    packages: Sequence[FileablePackage],
    court: Court,
    doors: FilingDoors,
    pool: Executor,
    pause: Callable[[float], None] = time.sleep,
) -> list[Lodged]:
    """Lodge packages with a court; one answer for each, in their order. Safe to repeat."""
    row = _Row(court, doors, {}, [])
    doors.chain.check()
    together = list(_fit(packages, row))
    filings = _store_intents(together, row)
    # Crash here: intents are stored, nobody saw anything; each is found and finished as a filing of its own.
    filings = _put(filings, together, row, pool)
    # Crash here: packages lie in the outbox, nothing was sent; the next run finds them there.
    sent = _send(filings, together, row)
    _settle(_waited(sent, row, pause), together, row)
    _finish_alone(row)
    return [row.ends[package.sha256] for package in packages]


def _finish_alone(row: _Row) -> None:
    """What did not go with the row, each by itself; a chain that is away is not asked again for each."""
    away: ProofDocketError | None = None
    for package in row.alone:
        try:
            if away is not None:
                raise away
            row.ends[package.sha256] = Lodged(package, file_package(package, row.court, row.doors))
        except ProofDocketError as error:
            row.ends[package.sha256] = Lodged(package, None, error)
            away = error if error.code in AWAY else None


def _fit(packages: Sequence[FileablePackage], row: _Row) -> Iterator[FileablePackage]:
    """Those that nothing stands in the way of, read again; what was begun before goes alone."""
    doors, cases = row.doors, set[str]()
    for package in packages:
        try:
            known = doors.store.of_package(package.sha256, row.court.address)
            if known is not None or package.our_reference in cases:
                row.alone.append(package)
                continue
            refuse_duplicate(None, package, doors)
            doors.reread(package.sha256)
        except ProofDocketError as error:
            row.ends[package.sha256] = Lodged(package, None, error)
        else:
            cases.add(package.our_reference)
            yield package


def _store_intents(packages: list[FileablePackage], row: _Row) -> list[Filing]:
    """Sign and store the whole row; empty, and all go alone, where one stands in the way."""
    doors, court = row.doors, row.court
    chain = doors.chain
    ids = [
        filing_id_of(one.sha256, court.address, chain.filer, chain.chain_id, chain.registry) for one in packages
    ]  # fmt: skip
    held = chain.held(ids)  # lodged before, and this database does not know it: taken over one by one
    row.alone += [one for one, filing_id in zip(packages, ids, strict=True) if filing_id in held]
    fresh = [(one, filing_id) for one, filing_id in zip(packages, ids, strict=True) if filing_id not in held]
    prepared = chain.prepare_lodges([one.sha256 for one, _ in fresh], court.address) if fresh else []
    filings = [
        new_filing(package, court, filing_id, tx, FilingState.PREPARED, doors)
        for (package, filing_id), tx in zip(fresh, prepared, strict=True)
    ]
    try:
        return doors.store.add_all(filings)
    except DuplicateFilingError:
        row.alone += [one for one, _ in fresh]
        return []


def _put(filings: list[Filing], packages: Sequence[FileablePackage], row: _Row, pool: Executor) -> list[Filing]:
    """Package and letter of each into the outbox, several at a time: what takes long is the disk's sync."""
    by_digest = {one.sha256: one for one in packages}

    def put(filing: Filing) -> ProofDocketError | None:
        content = by_digest[filing.package_sha256].content
        letter = letter_bytes(filing, row.doors.chain.filer, len(content), cures[filing.id])
        try:
            row.doors.outbox.put(filing, content, letter)
        except ProofDocketError as error:
            return error
        return None

    known = row.doors.store.filings()
    cures = {filing.id: cured_by(filing, known) for filing in filings}
    errors = list(pool.map(put, filings))
    first = next((at for at, error in enumerate(errors) if error is not None), len(filings))
    # The nonces behind one that cannot be sent are not used: those filings go alone and are signed anew.
    for filing, error in zip(filings[first:], errors[first:], strict=True):
        package = by_digest[filing.package_sha256]
        if error is None:
            row.alone.append(package)
        else:
            row.ends[package.sha256] = Lodged(package, None, error)
    return filings[:first]


def _send(filings: Sequence[Filing], packages: Sequence[FileablePackage], row: _Row) -> list[Filing]:
    """Hand them to the node in the order of their nonces; those behind a refused one go alone."""
    by_digest = {one.sha256: one for one in packages}
    sent: list[Filing] = []
    for filing in filings:
        try:
            row.doors.chain.send(PreparedTx(filing.nonce, filing.tx, filing.raw_tx))
        except ChainError:
            row.alone += [by_digest[one.package_sha256] for one in filings[len(sent) :]]
            break
        sent.append(replace(filing, state=FilingState.SENT))
    # Crash here: sent, and we do not know it; each is found by its hash.
    row.doors.store.move_all(sent, row.doors.now)
    return sent


def _waited(filings: Sequence[Filing], row: _Row, pause: Callable[[float], None]) -> list[tuple[Filing, TxOutcome]]:
    """The outcomes of a row once all are in blocks, or when patience ends."""
    found: dict[str, TxOutcome] = {}
    waits = 0.05
    left = PATIENCE
    while open_ := [one for one in filings if one.tx not in found]:
        outcomes = row.doors.chain.outcomes([one.tx for one in open_])
        found |= {one.tx: said for one, said in zip(open_, outcomes, strict=True) if said.state is not TxState.PENDING}
        if len(found) == len(filings) or left <= 0:
            break
        pause(waits)
        left -= waits
        waits = min(2.0, waits * 1.5)
    return [(one, found.get(one.tx, TxOutcome(TxState.PENDING))) for one in filings]


def _settle(waited: Sequence[tuple[Filing, TxOutcome]], packages: Sequence[FileablePackage], row: _Row) -> None:
    """Record the row: one save of the chain, one write to the log, one to the database."""
    doors, by_digest = row.doors, {one.sha256: one for one in packages}
    mined = [(filing, outcome) for filing, outcome in waited if outcome.state is TxState.MINED]
    row.alone += [by_digest[one.package_sha256] for one, outcome in waited if outcome.state is TxState.FAILED]
    for filing, outcome in waited:
        if outcome.state is TxState.PENDING:
            said = f"filing {filing.filing_id} is in no block yet (tx {filing.tx}); file the folder again to ask"
            package = by_digest[filing.package_sha256]
            row.ends[package.sha256] = Lodged(package, None, ChainError(said))
    if not mined:
        return
    doors.chain.secure()
    # Crash here: lodged and safe, the log does not say so; each is found by its hash.
    numbers = {outcome.block_number or 0 for _, outcome in mined}
    times = {number: min(doors.chain.block_time(number), doors.now) for number in numbers}
    done = [
        replace(
            filing,
            state=FilingState.SUBMITTED,
            block=outcome.block_number,
            block_hash=outcome.block_hash,
            lodged_at=times[outcome.block_number or 0],
        )
        for filing, outcome in mined
    ]
    events = {one.filing_id: submitted_event(one, one.lodged_at or doors.now, doors) for one in done}
    refused = doors.journal.write_all(list(events.values()))
    # Crash here: logged, the rows still say sent; the events are found by their ids.
    good = [one for one in done if events[one.filing_id]["id"] not in refused]
    doors.store.move_all(good, doors.now, "filed")
    for filing in good:
        package = by_digest[filing.package_sha256]
        row.ends[package.sha256] = Lodged(package, filing)
    row.alone += [by_digest[one.package_sha256] for one in done if one not in good]
