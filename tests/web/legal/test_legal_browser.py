"""The legal staff's pages in a real browser: axe, width, without scripts, choosing many loans, dragging exhibits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from litigation.core.exhibit_order import offered
from tests.web.conftest import PASSWORD, SECRET
from tests.web.legal.conftest import LENDER, Lender
from tests.web.legal.test_case_pages import history, opened_case
from tests.web.test_browser import ARGUMENTS, AXE, CHROMIUM
from web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), "Chromium is missing; `make setup` installs it"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@contextmanager
def page_of(browser: Browser, lender: Lender, lang: str, **options: object) -> Iterator[tuple[Page, str]]:
    """A signed-in page on a served instance, and the address of the site."""
    app = create_app(lender.instance, secret_key=SECRET, testing=True, secure_cookies=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    context = browser.new_context(**options)  # type: ignore[arg-type]
    site = f"http://127.0.0.1:{server.port}"
    try:
        page = context.new_page()
        page.goto(f"{site}/sign-in?lang={lang}")
        page.fill("#name", "legal")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{site}/home")
        yield page, site
    finally:
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()


def check(page: Page) -> None:
    """No violation of axe, and nothing wider than the window; what passes is not collected, which halves the time."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


@pytest.mark.parametrize(("lang", "scheme", "width"), [("zh", "dark", 390), ("en", "light", 1280)])
def test_axe_finds_nothing_on_any_page_of_the_legal_staff(
    browser: Browser, lender: Lender, lang: str, scheme: str, width: int
) -> None:
    case_id, loan = opened_case(lender)
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}
    with page_of(browser, lender, lang, **options) as (page, site):
        everything = [
            *(f"/loans/{LENDER}/{loan}", f"/cases/{case_id}", "/portfolio?min_days=30"),
            *(f"/portfolio/proposal?institution={LENDER}&all=1", "/home", "/cases", "/batches", "/filings", "/charts"),
        ]
        for address in everything if width < 400 else everything[1:3]:  # axe takes a second for each
            answer = page.goto(f"{site}{address}")
            assert answer is not None
            assert answer.status == 200, address
            check(page)


def test_without_scripts_loans_are_chosen_and_exhibits_moved(browser: Browser, lender: Lender) -> None:
    case_id, loan = opened_case(lender)
    first, second = (one.original.sha256 for one in offered(history(lender, loan))[:2])
    with page_of(browser, lender, "en", java_script_enabled=False) as (page, site):
        page.goto(f"{site}/portfolio?min_days=100")
        page.locator('input[name="loan_no"]').nth(1).check()
        page.get_by_role("button", name="Propose for those chosen").click()
        expect(page.locator("h1")).to_have_text("Proposal")
        page.goto(f"{site}/cases/{case_id}")
        page.get_by_role("button", name="Move exhibit 1 down").click()
        page.wait_for_url("**/cases/*")
    assert [one.original.sha256 for one in offered(history(lender, loan))[:2]] == [second, first]


def test_scripts_choose_a_whole_page_and_save_a_dragged_order(browser: Browser, lender: Lender) -> None:
    case_id, loan = opened_case(lender)
    before = [one.original.sha256 for one in offered(history(lender, loan))]
    with page_of(browser, lender, "en") as (page, site):
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
        page.goto(f"{site}/portfolio?min_days=100")
        page.locator("[data-pick-all]").check()
        number = page.locator('input[name="loan_no"]').count()
        expect(page.locator("[data-picked]")).to_have_text(f"{number} chosen")
        page.goto(f"{site}/cases/{case_id}")
        items = page.locator(".exhibits li")
        items.nth(0).drag_to(items.nth(2), target_position={"x": 40, "y": 30})
        page.get_by_role("button", name="Save this order").click()
        page.wait_for_url("**/cases/*")
        assert refused == []
    after = [one.original.sha256 for one in offered(history(lender, loan))]
    assert sorted(after) == sorted(before)
    assert after.index(before[0]) > 0
