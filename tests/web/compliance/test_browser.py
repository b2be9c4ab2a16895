"""A compliance officer's day in a real browser, from signing in to the exported report; axe; no name runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.web.conftest import PASSWORD, SECRET
from tests.web.instance import XSS
from tests.web.legal.conftest import LENDER, Lender
from tests.web.test_browser import browser, check, opened
from web import compliance_access, compliance_findings
from web.app import create_app
from web.compliance_csv import MARK
from web.compliance_posts import person_mark
from web.compliance_store import Narrowed

pytestmark = pytest.mark.browser
__all__ = ["browser"]


@contextmanager
def served(lender: Lender) -> Iterator[str]:
    app = create_app(lender.instance, secret_key=SECRET, secure_cookies=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sign_in(page: Page, site: str, lang: str) -> None:
    page.goto(f"{site}/sign-in?lang={lang}")
    page.fill("#name", "compliance")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site}/compliance")


def test_an_officer_goes_from_a_search_to_an_exported_report_without_scripts(
    browser: Browser, lender: Lender, tmp_path: Path
) -> None:
    store = lender.instance.compliance.evidence.store
    event, sizes = store.event_at(LENDER, 3), [one.checkpoint.size for one in store.checkpoints(LENDER, 9)]
    with served(lender) as site, opened(browser, scripts=False) as page:
        sign_in(page, site, "en")
        page.fill("#q", event.leaf_hash.hex())
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=event.event_id).click()
        page.wait_for_url(f"**/entries/{LENDER}/3")
        page.get_by_role("link", name="Compliance", exact=True).click()
        page.get_by_role("link", name="Consistency").click()
        page.fill("#from", str(sizes[-1]))
        page.fill("#to", str(sizes[0]))
        page.get_by_role("button", name="Check").nth(1).click()
        assert page.locator(".result-passed").is_visible()
        page.get_by_role("link", name="Findings").click()
        page.select_option("#verdict", "breach")
        page.get_by_role("button", name="Show").click()
        page.locator("table.list a").first.click()
        page.locator("#to").fill(XSS)
        page.locator("#due").fill("2026-12-24")
        page.get_by_role("button", name="Assign").click()
        assert page.locator("[role=status]").first.inner_text() == "Assigned; it stands in the log."
        page.get_by_role("link", name="Key posts").click()
        page.locator("table.plain tbody th a").first.click()
        assert page.get_by_text("What he answers for").is_visible()
        page.get_by_role("link", name="Access log").click()
        assert "page:post_holder" in page.locator("table.list").inner_text()
        page.get_by_role("link", name="Reports").click()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="CSV Findings").click()
        waiting.value.save_as(tmp_path / "findings.csv")
        assert "assigned" in (tmp_path / "findings.csv").read_text("utf-8").removeprefix(MARK)
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Make the report").click()
        waiting.value.save_as(tmp_path / "report.pdf")
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_axe_finds_nothing_and_no_name_runs(browser: Browser, lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compliance_findings, "PAGE", 8)
    monkeypatch.setattr(compliance_access, "PAGE", 8)
    at = lender.instance.compliance
    kept, one = at.store.run(LENDER), at.store.findings(LENDER, Narrowed(), None, None, 1)[0]
    assert kept is not None
    actor = next(iter(kept.body["accountable"]))
    lender.instance.identity.note(f"account:{XSS}", "page:loan", XSS, LENDER, XSS)
    old = at.reader.first_size(LENDER)
    addresses = (
        "",
        f"/search?q={'ab' * 32}",
        f"/search?q={one.loan}",
        f"/trail/{LENDER}/{one.loan}",
        "/checkpoints",
        f"/consistency?from={old}&to={old}",
        "/findings",
        f"/findings/{LENDER}/{one.finding}",
        "/posts?post=approver",
        f"/posts/holder?person={person_mark(LENDER, actor)}",
        "/access",
        "/registers",
        "/reports",
    )
    with served(lender) as site:
        for turn, (lang, scheme, width) in enumerate((("zh", "light", 1280), ("en", "dark", 390))):
            with opened(browser, axe=True, width=width) as page:
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                sign_in(page, site, lang)
                for address in addresses[turn::2]:  # each page in one of the two, to spare the tests' time
                    page.goto(f"{site}/compliance{address}")
                    check(page)
                    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
                    assert page.evaluate("window.hit") is None
