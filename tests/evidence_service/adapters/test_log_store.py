"""The contract of `ports.LogStore`, on SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from evidence_service.adapters.sql_log_rows import stored_event
from evidence_service.adapters.sql_log_store import PAGE, SqlLogStore
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import root_hash, root_of
from evidence_service.database import open_database
from evidence_service.errors import ConflictError, NotFoundError, StoreError
from evidence_service.ports import LogStore, PublishedCheckpoint
from evidence_service.workflow.ingest import ClockError, ingest_batch
from tests.conftest import ROOT
from tests.evidence_service.adapters.logs import (
    append,
    entries,
    ingest,
    make_log,
    open_store,
    publish_plainly,
    record_of,
)
from tests.evidence_service.adapters.races import both, meeting_before
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, NOW, Randomness, event, events


@pytest.fixture
def store(engine: Engine) -> SqlLogStore:
    made = open_store(engine)
    make_log(made)
    return made


def hashes_of(store: SqlLogStore, institution: str = INSTITUTION) -> list[bytes]:
    """Leaf hashes of a log; the indexes must have no gap."""
    found = list(store.leaves(institution, 0, store.log(institution).size))
    assert [index for index, _, _ in found] == list(range(store.log(institution).size))
    return [digest for _, _, digest in found]


def assert_sound(store: SqlLogStore, institution: str = INSTITUTION) -> None:
    """No gap, no fork: one chain per loan, and the stored subtrees give the root of the entries."""
    hashes = hashes_of(store, institution)
    assert root_hash(store.tree(institution, len(hashes)), len(hashes)) == root_of(hashes)
    for loan, head in store.loans(institution):
        mine = store.events_of_loan(institution, loan)
        assert [one.sequence for one in mine] == list(range(head.next_sequence))
        for before, after in pairwise(mine):
            assert before.index < after.index
            assert parse_leaf(after.leaf).previous == before.leaf_hash.hex()
        assert mine[-1].leaf_hash == head.last_leaf_hash
        assert {parse_leaf(one.leaf).loan_reference for one in mine} == {head.reference}


def test_the_sql_store_keeps_the_promises_of_the_port(store: SqlLogStore) -> None:
    port: LogStore = store
    assert port.logs()[0].institution == INSTITUTION


def test_a_log_is_made_once_and_found_afterwards(store: SqlLogStore) -> None:
    first = store.log(INSTITUTION)
    assert make_log(store) == first
    assert [log.institution for log in store.logs()] == [INSTITUTION]
    assert first == replace(record_of(), id=first.id)


def test_a_log_with_other_keys_or_another_origin_is_refused(store: SqlLogStore) -> None:
    known = record_of()
    for other in (
        replace(known, vkey=TestKey("log.example/other").vkey),
        replace(known, origin="log.example/other"),
    ):
        with pytest.raises(StoreError, match="do not belong to this database"):
            store.ensure_log(other, NOW)


def test_sixteen_threads_that_make_the_same_log_get_the_same_one(engine: Engine) -> None:
    store = open_store(engine)
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: make_log(store), range(16)))
    assert len({log.id for log in made}) == 1


def test_an_institution_without_a_log_is_not_found(store: SqlLogStore) -> None:
    asks: list[Callable[[], object]] = [
        lambda: store.log("nobody"),
        lambda: store.tree("nobody", 0),
        lambda: store.latest_checkpoint("nobody"),
        lambda: list(store.leaves("nobody", 0, 1)),
        lambda: store.events_of_loan("nobody", "LN-1"),
        lambda: ingest(store, 1, institution="nobody"),
    ]
    for ask in asks:
        with pytest.raises(NotFoundError, match="'nobody' has no log here"):
            ask()


def test_what_was_appended_is_read_back_byte_for_byte_in_order(store: SqlLogStore) -> None:
    receipts = ingest(store, 30)
    assert [receipt.index for receipt in receipts] == list(range(30))
    for number, one in enumerate(events(30)):
        stored = store.event(one.id)
        assert stored.index == number == store.event_at(INSTITUTION, number).index
        assert stored.body == one.body
        assert (stored.loan, stored.type, stored.institution) == (one.loan, "payment.received", INSTITUTION)
        assert stored.occurred_at == one.occurred_at
        assert stored.captured_at == NOW
        assert len(stored.secret or b"") == 32
    assert_sound(store)
    assert store.log(INSTITUTION).size == 30


def test_equal_times_keep_the_order_in_which_events_came(store: SqlLogStore) -> None:
    ingest(store, 40, loans=1)
    mine = store.events_of_loan(INSTITUTION, "LN-0")
    assert len({one.occurred_at for one in mine}) == 1
    assert [one.event_id for one in mine] == [f"E-{number}" for number in range(40)]


def test_order_is_by_sequence_and_not_by_the_time_that_a_sender_declares(store: SqlLogStore) -> None:
    times = ["2026-03-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]
    made = [event(id=f"E-{number}", occurred_at=at) for number, at in enumerate(times)]
    ingest_batch(store, INSTITUTION, made, now=NOW, randomness=Randomness())
    assert [one.event_id for one in store.events_of_loan(INSTITUTION, made[0].loan)] == ["E-0", "E-1", "E-2"]
    assert_sound(store)


def test_the_same_event_twice_is_a_duplicate_and_adds_nothing(store: SqlLogStore) -> None:
    ingest(store, 5)
    before = hashes_of(store)
    again = ingest(store, 5)
    assert {receipt.state for receipt in again} == {"duplicate"}
    assert hashes_of(store) == before


def test_the_same_event_twice_in_one_batch_is_logged_once(store: SqlLogStore) -> None:
    one = event()
    receipts = ingest_batch(store, INSTITUTION, [one, one, one], now=NOW, randomness=Randomness())
    assert [receipt.state for receipt in receipts] == ["accepted", "duplicate", "duplicate"]
    assert store.log(INSTITUTION).size == 1


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two batches"])
def test_the_same_id_with_another_body_is_refused_and_the_first_one_stays(store: SqlLogStore, together: bool) -> None:
    first, other = event(), event(loan="LN-OTHER")
    batches = [[first, other]] if together else [[first], [other]]
    receipts = [
        receipt
        for batch in batches
        for receipt in ingest_batch(store, INSTITUTION, batch, now=NOW, randomness=Randomness())
    ]
    assert [(receipt.state, receipt.code) for receipt in receipts] == [("accepted", ""), ("rejected", "duplicate-id")]
    assert store.event(first.id).body == first.body
    assert store.loan_count(INSTITUTION) == 1


def test_an_event_of_the_future_is_refused_and_its_id_stays_free(store: SqlLogStore) -> None:
    late = event(occurred_at="2026-06-01T08:05:01Z")
    receipts = ingest_batch(store, INSTITUTION, [late, event(id="E-2")], now=NOW, randomness=Randomness())
    assert [receipt.state for receipt in receipts] == ["rejected", "accepted"]
    assert receipts[1].index == 0
    again = ingest_batch(store, INSTITUTION, [late], now=NOW + timedelta(seconds=1), randomness=Randomness(b"later"))
    assert again[0].state == "accepted"


def test_a_clock_that_was_set_back_a_little_does_not_turn_the_times_of_capture_round(store: SqlLogStore) -> None:
    ingest(store, 1)
    ingest(store, 1, first=1, now=NOW - timedelta(seconds=90))
    ingest(store, 1, first=2, now=NOW + timedelta(seconds=1))
    stamps = [store.event(f"E-{number}").captured_at for number in range(3)]
    assert stamps == [NOW, NOW, NOW + timedelta(seconds=1)]


def test_a_clock_that_was_set_back_far_is_refused_and_nothing_is_logged(store: SqlLogStore) -> None:
    ingest(store, 1)
    with pytest.raises(ClockError, match="set the clock right"):
        ingest(store, 1, first=1, now=NOW - timedelta(minutes=6))
    assert store.log(INSTITUTION).size == 1


def test_two_institutions_may_use_the_same_ids_and_loans_and_share_nothing(store: SqlLogStore) -> None:
    make_log(store, "other-cf")
    ingest(store, 4)
    ingest(store, 2, institution="other-cf")
    assert [log.size for log in store.logs()] == [4, 2]
    with pytest.raises(ConflictError, match="several institutions"):
        store.event("E-1")
    assert store.event("E-1", "other-cf").institution == "other-cf"
    assert store.event("E-3").institution == INSTITUTION
    heads = [dict(store.loans(name))["LN-0"].reference for name in (INSTITUTION, "other-cf")]
    assert heads[0] != heads[1]
    for name in (INSTITUTION, "other-cf"):
        assert_sound(store, name)


def test_an_event_or_loan_that_is_not_there_is_not_found(store: SqlLogStore) -> None:
    with pytest.raises(NotFoundError, match="not in this instance"):
        store.event("E-404")
    with pytest.raises(NotFoundError, match="has no entry 0"):
        store.event_at(INSTITUTION, 0)
    with pytest.raises(NotFoundError, match="not in the log"):
        store.loan_head(INSTITUTION, "LN-404")
    assert store.events_of_loan(INSTITUTION, "LN-404") == []


def test_pages_go_from_new_to_old_without_gap_or_overlap(store: SqlLogStore) -> None:
    ingest(store, 25)
    seen: list[int] = []
    before: int | None = None
    while page := store.events_before(INSTITUTION, before, 7):
        seen += [one.index for one in page]
        before = seen[-1]
    assert seen == list(reversed(range(25)))


def test_leaves_come_in_order_across_pages_and_only_those_asked_for(store: SqlLogStore) -> None:
    count = PAGE + 10
    append(store, entries(count))
    assert [index for index, _, _ in store.leaves(INSTITUTION, 3, PAGE + 5)] == list(range(3, PAGE + 5))
    assert list(store.leaves(INSTITUTION, 7, 7)) == []
    assert [leaf for _, leaf, _ in store.leaves(INSTITUTION, count - 1, count + 9)] == [b"leaf %d" % (count - 1)]


def test_loans_are_told_with_their_heads(store: SqlLogStore) -> None:
    ingest(store, 7, loans=3)
    heads = dict(store.loans(INSTITUTION))
    assert {loan: head.next_sequence for loan, head in heads.items()} == {"LN-0": 3, "LN-1": 2, "LN-2": 2}
    assert heads["LN-1"] == store.loan_head(INSTITUTION, "LN-1")
    assert len({head.reference for head in heads.values()}) == 3
    assert store.loans_with(INSTITUTION, "payment.received") == ["LN-0", "LN-1", "LN-2"]
    assert store.loans_with(INSTITUTION, "loan.disbursed") == []


def test_a_batch_of_more_ids_than_a_statement_takes_is_one_batch(store: SqlLogStore) -> None:
    ingest(store, 1300, loans=700)
    again = ingest(store, 1301, loans=700)
    assert [receipt.state for receipt in again] == ["duplicate"] * 1300 + ["accepted"]
    assert_sound(store)


def test_a_transaction_that_fails_leaves_nothing_behind(store: SqlLogStore) -> None:
    ingest(store, 3)
    before = hashes_of(store)

    def fail_halfway() -> None:
        with store.writing(INSTITUTION) as writer:
            writer.append(entries(300, first=3), {})
            raise StoreError("the disk is gone")

    with pytest.raises(StoreError, match="the disk is gone"):
        fail_halfway()
    assert hashes_of(store) == before
    ingest(store, 300, first=3)
    assert_sound(store)


def test_an_index_is_never_given_twice_even_past_the_lock(store: SqlLogStore, engine: Engine) -> None:
    """UNIQUE (log, index) is the backstop should a writer ever start from a stale size."""
    ingest(store, 3)
    with engine.begin() as connection:
        connection.execute(text("UPDATE log SET size = 2"))
    with pytest.raises(IntegrityError) as caught:
        ingest(store, 1, first=3)
    assert "LN-0" not in str(caught.value)  # a database error says nothing of the rows it is about


def test_two_processes_that_write_to_one_log_leave_no_gap_and_no_fork(store: SqlLogStore, database_url: str) -> None:
    command = [sys.executable, "-m", "tests.evidence_service.adapters.append_worker", database_url]
    workers = [
        subprocess.Popen([*command, name, "12", "25"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in ("left", "right")
    ]
    printed = [worker.communicate(timeout=120)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert store.log(INSTITUTION).size == 600
    assert_sound(store)
    told = dict(line.split() for output in printed for line in output.splitlines())
    assert sorted(int(index) for index in told.values()) == list(range(600))
    assert all(store.event(event_id).index == int(index) for event_id, index in list(told.items())[::50])


def test_sixteen_threads_that_bring_the_same_events_log_each_once(store: SqlLogStore) -> None:
    def bring(_thread: int) -> list[str]:
        return [receipt.state for receipt in ingest(store, 20)]

    with ThreadPoolExecutor(16) as pool:
        states = [state for found in pool.map(bring, range(16)) for state in found]
    assert states.count("accepted") == 20
    assert states.count("duplicate") == 15 * 20
    assert_sound(store)


def test_a_reader_sees_only_what_is_committed(store: SqlLogStore, database_url: str) -> None:
    engine = open_database(database_url)
    other = open_store(engine)
    with store.writing(INSTITUTION) as writer:
        writer.append(entries(5), {})
        assert other.log(INSTITUTION).size == 0
        assert list(other.leaves(INSTITUTION, 0, 10)) == []
    assert other.log(INSTITUTION).size == 5
    engine.dispose()


def test_a_checkpoint_is_kept_byte_for_byte_and_found_by_size_and_by_index(store: SqlLogStore) -> None:
    assert store.latest_checkpoint(INSTITUTION) is None
    published = []
    for minutes, count in enumerate((3, 2, 5)):
        ingest(store, count, first=sum((3, 2, 5)[:minutes]))
        published.append(publish_plainly(store, minutes=minutes))
    assert store.latest_checkpoint(INSTITUTION) == published[2]
    assert store.checkpoint_at(INSTITUTION, 5) == published[1]
    assert store.checkpoint_at(INSTITUTION, 4) is None
    assert store.checkpoint_covering(INSTITUTION, 2) == published[2]
    assert store.checkpoint_covering(INSTITUTION, 9) == published[2]
    assert store.checkpoint_covering(INSTITUTION, 10) is None
    assert store.checkpoints(INSTITUTION, 2) == [published[2], published[1]]


def test_the_same_checkpoint_twice_is_one_and_another_root_at_its_size_is_refused(store: SqlLogStore) -> None:
    ingest(store, 3)
    published = publish_plainly(store)
    store.add_checkpoint(INSTITUTION, published)
    forked = Checkpoint(published.checkpoint.origin, 3, bytes(32))
    other = PublishedCheckpoint(forked, TestKey(forked.origin).sign_note(forked.text()), NOW)
    with pytest.raises(ConflictError, match="another root at size 3"):
        store.add_checkpoint(INSTITUTION, other)
    assert store.checkpoints(INSTITUTION, 10) == [published]


def test_sixteen_publishers_at_once_store_one_checkpoint(store: SqlLogStore) -> None:
    ingest(store, 3)
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: publish_plainly(store), range(16)))
    assert len({one.note for one in made}) == 1
    assert len(store.checkpoints(INSTITUTION, 100)) == 1


def test_two_publishers_that_meet_in_the_database_store_one_checkpoint(store: SqlLogStore, engine: Engine) -> None:
    ingest(store, 3)
    with meeting_before("INSERT INTO checkpoint", engine):
        both(lambda: publish_plainly(store), lambda: publish_plainly(store))
    assert len(store.checkpoints(INSTITUTION, 100)) == 1


def test_two_writers_that_meet_in_the_database_both_succeed(store: SqlLogStore, engine: Engine) -> None:
    with meeting_before("INSERT INTO entry", engine):
        both(lambda: ingest(store, 3), lambda: ingest(store, 3, first=3))
    assert store.log(INSTITUTION).size == 6
    assert_sound(store)


def test_two_that_make_the_same_log_at_once_get_the_same_one(engine: Engine) -> None:
    store = open_store(engine)
    with meeting_before("INSERT INTO log", engine):
        first, second = both(lambda: make_log(store), lambda: make_log(store))
    assert first == second


CHANGES = [
    f"{verb} {table}{rest}"
    for table, column in (("entry", "leaf"), ("event", "sealed"), ("subtree", "hash"), ("checkpoint", "note"))
    for verb, rest in (("UPDATE", f" SET {column} = {column}"), ("DELETE FROM", ""), ("DELETE FROM", " WHERE 1 = 1"))
]


def fill(store: SqlLogStore) -> None:
    """At least one row in every append-only table."""
    ingest(store, 260)
    publish_plainly(store)


@pytest.mark.parametrize("statement", CHANGES)
def test_an_append_only_table_refuses_to_be_changed(store: SqlLogStore, engine: Engine, statement: str) -> None:
    fill(store)
    before = hashes_of(store)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only table"):
        connection.execute(text(statement))
    assert hashes_of(store) == before
    assert store.latest_checkpoint(INSTITUTION) is not None


@pytest.mark.parametrize("table", ["entry", "event", "subtree", "checkpoint"])
def test_an_append_only_table_refuses_to_be_emptied_or_replaced(store: SqlLogStore, engine: Engine, table: str) -> None:
    """INSERT OR REPLACE deletes without a DELETE in SQLite; TRUNCATE does in PostgreSQL."""
    fill(store)
    statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    if engine.dialect.name == "postgresql":
        statement = f"TRUNCATE {table}"
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only table"):
        connection.execute(text(statement))
    assert len(hashes_of(store)) == 260


def test_a_column_changed_to_another_type_is_a_store_error_that_names_the_entry() -> None:
    row = SimpleNamespace(
        _mapping={
            "institution": "a-cf", "event_id": "e", "loan": "L", "idx": 7, "sequence": 0, "type": "loan.closed",
            "occurred_at": "2026-01-01T00:00:00Z", "captured_at": "2026-01-01T00:00:00Z",
            "key_id": 1, "sealed": "text, not bytes", "leaf": b"", "leaf_hash": b"",
        }
    )  # fmt: skip
    with pytest.raises(StoreError, match="entry 7 of log a-cf"):
        stored_event(row, {1: bytes(32)})
