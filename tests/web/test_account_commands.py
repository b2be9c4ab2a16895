"""`account add`: people get in, passwords are kept as hashes only."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from tests.web.instance import MemoryAccounts
from web.account_commands import account
from web.accounts import authenticate
from web.ports import Role

from .test_sign_in import NOW


@dataclass
class Here:
    accounts: MemoryAccounts


@pytest.fixture
def here() -> Here:
    return Here(MemoryAccounts())


def test_an_account_is_made_with_a_password_from_the_prompt(here: Here) -> None:
    typed = "a long enough password\n" * 2
    result = CliRunner().invoke(account, ["add", "李律师", "--role", "legal"], obj=here, input=typed)
    assert result.exit_code == 0, result.output
    found = authenticate(here.accounts, "李律师", "a long enough password", NOW)
    assert found is not None
    assert found.role is Role.LEGAL
    assert "long enough" not in result.output


def test_a_generated_password_is_printed_once_and_opens(here: Here) -> None:
    result = CliRunner().invoke(account, ["add", "clerk", "--role", "clerk", "--generate", "--json"], obj=here)
    answer = json.loads(result.stdout)
    assert answer["role"] == "clerk"
    assert authenticate(here.accounts, "clerk", answer["password"], NOW) is not None


@pytest.mark.parametrize("name", ["", " x", "a:b", "x" * 65, "a\tb"])
def test_a_bad_name_is_refused(here: Here, name: str) -> None:
    result = CliRunner().invoke(account, ["add", name, "--role", "clerk", "--generate"], obj=here)
    assert result.exit_code == 1
    assert here.accounts.find(name) is None


def test_a_short_password_and_a_taken_name_are_refused(here: Here) -> None:
    short = CliRunner().invoke(account, ["add", "x", "--role", "clerk"], obj=here, input="short\nshort\n")
    assert short.exit_code == 1
    arguments = ["add", "x", "--role", "clerk", "--generate"]
    assert CliRunner().invoke(account, arguments, obj=here).exit_code == 0
    assert CliRunner().invoke(account, arguments, obj=here).exit_code == 1


def test_an_unknown_role_is_wrong_use(here: Here) -> None:
    assert CliRunner().invoke(account, ["add", "x", "--role", "judge", "--generate"], obj=here).exit_code == 2
