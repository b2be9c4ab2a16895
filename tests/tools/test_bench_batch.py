"""The batch at its true size: its cases are all different and ready for filing, its memory counts every process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from litigation.bootstrap import CHECKOUT
from litigation.sample.press import Press
from tools.bench_cases import KINDS, NEEDED, write_cases
from tools.bench_memory import resident_bytes


def test_cases_are_different_loans_ready_for_filing_and_the_same_every_time(tmp_path: Path) -> None:
    press = Press(CHECKOUT / "node_modules")
    always = NEEDED - {"payment.received", "acceleration.noticed", "acceleration.reached"}
    for kind in KINDS:
        first, again = tmp_path / f"{kind}.ndjson", tmp_path / f"{kind}-again.ndjson"
        assert write_cases(first, kind, 2, press) == len(first.read_bytes().splitlines())
        write_cases(again, kind, 2, press)
        assert first.read_bytes() == again.read_bytes()
        told: dict[str, set[str]] = {}
        for line in first.read_bytes().splitlines():
            event = json.loads(line)
            told.setdefault(event["loan"], set()).add(event["type"])
        assert len(told) == 2
        assert all(always <= kinds for kinds in told.values())


def test_memory_is_that_of_this_process_and_all_below_it() -> None:
    alone = resident_bytes()
    script = "import os, sys; held = bytearray(os.urandom(1)) * 50_000_000; print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"held\n"
        assert resident_bytes() > alone + 45_000_000
        child.stdin.close()
