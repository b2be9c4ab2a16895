"""A timestamp authority over HTTP: what it is asked, and every answer that is not taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding

from evidence_service.adapters import timestamp_authority
from evidence_service.adapters.timestamp_authority import HttpTimestampAuthority, read_authorities
from evidence_service.core.timestamp_token import parse_token
from evidence_service.errors import SettingsError
from evidence_service.ports.timestamp import TimestampUnavailableError
from tests.simulators.timestamp_authority import Authority
from tests.simulators.timestamp_server import TimestampServer, serving

TEXT = b"log.example.test/sample-cf\n1\nAAAA\n"
TSA = Authority.of()


@pytest.fixture
def server() -> Iterator[TimestampServer]:
    with serving(TSA) as state:
        yield state


def client(server: TimestampServer, timeout: float = 5.0, authority: Authority = TSA) -> HttpTimestampAuthority:
    return HttpTimestampAuthority("TSA", server.url, authority.root.certificate, timeout)


def test_a_token_comes_back_checked(server: TimestampServer) -> None:
    token = parse_token(client(server).stamp(TEXT))
    assert token.raw == TSA.made[-1]
    assert server.seen[0]["Content-Type"] == "application/timestamp-query"


def test_the_query_asks_for_the_certificate_with_a_fresh_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    queries: list[tsp.TimeStampReq] = []
    answer = Authority.respond

    def respond(self: Authority, request: bytes, *args: object, **parts: object) -> bytes:
        queries.append(tsp.TimeStampReq.load(request))
        return answer(self, request, *args, **parts)  # type: ignore[arg-type]

    monkeypatch.setattr(Authority, "respond", respond)
    with serving(TSA) as state:
        for _ in range(2):
            client(state).stamp(TEXT)
    assert [query["cert_req"].native for query in queries] == [True, True]
    assert len({query["nonce"].native for query in queries}) == 2
    assert queries[0]["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        ("away", "did not answer"),
        ("lost", "did not answer"),
        ("status", "HTTP status 503"),
        ("redirect", "HTTP status 307"),
        ("text", "something else than a timestamp"),
        ("endless", "larger than 64 KiB"),
        ("refusal", "refused to stamp"),
        ("rubbish", "no timestamp"),
        ("stale", "Nonce mismatch"),
    ],
)
def test_every_other_answer_is_no_token(server: TimestampServer, mode: str, problem: str) -> None:
    server.mode = mode
    with pytest.raises(TimestampUnavailableError, match=problem):
        client(server).stamp(TEXT)
    assert server.asked == 1  # a redirect is not followed, nothing is asked twice


def test_an_authority_that_drips_its_answer_is_cut_off(server: TimestampServer) -> None:
    server.mode = "drip"
    with pytest.raises(TimestampUnavailableError):
        client(server, timeout=0.5).stamp(TEXT)


def test_an_authority_that_is_not_the_pinned_one_is_refused(server: TimestampServer) -> None:
    with pytest.raises(TimestampUnavailableError, match="does not hold"):
        client(server, authority=Authority.of()).stamp(TEXT)


def test_nobody_listening_is_no_token() -> None:
    with serving(TSA) as state:
        gone = client(state)
    with pytest.raises(TimestampUnavailableError, match="did not answer"):
        gone.stamp(TEXT)


def test_our_own_reader_is_asked_beside_openssl(server: TimestampServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpTimestampAuthority, "_check_with_openssl", lambda *_: None)
    with pytest.raises(TimestampUnavailableError, match="does not lead to the pinned one"):
        client(server, authority=Authority.of()).stamp(TEXT)
    server.mode = "stale"
    with pytest.raises(TimestampUnavailableError, match="another request"):
        client(server).stamp(TEXT)


@pytest.mark.parametrize("kind", ["rsa", "p384", "ed25519"])
def test_authorities_of_other_keys_serve_as_well(kind: str) -> None:
    other = Authority.of(kind)
    with serving(other) as state:
        assert client(state, authority=other).stamp(TEXT) == other.made[-1]


def write(home: Path, text: str) -> None:
    (home / "tsa.pem").write_bytes(TSA.root.certificate.public_bytes(Encoding.PEM))
    (home / "tsa.der").write_bytes(TSA.root.der)
    (home / timestamp_authority.FILE).write_text(text, encoding="utf-8")


GOOD = '[[authority]]\nname = "TSA One"\nurl = "http://127.0.0.1:1/tsa"\ncertificate = "tsa.pem"\n'


def test_the_file_names_authorities_with_their_certificates(tmp_path: Path) -> None:
    assert read_authorities(tmp_path) == ()
    write(tmp_path, GOOD + GOOD.replace("One", "Two").replace("tsa.pem", "tsa.der"))
    found = read_authorities(tmp_path)
    assert [(one.name, one.certificate) for one in found] == [("TSA One", TSA.root.der), ("TSA Two", TSA.root.der)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("not toml", "timestamp-authorities.toml"),
        (GOOD + GOOD, "two authorities of one name"),
        (GOOD.replace("http://127.0.0.1:1/tsa", "ftp://x"), "no http address"),
        (GOOD + "timeout = 3\n", "name, url and certificate"),
        (GOOD.replace('"TSA One"', "7"), "name, url and certificate"),
        ("authority = 7\n", "nothing else"),
        ("other = 1\n" + GOOD, "nothing else"),
        (GOOD.replace("tsa.pem", "timestamp-authorities.toml"), "not a certificate"),
    ],
)
def test_a_file_out_of_form_is_named(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, text)
    with pytest.raises(SettingsError, match=problem):
        read_authorities(tmp_path)
