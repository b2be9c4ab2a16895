"""The commands as a person and as a program meet them: JSON on standard output, exit codes, help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.program import Program
from tests.litigation.filing.conftest import Instance
from tests.litigation.filing.court import ACCEPTED

NUMBER = "（2026）闽0503民初1234号"


@pytest.fixture
def program(instance: Instance) -> Program:
    return Program(instance.home)


def court(instance: Instance) -> list[str]:
    return ["--court", instance.court.name, "--court-address", instance.court.address.lower()]


@pytest.mark.chain
def test_file_then_sync_then_list(instance: Instance, program: Program) -> None:
    filed = program.json("file", instance.packages[0], *court(instance))
    names = {"our_reference", "court", "package_sha256", "filing_id", "tx", "block", "state", "outbox", "received_at"}
    assert set(filed) == names
    assert filed["received_at"] is None, "this court takes nothing over HTTP"
    assert (filed["state"], filed["court"]) == ("submitted", instance.court.name)
    assert (Path(filed["outbox"]) / "package.zip").is_file()
    assert program.json("docket", "sync")["new"] == 0
    instance.court.answer(filed["filing_id"], ACCEPTED, {"case_number": NUMBER})
    synced = program.json("docket", "sync", "--details", instance.court.details)
    assert (synced["filings"], synced["answered"], synced["new"], synced["differences"]) == (1, 1, 1, [])
    assert (synced["entries"][0]["kind"], synced["entries"][0]["case_number"]) == ("accepted", NUMBER)
    (line,) = program.json("docket", "list")["filings"]
    assert (line["state"], line["case_number"], line["days"]) == ("accepted", NUMBER, 0)
    shown = program.run("docket", "list")
    assert (shown.code, NUMBER in shown.out, "accepted" in shown.out) == (0, True, True)


@pytest.mark.chain
def test_a_second_filing_is_refused_with_exit_1(instance: Instance, program: Program) -> None:
    program.json_inside("file", instance.packages[0], *court(instance))
    refused = program.json_inside("file", instance.packages[0], *court(instance), code=1)
    assert refused["error"]["code"] == "duplicate-filing"


@pytest.mark.chain
def test_a_changed_detail_is_refused_by_name_and_the_rest_is_recorded(instance: Instance, program: Program) -> None:
    filed = program.json_inside("file", instance.packages[0], *court(instance))
    digest = instance.court.answer(filed["filing_id"], ACCEPTED, {"case_number": NUMBER})
    path = instance.court.details / f"{digest}.json"
    path.write_bytes(path.read_bytes().replace(b"1234", b"1235"))
    synced = program.json_inside("docket", "sync", "--details", instance.court.details, code=1)
    assert digest in synced["refused"][0]["reason"]
    assert (synced["new"], synced["entries"][0]["case_number"]) == (1, "")


@pytest.mark.chain
def test_a_draft_is_refused_with_exit_1(instance: Instance, program: Program) -> None:
    answer: Any = program.json_inside("file", instance.draft, *court(instance), code=1)
    assert answer["error"]["code"] == "draft-not-for-filing"


def test_wrong_use_is_exit_2(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    package = tmp_path / "p.zip"
    package.write_bytes(b"x")
    assert program.inside("file", package).code == 2
    assert program.inside("file", tmp_path / "missing.zip", "--court", "x", "--court-address", "y").code == 2
    assert program.inside("docket", "sync", "--details", tmp_path / "missing").code == 2
    assert program.inside("docket", "answer").code == 2


def test_without_an_instance_the_error_says_what_to_do(tmp_path: Path) -> None:
    answer = Program(tmp_path / "home").inside("docket", "list", "--json")
    assert answer.code == 1
    assert "proofdocket init" in json.loads(answer.out)["error"]["message"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("file", "--help"), "run the same command again"),
        (("docket", "--help"), "sync"),
        (("docket", "sync", "--help"), "<SHA-256>.json"),
        (("docket", "list", "-h"), "case number"),
    ],
)
def test_help_says_what_a_command_does(tmp_path: Path, command: tuple[str, ...], said: str) -> None:
    answer = Program(tmp_path).inside(*command)
    assert answer.code == 0
    assert said in " ".join(answer.out.split())
