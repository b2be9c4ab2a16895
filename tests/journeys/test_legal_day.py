"""The legal staff's day in a real browser: signing in, portfolio, proposal, batch, decision, four eyes, a filed case.

A real instance with its own chain and workers; the court is a simulator that speaks the intake's HTTP.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from evidence_service.settings import read_settings
from litigation.adapters.court_book import CourtBook
from tests.journeys.conftest import Walked
from tests.journeys.program import Program
from tests.journeys.test_pages import CHROMIUM, FLAGS, _wait_until_up
from tests.litigation.courts.simulator import KEY, NAME, SimulatedCourt

pytestmark = [pytest.mark.chain, pytest.mark.browser]
PATIENCE = 300_000


@dataclass(frozen=True, slots=True)
class Day:
    """A served instance with a court in its book, and two people."""

    address: str
    court: SimulatedCourt
    passwords: dict[str, str]


@pytest.fixture(scope="module")
def day(walked: Walked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    program = Program(walked.program.home, (("PROOFDOCKET_SECOND_FACTOR_ROLES", "none"),))
    passwords = {
        role: program.json("account", "add", f"day-{role}", "--role", role, "--generate")["password"]
        for role in ("legal", "lead")
    }
    program.json("portfolio", "refresh")
    with SimulatedCourt(tmp_path_factory.mktemp("court")).open() as court:
        CourtBook(read_settings(program.home, {})).add(court.court, KEY)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = program.start("serve", "--port", str(port))
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_up(address, server)
            yield Day(address, court, passwords)
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), "Chromium is missing; `make setup-test` installs it"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@contextmanager
def signed_in(browser: Browser, day: Day, role: str) -> Iterator[Page]:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{day.address}/sign-in?lang=en")
    page.fill("#name", f"day-{role}")
    page.fill("#password", day.passwords[role])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{day.address}/home")
    yield page
    context.close()


def test_legal_staff_goes_from_the_portfolio_to_a_filed_case(browser: Browser, day: Day) -> None:
    with signed_in(browser, day, "legal") as page:
        page.get_by_role("link", name="Portfolio", exact=True).click()
        page.goto(f"{day.address}/portfolio?min_days=150&readiness=ready")
        page.locator('input[name="loan_no"]').first.check()
        loan = page.locator('input[name="loan_no"]').first.get_attribute("value")
        assert loan
        page.get_by_role("button", name="Propose for those chosen").click()
        page.get_by_role("button", name="Build 1 packages").click()
        page.wait_for_url("**/batches/b-*")
        page.get_by_role("link", name=f"Open the case {loan}").click()  # appears by itself when the batch is done
        page.wait_for_url("**/cases/*")
        expect(page.locator(".next-what")).to_contain_text("Decide the route")
        assert page.frame_locator("iframe.sheet") is not None
        preview = page.locator("iframe.sheet").get_attribute("src") or ""
        answer = page.request.get(day.address + preview.partition("#")[0])
        assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
        page.fill("#decide-reason", "demanded three times, no answer")
        page.get_by_role("button", name="Record the decision").click()
        expect(page.locator(".next-what")).to_contain_text("File it")
        page.select_option("#court-of", label=NAME)
        page.fill("#file-reason", "limitation, and nothing is missing")
        page.get_by_role("button", name="Ask for filing").click()
        page.wait_for_url("**/approvals/*")
        request = page.url
        assert not day.court.letters  # nothing left the house
    with signed_in(browser, day, "lead") as page:
        page.goto(request)
        page.get_by_role("button", name="Approve").click()
        page.wait_for_load_state()
        assert len(day.court.letters) == 1
        page.goto(f"{day.address}/filings")
        page.get_by_role("link", name=f"sample-cf:{loan}").first.click()
        expect(page.locator("#content")).to_contain_text("Received")
        expect(page.locator("#content")).to_contain_text("signed by the court")
        page.goto(f"{day.address}/portfolio?state=filed")
        expect(page.locator("tbody tr")).to_have_count(1)
