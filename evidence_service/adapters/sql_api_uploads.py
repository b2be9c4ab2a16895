"""Which originals an institution sent through the API: an event may name these and no others' originals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from evidence_service.adapters.tables_api import api_upload
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.ports.api import Upload


class SqlApiUploads:
    """Uploads by institution and SHA-256. The row stays when the original went into the vault; its key goes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, institution: str, sha256: str) -> Upload | None:
        """The upload of that digest by that institution."""
        query = select(api_upload).where(api_upload.c.institution == institution, api_upload.c.sha256 == sha256)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        when = parse_instant(row.uploaded_at, "uploaded_at")
        return Upload(row.institution, row.sha256, row.sm3, row.size, bytes(row.sealed), when)

    def forget_key(self, institution: str, sha256: str) -> None:
        """The original lies in the vault now: the key of its waiting file is no longer needed."""
        with writing(self._engine) as connection:
            connection.execute(
                update(api_upload)
                .where(api_upload.c.institution == institution, api_upload.c.sha256 == sha256)
                .values(sealed=b"")
            )

    def days_before(self, institution: str, oldest: datetime) -> list[str]:
        """The days of uploads whose waiting files are all older than that and still have a key."""
        column = func.substr(api_upload.c.uploaded_at, 1, 10)
        query = select(column).where(api_upload.c.institution == institution, api_upload.c.sealed != b"").distinct()
        with reading(self._engine) as connection:
            days = list(connection.execute(query).scalars())
        return sorted(day for day in days if day < f"{oldest:%Y-%m-%d}")

    def forget_keys(self, institution: str, day: str) -> None:
        """The uploads of a day wait no longer."""
        mine = (api_upload.c.institution == institution) & (func.substr(api_upload.c.uploaded_at, 1, 10) == day)
        with writing(self._engine) as connection:
            connection.execute(update(api_upload).where(mine).values(sealed=b""))


def put_upload(connection: Connection, upload: Upload) -> None:
    """Keep an upload in an open transaction; sent again, it is the newer file with the newer key."""
    connection.execute(
        delete(api_upload).where(api_upload.c.institution == upload.institution, api_upload.c.sha256 == upload.sha256)
    )
    values = {
        "institution": upload.institution,
        "sha256": upload.sha256,
        "sm3": upload.sm3,
        "size": upload.size,
        "sealed": upload.sealed,
        "uploaded_at": format_instant(upload.uploaded_at),
    }
    connection.execute(insert(api_upload).values(values))
