"""Keys of source systems in the instance's database: a history of changes, of which nothing is ever taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, select

from evidence_service.adapters.tables_timestamps import source_key_change
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.core.source_signature import SourceKey, SourceKeyError, SourceRules, key_name, parse_source_vkey
from evidence_service.database import reading, writing

ADD, REVOKE, REQUIRE, ALLOW = "add", "revoke", "require", "allow"


class SqlSourceKeys:
    """The registered keys of every institution."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rules(self, institution: str) -> SourceRules:
        """The keys of an institution, revoked ones too, and whether it requires signatures."""
        keys: dict[str, SourceKey] = {}
        required = False
        table = source_key_change
        query = select(table).where(table.c.institution == institution).order_by(table.c.id)
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                moment = parse_instant(row.at, "at")
                if row.action in (REQUIRE, ALLOW):
                    required = row.action == REQUIRE
                    continue
                name = key_name(parse_source_vkey(row.vkey))
                if row.action == REVOKE:
                    keys[name] = replace(keys[name], revoked_at=moment, reason=row.reason)
                    continue
                ends = parse_instant(row.not_after, "not_after") if row.not_after else None
                keys[name] = SourceKey(row.system, row.vkey, moment, ends)
        return SourceRules(keys, required)

    def add(self, institution: str, vkey: str, at: datetime, not_after: datetime | None = None) -> SourceKey:
        """Register a key; the same key twice is refused, a revoked one too."""
        key = parse_source_vkey(vkey)
        if key_name(key) in self.rules(institution).keys:
            raise SourceKeyError(f"{key_name(key)} is registered already; a key that was revoked stays revoked")
        self._change(institution, ADD, key.name, vkey, at, format_instant(not_after) if not_after else "", "")
        return SourceKey(key.name, vkey, at, not_after)

    def revoke(self, institution: str, name: str, at: datetime, reason: str) -> SourceKey:
        """Revoke a key from now on; what it signed before stays signed."""
        key = self.rules(institution).keys.get(name)
        if key is None or key.revoked_at is not None:
            raise SourceKeyError(f"{name} is not a key in force of {institution}; `proofdocket source list` shows them")
        self._change(institution, REVOKE, key.system, key.vkey, at, "", reason)
        return replace(key, revoked_at=at, reason=reason)

    def require(self, institution: str, required: bool, at: datetime) -> None:
        """Whether the institution takes no event without a signature, from now on."""
        self._change(institution, REQUIRE if required else ALLOW, "", "", at, "", "")

    def _change(
        self, institution: str, action: str, system: str, vkey: str, at: datetime, not_after: str, reason: str
    ) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                source_key_change.insert().values(
                    institution=institution,
                    action=action,
                    system=system,
                    vkey=vkey,
                    at=format_instant(at),
                    not_after=not_after,
                    reason=reason,
                )
            )
