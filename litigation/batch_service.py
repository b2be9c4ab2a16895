"""Batches as commands and pages call them: start, look, pause, resume, cancel, retry; and the hands of a worker.

Spec: docs/spec/batch.md. Nothing here knows the job engine: a batch is asked for in the tables, workers do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import ClassVar

from litigation.adapters.job_slots import Slots
from litigation.adapters.sql_batch_store import SqlBatchStore
from litigation.core.batch import (
    WINDOW,
    Batch,
    BatchItem,
    BatchProgress,
    BatchState,
    ItemState,
    batch_id,
    item_key,
    items_of,
    seconds_left,
)
from litigation.errors import LitigationError
from litigation.service import EVENT_NAMES, LitigationService, PackageFile
from litigation.workflow.case_source import CaseSource, our_reference
from litigation.workflow.pin_batch import check_pins, pin_source, source_of
from litigation.workflow.work_chunk import Hands

LOOK_SECONDS = 0.5


class BatchStateError(LitigationError):
    """A batch cannot be moved from where it stands."""

    code: ClassVar[str] = "batch-state"


class EmptyBatchError(LitigationError):
    """There is no case to build."""

    code: ClassVar[str] = "batch-empty"


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is asked for."""

    loans: Sequence[str]
    folder: Path
    reason: str
    sealed: bool = False


class BatchService:
    """The batches of one instance."""

    def __init__(self, litigation: LitigationService, store: SqlBatchStore, slots: Slots) -> None:
        self.litigation = litigation
        self.store = store
        self.slots = slots
        self._sources: dict[str, CaseSource] = {}

    def start(self, source: CaseSource, order: Order) -> Batch:
        """Pin the inputs and store the batch; the same order under the same inputs is the batch that is there."""
        loans = list(dict.fromkeys(order.loans))
        if not loans:
            raise EmptyBatchError("no loan is to be built; `--min-days` and `--as-of` choose other ones")
        material = self.litigation.pin_material(source, loans[0])
        pinned, digest = pin_source(source, material, self.litigation.renderer)
        institution = source.log.institution
        now = self._now()
        made = batch_id(f"{digest} sealed={order.sealed}", loans, str(order.folder))
        batch = Batch(
            id=made,
            institution=institution,
            state=BatchState.RUNNING,
            as_of=source.as_of,
            tree_size=source.published.checkpoint.size,
            draft=source.draft,
            sealed=order.sealed,
            reason=order.reason,
            folder=str(order.folder),
            inputs_digest=digest,
            pinned=pinned,
            created_at=now,
            updated_at=now,
        )
        keys = [(loan, item_key(our_reference(institution, loan), digest)) for loan in loans]
        if not self.store.add(batch, items_of(made, keys)):
            self._mend(made)
        return self.store.batch(made)

    def _mend(self, made: str) -> None:
        """Asked for once more: what waits goes on, and packages that are gone from the folder are built again."""
        gone = [item for item in self.store.items(made, state=ItemState.BUILT) if not Path(item.path).is_file()]
        if gone:
            self.store.wait_again(gone)
            # Crash here: they wait in a batch that is done; asking once more, or `retry`, moves it.
        if self.store.counts(made)[ItemState.WAITING]:
            self.store.move(made, list(BatchState), BatchState.RUNNING, self._now())

    def progress(self, name: str) -> BatchProgress:
        """Where a batch stands now."""
        batch = self.store.batch(name)
        counts = self.store.counts(batch.id)
        now = self._now()
        living = self.workers() if batch.state is BatchState.RUNNING else 0
        ends = self.store.finished_since(batch.id, now - WINDOW)
        left = seconds_left(counts[ItemState.WAITING], ends, batch.updated_at, now)
        return BatchProgress(
            id=batch.id,
            state=batch.state,
            total=sum(counts.values()),
            waiting=counts[ItemState.WAITING],
            built=counts[ItemState.BUILT],
            failed=counts[ItemState.FAILED],
            workers=living,
            seconds_left=left if living or not counts[ItemState.WAITING] else None,
        )

    def watch(self, name: str) -> Iterator[BatchProgress]:
        """Where a batch stands, again and again, until nothing more happens by itself."""
        while True:
            now = self.progress(name)
            yield now
            if now.over:
                return
            sleep(LOOK_SECONDS)

    def workers(self) -> int:
        """How many workers live: on this machine by their locks, elsewhere by a beat of the last minute."""
        now = self._now()
        return sum(
            not self.slots.is_free(row.executor) if row.host == self.slots.host else now - row.seen_at < WINDOW
            for row in self.store.workers()
        )

    def pause(self, name: str) -> Batch:
        """Stop after the cases at hand."""
        return self._move(name, [BatchState.RUNNING], BatchState.PAUSED, "only a running batch can be paused")

    def resume(self, name: str) -> Batch:
        """Go on with a paused batch, or with one whose workers are gone."""
        text = "only a paused or interrupted batch can be resumed; `retry` builds failed cases again"
        return self._move(name, [BatchState.PAUSED, BatchState.RUNNING], BatchState.RUNNING, text)

    def cancel(self, name: str) -> Batch:
        """Stop after the cases at hand, for good; what is built stays built."""
        text = "this batch is over already"
        return self._move(name, [BatchState.RUNNING, BatchState.PAUSED], BatchState.CANCELLED, text)

    def retry(self, name: str) -> int:
        """Let the failed cases, and no others, be built again; returns how many."""
        batch = self.store.batch(name)
        if batch.state is BatchState.CANCELLED:
            raise BatchStateError(f"batch {batch.id} was cancelled; start a new one")
        number = self.store.retry_failed(batch.id)
        # Crash here: the cases wait in a batch that is done; `retry` or `resume` again moves it.
        if number or self.store.counts(batch.id)[ItemState.WAITING]:
            self.store.move(batch.id, list(BatchState), BatchState.RUNNING, self._now())
        return number

    def hands(self) -> Hands:
        """What a worker process builds with."""
        return Hands(
            store=self.store,
            source=self._source,
            build=self.litigation.build,
            seal=self.litigation.seal,
            record=self._record,
            is_kept=self._is_kept,
            now=self._now,
        )

    def _now(self) -> datetime:
        return self.litigation.evidence.now()

    def _source(self, batch: Batch) -> CaseSource:
        """The pinned source of a batch; rules and program are compared when a worker first meets it."""
        if batch.id not in self._sources:
            rules = self.litigation.rules()
            check_pins(batch.pinned, rules, self.litigation.renderer)
            self._sources[batch.id] = source_of(batch.pinned, rules, EVENT_NAMES)
        return self._sources[batch.id]

    def _record(self, batch: Batch, items: list[BatchItem]) -> list[BatchItem]:
        """What is built is recorded, whatever has changed since; returns the cases whose package is gone."""
        source = source_of(batch.pinned, self.litigation.rules(), EVENT_NAMES)
        files = [
            PackageFile(
                our_reference=our_reference(batch.institution, item.loan),
                institution=batch.institution,
                loan=item.loan,
                path=Path(item.path),
                sha256=item.sha256,
                pdf_sha256=item.pdf_sha256,
                size=item.size,
                pages=item.pages,
                draft=item.draft,
                built_at=item.finished_at,
            )
            for item in items
        ]
        gone = self.litigation.record(source, files, batch.reason)
        return [item for item, file in zip(items, files, strict=True) if file in gone]

    def _is_kept(self, digest: str, batch: str) -> bool:
        return self.store.has_package(digest, batch) or self.litigation.cases.has_package(digest)

    def _move(self, name: str, come_from: list[BatchState], state: BatchState, refusal: str) -> Batch:
        batch = self.store.batch(name)
        if not self.store.move(batch.id, come_from, state, self._now()):
            raise BatchStateError(f"batch {batch.id} is {batch.state.value}: {refusal}")
        return self.store.batch(batch.id)
