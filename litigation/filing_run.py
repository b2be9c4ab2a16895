"""A run over a folder: check, lodge and deliver many packages at once; whatever stops it, the same command goes on.

Spec: docs/spec/file.md, "A folder". Packages are checked in processes of their own, lodged in rows, and brought to the
court by several connections while the next row is lodged. What is remembered is in the database alone: a second run
asks it, and does what is left. One bad package never stops the rest; a chain or a court that is away is not asked again
for each.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from evidence_service.clock import now
from evidence_service.errors import NotFoundError, ProofDocketError
from litigation.core.filing import NOT_LODGED, UNFINISHED, Court, DuplicateFilingError, digest_of
from litigation.delivery_service import DeliveryService
from litigation.filing_carrier import Carrier, FolderFiled, Problem
from litigation.workflow.file_package import FileablePackage, check_package, fileable
from litigation.workflow.lodge_many import lodge_many

ROW = 50
"""Packages that are lodged together: their signed transactions wait in one node's pool, their bytes in our memory."""
AT_ONCE = 4
ALONE_BELOW = 8
"""So few packages are not worth the start of another process."""
AHEAD = 3 * ROW
DISKS = 4


def file_folder(
    delivery: DeliveryService, paths: Sequence[Path], where: Court, show: Callable[[FolderFiled], None], at_once: int
) -> FolderFiled:
    """File packages with a court; safe to repeat. `show` is told how far it is."""
    began = time.monotonic()
    found = FolderFiled(len(paths))
    court = delivery.book.by_address(where.address)
    with (
        ThreadPoolExecutor(at_once) as lines,
        ThreadPoolExecutor(DISKS) as disks,
        Carrier(delivery, court, lines, found) as carrier,
    ):
        for row in _rows(_fresh(delivery, paths, where, found, carrier)):
            _lodge(row, delivery, where, found, carrier, disks)
            carrier.collect()
            found.seconds = time.monotonic() - began
            show(found)
        carrier.finish(lambda: show(found))
    found.seconds = time.monotonic() - began
    show(found)
    return found


def _fresh(
    delivery: DeliveryService, paths: Sequence[Path], where: Court, found: FolderFiled, carrier: Carrier
) -> Iterator[tuple[Path, FileablePackage]]:
    """Checked packages that are not lodged yet; the others are counted, or brought to their court now."""
    store, waiting = delivery.filings.store, {one.filing_id for one in delivery.undelivered()}
    known = {(one.package_sha256, one.court_address): one for one in store.filings()}
    open_: list[Path] = []
    digests: set[str] = set()
    for path in paths:
        digest = digest_of(path.read_bytes())
        filing = known.get((digest, where.address))
        if digest in digests:
            found.refused.append(Problem(path.name, DuplicateFilingError.code, "the same package lies here twice"))
        elif filing is None or filing.state in UNFINISHED | NOT_LODGED:
            open_.append(path)
        else:
            found.already.append(filing)
            if filing.filing_id in waiting:
                carrier.bring(filing, path.name)
            else:
                found.received += carrier.receipts
        digests.add(digest)
    for path, problem in _checked(open_):
        content = path.read_bytes()
        if isinstance(problem, str):
            try:
                if problem != digest_of(content):
                    raise NotFoundError("the file changed while it was read; file the folder again")
                yield path, fileable(content, delivery.filings.case_of)
            except ProofDocketError as error:
                found.refused.append(Problem(path.name, error.code, str(error)))
        else:
            found.refused.append(problem)


def check_file(path: str) -> str | Problem:
    """The SHA-256 of a package that passes its checks, or why it does not. Runs in a process of its own."""
    content = Path(path).read_bytes()
    try:
        check_package(content, now())
    except ProofDocketError as error:
        return Problem(Path(path).name, error.code, str(error))
    return digest_of(content)


def _checked(paths: Sequence[Path]) -> Iterator[tuple[Path, str | Problem]]:
    """Check packages in their order, some ahead of who asks, so that no core waits for another."""
    workers = min(len(paths), max(1, (os.cpu_count() or 1) - 1), 8)
    if len(paths) < ALONE_BELOW:
        yield from ((path, check_file(str(path))) for path in paths)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        rest = iter(paths)
        queue: list[tuple[Path, Future[str | Problem]]] = []

        def fill(count: int) -> None:
            queue.extend((path, pool.submit(check_file, str(path))) for path in islice(rest, count))

        fill(AHEAD)
        while queue:
            path, future = queue.pop(0)
            yield path, future.result()
            fill(1)


def _rows(packages: Iterable[tuple[Path, FileablePackage]]) -> Iterator[list[tuple[Path, FileablePackage]]]:
    rest = iter(packages)
    while row := list(islice(rest, ROW)):
        yield row


def _lodge(
    row: Sequence[tuple[Path, FileablePackage]],
    delivery: DeliveryService,
    where: Court,
    found: FolderFiled,
    carrier: Carrier,
    disks: ThreadPoolExecutor,
) -> None:
    """Lodge a row; what stands on the registry goes to the court at once."""
    try:
        lodged = lodge_many([package for _, package in row], where, delivery.filings.doors(), disks)
    except ProofDocketError as error:  # chain or registry are not there: nothing else of this row was begun
        found.refused += [Problem(path.name, error.code, str(error)) for path, _ in row]
        return
    for (path, _), one in zip(row, lodged, strict=True):
        if one.filing is not None:
            found.filed.append(one.filing)
            carrier.bring(one.filing, path.name)
        elif one.error is not None:
            found.refused.append(Problem(path.name, one.error.code, str(one.error)))
