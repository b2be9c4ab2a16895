"""Runs the program `proofdocket` as a person would: a process of its own, one home folder, JSON answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from web.cli import main

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("proofdocket")
PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of the program gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be exactly one JSON object."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Program:
    """The program on one home folder."""

    home: Path
    environment: tuple[tuple[str, str], ...] = ()

    def run(self, *arguments: str | Path) -> Answer:
        """Run a command and wait for it."""
        done = subprocess.run(
            self._command(arguments), capture_output=True, text=True, timeout=PATIENCE, env=self._env(), check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def inside(self, *arguments: str | Path) -> Answer:
        """Run a command in this process: the same words, options and exit codes, without a start of its own."""
        gone = {name: None for name in os.environ if name.startswith("PROOFDOCKET_")}
        words = ["--home", str(self.home), *map(str, arguments)]
        done = CliRunner().invoke(main, words, env={**gone, **dict(self.environment)})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Answer(done.exit_code, done.stdout, done.stderr)

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        """Run a command with --json and return its answer; the exit code must be as expected."""
        answer = self.run(*arguments, "--json")
        assert answer.code == code, f"{arguments}: exit {answer.code}\n{answer.out}\n{answer.err}"
        return answer.json

    def json_inside(self, *arguments: str | Path, code: int = 0) -> Any:
        """The same, in this process."""
        answer = self.inside(*arguments, "--json")
        assert answer.code == code, f"{arguments}: exit {answer.code}\n{answer.out}\n{answer.err}"
        return answer.json

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start a command and do not wait."""
        return subprocess.Popen(
            self._command(arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self._env()
        )

    @property
    def rpc(self) -> str:
        """Address of the instance's chain."""
        return str(self.chain_place()["url"])

    def chain_place(self) -> dict[str, Any]:
        """What the chain's supervisor wrote about itself."""
        place: dict[str, Any] = json.loads((self.home / "chain" / "rpc.json").read_text())
        return place

    def _command(self, arguments: tuple[str | Path, ...]) -> list[str]:
        return [str(PROGRAM), "--home", str(self.home), *map(str, arguments)]

    def _env(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PROOFDOCKET_")}
        return {**clean, **dict(self.environment)}
