"""Witnesses, cosignatures and static tiles against the vectors of other implementations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence_service.adapters.tile_reader import open_tiles
from evidence_service.adapters.witness_state import SqliteWitnessState
from evidence_service.core.cosignature import is_cosigner, verifies
from evidence_service.core.note import ED25519, ML_DSA_44, VerifierKey, parse_note, parse_vkey
from evidence_service.core.policy import parse_policy
from evidence_service.core.tile_audit import audit_tiles
from evidence_service.core.tiles import ENTRIES, TileName, parse_bundle, parse_tile_path
from evidence_service.core.witness_request import parse_cosignature_lines, parse_request
from evidence_service.workflow.add_checkpoint import Witness, add_checkpoint
from tests.conftest import CountCases
from tests.evidence_service.witness.cosigners import NOW, Cosigner

pytestmark = pytest.mark.shared
NOT_BASE64 = "kezNobZs4SUUdrcawfAB8WVrx6gx="


def transcribed(vectors: Path, name: str) -> Any:
    return json.loads((vectors / name).read_text("utf-8"))


def expected_status(step: Any) -> int:
    """What the witness of these vectors answered in 2025-06, and where we differ: an unknown log is 404 today, and a
    signature line that is not canonical base64 makes the request malformed (400) before anybody's key is tried."""
    if "unknown log" in str(step["asserts"]):
        return 404
    return 400 if NOT_BASE64 in step["body"] else int(step["status"])


def logs_of(setup: str, origin: str) -> dict[str, list[VerifierKey]]:
    vkey = re.search(r" -key (\S+)", setup)
    if vkey is not None:
        return {origin: [parse_vkey(vkey[1])]}
    keys = {raw: VerifierKey(origin, ED25519, bytes.fromhex(raw)) for raw in re.findall(r"-key=([0-9a-f]{64})", setup)}
    return {origin: list(keys.values())}


def test_a_witness_answers_as_the_vectors_say(vectors: Path, tmp_path: Path, count_cases: CountCases) -> None:
    known = transcribed(vectors, "tlog-witness/transcribed/torchwood-litewitness.json")
    key = Cosigner("example.com/witness").key
    right = 0
    for number, scenario in enumerate(known["scenarios"]):
        origin = scenario["steps"][0]["body"].partition("\n\n")[2].partition("\n")[0]
        logs = logs_of(" ".join(scenario["setup"]), origin)
        witness = Witness(logs, [key], SqliteWitnessState(tmp_path / str(number)), lambda: NOW)
        for step in scenario["steps"]:
            reply = add_checkpoint(witness, step["body"].encode())
            said = [re.search(r'body == "(\d+)\\n"', text) for text in step["asserts"]]
            sizes = [f"{found[1]}\n".encode() for found in said if found]
            right += reply.status == expected_status(step) and (not sizes or reply.body == sizes[0])
    count_cases("tlog-witness add-checkpoint: status and size (litewitness)", right, 11)


def test_ml_dsa_44(vectors: Path, count_cases: CountCases) -> None:
    """A signature under another context than the empty one, which tlog-cosignature uses, is not ours to take."""
    right = 0
    for group in transcribed(vectors, "wycheproof/mldsa_44_verify_test.json")["testGroups"]:
        key = VerifierKey("witness.example", ML_DSA_44, bytes.fromhex(group["publicKey"]))
        for case in group["tests"]:
            taken = is_cosigner(key) and verifies(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            right += taken is (case["result"] == "valid" and not case.get("ctx"))
    count_cases("Wycheproof ML-DSA-44, as cosignatures are verified", right, 180)


def test_the_witness_examples_of_the_specifications(vectors: Path, count_cases: CountCases) -> None:
    """Requests and answers are read; the policy is read once its keys are put in."""
    known = transcribed(vectors, "signed-note/transcribed/c2sp-spec-examples.json")["examples"]
    request = parse_request(
        next(text for text in known["tlog-witness"]["indented"] if text.startswith("old ")).encode()
    )
    right = int((request.old_size, len(request.proof), request.checkpoint.size) == (20852014, 4, 20852163))
    for spec in ("tlog-witness", "tlog-mirror"):
        answer = next(text for text in known[spec]["indented"] if text.count("\u2014 ") == 3)
        right += [len(line.signature) for line in parse_cosignature_lines(answer.encode())] == [72, 72, 72]
    cosigned = parse_note(known["tlog-cosignature"]["fenced"][0].encode()).signatures[1]
    message = next(text for text in known["tlog-cosignature"]["indented"] if text.startswith("cosignature/v1"))
    right += f"\ntime {int.from_bytes(cosigned.signature[:8], 'big')}\n" in message
    numbers = iter(range(100))
    policy = known["tlog-policy"]["fenced"][0].replace("log <vkey>", "")
    policy = re.sub("<vkey>", lambda _: Cosigner(f"w{next(numbers)}").vkey, policy)
    read = parse_policy(policy)
    right += (len(read.witnesses), len(read.groups), read.satisfied({"X1", "X3", "Y2"})) == (6, 3, True)
    count_cases("C2SP specification examples of witnesses and policies", right, 5)


def test_a_tile_log_is_audited_at_every_size(vectors: Path, count_cases: CountCases) -> None:
    """Tessera's own log: all tiles and bundles of each of its 16 checkpoints, by the reader that anybody may run."""
    folder = vectors / "tlog-tiles" / "tessera-testlog"
    key = parse_vkey(transcribed(vectors, "tlog-tiles/tessera-testlog-KEYS.json")["public_vkey"])
    right = 0
    for size in range(16):
        found = audit_tiles(with_checkpoint(open_tiles(str(folder)), folder / f"checkpoint.{size}"), [key])
        right += (found.entries, found.state.checkpoint.size) == (size, size)
    assert audit_tiles(open_tiles(str(folder)), [key]).entries == 15
    count_cases("tlog-tiles logs read and recomputed (Tessera)", right, 16)


def with_checkpoint(fetch: Callable[[str], bytes | None], path: Path) -> Callable[[str], bytes | None]:
    return lambda name: path.read_bytes() if name == "checkpoint" else fetch(name)


def test_entry_bundles_of_a_tile_log(vectors: Path, count_cases: CountCases) -> None:
    folder = vectors / "tlog-tiles" / "tessera-testlog"
    entries = [entry.encode() for entry in transcribed(vectors, "tlog-tiles/tessera-testlog-KEYS.json")["entries"]]
    right = 0
    for path in sorted((folder / "tile" / "entries" / "000.p").iterdir()):
        name = parse_tile_path(str(path.relative_to(folder)))
        assert name == TileName(ENTRIES, 0, int(path.name))
        right += parse_bundle(path.read_bytes(), name) == entries[: int(path.name)]
    count_cases("tlog-tiles entry bundles (Tessera)", right, 15)
