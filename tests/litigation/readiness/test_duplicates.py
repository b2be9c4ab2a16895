"""No second suit on one loan: what opens one, what ends it, and what forbids another for good."""

from __future__ import annotations

import pytest

from litigation.core.duplicates import DuplicateSuitError, decided_suit, open_suit, refuse_duplicate
from tests.litigation.readiness.loans import AS_OF, COURT, RULES, Happening, checked, history, named, whole

FILED: Happening = ("filing.submitted", {"court": COURT})
ACCEPTED: Happening = ("filing.accepted", {"court": COURT, "case_number": "（2026）闽0503民初1号"})
RETURNED: Happening = ("filing.returned", {"court": COURT})
WITHDRAWN: Happening = ("judgment.entered", {"case_number": "x", "kind": "准许撤诉裁定"})
DISMISSED: Happening = ("judgment.entered", {"case_number": "x", "kind": "驳回起诉"})
JUDGED: Happening = ("judgment.entered", {"case_number": "x", "kind": "民事判决书"})


@pytest.mark.parametrize(
    ("told", "opened"),
    [
        ((), None),
        ((FILED,), "e0"),
        ((FILED, ACCEPTED), "e0"),
        ((ACCEPTED,), "e0"),  # filed by other means than ours
        ((FILED, RETURNED), None),
        ((FILED, ("filing.refused", {"court": COURT})), None),
        ((FILED, ACCEPTED, WITHDRAWN), None),
        ((FILED, ACCEPTED, DISMISSED), None),
        ((FILED, ("case.closed", {"reason": "r"})), None),
        ((FILED, ("court.recorded", {"kind": "withdrawn"})), None),
        ((FILED, ("court.recorded", {"kind": "fee_notice"})), "e0"),
        ((FILED, ACCEPTED, ("judgment.entered", {"case_number": "x", "kind": "withdrawal"})), None),
        ((FILED, RETURNED, FILED), "e2"),
        ((FILED, ACCEPTED, WITHDRAWN, FILED), "e3"),
    ],
)
def test_a_suit_is_open_from_its_filing_to_its_return_withdrawal_or_dismissal(
    told: tuple[Happening, ...], opened: str | None
) -> None:
    found = open_suit(history(*told), AS_OF, RULES)
    assert (found.event_id if found else None) == opened


def test_a_second_suit_is_refused_and_names_court_and_event() -> None:
    with pytest.raises(DuplicateSuitError, match=rf"{COURT}.*e0.*withdrawn or dismissed"):
        refuse_duplicate(history(FILED), AS_OF, RULES)
    refuse_duplicate(history(FILED, RETURNED), AS_OF, RULES)


def test_a_decision_on_the_merits_forbids_another_suit_for_good() -> None:
    loan = whole(FILED, ACCEPTED, JUDGED)
    assert decided_suit(loan, AS_OF, RULES) is not None
    assert named(checked(loan), "suit-decided").blocking
    assert decided_suit(whole(FILED, ACCEPTED, WITHDRAWN), AS_OF, RULES) is None
    assert checked(whole(FILED, ACCEPTED, WITHDRAWN)).ready
