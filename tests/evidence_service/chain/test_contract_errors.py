"""Every refusal of the contracts has its sentence, and unknown ones are not dressed up."""

from __future__ import annotations

from string import Formatter

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from evidence_service.adapters.contract_errors import SENTENCES, refused
from evidence_service.adapters.contract_files import CONTRACTS, shipped_contract

ERRORS = {
    entry["name"]: entry for name in CONTRACTS for entry in shipped_contract(name).abi if entry["type"] == "error"
}


def test_sentences_and_errors_of_the_contracts_are_the_same_set() -> None:
    assert set(SENTENCES) == set(ERRORS)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_a_sentence_names_only_values_that_the_error_carries(name: str) -> None:
    named = {field for _, field, _, _ in Formatter().parse(SENTENCES[name]) if field}
    assert named <= {one["name"] for one in ERRORS[name]["inputs"]}


def test_values_appear_in_the_sentence() -> None:
    data = keccak(text="NotGrowing(bytes32,uint64,uint64)")[:4]
    error = refused(data + encode(["bytes32", "uint64", "uint64"], [b"\x07" * 32, 5, 9]))
    assert str(error) == (
        f"the contract refused: log 0x{'07' * 32} is anchored at size 9 already and only grows; size 5 was refused"
    )
    assert error.code == "contract-refused"


def test_unknown_and_broken_revert_data_are_shown_as_they_are() -> None:
    assert str(refused(b"")) == "the contract refused: no reason given"
    assert str(refused(bytes.fromhex("deadbeef01"))) == "the contract refused: 0xdeadbeef01"
    broken = refused(keccak(text="NotGrowing(bytes32,uint64,uint64)")[:4] + b"\x00")
    assert str(broken) == "the contract refused: NotGrowing, values unreadable"
