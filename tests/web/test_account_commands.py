"""The `account` commands: people get in, passwords are kept as hashes only, every change is on record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from evidence_service.clock import now
from tests.web.instance import CHEAP, make_identity
from web.account_commands import account
from web.accounts import authenticate
from web.identity import Identity
from web.ports import Role

from .test_sign_in import NOW


@dataclass
class Here:
    identity: Identity
    institutions: tuple[str, ...] = ("sample-cf",)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(make_identity(tmp_path))


def run(here: Here, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(account, list(arguments), obj=here, input=typed)


def test_an_account_is_made_with_a_password_from_the_prompt(here: Here) -> None:
    typed = "a long enough password\n" * 2
    result = run(here, "add", "李律师", "--role", "legal", typed=typed)
    assert result.exit_code == 0, result.output
    found = authenticate(here.identity.accounts, "李律师", "a long enough password", NOW, CHEAP)
    assert found is not None
    assert (found.role, found.institutions) == (Role.LEGAL, frozenset({"sample-cf"}))
    assert "long enough" not in result.output


def test_a_generated_password_is_printed_once_and_opens(here: Here) -> None:
    answer = json.loads(run(here, "add", "clerk", "--role", "clerk", "--generate", "--json").stdout)
    assert answer["role"] == "clerk"
    assert authenticate(here.identity.accounts, "clerk", answer["password"], NOW, CHEAP) is not None


@pytest.mark.parametrize("name", ["", " x", "a:b", "x" * 65, "a\tb", "a/b", "..", "<b>"])
def test_a_bad_name_is_refused(here: Here, name: str) -> None:
    result = run(here, "add", name, "--role", "clerk", "--generate")
    assert result.exit_code == 1
    assert here.identity.accounts.find(name) is None


def test_a_short_password_and_a_taken_name_are_refused(here: Here) -> None:
    short = run(here, "add", "x", "--role", "clerk", typed="short\nshort\n")
    assert short.exit_code == 1
    arguments = ("add", "x", "--role", "clerk", "--generate")
    assert run(here, *arguments).exit_code == 0
    assert run(here, *arguments).exit_code == 1


def test_an_unknown_role_is_wrong_use(here: Here) -> None:
    assert run(here, "add", "x", "--role", "judge", "--generate").exit_code == 2


def test_of_several_institutions_one_must_be_named_and_must_be_there(here: Here) -> None:
    here.institutions = ("one", "two")
    assert run(here, "add", "x", "--role", "legal", "--generate").exit_code == 1
    assert run(here, "add", "x", "--role", "legal", "--institution", "three", "--generate").exit_code == 1
    made = run(here, "add", "x", "--role", "legal", "--institution", "two", "--generate", "--json")
    assert json.loads(made.stdout)["institutions"] == ["two"]


def test_role_and_institutions_change_and_the_sessions_end(here: Here) -> None:
    run(here, "add", "x", "--role", "legal", "--generate")
    people = here.identity
    token = people.sessions.begin("x", "password", "203.0.113.1", "", NOW, whole=True)
    changed = json.loads(run(here, "change", "x", "--role", "compliance", "--json").stdout)
    assert (changed["role"], changed["institutions"]) == ("compliance", ["sample-cf"])
    found = people.sessions.find(token)
    assert found is not None
    assert found.ended_at is not None


def test_who_is_closed_paused_or_without_a_phone_is_helped(here: Here) -> None:
    run(here, "add", "x", "--role", "legal", "--generate")
    people = here.identity
    assert json.loads(run(here, "disable", "x", "--json").stdout)["state"] == "disabled"
    assert json.loads(run(here, "enable", "x", "--json").stdout)["state"] == "open"
    people.factors.propose("x", NOW)
    assert run(here, "reset", "x").exit_code == 0
    new = json.loads(run(here, "password", "x", "--generate", "--json").stdout)["password"]
    found = authenticate(people.accounts, "x", new, NOW, CHEAP)
    assert found is not None
    assert found.must_change
    assert run(here, "sign-out", "x").exit_code == 0
    assert run(here, "unlock", "x").exit_code == 0
    assert run(here, "unlock").exit_code == 2
    assert run(here, "disable", "nobody").exit_code == 1
    listed = json.loads(run(here, "list", "--json").stdout)
    assert [(row["name"], row["second_factor"]) for row in listed["accounts"]] == [("x", False)]


def test_an_address_is_unlocked(here: Here) -> None:
    people = here.identity
    for _ in range(20):
        people.pauses.record_failure("203.0.113.9", now())
    assert "203.0.113.9 is paused" in run(here, "list").output
    assert run(here, "unlock", "--address", "203.0.113.9").exit_code == 0
    assert "paused" not in run(here, "list").output


def test_every_change_by_command_is_on_record(here: Here, tmp_path: Path) -> None:
    run(here, "add", "x", "--role", "legal", "--generate")
    run(here, "reset", "x")
    engine = create_engine(f"sqlite:///{tmp_path}/people.db")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT who, action, object FROM access ORDER BY id")).all()
    engine.dispose()
    assert [(row.action, row.object) for row in rows] == [
        ("account:add", "account x legal"),
        ("account:reset-factor", "account x"),
    ]
    assert all(row.who.startswith("machine") for row in rows)
