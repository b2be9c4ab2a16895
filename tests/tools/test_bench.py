"""The measurements run in a tiny size and print every row; what they found is no verdict of a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evidence_service.core.event import parse_event
from tools.bench import GROUPS, main
from tools.bench_events import LINE_BYTES, event_lines
from tools.bench_rounds import take_turns
from tools.bench_row import Row, Target, Verdict, later, number_text
from tools.bench_table import table_lines

ROOT = Path(__file__).resolve().parents[2]
NAMES = [name for group in GROUPS for name in group.rows]
AT_LEAST_TEN = Target("≥ 10", 10)


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.bench", "--tiny", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def rows_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return rows


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The rows of one tiny run of everything."""
    return rows_of(bench("--json"))


@pytest.mark.chain
def test_a_tiny_run_measures_every_row_or_says_why_there_is_nothing_to_measure(rows: list[dict[str, Any]]) -> None:
    assert [row["name"] for row in rows] == NAMES
    for row in rows:
        if row["measured"] is None:
            assert row["verdict"] == Verdict.LATER or (row["verdict"] == Verdict.NOT_MEASURED and row["note"])
        else:
            assert row["measured"] > 0
            assert row["unit"]


@pytest.mark.chain
def test_a_tiny_run_meets_no_target_that_asks_for_more(rows: list[dict[str, Any]]) -> None:
    asked = [row for row in rows if row["name"] in ("anchor-gas", "batch", "verify-packages")]
    assert len(asked) == 3
    assert all(row["lacks"] and row["verdict"] == Verdict.NOT_YET for row in asked)


def test_the_table_names_measured_yardstick_ratio_target_and_verdict() -> None:
    done = bench("--only", "hashing")
    assert done.returncode == 0, done.stderr
    head, rule, leaf, tree = done.stdout.strip().splitlines()[:4]
    assert head.split() == ["what", "measured", "yardstick", "ratio", "target"]
    assert set(rule) == {"-", " "}
    assert "leaves/s" in leaf
    assert "nodes/s" in tree
    assert "hashlib loop" in tree
    assert "≥ 0.85 of raw" in tree


def test_one_row_can_be_asked_for() -> None:
    assert [row["name"] for row in rows_of(bench("--json", "--only", "tree-build"))] == ["tree-build"]


def test_a_row_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "speed-of-light"]) == 2
    assert "speed-of-light" in capsys.readouterr().err


def test_all_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    printed = capsys.readouterr().out.replace(",", "").replace(":", "").split()
    assert sorted(printed) == sorted([*NAMES, *(group.name for group in GROUPS)])


def test_the_page_on_performance_explains_every_row() -> None:
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("r", "r", measured=10.0, target=AT_LEAST_TEN), Verdict.MET),
        (Row("r", "r", measured=9.9, target=AT_LEAST_TEN), Verdict.NOT_YET),
        (Row("r", "r", measured=99.0, target=AT_LEAST_TEN, lacks="seals"), Verdict.NOT_YET),
        (Row("r", "r", target=AT_LEAST_TEN), Verdict.NOT_MEASURED),
        (Row("r", "r", measured=10.0), Verdict.NONE),
        (Row("r", "r", measured=9.0, target=Target("≤ 10", 10, at_most=True)), Verdict.MET),
        (Row("r", "r", measured=11.0, target=Target("≤ 10", 10, at_most=True)), Verdict.NOT_YET),
        (Row("r", "r", measured=99.0, ratio=0.8, target=Target("≥ 0.85", 0.85, of="ratio")), Verdict.NOT_YET),
        (Row("r", "r", measured=1.0, ratio=0.9, target=Target("≥ 0.85", 0.85, of="ratio")), Verdict.MET),
        (Row("r", "r", measured=99.0, target=Target("≥ 0.85", 0.85, of="ratio")), Verdict.NOT_MEASURED),
        (later("r", "r", "≥ 600/min"), Verdict.LATER),
    ],
)
def test_met_is_said_only_of_what_was_measured_and_of_all_that_the_target_names(row: Row, verdict: Verdict) -> None:
    assert row.verdict is verdict


def test_a_yardstick_that_this_run_did_not_measure_is_marked_as_recorded() -> None:
    row = Row("gas", "gas per event", 7.4, "gas", 45_650, "one each", recorded=True, ratio=6168.9, lacks="time")
    text = "\n".join(table_lines([row]))
    assert "45,650 one each (recorded)" in text
    assert "6,169x" in text
    assert "gas: target also asks for time" in text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (25_000.4, "25,000"), (7.41, "7.4"), (0.0061, "0.0061"), (0.85, "0.85"), (0, "0")]
)
def test_numbers_have_no_more_digits_than_the_machine_can_vouch_for(value: float | None, text: str) -> None:
    assert number_text(value) == text


def test_jobs_take_turns_and_are_told_the_number_of_the_round() -> None:
    done: list[tuple[str, int]] = []
    spent = take_turns(
        2, {"a": lambda number: done.append(("a", number)), "b": lambda number: done.append(("b", number))}
    )
    assert done == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert {name: len(series.rounds) for name, series in spent.items()} == {"a": 2, "b": 2}


def test_the_events_that_are_measured_have_eight_payload_fields_and_six_hundred_bytes() -> None:
    lines = event_lines(40)
    assert lines == event_lines(40)
    assert {len(line) for line in lines} == {LINE_BYTES}
    assert {len(parse_event(line).payload) for line in lines} == {8}
    assert len({parse_event(line).id for line in [*lines, *event_lines(40, seed=8)]}) == 80
