"""verify.html in a real browser: opened from a file, offline, by eye, by keyboard and on paper."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from evidence_service.core.trust_json import trust_bytes
from evidence_service.core.twin import twin_bytes
from evidence_service.verifier.page import page_policy, party_page, public_page
from tests.conftest import ROOT
from tests.evidence_service.verify.test_pdf_attachment import small_pdf
from tests.verifier_html import scenarios

FAR = datetime(2099, 1, 1, tzinfo=UTC)
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield started
        started.close()


def opened(
    browser: Browser,
    file: Path,
    lang: str = "en-US",
    fragment: str = "",
    *,
    width: int = 1180,
    scheme: Literal["light", "dark"] = "light",
) -> Page:
    context = browser.new_context(
        locale=lang, offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(file.as_uri() + fragment)
    return page


def with_member(package: bytes, name: str, content: bytes) -> bytes:
    """The package with this content for one of its members."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
    return made.getvalue()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A USB stick: the page, a trust file, and packages."""
    lender = scenarios.LENDER
    (tmp_path / "verify.html").write_bytes(public_page())
    (tmp_path / "court.trust").write_bytes(trust_bytes(lender.trust(expires_at=FAR)))
    (tmp_path / "sound.zip").write_bytes(lender.package)
    raw = bytearray(lender.package)
    raw[raw.find(b'"seq":1') + 6] ^= 1
    (tmp_path / "altered.zip").write_bytes(raw)
    index = lender.world.mine[1]
    (tmp_path / "one.tlog-proof").write_text(lender.world.proof(index))
    (tmp_path / "one.leaf.json").write_bytes(lender.world.entries[index].leaf)
    (tmp_path / "notes.txt").write_text("hello")
    return tmp_path


def test_the_committed_page_is_the_built_one_small_and_shut() -> None:
    done = subprocess.run(
        ["node", "verifier/build.mjs", "--check"], cwd=ROOT, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    assert len(public_page()) < 270 * 1024
    policy = page_policy()
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert b"http" not in public_page().split(b"<style>")[0].replace(b"connect-src http: https:", b"").replace(
        b"http-equiv", b""
    )


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "words"), [("zh-CN", "未完成"), ("en-US", "Incomplete")])
def test_a_package_is_checked_from_a_file_without_network_in_either_language(
    browser: Browser, stick: Path, lang: str, words: str
) -> None:
    page = opened(browser, stick / "verify.html", lang)
    page.set_input_files("#trust", stick / "court.trust")
    page.wait_for_selector("#trust-state button")
    page.set_input_files("#files", stick / "sound.zip")
    page.wait_for_selector("#report:not([hidden]) .verdict")
    assert words in page.inner_text(".verdict")  # check 8 asks for a chain, and this reader is offline
    states = {n: page.get_attribute(f"#check-{n}", "data-state") for n in range(1, 11)}
    assert states == {**dict.fromkeys(range(1, 11), "passed"), 8: "not_checked"}
    assert page.locator("#gaps tbody tr").count() == 3
    assert "witness-1.example" in page.inner_text("dl.about")
    assert page.locator("#facts [data-label=proven]").count() == 1
    assert page.locator("#facts [data-label=derived]").count() == 1
    assert page.locator("#not-proven li").count() == 4


NEWER_THAN_80 = """
delete Object.hasOwn; delete Array.prototype.at; delete String.prototype.at;
delete Object.getPrototypeOf(Uint8Array).prototype.at; delete Element.prototype.replaceChildren;
delete String.prototype.replaceAll; delete Array.prototype.findLast; delete Array.prototype.toSorted;
delete Promise.any; delete AbortSignal.timeout; delete Uint8Array.fromHex; delete Uint8Array.prototype.toHex;
delete window.structuredClone; delete crypto.randomUUID; delete window.Worker;
"""
"""Methods that came after Chromium 80 and that code like ours would call; without workers the page itself verifies."""


@pytest.mark.browser
def test_a_browser_of_2020_says_the_same(browser: Browser, stick: Path) -> None:
    context = browser.new_context(locale="en-US", offline=True)
    context.add_init_script(NEWER_THAN_80)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto((stick / "verify.html").as_uri())
    assert page.evaluate("typeof Promise.any") == "undefined"
    page.set_input_files("#trust", stick / "court.trust")
    page.wait_for_selector("#trust-state button")
    page.set_input_files("#files", stick / "sound.zip")
    page.wait_for_selector("#report:not([hidden]) .verdict")
    states = {n: page.get_attribute(f"#check-{n}", "data-state") for n in range(1, 11)}
    assert states == {**dict.fromkeys(range(1, 11), "passed"), 8: "not_checked"}
    assert page.locator("#facts [data-label=proven]").count() == 1
    context.close()


@pytest.mark.browser
def test_a_package_with_its_pdf_and_a_proof_are_dragged_in_and_nothing_leaves_the_machine(
    browser: Browser, stick: Path
) -> None:
    page = opened(browser, stick / "verify.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_input_files("#trust", stick / "court.trust")
    page.wait_for_selector("#trust-state button")
    twin = twin_bytes(scenarios.LENDER.world.metadata, scenarios.LENDER.world.packaged, scenarios.LENDER.world.material)
    (stick / "papers.pdf").write_bytes(small_pdf(twin))
    names = ("sound.zip", "papers.pdf", "one.tlog-proof", "one.leaf.json")
    page.evaluate(
        """files => {
          const carried = new DataTransfer();
          for (const [name, text] of files) {
            carried.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
          }
          document.getElementById("drop").dispatchEvent(
            new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        [[name, base64.b64encode((stick / name).read_bytes()).decode()] for name in names],
    )
    page.wait_for_selector("#list:not([hidden]) tbody")
    rows = {row.split("\t")[0] for row in page.inner_text("#list tbody").split("\n") if "\t" in row}
    assert rows == {"sound.zip", "papers.pdf", "one.tlog-proof"}
    assert "Cannot be checked" not in page.inner_text("#list tbody")
    assert [url for url in asked if not url.startswith(("blob:", "file:"))] == []


@pytest.mark.browser
def test_a_report_fits_a_phone_and_is_readable_in_the_dark_and_prints_with_its_date(
    browser: Browser, stick: Path
) -> None:
    page = opened(browser, stick / "verify.html", "zh-CN", width=360, scheme="dark")
    page.evaluate(AXE.read_text())
    page.set_input_files("#files", [stick / "sound.zip", stick / "altered.zip"])
    page.wait_for_selector("#list:not([hidden]) tbody")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    page.click("button[aria-label='显示 altered.zip']")
    assert page.evaluate(wide) == 0
    found = page.evaluate("axe.run({runOnly: ['color-contrast']})")["violations"]
    assert [(one["id"], [node["html"][:80] for node in one["nodes"]]) for one in found] == []
    page.pdf(path=stick / "report.pdf", prefer_css_page_size=True)
    told = subprocess.run(["pdftotext", "-raw", str(stick / "report.pdf"), "-"], capture_output=True, check=True)
    text = "".join(told.stdout.decode().split())
    day = page.evaluate("new Date().toLocaleDateString('sv')")
    for word in ("altered.zip", "SHA-256", "十项核验", "本核验不证明", "欠款重算", "核验时间（本机时钟）" + day):
        assert word in text


@pytest.mark.browser
def test_an_altered_package_a_proof_and_rubbish_in_one_drop_each_get_their_own_word(
    browser: Browser, stick: Path
) -> None:
    page = opened(browser, stick / "verify.html")
    names = ("sound.zip", "altered.zip", "one.tlog-proof", "one.leaf.json", "notes.txt", "court.trust")
    page.set_input_files("#files", [stick / name for name in names])
    page.wait_for_selector("#list:not([hidden]) tbody")
    rows = {row.split("\t")[0]: row for row in page.inner_text("#list tbody").split("\n") if "\t" in row}
    assert set(rows) == {"sound.zip", "altered.zip", "one.tlog-proof", "notes.txt"}
    assert "Failed" in rows["altered.zip"]
    assert "Incomplete" in rows["one.tlog-proof"]
    assert "Cannot be checked" in rows["notes.txt"]
    page.click("button[aria-label='Show altered.zip']")
    assert "data/evidence/000001.leaf.json" in page.inner_text("#report")
    assert page.evaluate("document.activeElement.id") == "report"


@pytest.mark.browser
@pytest.mark.parametrize("count", [30, pytest.param(500, marks=pytest.mark.shared)])
def test_hundreds_of_packages_in_one_drop(browser: Browser, stick: Path, count: int) -> None:
    files = []
    for number in range(count):
        files.append(stick / f"p{number:03d}.zip")
        files[-1].write_bytes(scenarios.LENDER.package)
    page = opened(browser, stick / "verify.html")
    page.set_input_files("#files", files)
    page.wait_for_selector("#list:not([hidden]) tbody", timeout=120_000)
    assert page.locator("#list tbody tr").count() == count


@pytest.mark.browser
def test_the_network_is_shut_until_the_reader_names_a_node_and_then_open_to_that_one_only(
    browser: Browser, stick: Path
) -> None:
    def violations(fragment: str, address: str, *, click: bool = False) -> list[str]:
        page = opened(browser, stick / "verify.html", fragment=fragment)
        if click:
            page.evaluate("document.documentElement.dataset.old = 1")
            page.click("#node-allow")
            page.wait_for_selector("html:not([data-old])[data-node^=http]")
        page.evaluate(
            "addEventListener('securitypolicyviolation', e => (window.hits ||= []).push(e.effectiveDirective))"
        )
        page.evaluate("address => fetch(address).catch(() => 0)", address)
        return list(page.evaluate("window.hits || []"))

    assert violations("", "http://127.0.0.1:9/") == ["connect-src"]
    assert violations("#rpc=javascript:alert(1)", "http://127.0.0.1:9/") == ["connect-src"]
    named = "#rpc=http%3A%2F%2F127.0.0.1%3A9"
    assert violations(named, "http://127.0.0.1:9/") == ["connect-src"]  # a link asks, and opens nothing
    assert violations(named, "http://127.0.0.1:9/", click=True) == []  # let through, and nobody is there
    assert violations(named, "http://127.0.0.1:10/", click=True) == ["connect-src"]


@pytest.mark.browser
def test_a_link_that_names_a_node_shows_it_and_a_report_names_the_node_that_was_allowed(
    browser: Browser, stick: Path
) -> None:
    page = opened(browser, stick / "verify.html", fragment="#rpc=http%3A%2F%2F127.0.0.1%3A9")
    assert "http://127.0.0.1:9" in page.inner_text("#asked")
    assert page.get_attribute("html", "data-network") == "'none'"
    with page.expect_navigation():
        page.click("#node-allow")
    page.wait_for_selector("html[data-node='http://127.0.0.1:9']")
    assert page.locator("#asked").is_hidden()
    page.set_input_files("#files", stick / "sound.zip")
    page.wait_for_selector("#report:not([hidden]) .verdict")
    assert "http://127.0.0.1:9" in page.inner_text("dl.about")


@pytest.mark.browser
def test_a_trust_file_among_the_files_is_used_only_after_a_click_and_never_replaces_one_unasked(
    browser: Browser, stick: Path
) -> None:
    (stick / "trust-party.json").write_bytes((stick / "court.trust").read_bytes())
    page = opened(browser, stick / "verify.html")
    page.set_input_files("#files", [stick / "sound.zip", stick / "trust-party.json"])
    page.wait_for_selector("#report:not([hidden]) .verdict")
    assert page.get_attribute("#check-6", "data-code") == "no-trust-file"
    assert "trust-party.json" in page.inner_text("#offered")
    assert page.locator("#trust-state button").count() == 0
    page.click("#offered button")
    page.wait_for_selector("#check-6[data-state=passed]")
    assert page.locator("#offered button").count() == 0


@pytest.mark.browser
def test_stop_ends_the_worker_that_hangs_and_the_next_file_is_checked(browser: Browser, stick: Path) -> None:
    page = opened(browser, stick / "verify.html")
    page.evaluate("{ window.real = Worker.prototype.postMessage; Worker.prototype.postMessage = () => 0; 1 }")
    page.set_input_files("#files", stick / "sound.zip")
    page.click("#stop")  # no answer ever comes
    page.wait_for_selector("#progress-bar", state="hidden")
    page.evaluate("{ Worker.prototype.postMessage = window.real; 1 }")
    page.set_input_files("#files", stick / "sound.zip")
    page.wait_for_selector("#report:not([hidden]) .verdict")


@pytest.mark.browser
def test_a_package_that_breaks_the_debt_keeps_its_failed_report(browser: Browser, stick: Path) -> None:
    broken = json.dumps({"input": {"payments": [None], "principal": {}}, "claim": {"principal": {}}}).encode()
    (stick / "altered.zip").write_bytes(with_member(scenarios.LENDER.package, "data/ledger.json", broken))
    page = opened(browser, stick / "verify.html")
    page.set_input_files("#files", stick / "altered.zip")
    page.wait_for_selector("#report:not([hidden]) .verdict")
    assert "Failed" in page.inner_text(".verdict")
    assert page.get_attribute("#debt", "data-state") in ("not_here", "broken")
    assert page.locator("#facts [data-label=proven]").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
def test_axe_finds_nothing_before_and_after(browser: Browser, stick: Path, lang: str) -> None:
    page = opened(browser, stick / "verify.html", lang)
    page.evaluate(AXE.read_text())
    for step in ("start", "report"):
        if step == "report":
            page.set_input_files("#files", stick / "altered.zip")
            page.wait_for_selector("#report:not([hidden]) .verdict")
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], [node["html"][:80] for node in one["nodes"]]) for one in found] == []


@pytest.mark.browser
def test_the_copy_in_a_package_says_that_it_came_from_a_party_and_the_public_one_does_not(
    browser: Browser, stick: Path
) -> None:
    (stick / "party.html").write_bytes(party_page())
    assert opened(browser, stick / "party.html").locator("#party").is_visible()
    assert not opened(browser, stick / "verify.html").locator("#party").is_visible()
