"""Migrations: what the code believes of every table is what the database has; up, down and up again; two at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, MetaData, Table, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from evidence_service.adapters import tables as evidence_tables
from evidence_service.adapters.tables_subject_keys import key_metadata
from evidence_service.database import DatabaseError, migrate, open_database, writing
from litigation.adapters import tables as litigation_tables
from litigation.adapters import tables_delivery, tables_overview
from litigation.court_side.adapters import tables as court_tables
from litigation.served.adapters import tables as served_tables
from tests.conftest import ROOT
from tests.evidence_service.adapters.logs import ingest, make_log, open_store, publish_plainly
from tests.evidence_service.adapters.races import both, meeting_before
from tests.evidence_service.examples import INSTITUTION
from web import tables as web_tables

ROOMS = (
    evidence_tables.metadata,
    litigation_tables.metadata,
    tables_delivery.metadata,
    tables_overview.metadata,
    court_tables.metadata,
    served_tables.metadata,
    web_tables.metadata,
)
APPEND_ONLY = (
    *evidence_tables.APPEND_ONLY,
    *litigation_tables.APPEND_ONLY,
    *tables_delivery.APPEND_ONLY,
    *court_tables.APPEND_ONLY,
    *served_tables.APPEND_ONLY,
    *web_tables.APPEND_ONLY,
)
TABLES: list[Table] = list(chain.from_iterable(room.sorted_tables for room in ROOMS))


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


def shape(inspector: Any, table: str) -> dict[str, Any]:
    """What a table is made of, in words that both databases share."""
    return {
        "columns": {
            column["name"]: (str(column["type"]).replace("BIGINT", "INTEGER"), column["nullable"])
            for column in inspector.get_columns(table)
        },
        "key": inspector.get_pk_constraint(table)["constrained_columns"],
        "unique": {tuple(sorted(one["column_names"])) for one in inspector.get_unique_constraints(table)},
        "foreign": inspector.get_foreign_keys(table),
        "indexes": {one["name"] for one in inspector.get_indexes(table) if not one.get("duplicates_constraint")},
    }


def test_the_migrated_tables_are_those_that_the_code_believes_in(
    engine: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    mine = [*TABLES, *(key_metadata.sorted_tables if engine.dialect.name == "postgresql" else ())]
    assert sorted(inspect(engine).get_table_names()) == sorted(["alembic_version", *(table.name for table in mine)])
    believed = create_engine(f"sqlite:///{tmp_path / 'believed.db'}")
    if engine.dialect.name == "postgresql":
        believed = create_engine(request.getfixturevalue("new_postgres")())
    for room in (*ROOMS, key_metadata):
        room.create_all(believed)
    migrated, made = inspect(engine), inspect(believed)
    for table in mine:
        assert shape(migrated, table.name) == shape(made, table.name), table.name
    believed.dispose()


def test_big_numbers_have_room_on_postgresql(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        return  # one kind of integer, 64 bits
    big = {
        (table.name, column["name"])
        for table in TABLES
        for column in inspect(engine).get_columns(table.name)
        if isinstance(column["type"], sa.BigInteger)
    }
    assert {("entry", "idx"), ("event", "idx"), ("subtree", "idx"), ("log", "size"), ("checkpoint", "size")} <= big
    assert {("anchor", "nonce"), ("anchor", "block"), ("anchor", "chain_id"), ("package", "size")} <= big


def test_the_tables_that_a_room_calls_append_only_are_guarded_and_no_others(engine: Engine) -> None:
    query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    if engine.dialect.name == "postgresql":
        query = (
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
        )
    with engine.connect() as connection:
        guarded = [row[0] for row in connection.execute(text(query))]
    assert {name: guarded.count(name) for name in guarded} == dict.fromkeys(APPEND_ONLY, 2)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_guarded_table_refuses_update_and_delete_of_a_row(engine: Engine, table: str) -> None:
    found = next(one for one in TABLES if one.name == table)
    row = {column.name: _value(column) for column in found.columns}
    with writing(engine) as connection:
        connection.execute(found.insert().values(row))
    name = found.columns.keys()[-1]
    for statement in (f"UPDATE {table} SET {name} = {name}", f"DELETE FROM {table}"):
        with engine.connect() as connection, pytest.raises(DBAPIError, match=f"append-only table: {table}"):
            connection.execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


def _value(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    return {int: 1, str: column.name, bytes: b"x", bool: True}[kind]


def test_down_takes_everything_away_and_up_again_gives_a_working_instance(empty: Engine) -> None:
    migrate(empty)
    store = open_store(empty)
    make_log(store)
    ingest(store, 300)
    publish_plainly(store)
    migrate(empty, "base")
    assert inspect(empty).get_table_names() == ["alembic_version"]
    migrate(empty)
    again = open_store(empty)
    make_log(again)
    ingest(again, 3)
    publish_plainly(again)
    with empty.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("DELETE FROM entry"))


def test_migrating_twice_changes_nothing_and_keeps_the_data(engine: Engine) -> None:
    store = open_store(engine)
    make_log(store)
    ingest(store, 5)
    published = publish_plainly(store)
    before = {table.name: shape(inspect(engine), table.name) for table in TABLES}
    migrate(engine)
    migrate(engine)
    assert {table.name: shape(inspect(engine), table.name) for table in TABLES} == before
    assert open_store(engine).latest_checkpoint(INSTITUTION) == published


def test_a_migration_that_fails_halfway_leaves_nothing_half_made(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE filing (id INTEGER)"))  # in the way of the migration's tenth table
    with pytest.raises((DBAPIError, DatabaseError)):  # SQLite calls it operational, PostgreSQL does not
        migrate(empty)
    assert inspect(empty).get_table_names() == ["filing"]
    with empty.begin() as connection:
        connection.execute(text("DROP TABLE filing"))
    migrate(empty)
    make_log(open_store(empty))


def test_four_processes_that_start_a_new_instance_at_once_all_find_it_ready(database_url: str) -> None:
    program = (
        "import sys; from evidence_service.database import migrate, open_database; migrate(open_database(sys.argv[1]))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, database_url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    errors = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, errors
    opened = open_database(database_url)
    assert set(inspect(opened).get_table_names()) > {table.name for table in TABLES}
    opened.dispose()


def test_two_first_starts_that_meet_in_the_database_both_find_it_ready(database_url: str) -> None:
    one, other = open_database(database_url), open_database(database_url)
    with meeting_before("CREATE TABLE", one, other):
        both(lambda: migrate(one), lambda: migrate(other))
    assert set(inspect(one).get_table_names()) > {table.name for table in TABLES}
    one.dispose()
    other.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("recursive_triggers", 1), ("foreign_keys", 1)]
)
def test_every_sqlite_connection_is_durable_and_fires_triggers_on_replace(
    sqlite_engine: Engine, pragma: str, value: object
) -> None:
    for _ in range(3):
        with sqlite_engine.connect() as connection:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_the_metadata_of_no_two_rooms_name_the_same_table() -> None:
    names = [table.name for table in TABLES]
    assert len(names) == len(set(names))
    assert all(isinstance(room, MetaData) for room in ROOMS)
