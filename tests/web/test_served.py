"""A party's pages: the door, what each page shows, forms sent twice, and everything that a stranger may try."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from evidence_service.clock import now as clock_now
from evidence_service.errors import StoreError
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.core.history import court_date
from litigation.served.core.invitation import MAX_FAILURES
from litigation.served.workflow.invite import Invited
from tests.litigation.served.conftest import BORROWER, GUARANTOR, PERSON, Desk, desk, served_home  # noqa: F401
from tests.web.conftest import SECRET, TOKEN
from tests.web.test_browser import browser, check, opened, served  # noqa: F401
from web.app import create_app
from web.rooms import RoomsInstance

PAGES_OF_A_PARTY = ("/served/case", "/served/evidence", "/served/checks", "/served/answer")
FILES = ("/served/files/package.zip", "/served/files/papers.pdf", "/served/files/verify.html")
ONCE = re.compile(r'name="once" value="([0-9a-f]{32})"')


def rooms(desk: Desk) -> RoomsInstance:  # noqa: F811
    """The real instance, with the quick code hash and the clock of the tests."""
    instance = RoomsInstance(desk.litigation, desk.engine)
    instance.__dict__["served"] = desk.served
    return instance


@pytest.fixture
def pages(desk: Desk) -> Flask:  # noqa: F811
    return create_app(rooms(desk), secret_key=SECRET, testing=True)


def csrf(client: FlaskClient, address: str = "/served") -> str:
    found = TOKEN.search(client.get(address, base_url="https://localhost").text)
    assert found
    return found.group(1)


def post(client: FlaskClient, address: str, **form: Any) -> TestResponse:
    """As a browser does it over https: with the token and where it came from."""
    data = {"csrf_token": csrf(client, "/served" if address == "/served/leave" else address)} | form
    return client.post(
        address, data=data, base_url="https://localhost", headers={"Referer": "https://localhost/served"}
    )


def get(client: FlaskClient, address: str) -> TestResponse:
    return client.get(address, base_url="https://localhost")


def let_in(app: Flask, made: Invited) -> FlaskClient:
    client = app.test_client()
    answer = post(client, "/served", link=made.link, code=made.code)
    assert (answer.status_code, answer.location) == (303, "/served/case")
    return client


def test_the_cookie_is_out_of_reach_and_no_page_is_kept_or_indexed(pages: Flask, desk: Desk) -> None:  # noqa: F811
    client, made = pages.test_client(), desk.invite()
    answer = post(client, "/served", link=made.link, code=made.code)
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("proofdocket_served=")]
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/served", "Expires="):
        assert part in cookie
    for address in (*PAGES_OF_A_PARTY, *FILES, "/served"):
        with get(client, address) as page:
            assert page.status_code == 200, address
            assert page.headers["Cache-Control"] == "no-store"
            assert "noindex" in page.headers["X-Robots-Tag"]
            assert page.headers["Referrer-Policy"] == "same-origin"
            token = made.link.partition("#")[2].encode()
            assert token not in page.data
            assert made.code.encode() not in page.data


def test_without_a_session_every_page_leads_to_the_door(pages: Flask) -> None:
    client = pages.test_client()
    for cookie in ("", "x", "A" * 43):
        client.set_cookie("proofdocket_served", cookie, path="/served", domain="localhost")
        for address in (*PAGES_OF_A_PARTY, *FILES, f"/served/originals/{'0' * 64}"):
            answer = get(client, address)
            assert (answer.status_code, answer.location) == (303, "/served?ended=1"), address


def test_every_refusal_is_the_same_page(pages: Flask, desk: Desk) -> None:  # noqa: F811
    made, gone = desk.invite(), desk.invite(GUARANTOR)
    desk.served.withdraw(gone.invitation.id, "test", "cli:test")
    seen = set()
    for link, code in (
        (made.link, "00000000"),
        (gone.link, gone.code),
        ("x" * 43, "1"),
        ("", ""),
        ("#" * 600, "9" * 99),
    ):
        answer = post(pages.test_client(), "/served", link=link, code=code)
        plain = re.sub(r'value="[^"]*"', "", answer.text)
        seen.add((answer.status_code, sha256(plain.encode()).hexdigest()))
    assert len(seen) == 1
    assert seen.pop()[0] == 403


def test_guesses_that_arrive_together_are_counted_before_they_are_compared(desk: Desk) -> None:  # noqa: F811
    made = desk.invite()
    desk.codes.asked.clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: desk.served.enter(made.link, f"{n:08d}"), range(16)))
    assert found == [None] * 16
    assert sum(one is not None for one in desk.codes.asked) == MAX_FAILURES


def test_too_many_attempts_from_one_caller_get_429(pages: Flask) -> None:
    client = pages.test_client()
    token = csrf(client)
    headers = {"Referer": "https://localhost/served"}
    form = {"csrf_token": token, "link": "x", "code": "1"}
    statuses = [
        client.post("/served", data=form, base_url="https://localhost", headers=headers).status_code for _ in range(31)
    ]
    assert statuses == [403] * 30 + [429]


def test_a_form_without_its_token_is_refused(pages: Flask, desk: Desk) -> None:  # noqa: F811
    client = let_in(pages, desk.invite())
    for address in ("/served", "/served/answer", "/served/leave"):
        assert client.post(address, data={"link": "x"}, base_url="https://localhost").status_code == 400
    assert get(client, "/served/case").status_code == 200


def test_leaving_ends_the_visit_on_the_server(pages: Flask, desk: Desk) -> None:  # noqa: F811
    client = let_in(pages, desk.invite())
    cookie = client.get_cookie("proofdocket_served", path="/served")
    assert cookie is not None
    assert post(client, "/served/leave").status_code == 303
    client.set_cookie("proofdocket_served", cookie.value, path="/served", domain="localhost")
    assert get(client, "/served/case").status_code == 303


def test_a_party_reaches_its_own_originals_and_nobody_elses(pages: Flask, desk: Desk) -> None:  # noqa: F811
    borrower, guarantor = desk.served.papers(desk.enter()), desk.served.papers(desk.enter(GUARANTOR))
    others = desk.served.papers(desk.enter(loan=1))
    client = let_in(pages, desk.invite())
    for digest in sorted(borrower.originals)[:4]:
        with get(client, f"/served/originals/{digest}") as answer:
            assert sha256(answer.data).hexdigest() == digest
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
    closed = (set(guarantor.originals) | set(others.originals)) - set(borrower.originals)
    assert len(closed) > 3
    for digest in sorted(closed)[:5]:
        assert get(client, f"/served/originals/{digest}").status_code == 404
    for address in ("/served/files/other.zip", "/served/originals/..%2f..%2fetc", "/packages/1/download"):
        assert get(client, address).status_code in (302, 404)
    page = get(client, "/served/evidence").text
    assert PERSON["id_no"] not in page
    with get(client, FILES[0]) as answer:
        assert sha256(answer.data).hexdigest() == sha256(borrower.content).hexdigest()


def test_the_page_says_the_debt_of_the_package_in_both_languages(pages: Flask, desk: Desk) -> None:  # noqa: F811
    client = let_in(pages, desk.invite())
    debt = desk.served.papers(desk.enter(GUARANTOR)).statement.debt
    assert debt is not None
    for lang, words in (("zh", "出借机构主张的欠款合计"), ("en", "Claimed by the lender")):
        page = get(client, f"/served/case?lang={lang}").text
        assert words in page
        assert f"{debt.total:,.2f}" in page
        assert all(f"{line.total:,.2f}" in page for line in debt.lines)
        assert len(re.findall('<details class="line">', page)) == len(debt.lines)
    checks = get(client, "/served/checks?lang=en").text
    assert len(re.findall('id="check-', checks)) == 10
    assert "Not checked" in checks


def test_a_form_sent_twice_is_one_event_and_wrong_ones_are_shown_again(pages: Flask, desk: Desk) -> None:  # noqa: F811
    made = desk.invite()
    client = let_in(pages, made)
    once = ONCE.findall(get(client, "/served/answer").text)[0]
    words = "<script>alert(1)</script> 我已还款"
    form = {"kind": "objection", "once": once, "ground": "paid", "items": ["accelerated"], "text": words}
    for _ in range(2):
        assert post(client, "/served/answer", **form).status_code == 303
    assert len(desk.events("objection.raised", made.invitation.id)) == 1
    page = get(client, "/served/answer?sent=1&lang=en").text
    assert "<script>alert" not in page
    assert "Waiting for an answer" in page
    other = post(client, "/served/answer", **(form | {"text": "other"}))
    assert other.status_code == 409
    assert "other" in other.text
    assert once not in other.text  # the next press is a new form
    for change, status in (({"ground": "x"}, 400), ({"items": ["99"]}, 400), ({"text": ""}, 400), ({"once": "x"}, 400)):
        again = post(client, "/served/answer", **(form | change))
        assert again.status_code == status
        assert 'role="alert"' in again.text
    wrong = {"kind": "proposal", "once": "0" * 32, "instalments": "0", "amount": "800", "first_due": "2026-01-01"}
    assert 'value="800"' in post(client, "/served/answer", **wrong).text
    day = court_date(clock_now()) + timedelta(days=20)
    right = wrong | {"instalments": "12", "first_due": day.isoformat()}
    assert post(client, "/served/answer", **right).status_code == 303
    (body,) = desk.events("instalments.proposed", made.invitation.id)
    assert body["payload"]["currency"] == "CNY"


def test_what_could_not_be_logged_stays_in_the_form(
    pages: Flask,
    desk: Desk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = let_in(pages, desk.invite(GUARANTOR))
    once = ONCE.findall(get(client, "/served/answer").text)[0]
    form = {"kind": "objection", "once": once, "ground": "paid", "text": "我已还款三千元"}

    def away(*_: object) -> None:
        raise StoreError("the database is away")

    monkeypatch.setattr(EventJournal, "write", away)
    answer = post(client, "/served/answer", **form)
    monkeypatch.undo()
    assert answer.status_code == 503
    assert "我已还款三千元" in answer.text
    assert once in answer.text
    assert post(client, "/served/answer", **form).status_code == 303


def test_a_package_that_is_gone_closes_its_pages(
    pages: Flask,
    desk: Desk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = desk.invite(loan=1)
    client = let_in(pages, made)
    path = Path(SqlCaseStore(desk.engine).package_by_digest(made.invitation.package_sha256).path)
    moved = path.rename(path.with_suffix(".away"))
    try:
        page = get(client, "/served/case?lang=en")
        assert page.status_code == 409
        assert "cannot be shown now" in page.text
    finally:
        moved.rename(path)
    assert get(client, "/served/case").status_code == 200


def test_no_log_line_holds_link_code_or_words(
    pages: Flask,
    desk: Desk,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    made = desk.invite()
    client = let_in(pages, made)
    post(client, "/served", link=made.link, code="00000000")
    post(client, "/served/answer", kind="objection", once="1" * 32, ground="paid", text="只属于我的话")
    lines = caplog.text
    for secret in (made.link.partition("#")[2], made.code, "只属于我的话"):
        assert secret not in lines


@pytest.mark.browser
def test_a_borrower_opens_reads_and_answers_on_a_phone(browser: Browser, desk: Desk) -> None:  # noqa: F811
    made = desk.invite(loan=1)
    with served(cast(Any, rooms(desk))) as site, opened(browser, axe=True, width=390) as page:
        page.emulate_media(color_scheme="light")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}/served?lang=zh#{made.link.partition('#')[2]}")
        check(page)
        assert "#" not in page.url  # the secret left the address bar
        page.fill("#code", "0000 0000")
        page.click("form button[type=submit] >> nth=-1")
        page.locator("[role=alert]").wait_for()
        check(page)
        page.fill("#code", f"{made.code[:4]} {made.code[4:]}")  # the link is still there
        page.click("form button[type=submit] >> nth=-1")
        page.locator(".sum-total").wait_for()
        page.locator("details.line summary").first.click()
        check(page)
        page.emulate_media(color_scheme="dark")
        page.click("a[data-language]")
        for name in ("evidence", "checks", "answer"):
            page.click(f"nav a[href$='/served/{name}']")
            page.wait_for_url(f"**/served/{name}")
            assert page.locator("html").get_attribute("lang") == "en"
            check(page)
        page.select_option("#ground", "amount")
        page.fill("#objection-text", "利息算错了")
        page.check("input[name=items] >> nth=0")
        page.click("#objection ~ form button[type=submit]")
        page.locator("[role=status]").wait_for()
        check(page)
        assert page.locator(".said li").first.inner_text().count("利息算错了") == 1
        page.click("header form button")
        page.wait_for_url("**/served")
        page.goto(f"{site}/served/case")
        page.wait_for_url("**/served?ended=1")
        assert not any(made.link.partition("#")[2] in url for url in asked)


@pytest.mark.browser
def test_a_borrower_without_javascript_pastes_the_link(browser: Browser, desk: Desk) -> None:  # noqa: F811
    made = desk.invite()
    with served(cast(Any, rooms(desk))) as site:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site}/served")
        page.fill("#link", made.link)
        page.fill("#code", made.code)
        page.click("form button[type=submit] >> nth=-1")
        page.locator(".sum-total").wait_for()
        context.close()
