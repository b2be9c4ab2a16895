"""Looks at the machine and the process that capture events: host, system, build, clock, and whether anything meddles.

Spec: docs/spec/provenance.md (Environment). Every look may fail; what could not be seen is *unknown*.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from evidence_service.core.environment import Answer, Environment, SelfCheck

PACKAGE = Path(__file__).resolve().parents[1]
CODE = {".py", ".json", ".yaml"}
TIME_ERROR = 5
STA_UNSYNC = 0x0040
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
INJECTED = ("LD_PRELOAD", "LD_AUDIT", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONHOME")


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2) as far as we read it; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_char * 256),
    )


def observe(now: datetime, session: str) -> Environment:
    """Look now. `session` is drawn once per process."""
    return Environment(
        observed_at=now,
        host=platform.node() or "unknown",
        system=platform.platform()[:200],
        runtime=f"{platform.python_implementation()} {platform.python_version()}",
        build=_build(),
        build_digest=build_digest(PACKAGE),
        clock=clock_state(),
        self_check=self_check(os.environ),
        session=f"process {os.getpid()}, account {os.getuid()}, {session}",
    )


def build_digest(folder: Path) -> str:
    """SHA-256 over name and SHA-256 of every file of the program, in the order of their names."""
    whole = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in CODE and path.is_file()):
        whole.update(f"{path.relative_to(folder).as_posix()}\n{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def clock_state() -> Answer:
    """Whether the kernel calls its clock synchronised (adjtimex, read only)."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        found = _Timex()
        state = library.adjtimex(ctypes.byref(found))
    except (OSError, AttributeError):
        return Answer.UNKNOWN
    if state < 0:
        return Answer.UNKNOWN
    return Answer.BAD if state == TIME_ERROR or found.status & STA_UNSYNC else Answer.GOOD


def self_check(environ: Mapping[str, str]) -> tuple[SelfCheck, ...]:
    """What could meddle with this process: a debugger, injected code, a proxy, files that anybody may write."""
    return (
        SelfCheck("code-not-writable-by-others", _not_writable(PACKAGE)),
        SelfCheck("no-code-injected", _good(not any(environ.get(name) for name in INJECTED) and not _preloaded())),
        SelfCheck("no-debugger", _no_tracer()),
        SelfCheck("no-proxy", _good(not any(environ.get(name) for name in PROXIES))),
    )


def _build() -> str:
    try:
        return f"proofdocket {version('proofdocket')}"
    except PackageNotFoundError:
        return "proofdocket, not installed"


def _not_writable(folder: Path) -> Answer:
    try:
        return _good(not any(path.stat().st_mode & 0o002 for path in (folder, *folder.rglob("*.py"))))
    except OSError:
        return Answer.UNKNOWN


def _no_tracer() -> Answer:
    """A debugger that the kernel knows of, or one inside Python."""
    if sys.gettrace() is not None:
        return Answer.BAD
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
        tracer = next(line for line in lines if line.startswith("TracerPid:"))
    except (OSError, StopIteration):
        return Answer.UNKNOWN
    return _good(tracer.split()[1] == "0")


def _preloaded() -> bool:
    path = Path("/etc/ld.so.preload")
    return path.is_file() and bool(path.read_bytes().strip())


def _good(good: bool) -> Answer:
    return Answer.GOOD if good else Answer.BAD
