"""The pages on a real instance, served by the program, in a real browser: sign in, look, download, verify."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.journeys.conftest import Walked

pytestmark = [pytest.mark.chain, pytest.mark.browser]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True, slots=True)
class Site:
    """A served instance and an account of the legal staff."""

    address: str
    password: str


@pytest.fixture(scope="module")
def site(walked: Walked) -> Iterator[Site]:
    password = walked.program.json("account", "add", "reader", "--role", "legal", "--generate")["password"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = walked.program.start("serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    _wait_until_up(address, server)
    yield Site(address, password)
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    assert Path(CHROMIUM).exists(), "Chromium is missing; `make setup-test` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_context(locale="en", accept_downloads=True).new_page()
        browser.close()


def test_legal_staff_signs_in_sees_the_way_and_downloads_the_very_package(
    site: Site, page: Page, walked: Walked, tmp_path: Path
) -> None:
    page.goto(f"{site.address}/?lang=en")
    page.fill("#name", "reader")
    page.fill("#password", site.password)
    page.get_by_role("button", name="Sign in").click()
    for path in ("/", "/events", "/checkpoints", "/anchors", "/cases", "/packages"):
        answer = page.goto(site.address + path)
        assert answer is not None
        assert answer.status == 200
    built = min(walked.packages.glob("*.zip")).read_bytes()
    digest = sha256(built).hexdigest()
    rows = page.get_by_role("row").filter(has=page.locator(f"[title='{digest}']"))
    with page.expect_download() as downloading:
        rows.first.locator("a.download").click()
    downloaded = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(downloaded)
    assert downloaded.read_bytes() == built


def test_anybody_verifies_a_package_without_signing_in(site: Site, page: Page, walked: Walked) -> None:
    page.context.clear_cookies()
    page.goto(f"{site.address}/verify?lang=en")
    inputs = page.locator("input[type=file]")
    inputs.nth(0).set_input_files(min(walked.packages.glob("*.zip")))
    inputs.last.set_input_files(walked.trust)
    page.get_by_role("button", name="Verify").click()
    text = page.locator("main").inner_text().lower()
    assert "incomplete" in text
    assert "witness" in text
    assert "authentic" not in text
    assert page.goto(f"{site.address}/packages") is not None
    assert "/sign-in" in page.url


def _wait_until_up(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        with suppress(URLError, ConnectionError), urlopen(f"{address}/healthz", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise AssertionError("the server did not come up")
