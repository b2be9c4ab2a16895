"""The command line that others build on: JSON answers, exit codes, doing things twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence_service.bootstrap import open_home
from tests.journeys.conftest import Walked
from tests.journeys.program import Program

pytestmark = [pytest.mark.chain]


def test_a_second_init_changes_nothing(walked: Walked) -> None:
    assert walked.program.json_inside("init") == walked.answers["init"]


def test_init_answers_with_log_chain_and_contracts(walked: Walked) -> None:
    answer = walked.answers["init"]
    assert {"origin", "vkey", "chain_id", "contracts"} <= set(answer)
    assert set(answer["contracts"]) == {"EvidenceAnchor", "FilingRegistry"}
    assert answer["vkey"].startswith(answer["origin"] + "+")


def test_chain_status_has_its_four_fields(walked: Walked) -> None:
    assert {"running", "chain_id", "head", "saved_head"} <= set(walked.program.json_inside("chain", "status"))


def test_importing_the_same_file_twice_adds_nothing(walked: Walked) -> None:
    before = walked.program.json_inside("publish")["tree_size"]
    again = walked.program.json_inside("import", walked.portfolio)
    assert (again["accepted"], again["rejected"]) == (0, 0)
    assert again["duplicates"] == again["read"] == walked.answers["sample"]["events"]
    assert again["tree_size"] == before


def test_the_same_seed_gives_the_same_sample(walked: Walked, tmp_path: Path) -> None:
    walked.program.json_inside("sample", "--loans", "24", "--out", tmp_path / "again.ndjson")
    assert (tmp_path / "again.ndjson").read_bytes() == walked.portfolio.read_bytes()


def test_bad_rows_are_set_aside_with_line_and_reason_and_the_rest_is_kept(walked: Walked, tmp_path: Path) -> None:
    good = json.loads(walked.portfolio.read_bytes().splitlines()[0])
    fresh = {**good, "id": "mixed:1", "attachments": []}
    clash = {**good, "payload": {**good["payload"], "purpose": "另一用途"}}
    big = {**fresh, "id": "mixed:2", "payload": {**good["payload"], "purpose": "x" * 5_000_000}}
    nan = json.dumps({**fresh, "id": "mixed:3"}).replace('"type_version": 1', '"type_version": NaN')
    late = {**fresh, "id": "mixed:4", "occurred_at": "2026-02-30T00:00:00Z"}
    file = tmp_path / "mixed.ndjson"
    lines = [
        json.dumps(fresh).encode(),
        b'{"id": "mixed:0", \xff}',
        json.dumps(clash).encode(),
        json.dumps(big).encode(),
        nan.encode(),
        json.dumps(late).encode(),
        b"not json",
        json.dumps({**fresh, "id": "mixed:5"}).encode(),
    ]
    file.write_bytes(b"\n".join(lines) + b"\n")
    answer = walked.program.json_inside("import", file)
    assert (answer["read"], answer["accepted"], answer["rejected"]) == (8, 2, 6)
    rejects = [json.loads(line) for line in Path(answer["rejects_file"]).read_text("utf-8").splitlines()]
    assert sorted(item["line"] for item in rejects) == [2, 3, 4, 5, 6, 7]
    assert all(item["code"] and item["reason"] for item in rejects)
    assert "另一用途" not in Path(answer["rejects_file"]).read_text("utf-8")


def test_consistency_between_two_checkpoints_is_shown(walked: Walked, tmp_path: Path) -> None:
    first = walked.answers["publish"]["tree_size"]
    event = json.loads(walked.portfolio.read_bytes().splitlines()[1])
    file = tmp_path / "one.ndjson"
    file.write_text(json.dumps({**event, "id": "consistency:1", "attachments": []}, ensure_ascii=False) + "\n", "utf-8")
    walked.program.json_inside("import", file)
    second = walked.program.json_inside("publish")["tree_size"]
    answer = walked.program.json_inside("audit", "consistency", "--from", str(first), "--to", str(second))
    assert answer["consistent"] is True
    assert answer["from"] == {"size": first, "root": walked.answers["publish"]["root"]}
    assert answer["to"]["size"] == second > first


def test_a_case_says_in_the_log_why_its_loan_was_chosen(walked: Walked, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in walked.portfolio.read_bytes().splitlines()]
    taken = {path.name.split("_")[1].rsplit("-", 3)[0] for path in walked.packages.glob("*.zip")}
    loan = next(event["loan"] for event in lines if event["type"] == "contract.signed" and event["loan"] not in taken)
    walked.program.json_inside("publish")  # other journeys on this instance may have logged events of that loan
    walked.program.json_inside("anchor")
    walked.program.json_inside(
        "bundle", "--loan", loan, "--draft", "--as-of", "2026-10-31", "--out", tmp_path / "named"
    )
    logged = open_home(walked.program.home).store.events_before(walked.answers["publish"]["institution"], None, 100_000)
    opened = [one for one in logged if one.type == "case.opened" and one.body is not None]
    reasons = {one.loan: json.loads(one.body or b"")["payload"]["reasons"] for one in opened}
    assert {tuple(reasons[name]) for name in taken} == {("overdue",)}
    assert reasons[loan] == ["named by a person"]


def test_wrong_use_is_2_and_a_refusal_is_1(walked: Walked, tmp_path: Path) -> None:
    program = walked.program
    assert program.inside("publish", "--no-such-option").code == 2
    assert program.inside("import", tmp_path / "missing.ndjson").code == 2
    assert program.inside("bundle", "--out", tmp_path).code == 2
    assert program.inside("prove", "no-such-event", "-o", tmp_path / "x.tlog-proof").code == 1
    assert program.inside("audit", "consistency", "--from", "3", "--to", "4").code == 1
    assert program.inside("verify", tmp_path, "--offline").code == 2


def test_a_home_without_init_is_refused_with_what_to_do(tmp_path: Path) -> None:
    answer = Program(tmp_path / "new").inside("publish", "--json")
    assert answer.code == 1
    assert "proofdocket init" in answer.err
    assert answer.json["error"]["code"]


def test_every_command_explains_itself(walked: Walked) -> None:
    listing = walked.program.run("--help").out
    for command in ("init", "chain", "sample", "import", "publish", "anchor", "prove", "trust", "verify", "bundle"):
        assert command in listing
        assert walked.program.inside(command, "--help").code == 0


def test_a_command_in_a_wrong_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    for command in (["publish"], ["bundle", "--overdue", "--out", str(tmp_path / "out")], ["docket", "list"]):
        answer = Program(tmp_path / "wrong").inside(*command)
        assert answer.code == 1
        assert "not an instance" in answer.err
    assert not (tmp_path / "wrong").exists()
