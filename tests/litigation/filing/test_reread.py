"""The loan is read again before a package is filed: what changed since it was drawn stops the filing and is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from litigation.adapters.filing_registry import FilingRegistry
from litigation.core.duplicates import DuplicateSuitError
from litigation.core.filing import DuplicateFilingError, FilingState
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.reread import FilingChangedError, changes_since, refuse_changed
from litigation.workflow.file_package import FilingDoors, check_fileable, file_package
from tests.litigation.filing.conftest import Instance
from tests.litigation.filing.crash import Crash, Failing
from tests.litigation.readiness.loans import RULES

AS_OF, TODAY, SIZE = date(2026, 2, 10), date(2026, 2, 20), 10
BEFORE = datetime(2026, 2, 1, 2, tzinfo=UTC)


def loan(*told: tuple[str, int, dict[str, Any]], corrects: str = "") -> LoanHistory:
    """Events by type, index in the log and payload, a minute apart."""
    events = [
        HistoryEvent(f"e{n}", kind, BEFORE + timedelta(minutes=n), BEFORE, n, index, "", payload, (), corrects)
        for n, (kind, index, payload) in enumerate(told)
    ]
    return LoanHistory("lender", "L1", tuple(events))


def changed(history: LoanHistory) -> list[tuple[str, str]]:
    return [(one.type, one.reason) for one in changes_since(history, AS_OF, SIZE, RULES, TODAY)]


PAYMENT = {"amount": "1.00", "currency": "CNY", "received_on": "2026-02-01"}
LATE_PAYMENT = {**PAYMENT, "received_on": "2026-02-11"}


@pytest.mark.parametrize(
    "kind",
    [
        "payment.received", "borrower.deceased", "borrower.insolvent", "settlement.agreed", "mediation.agreed",
        "hold.placed", "loan.closed", "loan.restructured", "claim.assigned", "recovery.received", "judgment.entered",
    ],
)  # fmt: skip
def test_what_was_logged_after_the_package_is_a_change_and_what_it_rests_on_is_none(kind: str) -> None:
    assert changed(loan((kind, SIZE - 1, {}))) == []
    assert changed(loan((kind, SIZE, {}))) == [(kind, "logged since")]


@pytest.mark.parametrize("kind", ["loan.classified", "contact.made", "demand.sent", "package.built", "route.decided"])
def test_what_does_not_touch_the_claim_is_no_change(kind: str) -> None:
    assert changed(loan((kind, SIZE, {}))) == []


def test_a_payment_after_the_cut_off_is_a_change_though_the_package_could_have_known_it() -> None:
    assert changed(loan(("payment.received", SIZE - 1, LATE_PAYMENT))) == [("payment.received", "after the cut-off")]


def test_a_hold_that_was_released_again_is_no_change() -> None:
    assert changed(loan(("hold.placed", SIZE, {}), ("hold.released", SIZE + 1, {}))) == []
    again = loan(("hold.placed", SIZE, {}), ("hold.released", SIZE + 1, {}), ("hold.placed", SIZE + 2, {}))
    assert changed(again) == [("hold.placed", "logged since")]


def test_a_correction_of_any_event_since_is_a_change() -> None:
    assert changed(loan(("application.submitted", SIZE, {}), corrects="x")) == [
        ("application.submitted", "a correction logged since")
    ]


def test_the_refusal_names_every_change_with_type_day_and_event() -> None:
    history = loan(("payment.received", SIZE, LATE_PAYMENT), ("borrower.deceased", SIZE + 1, {"on": "2026-02-12"}))
    with pytest.raises(FilingChangedError) as refused:
        refuse_changed(history, AS_OF, SIZE, RULES, TODAY)
    for word in ("payment.received of 2026-02-11", "event e0", "borrower.deceased of 2026-02-12", "event e1"):
        assert word in str(refused.value)


def happen(instance: Instance, kind: str, /, **payload: Any) -> str:
    """Something happens to the first package's loan and is logged."""
    service = instance.filings()
    row = service._cases.package_by_digest(sha256(instance.packages[0].read_bytes()).hexdigest())
    event_id = f"late:{kind}"
    service.evidence.submit(
        [
            {
                "id": event_id,
                "institution": row.institution,
                "loan": service._cases.loan_of(row.our_reference),
                "type": kind,
                "type_version": 1,
                "occurred_at": "2026-10-30T02:00:00Z",
                "actor": {"role": "system", "org": row.institution},
                "source": {"system": "loan-core", "mechanism": "automatic", "version": "1"},
                "payload": payload,
            }
        ]
    )
    return event_id


def loan_number(instance: Instance) -> str:
    """The loan of the first package, by its name."""
    return instance.packages[0].name.removesuffix("-2026-10-31.zip").rpartition("_")[2]


def pay(instance: Instance) -> str:
    return happen(instance, "payment.received", amount="1.00", currency="CNY", received_on="2026-10-30")


def file_with(instance: Instance, doors: FilingDoors) -> None:
    service = instance.filings()
    file_package(check_fileable(instance.packages[0].read_bytes(), service.case_of, doors.now), instance.where, doors)


def lodged(instance: Instance) -> int:
    return len(FilingRegistry(instance.chain().open()).lodgings(0))


@pytest.mark.chain
def test_payment_before_filing_stops_it_and_a_package_built_anew_is_filed(instance: Instance, tmp_path: Path) -> None:
    event = pay(instance)
    with pytest.raises(FilingChangedError, match=rf"payment.received of 2026-10-30 \(logged since, event {event}\)"):
        instance.file()
    assert instance.filings().store.filings() == []
    assert not (instance.home / "outbox").exists()
    instance.publish_and_anchor()
    anew = instance.rebuild(loan_number(instance), tmp_path / "again")
    filing = instance.filings().file(anew.read_bytes(), instance.where)
    assert filing.state is FilingState.SUBMITTED


@pytest.mark.chain
def test_payment_after_filing_does_not_undo_it_and_no_second_package_is_filed_or_built(
    instance: Instance, tmp_path: Path
) -> None:
    instance.file()
    pay(instance)
    with pytest.raises(DuplicateFilingError):
        instance.file()
    assert lodged(instance) == 1
    instance.publish_and_anchor()
    with pytest.raises(AssertionError, match="duplicate-suit"):
        instance.rebuild(loan_number(instance), tmp_path / "again")
    assert [kind for kind, _ in instance.payloads(instance.filings().store.filings()[0].our_reference)] == [
        "filing.submitted"
    ]


@pytest.mark.chain
def test_payment_between_intent_and_sending_stops_it_and_frees_the_case(instance: Instance) -> None:
    """The intent is stored, the program dies, the borrower pays: neither `file` nor `docket sync` lodges it."""
    doors = instance.doors()
    with pytest.raises(Crash):
        file_with(instance, replace(doors, chain=Failing(doors.chain, "send")))
    pay(instance)
    synced = instance.filings().sync({})
    assert ["payment.received" in item.reason for item in synced.differences] == [True]
    with pytest.raises(FilingChangedError):
        instance.file()
    assert lodged(instance) == 0
    (filing,) = instance.filings().store.filings()
    assert filing.state is FilingState.FAILED
    assert not filing.is_open


@pytest.mark.chain
def test_payment_after_sending_does_not_stop_what_stands_on_the_chain(instance: Instance) -> None:
    """Sent and the answer lost: it is lodged, so it is recorded as lodged, whatever happened since."""
    doors = instance.doors()
    with pytest.raises(Crash):
        file_with(instance, replace(doors, chain=Failing(doors.chain, "send", after=True)))
    pay(instance)
    assert instance.file().state is FilingState.SUBMITTED
    assert lodged(instance) == 1


@pytest.mark.chain
def test_a_suit_that_others_brought_on_the_loan_refuses_ours(instance: Instance) -> None:
    """An acceptance that came in as an event: filed by other means than this program."""
    happen(instance, "filing.accepted", our_reference="x", court="某法院", case_number="（2026）闽0503民初1号")
    with pytest.raises(DuplicateSuitError, match="a suit on this loan is open with 某法院"):
        instance.file()
    assert lodged(instance) == 0


@pytest.mark.chain
def test_after_a_withdrawal_another_package_of_the_loan_is_built_and_filed(instance: Instance, tmp_path: Path) -> None:
    """The first filing is ended by the event; the registry and the docket keep both."""
    instance.file()
    happen(instance, "judgment.entered", case_number="（2026）闽0503民初1号", kind="准许撤诉裁定")
    instance.publish_and_anchor()
    anew = instance.rebuild(loan_number(instance), tmp_path / "again")
    second = instance.filings().file(anew.read_bytes(), instance.where)
    assert second.state is FilingState.SUBMITTED
    states = [filing.state for filing in instance.filings().store.filings()]
    assert states == [FilingState.ENDED, FilingState.SUBMITTED]
    assert lodged(instance) == 2
