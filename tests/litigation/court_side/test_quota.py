"""One filer does not stand in the way of the others: requests, bytes, filings that wait."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence_service.core.canonical import canonical_bytes
from litigation.court_side.api.app import create_intake
from litigation.court_side.api.window import RequestWindow
from litigation.court_side.core.quota import OwnQuota, QuotaError, to_midnight
from tests.litigation.court_side.desk import CourtDesk, package


@pytest.fixture
def desk(tmp_path: Path) -> CourtDesk:
    return CourtDesk(tmp_path / "court")


def ask(desk: CourtDesk, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any], int]:
    client = desk.__dict__.setdefault("client", create_intake(desk.court, testing=True).test_client())
    answer = client.open(path, method=method, data=body, headers={"Authorization": f"Bearer {desk.key}"})
    return answer.status_code, json.loads(answer.data), int(answer.headers.get("Retry-After", 0))


def test_requests_over_the_limit_of_a_minute_are_told_when_to_come_again(desk: CourtDesk) -> None:
    desk.court.limit_filer(desk.filer.id, OwnQuota(requests_per_minute=3))
    for _ in range(3):
        assert ask(desk, "GET", "/entries")[0] == 200
    status, answer, later = ask(desk, "GET", "/entries")
    assert (status, answer["code"]) == (429, "too-many-requests")
    assert 1 <= later <= 60
    assert ask(desk, "GET", "/court")[0] == 200, "the court's description asks for nothing"


def test_the_window_forgets_after_a_minute_and_counts_callers_apart() -> None:
    time = [0.0]
    window = RequestWindow(lambda: time[0])
    assert [window.must_wait("a", 2) for _ in range(3)] == [0, 0, 60]
    assert window.must_wait("b", 2) == 0
    time[0] = 59.5
    assert window.must_wait("a", 2) == 1
    time[0] = 60.5
    assert window.must_wait("a", 2) == 0


def test_bytes_of_a_day_are_counted_also_those_that_came_to_nothing(desk: CourtDesk) -> None:
    raw = package("lender", "sample-cf:L1")
    desk.court.limit_filer(desk.filer.id, OwnQuota(bytes_per_day=len(raw) + 100))
    wrong = sha256(b"another").hexdigest()
    assert ask(desk, "PUT", f"/packages/{wrong}", raw[:90])[0] == 400
    assert ask(desk, "PUT", f"/packages/{sha256(raw).hexdigest()}", raw)[0] == 201
    status, answer, later = ask(desk, "PUT", f"/packages/{wrong}", b"x" * 11)
    assert (status, answer["code"]) == (429, "quota-reached")
    assert "room for 10 more bytes" in answer["detail"]
    assert 1 <= later <= 24 * 3600
    assert ask(desk, "PUT", f"/filings/0x{'1' * 64}", b"{}")[0] == 400, "letters are no packages"


def test_a_body_that_announces_nothing_is_cut_where_the_day_is_full(desk: CourtDesk) -> None:
    filer, _key = desk.court.add_filer("另一家", "other-cf", "91350000TEST000018", OwnQuota(bytes_per_day=10))
    with pytest.raises(QuotaError, match="limit of bytes"):
        desk.court.take_package("0" * 64, iter([b"12345", b"67890", b"1"]), None, filer)
    assert not list((desk.home / "court").rglob(".*"))
    with pytest.raises(QuotaError, match="room for 0 more bytes"):
        desk.court.take_package("0" * 64, iter([b"1"]), None, filer)


def test_filings_that_wait_for_their_examination_hold_back_new_ones_but_no_repeats(desk: CourtDesk) -> None:
    desk.court.limit_filer(desk.filer.id, OwnQuota(packages_waiting=1))
    raw, other = package("lender", "sample-cf:L1"), package("second", "sample-cf:L2")
    desk.bring(raw)
    desk.bring(other)
    letter, second = desk.letter(raw, "sample-cf:L1"), desk.letter(other, "sample-cf:L2")
    assert desk.hand_in(letter).created
    path = f"/filings/{second['filing_id']}"
    status, answer, later = ask(desk, "PUT", path, canonical_bytes(second))
    assert (status, answer["code"], later) == (429, "quota-reached", 30)
    third = package("third", "sample-cf:L3")
    assert ask(desk, "PUT", f"/packages/{sha256(third).hexdigest()}", third)[0] == 429
    assert ask(desk, "PUT", f"/packages/{sha256(raw).hexdigest()}", raw)[0] == 200
    assert not desk.hand_in(letter).created
    assert desk.court.examine_waiting() == []
    assert ask(desk, "PUT", path, canonical_bytes(second))[0] == 201


def test_the_day_ends_at_the_court_s_midnight() -> None:
    assert to_midnight(datetime(2026, 11, 22, 15, 59, 0, tzinfo=UTC)) == 60
    assert to_midnight(datetime(2026, 11, 22, 16, 0, 0, tzinfo=UTC)) == 24 * 3600
