"""The operator's pages of accounts: list, add, change, and help for somebody who cannot get in."""

from __future__ import annotations

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.errors import ConflictError
from web.access import Permission, permit
from web.account_admin import (
    Act,
    NameRefusedError,
    act,
    add_account,
    ask_lead,
    change,
    needs_lead,
    new_password,
    seen_account,
    state_of,
)
from web.approvals import RequestRefusedError
from web.current import identity, institutions, now
from web.ports import Account, Role

DONE = frozenset({"asked", "address", "change", *Act})


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/accounts", "accounts", accounts)
    app.add_url_rule("/accounts/new", "account_new", account_new, methods=["GET", "POST"])
    app.add_url_rule("/accounts/unlock-address", "address_unlock", address_unlock, methods=["POST"])
    app.add_url_rule("/accounts/of/<account>", "account", account_page)
    app.add_url_rule("/accounts/of/<account>/change", "account_change", account_change, methods=["POST"])
    app.add_url_rule("/accounts/of/<account>/act", "account_act", account_act, methods=["POST"])


@permit(Permission.ACCOUNT_ADMIN)
def accounts() -> ResponseReturnValue:
    """Every account that belongs nowhere but where the operator does."""
    people, at = identity(), now()
    return render_template(
        "account/accounts.html",
        accounts=[one for one in people.accounts.all() if one.institutions <= institutions()],
        holders=people.factors.holders(),
        pauses=people.pauses.all(at),
        state=lambda one: state_of(one, at),
        done=_done(),
    )


@permit(Permission.ACCOUNT_ADMIN)
def account_new() -> ResponseReturnValue:
    """Make an account; its first password is shown once and must be replaced."""
    if request.method == "GET":
        return _new_form()
    role, places = _role(), _places()
    name = request.form.get("name", "").strip()
    if role is None:
        return _new_form("accounts.choose_role", name), 400
    if role is Role.LEAD:
        return _new_form("accounts.lead_later", name), 409
    people = identity()
    password = new_password(people)
    people.note(_who(), "account:add", "account " + (name if name.isprintable() and len(name) <= 64 else ""))
    try:
        add_account(people.accounts, name, password, role, places, must_change=True, hasher=people.hasher)
    except NameRefusedError:
        return _new_form("accounts.name_help", name), 400
    except ConflictError:
        return _new_form("accounts.name_taken", name), 409
    return _shown_once("accounts.made", name, password, url_for("account", account=name))


@permit(Permission.ACCOUNT_ADMIN)
def account_page(account: str) -> ResponseReturnValue:
    """One account."""
    return _page(seen_account(identity(), account, institutions()))


@permit(Permission.ACCOUNT_ADMIN)
def account_change(account: str) -> ResponseReturnValue:
    """Another role, other institutions; a lead's go by way of another lead."""
    people = identity()
    shown = _other(account)
    role, places = _role(), _places()
    if role is None:
        return _page(shown, "accounts.choose_role"), 400
    if needs_lead(people, shown, role):
        wanted: dict[str, object] = {"act": "change", "role": role.value, "institutions": sorted(places)}
        return _ask(shown, wanted)
    change(people, shown, role, places, _who(), now())
    return redirect(url_for("account", account=account, done="change"))


@permit(Permission.ACCOUNT_ADMIN)
def account_act(account: str) -> ResponseReturnValue:
    """Close, open, unlock, end sessions, reset."""
    people = identity()
    shown = _other(account)
    name = request.form.get("act", "")
    if name not in _acts(shown):
        abort(400)
    what = Act(name)
    if what is Act.RESET_FACTOR and needs_lead(people, shown):
        return _ask(shown, {"act": what.value})
    password = act(people, shown, what, _who(), now())
    if password:
        return _shown_once("accounts.password_made", account, password, url_for("account", account=account))
    return redirect(url_for("account", account=account, done=what.value))


@permit(Permission.ACCOUNT_ADMIN)
def address_unlock() -> ResponseReturnValue:
    """Let an address try again."""
    people = identity()
    people.note(_who(), "account:unlock-address", "an address")
    people.pauses.forget(request.form.get("address", ""))
    return redirect(url_for("accounts", done="address"))


def _other(name: str) -> Account:
    """An account of somebody else: nobody changes his own here."""
    shown = seen_account(identity(), name, institutions())
    if shown.name == current_user.name:
        abort(403)
    return shown


def _ask(shown: Account, wanted: dict[str, object]) -> ResponseReturnValue:
    reason = request.form.get("reason", "") or str(wanted["act"])
    try:
        ask_lead(identity(), shown, wanted, reason=reason, by=current_user.name, now=now())
    except RequestRefusedError:
        return _page(shown, "accounts.reason_help"), 400
    return redirect(url_for("account", account=shown.name, done="asked"))


def _acts(shown: Account) -> list[str]:
    """What can be done to an account now. A lead gets a new password only at the machine itself."""
    state = state_of(shown, now())
    found = [Act.ENABLE if state == "disabled" else Act.DISABLE]
    if state == "paused":
        found.append(Act.UNLOCK)
    found.append(Act.END_SESSIONS)
    if identity().factors.has(shown.name):
        found.append(Act.RESET_FACTOR)
    if shown.role is not Role.LEAD and not shown.issuer:
        found.append(Act.RESET_PASSWORD)
    return [one.value for one in found]


def _page(shown: Account, problem: str = "") -> str:
    people, at = identity(), now()
    times = people.settings
    return render_template(
        "account/account.html",
        shown=shown,
        state=state_of(shown, at),
        factor=people.factors.has(shown.name),
        sessions=sum(one.open(at, times.idle, times.absolute) for one in people.sessions.of(shown.name)),
        own=shown.name == current_user.name,
        guarded=needs_lead(people, shown, Role.LEAD),
        actions=_acts(shown),
        problem=problem,
        done=_done(),
        roles=list(Role),
        institutions=sorted(institutions()),
        chosen_role=shown.role,
        chosen_institutions=shown.institutions,
    )


def _new_form(problem: str = "", name: str = "") -> str:
    mine = sorted(institutions())
    return render_template(
        "account/account_new.html",
        problem=problem,
        name=name[:64],
        roles=[role for role in Role if role is not Role.LEAD],
        institutions=mine,
        chosen_role=None,
        chosen_institutions=_places() if request.method == "POST" else set(mine if len(mine) == 1 else ()),
    )


def _role() -> Role | None:
    name = request.form.get("role", "")
    return Role(name) if name in set(Role) else None


def _places() -> frozenset[str]:
    """The institutions of the form; one that is not the operator's own is not there."""
    chosen = frozenset(request.form.getlist("at"))
    if not chosen <= institutions():
        abort(404)
    return chosen


def _who() -> str:
    return f"account:{current_user.name}"


def _done() -> str:
    done = request.args.get("done", "")
    return done if done in DONE else ""


def _shown_once(heading: str, name: str, password: str, onward: str) -> str:
    return render_template(
        "account/shown_once.html", heading=heading, facts=[("sign_in.name", name)], secret=password, onward=onward
    )
