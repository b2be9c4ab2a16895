"""The large log in small: windows are written down, a second run goes on, and nothing is left behind unless asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import bench_large
from tools.bench_large import Window, main, summary_lines


def test_a_run_goes_on_where_it_stopped_and_cleans_up_after_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_large, "FIRST", 200)
    folder = tmp_path / "large"
    place = ["--loans", "20", "--folder", str(folder)]
    assert main(["--events", "300", *place, "--keep"]) == 0
    first = capsys.readouterr().out
    assert main(["--events", "400", *place]) == 0
    second = capsys.readouterr().out
    assert [line for line in first.splitlines() if "B/event" in line] == [
        line for line in second.splitlines() if "B/event" in line
    ][:2]
    assert second.count("B/event") == 3
    assert "growth from 200 to 400 events" in second
    assert not folder.exists()


def test_no_window_is_begun_when_the_time_is_up_or_the_disk_too_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--events", "300", "--folder", str(tmp_path / "time"), "--minutes", "0"]) == 1
    monkeypatch.setattr(bench_large, "RESERVE", 1 << 60)
    assert main(["--events", "300", "--folder", str(tmp_path / "disk")]) == 1
    assert capsys.readouterr().out.count("nothing was measured") == 2


def test_what_was_reached_is_told_beside_what_was_wanted() -> None:
    windows = [
        Window(100, 100, 1.0, 0.01, 1 << 20, 1000, 0.0, 0.0),
        Window(200, 100, 2.0, 0.02, 1 << 20, 2000, 0.0, 0.0),
    ]
    lines = summary_lines(windows, 1000)
    assert "0.50 of the rate on the wall, 0.50 by processor time" in lines[0]
    assert lines[-1].startswith("stopped before 1,000")
    assert len(summary_lines(windows, 200)) == len(lines) - 1
