"""The clerk's pages: who enters, what stands where, what a decision does and what it cannot."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from litigation.court_side.core.board import Column, Wanted
from litigation.court_side.core.figures import WeekFigures
from litigation.court_side.core.submission import SubmissionState
from tests.litigation.court_side.desk import HOSTILE, PAPERS
from tests.web.conftest import PASSWORD
from tests.web.court import CLERK, MANY, Clerk, ClerkDesk, make_clerk_desk, sign_in_clerk
from web.access import GRANTS, Permission, permission_of
from web.clerk_reports import chart_of
from web.ports import Role

ROW = re.compile(r'href="/filings/(0x[0-9a-f]{64})" data-open')
CLERKS_OWN = ("clerk_", "overview")


@pytest.fixture
def desk(tmp_path: Path, password_hash: str) -> ClerkDesk:
    """A small court of its own, for what changes something."""
    return make_clerk_desk(tmp_path / "court", password_hash)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> ClerkDesk:
    """A court with 230 filings more; nothing in it is changed."""
    return make_clerk_desk(tmp_path_factory.mktemp("busy") / "court", password_hash, many=MANY)


@pytest.fixture
def clerk(desk: ClerkDesk) -> Clerk:
    return Clerk(desk.app, PASSWORD)


@pytest.fixture(scope="module")
def reader(busy: ClerkDesk) -> Clerk:
    return Clerk(busy.app, PASSWORD)


def addresses(app: Flask, filing_id: str) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every page that only a court has."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith(CLERKS_OWN):
                values: dict[str, Any] = dict.fromkeys(rule.arguments, filing_id)
                address = app.url_for(rule.endpoint, **values)
                yield rule.endpoint, "POST" if "POST" in (rule.methods or ()) else "GET", address


def test_every_route_of_a_court_declares_its_permission_and_every_decision_is_a_clerk_s(busy: ClerkDesk) -> None:
    app = busy.app
    assert [r.endpoint for r in app.url_map.iter_rules() if permission_of(app, r.endpoint) is None] == []
    asked = {(endpoint, method): permission_of(app, endpoint) for endpoint, method, _ in addresses(app, busy.waiting)}
    assert {what for (_, method), what in asked.items() if method == "POST"} == {Permission.COURT_DECIDE}
    assert len(asked) == 10
    assert [role for role in Role if Permission.COURT_DECIDE in GRANTS[role]] == [Role.CLERK]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLERK])
def test_nobody_but_a_clerk_enters(busy: ClerkDesk, role: Role) -> None:
    client = busy.app.test_client()
    sign_in_clerk(client, PASSWORD, role.value)
    for endpoint, method, address in addresses(busy.app, busy.waiting):
        status = client.open(address, method=method).status_code
        assert status == (302 if endpoint == "overview" else 403), (role, address, status)


def test_a_stranger_is_sent_to_sign_in_and_a_filing_that_is_not_there_is_not_found(
    busy: ClerkDesk, reader: Clerk
) -> None:
    client = busy.app.test_client()
    for _endpoint, method, address in addresses(busy.app, busy.waiting):
        assert client.open(address, method=method).status_code in (302, 303), address
    for wrong in ("0x" + "0" * 64, "1", "..", "%F0%9F%98%80"):
        assert reader.client.get(f"/filings/{wrong}").status_code == 404


def test_pages_of_the_board_show_every_filing_once_urgent_first_then_by_the_nearest_day(
    busy: ClerkDesk, reader: Clerk
) -> None:
    seen, address, pages = [], "/filings", 0
    while address:
        page = reader.page(address)
        seen += ROW.findall(page)
        further = re.search(r'href="([^"]+)" rel="next"', page)
        address, pages = unescape(further.group(1)) if further else "", pages + 1
    assert pages == 5
    assert len(seen) == len(set(seen)) == MANY + 3
    found = [busy.desk.court.submission(one) for one in seen]
    assert [(not one.urgent, one.due_on, one.filing_id) for one in found] == sorted(
        (not one.urgent, one.due_on, one.filing_id) for one in found
    )
    assert sum(one.urgent for one in found[:23]) == 23


def test_filters_show_what_they_say(busy: ClerkDesk, reader: Clerk) -> None:
    board = busy.desk.court.board
    everything = board(Wanted(), 999)
    for query, wanted, count in (
        ("who=nobody", Wanted(nobody=True), len([one for one in everything if not one.assigned_to])),
        ("result=failed", Wanted(result="failed"), len([one for one in everything if one.result == "failed"])),
        ("flagged=1", Wanted(flagged=True), len([one for one in everything if one.flags])),
        ("q=SCF202600000017", Wanted(text="SCF202600000017"), 1),
        (f"q={busy.waiting[:20]}", Wanted(text=busy.waiting[:20]), 1),
        ("filer=sample-cf&who=me", Wanted(institution="sample-cf", clerk=CLERK), 0),
        ("column=returned", Wanted(column=Column.RETURNED), 0),
    ):
        assert len(board(wanted, 999)) == count, query
        assert len(ROW.findall(reader.page(f"/filings?{query}"))) == min(count, 50), query
    assert "%" not in {one.our_reference for one in board(Wanted(text="%"), 9)}
    assert board(Wanted(text="100%_"), 9) == []
    assert len(ROW.findall(reader.page("/filings?behind=nonsense&column=nonsense&result=x"))) == 50


def test_a_filing_stands_beside_its_papers_with_all_ten_checks(busy: ClerkDesk, reader: Clerk) -> None:
    answer = reader.client.get(f"/filings/{busy.waiting}?lang=en")
    page = answer.text
    assert len(re.findall(r'id="check-\d+"', page)) == 10
    seventh = page.split('id="check-7"')[1].split("</li>")[0]
    assert "Not checked" in seventh
    assert "Passed" not in seventh
    frame = f'src="/filings/{busy.waiting}/papers.pdf#'
    assert frame in page
    assert answer.headers["Content-Security-Policy"].count("frame-src 'self'") == 1
    papers = reader.client.get(f"/filings/{busy.waiting}/papers.pdf")
    assert papers.content_type == "application/pdf"
    assert papers.data.startswith(b"%PDF-1.")
    assert papers.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in papers.headers["Content-Security-Policy"]
    assert "script-src" not in papers.headers["Content-Security-Policy"]
    assert papers.headers["X-Content-Type-Options"] == "nosniff"
    assert reader.client.get(f"/filings/{busy.waiting}/package.zip").data.startswith(b"PK")
    for place, title in enumerate(PAPERS, 1):
        assert f"papers.pdf#page={place}&amp;" in page
        assert title.replace("　", " ").replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;") in page


def test_facts_count_as_on_record_only_where_check_4_held_them_against_the_log(busy: ClerkDesk, reader: Clerk) -> None:
    assert "81,878.93" in reader.page(f"/filings/{busy.waiting}?lang=en")
    assert "derived" in reader.page(f"/filings/{busy.waiting}?lang=en")
    unexamined = reader.page(f"/filings/{busy.unexamined}?lang=en")
    assert "Not examined yet" in unexamined
    assert "81,878.93" not in unexamined
    assert 'id="check-1"' not in unexamined


def test_hostile_names_are_text(busy: ClerkDesk, reader: Clerk) -> None:
    for address in ("/filings?q=%3Cimg", f"/filings/{busy.second}", f"/filings/{busy.waiting}"):
        page = reader.page(address)
        assert HOSTILE not in page
        assert "&lt;img src=x" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_stands_in_both_languages_full_and_empty(
    busy: ClerkDesk, reader: Clerk, desk: ClerkDesk, clerk: Clerk, lang: str
) -> None:
    for column in Column:
        reader.page(f"/filings?column={column.value}&lang={lang}")
        clerk.page(f"/filings?column={column.value}&lang={lang}&q=nobody")
    for weeks in (4, 12, 26):
        reader.page(f"/reports?weeks={weeks}&lang={lang}")
    for state in SubmissionState:
        found = busy.desk.court.board(Wanted(column=Column.ALL), 1)[0]
        busy.desk.court.doors.store.move(
            type(found)(**{name: getattr(found, name) for name in found.__slots__} | {"state": state})
        )
        reader.page(f"/filings/{found.filing_id}?lang={lang}")
    busy.desk.court.doors.store.move(found)


def test_a_decision_is_shown_before_it_is_entered_and_bears_the_name_of_who_is_signed_in(
    desk: ClerkDesk, clerk: Clerk
) -> None:
    court, address = desk.desk.court, f"/filings/{desk.waiting}/decide"
    year = court.doors.now().year
    clerk.page("/filings?lang=en")
    assert clerk.client.post(address, data={"decision": "accepted", "step": "confirm"}).status_code == 400, "no token"
    fields: dict[str, Any] = {
        "decision": "accepted",
        "cause": "金融借款合同纠纷",
        "by": "somebody else",
        "case_number": "",
    }
    preview = clerk.send(address, **fields)
    assert preview.status_code == 200
    assert f"（{year}）闽0503民初1号" in preview.text
    assert 'class="stamp"' in preview.text
    assert court.submission(desk.waiting).state is SubmissionState.EXAMINED, "looking enters nothing"
    done = clerk.send(address, step="confirm", **fields)
    assert (done.status_code, done.location) == (303, f"/filings/{desk.waiting}")
    entry = court.entries(desk.waiting)[-1]
    assert (entry.kind, entry.by) == ("accepted", CLERK)
    assert court.submission(desk.waiting).case_number == f"（{year}）闽0503民初1号"
    page = clerk.page(f"/filings/{desk.waiting}")
    assert "Entered: Accept, case number" in page
    assert "the signed entry is the answer" in page
    assert clerk.send(address, on=f"/filings/{desk.second}", step="confirm", **fields).status_code == 409
    again = clerk.send(f"/filings/{desk.second}/decide", step="confirm", decision="accepted", case_number="x")
    assert again.status_code == 400
    assert "case_number" in again.text
    assert court.submission(desk.second).state is SubmissionState.EXAMINED


def test_a_return_is_one_list_with_its_reason_codes_and_a_last_day(desk: ClerkDesk, clerk: Clerk) -> None:
    address = f"/filings/{desk.waiting}/decide"
    fields: dict[str, Any] = {
        "decision": "returned",
        "reason": ["service-address", "other", "nonsense"],
        "words": "请补充被告手机号\n\n  第二页缺失  ",
        "cure_by": "2199-12-20",
    }
    assert "缺少送达地址确认书" in clerk.send(address, **fields).text
    assert clerk.send(address, step="confirm", **fields | {"cure_by": "soon"}).status_code == 400
    nothing = clerk.send(address, step="confirm", decision="returned", cure_by="2199-12-20")
    assert "defects" in nothing.text
    assert clerk.send(address, step="confirm", **fields).status_code == 303
    detail = json.loads(desk.desk.court.entries(desk.waiting)[-1].note.split("\n")[1])["detail"]
    assert detail == {
        "defects": ["缺少送达地址确认书或送达地址不明。", "请补充被告手机号", "第二页缺失"],
        "cure_by": "2199-12-20",
        "reasons": ["service-address", "other"],
    }
    assert "2199-12-20" in clerk.page("/filings?column=returned")
    report = clerk.page("/reports?lang=en")
    assert "The service address is missing or unclear." in report
    assert "100 %" in report


def test_acceptance_in_part_names_every_paper(desk: ClerkDesk, clerk: Clerk) -> None:
    address = f"/filings/{desk.waiting}/decide"
    for ticked in ([], ["0", "1", "2"]):
        answer = clerk.send(address, step="confirm", decision="accepted_in_part", document=ticked)
        assert answer.status_code == 400, "all or none is no part"
    assert clerk.send(address, step="confirm", decision="accepted_in_part", document=["0", "2"]).status_code == 303
    detail = json.loads(desk.desk.court.entries(desk.waiting)[-1].note.split("\n")[1])["detail"]
    assert [one["accepted"] for one in detail["documents"]] == [True, False, True]
    assert [one["page"] for one in detail["documents"]] == [1, 2, 3]


def test_a_case_is_entered_step_by_step_to_its_end(desk: ClerkDesk, clerk: Clerk) -> None:
    court, at = desk.desk.court, f"/filings/{desk.waiting}"
    clerk.send(f"{at}/decide", step="confirm", decision="accepted")
    for kind, fields in (
        ("fee_notice", {"amount": "910.00", "due_on": "2199-01-07"}),
        ("fee_paid", {"amount": "910.00", "on": "2026-11-22"}),
        ("served", {"document": "起诉状副本", "channel": "电子送达", "served_on": "2026-11-22"}),
        ("hearing", {"at": "2199-01-10T09:30", "place": "第三法庭"}),
        ("mediated", {"result": "failed"}),
        ("judgment", {"kind": "judgment", "amount": "80818.54", "note": "缺席判决"}),
        ("enforcement", {"step": "paid", "recovered": "80818.54"}),
        ("closed", {"reason": "全部履行"}),
    ):
        answer = clerk.send(f"{at}/enter", kind=kind, **{f"{kind}.{name}": value for name, value in fields.items()})
        assert answer.status_code == 303, (kind, answer.text)
    entries = court.entries(desk.waiting)
    assert {one.by for one in entries[2:]} == {CLERK}
    details = {one.kind: json.loads(one.note.split("\n")[1])["detail"] for one in entries}
    assert details["hearing"]["at"] == "2199-01-10T01:30:00Z", "the court's clock"
    assert details["judgment"]["case_number"] == court.submission(desk.waiting).case_number
    assert details["judgment"]["note"] == "缺席判决"
    assert court.submission(desk.waiting).state is SubmissionState.CLOSED
    assert clerk.send(f"{at}/enter", on=f"/filings/{desk.second}", kind="hearing").status_code == 409
    assert clerk.send(f"/filings/{desk.second}/enter", kind="payment_noted").status_code == 400
    assert clerk.send(f"/filings/{desk.second}/enter", kind="accepted").status_code == 409, "a decision is no step"


def test_filings_are_taken_given_back_and_marked(desk: ClerkDesk, clerk: Clerk) -> None:
    court, address = desk.desk.court, f"/filings/{desk.waiting}/assign"
    clerk.send(address, action="take")
    assert court.submission(desk.waiting).assigned_to == CLERK
    assert len(ROW.findall(clerk.page("/filings?who=me"))) == 1
    clerk.send(address, action="urgent")
    assert court.submission(desk.waiting).urgent
    assert court.submission(desk.waiting).assigned_to == CLERK
    clerk.send(address, action="calm")
    clerk.send(address, action="release")
    found = court.submission(desk.waiting)
    assert (found.urgent, found.assigned_to) == (False, "")
    assert clerk.send(address, action="steal").status_code == 400


def test_a_filing_that_was_set_aside_is_examined_again_on_request(desk: ClerkDesk, clerk: Clerk) -> None:
    court = desk.desk.court
    digest = court.submission(desk.unexamined).package_sha256
    path = desk.desk.home / "court" / "packages" / digest[:2] / f"{digest}.zip"
    kept = path.read_bytes()
    path.unlink()
    court.examine_waiting()
    assert "not on the disk any more" in clerk.page(f"/filings/{desk.unexamined}")
    path.write_bytes(kept)
    assert desk.unexamined not in court.next_unexamined(9)
    clerk.send(f"/filings/{desk.unexamined}/examine")
    assert court.next_unexamined(9) == [desk.unexamined]
    assert court.examine_waiting() == []
    assert 'id="check-1"' in clerk.page(f"/filings/{desk.unexamined}")


def test_what_a_clerk_opens_is_on_record(desk: ClerkDesk, clerk: Clerk) -> None:
    clerk.page(f"/filings/{desk.waiting}")
    newest = desk.instance._accesses.newest(1)[0]
    assert (newest.who, newest.action) == (f"account:{CLERK}", "page:clerk_filing")
    assert desk.waiting in newest.object


def test_the_board_and_a_filing_answer_fast_among_hundreds(busy: ClerkDesk, reader: Clerk) -> None:
    for address in ("/filings?q=%3Cimg", f"/filings/{busy.waiting}", "/reports"):
        reader.page(address)
        started = time.process_time()
        reader.page(address)
        assert time.process_time() - started < 0.2, address


def test_the_picture_of_figures_has_a_bar_for_every_number_of_its_table() -> None:
    weeks = tuple(
        WeekFigures(date(2026, 11, 2) + timedelta(weeks=place), received, accepted, 1)
        for place, (received, accepted) in enumerate(((7, 3), (0, 0), (43, 21)))
    )
    chart = chart_of(weeks)
    assert len(chart.bars) == 9
    tall = {(place, bar.series): bar.height for place, bar in enumerate(chart.bars)}
    assert tall[3, "received"] == tall[4, "accepted"] == 0
    assert tall[6, "received"] == max(tall.values())
    assert [number for _y, number in chart.lines] == [0, 20, 40, 60]
    assert [text for _x, text in chart.labels] == ["11-02", "11-09", "11-16"]
    assert chart_of(()).bars == ()
