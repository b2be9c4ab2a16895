"""API keys in the SQL database: whose, what for, which scopes, the digest of the secret. Revoked ones stay listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select, update

from evidence_service.adapters.tables_api import api_key
from evidence_service.core.api_key import ApiKey, Scope
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError


class SqlApiKeys:
    """The keys of one instance."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        values = {
            "id": key.id,
            "institution": key.institution,
            "purpose": key.purpose,
            "scopes": " ".join(sorted(key.scopes)),
            "digest": key.digest,
            "per_minute": key.per_minute,
            "created_at": format_instant(key.created_at),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(api_key).values(values))

    def find(self, key_id: str) -> ApiKey | None:
        """The key of that id, revoked or not."""
        with reading(self._engine) as connection:
            row = connection.execute(select(api_key).where(api_key.c.id == key_id)).one_or_none()
        return None if row is None else _key(row)

    def keys(self) -> list[ApiKey]:
        """Every key, oldest first."""
        with reading(self._engine) as connection:
            return [_key(row) for row in connection.execute(select(api_key).order_by(api_key.c.created_at))]

    def revoke(self, key_id: str, at: datetime) -> ApiKey:
        """Close a key from now on; one that is closed already stays as it is."""
        found = self.find(key_id)
        if found is None:
            raise NotFoundError("no API key has this id; `proofdocket api key list` shows them")
        if found.revoked_at is None:
            with writing(self._engine) as connection:
                connection.execute(update(api_key).where(api_key.c.id == key_id).values(revoked_at=format_instant(at)))
        found = self.find(key_id)
        assert found is not None
        return found


def _key(row: Any) -> ApiKey:
    return ApiKey(
        id=row.id,
        institution=row.institution,
        purpose=row.purpose,
        scopes=frozenset(Scope(name) for name in row.scopes.split()),
        digest=bytes(row.digest),
        per_minute=row.per_minute,
        created_at=parse_instant(row.created_at, "created_at"),
        revoked_at=parse_instant(row.revoked_at, "revoked_at") if row.revoked_at else None,
    )
