"""The commands of times and sources, as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding

from evidence_service.bootstrap import open_home
from tests.evidence_service.examples import INSTITUTION, event_value
from tests.evidence_service.timestamps.test_source_signatures import SYSTEM
from tests.simulators.timestamp_authority import Authority
from tests.simulators.timestamp_server import TimestampServer, serving
from web.cli import main

TSA = Authority.of()


@dataclass
class Home:
    """An instance with one log and one authority."""

    path: Path
    server: TimestampServer

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        done = CliRunner().invoke(main, ["--home", str(self.path), *words, "--json"])
        return done.exit_code, json.loads(done.stdout)

    def shift(self, by: timedelta) -> None:
        self.server.now = lambda: datetime.now(UTC) + by


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with serving(TSA) as server:
        (tmp_path / "tsa.pem").write_bytes(TSA.root.certificate.public_bytes(Encoding.PEM))
        (tmp_path / "timestamp-authorities.toml").write_text(
            f'[[authority]]\nname = "TSA"\nurl = "{server.url}"\ncertificate = "tsa.pem"\n', encoding="utf-8"
        )
        service = open_home(tmp_path, new=True)
        service.add_institution(INSTITUTION)
        service.submit([event_value(id="E-1")])
        yield Home(tmp_path, server)


def test_publish_shows_who_stamped_and_timestamps_asks_again(home: Home) -> None:
    home.server.mode = "away"
    assert home.run("publish")[1]["timestamps"] == []
    code, answer = home.run("timestamps")
    assert (code, answer["authorities"], answer["logs"][0]["missing"]) == (0, ["TSA"], {"TSA": ""})
    assert "did not answer" in home.run("timestamps", "--ask")[1]["logs"][0]["missing"]["TSA"]
    home.server.mode = "good"
    answer = home.run("timestamps", "--ask")[1]
    assert [token["authority"] for token in answer["logs"][0]["tokens"]] == ["TSA"]
    assert [token["authority"] for token in home.run("publish")[1]["timestamps"]] == ["TSA"]


def test_the_proof_of_an_event_takes_the_token_along(home: Home) -> None:
    home.run("publish")
    code, answer = home.run("prove", "E-1", "-o", str(home.path / "e.tlog-proof"))
    assert code == 0
    material = json.loads(Path(answer["material_file"]).read_text("utf-8"))
    assert json.loads(material["timestamps"])["kind"] == "proofdocket.timestamps"


def test_a_clock_that_is_far_off_logs_and_signs_nothing_until_it_is_right(home: Home) -> None:
    assert home.run("audit", "clock")[1]["clocks"] == []
    home.shift(timedelta(hours=1))
    code, answer = home.run("audit", "clock", "--measure")
    assert (code, answer["far_off"]) == (1, True)
    assert answer["clocks"][0]["most_seconds"] < -3500
    events = home.path / "more.ndjson"
    events.write_text(json.dumps(event_value(id="E-2")) + "\n", encoding="utf-8")
    for words in (("publish",), ("import", str(events))):
        code, answer = home.run(*words)
        assert (code, answer["error"]["code"]) == (1, "clock-off")
    home.shift(timedelta())
    assert home.run("publish")[0] == 0
    assert home.run("import", str(events))[1]["accepted"] == 1


def test_source_keys_are_registered_listed_required_and_revoked(home: Home) -> None:
    code, answer = home.run("source", "add-key", str(SYSTEM.verifier), "--until", "2099-01-01")
    name = answer["keys"][0]["key"]
    assert (code, answer["keys"][0]["not_after"]) == (0, "2099-01-01T00:00:00Z")
    assert home.run("source", "require")[1]["required"] is True
    events = home.path / "more.ndjson"
    lines = [event_value(id="E-2"), SYSTEM.sign(id="E-3")]
    events.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    code, answer = home.run("import", str(events))
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert home.run("source", "revoke", name, "--reason", "lost")[1]["keys"][0]["reason"] == "lost"
    assert home.run("source", "revoke", name, "--reason", "lost")[1]["error"]["code"] == "source-key"
    assert home.run("source", "require", "--off")[1]["required"] is False
    assert len(home.run("source", "list")[1]["keys"]) == 1


def test_house_events_need_no_signature_where_signatures_are_required(home: Home) -> None:
    home.run("source", "require")
    assert open_home(home.path).submit([event_value(id="E-9")])[0].state == "accepted"
