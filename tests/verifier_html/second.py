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
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.inputs import verify_bytes
from tests.conftest import ROOT

CLI = ROOT / "verifier" / "cli.mjs"
PLACE = ("n", "code", "member", "seq", "index", "field")
NAMES = {"package": "p.zip", "pdf": "p.pdf"}


@dataclass(frozen=True)
class Case:
    """One input for both verifiers. `beside`: leaf, disclosures and material of a bare proof; `rpc`: the node's URL."""

    label: str
    kind: str
    file: bytes
    trust: bytes | None
    now: datetime
    issuer: str = ""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    rpc: str = ""


@dataclass(frozen=True)
class Verdict:
    """What both must agree on: the result, state and code of each check, and each failure's place; or an error."""

    result: str
    checks: tuple[tuple[str, str], ...]
    where: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Verdict:
        if "error" in report:
            return cls("error", ())
        places = tuple(":".join(str(one.get(part, "")) for part in PLACE) for one in report.get("where", ()))
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
    if case.rpc:
        task["rpc"] = case.rpc
    return task | {"beside": {name: _text(raw) for name, raw in case.beside.items()}}


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def ask_first(cases: Iterable[Case]) -> list[Verdict]:
    """The Python verifier's verdicts, in order."""
    return [_first(case) for case in cases]


def _first(case: Case) -> Verdict:
    try:
        trust = None if case.trust is None else _trust(case.trust, case.issuer)
        reader = RpcChainReader(case.rpc) if case.rpc else None
        if case.kind == "proof":
            beside = dict(case.beside)
            leaf = beside.pop("leaf")
            report = verify_proof(case.file, leaf, trust, reader, case.now, **beside)  # type: ignore[arg-type]
        else:
            report = verify_bytes(case.file, trust, reader, case.now, name=NAMES[case.kind])
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
        if one == other:
            continue
        differ = [
            f"({n}) {a} / {b}" for n, (a, b) in enumerate(zip(one.checks, other.checks, strict=False), 1) if a != b
        ]
        places = [f"- {place}" for place in one.where if place not in other.where][:3]
        places += [f"+ {place}" for place in other.where if place not in one.where][:3]
        differ += places or ["the same places in another order, or one of them twice"] * (one.where != other.where)
        found.append(f"{case.label}: {one.result} / {other.result} {'; '.join(differ)}")
    return found
