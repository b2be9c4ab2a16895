"""The `account` commands: who may sign in, with which role, at which institutions; help for who cannot get in.

A password is asked for twice and never shown; with --generate one is made and printed this once. Every change is on
record in the access log, in the name of the machine's user.
"""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Sequence
from typing import Any, Protocol

import click

from evidence_service.clock import now
from evidence_service.console import emit, json_option, refusals_exit_1
from evidence_service.core.event import INSTITUTION
from evidence_service.errors import MalformedInputError, NotFoundError
from web.account_admin import Act, NameRefusedError, act, add_account, change, sound_name, state_of
from web.accounts import hash_password
from web.identity import Identity
from web.ports import Account, Role

__all__ = ["NameRefusedError", "account", "add_account"]
ROLES = click.Choice([role.value for role in Role])
institutions_option = click.option(
    "--institution", "institutions", multiple=True, help="Where the person belongs; several times for several."
)


class HasAccounts(Protocol):
    """What the root command hands down."""

    @property
    def identity(self) -> Identity:
        """The people of this instance."""
        ...

    @property
    def institutions(self) -> Sequence[str]:
        """The institutions that have a log in this instance."""
        ...


@click.group()
def account() -> None:
    """Who may sign in to the web application."""


@account.command()
@click.argument("name")
@click.option("--role", type=ROLES, required=True, help="What the person does.")
@institutions_option
@click.option("--generate", is_flag=True, help="Make a password and print it this once.")
@json_option
@click.pass_obj
@refusals_exit_1
def add(here: HasAccounts, name: str, role: str, institutions: tuple[str, ...], generate: bool, as_json: bool) -> None:
    """Make an account. Without --institution it belongs to the one institution of the instance."""
    people, places = here.identity, _places(here, institutions)
    if not sound_name(name):
        raise NameRefusedError("an account name has 1 to 64 printable characters, no colon, slash, comma or quote")
    password = secrets.token_urlsafe(18) if generate else _ask()
    people.note(_who(), "account:add", f"account {name} {role}")
    add_account(people.accounts, name, password, Role(role), places, hasher=people.hasher)
    answer = {"name": name, "role": role, "institutions": sorted(places)}
    shown = [f"password (shown only now): {password}"] if generate else []
    where = ", ".join(sorted(places)) or "nowhere"
    emit(
        as_json,
        answer | ({"password": password} if generate else {}),
        [f"account {name} made, role {role}, at {where}", *shown],
    )


@account.command("list")
@json_option
@click.pass_obj
@refusals_exit_1
def list_command(here: HasAccounts, as_json: bool) -> None:
    """Every account with role, institutions, second factor and state; addresses that are paused."""
    people = here.identity
    holders, rows = people.factors.holders(), people.accounts.all()
    pauses = [{"address": one.address, "until": one.until.isoformat()} for one in people.pauses.all(now())]
    answer = {"accounts": [_row(one, one.name in holders) for one in rows], "paused_addresses": pauses}
    lines = [_line(one, one.name in holders) for one in rows]
    emit(as_json, answer, lines + [f"address {one['address']} is paused until {one['until']}" for one in pauses])


@account.command("change")
@click.argument("name")
@click.option("--role", type=ROLES, help="Another role.")
@institutions_option
@json_option
@click.pass_obj
@refusals_exit_1
def change_command(
    here: HasAccounts, name: str, role: str | None, institutions: tuple[str, ...], as_json: bool
) -> None:
    """Give an account another role, or exactly these institutions; its sessions end."""
    people = here.identity
    found = _account(people, name)
    places = _places(here, institutions) if institutions else found.institutions
    change(people, found, Role(role) if role else found.role, places, _who(), now())
    _emit(people, name, as_json)


@account.command("password")
@click.argument("name")
@click.option("--generate", is_flag=True, help="Make a password, print it this once; its owner must replace it.")
@json_option
@click.pass_obj
@refusals_exit_1
def password_command(here: HasAccounts, name: str, generate: bool, as_json: bool) -> None:
    """Give an account another password; its sessions end."""
    people = here.identity
    found = _account(people, name)
    if generate:
        password = act(people, found, Act.RESET_PASSWORD, _who(), now())
        emit(as_json, {"name": name, "password": password}, [f"password (shown only now): {password}"])
        return
    kept = hash_password(_ask(), people.hasher)
    people.note(_who(), "account:reset-password", f"account {name}")
    people.accounts.set_password(name, kept)
    people.sessions.end_all(name, now())
    _emit(people, name, as_json)


@account.command("unlock")
@click.argument("name", required=False)
@click.option("--address", help="A network address that is paused.")
@json_option
@click.pass_obj
@refusals_exit_1
def unlock_command(here: HasAccounts, name: str | None, address: str | None, as_json: bool) -> None:
    """Let an account, or an address, try again at once."""
    people = here.identity
    if (name is None) is (address is None):
        raise click.UsageError("name an account, or an --address")
    if address is not None:
        people.note(_who(), "account:unlock-address", "an address")
        people.pauses.forget(address)
        emit(as_json, {"address": address}, [f"{address} may try again"])
        return
    act(people, _account(people, name or ""), Act.UNLOCK, _who(), now())
    _emit(people, name or "", as_json)


def _acting(what: Act, text: str) -> click.Command:
    """A command that does one thing to one account."""

    @click.argument("name")
    @json_option
    @click.pass_obj
    @refusals_exit_1
    def run(here: HasAccounts, name: str, as_json: bool) -> None:
        people = here.identity
        act(people, _account(people, name), what, _who(), now())
        _emit(people, name, as_json)

    names = {Act.RESET_FACTOR: "reset", Act.END_SESSIONS: "sign-out"}
    return click.command(names.get(what, what.value), help=text)(run)


for _what, _text in (
    (Act.DISABLE, "Close an account and end its sessions."),
    (Act.ENABLE, "Open a closed account again."),
    (Act.RESET_FACTOR, "Take the second factor and recovery codes away, for a lost phone; its sessions end."),
    (Act.END_SESSIONS, "End every session of an account."),
):
    account.add_command(_acting(_what, _text))


def _account(people: Identity, name: str) -> Account:
    found = people.accounts.find(name)
    if found is None:
        raise NotFoundError("no account has this name; `proofdocket account list` shows them")
    return found


class InstitutionNameError(MalformedInputError):
    """An account belongs where a log is; `institution add` makes one."""

    code = "unknown-institution"


def _places(here: HasAccounts, given: tuple[str, ...]) -> frozenset[str]:
    """The institutions that were named; without any, the one that there is."""
    there = here.institutions
    unknown = [name for name in given if name not in there or not INSTITUTION.match(name)]
    if unknown:
        raise InstitutionNameError(f"no institution of this instance has this name; there are: {', '.join(there)}")
    if not given and len(there) > 1:
        raise InstitutionNameError(f"say where the person belongs with --institution: {', '.join(there)}")
    return frozenset(given or there)


def _emit(people: Identity, name: str, as_json: bool) -> None:
    found, factor = _account(people, name), people.factors.has(name)
    emit(as_json, _row(found, factor), [_line(found, factor)])


def _row(one: Account, factor: bool) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role.value,
        "institutions": sorted(one.institutions),
        "state": state_of(one, now()),
        "second_factor": factor,
        "issuer": one.issuer,
    }


def _line(one: Account, factor: bool) -> str:
    where = ", ".join(sorted(one.institutions)) or "nowhere"
    return f"{one.name}  {one.role.value}  {where}  {state_of(one, now())}" + ("  second factor" if factor else "")


def _who() -> str:
    """Whose hands are on the machine."""
    try:
        return f"machine:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "machine"


def _ask() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer
