"""What a person sees when the disk or the database cannot: one line, exit 1, no traceback, no values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from evidence_service.console import json_option, refusals_exit_1
from evidence_service.database import DatabaseError, open_database, writing


def test_a_database_on_a_full_disk_refuses_in_one_line_without_the_values(tmp_path: Path) -> None:
    """SQLite itself is told to hold no more pages: the same error as a full disk."""
    engine = open_database(f"sqlite:///{tmp_path / 'full.db'}")
    with writing(engine) as connection:
        connection.execute(text("create table t (v text)"))
        connection.execute(text("pragma max_page_count = 3"))
    with writing(engine) as connection:
        connection.execute(text("pragma max_page_count = 3"))
        with pytest.raises(DatabaseError, match="full") as caught:
            connection.execute(text("insert into t values (:v)"), {"v": "secret-name" * 10_000})
    assert "\n" not in str(caught.value)
    assert "secret-name" not in str(caught.value)
    engine.dispose()


def test_a_command_says_what_the_disk_refused_in_one_line(tmp_path: Path) -> None:
    """The path and the reason, and with --json the same as an object."""

    @click.command()
    @json_option
    @refusals_exit_1
    def write(**_: Any) -> None:
        (tmp_path / "no" / "such").write_bytes(b"x")

    result = CliRunner().invoke(write, ["--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "disk"
    assert result.stderr == f"Error: {tmp_path / 'no' / 'such'}: No such file or directory\n"
