"""Erasing on PostgreSQL: the same verbs, on an instance whose database is a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.core.digest import sha256_hex
from evidence_service.errors import NotFoundError
from evidence_service.ports import SubjectErasedError
from evidence_service.settings import read_settings
from evidence_service.workflow.erase import LegalHoldError, erase
from evidence_service.workflow.hold import place_hold, release_hold
from evidence_service.workflow.restrict import lift, restrict
from evidence_service.workflow.retention import retention_report
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.privacy.house import BORROWER, CONTRACT, ID_NO, LOAN, NAME, House, found_in, old_loan

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(tmp_path: Path, new_postgres: Callable[[], str]) -> Iterator[House]:
    settings = read_settings(tmp_path / "home", {"PROOFDOCKET_DATABASE_URL": new_postgres()})
    engine = open_engine(settings)
    evidence = open_evidence(settings, engine)
    evidence.add_institution(INSTITUTION)
    made = House(settings.home, evidence)
    assert made.take(*old_loan()) == []
    yield made
    engine.dispose()


def test_an_erasure_on_postgresql_destroys_keys_and_originals_and_says_what_it_cannot_reach(house: House) -> None:
    place_hold(LOAN, "subpoena", "", house.doors)
    with pytest.raises(LegalHoldError):
        erase(BORROWER, "request", house.doors)
    release_hold(LOAN, "withdrawn", house.doors)
    restrict(BORROWER, "dispute", house.doors)
    assert house.evidence.restricted_loans(INSTITUTION) == {LOAN}
    lift(BORROWER, "settled", house.doors)
    outcome = erase(BORROWER, "retention-expired", house.doors)
    assert outcome.state == "erased"
    assert outcome.record is not None
    assert "database-wal" in {copy.kind for copy in outcome.record.copies}
    assert house.evidence.event("A-1").body is None
    with pytest.raises((NotFoundError, SubjectErasedError)):
        house.evidence.original(INSTITUTION, sha256_hex(CONTRACT))
    assert [line.state for line in retention_report(house.doors, house.doors.now).lines] == ["erased"]
    assert erase(BORROWER, "retention-expired", house.doors).state == "already-erased"
    assert found_in(house.home, NAME.encode(), ID_NO.encode(), CONTRACT[:64]) == {}


def test_no_row_of_the_database_holds_the_person_in_the_clear(house: House) -> None:
    erase(BORROWER, "retention-expired", house.doors)
    engine = house.doors.erasures._engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        named = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
        for table in [row[0] for row in named]:
            rows = str(connection.execute(text(f'SELECT "{table}"::text FROM "{table}"')).all())
            for needle in (NAME, ID_NO):
                assert needle not in rows, table
                assert needle.encode().hex() not in rows, table
