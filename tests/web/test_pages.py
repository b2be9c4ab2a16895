"""The pages of what is there: full, empty, long, and with names that try to run a script."""

from __future__ import annotations

import json
import logging
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from evidence_service.core.merkle import leaf_hash
from evidence_service.core.proof import parse_tlog_proof
from evidence_service.errors import StoreError
from tests.web.conftest import SECRET, sign_in
from tests.web.instance import XSS, MemoryInstance
from web.app import create_app
from web.headers import CONTENT_SECURITY_POLICY


class Markup(HTMLParser):
    """The tags, attribute names and script addresses of a page, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "script":
            self.scripts.add((dict(attrs).get("src") or "inline").split("?")[0])


LISTS = ("/", "/events", "/checkpoints", "/anchors", "/cases", "/packages")


def test_the_overview_shows_counts_logs_anchors_and_packages(full: MemoryInstance, legal: FlaskClient) -> None:
    page = legal.get("/?lang=en").text
    assert "183" in page or "184" in page  # 180 entries of one log, the rest of the other
    assert "样例消费金融有限公司（演示）" in page
    assert full.all_logs[0].world.root.hex() in page
    assert "4 not yet published" in page
    assert 'href="/packages/120/download"' in page
    assert "Refused" not in page  # the five newest anchors only


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_instance_says_what_will_be_here(empty: MemoryInstance, address: str, lang: str) -> None:
    client = create_app(empty, secret_key=SECRET, testing=True).test_client()
    sign_in(client, "legal")
    answer = client.get(f"{address}?lang={lang}")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


@pytest.mark.parametrize("address", [*LISTS, "/events?institution=second-cf"])
def test_names_are_shown_as_text_never_as_markup(legal: FlaskClient, address: str) -> None:
    page = legal.get(address).text
    assert XSS not in page
    assert "<img src=x" not in page
    assert "<svg onload" not in page


def test_the_events_are_read_from_newest_to_oldest_without_loss(legal: FlaskClient) -> None:
    seen: list[int] = []
    address = "/events?institution=sample-cf&lang=en"
    while address:
        page = legal.get(address).text
        rows = page.split('<a href="/entries/sample-cf/')[1:]
        seen += [int(row.split('"')[0]) for row in rows]
        links = page.split('rel="next"')[0].rsplit('href="', 1) if 'rel="next"' in page else [""]
        address = links[-1].split('"')[0].replace("&amp;", "&") if len(links) == 2 else ""
    assert seen == list(range(179, -1, -1))


def test_newer_leads_back_to_the_page_before(legal: FlaskClient) -> None:
    page = legal.get("/events?institution=sample-cf&before=100").text
    assert 'href="/entries/sample-cf/99"' in page
    back = page.split('rel="prev"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert 'href="/entries/sample-cf/149"' in legal.get(back).text


def test_a_late_capture_is_said_in_words(legal: FlaskClient) -> None:
    page = legal.get("/events?institution=sample-cf&lang=en").text
    assert "412 d 3 h" in page
    assert '<span class="tag">late</span>' in page


def test_times_are_beijing_time_with_utc_beside(legal: FlaskClient) -> None:
    page = legal.get("/checkpoints").text
    assert 'datetime="2026-11-20T01:02:03Z" title="2026-11-20 01:02:03 UTC">2026-11-20 09:02:03</time>' in page


def test_an_entry_shows_its_leaf_and_hands_out_leaf_and_proof(full: MemoryInstance, legal: FlaskClient) -> None:
    world = full.all_logs[0].world
    leaf = world.entries[5].leaf
    page = legal.get("/entries/sample-cf/5").text
    assert leaf_hash(leaf).hex() in page
    assert json.loads(leaf)["loan"] in page
    assert legal.get("/entries/sample-cf/5/leaf").data == leaf
    proof = legal.get("/entries/sample-cf/5/proof")
    assert parse_tlog_proof(proof.data).index == 5
    assert proof.headers["Content-Disposition"] == "attachment; filename=sample-cf-5.tlog-proof"


def test_an_unpublished_entry_has_no_proof_yet_and_says_so(legal: FlaskClient) -> None:
    page = legal.get("/entries/second-cf/0?lang=en").text
    assert "No checkpoint covers this entry yet" in page
    assert "/proof" not in page
    assert legal.get("/entries/second-cf/0/proof").status_code == 404


def test_a_package_is_downloaded_byte_for_byte(full: MemoryInstance, legal: FlaskClient) -> None:
    with legal.get("/packages/120/download") as answer:
        content = answer.data
    assert sha256(content).hexdigest() == full.all_packages[0].sha256
    assert answer.headers["Content-Disposition"] == "attachment; filename=PD-2026-000120.zip"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_package_whose_file_is_gone_is_not_found(legal: FlaskClient) -> None:
    assert legal.get("/packages/7/download").status_code == 404


@pytest.mark.parametrize("address", ["/cases", "/packages"])
def test_long_lists_are_paged_to_the_end(legal: FlaskClient, address: str) -> None:
    first = legal.get(address).text
    assert 'href="' + address + '?before=71"' in first
    last = legal.get(f"{address}?before=21").text
    assert "PD-2026-000001" in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere", 404),
        ("/events?institution=nobody", 404),
        ("/entries/nobody/0", 404),
        ("/entries/sample-cf/180", 404),
        ("/entries/sample-cf/99999999999999999999", 404),
        ("/entries/sample-cf/-1", 404),
        ("/events?before=-1", 400),
        ("/events?before=9999999999999999999999", 400),
        ("/events?before=x", 400),
        ("/events?before=٣", 400),
        ("/packages/999/download", 404),
        ("/assets/../app.py", 404),
        ("/assets/htmx.js", 404),
        ("/sign-out", 405),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_refusal_has_its_page(legal: FlaskClient, address: str, status: int, lang: str) -> None:
    legal.set_cookie("proofdocket_lang", lang)
    answer = legal.get(address)
    assert answer.status_code == status
    assert f'<p class="status">{status}</p>' in answer.text
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in answer.text


def test_a_lost_database_is_503_with_a_page_and_healthz_says_so(full: MemoryInstance, legal: FlaskClient) -> None:
    assert legal.get("/healthz").json == {"status": "ok"}
    full.away = True
    answer = legal.get("/")
    assert answer.status_code == 503
    assert '<p class="status">503</p>' in answer.text
    assert legal.get("/healthz").status_code == 503


def test_a_lost_account_store_still_gets_its_page(
    full: MemoryInstance, legal: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(name: str) -> None:
        raise StoreError("the database is away")

    monkeypatch.setattr(full.accounts, "find", gone)
    answer = legal.get("/")
    assert answer.status_code == 503
    assert '<p class="status">503</p>' in answer.text


def test_an_unforeseen_error_shows_a_reference_and_logs_no_value(
    full: MemoryInstance, legal: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = "王" + "小明"

    def broken(limit: int, before: int | None, institutions: object) -> None:
        raise RuntimeError(name)

    monkeypatch.setattr(full, "cases", broken)
    with caplog.at_level(logging.DEBUG):
        answer = legal.get("/cases")
    assert answer.status_code == 500
    reference = answer.text.split("<code>")[1].split("</code>")[0]
    assert reference in caplog.text
    assert "RuntimeError" in caplog.text
    assert name not in caplog.text + answer.text


def test_every_answer_carries_the_security_headers(legal: FlaskClient) -> None:
    for address in (*LISTS, "/verify", "/healthz", "/assets/app.css", "/nowhere"):
        headers = legal.get(address).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, address
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert legal.get("/").headers["Cache-Control"] == "no-store"


def test_pages_hold_no_inline_script_style_or_handler(legal: FlaskClient) -> None:
    for address in (*LISTS, "/verify", "/entries/sample-cf/0", "/nowhere"):
        page = Markup()
        page.feed(legal.get(address).text)
        assert page.scripts == {"/assets/htmx.min.js", "/assets/app.js"}
        assert not {"style"} & page.tags
        assert not [name for name in page.attributes if name == "style" or name.startswith("on")]


def test_assets_are_served_from_here_with_their_version(legal: FlaskClient) -> None:
    page = legal.get("/").text
    for name in ("app.css", "htmx.min.js", "app.js", "seal.svg"):
        address = page.split(f"/assets/{name}?v=")[1].split('"')[0]
        answer = legal.get(f"/assets/{name}?v={address}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert '@import url("/assets/pico.min.css")' in legal.get("/assets/app.css").text
    assert legal.get("/assets/pico.min.css").status_code == 200
    assert "//" not in page.replace("http://www.w3.org", "").split("<body>")[0]  # nothing from another host


def test_the_language_is_chosen_by_address_then_cookie_then_browser(client: FlaskClient) -> None:
    assert 'lang="zh-CN"' in client.get("/verify").text
    assert '<html lang="en">' in client.get("/verify", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert '<html lang="en">' in client.get("/verify?lang=en").text
    assert '<html lang="en">' in client.get("/verify").text  # remembered
    assert '<html lang="zh-CN">' in client.get("/verify?lang=zh").text
    assert '<html lang="zh-CN">' in client.get("/verify?lang=xx").text
