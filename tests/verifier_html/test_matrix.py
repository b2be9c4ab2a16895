"""The tamper matrix and the second verifier: it too detects every mutation; nothing is ever written to a disk."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_service.core.trust_json import trust_bytes
from tests.conftest import ROOT
from tests.evidence_service.verify.test_tamper_matrix import RAW, ROWS, TRUST, Mutation, containers, papers
from tests.evidence_service.verify.world import NOW
from tests.verifier_html.second import Case, Verdict, ask_second

QUICK = ("insider, no new checkpoint", "proofs", "signatures", "identities", "containers", "papers and originals")
"""Every row is asked in the full run; these, whose mutations are few, always."""
WATCH = """
import base64, json, os, sys
from datetime import UTC, datetime
from evidence_service.verifier.inputs import verify_bytes
MADE = []
def hook(event, words):
    writes = event == "open" and isinstance(words[2], int) and words[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event in ("os.mkdir", "os.symlink", "os.link", "os.rename", "os.chmod", "shutil.unpack_archive"):
        MADE.append([event, str(words[0])])
given = [base64.b64decode(line) for line in sys.stdin]
sys.addaudithook(hook)
codes = [verify_bytes(raw, None, None, datetime.now(UTC), name="p.zip").result.value for raw in given]
print(json.dumps([codes, MADE]))
"""


@pytest.mark.parametrize("rows", [QUICK, pytest.param(tuple(ROWS), marks=pytest.mark.shared)], ids=["some", "all"])
def test_every_mutation_of_the_matrix_is_detected_and_located(
    rows: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [(row, one) for row in rows for one in ROWS[row]() if one.raw != RAW]
    verdicts = ask_second([Case(one.name, "package", one.raw, trust_bytes(TRUST), NOW) for _, one in asked])
    counted = {row: [0, 0, 0] for row in rows}
    missed = []
    for (row, mutation), verdict in zip(asked, verdicts, strict=True):
        right = located(mutation, verdict)
        counted[row][0] += 1
        counted[row][1] += verdict.result == "failed"
        counted[row][2] += right
        if verdict.result != "failed" or not right:
            missed.append(f"{row}, {mutation.name}: {verdict}")
    with capsys.disabled():
        for row, (mutations, detected, placed) in counted.items():
            print(f"\n{row}, second verifier: {mutations} mutations, {detected} detected, {placed} located")
    assert all(mutations for mutations, _, _ in counted.values())
    assert missed == []


def located(mutation: Mutation, verdict: Verdict) -> bool:
    """Whether one of the checks failed that may catch it, and one of its members is named."""
    failed = {n for n, (state, _) in enumerate(verdict.checks, 1) if state == "failed"}
    named = {place.split(":")[2] for place in verdict.where}
    return bool(failed & mutation.checks) and (not mutation.members or bool(named & mutation.members))


def test_no_member_of_a_hostile_package_is_written_to_a_disk(tmp_path: Path) -> None:
    hostile = [one.raw for one in (*containers(), *papers()) if one.raw.startswith(b"PK")]
    text = b"".join(base64.b64encode(raw) + b"\n" for raw in [RAW, *hostile])
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH],
        input=text,
        capture_output=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr.decode()
    codes, made = json.loads(done.stdout)
    assert codes == ["incomplete", *["failed"] * len(hostile)]
    assert made == []
    assert list(tmp_path.iterdir()) == []
