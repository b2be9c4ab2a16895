"""The environment of capture: observed, kept, and shown only for what was captured after it."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from evidence_service.adapters import observed_environment
from evidence_service.adapters.observed_environment import build_digest, clock_state, observe, self_check
from evidence_service.adapters.sql_environments import SqlEnvironments
from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.core.environment import Answer, SelfCheck, in_force, parse_environment
from evidence_service.errors import MalformedInputError
from evidence_service.settings import read_settings
from tests.evidence_service.examples import INSTITUTION, event_value

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_an_observation_survives_its_text_and_names_no_person() -> None:
    seen = observe(NOON, "ab12")
    assert parse_environment(seen.text()) == seen
    assert seen.session == f"process {os.getpid()}, account {os.getuid()}, ab12"
    assert seen.clock in Answer
    assert len(seen.build_digest) == 64


def test_the_same_surroundings_have_the_same_digest_in_another_session() -> None:
    seen = observe(NOON, "ab12")
    assert seen.digest == observe(NOON + timedelta(days=1), "other").digest
    assert seen.digest != replace(seen, host="elsewhere").digest


@pytest.mark.parametrize(
    "change", [('"v":1', '"v":2'), ('"clock":"', '"clock":"very '), ('"self_check":{', '"self_check":{"x":"y",')]
)
def test_an_observation_out_of_form_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(MalformedInputError):
        parse_environment(observe(NOON, "ab12").text().replace(*change))


def test_one_changed_byte_of_the_program_changes_its_digest(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "notes.txt").write_text("no part of the program\n")
    before = build_digest(tmp_path)
    (tmp_path / "notes.txt").write_text("changed\n")
    assert build_digest(tmp_path) == before
    (tmp_path / "a.py").write_text("x = 2\n")
    assert build_digest(tmp_path) != before


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"LD_PRELOAD": "/x.so"}, "no-code-injected"),
        ({"PYTHONPATH": "/x"}, "no-code-injected"),
        ({"https_proxy": "x"}, "no-proxy"),
    ],
)
def test_what_could_meddle_is_found(environ: dict[str, str], name: str) -> None:
    assert SelfCheck(name, Answer.BAD) in self_check(environ)
    assert SelfCheck(name, Answer.GOOD) in self_check({})


def test_files_that_anybody_may_write_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.setattr(observed_environment, "PACKAGE", tmp_path)
    assert SelfCheck("code-not-writable-by-others", Answer.GOOD) in self_check({})
    (tmp_path / "a.py").chmod(0o666)
    assert SelfCheck("code-not-writable-by-others", Answer.BAD) in self_check({})


def test_a_debugger_inside_python_is_found() -> None:
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert SelfCheck("no-debugger", Answer.BAD) in self_check({})
    finally:
        sys.settrace(before)


def test_a_system_that_cannot_say_whether_its_clock_is_right_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> object:
        raise OSError("no such library")

    assert clock_state() in Answer
    monkeypatch.setattr(ctypes, "CDLL", nothing)
    assert clock_state() is Answer.UNKNOWN


def test_clean_is_good_only_if_everything_is() -> None:
    seen = observe(NOON, "x")
    good, bad, unknown = (SelfCheck(str(answer), answer) for answer in (Answer.GOOD, Answer.BAD, Answer.UNKNOWN))
    assert replace(seen, self_check=(good,)).clean is Answer.GOOD
    assert replace(seen, self_check=(good, unknown)).clean is Answer.UNKNOWN
    assert replace(seen, self_check=(good, unknown, bad)).clean is Answer.BAD
    assert replace(seen, self_check=()).clean is Answer.UNKNOWN


def test_each_capture_has_the_newest_observation_before_it() -> None:
    first, second, third = (replace(observe(NOON, "x"), observed_at=NOON + timedelta(days=day)) for day in range(3))
    captures = [NOON - timedelta(days=1), NOON + timedelta(hours=1), NOON + timedelta(days=2, hours=1)]
    assert in_force([first, second, third], captures) == [first, third]
    assert in_force([], captures) == []


def test_observations_are_kept_in_their_order(engine: Engine) -> None:
    store = SqlEnvironments(engine)
    seen = [replace(observe(NOON, "x"), observed_at=NOON + timedelta(days=day)) for day in range(2)]
    for one in seen:
        store.add(one)
    assert store.all() == seen


def test_a_process_looks_once_before_its_first_capture(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {})
    service = open_evidence(settings, open_engine(settings))
    service.add_institution(INSTITUTION)
    assert service.environments() == []
    for number in range(2):
        receipt = service.submit([event_value(id=f"E-{number}")])[0]
        assert receipt.state == "accepted"
    assert len(service.environments()) == 1
    assert service.environments()[0].observed_at <= service.event("E-0").captured_at
