"""`proofdocket-verify` installs alone: its wheel holds all it needs beside cryptography and rfc8785."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence_service.core.trust_json import trust_bytes
from tests.conftest import ROOT
from tests.evidence_service.verify.world import make_world

NEEDED = ("cryptography", "rfc8785", "cffi", "_cffi_backend", "pycparser")
# Without fcntl, as on Windows: a court clerk's machine has none.
RUN = """import sys
sys.modules['fcntl'] = None
sys.argv[0] = 'proofdocket-verify'
from evidence_service.verifier.program import main
main()"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's contents and the two libraries, and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    for name in ("evidence_service", "packaging"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__", "build"))
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(folder), str(folder / "source/packaging/proofdocket-verify")], check=True)
    (wheel,) = folder.glob("proofdocket_verify-*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for name in NEEDED:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            continue
        origin = Path(found.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, site / name)
        else:
            shutil.copy(origin, site / origin.name)
    return site


def run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-S", "-P", "-c", RUN, *words],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        cwd=site,
    )


def test_the_program_verifies_with_two_libraries_and_nothing_else(alone: Path, tmp_path: Path) -> None:
    world = make_world(events=2, others=1)
    package, trust = tmp_path / "package.zip", tmp_path / "trust.json"
    package.write_bytes(world.package_zip())
    trust.write_bytes(trust_bytes(world.trust(expires_at=datetime(2099, 1, 1, tzinfo=UTC))))
    told = run(alone, str(package), "--trust", str(trust), "--json")
    assert told.returncode == 2, told.stderr
    states = {check["n"]: check["state"] for check in json.loads(told.stdout)["checks"]}
    assert [states[n] for n in (1, 2, 3, 4, 5, 6, 8)] == ["passed"] * 6 + ["not_checked"]
    flipped = bytearray(package.read_bytes())
    flipped[len(flipped) // 2] ^= 1
    package.write_bytes(flipped)
    told = run(alone, str(package), "--lang", "zh")
    assert told.returncode == 1
    assert "不通过" in told.stdout
    folder = run(alone, str(tmp_path))
    assert folder.returncode == 1
    assert "FAILED" in folder.stdout


def test_a_file_that_is_not_there_is_named_and_nothing_passed(alone: Path, tmp_path: Path) -> None:
    told = run(alone, str(tmp_path / "none.zip"))
    assert told.returncode == 2
    assert "none.zip" in told.stderr
    told = run(alone, str(tmp_path), "--issuer", "x")
    assert (told.returncode, "--trust" in told.stderr) == (2, True)
