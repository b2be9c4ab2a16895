"""Cases of a batch, one after the other in this process: what fails is named, the rest is whole, nothing is doubled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence_service.database import DatabaseError
from litigation.batch_service import BatchStateError
from litigation.bundle_command import CaseWorker
from litigation.core.batch import MAX_TRIES, Batch, BatchItem, BatchState, ItemState, hint
from litigation.core.disclosure_set import COURT
from litigation.core.paper_kinds import DEFAULT_PAPERS
from litigation.sample.portfolio import DEFAULT_AS_OF
from litigation.workflow.build_package import BuiltPackage
from litigation.workflow.case_source import CaseSource, our_reference
from litigation.workflow.reconcile import close_batch
from litigation.workflow.run_batch import Failure, file_name
from litigation.workflow.work_chunk import Hands, build_case, record_chunk
from tests.litigation.batch.conftest import Instance


def work(instance: Instance, batch: Batch, hands: Hands | None = None) -> dict[str, BatchItem]:
    """Do a batch as one worker does it, without an engine."""
    hands = hands or instance.hands()
    store = instance.service.store
    for item in store.items(batch.id):
        build_case(hands, batch.id, item.position)
    for chunk in store.open_chunks(batch.id):
        record_chunk(hands, batch.id, chunk)
    close_batch(store, batch.id, hands.now())
    return {item.loan: item for item in store.items(batch.id)}


def test_a_poisoned_case_leaves_the_rest_whole_and_retry_builds_only_it(instance: Instance) -> None:
    loans = instance.loans()[:3]
    batch = instance.start(loans)
    broken = an_original_of(instance, loans[1])
    content = broken.read_bytes()
    broken.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    items = work(instance, batch, instance.service.hands())
    assert [items[loan].state for loan in loans] == [ItemState.BUILT, ItemState.FAILED, ItemState.BUILT]
    assert items[loans[1]].reason
    assert items[loans[1]].code
    assert "retry" in hint(items[loans[1]].code, batch.id)
    assert instance.service.store.batch(batch.id).state is BatchState.DONE
    assert instance.recorded("package.built") == 2
    before = {path: path.stat().st_mtime_ns for path in instance.out.glob("*.zip")}
    broken.write_bytes(content)
    assert instance.service.retry(batch.id) == 1
    items = work(instance, batch, instance.service.hands())
    assert {item.state for item in items.values()} == {ItemState.BUILT}
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert instance.recorded("package.built") == 3


def an_original_of(instance: Instance, loan: str) -> Path:
    """The file in the vault of an original that only this loan has."""
    litigation = instance.service.litigation
    source = litigation.pin(None, DEFAULT_AS_OF, draft=False)
    digests = {
        one: {original.sha256 for event in litigation.history(source, one).events for original in event.originals}
        for one in instance.loans()
    }
    others = set().union(*(found for one, found in digests.items() if one != loan))
    digest = min(digests[loan] - others)
    return next(path for path in instance.settings.vault_dir.rglob("*") if path.name.startswith(digest))


def test_a_case_on_which_the_program_breaks_is_named_without_what_it_was_about(instance: Instance) -> None:
    loans = instance.loans()[:2]
    batch = instance.start(loans)
    hands = instance.hands()

    def build(source: CaseSource, loan: str) -> BuiltPackage:
        if loan == loans[0]:
            raise ValueError("张三 330102199001011234")
        return hands.build(source, loan)

    items = work(instance, batch, replace(hands, build=build))
    assert items[loans[0]].code == "program-fault"
    assert "ValueError at test_cases.py" in items[loans[0]].reason
    assert "张三" not in items[loans[0]].reason
    assert items[loans[1]].state is ItemState.BUILT


def test_a_case_that_takes_its_worker_along_is_given_up_after_three_tries(instance: Instance) -> None:
    batch = instance.start(instance.loans()[:1])
    item = instance.service.store.item(batch.id, 0)
    for _ in range(MAX_TRIES):
        instance.service.store.begin(item)
    assert build_case(instance.hands(), batch.id, 0) == "failed"
    assert instance.service.store.item(batch.id, 0).code == "worker-died"
    assert not list(instance.out.glob("*.zip"))


def test_a_package_that_cannot_be_written_fails_alone_and_says_what_to_do(instance: Instance) -> None:
    loans = instance.loans()[:2]
    batch = instance.start(loans)
    institution = batch.institution
    (instance.out / file_name(f"{institution}:{loans[0]}", batch.as_of.isoformat())).mkdir()
    items = work(instance, batch)
    assert items[loans[0]].code == "package-not-written"
    assert "make room" in hint(items[loans[0]].code, batch.id)
    assert items[loans[1]].state is ItemState.BUILT


def test_what_was_recorded_and_not_marked_is_not_recorded_twice(instance: Instance) -> None:
    """Both failures of the record: it did not happen; it happened and we were not told."""
    batch = instance.start(instance.loans()[:1])
    hands = instance.hands()
    build_case(hands, batch.id, 0)

    def told_nothing(one: Batch, items: list[BatchItem]) -> list[BatchItem]:
        hands.record(one, items)
        raise OSError("the answer was lost")

    with pytest.raises(OSError, match="lost"):
        record_chunk(replace(hands, record=told_nothing), batch.id, 0)
    assert instance.service.store.open_chunks(batch.id) == [0]
    assert record_chunk(hands, batch.id, 0) == 1
    assert record_chunk(hands, batch.id, 0) == 0
    assert (instance.recorded("package.built"), instance.recorded("case.opened")) == (1, 1)
    assert instance.service.litigation.cases.counts() == (1, 1)


def test_a_worker_that_was_taken_for_dead_writes_nothing_over_what_another_one_did(instance: Instance) -> None:
    loans = instance.loans()[:1]
    batch = instance.start(loans)
    hands = instance.hands()

    def build(source: CaseSource, loan: str) -> BuiltPackage:
        built = hands.build(source, loan)
        assert build_case(hands, batch.id, 0) == "built"  # meanwhile the other one does the whole case
        return replace(built, content=b"late")

    assert build_case(replace(hands, build=build), batch.id, 0) == "built"
    item = instance.service.store.item(batch.id, 0)
    assert item.tries == 2
    assert Path(item.path).read_bytes() != b"late"
    assert Path(item.path).stat().st_size == item.size


def test_the_same_order_is_the_same_batch_and_what_is_gone_is_built_again(instance: Instance) -> None:
    loans = instance.loans()[:2]
    batch = instance.start(loans)
    work(instance, batch)
    assert instance.start(loans[::-1]).id == batch.id
    assert instance.service.store.batch(batch.id).state is BatchState.DONE
    Path(instance.service.store.item(batch.id, 1).path).unlink()
    before = instance.digests(batch)
    assert instance.start(loans).state is BatchState.RUNNING
    work(instance, batch)
    assert instance.digests(batch) == before
    assert instance.recorded("package.built") == 2


def test_a_batch_replaces_no_package_that_another_one_built(instance: Instance) -> None:
    """Other pins, the same folder and cut-off: recorded or not, what lies there stays; another folder takes it."""
    loans = instance.loans()[:2]
    first = instance.start(loans)
    build_case(instance.hands(), first.id, 0)
    work(instance, first)
    before = {path: path.read_bytes() for path in instance.out.glob("*.zip")}
    instance.grow()
    second = instance.start(loans)
    assert second.id != first.id
    hands = instance.hands()
    other = replace(hands, build=lambda source, loan: replace(hands.build(source, loan), content=b"other pins"))
    for item in work(instance, second, other).values():
        assert (item.state, item.code) == (ItemState.FAILED, "package-kept")
        assert "--out" in item.reason
        assert "--out" in hint(item.code, second.id)
    assert {path: path.read_bytes() for path in instance.out.glob("*.zip")} == before
    for path in before:
        path.write_bytes(b"on no record")
    instance.service.retry(second.id)
    assert {item.state for item in work(instance, second, other).values()} == {ItemState.BUILT}


def test_bundle_replaces_its_own_older_package_and_no_batchs_and_no_final_one_by_a_draft(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan, other = instance.loans()[:2]
    litigation = instance.service.litigation
    source = litigation.pin(None, DEFAULT_AS_OF, draft=False)
    made = [b"first"]

    def build(_self: object, source: CaseSource, loan: str) -> BuiltPackage:
        reference = our_reference(source.log.institution, loan)
        return BuiltPackage(reference, made[0], "0" * 64, 1, source.draft)

    monkeypatch.setattr("litigation.service.LitigationService.build", build)
    pins = (str(instance.home), source.log.institution, "2026-10-31", source.published.checkpoint.size)
    final, draft = (
        CaseWorker(*pins, one, str(instance.out), COURT, False, (), DEFAULT_PAPERS) for one in (False, True)
    )

    def bundled(worker: CaseWorker, content: bytes, loan: str = loan) -> str:
        made[:] = [content]
        result = worker.build(loan)
        if isinstance(result, Failure):
            return result.code
        litigation.record(source, [result], "named by a person")
        return result.path.read_bytes().decode()

    assert [bundled(final, one) for one in (b"first", b"second")] == ["first", "second"]
    assert bundled(draft, b"draft") == "package-kept"
    assert bundled(final, b"third") == "third"
    work(instance, instance.start([other]))
    assert bundled(final, b"fourth", other) == "package-kept"


def test_a_package_gone_before_its_record_is_built_again(instance: Instance) -> None:
    loans = instance.loans()[:3]
    batch = instance.start(loans)
    hands, store = instance.hands(), instance.service.store
    for item in store.items(batch.id):
        build_case(hands, batch.id, item.position)
    Path(store.item(batch.id, 0).path).unlink()
    Path(store.item(batch.id, 1).path).write_bytes(b"another one")
    for chunk in store.open_chunks(batch.id):
        record_chunk(hands, batch.id, chunk)
    assert [item.state.value for item in store.items(batch.id)] == ["waiting", "waiting", "built"]
    assert instance.recorded("package.built") == 1
    items = work(instance, batch)
    assert all(item.recorded for item in items.values())
    assert instance.recorded("package.built") == 3
    assert store.batch(batch.id).state is BatchState.DONE


def test_a_package_gone_from_a_paused_batch_is_skipped_until_it_goes_on(instance: Instance) -> None:
    batch = instance.start(instance.loans()[:1])
    hands, store = instance.hands(), instance.service.store
    build_case(hands, batch.id, 0)
    instance.service.pause(batch.id)
    Path(store.item(batch.id, 0).path).unlink()
    assert record_chunk(hands, batch.id, 0) == 0
    assert (store.item(batch.id, 0).state, store.item(batch.id, 0).recorded) == (ItemState.BUILT, False)
    assert (instance.recorded("case.opened"), instance.service.litigation.cases.counts()) == (0, (0, 0))
    instance.service.resume(batch.id)
    assert record_chunk(hands, batch.id, 0) == 0
    assert all(item.recorded for item in work(instance, batch).values())


@pytest.mark.parametrize("away", [1, 2])
def test_a_database_that_was_away_does_not_count_as_a_try(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, away: int
) -> None:
    """The second time, it is still away when the try is given back."""
    monkeypatch.setattr("litigation.workflow.work_chunk.BACK_OFF_SECONDS", 0.0)
    batch = instance.start(instance.loans()[:1])
    hands, store = instance.hands(), instance.service.store
    give_back, refused = store.give_back, []

    def build(source: CaseSource, loan: str) -> BuiltPackage:
        raise DatabaseError("the database is away")

    def blip(item: BatchItem) -> None:
        refused.append(item)
        if len(refused) % away:
            raise DatabaseError("the database is away")
        give_back(item)

    monkeypatch.setattr(store, "give_back", blip)
    for _ in range(MAX_TRIES):
        with pytest.raises(DatabaseError):
            build_case(replace(hands, build=build), batch.id, 0)
    assert len(refused) == MAX_TRIES * away
    assert store.item(batch.id, 0).tries == 0
    assert build_case(hands, batch.id, 0) == "built"


def test_a_batch_moves_only_where_it_can(instance: Instance) -> None:
    service = instance.service
    batch = instance.start(instance.loans()[:1])
    assert service.pause(batch.id).state is BatchState.PAUSED
    with pytest.raises(BatchStateError, match="only a running batch"):
        service.pause(batch.id)
    assert service.resume(batch.id[:6]).state is BatchState.RUNNING
    assert service.cancel(batch.id).state is BatchState.CANCELLED
    with pytest.raises(BatchStateError, match="only a paused"):
        service.resume(batch.id)
    with pytest.raises(BatchStateError, match="cancelled"):
        service.retry(batch.id)
