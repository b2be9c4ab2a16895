"""The examination in the background: after the receipt, once, however often its program ends."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from litigation.court_side.core.sheet import Outline
from litigation.court_side.core.submission import SubmissionState
from litigation.court_side.ports import StoredAttempt
from litigation.court_side.service import CourtService
from litigation.court_side.workflow.examine import MOST_ATTEMPTS
from tests.litigation.court_side.desk import PAPERS, CourtDesk
from web.court_keeper import CourtKeeper


@pytest.fixture
def desk(tmp_path: Path) -> CourtDesk:
    return CourtDesk(tmp_path / "court")


def dying(court: CourtService) -> CourtService:
    """The court in a program that is ended while it reads the papers."""

    def read(_pdf: bytes) -> Outline:
        raise KeyboardInterrupt

    return CourtService(replace(court.doors, outline=read), bytes)


def test_what_was_received_is_examined_once_and_its_sheet_says_what_was_read(desk: CourtDesk) -> None:
    filing_id = desk.receive("lender", "sample-cf:L1")
    assert desk.court.sheet(filing_id) is None
    assert desk.trusting("lender").examine_waiting() == []
    found = desk.court.submission(filing_id)
    assert (found.state, found.result, found.flags) == (SubmissionState.EXAMINED, "passed", "")
    assert (found.due_on, found.due_what) == (
        (found.received_at + timedelta(days=7, hours=8)).date().isoformat(),
        "answer",
    )
    sheet = desk.court.sheet(filing_id)
    assert sheet is not None
    assert [(one.title, one.page) for one in sheet.documents] == [
        ("民事起诉状", 1),
        ("证据清单", 2),
        (PAPERS[2].replace("　", " "), 3),
    ]
    assert [check["n"] for check in sheet.checks] == list(range(1, 11))
    assert {check["state"] for check in sheet.checks if check["n"] in (7, 8)} == {"not_checked"}
    assert sheet.facts["claim.total"] == ("81878.93", "derived")
    before = len(desk.court.entries(filing_id))
    desk.court.examine(filing_id)
    assert len(desk.court.entries(filing_id)) == before


def test_a_filing_whose_examination_ends_its_program_is_tried_again_and_then_set_aside(desk: CourtDesk) -> None:
    bad, good = desk.receive("lender", "sample-cf:L1"), desk.receive("second", "sample-cf:L2")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with pytest.raises(KeyboardInterrupt):
            dying(desk.court).examine(bad)
        found = desk.court.attempt(bad)
        assert found is not None
        assert found.attempts == attempt
        assert bad not in desk.court.next_unexamined(9), "not at once again"
        desk.court.doors.store.set_attempt(replace(found, next_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert desk.court.next_unexamined(9) == [good], "it stands in nobody's way"
    assert len(desk.court.entries(bad)) == 1
    desk.court.examine_again(bad)
    assert set(desk.court.next_unexamined(9)) == {bad, good}
    assert desk.court.examine_waiting() == []
    assert desk.court.submission(bad).state is SubmissionState.EXAMINED


def test_a_package_that_is_lost_on_the_disk_says_so_and_stops_no_other(desk: CourtDesk) -> None:
    lost, good = desk.receive("lender", "sample-cf:L1"), desk.receive("second", "sample-cf:L2")
    digest = desk.court.submission(lost).package_sha256
    (desk.home / "court" / "packages" / digest[:2] / f"{digest}.zip").unlink()
    ((filing_id, problem),) = desk.court.examine_waiting()
    assert filing_id == lost
    assert "not on the disk any more" in problem
    known = desk.court.attempt(lost)
    assert known is not None
    assert known.problem == problem
    assert desk.court.submission(good).state is SubmissionState.EXAMINED


def test_a_decision_while_the_examination_runs_is_not_overwritten(desk: CourtDesk) -> None:
    filing_id = desk.receive("lender", "sample-cf:L1")

    def decided_meanwhile(_pdf: bytes) -> Outline:
        desk.court.record(filing_id, "refused", {"ruling": "refused", "reason": "不属于本院管辖"}, "clerk")
        return Outline(0, ())

    CourtService(replace(desk.court.doors, outline=decided_meanwhile), bytes).examine(filing_id)
    assert desk.court.submission(filing_id).state is SubmissionState.REFUSED
    assert [one.kind for one in desk.court.entries(filing_id)] == ["received", "refused"]


def test_the_keeper_starts_the_program_again_after_it_was_killed(desk: CourtDesk) -> None:
    keeper = CourtKeeper(desk.home)
    first = desk.receive("lender", "sample-cf:L1")
    keeper.start()
    try:
        examined(desk, first)
        child = keeper._process
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        examined(desk, desk.receive("second", "sample-cf:L2"))
    finally:
        keeper.stop()
    assert keeper._process is not None
    assert keeper._process.poll() is not None
    assert keeper._process.pid != child.pid


def examined(desk: CourtDesk, filing_id: str) -> None:
    deadline = time.monotonic() + 180
    while desk.court.submission(filing_id).state is SubmissionState.RECEIVED:
        assert time.monotonic() < deadline, "nobody examined it"
        time.sleep(0.05)


def test_the_board_s_day_follows_the_entries(desk: CourtDesk) -> None:
    filing_id = desk.receive("lender", "sample-cf:L1")
    desk.court.examine_waiting()

    def entered(kind: str, **detail: object) -> tuple[str, str]:
        desk.court.record(filing_id, kind, detail, "clerk")
        found = desk.court.submission(filing_id)
        return found.due_what, found.due_on

    assert entered("accepted") == ("", "9999-12-31")
    assert entered("fee_notice", amount="910.00", due_on="2199-01-07") == ("fee", "2199-01-07")
    assert entered("hearing", at="2199-01-05T17:30:00Z", place="x") == ("hearing", "2199-01-06"), "a day of the court"
    assert entered("preserved", until="2199-01-01") == ("preservation", "2199-01-01")
    assert entered("evidence_period", until="1999-01-01") == ("preservation", "2199-01-01"), "what is over is over"
    assert entered("fee_paid", amount="910.00", on="2026-11-22")[0] == "preservation"
    assert entered("closed", reason="x") == ("", "9999-12-31")


def test_a_return_waits_for_its_cure(desk: CourtDesk) -> None:
    filing_id = desk.receive("lender", "sample-cf:L1")
    desk.court.record(filing_id, "returned", {"defects": ["x"], "cure_by": "2199-02-03", "reasons": ["claim"]}, "clerk")
    found = desk.court.submission(filing_id)
    assert (found.due_what, found.due_on) == ("cure", "2199-02-03")
    line = json.loads(desk.court.entries(filing_id)[-1].note.split("\n")[1])
    assert line["detail"]["reasons"] == ["claim"]
    assert desk.court.answer_of(filing_id) is None, "without a registry the signed entry is the answer"
    assert desk.court.answer() == []


def test_an_attempt_is_not_begun_for_what_was_examined(desk: CourtDesk) -> None:
    filing_id = desk.receive("lender", "sample-cf:L1")
    desk.court.doors.store.set_attempt(StoredAttempt(filing_id, 1, "x", datetime(2026, 1, 1, tzinfo=UTC)))
    desk.court.examine(filing_id)
    desk.court.examine(filing_id)
    known = desk.court.attempt(filing_id)
    assert known is not None
    assert known.attempts == 2
