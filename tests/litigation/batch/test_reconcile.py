"""Reconciling tables and engine: what nobody holds is queued once, what a dead worker held is freed, not before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from evidence_service.core.provenance import Confirmation
from litigation.core.batch import seconds_left
from litigation.core.pinned import PinnedMaterial
from litigation.ports import ChunkWork, Job, JobState, WorkerRow
from litigation.sample.portfolio import DEFAULT_AS_OF
from litigation.workflow.pin_batch import BatchPinsError, check_pins, source_of
from litigation.workflow.reconcile import PATIENCE, Lives, reconcile
from litigation.workflow.work_chunk import build_case, record_chunk
from tests.litigation.batch.conftest import Instance

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class MemoryEngine:
    """A job engine that only remembers: `ports.JobEngine`."""

    held: dict[str, Job] = field(default_factory=dict)

    def launch(self, executor: str, work: ChunkWork) -> None:
        raise NotImplementedError

    def add(self, job_id: str, batch: str, chunk: int) -> None:
        self.held.setdefault(job_id, Job(job_id, JobState.QUEUED, ""))

    def jobs(self, batch: str) -> list[Job]:
        return [job for job in self.held.values() if job.id.startswith(f"{batch}.")]

    def free(self, job_ids: Sequence[str]) -> None:
        for job_id in job_ids:
            self.held[job_id] = Job(job_id, JobState.QUEUED, "")

    def take(self, job_id: str, executor: str) -> None:
        self.held[job_id] = Job(job_id, JobState.TAKEN, executor)


def test_a_chunk_that_nobody_holds_is_queued_once_and_a_stopped_batch_is_recorded(instance: Instance) -> None:
    store, engine, hands = instance.service.store, MemoryEngine(), instance.hands()
    batch = instance.start(instance.loans()[:2])
    lives = Lives("here", lambda _: False, lambda: 0.0)

    def look() -> None:
        reconcile(store, engine, lives, lambda one, chunk: record_chunk(hands, one, chunk), NOW)

    look()
    look()
    assert sorted(engine.held) == [f"{batch.id}.0.0", f"{batch.id}.1.0"]
    build_case(hands, batch.id, 0)  # and the worker dies before the record
    engine.held = {name: replace(job, state=JobState.OVER) for name, job in engine.held.items()}
    look()
    assert sorted(engine.held)[1] == f"{batch.id}.0.1"
    instance.service.cancel(batch.id)
    engine.held.clear()
    look()
    assert instance.recorded("package.built") == 1
    assert engine.held == {}


def test_what_a_dead_worker_elsewhere_held_is_freed_after_its_beats_stay_out(instance: Instance) -> None:
    store, engine, clock = instance.service.store, MemoryEngine(), [0.0]
    batch = instance.start(instance.loans()[:1])
    job = f"{batch.id}.0.0"
    engine.take(job, "there.0")
    store.beat("there.0", "there", 7, NOW + timedelta(days=3))  # its clock is of no use
    lives = Lives("here", lambda _: True, lambda: clock[0])

    def look() -> JobState:
        reconcile(store, engine, lives, lambda _one, _chunk: 0, NOW)
        return engine.held[job].state

    assert look() is JobState.TAKEN
    clock[0] = PATIENCE - 1
    assert look() is JobState.TAKEN
    store.beat("there.0", "there", 7, NOW)
    clock[0] = 2 * PATIENCE - 2
    assert look() is JobState.TAKEN
    clock[0] = 3 * PATIENCE
    assert look() is JobState.QUEUED
    assert store.workers() == []


def test_a_worker_on_this_machine_is_gone_when_its_lock_is_free() -> None:
    lives = Lives("here", lambda executor: executor == "here.1", lambda: 0.0)
    rows = {name: WorkerRow(name, "here", 1, 1, NOW) for name in ("here.0", "here.1")}
    assert [lives.gone(name, rows) for name in ("here.0", "here.1", "here.2")] == [False, True, True]


def test_a_batch_under_other_rules_or_another_program_is_refused(instance: Instance) -> None:
    batch = instance.start(instance.loans()[:1])
    rules = instance.service.litigation.rules()
    with pytest.raises(BatchPinsError, match="rules"):
        check_pins(batch.pinned, replace(rules, digest="0" * 64), "")
    with pytest.raises(BatchPinsError, match="pinned to proofdocket"):
        check_pins(batch.pinned, rules, "proofdocket 9")
    source = instance.service.litigation.pin(None, DEFAULT_AS_OF, draft=False)
    pinned = source_of(batch.pinned, source.rules, source.event_names)
    assert pinned.material is not None
    assert replace(pinned, material=None) == source


def test_what_others_say_after_the_start_is_not_in_the_material() -> None:
    pinned = PinnedMaterial((Confirmation("token", "authority", None),), {"policy": "p"}, ("note",))
    later = {"policy": "q", "timestamps": "t", "map": '{"audits":["note","later"],"v":1}'}
    assert pinned.of_loan(later) == {"map": '{"audits":["note"],"v":1}', "policy": "p"}


def test_the_estimate_follows_the_pace_since_the_batch_went_on() -> None:
    ends = [NOW - timedelta(seconds=second) for second in range(50, 0, -5)]
    assert seconds_left(18, ends, NOW - timedelta(hours=1), NOW) == pytest.approx(100)
    assert seconds_left(18, ends, NOW - timedelta(seconds=10), NOW) is None
    assert seconds_left(0, [], NOW, NOW) == 0
