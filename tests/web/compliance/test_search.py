"""The one box: what is found by what, and what is said where nothing is found."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from evidence_service.core.canonical import parse_canonical
from tests.web.legal.conftest import LENDER, OTHER, Lender, client_of
from web.compliance_store import Narrowed
from web.ports import Role
from web.search_page import places_of


def searched(client: FlaskClient, text: str) -> str:
    answer = client.get("/compliance/search", query_string={"q": text})
    assert answer.status_code == 200
    return answer.text


def kinds(page: str) -> list[str]:
    return re.findall(r'class="hit-kind">([^<]+)<', page)


def test_an_event_a_loan_an_index_a_leaf_and_a_root_lead_where_they_belong(
    reader: Lender, officer: FlaskClient
) -> None:
    store = reader.instance.compliance.evidence.store
    event = store.event_at(LENDER, 3)
    entry = f'href="/entries/{LENDER}/3"'
    for text in (event.event_id, f"  {event.event_id} ", "3", event.leaf_hash.hex(), f"0x{event.leaf_hash.hex()}"):
        assert entry in searched(officer, text), text
    assert f'href="/compliance/trail/{LENDER}/{event.loan}"' in searched(officer, event.loan)
    root = store.latest_checkpoint(LENDER)
    assert root is not None
    assert kinds(searched(officer, root.checkpoint.root.hex())) == ["Checkpoint"]


def test_an_original_is_found_by_sha256_and_by_sm3_also_where_it_came_after_the_last_run(
    reader: Lender, officer: FlaskClient
) -> None:
    store = reader.instance.compliance.evidence.store
    events = store.events_between(LENDER, 0, 400)
    bodies = [(one.index, parse_canonical(one.body)) for one in events if one.body]
    index, found = next((index, body["attachments"][0]) for index, body in bodies if body.get("attachments"))
    for digest in (found["sha256"], found["sm3"], found["sm3"].upper()):
        page = searched(officer, digest)
        assert f'href="/entries/{LENDER}/{index}"' in page
        assert "names this original" in page


def test_a_finding_is_found_by_the_beginning_of_its_digest(reader: Lender, officer: FlaskClient) -> None:
    row = reader.instance.compliance.store.findings(LENDER, Narrowed(), None, None, 1)[0]
    for text in (row.finding, row.finding[:8]):
        assert kinds(searched(officer, text)) == ["Finding"]
    assert kinds(searched(officer, row.finding[:7])) == []


def test_a_case_number_a_package_and_a_transaction_are_looked_for_and_the_page_says_so(officer: FlaskClient) -> None:
    page = searched(officer, "（2026）闽0503民初1234号")
    assert "Nothing has it" in page
    assert "case numbers that courts gave" in page
    page = searched(officer, "ab" * 32)
    for place in ("leaf hashes of the newest 200,000", "root hashes of all checkpoints", "SHA-256 and SM3", "packages"):
        assert place in page
    assert "Nothing has it" in page


def test_what_belongs_to_another_institution_is_not_found(reader: Lender) -> None:
    evidence = reader.instance.compliance.evidence
    event = evidence.store.event_at(LENDER, 3)
    reader.instance.identity.accounts.change("stranger", Role.COMPLIANCE, {OTHER})
    stranger = client_of(reader, "stranger")
    assert kinds(searched(stranger, event.event_id)) == []
    assert stranger.get(f"/compliance/trail/{LENDER}/{event.loan}").status_code == 404


def test_what_is_typed_never_runs(officer: FlaskClient) -> None:
    page = searched(officer, "<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ab" * 32, ("leaf", "root", "original", "package", "anchor", "filing", "finding")),
        ("(2026)闽0503民初1234号", ("case_number",)),
        ("12", ("event", "loan", "case", "index")),
        ("SCF202411000001", ("event", "loan", "case")),
        ("16dfe1cd", ("event", "loan", "case", "finding")),
    ],
)
def test_the_form_of_a_text_decides_where_it_is_looked_for(text: str, places: tuple[str, ...]) -> None:
    assert places_of(text) == places


def test_the_history_of_a_loan_lists_every_entry_and_no_content(reader: Lender, officer: FlaskClient) -> None:
    store = reader.instance.compliance.evidence.store
    event = store.event_at(LENDER, 3)
    page = officer.get(f"/compliance/trail/{LENDER}/{event.loan}").text
    entries = store.events_of_loan(LENDER, event.loan)
    assert page.count('role="rowheader"') == len(entries)
    assert "<dt>name" not in page
