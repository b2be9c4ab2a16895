"""Packages beside restriction, erasure and correction: refused clearly, built in the erased form, alerted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evidence_service.core import container
from evidence_service.core.digest import sha256_hex
from evidence_service.core.reasons import CheckState
from evidence_service.core.verify import verify_package
from evidence_service.errors import NotFoundError
from evidence_service.ports import SubjectErasedError
from evidence_service.workflow.erase import LegalHoldError, erase, plan_erasure
from evidence_service.workflow.privacy import RestrictedError
from evidence_service.workflow.restrict import restrict
from litigation.adapters.evidence_door import history_of
from litigation.adapters.package_reread import reread_package
from litigation.core.paper_kinds import papers_for
from litigation.core.reread import FilingLateError
from litigation.errors import LitigationError
from litigation.service import LoanErasedError
from tests.litigation.corrections.conftest import Lender
from tests.litigation.documents.reading import flat, opened
from web.cli import main
from web.init_command import SAMPLE

DECIDED = {
    "our_reference": "x:1", "route": "ordinary", "recommended": "ordinary", "decided_by": "某律师",
    "reasons": ["被告未提抗辩"], "accepted": ["limitation-expired"], "as_of": "2026-10-31", "rules_digest": "0" * 64,
}  # fmt: skip


def events_of(lender: Lender, loan: str) -> list[Any]:
    return lender.litigation.evidence.store.events_of_loan(SAMPLE, loan)


def subject_of(lender: Lender, loan: str) -> str:
    subject: str = json.loads(events_of(lender, loan)[0].body)["subjects"][0]
    return subject


def correction(lender: Lender, loan: str, kind: str, **payload: Any) -> dict[str, Any]:
    """A correction of a loan's last event of a type, with another payload."""
    event = next(one for one in reversed(events_of(lender, loan)) if one.type == kind)
    value = json.loads(event.body)
    value.pop("attachments", None)
    return {
        **value,
        "id": f"correction-of-{event.event_id}",
        "corrects": event.event_id,
        "payload": value["payload"] | payload,
    }


def destroy(lender: Lender, loan: str) -> None:
    """Erase a borrower whose statutes have run out: the calendar is not what is tested here."""
    outcome = erase(subject_of(lender, loan), "request", replace(lender.doors, duties=()))
    assert outcome.state == "erased"


def test_a_restricted_loan_is_neither_selected_nor_packaged(lender: Lender) -> None:
    loan, *others = lender.overdue
    restrict(subject_of(lender, loan), "dispute over accuracy", lender.doors)
    assert lender.overdue == others
    with pytest.raises(RestrictedError) as refused:
        lender.litigation.build(lender.source(), loan)
    assert refused.value.code == "restricted"


def test_a_loan_whose_content_was_erased_is_refused_or_drafted_in_its_erased_form(lender: Lender) -> None:
    loan, *others = lender.overdue
    destroy(lender, loan)
    lender.publish()
    assert lender.overdue == others
    with pytest.raises(LoanErasedError, match="was erased: no claim can be drawn"):
        lender.litigation.build(lender.source(), loan)
    built = lender.litigation.build(lender.source(draft=True), loan)
    assert built.draft
    now = lender.litigation.evidence.now()
    report = verify_package(built.content, None, None, now)
    assert report.where == ()
    assert [report.check(n).state for n in (2, 3, 4)] == [CheckState.ERASED] * 3
    assert [report.check(n).state for n in (1, 5)] == [CheckState.PASSED] * 2
    members = container.read(built.content)
    assert "内容已依法删除" in "".join(flat(page) for page in opened(members["data/bundle.pdf"]).pages)
    form = json.loads(members["data/evidence/000000.disclosures.json"])
    assert form["erased"]["reason"] == "request"
    assert not [name for name in members if name.startswith("data/originals/")]


def test_the_history_of_an_erased_loan_keeps_its_places_and_counts_none(lender: Lender) -> None:
    loan = lender.overdue[0]
    before = len(events_of(lender, loan))
    destroy(lender, loan)
    history = history_of(SAMPLE, loan, events_of(lender, loan))
    assert len(history.events) == before + 1
    assert [event.type for event in history.current()] == ["subject.erased"]


def test_a_package_that_was_built_holds_its_loan_and_is_listed_as_a_copy(lender: Lender, tmp_path: Path) -> None:
    loan = lender.overdue[0]
    made = lender.package(loan, tmp_path)
    with pytest.raises(LegalHoldError, match="a case is open"):
        erase(subject_of(lender, loan), "request", lender.doors)
    copies = plan_erasure(subject_of(lender, loan), lender.doors).copies
    assert [(copy.place, copy.digest) for copy in copies if copy.kind == "package"] == [(str(made.path), made.sha256)]
    assert sha256_hex(made.path.read_bytes()) == made.sha256


def test_an_original_of_an_erased_borrower_is_gone(lender: Lender) -> None:
    loan = lender.overdue[0]
    event = next(one for one in events_of(lender, loan) if one.type == "contract.signed")
    (digest, *_) = [one["sha256"] for one in json.loads(event.body)["attachments"]]
    assert lender.litigation.evidence.original(SAMPLE, digest)
    destroy(lender, loan)
    with pytest.raises((SubjectErasedError, NotFoundError)):
        lender.litigation.evidence.original(SAMPLE, digest)


def test_the_newest_correction_makes_the_papers_and_the_superseded_event_is_shown(lender: Lender) -> None:
    loan = lender.overdue[0]
    assert lender.submit(correction(lender, loan, "application.submitted", employer="泉州更正有限公司")) == ["accepted"]
    lender.publish()
    last = events_of(lender, loan)[-1].sequence
    built = lender.litigation.build(lender.source(), loan)
    members = container.read(built.content)
    printed = "".join(flat(page) for page in opened(members["data/bundle.pdf"]).pages)
    assert f"已被第{last}项更正" in printed
    facts = {one["key"]: one for one in json.loads(members["data/facts.json"])}
    assert facts["defendant.employer"]["value"] == "泉州更正有限公司"
    assert (
        verify_package(built.content, None, None, lender.litigation.evidence.now()).check(4).state is CheckState.PASSED
    )


def test_a_correction_of_a_packaged_event_alerts_its_case_until_it_is_built_again(
    lender: Lender, tmp_path: Path
) -> None:
    loan = lender.overdue[0]
    lender.package(loan, tmp_path)
    assert lender.filings.alerts() == []
    value = correction(lender, loan, "application.submitted", employer="泉州更正有限公司")
    assert lender.submit(value) == ["accepted"]
    (alert,) = lender.filings.alerts()
    assert (alert.our_reference, alert.correction, alert.filed, alert.open) == (
        f"{SAMPLE}:{loan}",
        value["id"],
        False,
        True,
    )
    shown = CliRunner().invoke(main, ["--home", str(lender.home), "docket", "list"])
    assert f"ALERT  {SAMPLE}:{loan}  event {value['corrects']} was corrected by {value['id']}" in shown.output
    told = json.loads(CliRunner().invoke(main, ["--home", str(lender.home), "docket", "list", "--json"]).output)
    assert [one["state"] for one in told["alerts"]] == ["open"]
    lender.publish()
    lender.package(loan, tmp_path)
    (alert,) = lender.filings.alerts()
    assert not alert.open


def test_a_package_that_was_in_time_when_drawn_is_read_again_for_limitation_on_the_day_of_filing(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan = lender.overdue[0]
    made = lender.package(loan, tmp_path)
    evidence, cases = lender.litigation.evidence, lender.litigation.cases
    reread_package(evidence, cases, made.sha256)
    first = json.loads(events_of(lender, loan)[0].body)
    decided = {
        name: first[name] for name in ("institution", "loan", "actor", "type_version", "occurred_at", "subjects")
    }
    decided |= {"id": "decided:1", "type": "route.decided", "source": {**first["source"], "system": "proofdocket"}}
    decided |= {"payload": DECIDED}
    years_later = evidence.now().replace(year=evidence.now().year + 9)
    with monkeypatch.context() as patched:
        patched.setattr(evidence, "now", lambda: years_later)
        with pytest.raises(FilingLateError, match="limitation ran out on") as refused:
            reread_package(evidence, cases, made.sha256)
    assert refused.value.code == "filing-late"
    assert lender.submit(decided) == ["accepted"]
    monkeypatch.setattr(evidence, "now", lambda: years_later)
    reread_package(evidence, cases, made.sha256)


def test_a_payment_order_against_a_debtor_who_cannot_be_reached_is_built_as_a_draft_only(lender: Lender) -> None:
    loan = lender.overdue[0]
    first = json.loads(events_of(lender, loan)[0].body)
    lost = {name: first[name] for name in ("institution", "loan", "actor", "source", "type_version", "subjects")}
    lost |= {"id": "lost:1", "type": "contact.lost", "occurred_at": "2026-10-30T02:00:00Z"}
    assert lender.submit({**lost, "payload": {"tried": 3, "last_contact": "2026-09-01"}}) == ["accepted"]
    lender.publish()
    source = lender.litigation.pin(SAMPLE, lender.source().as_of, draft=False, papers=papers_for("payment_order"))
    with pytest.raises(LitigationError, match="债务人失联"):
        lender.litigation.build(source, loan)
    assert lender.litigation.build(replace(source, draft=True), loan).draft
    assert not lender.litigation.build(lender.source(), loan).draft
