"""Changing rules: a second person, exactly the bytes that were read, an event, and no silent file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.errors import NotFoundError
from evidence_service.settings import read_settings
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.rule_folder import RuleFolder, RulesUnapprovedError
from litigation.rulebook import load_rules
from tests.litigation.corrections.conftest import Lender, open_lender
from tests.litigation.debt.test_debt_command import O4
from web.cli import main
from web.init_command import SAMPLE

RULE = """
["cap.costs_outside"]
title = "costs outside the cap"
continuous = true
[["cap.costs_outside".entry]]
from = 2007-04-01
source = "memo of counsel, 2026-11-01"
mark = "S"
words = ["court_fee", "attorney_fee"]
"""
DIGEST = sha256(RULE.encode()).hexdigest()


@pytest.fixture
def lender(tmp_path: Path) -> Iterator[Lender]:
    opened = open_lender(tmp_path / "home")
    opened.litigation.evidence.add_institution(SAMPLE)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(RULE, encoding="utf-8")
    return path


def run(lender: Lender, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(lender.home), *words])


def answer(lender: Lender, *words: str) -> Any:
    return json.loads(run(lender, *words, "--json").stdout)


def propose(lender: Lender, file: Path) -> None:
    assert run(lender, "rules", "propose", str(file), "--by", "Wu Min").exit_code == 0


def approve(lender: Lender, person: str = "Li Na", digest: str = DIGEST) -> Any:
    return answer(lender, "rules", "approve", "own.toml", "--by", person, "--sha256", digest)


def test_a_change_is_in_force_after_a_second_person_approved_it_and_its_event_is_in_the_log(
    lender: Lender, file: Path, tmp_path: Path
) -> None:
    loan = tmp_path / "loan.json"
    loan.write_text(json.dumps(O4), encoding="utf-8")
    propose(lender, file)
    assert answer(lender, "debt", str(loan))["rules_digest"] == load_rules().digest  # it waits
    done = approve(lender)
    assert lender.litigation.evidence.event(done["event"], SAMPLE).type == "rules.approved"
    told = answer(lender, "debt", str(loan))
    assert told["rules_digest"] == done["rules_digest"] != load_rules().digest
    (used,) = (rule for rule in told["rules_used"] if rule["rule"] == "cap.costs_outside")
    assert (used["source"], used["mark"]) == ("memo of counsel, 2026-11-01", "S")
    shown = answer(lender, "rules", "show", "--rule", "cap.costs_outside")
    assert [rule["value"] for rule in shown["rules"]] == ["court_fee attorney_fee"]
    assert [(one["proposed_by"], one["approved_by"]) for one in shown["approved"]] == [("Wu Min", "Li Na")]
    assert shown["waiting"] == []


@pytest.mark.parametrize(
    ("person", "digest", "why"),
    [("Wu Min", DIGEST, "a second person"), (" wu min ", DIGEST, "a second person"), ("Li Na", "0" * 64, "SHA-256")],
)
def test_the_same_person_or_another_file_is_refused(
    lender: Lender, file: Path, person: str, digest: str, why: str
) -> None:
    propose(lender, file)
    refused = approve(lender, person, digest)["error"]
    assert refused["code"] == "rule-change"
    assert why in refused["message"]
    assert RuleFolder(lender.home).rules().digest == load_rules().digest


def test_a_proposal_that_changed_since_it_was_read_is_refused(lender: Lender, file: Path) -> None:
    propose(lender, file)
    waiting = lender.home / "rules" / "proposed" / "own.toml"
    waiting.write_text(RULE.replace('"attorney_fee"', '"x"'), encoding="utf-8")
    assert "changed since" in approve(lender)["error"]["message"]


def test_a_malformed_file_is_not_even_proposed(lender: Lender, file: Path) -> None:
    file.write_text(RULE.replace("source", "sauce"), encoding="utf-8")
    refused = answer(lender, "rules", "propose", str(file), "--by", "Wu Min")["error"]
    assert refused["code"] == "rulebook"
    assert answer(lender, "rules", "show")["waiting"] == []


def test_a_file_that_nobody_approved_or_that_changed_afterwards_stops_every_calculation_by_name(
    lender: Lender, file: Path, tmp_path: Path
) -> None:
    loan = tmp_path / "loan.json"
    loan.write_text(json.dumps(O4), encoding="utf-8")
    folder = lender.home / "rules"
    folder.mkdir()
    (folder / "own.toml").write_text(RULE, encoding="utf-8")
    refused = answer(lender, "debt", str(loan))["error"]
    assert refused["code"] == "rules-unapproved"
    assert "own.toml" in refused["message"]
    (folder / "own.toml").unlink()
    propose(lender, file)
    approve(lender)
    (folder / "own.toml").write_text(RULE + "\n", encoding="utf-8")
    assert answer(lender, "debt", str(loan))["error"]["code"] == "rules-unapproved"


def test_packages_refuse_an_approval_that_is_not_in_the_log(lender: Lender, file: Path, tmp_path: Path) -> None:
    """The file beside the rules is easily written by one hand; the log is not."""
    propose(lender, file)
    approve(lender)
    other = open_lender(tmp_path / "other")
    try:
        other.litigation.evidence.add_institution(SAMPLE)
        (lender.home / "rules").rename(other.home / "rules")
        assert RuleFolder(other.home).rules().digest != load_rules().digest
        with pytest.raises(RulesUnapprovedError, match="log"):
            other.litigation.rules()
    finally:
        other.engine.dispose()


def test_a_crash_between_event_and_file_is_finished_by_approving_again(
    lender: Lender, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(lender, file)
    with monkeypatch.context() as crash:
        crash.setattr(RuleFolder, "install", _crash)
        run(lender, "rules", "approve", "own.toml", "--by", "Li Na", "--sha256", DIGEST)
    assert RuleFolder(lender.home).rules().digest == load_rules().digest
    done = approve(lender)
    assert RuleFolder(lender.home).rules().digest == done["rules_digest"]
    assert len(lender.litigation.evidence.store.events_of_loan(SAMPLE, "proofdocket:rules")) == 1


def test_where_the_log_did_not_take_the_event_nothing_is_in_force(
    lender: Lender, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(lender, file)
    with monkeypatch.context() as broken:
        broken.setattr(EventJournal, "write", _crash)
        assert run(lender, "rules", "approve", "own.toml", "--by", "Li Na", "--sha256", DIGEST).exit_code != 0
    assert RuleFolder(lender.home).rules().digest == load_rules().digest
    settings = read_settings(lender.home, {})
    engine = open_engine(settings)
    try:
        with pytest.raises(NotFoundError):
            open_evidence(settings, engine).event(RuleFolder(lender.home).waiting()[0].event_id, SAMPLE)
    finally:
        engine.dispose()


def _crash(*_: object) -> None:
    raise OSError("the power went")
