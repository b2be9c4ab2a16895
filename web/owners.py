"""Whose a thing is that an address names: package, case, batch, filing. A page of a new kind of thing adds its row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Engine, select

from evidence_service.database import reading
from evidence_service.errors import NotFoundError
from litigation.adapters import tables

COLUMNS: dict[str, tuple[Column[Any], Column[Any]]] = {
    "package_id": (tables.package.c.id, tables.package.c.institution),
    "case_id": (tables.case.c.id, tables.case.c.institution),
    "filing_id": (tables.filing.c.filing_id, tables.filing.c.institution),
    "batch": (tables.batch.c.id, tables.batch.c.institution),
}
"""Argument of an address -> (the column that it names, the column with its institution)."""


def owner_in(engine: Engine, argument: str, value: Any) -> str:
    """The institution of a thing; NotFoundError where there is no such thing, or no such kind of thing."""
    if argument == "institution":
        return str(value)
    if argument not in COLUMNS:
        raise NotFoundError(f"nobody says whose a {argument} is: add it to web/owners.py")
    key, institution = COLUMNS[argument]
    with reading(engine) as connection:
        found = connection.execute(select(institution).where(key == value).limit(1)).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"there is no such {argument}")
    return str(found)
