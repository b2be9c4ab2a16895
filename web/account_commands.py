"""The `account` commands: who may sign in. `proofdocket account add NAME --role ROLE`.

A password is asked for twice and never shown; with --generate one is made and printed this once.
"""

from __future__ import annotations

import secrets
from typing import Protocol

import click

from evidence_service.console import emit, json_option, refusals_exit_1
from evidence_service.errors import MalformedInputError
from web.accounts import MAX_NAME, hash_password
from web.ports import Accounts, Role


class NameRefusedError(MalformedInputError):
    """The name of an account is empty, too long, or holds unprintable characters."""

    code = "name-refused"


class HasAccounts(Protocol):
    """What the root command hands down."""

    @property
    def accounts(self) -> Accounts:
        """The account store of this instance."""
        ...


@click.group()
def account() -> None:
    """Who may sign in to the web application."""


@account.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What the person does.")
@click.option("--generate", is_flag=True, help="Make a password and print it this once.")
@json_option
@click.pass_obj
@refusals_exit_1
def add(here: HasAccounts, name: str, role: str, generate: bool, as_json: bool) -> None:
    """Make an account."""
    password = secrets.token_urlsafe(18) if generate else _ask()
    add_account(here.accounts, name, password, Role(role))
    answer = {"name": name, "role": role} | ({"password": password} if generate else {})
    shown = [f"password (shown only now): {password}"] if generate else []
    emit(as_json, answer, [f"account {name} made, role {role}", *shown])


def add_account(accounts: Accounts, name: str, password: str, role: Role) -> None:
    """Make an account; the password is kept only as its argon2id hash."""
    if not name.strip() or name != name.strip() or len(name) > MAX_NAME or not name.isprintable() or ":" in name:
        raise NameRefusedError(
            f"an account name has 1 to {MAX_NAME} printable characters, no colon, no space at its ends"
        )
    accounts.add(name, hash_password(password), role)


def _ask() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer
