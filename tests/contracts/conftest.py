"""The Solidity tool chain from node_modules; missing parts are failures where they exist for the platform."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORGE = ROOT / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin" / "forge"
HARDHAT = ROOT / "node_modules" / "hardhat" / "internal" / "cli" / "bootstrap.js"


def run(*command: str | Path, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run a tool in the checkout; what it printed is in the failure."""
    environment = {**os.environ, "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true", "NO_COLOR": "1"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="session")
def forge() -> Path:
    if not (sys.platform == "linux" and platform.machine() == "x86_64"):
        pytest.skip("no forge package for this platform")
    assert FORGE.is_file(), "forge is missing; run npm ci"
    return FORGE


@pytest.fixture(scope="session")
def hardhat() -> tuple[str, Path]:
    node = shutil.which("node")
    assert node, "Node 20 or newer is missing"
    assert HARDHAT.is_file(), "hardhat is missing; run npm ci"
    return node, HARDHAT
