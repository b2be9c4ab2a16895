"""`verify PATH`: exit codes, JSON, ten lines for a person in two languages, folders, and clear errors."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from click.testing import CliRunner, Result

from evidence_service import verify_commands
from evidence_service.core.reasons import CHECK_NAMES
from evidence_service.core.trust_json import trust_bytes
from evidence_service.core.twin import twin_bytes
from litigation.documents.embedding import embed_evidence
from tests.evidence_service.verify.test_pdf_attachment import blank_pdf
from tests.evidence_service.verify.world import NOW, make_world

WORLD = make_world()
NO_CHAIN = (1, 2, 3, 4, 5, 6, 9)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_commands, "clock_now", lambda: NOW)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(verify_commands.verify, [str(one) for one in arguments])


def run_json(*arguments: object) -> dict[str, Any]:
    value = json.loads(run(*arguments, "--json").stdout)
    assert isinstance(value, dict)
    return value


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def trust_file(folder: Path) -> Path:
    return write(folder / "trust.json", trust_bytes(WORLD.trust(required=NO_CHAIN)))


def proof_files(folder: Path, stem: str = "event") -> Path:
    index = WORLD.mine[0]
    write(folder / f"{stem}.leaf.json", WORLD.entries[index].leaf)
    return write(folder / f"{stem}.tlog-proof", WORLD.proof(index).encode())


def test_the_exit_code_is_0_1_or_2(tmp_path: Path) -> None:
    good = write(tmp_path / "p" / "good.zip", WORLD.package_zip())
    bad = write(tmp_path / "p" / "bad.zip", WORLD.package_zip().replace(b"How to", b"How no"))
    trust = trust_file(tmp_path)
    assert run(good, "--trust", trust).exit_code == 0
    assert run(bad, "--trust", trust).exit_code == 1
    assert run(good).exit_code == 2


def test_the_json_has_ten_checks_with_names_states_codes_and_reasons(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.zip", WORLD.package_zip().replace(b"How to", b"How no"))
    answer = run_json(path)
    assert set(answer) == {"result", "checks", "where", "path", "trust", "unaltered_since", "times"}
    assert answer["result"] == "failed"
    assert [check["n"] for check in answer["checks"]] == list(range(1, 11))
    assert all(set(check) == {"n", "name", "state", "code", "reason"} for check in answer["checks"])
    assert answer["where"] == [{"n": 2, "code": "digest-mismatch", "member": "data/README.txt"}]


@pytest.mark.parametrize(("lang", "position", "words"), [("en", 0, "does not prove"), ("zh", 1, "不能证明")])
def test_a_person_reads_ten_lines_and_what_is_not_proven(tmp_path: Path, lang: str, position: int, words: str) -> None:
    shown = run(write(tmp_path / "a.zip", WORLD.package_zip()), "--lang", lang).stdout
    for names in CHECK_NAMES.values():
        assert names[position] in shown
    assert words in shown


def test_a_proof_is_verified_with_the_leaf_and_disclosures_beside_it(tmp_path: Path) -> None:
    path = proof_files(tmp_path)
    assert run_json(path)["checks"][3]["code"] == "nothing-disclosed"
    opened = rfc8785.dumps(list(WORLD.entries[WORLD.mine[0]].disclosures.values()))
    write(tmp_path / "event.disclosures.json", opened)
    assert run_json(path)["checks"][3]["code"] == "disclosures-open"


def test_a_proof_without_its_leaf_names_the_missing_file(tmp_path: Path) -> None:
    path = proof_files(tmp_path)
    (tmp_path / "event.leaf.json").unlink()
    result = run(path, "--json")
    assert result.exit_code == 2
    assert "event.leaf.json" in result.stderr
    assert json.loads(result.stdout)["error"]["code"] == "leaf-missing"


def test_a_pdf_is_verified_by_the_evidence_inside(tmp_path: Path) -> None:
    pdf = embed_evidence(blank_pdf(), twin_bytes(WORLD.metadata, WORLD.packaged, WORLD.material))
    answer = run_json(write(tmp_path / "bundle.pdf", pdf))
    assert [check["code"] for check in answer["checks"]][:3] == ["parsed", "pdf-pages-not-covered", "leaves-canonical"]
    assert run_json(write(tmp_path / "blank.pdf", blank_pdf()))["checks"][0]["code"] == "pdf-no-evidence"
    assert run_json(write(tmp_path / "half.pdf", pdf[:400]))["checks"][0]["code"] == "pdf-malformed"


def test_a_file_of_another_kind_is_not_a_failed_check_but_an_error(tmp_path: Path) -> None:
    result = run(write(tmp_path / "letter.txt", b"Dear court"))
    assert result.exit_code == 2
    assert "neither a package" in result.stderr


def test_a_trust_file_out_of_form_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", WORLD.package_zip())
    result = run(path, "--trust", write(tmp_path / "t.json", b"{}"), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "trust-malformed"


def test_rpc_and_offline_exclude_each_other_and_an_address_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", WORLD.package_zip())
    assert run(path, "--rpc", "http://127.0.0.1:9", "--offline").exit_code == 2
    assert run(path, "--rpc", "file:///etc/passwd").exit_code == 2


def test_a_node_that_is_away_is_not_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", WORLD.package_zip())
    trust = write(tmp_path / "t.json", trust_bytes(WORLD.trust()))
    answer = run_json(path, "--trust", trust, "--rpc", "http://127.0.0.1:9")
    assert (answer["checks"][7]["code"], answer["result"]) == ("chain-unreachable", "incomplete")


def test_a_folder_shows_the_worst_state_of_each_check_and_every_file(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    write(folder / "a.zip", WORLD.package_zip())
    write(folder / "sub" / "b.zip", WORLD.package_zip().replace(b"How to", b"How no"))
    proof_files(folder / "sub")
    (proof_files(folder, "lonely").with_name("lonely.leaf.json")).unlink()
    write(folder / "notes.txt", b"not for us")
    result = run(folder, "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["counts"] == {"items": 4, "passed": 0, "failed": 1, "incomplete": 3}
    assert answer["checks"][1]["state"] == "failed"
    assert answer["checks"][1]["reason"] == "1 passed, 1 not checked, 1 failed"
    assert [Path(item["path"]).name for item in answer["items"]] == [
        "a.zip",
        "lonely.tlog-proof",
        "b.zip",
        "event.tlog-proof",
    ]
    assert answer["items"][1]["error"]["code"] == "leaf-missing"
    assert "lonely.leaf.json" in run(folder).stdout


def test_a_folder_with_nothing_to_verify_is_an_error(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "holds no package" in result.stderr


def test_a_large_folder_is_verified_by_several_processes_with_the_same_answer(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for number in range(20):
        raw = WORLD.package_zip()
        write(folder / f"{number:02d}.zip", raw if number != 7 else raw.replace(b"How to", b"How no"))
    result = run(folder, "--json", "--trust", trust_file(tmp_path))
    answer = json.loads(result.stdout)
    assert answer["counts"] == {"items": 20, "passed": 19, "failed": 1, "incomplete": 0}
    assert [item["result"] for item in answer["items"]].index("failed") == 7
    assert "verified" in result.stderr


def test_the_name_of_a_file_neither_commands_the_screen_nor_ends_the_run(tmp_path: Path) -> None:
    """Whoever sends a folder chooses the names in it: an escape sequence, and bytes that are no text."""
    write(tmp_path / "x" / "a\x1b[2J\u202ePASSED.zip", b"PK\x03\x04")
    folder = os.fsencode(tmp_path / "x")
    Path(os.fsdecode(folder + b"/b\xff.zip")).write_bytes(b"PK\x03\x04")
    (tmp_path / "x" / "c\x1b[2J.tlog-proof").write_bytes(b"")
    for shown in (run(tmp_path / "x"), *(run(path) for path in sorted((tmp_path / "x").iterdir()))):
        assert shown.exit_code in (1, 2)
        assert not isinstance(shown.exception, UnicodeError)
        assert all(line.isprintable() for line in shown.output.splitlines())
    answer = run_json(tmp_path / "x")
    assert [item["path"][-6:] for item in answer["items"]] == ["ED.zip", "b?.zip", "-proof"]
