"""The rules cited for a claim name the cap that was used: the court's own, or the general one."""

from __future__ import annotations

from decimal import Decimal

from litigation.core.claim import Claim
from litigation.core.rules import Rules
from litigation.rulebook import read_rules, shipped_files
from litigation.workflow.assess import assess
from tests.litigation.readiness.loans import AS_OF, RULES, SIGNED, altered, whole

COURT = """
["cap.court.闽0503"]
title = "t"
continuous = true
[["cap.court.闽0503".entry]]
from = 2021-01-01
source = "notice of the court"
mark = "S"
number = "0.10"
"""


def owed(rules: Rules, court: str) -> Claim:
    found = assess(whole(contract_signed=altered(SIGNED)), AS_OF, rules, court).claim
    assert found is not None
    return found


def test_a_claim_under_a_courts_own_cap_cites_it_first_with_its_source() -> None:
    own = read_rules(shipped_files(), {"own.toml": COURT.encode()})
    cited = owed(own, "闽0503").rules_used
    assert (cited[0].series, cited[0].number, cited[0].source) == (
        "cap.court.闽0503",
        Decimal("0.10"),
        "notice of the court",
    )
    # the general line is cited too: the annualised cost is held against it
    assert "cap.financial" in {entry.series for entry in cited}


def test_at_another_court_only_the_general_cap_is_cited() -> None:
    own = read_rules(shipped_files(), {"own.toml": COURT.encode()})
    for claim in (owed(own, "闽0502"), owed(RULES, "")):
        caps = [entry.series for entry in claim.rules_used if entry.series.startswith("cap.") and entry.number]
        assert caps == ["cap.financial"]
