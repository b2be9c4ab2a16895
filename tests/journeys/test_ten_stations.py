"""The ten stations, walked once by commands: read this first.

ingest > canonicalise > commit > log > checkpoint > anchor > verify > bundle > file > docket
"""

from __future__ import annotations

import base64
import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import proofbundle
import pytest

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.checkpoint import parse_checkpoint
from evidence_service.core.commitment import parse_disclosure
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from tests.journeys.conftest import Walked
from tests.litigation.filing.court import ACCEPTED, AnsweringCourt

pytestmark = [pytest.mark.chain]


def test_stations_1_to_3_every_event_is_ingested_in_canonical_form_under_salted_commitments(walked: Walked) -> None:
    taken = walked.answers["import"]
    lines = walked.portfolio.read_bytes().splitlines()
    assert taken["read"] == taken["accepted"] == len(lines) == walked.answers["sample"]["events"]
    assert taken["rejected"] == taken["duplicates"] == 0
    event = json.loads(lines[0])
    proof = walked.portfolio.with_name("first.tlog-proof")
    answer = walked.program.json("prove", event["id"], "-o", proof)
    leaf = Path(answer["leaf_file"]).read_bytes()
    assert canonical_bytes(json.loads(leaf)) == leaf
    for value in event["payload"].values():
        if isinstance(value, str) and len(value) > 3:
            assert value.encode() not in leaf


def test_stations_4_and_5_the_log_is_signed_by_the_key_that_init_named(walked: Walked) -> None:
    note = parse_note(walked.answers["publish"]["checkpoint"].encode())
    checkpoint = parse_checkpoint(note.text)
    assert verify_ed25519(note, parse_vkey(walked.answers["init"]["vkey"]))
    assert checkpoint.origin == walked.answers["init"]["origin"]
    assert checkpoint.size == walked.answers["import"]["tree_size"] + 1 == walked.answers["publish"]["tree_size"]
    assert checkpoint.root.hex() == walked.answers["publish"]["root"]


def test_station_6_the_chain_holds_the_checkpoint_and_the_block_is_final(walked: Walked) -> None:
    anchored, published = walked.answers["anchor"], walked.answers["publish"]
    assert anchored["state"] == "final"
    assert (anchored["tree_size"], anchored["root"]) == (published["tree_size"], published["root"])
    assert anchored["gas"] < 100_000
    status = walked.program.json("chain", "status")
    assert status["running"] is True
    assert status["saved_head"] >= anchored["block"]


def test_station_7_a_stranger_verifies_a_proof_with_trust_file_and_chain(walked: Walked) -> None:
    event = json.loads(walked.portfolio.read_bytes().splitlines()[5])
    proof = walked.portfolio.with_name("sixth.tlog-proof")
    walked.program.json("prove", event["id"], "-o", proof)
    report = walked.program.json("verify", proof, "--trust", walked.trust, "--rpc", walked.program.rpc, code=2)
    states = states_of(report)
    assert report["result"] == "incomplete"
    assert [n for n, state in states.items() if state == "passed"] == [1, 3, 5, 6, 8, 9]
    assert [n for n, state in states.items() if state == "not_checked"] == [2, 4, 7, 10]
    without_trust = walked.program.json("verify", proof, "--offline", code=2)
    assert {states_of(without_trust)[n] for n in (6, 7, 8)} == {"not_checked"}


def test_station_7_the_public_tool_proofbundle_accepts_the_proof_and_refuses_a_changed_leaf(walked: Walked) -> None:
    event = json.loads(walked.portfolio.read_bytes().splitlines()[7])
    proof = walked.portfolio.with_name("eighth.tlog-proof")
    leaf = Path(walked.program.json("prove", event["id"], "-o", proof)["leaf_file"]).read_bytes()
    vkey = walked.answers["init"]["vkey"]
    good = proofbundle.verify_tlog_proof(proof.read_text(), leaf, vkey)
    assert good["ok"]
    assert not proofbundle.verify_tlog_proof(proof.read_text(), leaf.replace(b'"seq"', b'"sEq"'), vkey)["ok"]


def test_station_8_every_overdue_loan_has_a_package_that_verifies(walked: Walked) -> None:
    bundled = walked.answers["bundle"]
    files = sorted(walked.packages.glob("*.zip"))
    assert bundled["failed"] == 0
    assert bundled["built"] == bundled["cases"] == len(files) > 0
    report = walked.program.json(
        "verify", walked.packages, "--trust", walked.trust, "--rpc", walked.program.rpc, code=2
    )
    states = states_of(report)
    assert report["result"] == "incomplete"
    assert [n for n, state in states.items() if state == "passed"] == [1, 2, 3, 4, 5, 6, 8, 9]
    assert [n for n, state in states.items() if state == "not_checked"] == [7]
    assert [n for n, state in states.items() if state == "claimed"] == [10]  # the map is there, nobody audited it
    assert len(report["items"]) == len(files)


def test_station_8_the_same_source_gives_the_same_package_bytes(walked: Walked, tmp_path: Path) -> None:
    again = walked.program.json(
        "bundle", "--overdue", "--as-of", "2026-10-31", "--workers", "1", "--limit", "2", "--out", tmp_path / "again"
    )
    assert again["failed"] == 0
    for file in (tmp_path / "again").glob("*.zip"):
        first = (walked.packages / file.name).read_bytes()
        assert sha256(file.read_bytes()).hexdigest() == sha256(first).hexdigest()


def test_station_8_the_pdf_alone_carries_its_evidence(walked: Walked, tmp_path: Path) -> None:
    with zipfile.ZipFile(min(walked.packages.glob("*.zip"))) as archive:
        pdf = tmp_path / "bundle.pdf"
        pdf.write_bytes(archive.read("data/bundle.pdf"))
        names = [name for name in archive.namelist() if name.endswith(".disclosures.json")]
        disclosed = [parse_disclosure(text) for text in json.loads(archive.read(names[0]))]
    report = walked.program.json("verify", pdf, "--trust", walked.trust, "--offline", code=2)
    assert [n for n, state in states_of(report).items() if state == "passed"] == [1, 3, 4, 5, 6, 9]
    assert disclosed


def test_one_flipped_byte_is_found_and_located(walked: Walked, tmp_path: Path) -> None:
    package = min(walked.packages.glob("*.zip"))
    raw = bytearray(package.read_bytes())
    at = raw.find(b"%PDF") + 2000
    raw[at] ^= 1
    copy = tmp_path / package.name
    copy.write_bytes(raw)
    report = walked.program.json("verify", copy, "--trust", walked.trust, "--offline", code=1)
    assert report["result"] == "failed"
    assert states_of(report)[2] == "failed"
    assert any(place["member"].startswith("data/") for place in report["where"])


def test_the_disclosed_salt_is_128_bits_and_never_repeats(walked: Walked) -> None:
    salts: list[bytes] = []
    with zipfile.ZipFile(min(walked.packages.glob("*.zip"))) as archive:
        for name in archive.namelist():
            if name.endswith(".disclosures.json"):
                for encoded in json.loads(archive.read(name)):
                    array = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
                    salts.append(base64.urlsafe_b64decode(array[0] + "=="))
    assert {len(salt) for salt in salts} == {16}
    assert len(set(salts)) == len(salts)


def test_stations_9_and_10_a_package_is_filed_and_the_court_s_answer_comes_back(walked: Walked, tmp_path: Path) -> None:
    package = max(walked.packages.glob("*.zip"))
    court = AnsweringCourt(walked.program.home, tmp_path)
    where = ("--court", "样例省云汀市示范区人民法院", "--court-address", court.address)
    filed = walked.program.json("file", package, *where)
    assert filed["state"] == "submitted"
    assert filed["package_sha256"] == sha256(package.read_bytes()).hexdigest()
    assert walked.program.run("file", package, *where).code == 1
    court.answer(filed["filing_id"], ACCEPTED, {"case_number": "(2026)闽0503民初1234号"})
    synced = walked.program.json("docket", "sync", "--details", court.details)
    assert (synced["answered"], synced["new"]) == (1, 1)
    lines = walked.program.json("docket", "list")["filings"]
    assert [line["case_number"] for line in lines] == ["（2026）闽0503民初1234号"]


def states_of(report: dict[str, Any]) -> dict[int, str]:
    """State of each check by its number."""
    return {check["n"]: check["state"] for check in report["checks"]}
