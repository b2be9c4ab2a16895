"""Worker processes on the real engine: killed, gone for ever, paused, on SQLite and PostgreSQL; the bytes stay."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence_service.settings import read_settings
from litigation.batch_worker import Workers
from litigation.core.batch import Batch, BatchState, ItemState
from litigation.sample.portfolio import DEFAULT_AS_OF
from tests.litigation.batch.conftest import Instance, fill, wait_for
from web.cli import main

CASES = 4


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


def test_workers_killed_for_ever_lose_nothing_and_the_bytes_are_those_of_any_order(instance: Instance) -> None:
    """One of two is killed and never started again, the other goes on; then all are dead, and `resume` does the rest.

    Meanwhile the log grows, and this process draws the same cases in another order.
    """
    service = instance.service
    batch = instance.start(instance.loans()[:CASES])
    source = service.litigation.pin(None, DEFAULT_AS_OF, draft=False)
    expected = {loan: service.litigation.build(source, loan).sha256 for loan in reversed(instance.loans()[:CASES])}
    workers = Workers(instance.settings, 2)
    try:
        wait_for(lambda: instance.built(batch) >= 1)
        os.kill(workers.pids[0], signal.SIGKILL)
        instance.grow()
        already = instance.built(batch)
        wait_for(lambda: instance.built(batch) > already or instance.built(batch) == len(expected))
        os.kill(workers.pids[1], signal.SIGKILL)
    finally:
        workers.close()
    assert service.progress(batch.id).workers == 0
    if service.store.batch(batch.id).state is BatchState.RUNNING:
        asked = ["--home", str(instance.home), "batch", "resume", batch.id, "--workers", "1", "--json"]
        answer = json.loads(CliRunner().invoke(main, asked, catch_exceptions=False).stdout)
        assert (answer["state"], answer["built"], answer["failures"]) == ("done", len(expected), [])
    assert instance.digests(batch) == expected
    assert_whole(instance, batch)


@pytest.mark.postgres
def test_many_workers_share_a_batch_on_postgresql(
    new_postgres: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is killed in the middle and started anew by its parent; the batch is paused, resumed, done."""
    monkeypatch.setenv("PROOFDOCKET_DATABASE_URL", new_postgres())
    settings = read_settings(tmp_path / "home")
    instance = Instance(settings, tmp_path / "out", fill(settings))
    service, batch = instance.service, instance.start(instance.loans()[:CASES])
    workers = Workers(settings, 2, stay=True)
    try:
        wait_for(lambda: instance.built(batch) >= 1, workers.tend)
        os.kill(workers.pids[0], signal.SIGKILL)
        service.pause(batch.id)
        wait_for(
            lambda: all(item.recorded for item in service.store.items(batch.id, state=ItemState.BUILT)), workers.tend
        )
        service.resume(batch.id)
        wait_for(lambda: service.store.batch(batch.id).state is BatchState.DONE, workers.tend)
    finally:
        workers.close()
    assert_whole(instance, batch)
    instance.engine.dispose()
