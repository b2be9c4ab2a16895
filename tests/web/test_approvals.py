"""Four eyes: exactly these bytes, by another person, in time, once; carried out, and on record whatever happened."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError, IntegrityError
from werkzeug.test import TestResponse

from evidence_service.bootstrap import open_home
from evidence_service.clock import now as clock_now
from evidence_service.errors import StoreError
from evidence_service.service import EvidenceService
from litigation.adapters.approved_files import same
from litigation.adapters.rule_folder import RuleFolder
from tests.litigation.rules.test_changing_rules import RULE
from tests.web.conftest import sign_in, token
from tests.web.instance import MemoryInstance
from web.approvals import (
    LASTS,
    Approval,
    ApprovalError,
    ApprovalKind,
    ApprovalState,
    RequestRefusedError,
    same_person,
)
from web.approved_files import ApprovedFilesHands
from web.ports import Role

AT = clock_now().replace(microsecond=0)


@pytest.fixture
def asked(full: MemoryInstance) -> Approval:
    request = full.identity.approvals.ask(
        ApprovalKind.RULES, "sample-cf", "own.toml", b"content", reason="new rate", asked_by="legal", now=AT
    )
    return full.identity.approvals.find(request.id)


def signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, name).status_code == 302
    return client


def decide(client: FlaskClient, asked: Approval, decision: str = "approve", **changed: str) -> TestResponse:
    place = f"/approvals/{asked.request.id}"
    form = {"csrf_token": token(client, "/account"), "digest": asked.request.digest, "decision": decision}
    return client.post(f"{place}/decide", data=form | changed)


def state(full: MemoryInstance, asked: Approval) -> ApprovalState:
    return full.identity.approvals.find(asked.request.id).state(clock_now())


def test_another_person_approves_and_exactly_that_is_carried_out(
    app: Flask, full: MemoryInstance, asked: Approval
) -> None:
    lead = signed_in(app, "lead")
    assert "own.toml" in lead.get("/approvals").text
    assert decide(lead, asked).status_code == 303
    assert full.carried == [("own.toml", asked.request.digest, "lead")]
    assert state(full, asked) is ApprovalState.DONE
    assert decide(lead, asked).status_code == 409  # decided once
    assert full.carried == [("own.toml", asked.request.digest, "lead")]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_no_other_role_decides(app: Flask, full: MemoryInstance, asked: Approval, role: Role) -> None:
    assert decide(signed_in(app, role.value), asked).status_code == 403
    assert full.carried == []


def test_nobody_decides_his_own_request(app: Flask, full: MemoryInstance) -> None:
    request = full.identity.approvals.ask(
        ApprovalKind.RULES, "sample-cf", "own.toml", b"x", reason="why", asked_by="Lead", now=AT
    )
    own = full.identity.approvals.find(request.id)
    lead = signed_in(app, "lead")
    assert 'name="decision"' not in lead.get(f"/approvals/{request.id}").text
    assert decide(lead, own).status_code == 409
    assert full.carried == []


@pytest.mark.parametrize(
    ("one", "other"), [("lead", "\uff2cead"), ("Jos\u00e9", "jose\u0301"), ("\ufb01n", "FIN"), ("wei", "wei ")]
)
def test_one_name_in_other_letters_is_the_same_person(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same(one, other)


def test_the_database_itself_refuses_one_name_on_both_sides(full: MemoryInstance, asked: Approval) -> None:
    engine = full.identity.approvals._engine
    with engine.connect() as connection, pytest.raises(IntegrityError, match="approval_by_another"):
        connection.exec_driver_sql("INSERT INTO approval_decision VALUES ('x', 'legal', 'legal', 1, '', '')")
    for change in ("UPDATE approval_request SET content = x'00'", "DELETE FROM approval_request"):
        with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql(change)


def test_another_digest_is_not_what_was_read(app: Flask, full: MemoryInstance, asked: Approval) -> None:
    assert decide(signed_in(app, "lead"), asked, digest="0" * 64).status_code == 409
    assert full.carried == []


def test_a_refusal_needs_a_reason_and_ends_it(app: Flask, full: MemoryInstance, asked: Approval) -> None:
    lead = signed_in(app, "lead")
    assert decide(lead, asked, "refuse").status_code == 409
    assert decide(lead, asked, "refuse", reason="the source is missing").status_code == 303
    assert state(full, asked) is ApprovalState.REFUSED
    assert decide(lead, asked).status_code == 409
    assert full.carried == []


def test_a_request_that_waited_a_week_is_void(full: MemoryInstance, asked: Approval) -> None:
    late = asked.request.expires_at
    assert late == AT + LASTS
    with pytest.raises(ApprovalError, match="expired"):
        full.identity.approvals.decide(
            asked.request.id, decided_by="lead", digest=asked.request.digest, approved=True, reason="", now=late
        )
    assert full.identity.approvals.find(asked.request.id).state(late - timedelta(seconds=1)) is ApprovalState.WAITING


def test_what_could_not_be_carried_out_stays_approved_and_is_tried_again(
    app: Flask, full: MemoryInstance, asked: Approval, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = signed_in(app, "lead")

    def fails(_request: object, _by: str) -> str:
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(full, "carry_out", fails)
        assert decide(lead, asked).status_code == 303
    assert state(full, asked) is ApprovalState.FAILED
    assert "the disk is full" in lead.get(f"/approvals/{asked.request.id}").text
    legal = signed_in(app, "legal")
    again = f"/approvals/{asked.request.id}/again"
    assert legal.post(again, data={"csrf_token": token(legal, "/account")}).status_code == 303
    assert full.carried == [("own.toml", asked.request.digest, "lead")]
    assert state(full, asked) is ApprovalState.DONE
    assert legal.post(again, data={"csrf_token": token(legal, "/account")}).status_code in (400, 409)


def test_a_request_of_another_institution_is_not_there(app: Flask, full: MemoryInstance, asked: Approval) -> None:
    full.accounts.change("lead", Role.LEAD, {"second-cf"})
    lead = signed_in(app, "lead")
    assert "own.toml" not in lead.get("/approvals").text
    assert lead.get(f"/approvals/{asked.request.id}").status_code == 404
    assert decide(lead, asked).status_code == 404
    assert lead.get("/approvals/0000000000000000").status_code == 404


def test_a_proposal_is_checked_before_it_waits(app: Flask, full: MemoryInstance) -> None:
    legal = signed_in(app, "legal")
    form = {"csrf_token": token(legal, "/account"), "kind": "rules", "institution": "sample-cf", "reason": "why"}
    page = legal.post("/approvals/propose", data=form | {"file": (io.BytesIO(b"not toml ["), "own.toml")})
    assert page.status_code == 400
    assert full.identity.approvals.newest({"sample-cf"}) == []
    away = form | {"institution": "third-cf", "file": (io.BytesIO(b"x"), "own.toml")}
    assert legal.post("/approvals/propose", data=away).status_code == 404


def test_a_file_of_a_hundred_kilobytes_is_read(app: Flask, full: MemoryInstance) -> None:
    client = signed_in(app, "legal")
    form = {"csrf_token": token(client, "/approvals"), "kind": "rules", "institution": "sample-cf", "reason": "why"}
    sent = form | {"file": (io.BytesIO(b"#" * 100_000), "a.toml")}
    assert client.post("/approvals/propose", data=sent).status_code == 303


def test_what_a_file_hides_is_shown_before_it_is_approved(app: Flask, full: MemoryInstance) -> None:
    content = "value = 24 # \u202e not\u200b 42\r1\r\n".encode()
    request = full.identity.approvals.ask(
        ApprovalKind.RULES, "sample-cf", "a.toml", content, reason="why", asked_by="legal", now=AT
    )
    page = signed_in(app, "lead").get(f"/approvals/{request.id}").text
    assert "value = 24 # [U+202E] not[U+200B] 42[U+000D]1\n" in page


@pytest.mark.parametrize("change", [{"reason": " "}, {"content": b""}, {"object": "a\nb"}, {"reason": "x" * 301}])
def test_a_request_says_why_and_what(full: MemoryInstance, change: dict[str, object]) -> None:
    whole: dict[str, object] = {"reason": "why", "content": b"x", "object": "own.toml", **change}
    with pytest.raises(RequestRefusedError):
        full.identity.approvals.ask(
            ApprovalKind.RULES,
            "sample-cf",
            str(whole["object"]),
            bytes(whole["content"]),  # type: ignore[call-overload]
            reason=str(whole["reason"]),
            asked_by="legal",
            now=AT,
        )


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceService:
    service = open_home(tmp_path / "home", new=True)
    service.add_institution("sample-cf", "样例消费金融有限公司")
    return service


def test_a_rule_file_approved_by_page_is_in_force_as_by_command(
    evidence: EvidenceService, full: MemoryInstance
) -> None:
    hands, content = ApprovedFilesHands(evidence), RULE.encode()
    hands.propose(ApprovalKind.RULES, "sample-cf", "own.toml", content, "legal")
    request = full.identity.approvals.ask(
        ApprovalKind.RULES, "sample-cf", "own.toml", content, reason="why", asked_by="legal", now=AT
    )
    assert hands.carry_out(request, "lead") == "own.toml is in force"
    (approval,) = RuleFolder(evidence.settings.home).in_force()
    assert (approval.proposed_by, approval.approved_by, approval.sha256) == ("legal", "lead", request.digest)
    assert hands.in_force(ApprovalKind.RULES, "own.toml") == content
    assert "already" in hands.carry_out(request, "lead")  # tried again: the same, and no second event
    assert evidence.log("sample-cf").size == 1
    with pytest.raises(ApprovalError, match="not carried out"):
        hands.carry_out(replace(request, kind=ApprovalKind.KEYS), "lead")
