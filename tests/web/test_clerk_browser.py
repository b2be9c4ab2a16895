"""A clerk's day in a real browser: the board by keyboard, a decision without scripts, axe on every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from litigation.court_side.core.submission import SubmissionState
from tests.web.conftest import PASSWORD
from tests.web.court import CLERK, SECRET, ClerkDesk, make_clerk_desk
from tests.web.test_browser import browser, check, opened
from web.court_app import create_court_app

pytestmark = pytest.mark.browser
__all__ = ["browser"]
SUBMIT = "main button[type=submit]"


@contextmanager
def served(desk: ClerkDesk) -> Iterator[str]:
    app = create_court_app(desk.instance, secret_key=SECRET, secure_cookies=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> ClerkDesk:
    return make_clerk_desk(tmp_path_factory.mktemp("clerk") / "court", password_hash, many=60)


@pytest.fixture(scope="module")
def site(desk: ClerkDesk) -> Iterator[str]:
    with served(desk) as address:
        yield address


def sign_in(page: Page, site: str, lang: str = "en") -> None:
    page.goto(f"{site}/sign-in?lang={lang}")
    page.fill("#name", CLERK)
    page.fill("#password", PASSWORD)
    page.click(SUBMIT)
    page.locator("nav.columns").wait_for()


def test_the_board_and_a_filing_are_worked_by_keyboard(browser: Browser, site: str, desk: ClerkDesk) -> None:
    with opened(browser) as page:
        sign_in(page, site)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        first = page.locator("[data-open]").first
        assert page.locator("tr.here [data-open]").get_attribute("href") == first.get_attribute("href")
        page.keyboard.press("/")
        page.keyboard.type("SCF202601000001")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=SCF202601000001**")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/filings/{desk.waiting}")
        page.keyboard.press("t")
        page.locator(".told").wait_for()
        assert desk.desk.court.submission(desk.waiting).assigned_to == CLERK
        page.keyboard.press("Alt+r")
        assert page.locator("#r-words").is_visible()
        page.locator("#r-words").fill("j")
        assert page.locator("#r-words").input_value() == "j", "keys in a field are text"
        assert page.locator('iframe[name="papers"]').count() == 1
        page.locator("#r-words").blur()
        page.keyboard.press("q")
        page.locator("nav.columns").wait_for()


def test_a_filing_is_accepted_without_scripts(browser: Browser, password_hash: str, tmp_path: Path) -> None:
    desk = make_clerk_desk(tmp_path / "court", password_hash)
    with served(desk) as site, opened(browser, scripts=False) as page:
        sign_in(page, site)
        page.get_by_role("link", name="sample-cf:SCF202601000001").click()
        page.locator("summary", has_text="Accept").first.click()
        page.locator("#a-note").fill("材料齐全")
        page.locator("details[open] button[type=submit]").click()
        page.locator("svg.stamp").wait_for()
        page.get_by_role("button", name="Confirm and enter").click()
        page.locator(".told").wait_for()
        found = desk.desk.court.submission(desk.waiting)
        assert found.state is SubmissionState.ACCEPTED
        assert found.case_number in page.locator("h1").inner_text()
        page.locator("summary", has_text="Hearing").click()
        page.locator("input[name='hearing.at']").fill("2199-01-10T09:30")
        page.locator("input[name='hearing.place']").fill("第三法庭")
        page.locator("details[open] button[type=submit]").click()
        page.locator(".told").wait_for()
        page.get_by_role("link", name="Filings").first.click()
        page.get_by_role("link", name="Open cases").click()
        assert "2199-01-10" in page.locator("tbody").inner_text()


@pytest.mark.parametrize(("lang", "scheme", "width"), [("zh", "light", 1280), ("en", "dark", 390)])
def test_axe_finds_nothing_and_no_name_runs(
    browser: Browser, site: str, desk: ClerkDesk, lang: str, scheme: str, width: int
) -> None:
    with opened(browser, axe=True, width=width) as page:  # without the content policy: only escaping protects
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        sign_in(page, site, lang)
        for address in ("/filings", "/filings?q=nothing", "/reports"):
            page.goto(f"{site}{address}")
            check(page)
        page.goto(f"{site}/filings/{desk.second}")
        page.evaluate("document.querySelectorAll('details.way').forEach(one => { one.open = true; })")
        page.evaluate("document.querySelectorAll('iframe').forEach(one => one.remove())")  # the browser's own viewer
        check(page)
        assert page.evaluate("window.hit") is None
        page.locator("#f-grounds").fill("不属于本院管辖")
        page.locator("form", has=page.locator("#f-grounds")).get_by_role("button").click()
        page.locator("svg.stamp").wait_for()
        check(page)
        assert page.evaluate("window.hit") is None
