"""Fictional numbers: right check characters, regions that do not exist."""

from __future__ import annotations

from datetime import date

import pytest

from litigation.core.identity_number import credit_check_character, id_check_character
from litigation.sample.identity import credit_code, id_number, organisation_check_character, phone_number
from litigation.sample.institution import sample_institution


def test_the_example_of_gb_11643_checks_out() -> None:
    assert id_check_character("11010519491231002") == "X"
    assert id_check_character("44052418800101001") == "4"


def test_a_known_credit_code_checks_out() -> None:
    assert credit_check_character("91350100M000100Y4") == "3"  # GB 32100-2015, example
    assert organisation_check_character("M000100Y") == "4"


@pytest.mark.parametrize("sequence", range(1, 400, 17))
def test_an_identity_number_is_fictional_and_checks_out(sequence: int) -> None:
    number = id_number(101, date(1990, 3, 7), sequence)
    assert number.startswith("990101" + "19900307")
    weights = [2 ** (17 - place) % 11 for place in range(18)]  # ISO 7064 MOD 11-2 over all 18 characters
    digits = [10 if char == "X" else int(char) for char in number]
    assert sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 1


def test_the_lender_is_fictional_and_its_credit_code_checks_out() -> None:
    lender = sample_institution()
    code = lender.party.credit_code
    assert code == credit_code(9901, "DEM00001")
    assert code[2:4] == "99"
    assert credit_check_character(code[:17]) == code[17]
    assert "样例" in lender.party.name
    assert lender.slug == "sample-cf"


def test_telephone_numbers_are_in_a_range_of_no_network() -> None:
    assert phone_number(7) == "12000000007"
    assert len({phone_number(number) for number in range(5000)}) == 5000
