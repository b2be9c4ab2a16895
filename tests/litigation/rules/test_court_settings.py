"""Settings of courts: what ships, what an instance enters, and that nothing is made up in between."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from litigation.core.case_number import parse_case_number
from litigation.core.court_settings import cap_entry, cause_on, small_claim_ceiling
from litigation.core.rules import Mark
from litigation.errors import RuleMissingError
from litigation.rulebook import load_rules, read_rules

COURT = b"""
["cap.court.\xe9\x97\xbd0582"]
title = "t"
continuous = true
[["cap.court.\xe9\x97\xbd0582".entry]]
from = 2021-01-01
source = "a judgment of that court"
mark = "S"
number = "0.154"

["small_claim.average_wage.fujian"]
title = "t"
continuous = true
[["small_claim.average_wage.fujian".entry]]
from = 2026-01-01
source = "s"
mark = "S"
number = "100001"

["small_claim.wage_share"]
title = "t"
continuous = true
[["small_claim.wage_share".entry]]
from = 2022-01-01
source = "s"
mark = "V"
number = "0.5"

["cap.financial"]
title = "t"
continuous = true
[["cap.financial".entry]]
from = 2017-08-04
source = "s"
mark = "O"
number = "0.24"
"""


def test_a_cap_is_that_of_the_court_for_contracts_of_the_day_else_the_general_one() -> None:
    rules = read_rules({"a.toml": COURT})
    assert cap_entry(rules, date(2025, 3, 10), "闽0582").number == Decimal("0.154")
    assert cap_entry(rules, date(2025, 3, 10), "闽0583").number == Decimal("0.24")
    assert cap_entry(rules, date(2015, 3, 10)).number == Decimal("0.24")
    with pytest.raises(RuleMissingError, match="2020"):  # the court's setting does not reach back: no guess
        cap_entry(rules, date(2020, 3, 10), "闽0582")


def test_the_small_claim_ceiling_needs_the_wage_of_the_province() -> None:
    assert small_claim_ceiling(read_rules({"a.toml": COURT}), "fujian", date(2026, 3, 1)) == Decimal("50000.50")
    assert small_claim_ceiling(load_rules(), "fujian", date(2026, 3, 1)) is None


def test_the_cause_of_action_is_that_of_the_day_of_filing() -> None:
    rules = load_rules()
    before, after = (cause_on(rules, "financial_loan", day) for day in (date(2025, 12, 31), date(2026, 1, 1)))
    assert (before.text, before.mark) == ("103 金融借款合同纠纷", Mark.UNVERIFIED)
    assert (after.text, after.mark) == ("108(1) 金融借款合同纠纷", Mark.SECONDARY)


def test_case_numbers_of_every_recorded_court_and_type_are_read() -> None:
    rules, day = load_rules(), date(2026, 1, 1)
    for court in rules.at("case_number.courts", day).words:
        code, _, name = court.partition(" ")
        assert name
        for kind in rules.at("case_number.types", day).words:
            assert parse_case_number(f"（2026）{code}{kind}12号")
