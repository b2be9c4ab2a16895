"""Commands of the database: what the instance's role may do on PostgreSQL.

Spec: docs/guide/operator.md.
"""

from __future__ import annotations

import click
from sqlalchemy import text

from evidence_service.bootstrap import open_engine
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.database import writing
from evidence_service.grants import grant_statements
from evidence_service.settings import read_settings


@click.group("database")
def database_group() -> None:
    """The instance's database."""


@database_group.command("grants")
@click.argument("role")
@click.option("--apply", "apply_now", is_flag=True, help="Give the rights now, as the owner that the URL names.")
@json_option
@click.pass_context
@refusals_exit_1
def grants_command(context: click.Context, role: str, apply_now: bool, as_json: bool) -> None:
    """Print the SQL that lets ROLE run this instance on PostgreSQL without being able to change what was logged."""
    engine = open_engine(read_settings(home_of(context)))
    with writing(engine) as connection:
        statements = grant_statements(connection, role)
        if apply_now:
            for statement in statements:
                connection.execute(text(statement))
    lines = [f"{statement};" for statement in statements]
    emit(as_json, {"role": role, "applied": apply_now, "statements": statements}, lines)
