"""Memory while importing is flat: four times the events take no more of it. A million: docs/performance.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

FEW, MANY = 5_000, 20_000
SPREAD = 4 << 20
"""What one run may differ from another. Were the lines of the further 15,000 events kept, it would be twice that."""


def peak_of(count: int, folder: Path) -> int:
    """The largest memory of a fresh process that imports so many events."""
    folder.mkdir()
    command = [sys.executable, "-m", "tests.evidence_service.workflow.memory_worker", str(count), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    accepted, peak = map(int, done.stdout.split())
    assert accepted == count
    return peak


def test_an_import_four_times_as_large_takes_no_more_memory(tmp_path: Path) -> None:
    few, many = peak_of(FEW, tmp_path / "few"), peak_of(MANY, tmp_path / "many")
    assert many < few + SPREAD
