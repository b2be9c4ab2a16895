"""The stores of accounts on SQLite and PostgreSQL: one contract, both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import Engine

from evidence_service.errors import ConflictError, NotFoundError
from tests.web.instance import BOX, CHEAP, RELAXED
from web.approvals import ApprovalError, ApprovalKind, ApprovalState
from web.identity import Identity
from web.ports import Role
from web.sql_purposes import EVERYTHING

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def people(engine: Engine) -> Identity:
    return Identity(engine, BOX, RELAXED, now=lambda: NOW, hasher=CHEAP)


def test_accounts_keep_role_institutions_and_whose_they_are_elsewhere(people: Identity) -> None:
    accounts = people.accounts
    accounts.add("a", "h", Role.LEGAL, frozenset({"one", "two"}))
    accounts.add("b", "", Role.CLERK, issuer="https://id", subject="7")
    with pytest.raises(ConflictError):
        accounts.add("a", "h", Role.LEAD, frozenset({"three"}))
    with pytest.raises(ConflictError):
        accounts.add("c", "", Role.CLERK, issuer="https://id", subject="7")
    accounts.change("a", Role.LEAD, {"two"})
    found = accounts.find("a")
    assert found is not None
    assert (found.role, found.institutions) == (Role.LEAD, frozenset({"two"}))
    assert accounts.find_subject("https://id", "7") == accounts.find("b")
    assert [one.name for one in accounts.all()] == ["a", "b"]
    with pytest.raises(NotFoundError):
        accounts.disable("nobody", NOW)
    for _ in range(5):
        accounts.record_failure("a", NOW)
    paused = accounts.find("a")
    assert paused is not None
    assert paused.locked_until == NOW + timedelta(minutes=15)


def test_sessions_factors_pauses_and_purposes(people: Identity) -> None:
    token = people.sessions.begin("a", "password", "203.0.113.1", "x\ny", NOW, whole=True)
    session = people.sessions.find(token)
    assert session is not None
    assert session.agent == "xy"
    people.sessions.touch(session, NOW + timedelta(minutes=2))
    assert people.sessions.of("a")[0].seen_at == NOW + timedelta(minutes=2)
    people.sessions.end_all("a", NOW)
    assert people.sessions.of("a") == []
    secret = people.factors.propose("a", NOW)
    assert people.factors.propose("a", NOW) == secret
    codes = people.factors.confirm("a", pyotp.TOTP(secret).at(NOW.timestamp()), NOW)
    assert codes is not None
    assert people.factors.holders() == {"a"}
    assert [people.factors.pass_recovery("a", codes[0], NOW) for _ in range(2)] == [True, False]
    for _ in range(20):
        people.pauses.record_failure("203.0.113.1", NOW)
    assert people.pauses.paused("203.0.113.1", NOW)
    people.purposes.state(session.digest, EVERYTHING, "audit", NOW)
    people.purposes.state(session.digest, "case 1", "complaint", NOW + timedelta(seconds=1))
    said = [people.purposes.stated(session.digest, thing) for thing in ("case 1", "case 2")]
    assert said == ["complaint", "audit"]
    assert people.purposes.latest(session.digest) == "complaint"


def test_a_request_is_decided_once_and_its_outcome_kept(people: Identity) -> None:
    store = people.approvals
    asked = store.ask(ApprovalKind.KEYS, "one", "log key", b"key", reason="lost", asked_by="a", now=NOW)
    assert [one.request for one in store.newest({"one", "two"})] == [asked]
    assert store.newest({"two"}) == []
    decision = {"decided_by": "b", "digest": asked.digest, "approved": True, "reason": "", "now": NOW}
    store.decide(asked.id, **decision)  # type: ignore[arg-type]
    with pytest.raises(ApprovalError):
        store.decide(asked.id, **decision)  # type: ignore[arg-type]
    store.record(asked.id, done=False, detail="no", now=NOW)
    assert store.find(asked.id).state(NOW) is ApprovalState.FAILED
    store.record(asked.id, done=True, detail="yes", now=NOW)
    assert store.find(asked.id).state(NOW) is ApprovalState.DONE
