"""One instance that has walked the way up to its packages, shared by the journeys that only look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.program import Program

AS_OF = "2026-10-31"


@dataclass(frozen=True, slots=True)
class Walked:
    """The instance, its files, and the answers of the commands on the way."""

    program: Program
    portfolio: Path
    packages: Path
    trust: Path
    answers: dict[str, Any]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """ingest > … > bundle on 12 sample loans, by commands alone."""
    folder = tmp_path_factory.mktemp("walk")
    program = Program(folder / "home")
    walk = Walked(program, folder / "sample.ndjson", folder / "packages", folder / "trust.json", {})
    answers = walk.answers
    answers["init"] = program.json("init")
    answers["sample"] = program.json("sample", "--loans", "24", "--out", walk.portfolio)
    answers["import"] = program.json("import", walk.portfolio)
    answers["publish"] = program.json("publish")
    answers["anchor"] = program.json("anchor")
    answers["bundle"] = program.json("bundle", "--overdue", "--as-of", AS_OF, "--workers", "2", "--out", walk.packages)
    answers["trust"] = program.json("trust", "-o", walk.trust)
    yield walk
    program.run("chain", "stop")
    shutil.rmtree(folder, ignore_errors=True)
