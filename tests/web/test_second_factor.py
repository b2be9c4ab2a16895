"""The second factor: RFC 6238 vectors, a code counts once, recovery codes, enrolment at the door, no way around it."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient

from evidence_service.clock import now as clock_now
from evidence_service.database import open_database
from tests.web.conftest import PASSWORD, SECRET, sign_in, token, with_people
from tests.web.instance import BOX, RELAXED, MemoryInstance, empty_instance
from web.app import create_app
from web.ports import Role
from web.sealing import SealedSecretError, SecretBox, key_file
from web.second_factor import recovery_digest, used_step
from web.sql_factors import SqlFactors

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)


@pytest.fixture
def there(tmp_path: Path, password_hash: str) -> MemoryInstance:
    instance = empty_instance(tmp_path)
    instance.settings = replace(RELAXED, second_factor_roles=frozenset({Role.LEAD}))
    return with_people(instance, password_hash)


@pytest.fixture
def door(there: MemoryInstance) -> FlaskClient:
    return create_app(there, secret_key=SECRET, testing=True).test_client()


def code_for(there: MemoryInstance, name: str, at: datetime | None = None) -> str:
    """What the app on the phone shows."""
    with there.identity.factors._engine.connect() as connection:
        sealed = connection.exec_driver_sql("SELECT sealed FROM account_factor WHERE account = ?", (name,)).scalar_one()
    return pyotp.TOTP(BOX.open(sealed, name)).at((at or clock_now()).timestamp())


def enrol(there: MemoryInstance, name: str, at: datetime | None = None) -> list[str]:
    """A confirmed factor of half an hour ago, so that today's codes are all unused."""
    before = (at or clock_now()) - timedelta(minutes=30)
    there.identity.factors.propose(name, before)
    codes = there.identity.factors.confirm(name, code_for(there, name, before), before)
    assert codes is not None
    return codes


def post(client: FlaskClient, address: str, **form: str) -> tuple[int, str, str]:
    answer = client.post(address, data={"csrf_token": token(client, address), **form})
    return answer.status_code, answer.location or "", answer.text


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert used_step(RFC_SECRET, code, at, 0) == seconds // 30
    assert used_step(RFC_SECRET, code[:3] + " " + code[3:], at, 0) == seconds // 30


def test_one_step_of_drift_is_allowed_and_not_two() -> None:
    code = pyotp.TOTP(RFC_SECRET).at(NOW.timestamp())
    late = {seconds: used_step(RFC_SECRET, code, NOW + timedelta(seconds=seconds), 0) for seconds in (-60, -30, 30, 60)}
    assert {seconds for seconds, step in late.items() if step is not None} == {-30, 30}


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "28708x", "２８７０８２", "287082287082"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert used_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC), 0) is None


def test_a_code_counts_once_and_an_older_one_never_again(there: MemoryInstance) -> None:
    enrol(there, "legal", NOW)
    factors = there.identity.factors
    older, code = code_for(there, "legal", NOW - timedelta(seconds=30)), code_for(there, "legal", NOW)
    assert factors.pass_code("legal", code, NOW)
    assert not factors.pass_code("legal", code, NOW)
    assert not factors.pass_code("legal", older, NOW)
    assert not factors.pass_code("legal", code, NOW + timedelta(seconds=30))
    assert factors.pass_code("legal", code_for(there, "legal", NOW + timedelta(seconds=30)), NOW)


def test_a_recovery_code_counts_once_and_is_kept_as_a_digest(there: MemoryInstance) -> None:
    codes = enrol(there, "legal", NOW)
    factors = there.identity.factors
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
    assert factors.pass_recovery("legal", codes[3].upper().replace("-", " "), NOW)
    assert not factors.pass_recovery("legal", codes[3], NOW)
    assert not factors.pass_recovery("lead", codes[4], NOW)
    assert factors.recovery_left("legal") == 9
    assert not factors.pass_recovery("legal", factors.new_recovery("legal")[0] + "x", NOW)
    assert not factors.pass_recovery("legal", codes[4], NOW)
    with there.identity.factors._engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT digest FROM account_recovery").scalars().all()
    assert recovery_digest(codes[0]) not in kept
    assert not any(code in kept for code in codes)


def test_the_secret_is_sealed_under_a_key_that_is_not_in_the_database(there: MemoryInstance, tmp_path: Path) -> None:
    enrol(there, "legal", NOW)
    secret = there.identity.factors._box.open(_sealed(there), "legal")
    assert secret.encode() not in (tmp_path / "people.db").read_bytes()
    for box, name in ((SecretBox(b"x" * 32), "legal"), (BOX, "lead")):
        with pytest.raises(SealedSecretError):
            box.open(_sealed(there), name)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = key_file(tmp_path / "keys", "second-factor.key")
    assert key_file(tmp_path / "keys", "second-factor.key") == key
    assert len(key) == 32
    assert (tmp_path / "keys" / "second-factor.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["second-factor.key"]


def test_password_and_code_open_and_neither_alone_does(there: MemoryInstance, door: FlaskClient) -> None:
    enrol(there, "legal")
    assert sign_in(door, "legal", after="/events").location == "/sign-in/code"
    assert door.get("/events").status_code == 302
    assert door.get("/account").status_code == 302
    assert post(door, "/sign-in/code", code="000000")[0] == 403
    status, location, _ = post(door, "/sign-in/code", code=code_for(there, "legal"))
    assert (status, location) == (302, "/events")
    assert door.get("/events").status_code == 200
    assert door.get("/sign-in/code").status_code == 302  # nothing waits any more


def test_a_recovery_code_opens_too_and_is_on_record(there: MemoryInstance, door: FlaskClient) -> None:
    codes = enrol(there, "legal")
    sign_in(door, "legal")
    assert post(door, "/sign-in/code", code=codes[0])[0] == 302
    assert ("account:legal", "sign-in", "", "by password and second factor", "legal") in there.accesses


def test_the_page_of_the_code_opens_to_nobody_without_the_password(door: FlaskClient) -> None:
    for address in ("/sign-in/code", "/sign-in/enrol"):
        assert door.get(address).location == "/sign-in"


def test_wrong_codes_pause_the_account_and_the_password_does_not_reset_the_count(
    there: MemoryInstance, door: FlaskClient
) -> None:
    enrol(there, "legal")
    for attempt in range(5):
        if attempt % 2 == 0:
            sign_in(door, "legal")  # the right password between the codes
        assert post(door, "/sign-in/code", code="000000")[0] == 403
    assert sign_in(door, "legal").status_code == 403
    assert door.get("/sign-in/code").location == "/sign-in"
    assert there.accesses.count(("account:legal", "sign-in-refused", "", "second factor", "legal")) == 5


def test_a_role_that_needs_a_factor_sets_it_up_at_the_door(there: MemoryInstance, door: FlaskClient) -> None:
    assert sign_in(door, "lead", after="/checkpoints").location == "/sign-in/enrol"
    page = door.get("/sign-in/enrol").text
    assert "data:image/svg+xml" in page
    assert page.count("<code") == 1
    shown = door.get("/sign-in/enrol").text
    assert re.findall(r"digest-full\">([A-Z2-7]+)<", page) == re.findall(r"digest-full\">([A-Z2-7]+)<", shown)
    assert post(door, "/sign-in/enrol", code="000000")[0] == 403
    assert door.get("/checkpoints").status_code == 302
    status, _, text = post(door, "/sign-in/enrol", code=code_for(there, "lead"))
    assert status == 200
    assert text.count("<li><code>") == 10
    assert door.get("/checkpoints").status_code == 200
    assert door.get("/account").status_code == 200


def test_whoever_has_a_factor_cannot_enrol_another_at_the_door(there: MemoryInstance, door: FlaskClient) -> None:
    enrol(there, "lead")
    sign_in(door, "lead")
    assert door.get("/sign-in/enrol").location == "/sign-in/code"


def test_a_half_session_is_over_after_ten_minutes(
    there: MemoryInstance, door: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(there, "legal")
    sign_in(door, "legal")
    at = clock_now() + timedelta(minutes=11)
    for module in ("web.sign_in", "web.factor_pages"):
        monkeypatch.setattr(f"{module}.now", lambda: at)
    assert door.get("/sign-in/code").location == "/sign-in"


def test_two_requests_with_one_code_never_both_pass(there: MemoryInstance, tmp_path: Path) -> None:
    enrol(there, "legal", NOW)
    code = code_for(there, "legal", NOW)
    stores = [SqlFactors(open_database(f"sqlite:///{tmp_path}/people.db"), BOX, os.urandom) for _ in range(2)]
    assert sorted(store.pass_code("legal", code, NOW) for store in stores) == [False, True]


def test_no_password_is_in_any_page(there: MemoryInstance, door: FlaskClient) -> None:
    assert PASSWORD not in sign_in(door, "lead").text + door.get("/sign-in/enrol").text


def _sealed(there: MemoryInstance) -> bytes:
    with there.identity.factors._engine.connect() as connection:
        return bytes(connection.exec_driver_sql("SELECT sealed FROM account_factor").scalar_one())


def test_a_secret_that_somebody_else_saw_before_is_never_the_one_that_is_confirmed(there: MemoryInstance) -> None:
    app = create_app(there, secret_key=SECRET, testing=True)
    thief, owner = app.test_client(), app.test_client()
    seen = []
    for client in (thief, owner):
        sign_in(client, "lead")
        found = re.search(r"\b[A-Z2-7]{32}\b", client.get("/sign-in/enrol").text)
        assert found is not None
        seen.append(found[0])
    assert seen[0] != seen[1]
    assert thief.get("/sign-in/enrol").location == "/sign-in"  # and does not see the new one either
    assert post(owner, "/sign-in/enrol", code=pyotp.TOTP(seen[1]).now())[0] == 200
    assert there.identity.factors.has("lead")
