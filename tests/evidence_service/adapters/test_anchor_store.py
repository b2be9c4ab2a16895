"""The contract of `ports.AnchorStore`, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from evidence_service.adapters.sql_anchor_store import SqlAnchorStore
from evidence_service.ports import ON_CHAIN_STATES, OPEN_STATES, AnchorRecord, AnchorState, AnchorStore
from tests.evidence_service.adapters.logs import make_log, open_store
from tests.evidence_service.adapters.races import both, meeting_before
from tests.evidence_service.examples import INSTITUTION, NOW


@pytest.fixture
def store(engine: Engine) -> SqlAnchorStore:
    logs = open_store(engine)
    make_log(logs)
    make_log(logs, "other-cf")
    return SqlAnchorStore(engine)


def intent(nonce: int, size: int = 0, institution: str = INSTITUTION) -> AnchorRecord:
    return AnchorRecord(
        id=0,
        institution=institution,
        size=size or nonce + 1,
        root=bytes([nonce]) * 32,
        chain_id=2**53,
        contract="0x" + "C0" * 20,
        chain_log_id="0x" + "ab" * 32,
        nonce=nonce,
        tx=f"0x{nonce:064x}",
        raw_tx=bytes(range(256)),
        state=AnchorState.PREPARED,
        block=None,
        block_hash=None,
        gas=None,
        created_at=NOW,
    )


def test_the_sql_store_keeps_the_promises_of_the_port(store: SqlAnchorStore) -> None:
    port: AnchorStore = store
    assert port.open(INSTITUTION) == []
    assert port.newest(INSTITUTION, 10) == []
    assert port.at(INSTITUTION, 1) == []
    assert port.largest(INSTITUTION) is None


def test_an_intent_is_read_back_as_it_was_stored(store: SqlAnchorStore) -> None:
    stored = store.add(intent(5))
    assert stored.id > 0
    assert stored == replace(intent(5), id=stored.id)
    assert store.open(INSTITUTION) == store.newest(INSTITUTION, 10) == store.at(INSTITUTION, 6) == [stored]


def test_the_same_intent_twice_is_one_record(store: SqlAnchorStore) -> None:
    first = store.add(intent(5))
    assert store.add(intent(5)).id == first.id
    assert len(store.newest(INSTITUTION, 10)) == 1


def test_sixteen_threads_that_store_the_same_intent_store_it_once(store: SqlAnchorStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        ids = {record.id for record in pool.map(lambda _: store.add(intent(5)), range(16))}
    assert len(ids) == 1
    assert len(store.open(INSTITUTION)) == 1


def test_two_runs_that_meet_in_the_database_store_the_same_intent_once(store: SqlAnchorStore, engine: Engine) -> None:
    with meeting_before("INSERT INTO anchor", engine):
        first, second = both(lambda: store.add(intent(5)), lambda: store.add(intent(5)))
    assert first == second


@pytest.mark.parametrize("state", AnchorState)
def test_only_records_that_may_still_change_are_open(store: SqlAnchorStore, state: AnchorState) -> None:
    stored = store.add(intent(5))
    moved = store.move(replace(stored, state=state, block=7, block_hash="0xab", gas=51_836), NOW + timedelta(1))
    assert store.newest(INSTITUTION, 1) == [moved]
    assert (store.open(INSTITUTION) == [moved]) is (state in OPEN_STATES)
    assert (store.largest(INSTITUTION) == moved) is (state in ON_CHAIN_STATES)


def test_open_records_come_oldest_first_and_the_newest_by_size_first(store: SqlAnchorStore) -> None:
    made = [store.add(intent(nonce)) for nonce in (3, 1, 2)]
    assert store.open(INSTITUTION) == made
    assert [record.size for record in store.newest(INSTITUTION, 2)] == [4, 3]


def test_the_largest_on_chain_is_found_behind_any_number_of_failures(store: SqlAnchorStore) -> None:
    good = store.move(replace(store.add(intent(1)), state=AnchorState.FINAL, block=3), NOW)
    for nonce in range(2, 70):
        store.move(replace(store.add(intent(nonce)), state=AnchorState.FAILED), NOW)
    assert store.largest(INSTITUTION) == good


def test_records_of_one_size_come_newest_first(store: SqlAnchorStore) -> None:
    made = [store.add(intent(nonce, size=9)) for nonce in (1, 2)]
    store.add(intent(3, size=10))
    assert store.at(INSTITUTION, 9) == made[::-1]


def test_two_institutions_do_not_see_each_others_anchors(store: SqlAnchorStore) -> None:
    store.add(intent(1))
    other = store.add(intent(2, institution="other-cf"))
    assert store.open("other-cf") == store.newest("other-cf", 9) == [other]
    assert store.at("other-cf", 2) == []
