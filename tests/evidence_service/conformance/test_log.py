"""Rules over a real log: sealed, corrected, erased, restricted; decisions are events; every reading is on record."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.bootstrap import open_engine
from evidence_service.conformance.core.decision import State
from evidence_service.conformance.rulebook import load_rules
from evidence_service.conformance_service import ConformanceService
from evidence_service.errors import ConflictError, NotFoundError, StoreError
from evidence_service.settings import read_settings
from evidence_service.workflow import decide_finding
from evidence_service.workflow.decide_finding import FindingStateError, Wish
from evidence_service.workflow.erase import erase
from evidence_service.workflow.restrict import restrict
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.privacy.house import House, happened, open_house
from web.cli import main

DAY = "2024-08-01"
HOUR = "T02:03:04Z"


def loan(number: int, *events: tuple[str, str, str | None], **more: Any) -> list[dict[str, Any]]:
    """Events of a loan: type, minute, actor (None: nobody known)."""
    told = []
    for at, (kind, minute, who) in enumerate(events):
        actor = {"role": "staff", "org": "lender"} | ({} if who is None else {"id": who})
        told.append(
            happened(
                f"L{number}-{at}",
                kind,
                DAY,
                loan=f"LN-{number}",
                occurred_at=f"{DAY}T02:{minute}:00Z",
                actor=actor,
                subjects=[f"borrower:{number}"],
                **more,
            )
        )
    return told


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Four loans: a good one, one without interview, one with equal times, one by nobody."""
    mine = open_house(tmp_path / "home")
    good = loan(1, ("interview.held", "01", "M-1"), ("approval.granted", "02", "A-1"))
    without = loan(2, ("validation.performed", "01", "A-2"), ("approval.granted", "02", "A-2"))
    equal = loan(3, ("approval.granted", "05", "A-1"), ("interview.held", "05", "M-1"))
    nobody = loan(
        4, ("interview.held", "01", "M-2"), ("validation.performed", "01", None), ("approval.granted", "02", "A-1")
    )
    assert mine.take(*good, *without, *equal, *nobody) == []
    return mine


def run(house: House, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(house.home), *words])


def answer(house: House, *words: str, code: int = 0) -> Any:
    result = run(house, *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def numbers(told: Any, rule: str) -> tuple[int, int, int, int]:
    (one,) = [one for one in told["rules"] if one["id"] == rule]
    return one["population"], one["breaches"], one["unordered"], one["unknown"]


def test_the_command_says_population_breaches_unordered_and_unknown_of_each_rule(house: House) -> None:
    told = answer(house, "audit", "rules", "--rules", "lending", "--institution", INSTITUTION)
    assert list(told["rules"][0])[:5] == ["id", "population", "breaches", "unordered", "unknown"]
    assert (told["loans"], told["events"]) == (4, 9)
    assert numbers(told, "interview-or-visit-before-approval") == (4, 1, 1, 0)
    assert numbers(told, "approver-did-not-validate") == (2, 1, 0, 1)
    assert numbers(told, "clause-notice-before-signature") == (0, 0, 0, 0)
    (rule,) = [one for one in told["rules"] if one["id"] == "interview-or-visit-before-approval"]
    assert [(one["verdict"], one["loan"]) for one in rule["findings"]] == [("breach", "LN-2"), ("unordered", "LN-3")]
    assert rule["findings"][0]["events"] == [{"index": 3, "id": "L2-1"}]
    assert "A-2" not in json.dumps(told)  # who did it is shown on request only


def test_the_same_file_gives_the_same_numbers_without_an_instance(house: House, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(one) + "\n" for one in loan(9, ("approval.granted", "01", "A"))) + "{broken\n")
    result = CliRunner().invoke(
        main, ["--home", str(tmp_path / "none"), "audit", "rules", "--events", str(file), "--json"]
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["loans"], told["events"], told["rejected"]) == (1, 1, 1)
    assert numbers(told, "interview-or-visit-before-approval") == (1, 1, 0, 0)
    assert not (tmp_path / "none").exists()


def test_show_opens_events_with_who_did_them_and_how_they_are_proven(house: House) -> None:
    house.evidence.publish(INSTITUTION)
    rule = "approver-did-not-validate"
    told = answer(house, "audit", "rules", "--rule", rule, "--show")
    breach = told["shown"][0]
    assert [one["actor"] for one in breach["events"]] == ["A-2", "A-2"]
    assert [one["index"] for one in breach["events"]] == [2, 3]
    assert all(one["checkpoint"] >= 9 and one["anchored"] is None for one in breach["events"])
    assert all(len(one["leaf_hash"]) == 64 for one in breach["events"])
    shown = run(house, "audit", "rules", "--rule", rule, "--show", "--lang", "zh")
    assert "审批人不是审核人" in shown.output
    assert "proofdocket prove L2-1" in shown.output


def test_every_reading_is_on_record_before_and_names_nobody(house: House) -> None:
    answer(house, "audit", "rules", "--rule", "approver-did-not-validate", "--show")
    answer(house, "audit", "posts", "--show", "A-2")
    engine = open_engine(read_settings(house.home, {}))
    found = SqlAccessLog(engine).newest(10)
    engine.dispose()
    assert [one.action for one in found] == ["conformance"] * len(found)
    assert [one.object for one in found[:3]] == [
        "every loan",
        "loan LN-2: rule approver-did-not-validate",
        "loan LN-4: rule approver-did-not-validate",
    ]
    assert found[3].object.startswith("person ")
    assert "A-2" not in str(found)


def test_a_finding_is_assigned_dismissed_closed_and_found_again(house: House) -> None:
    (one,) = answer(house, "audit", "findings", "list", "--rule", "approver-did-not-validate")["findings"]
    name = one["finding"][:12]
    assert one["state"] == "open"
    told = answer(house, "audit", "findings", "assign", name, "--to", "CO-7", "--due", "2026-12-01", "--by", "CO-1")
    assert told["state"] == "assigned"
    again = answer(house, "audit", "findings", "assign", name, "--to", "CO-7", "--due", "2026-12-01", "--by", "CO-1")
    assert again["event"] is None
    answer(house, "audit", "findings", "dismiss", name, "--reason", "leave cover", "--by", "CO-7")
    refused = answer(house, "audit", "findings", "close", name, "--reason", "talked", "--by", "CO-7", code=1)
    assert refused["error"]["code"] == "finding-state"
    answer(house, "audit", "findings", "assign", name, "--to", "CO-8", "--by", "CO-1")
    answer(house, "audit", "findings", "close", name, "--reason", "duties were parted", "--by", "CO-8")
    (now,) = answer(house, "audit", "findings", "list", "--state", "closed")["findings"]
    assert (now["finding"], now["decision"]["reason"]) == (one["finding"], "duties were parted")
    assert house.types("LN-2")[2:] == ["finding.assigned", "finding.dismissed", "finding.assigned", "finding.closed"]
    told = answer(house, "audit", "rules", "--rule", "approver-did-not-validate")
    assert numbers(told, "approver-did-not-validate") == (2, 1, 0, 1)  # a decision changes no verdict


def test_a_decision_needs_a_reason_and_one_finding(house: House) -> None:
    assert (
        answer(house, "audit", "findings", "dismiss", "ab" * 6, "--reason", "x", code=1)["error"]["code"] == "not-found"
    )
    (one,) = answer(house, "audit", "findings", "list", "--rule", "approver-did-not-validate")["findings"]
    said = answer(house, "audit", "findings", "dismiss", one["finding"], "--reason", "two\nlines", code=1)
    assert said["error"]["code"] == "reason"


def test_a_decision_that_the_log_did_not_answer_is_said_again_without_doubling(house: House) -> None:
    door = ConformanceService(house.evidence, "test")
    looked = door.evaluate(INSTITUTION, load_rules("lending"))
    (found,) = [
        one
        for tally in looked.result.tallies
        for one in tally.findings
        if one.rule.id == "approver-did-not-validate" and one.verdict == "breach"
    ]
    wish = Wish(State.DISMISSED, "CO-1", "leave cover")

    def lost(events: Any) -> Any:
        house.evidence.submit(events)
        raise ConnectionError("the answer was lost")

    with pytest.raises(ConnectionError):
        decide_finding.decide(found, None, wish, INSTITUTION, lost, house.evidence.now())
    # Whoever asks again with what he knew before, and whoever looked again: both find it said.
    decide_finding.decide(found, None, wish, INSTITUTION, house.evidence.submit, house.evidence.now())
    again = door.evaluate(INSTITUTION, load_rules("lending"))
    assert door.decide(again, found.digest, wish)[1] is None
    assert house.types("LN-2").count("finding.dismissed") == 1
    assert again.decisions[found.digest].person == "CO-1"


def test_a_decision_that_did_not_reach_the_log_leaves_the_finding_open(house: House) -> None:
    door = ConformanceService(house.evidence, "test")
    looked = door.evaluate(INSTITUTION, load_rules("lending"))
    found = looked.result.tallies[0].findings[0]

    def away(_: Any) -> Any:
        raise ConnectionError("nobody there")

    with pytest.raises(ConnectionError):
        decide_finding.decide(found, None, Wish(State.CLOSED, "CO-1", "done"), INSTITUTION, away, house.evidence.now())
    assert found.digest not in door.evaluate(INSTITUTION, load_rules("lending")).decisions
    assert FindingStateError.code == "finding-state"
    with pytest.raises(NotFoundError):
        door.finding(looked, found.digest[:4])
    assert issubclass(FindingStateError, ConflictError)


def test_a_corrected_event_cures_a_breach_and_as_declared_shows_it(house: House) -> None:
    early = loan(5, ("approval.granted", "01", "A-1"), ("interview.held", "09", "M-1"))
    cure = early[1] | {"id": "L5-C", "corrects": "L5-1", "occurred_at": f"{DAY}T02:00:00Z"}
    assert house.take(*early, cure) == []
    rule = "interview-or-visit-before-approval"
    assert numbers(answer(house, "audit", "rules", "--rule", rule), rule) == (5, 1, 1, 0)
    assert numbers(answer(house, "audit", "rules", "--rule", rule, "--as-declared"), rule) == (5, 2, 1, 0)


def test_restricted_loans_are_left_out_and_erased_events_are_unknown(house: House) -> None:
    rule = "approver-did-not-validate"
    restrict("borrower:2", "dispute", house.doors)
    told = answer(house, "audit", "rules", "--rule", rule)
    assert told["restricted_loans"] == 1
    assert numbers(told, rule) == (1, 0, 0, 1)
    old = [
        one | {"occurred_at": one["occurred_at"].replace("2024", "2003")}
        for one in loan(6, ("validation.performed", "01", "A-3"), ("approval.granted", "02", "A-3"))
    ]
    house.take(*old)
    assert numbers(answer(house, "audit", "rules", "--rule", rule), rule) == (2, 1, 0, 1)
    erase("borrower:6", "retention-expired", house.doors)
    told = answer(house, "audit", "rules", "--rule", rule)
    assert numbers(told, rule) == (2, 0, 0, 2)
    assert told["erased"] == 2


def test_a_history_with_a_gap_is_an_error_not_a_finding(house: House) -> None:
    with closing(sqlite3.connect(house.home / "proofdocket.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM event WHERE event_id = 'L2-0'")
        database.commit()
    door = ConformanceService(open_house(house.home).evidence, "test")
    with pytest.raises(StoreError, match="is missing"):
        door.evaluate(INSTITUTION, load_rules("lending"))
