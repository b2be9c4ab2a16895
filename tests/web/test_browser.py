"""A real browser on a real server: sign in, look, download, verify, with and without JavaScript; axe on every page.

A missing Chromium fails these tests: pages that nobody looked at are not known to work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright
from werkzeug.serving import make_server

from evidence_service.core.trust_json import trust_bytes
from tests.web.conftest import PASSWORD, SECRET, with_people
from tests.web.instance import MemoryInstance, empty_instance, full_instance
from tests.web.test_verify_page import FAR
from web.app import create_app

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OWN = ("/account", "/account/password", "/approvals")
CLOSED = ("/", "/events", "/checkpoints", "/anchors", "/cases", "/packages", *OWN)
PUBLIC = ("/verify", "/nowhere")
SUBMIT = "main button[type=submit]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: run `make setup`, or install the chromium package", pytrace=False)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@contextmanager
def served(instance: MemoryInstance) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(instance, secret_key=SECRET), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="module")
def instance(folder: Path, password_hash: str) -> MemoryInstance:
    return with_people(full_instance(folder), password_hash)


@pytest.fixture(scope="module")
def site(instance: MemoryInstance) -> Iterator[str]:
    with served(instance) as address:
        yield address


@pytest.fixture(scope="module")
def empty_site(folder: Path, password_hash: str) -> Iterator[str]:
    with served(with_people(empty_instance(folder), password_hash)) as address:
        yield address


@pytest.fixture(scope="module")
def files(folder: Path, instance: MemoryInstance) -> dict[str, Path]:
    """A good package, one with a flipped byte, a trust file."""
    world = instance.all_logs[0].world
    good = world.package_zip()
    bad = bytearray(good)
    bad[bad.find(b'"seq":1') + 6] ^= 1
    trust = trust_bytes(world.trust(expires_at=FAR, required=(1, 2, 3, 4, 5, 6, 9)))
    found = {}
    for name, content in (("good.zip", good), ("bad.zip", bytes(bad)), ("trust.json", trust)):
        found[name] = folder / name
        found[name].write_bytes(content)
    return found


@contextmanager
def opened(browser: Browser, *, scripts: bool = True, axe: bool = False, width: int = 1280) -> Iterator[Page]:
    """A page of its own. Any script error, and anything the content policy blocks, fails the test."""
    context = browser.new_context(
        java_script_enabled=scripts, bypass_csp=axe, viewport={"width": width, "height": 900}, locale="zh-CN"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    troubles: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            troubles.append(message.text)

    def threw(error: Error) -> None:
        troubles.append(str(error))

    page.on("console", heard)
    page.on("pageerror", threw)
    try:
        yield page
    finally:
        context.close()
    assert troubles == []


def sign_in(page: Page, site: str, lang: str = "zh") -> None:
    page.goto(f"{site}/sign-in?lang={lang}")
    page.fill("#name", "legal")
    page.fill("#password", PASSWORD)
    page.click(SUBMIT)
    page.locator("#counts").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_signs_in_sees_what_is_there_and_signs_out(browser: Browser, site: str, scripts: bool) -> None:
    with opened(browser, scripts=scripts) as page:
        page.goto(f"{site}/packages?lang=en")
        assert "/sign-in" in page.url
        page.fill("#name", "legal")
        page.fill("#password", "wrong")
        page.click(SUBMIT)
        assert page.locator("[role=alert]").is_visible()
        page.fill("#password", PASSWORD)
        page.click(SUBMIT)
        page.locator("table.list").wait_for()
        assert page.url == f"{site}/packages?lang=en"
        page.get_by_role("link", name="Overview").click()
        page.locator("#counts").wait_for()
        assert page.locator("article.log").count() == 2
        page.get_by_role("button", name="Sign out").click()
        page.locator("#password").wait_for()
        page.goto(f"{site}/")
        assert "/sign-in" in page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_package_is_downloaded_and_verified_line_by_line(
    browser: Browser, site: str, instance: MemoryInstance, folder: Path, scripts: bool
) -> None:
    with opened(browser, scripts=scripts) as page:
        sign_in(page, site, "en")
        with page.expect_download() as waiting:
            page.locator("a.download").first.click()
        saved = folder / f"downloaded-{scripts}.zip"
        waiting.value.save_as(saved)
        assert sha256(saved.read_bytes()).hexdigest() == instance.all_packages[0].sha256
        page.get_by_role("link", name="Verify").click()
        page.set_input_files("#file", saved)
        page.click(SUBMIT)
        page.locator(".result-incomplete").wait_for()
        assert page.locator(".check").count() == 10
        assert page.locator("#check-6 .state").inner_text() == "Not checked"


def test_a_stranger_verifies_with_a_trust_file_and_sees_a_flipped_byte(
    browser: Browser, site: str, files: dict[str, Path]
) -> None:
    with opened(browser) as page:
        for name, result in (("good.zip", "passed"), ("bad.zip", "failed")):
            page.goto(f"{site}/verify?lang=zh")
            page.set_input_files("#file", files[name])
            page.set_input_files("#trust", files["trust.json"])
            page.click(SUBMIT)
            page.locator(f".result-{result}").wait_for()
        assert "data/evidence/000001.leaf.json" in page.locator("#check-2").inner_text()
        assert page.context.cookies()[0]["name"] == "proofdocket_lang"
        assert len(page.context.cookies()) == 1


def test_a_file_is_dropped_on_the_page(browser: Browser, site: str, files: dict[str, Path]) -> None:
    with opened(browser) as page:
        page.goto(f"{site}/verify?lang=en")
        transfer = page.evaluate_handle(
            """bytes => { const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], 'good.zip', {type: 'application/zip'}));
            return transfer; }""",
            list(files["good.zip"].read_bytes()),
        )
        page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
        page.click(SUBMIT)
        page.locator(".result-incomplete").wait_for()


def test_a_digest_is_copied_whole(browser: Browser, site: str, instance: MemoryInstance) -> None:
    with opened(browser) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        sign_in(page, site)
        page.locator("article.log button.copy").first.click()
        page.locator("button.copy.copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == instance.all_logs[0].world.root.hex()


def test_choosing_an_institution_shows_its_log(browser: Browser, site: str) -> None:
    with opened(browser) as page:
        sign_in(page, site, "en")
        page.goto(f"{site}/events")
        page.select_option("#institution", "second-cf")
        page.wait_for_url("**institution=second-cf")
        assert page.locator("tbody tr").count() == 4


def test_the_counts_of_an_open_page_follow_the_instance(browser: Browser, folder: Path, password_hash: str) -> None:
    growing = with_people(empty_instance(folder), password_hash)
    with served(growing) as site, opened(browser) as page:
        sign_in(page, site, "en")
        assert page.locator("#counts dd").first.inner_text() == "0"
        growing.all_logs = full_instance(folder).all_logs
        page.evaluate("htmx.ajax('GET', '/overview/counts', {target: '#counts', swap: 'outerHTML'})")
        page.locator("#counts dd", has_text="184").wait_for()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_name_ever_runs_as_script(browser: Browser, site: str, lang: str) -> None:
    with opened(browser, axe=True) as page:  # without the content policy, so that only escaping protects
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        sign_in(page, site, lang)
        for address in (*CLOSED, "/events?institution=second-cf", "/entries/second-cf/0"):
            page.goto(f"{site}{address}")
            assert page.evaluate("window.hit") is None, address
            assert page.locator("main img").count() == 0
        assert dialogs == []


@pytest.mark.parametrize(
    ("lang", "scheme", "width"),
    [("zh", "light", 1280), ("en", "dark", 1280), ("zh", "dark", 390), ("en", "light", 390)],
)
def test_axe_finds_nothing_on_any_page(
    browser: Browser, site: str, empty_site: str, files: dict[str, Path], lang: str, scheme: str, width: int
) -> None:
    with opened(browser, axe=True, width=width) as page:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(f"{site}/sign-in?lang={lang}")
        check(page)
        page.fill("#name", "nobody")
        page.fill("#password", "wrong")
        page.click(SUBMIT)
        page.locator("[role=alert]").wait_for()
        check(page)
        for address in PUBLIC:
            page.goto(f"{site}{address}")
            check(page)
        for name in ("good.zip", "bad.zip"):
            page.goto(f"{site}/verify")
            page.set_input_files("#file", files[name])
            page.click(SUBMIT)
            page.locator(".result").wait_for()
            check(page)
        for address in (site, empty_site):
            page.context.clear_cookies()  # cookies know no ports: the other site's session would serve here too
            sign_in(page, address, lang)
            for closed in CLOSED:
                page.goto(f"{address}{closed}")
                check(page)
            if address == site:
                page.goto(f"{site}/entries/sample-cf/171")
                check(page)


def check(page: Page) -> None:
    """No violation of axe, and nothing wider than the window."""
    page.add_script_tag(path=str(AXE))
    violations = page.evaluate("axe.run()")["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in violations] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_axe_would_notice(browser: Browser, site: str) -> None:
    with opened(browser, axe=True) as page:
        page.goto(f"{site}/verify")
        page.evaluate("document.querySelector('label[for=file]').remove()")
        with pytest.raises(AssertionError, match="label"):
            check(page)
