"""The loan map is rebuilt from the entries: what is missing or was changed is named and put back, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from evidence_service.adapters.sql_loan_map import SqlLoanMap
from evidence_service.core.map_pages import MapChangedError
from evidence_service.errors import ProofDocketError
from evidence_service.workflow.check_map import MapCheck, check_map
from tests.evidence_service.workflow.instance import Instance


@pytest.fixture
def instance(engine: Engine) -> Instance:
    made = Instance(engine)
    for minutes in range(3):
        made.ingest(20)
        made.publish(minutes)
    return made


def check(instance: Instance, *, rebuild: bool = False) -> MapCheck:
    return check_map(instance.log, instance.store, SqlLoanMap(instance.engine), rebuild=rebuild)


def pages(instance: Instance) -> list[tuple[object, ...]]:
    with instance.engine.connect() as connection:
        rows = connection.execute(text("SELECT prefix, version, page FROM loan_map ORDER BY prefix, version")).all()
    return [(row.prefix, row.version, bytes(row.page)) for row in rows]


def test_a_map_that_was_kept_up_is_what_the_entries_give(instance: Instance) -> None:
    found = check(instance)
    assert found.clean
    assert (found.entries, found.versions, found.pages) == (63, 3, len(pages(instance)))


def test_missing_and_changed_pages_are_named_and_put_back_and_publishing_goes_on(instance: Instance) -> None:
    before = pages(instance)
    instance.tamper("UPDATE loan_map SET page = :page WHERE version = 62 AND prefix = ''", page=b"L")
    instance.tamper("DELETE FROM loan_map WHERE version = 20")
    instance.ingest(1)
    with pytest.raises(MapChangedError):
        instance.publish(5)
    found = check(instance)
    assert not found.clean
    assert found.changed == [("", 62)]
    assert {version for _, version in found.missing} == {20}
    repaired = check(instance, rebuild=True)
    assert repaired.rebuilt
    assert pages(instance) == before
    assert check(instance).clean
    instance.publish(6)


def test_after_a_repair_the_table_is_append_only_again(instance: Instance) -> None:
    with instance.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("UPDATE loan_map SET page = :page WHERE version = 62"), {"page": b"L"})
        else:
            kept = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'loan_map' AND type = 'trigger'")
            ).all()
            for name, _ in kept:
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text("UPDATE loan_map SET page = :page WHERE version = 62"), {"page": b"L"})
            for _, sql in kept:
                connection.execute(text(sql))
    assert check(instance, rebuild=True).rebuilt
    for statement in ("UPDATE loan_map SET page = 'L'", "DELETE FROM loan_map"):
        with pytest.raises(DBAPIError, match="append-only"), instance.engine.begin() as connection:
            connection.execute(text(statement))


def test_entries_that_were_changed_are_no_ground_for_a_map(instance: Instance) -> None:
    before = pages(instance)
    instance.tamper("DELETE FROM loan_map WHERE version = 20")
    instance.tamper("UPDATE entry SET leaf = :leaf WHERE idx = 5", leaf=b"{}")
    with pytest.raises(ProofDocketError, match="entry 5"):
        check(instance, rebuild=True)
    assert pages(instance) == [row for row in before if row[1] != 20]
