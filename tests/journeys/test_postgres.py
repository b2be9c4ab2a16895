"""The same way on PostgreSQL: one setting, nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.program import Program

pytestmark = [pytest.mark.chain, pytest.mark.postgres]


def test_the_way_from_events_to_verified_packages_on_postgresql(
    new_postgres: Callable[[], str], tmp_path: Path
) -> None:
    program = Program(tmp_path / "home", (("PROOFDOCKET_DATABASE_URL", new_postgres()),))
    program.json("init")
    try:
        program.json("sample", "--loans", "10", "--out", tmp_path / "s.ndjson")
        taken = program.json("import", tmp_path / "s.ndjson")
        assert taken["accepted"] == taken["read"]
        program.json("publish")
        assert program.json("anchor")["state"] == "final"
        built = program.json("bundle", "--overdue", "--as-of", "2026-10-31", "--out", tmp_path / "out")
        assert built["built"] == built["cases"] > 0
        program.json("trust", "-o", tmp_path / "trust.json")
        report = program.json("verify", tmp_path / "out", "--trust", tmp_path / "trust.json", "--offline", code=2)
        assert report["counts"]["failed"] == 0
        assert not (tmp_path / "home" / "proofdocket.db").exists()
    finally:
        program.run("chain", "stop")
