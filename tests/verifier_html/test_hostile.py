"""What a hostile sender or an unlucky reader brings: no green word, and no missing report, follows from it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence_service.core.trust import ChainGrade, TrustFile
from evidence_service.core.trust_json import trust_bytes
from tests.conftest import ROOT
from tests.evidence_service.verify import test_anchor_proof as anchors
from tests.evidence_service.verify.world import CHAIN_ID, NOW, World, fact, make_world
from tests.verifier_html import scenarios
from tests.verifier_html.second import Case, Verdict, ask_both

HERE = (ROOT / "verifier").as_uri()
WORLD = make_world()


def in_node(script: str, **given: Any) -> Any:
    """What a script that sees `given` as `given` leaves in `out`."""
    text = "import { readFileSync } from 'node:fs';\nconst given = JSON.parse(readFileSync(0, 'utf8'));\nlet out;\n"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", text + script + "\nprocess.stdout.write(JSON.stringify(out));"],
        input=json.dumps(given).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def view_of(package: bytes) -> Any:
    script = f"""
import {{ viewOf }} from "{HERE}/view.js";
const bytes = new Uint8Array(Buffer.from(given.file, "base64"));
const now = {int(NOW.timestamp())}000000n;
const {{ times, ...view }} = await viewOf({{ name: "p.zip", bytes, beside: {{}}, trust: {{}}, now, rpc: "" }});
out = {{ ...view, now: null }};
"""
    return in_node(script, file=base64.b64encode(package).decode())


def opening(name: str, value: object) -> str:
    raw = json.dumps(["c2FsdHNhbHRzYWx0c2FsdA", name, value], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def disclosing(event: int, **changed: str) -> World:
    """The lender's loan, with disclosures of one entry replaced by others that open nothing."""
    index = WORLD.mine[event]
    entry = WORLD.entries[index]
    entries = list(WORLD.entries)
    entries[index] = replace(entry, disclosures={**entry.disclosures, **changed})
    return replace(WORLD, entries=tuple(entries))


def both(package: bytes, trust: TrustFile | None, *, ago: timedelta = timedelta(0)) -> tuple[Verdict, Verdict]:
    raw = None if trust is None else trust_bytes(trust)
    (first,), (second,) = ask_both([Case("one", "package", package, raw, NOW - ago)])
    return first, second


def test_an_altered_fact_is_not_called_proven() -> None:
    sound = view_of(WORLD.package_zip())
    assert [one["label"] for one in sound["facts"]] == ["unconfirmed", "derived"]
    world = disclosing(0, **{"payload.amount": opening("payload.amount", "9000.00")})
    facts = json.dumps([fact("loan.first_amount", "9000.00", "E-0", "payload.amount")]).encode()
    view = view_of(world.package_zip(replace(world.contents, facts=facts)))
    assert view["result"] == "failed"
    assert [one["code"] for one in view["where"]] == ["disclosure-unmatched"]
    assert [one["label"] for one in view["facts"]] == ["refuted"]


def test_of_two_events_with_one_id_both_verifiers_take_the_last() -> None:
    world = disclosing(2, id=opening("id", "E-0"))
    facts = json.dumps([fact("loan.number", "0", "E-0", "payload.instalment")]).encode()
    first, second = both(world.package_zip(replace(world.contents, facts=facts)), None)
    assert "4:fact-mismatch:data/facts.json:2:8:loan.number" in first.where
    assert first == second


def test_a_pinned_block_passes_nothing_where_no_log_id_is_pinned() -> None:
    one = anchors.material()
    trust = anchors.trust(blocks=anchors.pinned(one))
    trust = replace(trust, logs=(replace(trust.logs[0], log_ids=()),))
    first, second = both(anchors.package(one), trust)
    assert first.checks[7] == ("not_checked", "offline")
    assert first == second


def test_a_trust_file_without_chains_contradicts_no_log_id() -> None:
    trust = replace(anchors.trust(), chains=())
    first, second = both(anchors.package(anchors.material(log_id="0x" + "dd" * 32)), trust)
    assert first == second


def test_a_block_ahead_of_the_reader_s_clock_gives_no_time() -> None:
    one = anchors.material()
    trust = anchors.trust(blocks=anchors.pinned(one), grade=ChainGrade.CONSORTIUM)
    first, second = both(anchors.package(one), trust, ago=timedelta(hours=2))
    assert first.checks[7] == ("passed", "anchored-in-pinned-block")
    assert first.checks[8][1] in ("in-time", "late")
    assert first == second


def test_a_typed_block_hash_neither_replaces_a_pinned_one_nor_counts_for_another_chain() -> None:
    one = anchors.material()
    trust = anchors.trust(blocks=anchors.pinned(one))
    script = f"""
import {{ loadTrust }} from "{HERE}/view.js";
const bytes = new Uint8Array(Buffer.from(given.trust, "base64"));
out = given.typed.map((blockHash) => {{
  try {{ return loadTrust({{ bytes, blockHash }}).chains[0].blocks.length; }} catch (error) {{ return error.code; }}
}});
"""
    pinned = anchors.pinned(one)[1]
    typed = [
        f"{CHAIN_ID}:9:{'AB' * 32}",
        f"{CHAIN_ID}:7:{pinned.hash}",
        f"{CHAIN_ID}:7:0x{'ab' * 32}",
        f"{CHAIN_ID + 1}:7:0x{'ab' * 32}",
        "7:0xab",
    ]
    found = in_node(script, trust=base64.b64encode(trust_bytes(trust)).decode(), typed=typed)
    assert found[0] == found[1] + 1 == 3
    assert found[2:] == ["block-hash-other", "block-hash-chain", "block-hash"]


@pytest.mark.parametrize(
    "ledger",
    [
        {"input": {"payments": [None]}, "claim": {}},
        {"input": {"cap": None, "payments": {}}, "claim": {"principal": {}, "lines": [None, 1]}},
        {"input": {"costs": [[]], "allocation": {"kinds": 7}}, "claim": 3},
    ],
)
def test_a_ledger_that_breaks_the_engine_leaves_the_report(ledger: dict[str, Any]) -> None:
    package = WORLD.package_zip(replace(WORLD.contents, ledger=json.dumps(ledger).encode()))
    view = view_of(package)
    assert len(view["checks"]) == 10
    assert view["debt"]["state"] in ("not_here", "broken")


def test_sixteen_million_digits_of_a_header_fail_check_1_and_leave_the_report() -> None:
    header = "0x" + "00" * (8 << 20)
    text = json.dumps(
        {
            "header": header,
            "kind": "proofdocket.anchor",
            "log_index": 0,
            "receipt_proof": ["0x00"],
            "tx_index": 0,
            "v": 1,
        },
        separators=(",", ":"),
    )
    view = view_of(WORLD.package_zip(replace(WORLD.contents, material={"anchor": text})))
    assert view["result"] == "failed"
    assert {one["code"] for one in view["where"]} == {"package-malformed"}


def test_an_error_inside_one_check_leaves_the_others_and_passes_nothing() -> None:
    script = f"""
import {{ readPackage }} from "{HERE}/subject.js";
import {{ verify }} from "{HERE}/verify.js";
const subject = readPackage(new Uint8Array(Buffer.from(given.file, "base64")));
Object.defineProperty(subject, "original", {{ get() {{ throw new RangeError("stack"); }} }});
const report = await verify(subject, null, null, {int(NOW.timestamp())}000000n);
out = report.checks.map((check) => check.code);
"""
    codes = in_node(script, file=base64.b64encode(WORLD.package_zip()).decode())
    assert codes[1] == "not-reached"
    assert codes[2] == "leaves-canonical"


@pytest.mark.parametrize("encoding", ["cp936", "ascii"])
def test_a_console_that_lacks_the_marks_gets_the_report_and_its_exit_code(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "包裹.zip"
    file.write_bytes(scenarios.LENDER.package)
    run = "import sys; from evidence_service.verifier.program import main; main(sys.argv[1:])"
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", run, str(file), "--lang", "zh"]
    done = subprocess.run(words, capture_output=True, check=False, env=environment, timeout=60)
    assert done.returncode == 2, done.stderr
    assert done.stderr == b""
