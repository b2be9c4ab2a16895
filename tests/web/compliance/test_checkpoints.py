"""Timeline and consistency: what vouches for a checkpoint, and a log that was changed underneath."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from evidence_service.adapters.audit_reader import TimelineRow
from evidence_service.core.reasons import CheckState
from evidence_service.database import writing
from tests.web.legal.conftest import LENDER, Lender, client_of
from web import compliance_checkpoints
from web.chart_latency import Interval, interval_chart, latency_chart
from web.compliance_checkpoints import compare, waited

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ROW = TimelineRow(5, 5, "ab" * 32, NOON, "note", 0, 0, None, "mined", "0x1", 7, NOON + timedelta(seconds=9.75))


def sizes(lender: Lender) -> tuple[int, int]:
    found = lender.instance.compliance.reader.timeline(LENDER, None, 10)
    return found[-1].size, found[0].size


def test_the_timeline_adds_up_and_says_what_is_missing(reader: Lender, officer: FlaskClient) -> None:
    rows = reader.instance.compliance.reader.timeline(LENDER, None, 10)
    assert len(rows) == 2
    assert sum(row.added for row in rows) == rows[0].size
    below = reader.instance.compliance.reader.timeline(LENDER, rows[0].size, 10)
    assert [row.size for row in below] == [rows[1].size]
    page = officer.get("/compliance/checkpoints").text
    for said in ("No witness is configured", "No timestamp authority is configured", "Waiting for the chain: 2"):
        assert said in page


def test_a_wait_is_by_the_chains_clock_to_the_second_and_never_negative() -> None:
    assert waited(ROW) == timedelta(seconds=10)
    assert waited(replace(ROW, block_time=NOON - timedelta(seconds=3))) == timedelta(0)
    assert waited(replace(ROW, block_time=None)) is None


def test_two_dates_are_compared_with_signatures_proof_and_entries(reader: Lender, officer: FlaskClient) -> None:
    old, new = sizes(reader)
    today = datetime.now(UTC).date() + timedelta(days=1)
    page = officer.get(f"/compliance/consistency?since={today}&until={today}").text
    assert f"Consistent: {new:,} only adds to {new:,}" in page
    page = officer.get(f"/compliance/consistency?from={new}&to={old}").text
    assert f"Consistent: {new:,} only adds to {old:,}" in page
    assert page.count("state-passed") == 4
    assert (
        "There is no checkpoint on or before that date" in officer.get("/compliance/consistency?since=2001-01-01").text
    )
    assert "no checkpoint of that size" in officer.get("/compliance/consistency?from=1&to=2").text
    assert officer.get("/compliance/consistency?since=yesterday").status_code == 400


def test_entries_that_are_too_many_for_a_page_are_not_checked_and_never_passed(
    officer: FlaskClient, reader: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compliance_checkpoints, "HASHED_HERE", 1)
    old, new = sizes(reader)
    page = officer.get(f"/compliance/consistency?from={old}&to={new}").text
    assert "Not everything was checked" in page
    assert page.count("state-passed") == 3
    assert f"audit consistency --from {old} --to {new}" in page


def test_a_changed_entry_is_failed_on_the_page(lender: Lender) -> None:
    with writing(lender.engine) as connection:
        connection.execute(text("DROP TRIGGER entry_no_update"))
        connection.execute(text("UPDATE entry SET leaf = :leaf WHERE idx = 3"), {"leaf": b"another leaf"})
    old, new = sizes(lender)
    page = client_of(lender, "compliance").get(f"/compliance/consistency?from={old}&to={new}").text
    assert "Not consistent" in page
    assert "state-failed" in page


def test_a_note_that_somebody_else_signed_is_failed(reader: Lender) -> None:
    desk = reader.instance.compliance
    log = next(one for one in reader.instance.logs() if one.institution == LENDER)
    found = desk.evidence.store.checkpoints(LENDER, 2)
    forged = replace(found[0], note=found[1].note)
    lines = compare(desk, log, found[1], forged).lines
    assert [line.state for line in lines] == [
        CheckState.PASSED,
        CheckState.FAILED,
        CheckState.PASSED,
        CheckState.PASSED,
    ]


def test_drawings_hold_what_was_measured() -> None:
    drawn = latency_chart([("5", 10.0), ("9", 0.0)])
    assert drawn is not None
    assert len(drawn.bars) == 2
    assert drawn.bars[0].height > drawn.bars[1].height > 0
    assert latency_chart([("5", 0.0)]) is None
    one = Interval("A", 0.5, 0.25, 0.75, None, True, False)
    chart = interval_chart([one, replace(one, share=0.0, low=0.0)])
    assert chart is not None
    assert chart.whiskers[0].low < chart.whiskers[0].point < chart.whiskers[0].high <= chart.right
    assert chart.whiskers[1].point == chart.left
    assert interval_chart([]) is None
