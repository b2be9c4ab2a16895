"""The batch at its true size: its cases are all different and ready for filing, its memory counts every process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from litigation.bootstrap import CHECKOUT
from tools.bench_cases import NEEDED, SAMPLE, SHORT, write_cases
from tools.bench_memory import resident_bytes


def test_cases_are_as_many_different_loans_as_asked_and_the_same_every_time(tmp_path: Path) -> None:
    for kind in (SHORT, SAMPLE):
        first, again = tmp_path / f"{kind}.ndjson", tmp_path / f"{kind}-again.ndjson"
        assert write_cases(first, kind, 2, CHECKOUT / "node_modules") == len(first.read_bytes().splitlines())
        write_cases(again, kind, 2, CHECKOUT / "node_modules")
        assert first.read_bytes() == again.read_bytes()
        assert len({json.loads(line)["loan"] for line in first.read_bytes().splitlines()}) == 2


def test_a_short_case_has_what_a_filing_needs(tmp_path: Path) -> None:
    out = tmp_path / "cases.ndjson"
    write_cases(out, SHORT, 1, CHECKOUT / "node_modules")
    told = {json.loads(line)["type"] for line in out.read_bytes().splitlines()}
    always = NEEDED - {"payment.received", "acceleration.noticed", "acceleration.reached"}
    assert always <= told


def test_memory_is_that_of_this_process_and_all_below_it() -> None:
    alone = resident_bytes()
    script = "import os, sys; held = bytearray(os.urandom(1)) * 50_000_000; print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"held\n"
        assert resident_bytes() > alone + 45_000_000
        child.stdin.close()
