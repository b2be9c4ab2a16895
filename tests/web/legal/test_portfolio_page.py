"""The portfolio: filters, paging by key, saved filters, choosing, proposals; nothing of another institution."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from litigation.core.overview import LoanOverview, Readiness
from tests.web.conftest import TOKEN
from tests.web.instance import XSS
from tests.web.legal.conftest import LENDER, Lender, client_of, post

LOAN = re.compile(r'name="loan_no" value="([^"]+)"')
NEXT = re.compile(r'<a href="([^"]+)" rel="next">')
BEFORE = re.compile(r'<a href="([^"]+)" rel="prev">')


@pytest.fixture(scope="module")
def client(reader: Lender) -> FlaskClient:
    return client_of(reader)


def line(lender: Lender, number: int, **changed: object) -> LoanOverview:
    values: dict[str, object] = {
        "institution": LENDER,
        "loan": f"GEN{number:06d}",
        "as_of": lender.today,
        "entries": 20,
        "product": "样例优享贷",
        "court": "样例省云汀市示范区人民法院",
        "month": "2025-03",
        "principal": Decimal(10_000),
        "overdue_since": lender.today - timedelta(days=100 + number // 3),
        "before_days": 70,
        "claim": Decimal(5_000 + number % 7),
        "limitation": lender.today + timedelta(days=number % 5),
        "readiness": Readiness.READY,
        "blocking": 0,
        "warnings": 0,
        "defects": (),
        "recommended": "summary",
        "reasons": ("clear-facts",),
        "decided": "",
        "objection": None,
        "changes_on": None,
        **changed,
    }
    return LoanOverview(**values)  # type: ignore[arg-type]


def test_the_list_says_how_old_it_is_and_shows_days_amounts_and_routes(reader: Lender, client: FlaskClient) -> None:
    page = client.get("/portfolio").text
    assert f"Drawn for {reader.today}" in page
    assert all(loan in page for loan in reader.overdue())
    assert "Payment order" in page or "payment order" in page


@pytest.mark.parametrize("order", ["overdue", "claim", "limitation"])
def test_a_long_list_is_read_to_its_end_and_back_without_loss_or_repeat(lender: Lender, order: str) -> None:
    store = lender.instance.legal.portfolio.store
    store.put([line(lender, number) for number in range(130)])
    client = client_of(lender)
    seen: list[list[str]] = []
    address = f"/portfolio?loan=GEN&order={order}"
    while address:
        page = client.get(address).text
        seen.append(LOAN.findall(page))
        last, address = page, next(iter(NEXT.findall(page)), "").replace("&amp;", "&")
    assert [len(one) for one in seen] == [50, 50, 30]
    assert len({loan for one in seen for loan in one}) == 130
    back = client.get(BEFORE.findall(last)[0].replace("&amp;", "&")).text
    assert LOAN.findall(back) == seen[1]


def test_filters_narrow_the_list_and_a_senseless_one_is_refused(lender: Lender) -> None:
    store = lender.instance.legal.portfolio.store
    blocked = line(lender, 1, readiness=Readiness.BLOCKED, blocking=2, defects=("fact-missing",), court="别处法院")
    store.put([blocked, line(lender, 2, claim=Decimal("90000.50")), line(lender, 3, objection=lender.today)])
    client = client_of(lender)

    def found(query: str) -> list[str]:
        return LOAN.findall(client.get(f"/portfolio?loan=GEN&{query}").text)

    assert found("readiness=blocked") == ["GEN000001"]
    assert found("court=别处法院") == ["GEN000001"]
    assert found("min_claim=90000.5&max_claim=90000.50") == ["GEN000002"]
    assert found("objected=1") == ["GEN000003"]
    assert found("min_days=102") == []
    assert found("state=none") == ["GEN000003", "GEN000001", "GEN000002"]
    for query in ("min_days=many", "readiness=perhaps", "max_claim=1e9", "order=random", "state=lost", "court=a%0Ab"):
        assert client.get(f"/portfolio?{query}").status_code == 400, query


def test_names_from_a_source_system_never_become_markup(lender: Lender) -> None:
    lender.instance.legal.portfolio.store.put([line(lender, 1, product=XSS, court=XSS)])
    client = client_of(lender)
    for address in ("/portfolio?loan=GEN", "/home", "/portfolio/proposal?institution=sample-cf&loan_no=GEN000001"):
        page = client.get(address).text
        assert XSS not in page
        assert "<img src=x" not in page


def test_a_saved_filter_belongs_to_its_account_and_can_be_forgotten(lender: Lender) -> None:
    client = client_of(lender)
    page = "/portfolio?min_days=60"
    place = post(client, "/portfolio/filters", page, query="min_days=60", name="  two   months ")
    assert place.endswith("/portfolio?min_days=60")
    assert "two months" in client.get("/portfolio").text
    assert "two months" not in client_of(lender, "compliance").get("/portfolio").text
    found = TOKEN.search(client.get(page).text)
    assert found
    for bad in ({"query": "min_days=many", "name": "x"}, {"query": "min_days=1", "name": " "}):
        assert client.post("/portfolio/filters", data={"csrf_token": found.group(1), **bad}).status_code == 400
    post(client, "/portfolio/filters/forget", page, name="two months")
    assert "two months" not in client.get("/portfolio").text


def test_a_proposal_groups_the_chosen_loans_by_route_with_reasons(lender: Lender) -> None:
    store = lender.instance.legal.portfolio.store
    store.put(
        [
            line(lender, 1),
            line(lender, 2, readiness=Readiness.BLOCKED, blocking=1, defects=("fact-missing",)),
            line(lender, 3, recommended="reminder", reasons=("short-arrears",)),
        ]
    )
    client = client_of(lender)
    page = client.get("/portfolio/proposal?institution=sample-cf&loan=GEN&all=1").text
    assert "Build 1 packages" in page
    assert "fact-missing" in page
    assert "the arrears are young: remind first" in page
    assert "This route takes no court papers." in page
    chosen = client.get("/portfolio/proposal?institution=sample-cf&loan_no=GEN000003").text
    assert "packages</button>" not in chosen
    assert client.get("/portfolio/proposal?institution=sample-cf").status_code == 302


def test_another_institution_is_not_there(reader: Lender) -> None:
    stranger = client_of(reader, "stranger")
    loan = reader.overdue()[0]
    for address in (
        "/portfolio?institution=sample-cf",
        "/home?institution=sample-cf",
        "/charts?institution=sample-cf",
        "/filings?institution=sample-cf",
        f"/loans/sample-cf/{loan}",
        f"/portfolio/proposal?institution=sample-cf&loan_no={loan}",
    ):
        assert stranger.get(address).status_code == 404, address
    assert loan not in stranger.get("/portfolio").text


def test_bringing_up_to_date_draws_what_came_since(lender: Lender) -> None:
    legal, loan = lender.instance.legal, lender.overdue()[0]
    event = {
        "id": "objection-1",
        "institution": LENDER,
        "loan": loan,
        "type": "dispute.raised",
        "type_version": 1,
        "occurred_at": "2026-11-01T01:00:00Z",
        "actor": {"role": "borrower", "org": "self"},
        "source": {"system": "app", "mechanism": "manual", "version": "1"},
        "payload": {"forum": "app"},
    }
    (receipt,) = legal.litigation.evidence.submit([event])
    assert receipt.state != "rejected", receipt
    client = client_of(lender)
    assert "1 log entries not counted yet" in client.get("/portfolio").text
    assert loan not in client.get("/portfolio?objected=1").text
    post(client, "/portfolio/refresh", "/portfolio", institution=LENDER)
    page = client.get("/portfolio?objected=1").text
    assert loan in page
    assert "not counted yet" not in page
    assert loan in client.get("/home").text
