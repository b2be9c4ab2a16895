"""What the role that a running instance uses may do on PostgreSQL: read and add everywhere, change only where it must.

Spec: docs/guide/operator.md. Migrations belong to the owner of the tables; the running instance is another role, so
that not even a stolen password of the instance can change an entry. Owners and superusers still can: `audit log`,
anchors and witnesses notice them.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from evidence_service.errors import SettingsError

ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")
_TABLES = text(
    "SELECT c.relname AS name, EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = "
    "c.relname || '_append_only') AS append_only "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname"
)
VERSION_TABLE = "alembic_version"
KEY_TABLE = "subject_key"
"""Erasure rewrites this table (VACUUM FULL), which is the owner's right, or MAINTAIN from PostgreSQL 17 on."""


class GrantsError(SettingsError):
    """Grants cannot be made here."""

    code = "grants"


def grant_statements(connection: Connection, role: str) -> list[str]:
    """The SQL that gives a role its rights, and takes every other right on our tables away first."""
    if connection.dialect.name != "postgresql":
        raise GrantsError("SQLite has no roles: protect the file; PROOFDOCKET_DATABASE_URL names a PostgreSQL database")
    if not ROLE.match(role):
        raise GrantsError("a role is named by a-z, 0-9 and _, not beginning with a digit")
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    tables = connection.execute(_TABLES).all()
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    ]
    for table in tables:
        rights = "SELECT" if table.name == VERSION_TABLE else "SELECT, INSERT"
        if not table.append_only and table.name != VERSION_TABLE:
            rights = "SELECT, INSERT, UPDATE, DELETE"
        statements.append(f'GRANT {rights} ON {schema}."{table.name}" TO {role}')
        if table.name == KEY_TABLE:
            maintain = f'GRANT MAINTAIN ON {schema}."{KEY_TABLE}" TO {role}'
            own = f'ALTER TABLE {schema}."{KEY_TABLE}" OWNER TO {role}'
            statements.append(maintain if _version(connection) >= 170000 else own)
    return statements


def _version(connection: Connection) -> int:
    return int(connection.execute(text("SELECT current_setting('server_version_num')")).scalar_one())
