"""The public verify page: what it takes, what it says, what it never does."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evidence_service.core.trust_json import trust_bytes
from tests.evidence_service.verify.instances import make_instance
from tests.evidence_service.verify.world import World
from tests.web.instance import MemoryInstance
from web.throttle import Gate
from web.verify_page import GATE, MAX_FILE, MAX_REQUEST

FORM = "multipart/form-data; boundary=cut"
FAR = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def world(full: MemoryInstance) -> World:
    return full.all_logs[0].world


def multipart(parts: dict[str, tuple[str, bytes]]) -> bytes:
    """A form as a browser sends it; made by hand, because the test client keeps large files on disk."""
    body = b""
    for field, (name, content) in parts.items():
        head = f'--cut\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        body += head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    return body + b"--cut--\r\n"


def send(client: FlaskClient, name: str, file: bytes, lang: str = "en", **more: bytes) -> TestResponse:
    parts = {"file": (name, file)} | {field: (f"{field}.json", raw) for field, raw in more.items()}
    return client.post(f"/verify?lang={lang}", data=multipart(parts), content_type=FORM)


def state_of(page: str, n: int) -> str:
    row = page.split(f'id="check-{n}"', maxsplit=1)[0].rsplit('class="check check-', 1)[1]
    return row.split('"')[0]


def trusted(world: World, *required: int) -> bytes:
    return trust_bytes(world.trust(expires_at=FAR, required=required or tuple(range(1, 11))))


def test_a_package_without_a_trust_file_is_incomplete_and_its_signature_not_checked(
    client: FlaskClient, world: World
) -> None:
    answer = send(client, "p.zip", world.package_zip())
    assert answer.status_code == 200
    assert "result-incomplete" in answer.text
    assert [state_of(answer.text, n) for n in (1, 2, 3, 4, 5, 9)] == ["passed"] * 6
    assert [state_of(answer.text, n) for n in (6, 7, 8, 10)] == ["not-checked"] * 4
    assert "none given" in answer.text


def test_passed_is_said_only_when_every_required_check_passed(client: FlaskClient, world: World) -> None:
    narrow = send(client, "p.zip", world.package_zip(), trust=trusted(world, 1, 2, 3, 4, 5, 6, 9))
    assert "result-passed" in narrow.text
    whole = send(client, "p.zip", world.package_zip(), trust=trusted(world))
    assert "result-incomplete" in whole.text
    assert "result-passed" not in whole.text
    assert state_of(whole.text, 6) == "passed"
    assert "Court of the tests" in whole.text


def test_a_flipped_byte_fails_and_the_place_is_named(client: FlaskClient, world: World) -> None:
    raw = bytearray(world.package_zip())
    raw[raw.find(b'"seq":1') + 6] ^= 1
    page = send(client, "p.zip", bytes(raw)).text
    assert "result-failed" in page
    assert state_of(page, 2) == "failed"
    assert "data/evidence/000001.leaf.json" in page


def test_a_state_is_told_by_word_and_shape_not_by_colour_alone(client: FlaskClient, world: World) -> None:
    page = send(client, "p.zip", world.package_zip()).text
    rows = page.split('<li class="check ')[1:]
    assert len(rows) == 10
    for row in rows:
        state = row.split("check-")[1].split('"')[0]
        word = {"passed": "Passed", "not-checked": "Not checked"}[state]
        assert f'<strong class="state">{word}</strong>' in row
        assert f"icon-{state.replace('-', '_')}" in row


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_what_is_not_proven_and_where_the_file_went(client: FlaskClient, world: World, lang: str) -> None:
    page = send(client, "p.zip", world.package_zip(), lang=lang).text
    assert ("What this does not prove" if lang == "en" else "本核验不证明") in page
    assert ("kept nothing of it" if lang == "en" else "没有保留") in page
    assert ("sent to this server" if lang == "en" else "发送到本服务器") in client.get(f"/verify?lang={lang}").text
    assert ("Times are in order" if lang == "en" else "时间先后合理") in page.split('class="gap-box"')[1].split("</p>")[
        0
    ]


def test_a_proof_is_verified_with_its_leaf(client: FlaskClient, world: World) -> None:
    proof, leaf = world.proof(5).encode(), world.entries[5].leaf
    page = send(client, "x.tlog-proof", proof, leaf=leaf, trust=trusted(world)).text
    assert [state_of(page, n) for n in (1, 3, 5, 6)] == ["passed"] * 4
    other = send(client, "x.tlog-proof", proof, leaf=world.entries[6].leaf).text
    assert state_of(other, 5) == "failed"
    assert "result-failed" in other


@pytest.mark.parametrize(
    ("name", "file", "more", "words"),
    [
        ("", b"", {}, "Choose a file first"),
        ("notes.txt", b"hello", {}, "there is nothing to verify in it"),
        ("x.tlog-proof", b"c2sp.org/tlog-proof@v1\n", {}, "needs its leaf"),
        ("p.zip", b"PK\x03\x04", {"trust": b"{}"}, "trust file cannot be read"),
        ("p.zip", b"PK\x03\x04", {"trust": b"\xff\x00"}, "trust file cannot be read"),
    ],
)
def test_what_cannot_be_verified_is_said_on_the_form(
    client: FlaskClient, name: str, file: bytes, more: dict[str, bytes], words: str
) -> None:
    answer = send(client, name, file, "en", **more)
    assert answer.status_code == 400
    assert words in answer.text
    assert 'role="alert"' in answer.text
    assert "result-" not in answer.text


@pytest.mark.parametrize("name", ["broken.zip", "broken.pdf", "broken.tlog-proof"])
@pytest.mark.parametrize("file", [b"\x00" * 2000, b"PK\x03\x04" + b"\xff" * 500, b"%PDF-1.7\n%%EOF", b"[" * 50_000])
def test_rubbish_fails_the_first_check_and_nothing_passes(client: FlaskClient, name: str, file: bytes) -> None:
    page = send(client, name, file, leaf=b"{}").text
    assert "result-failed" in page
    assert state_of(page, 1) == "failed"
    assert '<strong class="state">Passed</strong>' not in page


@pytest.mark.parametrize(
    ("lang", "since", "key"), [("en", "by the word of witness", "whose it is"), ("zh", "由见证人", "归属")]
)
def test_the_page_says_since_when_by_whose_word_and_what_it_knows_of_the_issuer(
    client: FlaskClient, lang: str, since: str, key: str
) -> None:
    instance = make_instance("lender")
    page = send(client, "p.zip", instance.package, lang, trust=instance.trust_file(expires_at=FAR)).text
    assert since in page
    assert "witness-1.example" in page
    assert key in page
    assert instance.issuer.vkey.replace("+", "&#43;") in page or instance.issuer.vkey in page
    without = send(client, "p.zip", instance.package, lang).text
    assert since not in without


def test_a_signed_trust_file_with_a_changed_byte_is_refused(client: FlaskClient) -> None:
    instance = make_instance("lender")
    changed = instance.trust_file(expires_at=FAR).replace(b'"quorum":2', b'"quorum":1')
    answer = send(client, "p.zip", instance.package, "en", trust=changed)
    assert answer.status_code == 400
    assert "altered" in answer.text


def test_a_field_that_runs_script_is_only_text(client: FlaskClient, world: World) -> None:
    trust = trust_bytes(world.trust(expires_at=FAR, issuer="<script>window.hit=1</script>"))
    page = send(client, "<script>x</script>.zip", world.package_zip(), trust=trust).text
    assert "<script>window" not in page
    assert "&lt;script&gt;window.hit=1" in page
    assert "<script>x" not in page


def test_a_file_beyond_the_limit_gets_the_413_page(client: FlaskClient) -> None:
    answer = send(client, "p.zip", bytes(MAX_REQUEST + 1))
    assert answer.status_code == 413
    assert '<p class="status">413</p>' in answer.text
    assert send(client, "p.zip", bytes(MAX_FILE + 1)).status_code == 413


def test_only_the_verify_page_takes_a_large_body(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"name": "x" * 100_000})
    assert answer.status_code == 413


def test_an_upload_never_touches_a_disk(client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a temporary file was made")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    raw = world.package_zip() + bytes(3 * 1024 * 1024)  # beyond the size at which uploads usually go to disk
    assert send(client, "p.zip", raw).status_code == 200


def test_a_stranger_gets_no_cookie_from_verifying(client: FlaskClient, world: World) -> None:
    answer = client.post("/verify", data=multipart({"file": ("p.zip", world.package_zip())}), content_type=FORM)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_too_many_at_once_get_429(app: Flask, client: FlaskClient, world: World) -> None:
    gate = Gate(slots=1, patience=0.01)
    app.extensions[GATE] = gate
    with gate.passing():
        assert send(client, "p.zip", world.package_zip()).status_code == 429
    assert send(client, "p.zip", world.package_zip()).status_code == 200
