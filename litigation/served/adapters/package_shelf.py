"""The packages of a case on disk: the newest final one for a recipient, and the bytes as they were recorded."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, select

from evidence_service.core import container
from evidence_service.core.metadata import PackageMetadata, parse_metadata
from evidence_service.core.package import METADATA
from evidence_service.database import reading
from evidence_service.errors import MalformedInputError
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.adapters.tables import package
from litigation.served.errors import InvitationError, PapersClosedError


class PackageShelf:
    """Reads packages that this instance built and recorded."""

    def __init__(self, engine: Engine, cases: SqlCaseStore) -> None:
        self._engine, self._cases = engine, cases

    def read(self, digest: str) -> bytes:
        """The bytes of a package, exactly as they were recorded."""
        try:
            content = Path(self._cases.package_by_digest(digest).path).read_bytes()
        except OSError as error:
            raise PapersClosedError(f"the file of package {digest[:16]}… is not where it was written") from error
        if sha256(content).hexdigest() != digest:
            raise PapersClosedError(f"the file of package {digest[:16]}… was changed since it was recorded")
        return content

    def choose(self, our_reference: str, recipient: str, digest: str) -> str:
        """The package to show: the named one, else the newest; final, of this case, made for this recipient."""
        query = select(package).where(package.c.our_reference == our_reference).order_by(package.c.id.desc())
        with reading(self._engine) as connection:
            rows = [row for row in connection.execute(query) if not row.draft and row.sha256.startswith(digest)]
        if digest and len(rows) != 1:
            raise InvitationError(f"--package {digest[:16]}: names {len(rows)} final packages of this case, not one")
        for row in rows:
            if self._recipient(row.sha256) == recipient:
                return str(row.sha256)
        raise InvitationError(
            f"{our_reference} has no final package for {recipient} on disk; build one: "
            f"`proofdocket bundle --recipient {recipient} …`"
        )

    def _recipient(self, digest: str) -> str:
        """Whom a package was made for; empty where its file is gone or was changed."""
        try:
            return self._metadata(digest).recipient
        except (PapersClosedError, MalformedInputError):
            return ""

    def _metadata(self, digest: str) -> PackageMetadata:
        return parse_metadata(container.read(self.read(digest))[METADATA])
