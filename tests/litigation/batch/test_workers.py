"""Worker processes on the real engine: killed, gone for ever, paused, on SQLite and PostgreSQL; the bytes stay."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from evidence_service.settings import read_settings
from litigation.batch_worker import Workers
from litigation.core.batch import Batch, BatchState
from litigation.sample.portfolio import DEFAULT_AS_OF
from tests.litigation.batch.conftest import Instance, fill, wait_for


def assert_whole(instance: Instance, batch: Batch) -> None:
    """Nothing lost, nothing doubled: every case has its one package, one record, one event of each kind."""
    store = instance.service.store
    items = store.items(batch.id)
    files = {item.path: item.sha256 for item in items}
    assert {str(path): sha256(path.read_bytes()).hexdigest() for path in instance.out.glob("*.zip")} == files
    assert len(files) == len(items)
    assert all(item.recorded for item in items)
    assert store.batch(batch.id).state is BatchState.DONE
    assert instance.recorded("package.built") == instance.recorded("case.opened") == len(items)
    assert instance.service.litigation.cases.counts() == (len(items), len(items))


def test_a_worker_gone_for_ever_loses_nothing_and_the_bytes_are_those_of_any_order(instance: Instance) -> None:
    """Two processes, one killed and never started again; the log grows; another process drew them in another order."""
    service = instance.service
    batch = instance.start()
    source = service.litigation.pin(None, DEFAULT_AS_OF, draft=False)
    expected = {loan: service.litigation.build(source, loan).sha256 for loan in reversed(instance.loans())}
    workers = Workers(instance.settings, 2)
    try:
        wait_for(lambda: instance.built(batch) >= 1)
        os.kill(workers.pids[0], signal.SIGKILL)
        instance.grow()
        wait_for(lambda: service.store.batch(batch.id).state is BatchState.DONE)
    finally:
        workers.close()
    assert instance.digests(batch) == expected
    assert_whole(instance, batch)
    assert service.workers() == 0


def test_everything_killed_at_once_goes_on_with_resume(instance: Instance) -> None:
    """`batch start` and its workers die; `batch resume` builds the rest, and a pause in between holds."""
    program = [sys.executable, "-m", "web.cli", "--home", str(instance.home), "batch"]
    ask = [*program, "start", "--overdue", "--as-of", DEFAULT_AS_OF.isoformat(), "--out", str(instance.out)]
    started = subprocess.Popen([*ask, "--workers", "1"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    store = instance.service.store
    wait_for(lambda: bool(store.batches()) and instance.built(store.batches()[0]) >= 1)
    started.kill()
    for row in store.workers():
        os.kill(row.pid, signal.SIGKILL)
    started.wait()
    batch = store.batches()[0]
    assert 1 <= instance.built(batch) < len(instance.loans())
    assert instance.service.progress(batch.id).workers == 0
    resumed = subprocess.run(
        [*program, "resume", batch.id, "--workers", "1", "--json"], capture_output=True, check=True
    )
    answer = json.loads(resumed.stdout)
    assert (answer["state"], answer["built"], answer["failures"]) == ("done", len(instance.loans()), [])
    assert_whole(instance, batch)


@pytest.mark.postgres
def test_many_workers_share_a_batch_on_postgresql(
    new_postgres: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle, the dead one is started anew by its parent; paused, resumed, done."""
    monkeypatch.setenv("PROOFDOCKET_DATABASE_URL", new_postgres())
    settings = read_settings(tmp_path / "home")
    engine = fill(settings)
    instance = Instance(settings, tmp_path / "out", engine)
    batch = instance.start()
    workers = Workers(settings, 2)
    try:
        wait_for(lambda: instance.built(batch) >= 1, workers.tend)
        os.kill(workers.pids[0], signal.SIGKILL)
        instance.service.pause(batch.id)
        wait_for(lambda: not workers.tend())
        built = instance.built(batch)
        instance.service.resume(batch.id)
        assert instance.built(batch) == built < len(instance.loans())
        assert instance.recorded("package.built") == built
    finally:
        workers.close()
    workers = Workers(settings, 2)
    try:
        wait_for(lambda: not workers.tend())
    finally:
        workers.close()
    assert_whole(instance, batch)
    engine.dispose()
