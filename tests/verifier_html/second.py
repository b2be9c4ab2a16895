"""The second verifier as tests ask it: a batch of inputs, one node process, one report for each."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from evidence_service.core.trust import TrustFile
from evidence_service.core.trust_note import read_trust
from evidence_service.core.verify import verify_proof
from evidence_service.errors import ProofDocketError
from evidence_service.verifier.inputs import verify_bytes
from tests.conftest import ROOT

CLI = ROOT / "verifier" / "cli.mjs"
NAMES = {"package": "p.zip", "pdf": "p.pdf"}


@dataclass(frozen=True)
class Case:
    """One input for both verifiers. `beside` holds leaf, disclosures and material of a bare proof."""

    label: str
    kind: str
    file: bytes
    trust: bytes | None
    now: datetime
    issuer: str = ""
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What both must agree on: the result, and state and code of each check; or the code of an error."""

    result: str
    checks: tuple[tuple[str, str], ...]
    where: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Verdict:
        if "error" in report:
            return cls("error", ())
        places = tuple(f"{one['n']}:{one['code']}:{one.get('member', '')}" for one in report.get("where", ()))
        return cls(report["result"], tuple((one["state"], one["code"]) for one in report["checks"]), places)


def ask_both(cases: Sequence[Case]) -> tuple[list[Verdict], list[Verdict]]:
    """Both verifiers' verdicts, asked at the same time."""
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(ask_second, cases)
        return ask_first(cases), second.result()


def ask_second(cases: Sequence[Case], cli: Path = CLI) -> list[Verdict]:
    """The second verifier's verdicts, in order."""
    asked = "".join(json.dumps(_task(case)) + "\n" for case in cases).encode()
    done = subprocess.run(
        ["node", str(cli), "--batch"], input=asked, capture_output=True, check=False, timeout=1200, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr.decode()
    answers = done.stdout.splitlines()
    assert len(answers) == len(cases)
    return [Verdict.of(json.loads(line)) for line in answers]


def _task(case: Case) -> dict[str, Any]:
    task: dict[str, Any] = {
        "kind": case.kind,
        "file": _text(case.file),
        "now": case.now.isoformat().replace("+00:00", "Z"),
    }
    if case.trust is not None:
        task |= {"trust": _text(case.trust), "issuer": case.issuer}
    return task | {"beside": {name: _text(raw) for name, raw in case.beside.items()}}


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def ask_first(cases: Iterable[Case]) -> list[Verdict]:
    """The Python verifier's verdicts, in order."""
    return [_first(case) for case in cases]


def _first(case: Case) -> Verdict:
    try:
        trust = None if case.trust is None else _trust(case.trust, case.issuer)
        if case.kind == "proof":
            beside = dict(case.beside)
            leaf = beside.pop("leaf")
            report = verify_proof(case.file, leaf, trust, None, case.now, **beside)  # type: ignore[arg-type]
        else:
            report = verify_bytes(case.file, trust, None, case.now, name=NAMES[case.kind])
    except ProofDocketError:
        return Verdict("error", ())
    return Verdict.of(report.as_json())


@cache
def _trust(raw: bytes, issuer: str) -> TrustFile:
    return read_trust(raw, issuer)


def disagreements(cases: Sequence[Case], first: Sequence[Verdict], second: Sequence[Verdict]) -> list[str]:
    """One line for each case on which they differ."""
    found = []
    for case, one, other in zip(cases, first, second, strict=True):
        if (one.result, one.checks) == (other.result, other.checks):
            continue
        differ = [
            f"({n}) {a} / {b}" for n, (a, b) in enumerate(zip(one.checks, other.checks, strict=False), 1) if a != b
        ]
        found.append(f"{case.label}: {one.result} / {other.result} {'; '.join(differ)}")
    return found
