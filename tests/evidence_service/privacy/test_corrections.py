"""Corrections: what an event may correct, and the alert where a package holds what was corrected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.privacy.house import LOAN, House, happened, open_house

DAY = "2026-01-05"


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = open_house(tmp_path / "home")
    assert made.take(happened("E-1", "payment.received", DAY), happened("E-2", "loan.checked", DAY)) == []
    return made


def correction(event_id: str, corrects: str, **changes: Any) -> dict[str, Any]:
    return happened(event_id, changes.pop("kind", "payment.received"), DAY, corrects=corrects, **changes)


def built(event_id: str, tree_size: int) -> dict[str, Any]:
    payload = {
        "our_reference": f"{INSTITUTION}:{LOAN}",
        "package_digest": "ab" * 32,
        "pdf_digest": "cd" * 32,
        "pages": 3,
        "tree_size": tree_size,
        "root": "ef" * 32,
        "as_of": "2026-02-01",
        "draft": False,
    }
    return happened(event_id, "package.built", "2026-02-01", subjects=[], payload=payload)


def alerts(house: House) -> list[dict[str, Any]]:
    events = house.evidence.store.events_of_loan(INSTITUTION, LOAN)
    return [json.loads(event.body or b"")["payload"] for event in events if event.type == "case.alerted"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (correction("E-9", "E-9"), "cannot correct itself"),
        (correction("E-9", "E-404"), "holds no event of that id"),
        (correction("E-9", "E-1", loan="LN-OTHER"), "belongs to another loan"),
        (correction("E-9", "E-2"), "is loan.checked, this one payment.received"),
    ],
)
def test_an_event_corrects_only_an_earlier_one_of_its_loan_and_type(
    house: House, value: dict[str, Any], says: str
) -> None:
    (reject,) = house.take(value)
    assert reject.code == "correction-refused"
    assert says in reject.reason
    assert len(house.types()) == 2


def test_a_ruling_that_comes_later_corrects_the_return_and_not_the_other_way_round(house: House) -> None:
    told = {"our_reference": "R", "court": "法院"}
    returned = happened("F-1", "filing.returned", DAY, subjects=[], payload=told)
    refused = happened("F-2", "filing.refused", DAY, subjects=[], payload=told, corrects="F-1")
    assert house.take(returned, refused) == []
    (reject,) = house.take(happened("F-3", "filing.returned", DAY, subjects=[], payload=told, corrects="F-2"))
    assert reject.code == "correction-refused"


def test_corrections_cannot_run_in_a_circle(house: House) -> None:
    """In one file or in two: the first of a circle names what is not there yet."""
    circle = [correction("C-1", "C-2"), correction("C-2", "C-1")]
    assert [one.code for one in house.take(*circle)] == ["correction-refused"] * 2
    assert [one.code for one in house.take(circle[1], circle[0])] == ["correction-refused"] * 2


def test_another_institutions_event_cannot_be_corrected(house: House) -> None:
    house.evidence.add_institution("other-cf")
    (reject,) = house.take(correction("E-9", "E-1", institution="other-cf"))
    assert "this institution's log holds no event" in reject.reason


def test_a_correction_of_a_correction_in_the_same_batch_is_taken(house: House) -> None:
    assert house.take(correction("C-1", "E-1"), correction("C-2", "C-1")) == []
    assert alerts(house) == []


def test_a_correction_of_what_a_package_holds_alerts_its_case_once(house: House) -> None:
    house.take(built("P-1", 2))
    house.take(correction("C-1", "E-1"))
    assert alerts(house) == [
        {
            "corrected_event": "E-1",
            "correction": "C-1",
            "package_digest": "ab" * 32,
            "tree_size": 2,
            "filed": False,
        }
    ]
    assert house.evidence.raise_alerts(INSTITUTION) == 0
    house.take(correction("C-1", "E-1"))
    assert len(alerts(house)) == 1


def test_the_alert_says_that_the_package_was_filed(house: House) -> None:
    filed = {
        "our_reference": f"{INSTITUTION}:{LOAN}",
        "court": "法院",
        "package_digest": "ab" * 32,
        "channel": "outbox",
    }
    house.take(built("P-1", 2), happened("F-1", "filing.submitted", "2026-02-02", subjects=[], payload=filed))
    house.evidence.submit([correction("C-1", "E-1")])
    assert alerts(house)[0]["filed"] is True


def test_a_package_that_does_not_hold_the_corrected_event_raises_no_alert(house: House) -> None:
    house.take(built("P-1", 1))  # drawn from the log's first entry only; E-2 is its second
    house.take(happened("C-2", "loan.checked", DAY, corrects="E-2"))
    assert alerts(house) == []
    house.take(correction("C-1", "E-1"))
    assert len(alerts(house)) == 1


def test_a_package_built_after_the_correction_raises_no_alert(house: House) -> None:
    house.take(correction("C-1", "E-1"))
    house.take(built("P-1", 3))
    assert house.evidence.raise_alerts(INSTITUTION) == 0


def test_an_alert_that_a_crash_kept_back_is_raised_by_the_next_look(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.take(built("P-1", 2))
    with monkeypatch.context() as patched:
        patched.setattr(type(house.evidence), "raise_alerts", lambda *_: 0)
        house.take(correction("C-1", "E-1"))
    assert alerts(house) == []
    assert house.evidence.raise_alerts(INSTITUTION) == 1
    assert house.evidence.raise_alerts(INSTITUTION) == 0
    assert len(alerts(house)) == 1
