"""A package of a loan that is restricted to storage is not handed out by a page, and is again when that ends."""

from __future__ import annotations

import json

from evidence_service.workflow.restrict import lift, restrict
from litigation.adapters.sql_case_store import PackageRow
from tests.web.legal.conftest import LENDER, Lender, client_of
from tests.web.legal.test_case_pages import opened_case


def test_a_package_of_a_restricted_loan_is_not_handed_out(lender: Lender) -> None:
    _, loan = opened_case(lender)
    desk, path = lender.instance.legal, lender.home / "kept.zip"
    path.write_bytes(b"PK, a package")
    evidence, reference = desk.litigation.evidence, f"{LENDER}:{loan}"
    built = (str(path), "ab" * 32, "cd" * 32, 13, 1, "2026-01-05", 1, "00" * 32, False, evidence.now())
    row = PackageRow(0, reference, LENDER, *built)
    assert desk.litigation.cases.add_package(row)
    (kept,) = desk.docket.packages_of(reference, 5)
    client, place = client_of(lender), f"/packages/{kept.id}/download"
    with client.get(place) as answer:
        assert answer.data == b"PK, a package"
    bodies = (json.loads(event.body or b"{}") for event in evidence.store.events_of_loan(LENDER, loan))
    subject = next(str(one["subjects"][0]) for one in bodies if one.get("subjects"))
    restrict(subject, "dispute over accuracy", evidence.privacy(LENDER))
    assert client.get(place).status_code == 403
    assert client.get(f"/packages/{kept.id}/preview").status_code == 403
    lift(subject, "settled", evidence.privacy(LENDER))
    with client.get(place) as answer:
        assert answer.status_code == 200
