"""The README's five minutes: every command is run as it stands there, and prints what the README shows.

Keys, hashes, times and paths differ from run to run and are masked; every word and every count must be the same.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.markdown import consoles

PROGRAM = Path(sys.executable).with_name("proofdocket")
MASKS = (
    (r"0x[0-9a-fA-F]{40,64}", "0x…"),
    (r"[0-9a-f]{64}", "<hash>"),
    (r"\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}", "+<key>"),
    (r"\+[0-9a-f]{8} \(ML-DSA", "+<key> (ML-DSA"),
    (r"in \d+\.\d s", "in … s"),
    (r"\d+ gas", "… gas"),
    (r"\d+ d \d\d:\d\d:\d\d", "… d"),
    (r"valid until \d{4}-\d\d-\d\d", "valid until …"),
    (r"/\S*/var/first$|…/var/first$", "…/var/first"),
)


def masked(text: str) -> list[str]:
    lines = []
    for line in text.rstrip("\n").split("\n"):
        for pattern, word in MASKS:
            line = re.sub(pattern, word, line)  # noqa: PLW2901 - one mask after another
        lines.append(line)
    return lines


def steps() -> list[tuple[list[str], str]]:
    """(words of the command, what the README shows under it) of every command of the five minutes."""
    found: list[tuple[list[str], str]] = []
    for text in consoles("README.md"):
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((shlex.split(command), output))
    return found


@pytest.mark.chain
def test_the_five_minutes_of_the_readme_run_and_print_what_it_shows(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROOFDOCKET_")}
    (tmp_path / "var").mkdir()
    ran = 0
    try:
        for words, shown in steps():
            if words[0] == "export":
                name, _, value = words[1].partition("=")
                environment[name] = value
            elif words[0].endswith("proofdocket"):
                done = _run(words[1:], tmp_path, environment)
                assert done.returncode in ((0, 2) if words[1] == "verify" else (0,)), done.stderr
                ran += 1
                if shown:
                    assert masked(done.stdout) == masked(shown), words
    finally:
        _run(["chain", "stop"], tmp_path, environment)
    assert ran >= 10


def _run(arguments: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
