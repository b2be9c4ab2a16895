"""The commands `disclose`, `erase`, `restrict`, `hold` and `retention`, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.bootstrap import open_engine
from evidence_service.settings import read_settings
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.privacy.house import BORROWER, LOAN, NAME, House, happened, old_loan, open_house
from web.cli import main


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = open_house(tmp_path / "home")
    assert made.take(*old_loan()) == []
    made.evidence.publish(INSTITUTION)
    return made


def run(house: House, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--home", str(house.home), *map(str, arguments)])


def answer(house: House, *arguments: str | Path, code: int = 0) -> Any:
    result = run(house, *arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def checks(house: House, proof: Path) -> dict[int, str]:
    result = run(house, "verify", proof, "--json")
    return {check["n"]: check["state"] for check in json.loads(result.stdout)["checks"]}


def test_disclosed_fields_beside_a_bare_proof_are_verified(house: House, tmp_path: Path) -> None:
    proof, opened = tmp_path / "p.tlog-proof", tmp_path / "p.disclosures.json"
    answer(house, "prove", "A-1", "-o", proof)
    assert checks(house, proof)[4] == "not_checked"
    told = answer(house, "disclose", "A-1", "--fields", "payload.name, id", "--purpose", "court 17", "-o", opened)
    assert told["fields"] == ["id", "payload.name"]
    assert checks(house, proof)[4] == "passed"
    assert len(json.loads(opened.read_text())) == 2
    opened.write_text(opened.read_text().replace("W", "X", 1))
    assert checks(house, proof)[4] == "failed"
    everything = answer(house, "disclose", "A-1", "--all", "-o", opened)
    assert {"payload.phone", "loan", "subjects.0"} < set(everything["fields"])
    assert checks(house, proof)[4] == "passed"


def test_every_disclosure_is_on_record_with_its_purpose_and_without_its_content(house: House, tmp_path: Path) -> None:
    answer(house, "disclose", "A-1", "--fields", "payload.name", "--purpose", "court 17", "-o", tmp_path / "d.json")
    engine = open_engine(read_settings(house.home, {}))
    (access,) = SqlAccessLog(engine).newest(10)
    engine.dispose()
    assert (access.action, access.object, access.purpose) == ("disclose", "entry 0: payload.name", "court 17")
    assert access.who.startswith("cli:")
    assert NAME not in str(access)


def test_an_unknown_field_is_refused_with_the_list_of_names(house: House, tmp_path: Path) -> None:
    out = tmp_path / "d.json"
    told = answer(house, "disclose", "A-1", "--fields", "payload.salary", "-o", out, code=1)
    assert told["error"]["code"] == "unknown-field"
    assert "payload.salary" in told["error"]["message"]
    assert "payload.id_no, payload.name, payload.phone" in told["error"]["message"]
    assert not out.exists()
    assert run(house, "disclose", "A-1", "-o", out).exit_code == 2
    assert run(house, "disclose", "A-1", "--all", "--fields", "id", "-o", out).exit_code == 2
    assert answer(house, "disclose", "A-1", "--fields", ",", "-o", out, code=1)["error"]["code"] == "unknown-field"


def test_an_erasure_from_dry_run_to_proof(house: House, tmp_path: Path) -> None:
    proof = tmp_path / "p.tlog-proof"
    answer(house, "disclose", "A-2", "--fields", "id", "-o", tmp_path / "p.disclosures.json")
    planned = answer(house, "erase", BORROWER, "--reason", "retention-expired", "--dry-run")
    assert (planned["state"], planned["originals"], planned["blocked_by"]) == ("planned", 1, [])
    assert [event["id"] for event in planned["events"]] == ["A-1", "A-2", "A-3", "A-4"]
    assert {"kind": "disclosure", "place": "entry 1: id", "sha256": "", "known": True} in [
        {**copy, "place": copy["place"].split(" (", maxsplit=1)[0]} for copy in planned["copies"]
    ]
    erased = answer(house, "erase", BORROWER, "--reason", "retention-expired")
    assert (erased["state"], erased["erased"]) == ("erased", {"events": 4, "originals": 1, "keys": 1})
    assert erased["copies"] == planned["copies"]
    answer(house, "prove", "A-2", "-o", proof)
    assert checks(house, proof)[4] == "not_checked"  # no checkpoint holds the log's own entry of it yet
    house.evidence.publish(INSTITUTION)
    answer(house, "prove", "A-2", "-o", proof)
    assert {n: checks(house, proof)[n] for n in (1, 2, 3, 4, 5)} == {
        1: "passed",
        2: "erased",
        3: "erased",
        4: "erased",
        5: "passed",
    }
    refused = answer(house, "disclose", "A-2", "--all", "-o", tmp_path / "more.json", code=1)
    assert refused["error"]["code"] == "subject-erased"
    again = answer(house, "erase", BORROWER, "--reason", "retention-expired")
    assert again["state"] == "already-erased"


def test_a_held_loan_is_not_erased_and_says_why(house: House) -> None:
    held = answer(house, "hold", "place", LOAN, "--reason", "subpoena 17")
    assert [hold["kind"] for hold in held["holds"]] == ["hold"]
    refused = answer(house, "erase", BORROWER, "--reason", "request", code=1)
    assert refused["error"]["code"] == "legal-hold"
    assert answer(house, "retention")["counts"]["held"] == 1
    assert answer(house, "hold", "release", LOAN, "--reason", "withdrawn")["holds"] == []
    assert answer(house, "erase", BORROWER, "--reason", "request")["state"] == "erased"


def test_an_erasure_that_a_statute_forbids_restricts_says_so_and_exits_1(house: House, tmp_path: Path) -> None:
    house.take(happened("A-9", "payment.received", "2025-05-05"))
    result = run(house, "erase", BORROWER, "--reason", "request")
    assert result.exit_code == 1
    assert "Nothing was erased" in result.stderr
    assert "反洗钱法（2024）第三十四条, V" in result.stdout
    told = answer(house, "erase", BORROWER, "--reason", "request", code=1)
    assert told["state"] == "restricted"
    assert told["blocked_by"][0]["kept_until"] == "2035-05-05"
    refused = answer(house, "disclose", "A-1", "--all", "-o", tmp_path / "d.json", code=1)
    assert refused["error"]["code"] == "restricted"
    lifted = answer(house, "restrict", BORROWER, "--lift", "--reason", "court order")
    assert lifted["state"] == "unrestricted"
    assert run(house, "disclose", "A-1", "--all", "-o", tmp_path / "d.json").exit_code == 0


def test_unlocking_needs_a_reason(house: House) -> None:
    answer(house, "restrict", BORROWER, "--reason", "dispute")
    assert run(house, "restrict", BORROWER, "--lift").exit_code == 2
    assert answer(house, "restrict", BORROWER, "--lift", "--reason", " ", code=1)["error"]["code"] == "reason"


def test_the_calendar_says_what_is_due_kept_held_and_erased(house: House) -> None:
    house.take(
        *old_loan("LN-2", subject="borrower:B2", prefix="B"),
        happened("C-1", "contract.signed", "2024-01-05", loan="LN-3", subjects=["borrower:B3"]),
        happened("D-1", "application.submitted", "2026-01-05", loan="LN-4", subjects=["borrower:B4"], payload={}),
    )
    answer(house, "hold", "place", "LN-2", "--reason", "subpoena")
    told = answer(house, "retention")
    assert {line["loan"]: line["state"] for line in told["loans"]} == {
        LOAN: "due",
        "LN-2": "held",
        "LN-3": "kept",
        "LN-4": "free",
    }
    earlier = answer(house, "retention", "--as-of", "2015-03-03")
    assert {line["loan"]: line["state"] for line in earlier["loans"]}[LOAN] == "kept"
    due = next(line for line in told["loans"] if line["loan"] == LOAN)
    assert {"signature.certificate"} <= set(due["warnings"])
    assert all(duty["source"] and duty["mark"] in "VSO" for duty in due["duties"])
    answer(house, "erase", BORROWER, "--reason", "retention-expired")
    assert answer(house, "retention")["counts"]["erased"] == 1
    assert f"held  LN-2  hold since {'hold.placed'}" in run(house, "retention").stdout
