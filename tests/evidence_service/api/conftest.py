"""What the tests of the HTTP API share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence_service.api.room import Room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """An instance with two empty logs, on SQLite."""
    made = Room(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def either(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """The same on SQLite and on PostgreSQL."""
    if not database_url.startswith("sqlite"):
        monkeypatch.setenv("PROOFDOCKET_DATABASE_URL", database_url)
    made = Room(tmp_path / "home")
    yield made
    made.close()
