"""Served papers: what link and code open, how often, how long; what a party reads there, says there, is answered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.core import container
from evidence_service.core.commitment import parse_disclosure
from evidence_service.errors import StoreError
from evidence_service.workflow.privacy import RestrictedError
from evidence_service.workflow.restrict import lift, restrict
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.core.submissions import Result
from litigation.filing_service import FilingService
from litigation.served.adapters.code_hash import Argon2CodeHash
from litigation.served.core.forms import Ground, Objection, Proposal, read_objection, read_proposal
from litigation.served.core.invitation import MAX_FAILURES, SESSION, Standing, link_of, read_code, read_token
from litigation.served.core.statement import read_statement
from litigation.served.errors import AnswerError, FormRefusedError, FormUsedError, InvitationError, PapersClosedError
from litigation.served.workflow.invite import Invited
from tests.litigation.served.conftest import BORROWER, GUARANTOR, PERSON, SITE, Desk
from web.init_command import SAMPLE


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def opened(desk: Desk, made: Invited) -> int:
    return len(desk.events("statement.opened", made.invitation.id))


def _away(*_: object) -> None:
    raise StoreError("the database is away")


def test_link_and_code_open_the_papers_and_each_opening_is_one_event(desk: Desk) -> None:
    made = desk.invite()
    assert made.link.startswith(f"{SITE}/served#")
    for n in (1, 2):
        entered = desk.served.enter(made.link, made.code)
        assert entered is not None
        assert opened(desk, made) == n
    body = desk.events("statement.opened", made.invitation.id)[1]
    assert body["payload"]["opening"] == 2
    assert body["payload"]["recipient"] == "defendant:1"
    assert body["actor"]["role"] == "defendant"


def test_neither_token_nor_code_nor_cookie_is_kept_readably(desk: Desk) -> None:
    made = desk.invite()
    entered = desk.served.enter(made.link, made.code)
    assert entered is not None
    raw = b"".join(path.read_bytes() for path in desk.home.glob("proofdocket.db*"))
    for secret in (made.link.partition("#")[2], made.code, entered.cookie):
        assert secret.encode() not in raw


def test_unknown_wrong_expired_withdrawn_and_used_up_end_alike_after_the_same_work(desk: Desk) -> None:
    gone = desk.invite(GUARANTOR)
    desk.served.withdraw(gone.invitation.id, "test", "cli:test")
    used = desk.invite(openings=1)
    assert desk.served.enter(used.link, used.code) is not None
    other = desk.invite(loan=1, days=1)
    desk.codes.asked.clear()
    tries = [
        ("x" * 43, "00000000"),
        ("", ""),
        (other.link, wrong(other.code)),
        (gone.link, gone.code),
        (used.link, used.code),
    ]
    assert [desk.served.enter(link, code) for link, code in tries] == [None] * 5
    desk.later(days=2)
    assert desk.served.enter(other.link, other.code) is None
    assert len(desk.codes.asked) == 6  # one comparison each, whatever was wrong
    assert [found is None for found in desk.codes.asked] == [True, True, False, True, True, True]


def test_an_unknown_link_costs_an_argon2_check_too() -> None:
    codes = Argon2CodeHash()
    assert codes.make("12345678").startswith("$argon2id$")
    assert codes.matches(codes.make("12345678"), "12345678")
    assert not codes.matches(None, "12345678")


def test_five_wrong_codes_lock_the_link_and_the_right_one_does_not_help(desk: Desk) -> None:
    made = desk.invite()
    for _ in range(MAX_FAILURES):
        assert desk.served.enter(made.link, wrong(made.code)) is None
    assert desk.served.enter(made.link, made.code) is None
    listed = desk.listed(made)
    assert listed.invitation.standing(desk.now) is Standing.LOCKED
    assert listed.invitation.locked_at == desk.now.replace(microsecond=0)
    assert opened(desk, made) == 0
    again = desk.invite()  # the staff makes a new one
    assert desk.served.enter(again.link, again.code) is not None


def test_a_right_code_forgets_the_wrong_ones(desk: Desk) -> None:
    made = desk.invite()
    for _ in range(2):
        for _ in range(MAX_FAILURES - 1):
            assert desk.served.enter(made.link, wrong(made.code)) is None
        assert desk.served.enter(made.link, made.code) is not None


def test_a_session_lasts_an_hour_and_a_new_opening_ends_the_earlier_one(desk: Desk) -> None:
    made = desk.invite()
    first = desk.served.enter(made.link, made.code)
    assert first is not None
    assert desk.served.visit(first.cookie) is not None
    second = desk.served.enter(made.link, made.code)
    assert second is not None
    assert desk.served.visit(first.cookie) is None
    desk.later(seconds=SESSION.total_seconds() - 1)
    assert desk.served.visit(second.cookie) is not None
    desk.later(seconds=1)
    assert desk.served.visit(second.cookie) is None


def test_leaving_and_withdrawing_end_the_session(desk: Desk) -> None:
    made = desk.invite()
    entered = desk.served.enter(made.link, made.code)
    assert entered is not None
    desk.served.leave(entered.cookie)
    assert desk.served.visit(entered.cookie) is None
    again = desk.served.enter(made.link, made.code)
    assert again is not None
    desk.served.withdraw(made.invitation.id, "sent to the wrong number", "cli:test")
    assert desk.served.visit(again.cookie) is None
    (body,) = desk.events("statement.withdrawn", made.invitation.id)
    assert body["payload"]["reason"] == "sent to the wrong number"


def test_the_last_hour_of_an_invitation_ends_with_it(desk: Desk) -> None:
    made = desk.invite(days=1)
    desk.later(hours=23.5)
    entered = desk.served.enter(made.link, made.code)
    assert entered is not None
    assert entered.session.ends_at == made.invitation.expires_at
    desk.later(minutes=31)
    assert desk.served.visit(entered.cookie) is None


def test_a_new_invitation_of_the_same_party_ends_the_old_one_and_no_other(desk: Desk) -> None:
    old, other, elsewhere = desk.invite(), desk.invite(GUARANTOR), desk.invite(loan=1)
    new = desk.invite()
    assert desk.served.enter(old.link, old.code) is None
    for made in (new, other, elsewhere):
        assert desk.served.enter(made.link, made.code) is not None


def test_the_log_away_while_opening_shows_nothing_and_the_next_opening_is_recorded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk.invite()
    monkeypatch.setattr(type(desk.served._doors.journal), "write", _away)
    with pytest.raises(StoreError):
        desk.served.enter(made.link, made.code)
    monkeypatch.undo()
    assert opened(desk, made) == 0
    desk.served.listed(made.invitation.our_reference, "cli:test")  # it was counted: now it is logged as well, once
    desk.served.listed(made.invitation.our_reference, "cli:test")
    assert opened(desk, made) == 1
    assert desk.served.enter(made.link, made.code) is not None
    assert opened(desk, made) == 2


def test_logged_and_not_told_is_not_logged_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = desk.invite()
    monkeypatch.setattr(type(desk.served._store), "begin", _away)
    with pytest.raises(StoreError):
        desk.served.enter(made.link, made.code)
    monkeypatch.undo()
    desk.served.listed(made.invitation.our_reference, "cli:test")
    assert opened(desk, made) == 1


def test_every_page_is_on_record_without_a_name(desk: Desk) -> None:
    found = desk.enter()
    desk.served.record(found, "evidence")
    last = SqlAccessLog(desk.engine).newest(1)[0]
    assert (last.who, last.action) == (f"served:{found.invitation.id}", "served:evidence")
    assert last.object == found.invitation.our_reference


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"recipient": "court"}, "--recipient"),
        ({"recipient": "guarantor:2"}, "no final package"),
        ({"site": "http://papers.example"}, "--site"),
        ({"site": "https://papers.example/?x=1"}, "--site"),
        ({"site": "https://user@papers.example"}, "--site"),
        ({"days": 181}, "days"),
        ({"package": "0" * 64}, "not one"),
    ],
)
def test_what_cannot_be_invited_is_refused(desk: Desk, changes: dict[str, Any], word: str) -> None:
    before = len(desk.served._store.all())
    with pytest.raises(InvitationError, match=word):
        desk.invite(**changes)
    assert len(desk.served._store.all()) == before


def test_the_package_of_another_recipient_is_never_shown_to_a_party(desk: Desk) -> None:
    for_guarantor = desk.invite(GUARANTOR).invitation.package_sha256
    with pytest.raises(InvitationError, match="no final package"):
        desk.invite(package=for_guarantor)


def test_tokens_are_read_from_whole_links_and_codes_as_people_type_them(desk: Desk) -> None:
    made: Invited = desk.invite()
    token = made.link.partition("#")[2]
    assert read_token(f"  {made.link}\n") == read_token(token) == token
    assert read_token("https://papers.example/served#short") == ""
    assert read_code("1234 5678") == read_code("１２３４－５６７８".replace("－", "-")) == "12345678"
    assert read_code("1234567") == read_code("12345678x") == ""
    assert link_of("http://127.0.0.1:8000", token).startswith("http://127.0.0.1:8000/served#")
    assert timedelta(0) < SESSION


def test_a_party_reads_exactly_what_its_package_discloses_and_nothing_of_the_log(desk: Desk) -> None:
    for recipient in (BORROWER, GUARANTOR):
        papers = desk.served.papers(desk.enter(recipient))
        members = container.read(papers.content)
        disclosed = {
            disclosure.name: disclosure.value
            for event in papers.events
            for disclosure in map(parse_disclosure, _disclosures(members, event.seq))
            if not disclosure.name.startswith("attachments.")
        }
        shown = {
            name: field.value
            for event in papers.events
            for group, fields in (("payload.", event.fields), ("", event.other))
            for field in fields
            for name in (group + field.name,)
        }
        assert shown == disclosed
        assert papers.metadata.recipient == recipient
        assert {one.sha256 for event in papers.events for one in event.originals if one.sha256} <= set(papers.originals)


def test_the_borrower_is_not_told_the_guarantors_data_and_the_other_way_round(desk: Desk) -> None:
    borrower = repr([event.fields for event in desk.served.papers(desk.enter(BORROWER)).events])
    guarantor = repr([event.fields for event in desk.served.papers(desk.enter(GUARANTOR)).events])
    assert PERSON["id_no"] not in borrower
    assert PERSON["id_no"] in guarantor
    assert "沈保全" in borrower  # who the parties are is open to all of them
    (whole,) = [body for body in desk.events("identity.verified")]
    assert whole["payload"]["id_no"] in borrower
    assert whole["payload"]["id_no"] not in guarantor


def test_the_debt_of_the_page_is_that_of_the_package_to_the_cent(desk: Desk) -> None:
    papers = desk.served.papers(desk.enter())
    debt, ledger = papers.statement.debt, json.loads(container.read(papers.content)["data/ledger.json"])
    assert debt is not None
    assert f"{debt.total}" == ledger["claim"]["total"]
    assert sum(debt.parts.values()) == debt.total
    assert sum(line.total for line in debt.lines) == debt.total - debt.parts["costs"]
    assert all(line.off("penalty") >= 0 for line in debt.lines)
    assert papers.statement.items[-1] == "accelerated"


def test_a_ledger_without_a_claim_shows_what_the_source_states_and_a_broken_one_is_refused() -> None:
    stated = {"label": "Principal", "label_zh": "本金", "amount": "120.00", "currency": "CNY"}
    read = read_statement(json.dumps({"claim": None, "input": None, "stated_totals": [stated]}).encode())
    assert (read.debt, read.items, read.currency) == (None, (), "CNY")
    assert str(read.stated[0].amount) == "120.00"
    broken: Any
    for broken in ({"claim": None}, {"claim": {"cutoff": 1}, "input": {}, "stated_totals": []}, []):
        with pytest.raises(PapersClosedError):
            read_statement(json.dumps(broken).encode())


def test_payments_after_the_cut_off_are_told_and_corrections_are_not_added(desk: Desk) -> None:
    found = desk.enter(loan=1)
    papers = desk.served.papers(found)
    assert desk.served.changes(found, papers).all == ()
    money = {"amount": "500.00", "currency": "CNY", "received_on": "2026-11-03"}
    first = desk.told("payment.received", money, loan=1)
    desk.told("payment.received", money | {"amount": "70.10", "received_on": "2026-11-04"}, loan=1)
    desk.told("payment.received", money | {"amount": "400.00"}, loan=1, corrects=first)
    desk.told("warning.raised", {"rule": "x", "level": "red"}, loan=1)  # not for a party
    changes = desk.served.changes(found, papers)
    assert [(one.type, str(one.amount), one.correction) for one in changes.all][1:] == [
        ("payment.received", "70.10", False),
        ("payment.received", "400.00", True),
    ]
    assert str(changes.paid) == "570.10"
    assert desk.served.changes(desk.enter(), desk.served.papers(desk.enter())).all == ()  # another loan's


def test_an_objection_sent_twice_is_one_event_under_the_partys_own_key(desk: Desk) -> None:
    found = desk.enter(GUARANTOR)
    form = Objection("a" * 32, Ground.PAID, ("3",), "我于八月五日已经还款。")
    first = desk.served.speak(found, form)
    assert desk.served.speak(found, form) == first
    (body,) = desk.events("objection.raised", found.invitation.id)
    assert body["subjects"] == ["guarantor:G1"]
    assert body["payload"]["text"] == form.text
    assert form.text.encode() not in b"".join(path.read_bytes() for path in desk.home.glob("*.db*"))
    with pytest.raises(FormUsedError):
        desk.served.speak(found, replace(form, text="other words"))
    assert len(desk.events("objection.raised", found.invitation.id)) == 1


def test_what_one_party_says_another_does_not_read_nor_does_its_later_package_tell(desk: Desk) -> None:
    guarantor, borrower = desk.enter(GUARANTOR), desk.enter()
    desk.served.speak(guarantor, Objection("b" * 32, Ground.OTHER, (), "只有保证人说的话"))
    assert "只有保证人说的话" in repr(desk.served.said(guarantor))
    assert "只有保证人说的话" not in repr(desk.served.said(borrower))
    loan = desk.served._party(borrower.invitation)
    (event,) = [one for one in loan.history.all("objection.raised") if one.payload["text"] == "只有保证人说的话"]
    assert not loan.selection.opens(event, "payload.text")
    assert desk.served._party(guarantor.invitation).selection.opens(event, "payload.text")


def test_not_logged_is_not_told_as_received_and_the_same_form_works_afterwards(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = desk.enter()
    form = Proposal("c" * 32, 12, Decimal("800.00"), "CNY", date(2027, 1, 5), "")
    monkeypatch.setattr(type(desk.served._doors.journal), "write", _away)
    with pytest.raises(StoreError):
        desk.served.speak(found, form)
    monkeypatch.undo()
    assert desk.events("instalments.proposed", found.invitation.id) == []
    assert desk.served.speak(found, form).kind == "instalments.proposed"
    (body,) = desk.events("instalments.proposed", found.invitation.id)
    assert body["payload"]["amount"] == "800.00"


def test_logged_and_not_told_is_found_by_the_same_form(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = desk.enter()
    form = Objection("d" * 32, Ground.AMOUNT, (), "算错了")
    real = EventJournal.write

    def write_and_fall_silent(journal: EventJournal, event: dict[str, Any]) -> None:
        real(journal, event)
        raise StoreError("the answer was lost")

    monkeypatch.setattr(EventJournal, "write", write_and_fall_silent)
    with pytest.raises(StoreError):
        desk.served.speak(found, form)
    monkeypatch.undo()
    assert desk.served.speak(found, form).event_id == f"objection.raised:{found.invitation.id}:{'d' * 32}"
    assert len(desk.events("objection.raised", found.invitation.id)) == 1


def test_an_invitation_says_no_more_than_twenty_things(desk: Desk) -> None:
    found = desk.enter(loan=1)
    for n in range(20):
        desk.served.speak(found, Objection(f"{n:032x}", Ground.OTHER, (), f"第 {n} 次"))
    with pytest.raises(FormRefusedError, match="many"):
        desk.served.speak(found, Objection("f" * 32, Ground.OTHER, (), "再一次"))


def test_the_staff_is_alarmed_until_it_answers_and_the_party_reads_the_answer(desk: Desk) -> None:
    found = desk.enter(GUARANTOR)
    received = desk.served.speak(found, Objection("e" * 32, Ground.TERMS, (), "利率过高"))
    filings = FilingService(desk.litigation.evidence, SqlCaseStore(desk.engine), desk.engine)

    def waiting() -> list[str]:
        return [one.event_id for one in filings.submissions() if one.open]

    assert received.event_id in waiting()
    done = desk.served.answer(received.event_id, Result.REFUSED, "利率在合同上限之内。", "cli:test")
    assert done == desk.served.answer(received.event_id, Result.REFUSED, "利率在合同上限之内。", "cli:test")
    assert received.event_id not in waiting()
    said = {one.event_id: one for one in desk.served.said(found)}[received.event_id]
    assert said.answer is not None
    assert said.answer.text == "利率在合同上限之内。"
    with pytest.raises(AnswerError, match="other words"):
        desk.served.answer(received.event_id, Result.ACCEPTED, "好", "cli:test")
    with pytest.raises(AnswerError, match="--text"):
        desk.served.answer(received.event_id, Result.ACCEPTED, " ", "cli:test")


def test_a_package_that_was_changed_or_is_gone_closes_the_papers(desk: Desk) -> None:
    found = desk.enter(loan=1)
    path = Path(SqlCaseStore(desk.engine).package_by_digest(found.invitation.package_sha256).path)
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-1] + b"x")
        with pytest.raises(PapersClosedError, match="changed"):
            desk.served.papers(found)
        path.unlink()
        with pytest.raises(PapersClosedError, match="not where"):
            desk.served.papers(found)
    finally:
        path.write_bytes(whole)
    assert desk.served.papers(found).content == whole


def test_a_restriction_closes_door_and_pages_at_once_and_its_end_opens_them(desk: Desk) -> None:
    made = desk.invite(loan=1)
    entered = desk.served.enter(made.link, made.code)
    assert entered is not None
    found = desk.served.visit(entered.cookie)
    assert found is not None
    doors = replace(desk.litigation.evidence.privacy(SAMPLE), now=desk.now)
    subject = desk.served._party(made.invitation).subject
    before = len(desk.served.openings(found))
    restrict(subject, "dispute over accuracy", doors)
    try:
        for act in (desk.served.papers, desk.served.said):
            with pytest.raises(RestrictedError):
                act(found)
        with pytest.raises(RestrictedError):
            desk.invite(loan=1)
        for _ in range(MAX_FAILURES + 1):
            with pytest.raises(RestrictedError):
                desk.served.enter(made.link, made.code)
        assert len(desk.served.listed(made.invitation.our_reference, "cli:test")) >= 1
        assert len(desk.served.openings(found)) == before
    finally:
        lift(subject, "settled", doors)
    assert desk.served.enter(made.link, made.code) is not None  # right codes did not lock it meanwhile
    assert desk.served.papers(found).events


TODAY = date(2026, 11, 22)
GOOD = {
    "once": "0" * 32,
    "ground": "paid",
    "text": "已还",
    "instalments": "12",
    "amount": "1,800.50",
    "first_due": "2026-12-01",
}


def test_forms_are_read_as_people_type_them() -> None:
    objection = read_objection(GOOD | {"text": " 一\r\n二 "}, ["3", "3"], ("3", "4"))
    assert (objection.items, objection.text) == (("3",), "一\n二")
    proposal = read_proposal(GOOD | {"instalments": "１２", "text": ""}, "CNY", TODAY)
    assert (proposal.instalments, str(proposal.amount), str(proposal.total)) == (12, "1800.50", "21606.00")
    assert "text" not in proposal.said()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("once", "x"),
        ("ground", "nothing"),
        ("text", ""),
        ("text", "x" * 2001),
        ("text", "a\x00b"),
        ("text", "a\ud800b"),
        ("items", "99"),
    ],
)
def test_a_wrong_objection_is_refused_with_its_field(field: str, value: str) -> None:
    with pytest.raises(FormRefusedError) as refused:
        read_objection(GOOD | {field: value}, [value] if field == "items" else [], ("3",))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("instalments", "0"),
        ("instalments", "61"),
        ("instalments", "1e1"),
        ("amount", "0"),
        ("amount", "-5"),
        ("amount", "1.005"),
        ("amount", "NaN"),
        ("amount", "9" * 13),
        ("first_due", "2026-11-22"),
        ("first_due", "2027-11-24"),
        ("first_due", "2026-02-30"),
        ("first_due", "tomorrow"),
    ],
)
def test_a_wrong_proposal_is_refused_with_its_field(field: str, value: str) -> None:
    with pytest.raises(FormRefusedError) as refused:
        read_proposal(GOOD | {field: value}, "CNY", TODAY)
    assert refused.value.field == field


def _disclosures(members: dict[str, bytes], seq: int) -> list[str]:
    found = json.loads(members[f"data/evidence/{seq:06d}.disclosures.json"])
    assert isinstance(found, list)
    return found
