"""Work: the cases of one chunk of a batch, each built, written and marked; one bad case never stops the rest.

Spec: docs/spec/batch.md section 3. A case is counted before it is touched and marked after its file is durable, so
whoever is killed in between leaves either nothing or a package that the next one writes again, byte for byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from traceback import extract_tb

from evidence_service.database import DatabaseError
from evidence_service.errors import ProofDocketError
from litigation.core.batch import MAX_TRIES, Batch, BatchItem, ItemState
from litigation.ports import BatchStore
from litigation.workflow.build_package import BuiltPackage
from litigation.workflow.case_source import CaseSource, our_reference
from litigation.workflow.run_batch import file_name, refuse_to_replace, sole_writer, write_file

BACK_OFF_SECONDS = 2.0
GIVE_BACK_TRIES = 5


@dataclass(frozen=True, slots=True)
class Hands:
    """What a worker builds with. `source` gives the pinned source of a batch, or raises BatchPinsError; `record` gives
    back the cases whose package is not on disk any more as it was built; `is_kept` says of a digest and a batch whether
    a package of that digest is on record, or another batch has it."""

    store: BatchStore
    source: Callable[[Batch], CaseSource]
    build: Callable[[CaseSource, str], BuiltPackage]
    seal: Callable[[BuiltPackage], BuiltPackage]
    record: Callable[[Batch, list[BatchItem]], list[BatchItem]]
    is_kept: Callable[[str, str], bool]
    now: Callable[[], datetime]


def cases_of_chunk(store: BatchStore, batch_id: str, chunk: int) -> list[int]:
    """The places of a chunk's cases, in their order: the same whenever it is asked."""
    return [item.position for item in store.items(batch_id, chunk=chunk)]


def build_case(hands: Hands, batch_id: str, position: int) -> str:
    """Build one case if it still waits; returns where it stands then."""
    item = hands.store.item(batch_id, position)
    if item.state is not ItemState.WAITING:
        return str(item.state.value)
    if item.tries >= MAX_TRIES:
        text = f"this case was begun {item.tries} times, and each time its worker ended with it"
        return _finish(hands, replace(item, state=ItemState.FAILED, code="worker-died", reason=text))
    hands.store.begin(item)
    # Crash here: one try is counted, nothing else happened.
    began = replace(item, tries=item.tries + 1)
    try:
        return _tried(hands, began)
    except DatabaseError:
        _give_back(hands.store, began)
        raise  # not this case's fault: the chunk is queued again


def _tried(hands: Hands, began: BatchItem) -> str:
    try:
        return _built(hands, hands.store.batch(began.batch), began)
    except DatabaseError:
        raise
    except ProofDocketError as error:
        return _finish(hands, replace(began, state=ItemState.FAILED, code=error.code, reason=str(error)))
    except Exception as error:  # a poisoned case: whatever it does to the program, the other cases are built
        return _finish(hands, replace(began, state=ItemState.FAILED, code="program-fault", reason=_fault(error)))


def _give_back(store: BatchStore, began: BatchItem) -> None:
    """Not count a try that a database ended which was away, as soon as it is back."""
    for _ in range(GIVE_BACK_TRIES):
        time.sleep(BACK_OFF_SECONDS)
        try:
            return store.give_back(began)
        except DatabaseError:
            continue  # away for long: the try stays counted


def record_chunk(hands: Hands, batch_id: str, chunk: int) -> int:
    """Log and store what a chunk built and nobody recorded yet; returns how many packages. Twice is once.

    A package that was moved, deleted or replaced before is not recorded: in a running batch its case is built again.
    """
    items = hands.store.items(batch_id, chunk=chunk, state=ItemState.BUILT)
    waiting = [item for item in items if not item.recorded]
    if not waiting:
        return 0
    gone = hands.record(hands.store.batch(batch_id), waiting)
    # Crash here: logged and stored; the next one finds both and marks them.
    whole = [item for item in waiting if item not in gone]
    hands.store.mark_recorded(whole)
    if gone and hands.store.is_running(batch_id):
        hands.store.wait_again(gone)
    return len(whole)


def _built(hands: Hands, batch: Batch, item: BatchItem) -> str:
    source = hands.source(batch)
    built = hands.build(source, item.loan)
    if batch.sealed:
        built = hands.seal(built)
    reference = our_reference(batch.institution, item.loan)
    name = file_name(reference, batch.as_of.isoformat(), source.recipient, papers=source.papers)
    path = Path(batch.folder) / name
    with sole_writer(path):
        now = hands.store.item(item.batch, item.position)
        if (now.state, now.tries) != (ItemState.WAITING, item.tries):
            return str(now.state.value)  # we were taken for dead, and somebody else has this case
        refuse_to_replace(path, built.sha256, lambda there: there != now.sha256 and hands.is_kept(there, batch.id))
        write_file(path, built.content)
        # Crash here: the package lies there, the case still waits; it is built again and replaces the file.
        return _finish(
            hands,
            replace(
                item,
                state=ItemState.BUILT,
                path=str(path),
                sha256=built.sha256,
                pdf_sha256=built.pdf_sha256,
                size=len(built.content),
                pages=built.pages,
                draft=built.draft,
            ),
        )


def _finish(hands: Hands, item: BatchItem) -> str:
    hands.store.finish(replace(item, finished_at=hands.now()))
    return str(item.state.value)


def _fault(error: Exception) -> str:
    """What broke and where; never what it was about: a message may hold personal data."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"the program broke on this case ({type(error).__name__} at {Path(frame.filename).name}:{frame.lineno})"
