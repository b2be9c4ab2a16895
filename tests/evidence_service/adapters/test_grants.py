"""The role of a running instance on PostgreSQL: everything works, and nothing that was logged can be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from evidence_service.adapters.sql_subject_keys import open_subject_keys
from evidence_service.adapters.tables import metadata
from evidence_service.database import migrate, open_database
from evidence_service.grants import GrantsError, grant_statements
from evidence_service.ports.subject_keys import SubjectErasedError
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.workflow.instance import Instance

pytestmark = pytest.mark.postgres
ROLE = "proofdocket_app"


@pytest.fixture
def url(new_postgres: Callable[[], str]) -> str:
    return new_postgres()


@pytest.fixture
def app(url: str, postgres_admin: Engine) -> Iterator[Engine]:
    """The database as the instance's own role sees it, after its owner migrated it and gave the rights."""
    owner = open_database(url)
    migrate(owner)
    with owner.begin() as connection:
        connection.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
        for statement in grant_statements(connection, ROLE):
            connection.execute(text(statement))
    options = make_url(url).query["options"]
    restricted = make_url(url).update_query_dict({"options": f"{options} -crole={ROLE}"})
    engine = open_database(restricted.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with owner.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {ROLE}"))
        connection.execute(text(f"DROP ROLE {ROLE}"))
    owner.dispose()


def test_the_instance_s_role_logs_publishes_anchors_and_finds_nothing_to_migrate(app: Engine) -> None:
    migrate(app)
    instance = Instance(app)
    instance.ingest(300)
    published = instance.publish()
    record = instance.anchor()
    assert record.size == published.checkpoint.size == instance.log.size
    assert instance.store.events_of_loan(INSTITUTION, instance.store.event_at(INSTITUTION, 0).loan)


def test_the_instance_s_role_can_destroy_a_subject_s_key_to_the_last_copy(app: Engine, tmp_path: Path) -> None:
    keys = open_subject_keys(tmp_path, app, lambda: bytes(range(32)))
    keys.keys_for(INSTITUTION, ["borrower:B1"])
    keys.destroy(INSTITUTION, "borrower:B1")
    with pytest.raises(SubjectErasedError):
        keys.key_of(INSTITUTION, "borrower:B1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET leaf = leaf",
        "DELETE FROM entry",
        "TRUNCATE entry",
        "DROP TABLE entry",
        "UPDATE checkpoint SET note = note",
        "DELETE FROM event",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (x int)",
        "UPDATE alembic_version SET version_num = '0000'",
    ],
)
def test_the_instance_s_role_cannot_change_what_was_logged(app: Engine, statement: str) -> None:
    Instance(app).ingest(3)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), app.begin() as connection:
        connection.execute(text(statement))


def test_every_append_only_table_may_be_added_to_and_read_only(app: Engine) -> None:
    with app.connect() as connection:
        guarded = [
            row.relname
            for row in connection.execute(
                text(
                    "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                    "JOIN pg_namespace n ON n.oid = c.relnamespace "
                    "WHERE t.tgname = c.relname || '_append_only' AND n.nspname = current_schema()"
                )
            )
        ]
        assert {"entry", "event", "subtree", "checkpoint"} <= set(guarded)
        for table in guarded:
            found = connection.execute(
                text(
                    "SELECT has_table_privilege(:t, 'SELECT') AND has_table_privilege(:t, 'INSERT') AS may, "
                    "has_table_privilege(:t, 'UPDATE') OR has_table_privilege(:t, 'DELETE') AS must_not"
                ),
                {"t": table},
            ).one()
            assert (found.may, found.must_not) == (True, False), table
    assert "entry" in metadata.tables


def test_a_role_that_is_no_name_and_a_database_without_roles_are_refused(app: Engine, sqlite_engine: Engine) -> None:
    with app.connect() as connection, pytest.raises(GrantsError, match="a role is named by"):
        grant_statements(connection, 'x"; DROP TABLE entry; --')
    with sqlite_engine.connect() as connection, pytest.raises(GrantsError, match="SQLite has no roles"):
        grant_statements(connection, ROLE)
