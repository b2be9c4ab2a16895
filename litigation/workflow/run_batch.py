"""Batch: many cases, several workers, one bad case never stops the rest.

A worker opens the instance by itself and hands back a file on disk; the parent records it. A package is written to a
temporary name, synced and renamed, so that a killed worker leaves no half package under a package's name.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from evidence_service.errors import ProofDocketError
from litigation.core.disclosure_set import COURT
from litigation.core.paper_kinds import DEFAULT_PAPERS, PaperKind, route_of
from litigation.errors import LitigationError

Built = TypeVar("Built")
LOCK = ".packages.lock"
NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that could not be built: its reference, a stable code, and what to do."""

    case: str
    code: str
    reason: str


class PackageNotWrittenError(LitigationError):
    """The folder of the packages takes no file: full, gone or not ours."""

    code = "package-not-written"


class PackageKeptError(LitigationError):
    """Another package that is on record lies under this name."""

    code = "package-kept"


def file_name(
    reference: str,
    as_of: str,
    recipient: str = COURT,
    supplement: int = 0,
    papers: tuple[PaperKind, ...] = DEFAULT_PAPERS,
) -> str:
    """Name of a package file: our reference, the cut-off, the recipient where it is not the court, which supplement
    where it is one, the route where it is no suit; in safe characters, and no two references share a name."""
    institution, _, loan = reference.partition(":")
    safe = NAME.sub("_", loan)
    if safe != loan:
        safe = f"{safe}-{sha256(reference.encode()).hexdigest()[:16]}"
    for_whom = "" if recipient == COURT else f"-{recipient.replace(':', '-')}"
    late = f"-late-{supplement}" if supplement else ""
    leading = route_of(papers)
    route = "" if late or leading == "litigation" else f"-{leading}"
    return f"{institution}_{safe}-{as_of}{for_whom}{route}{late}.zip"


def write_file(path: Path, content: bytes) -> None:
    """Write bytes durably under their final name, or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        # Crash here: a hidden temporary file is left; the package does not exist.
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise PackageNotWrittenError(f"the package cannot be written ({error.strerror})") from error


def refuse_to_replace(path: Path, digest: str, is_kept: Callable[[str], bool]) -> None:
    """Raise PackageKeptError where another package lies under this name and `is_kept` says so of its SHA-256."""
    try:
        there = sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return
    except OSError as error:
        raise PackageNotWrittenError(f"the package cannot be written ({error.strerror})") from error
    if there != digest and is_kept(there):
        raise PackageKeptError(
            f"{path.name} is there already, and other inputs made it: it is on record and not replaced; "
            "choose another folder with --out"
        )


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; a rename alone is lost with the power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """While this lasts, nobody else writes a package of this name: a byte of the folder's lock file is held.

    A worker that was thought dead and wakes up meets the lock, and what was done meanwhile; so does another batch.
    """
    position = int.from_bytes(sha256(path.name.encode()).digest()[:4])  # two names on one byte only wait
    try:
        handle = os.open(path.parent / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PackageNotWrittenError(f"the folder of the packages takes no file ({error.strerror})") from error
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX, 1, position)
        yield
    finally:
        os.close(handle)


def run_cases(
    loans: Sequence[str],
    workers: int,
    initialise: Callable[..., None],
    arguments: tuple[object, ...],
    build: Callable[[str], Built | Failure],
) -> Iterator[Built | Failure]:
    """Build every case; yields results as they come. With one worker everything happens in this process."""
    if workers <= 1:
        initialise(*arguments)
        for loan in loans:
            yield build(loan)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=initialise, initargs=arguments) as pool:
        futures: dict[Future[Built | Failure], str] = {pool.submit(build, loan): loan for loan in loans}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield Failure(futures[future], "worker-died", "the worker process ended; run the command again")


def failure_of(case: str, error: ProofDocketError) -> Failure:
    """An error as a line of the batch's answer."""
    return Failure(case, error.code, str(error))
