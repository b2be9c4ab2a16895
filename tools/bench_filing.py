"""Files so many packages with a court's own instance over HTTP, with one command, and says what each side spent.

Usage: python -m tools.bench_filing [--packages N]. Spec: docs/performance.md, "Filing". Two homes in a temporary
folder, programs of their own on both sides, the lender's local chain between them. What is built before is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

COURT = "样例省云汀市示范区人民法院"
LOANS_PER_PACKAGE = 7.6
"""Of the sample portfolio; some 14 of 100 loans are overdue."""
AS_OF = "2026-10-31"


@dataclass(frozen=True, slots=True)
class Spent:
    """One command: what it printed, its seconds on the wall, and of processor with all its helpers."""

    printed: str
    wall: float
    processor: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(prog="bench_filing", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--packages", type=int, default=50)
    wanted = parser.parse_args(arguments).packages
    with TemporaryDirectory(prefix="bench-filing-") as name:
        print(json.dumps(measure(Path(name), wanted), ensure_ascii=False, indent=1))
    return 0


def measure(folder: Path, wanted: int) -> dict[str, object]:
    """Build packages, open a court, file the folder, file it again."""
    lender, packages = folder / "lender", folder / "packages"
    run(lender, "init")
    run(lender, "sample", "--loans", str(int(wanted * LOANS_PER_PACKAGE) + 20), "--out", str(folder / "sample.ndjson"))
    run(lender, "import", str(folder / "sample.ndjson"))
    run(lender, "publish")
    run(lender, "anchor")
    run(lender, "bundle", "--overdue", "--as-of", AS_OF, "--out", str(folder / "all"))
    packages.mkdir()
    for path in sorted((folder / "all").glob("*.zip"))[:wanted]:
        shutil.move(path, packages)
    process = open_court(lender, folder)
    try:
        load = os.getloadavg()[0]
        first = run(lender, "file", str(packages), "--to", COURT, "--json")
        again = run(lender, "file", str(packages), "--to", COURT, "--json")
    finally:
        process.send_signal(signal.SIGTERM)
        _pid, _status, used = os.wait4(process.pid, 0)
        run(lender, "chain", "stop")
    said, second = json.loads(first.printed), json.loads(again.printed)
    return {
        "packages": len(said["filings"]),
        "received": said["received"],
        "refused": len(said["refused"]),
        "wall_s": round(first.wall, 1),
        "lender_processor_s": round(first.processor, 1),
        "court_processor_s": round(used.ru_utime + used.ru_stime, 1),
        "again": {
            "already": second["already"],
            "wall_s": round(again.wall, 1),
            "processor_s": round(again.processor, 1),
        },
        "load_before_after": [round(load, 1), round(os.getloadavg()[0], 1)],
    }


def open_court(lender: Path, folder: Path) -> subprocess.Popen[bytes]:
    """A court of its own beside the lender, as in docs/guide/two-instances.md, and in the lender's book."""
    home, port = folder / "court", free_port()
    status = run(lender, "chain", "status").printed
    registry, node = re.findall(r"registry\s+(0x\w+), node (\S+)", status)[0]
    where = ("--rpc-url", node, "--chain-id", "31337", "--registry", registry)
    made = run(home, "court", "init", "--name", COURT, "--code", "闽0503", *where).printed
    address, vkey = re.findall(r"address\s+(\S+)\s+key\s+(\S+)", made)[0]
    issuer = run(home, "trust", "keygen", "court.example/trust", "--key", str(folder / "issuer.pem")).printed.strip()
    draft, signed, key = folder / "draft.json", folder / "court.trust", folder / "filer.key"
    run(lender, "trust", "-o", str(draft), "--court", f"{COURT}={address}")
    run(home, "trust", "sign", str(draft), "--key", str(folder / "issuer.pem"), "-o", str(signed))
    run(home, "trust", "install", str(signed), "--issuer", issuer)
    filer = ("样例消费金融有限公司", "--institution", "sample-cf", "--credit-code", "91999901DEM000014H")
    key.write_text(run(home, "court", "filer", "add", *filer).printed, "utf-8")
    process = subprocess.Popen(
        [*program(home), "serve", "--role", "court", "--port", str(port)], stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}/api/court/v1"
    wait_for(f"{url}/court")
    run(lender, "courts", "add", COURT, "--url", url, "--address", address, "--vkey", vkey, "--key-file", str(key))
    return process


def run(home: Path, *words: str) -> Spent:
    """One command of the program; its answer and what it cost."""
    began = time.monotonic()
    process = subprocess.Popen([*program(home), *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    process.stdout.close()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(words[:2])} ended with {process.returncode}: {printed[:500]}")
    return Spent(printed, time.monotonic() - began, used.ru_utime + used.ru_stime)


def program(home: Path) -> list[str]:
    """How the program is started on a home."""
    return [sys.executable, "-m", "web.cli", "--home", str(home)]


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, patience: float = 120.0) -> None:
    """Return when something answers there."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit(f"{url} did not open")


if __name__ == "__main__":
    sys.exit(main())
