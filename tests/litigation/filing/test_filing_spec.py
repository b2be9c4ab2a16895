"""docs/spec/file.md and docket.md against the code: worked examples, states, codes, the pattern of case numbers."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime
from hashlib import sha256

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from litigation.core import filing as filing_module
from litigation.core.case_number import PATTERN
from litigation.core.docket import DECISIONS, read_detail
from litigation.core.filing import CLOSED, Filing, FilingState, court_of, folder_name, letter_bytes
from litigation.workflow import sync_docket
from tests.architecture.markdown import block, page

FILE, DOCKET = "docs/spec/file.md", "docs/spec/docket.md"


def test_the_letter_of_the_worked_example_is_what_the_code_writes() -> None:
    assert sha256(b"package").hexdigest() == block(FILE, "package-sha256")
    letter = json.loads(block(FILE, "letter"))
    court = court_of(letter["court"], letter["court_address"].lower())
    filing = Filing(
        id=0,
        our_reference=letter["our_reference"],
        institution=letter["institution"],
        court=court.name,
        court_address=court.address,
        package_sha256=letter["package"]["sha256"],
        filing_id=letter["filing_id"],
        chain_id=letter["chain_id"],
        registry=letter["registry"],
        nonce=0,
        tx="",
        raw_tx=b"",
        state=FilingState.PREPARED,
        block=None,
        block_hash=None,
        lodged_at=None,
        outbox="",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert letter_bytes(filing, letter["filer"], len(b"package")).decode() == block(FILE, "letter")
    assert f"{court.slug}/{folder_name(filing)}" == block(FILE, "folder")


def test_the_filing_id_of_the_worked_example_is_what_the_contract_computes() -> None:
    letter = json.loads(block(FILE, "letter"))
    bound = [
        "proofdocket/filing/v1",
        bytes.fromhex(letter["package"]["sha256"]),
        letter["court_address"],
        letter["filer"],
        letter["chain_id"],
        letter["registry"],
    ]
    encoded = encode(["string", "bytes32", "address", "address", "uint256", "address"], bound)
    assert "0x" + keccak(encoded).hex() == letter["filing_id"]


def test_the_detail_of_the_worked_example_is_read_as_shown() -> None:
    detail = read_detail(block(DOCKET, "detail-name"), block(DOCKET, "detail").encode())
    assert detail.case_number == block(DOCKET, "case-number")


def test_the_pattern_of_case_numbers_is_the_one_in_the_spec() -> None:
    assert PATTERN.pattern == block(DOCKET, "case-number-pattern")


def test_every_state_and_whether_it_is_open_stands_in_the_spec() -> None:
    table = page(FILE).split("## States")[1].split("## Order")[0]
    rows = re.findall(r"^\| (`[^|]+) \|[^|]+\| (yes|no) \|$", table, re.MULTILINE)
    said = {name: is_open == "yes" for names, is_open in rows for name in re.findall(r"`(\w+)`", names)}
    assert said == {state.value: state not in CLOSED for state in FilingState}


def test_every_refusal_of_a_filing_stands_in_the_spec() -> None:
    refusals = [
        found
        for _, found in inspect.getmembers(filing_module, inspect.isclass)
        if issubclass(found, filing_module.FilingRefusedError)
    ]
    assert len(refusals) == 4
    for refusal in refusals:
        assert f"| `{refusal.code}`" in page(FILE)


def test_every_difference_and_decision_stands_in_the_spec() -> None:
    used = set(re.findall(r'Difference\(\s*"([a-z-]+)"', inspect.getsource(sync_docket)))
    table = page(DOCKET).split("## Differences")[1]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == used
    answers = page(DOCKET).split("## Answers")[1].split("## Details")[0]
    for number, kind in DECISIONS.items():
        assert f"| {number} | `{kind.value}` |" in answers
