"""Fetch the rare-character font (BabelStone Han, Arphic Public License) from Debian, without root.

Spec: docs/spec/papers.md section 4. Downloads the package with apt, unpacks the one file into var/fonts or
$PROOFDOCKET_FONTS, and checks its pinned SHA-256. Where apt is missing nothing fails: the program says plainly
that characters beyond Noto Serif SC will be refused.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from litigation.documents.fonts import RARE_FILE, RARE_SHA256  # noqa: E402

PACKAGE = "fonts-babelstone-han"
MEMBER = Path("usr/share/fonts/truetype/babelstone") / RARE_FILE
TIMEOUT = 300
WITHOUT = (
    "Papers will print every character of Noto Serif SC (all 8,105 of the national table);"
    " a rarer one will be refused by name and code point."
)


def main() -> int:
    """Fetch the font; exit 0 even where it cannot be had, 1 where what came is not the pinned file."""
    target = Path(os.environ.get("PROOFDOCKET_FONTS") or ROOT / "var" / "fonts") / RARE_FILE
    if target.is_file() and _digest(target) == RARE_SHA256:
        print(f"{RARE_FILE}: already there")
        return 0
    installed = Path("/") / MEMBER
    if installed.is_file() and _digest(installed) == RARE_SHA256:
        return _keep(installed, target)
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        print(f"{RARE_FILE}: no apt here. {WITHOUT}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        problem = _download(Path(folder))
        if problem:
            print(f"{RARE_FILE}: not fetched ({problem}). {WITHOUT}")
            return 0
        return _keep(Path(folder) / "unpacked" / MEMBER, target)


def _download(folder: Path) -> str:
    """Download and unpack the package into a folder; return what went wrong, or nothing."""
    folder.chmod(0o755)
    steps = (["apt-get", "download", PACKAGE], ["dpkg-deb", "-x", "", "unpacked"])
    try:
        for step in steps:
            command = [str(next(folder.glob("*.deb"))) if part == "" else part for part in step]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=TIMEOUT)
    except subprocess.CalledProcessError as failure:
        said = failure.stderr.decode("utf-8", "replace").strip().splitlines()
        return said[-1] if said else f"{failure.cmd[0]} failed"
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT} s"
    except StopIteration:
        return "apt-get brought no package"
    return ""


def _keep(source: Path, target: Path) -> int:
    """Check the digest and move the file into place in one step."""
    if not source.is_file() or _digest(source) != RARE_SHA256:
        print(f"{RARE_FILE}: what Debian offers is not the pinned version; nothing was installed. {WITHOUT}")
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    shutil.copyfile(source, part)
    part.replace(target)
    print(f"{RARE_FILE}: installed in {target.parent}")
    return 0


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
