"""`make demo` in small: it walks the whole way, names what is not checked, and finds the flipped byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.program import Program

pytestmark = [pytest.mark.chain]


def test_the_demo_walks_the_way_and_says_honestly_what_is_not_checked(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    try:
        first = program.run("demo", "--loans", "24")
        assert first.code == 0, first.err
        for word in ("events", "tree size", "anchors", "gas per event", "packages", "pages", "seconds"):
            assert word in first.out
        assert "verification   incomplete" in first.out
        assert "7 Witness quorum" in first.out
        assert "10 Completeness" not in first.out  # an auditor replayed the log: the demo's own, which it says
        assert "this auditor is the demo's own" in first.err
        assert "check 2 failed" in first.err
        assert (tmp_path / "home" / "demo" / "account.txt").stat().st_mode & 0o077 == 0
        assert "[11] overview of loans, which the pages list" in first.err
        overview = program.json("portfolio", "show")
        assert overview["overdue"] > 0  # `/portfolio` is filled when somebody opens the pages
        assert overview["behind"] == 0
        again = program.run("demo", "--loans", "24")
        assert again.code == 0, again.err
    finally:
        program.run("chain", "stop")


def test_the_demo_never_touches_a_home_that_is_not_a_demo(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    answer = Program(tmp_path).run("demo")
    assert answer.code == 1
    assert (tmp_path / "keep.txt").read_text() == "mine"
