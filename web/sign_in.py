"""Signing in and out: name and password, then the second factor where the account has one or its role needs one.

Every refusal reads the same: a stranger learns neither which names exist nor whether one is paused. Sessions live on
the server (web/sql_sessions.py); the browser holds a random token in a signed cookie.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from web.access import Permission, permit
from web.accounts import authenticate, is_paused
from web.current import WITHOUT_ACCOUNT, identity, now, whole
from web.ports import Account, Role
from web.sql_sessions import WebSession
from web.throttle import Window

ATTEMPTS_PER_MINUTE = 30
WINDOW = "proofdocket_sign_in_window"
HALF, TARGET = "half", "target"


class SignedIn(UserMixin):  # type: ignore[misc]  # flask_login has no types
    """The person who is signed in."""

    def __init__(self, account: Account, found: WebSession, token: str) -> None:
        self.name: str = account.name
        self.role: Role = account.role
        self.institutions = account.institutions
        self.must_change = account.must_change
        self.here = bool(account.password_hash)
        self.session = found
        self._token = token

    def get_id(self) -> str:
        """What the cookie keeps: the token of the session."""
        return self._token


def register(app: Flask) -> None:
    """Add the routes and the session's way back to its account."""
    app.extensions[WINDOW] = Window(ATTEMPTS_PER_MINUTE, 60)
    manager = LoginManager(app)
    manager.session_protection = "strong"
    manager.user_loader(_load)
    app.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])


@permit(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Show the form; take name and password."""
    target = local_target(request.values.get("next", ""))
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(target)
        return _form(target)
    address = count_attempt()
    name = request.form.get("name", "").strip()
    people = identity()
    paused = people.pauses.paused(address, now())
    account = None
    if not paused:
        password = request.form.get("password", "")
        account = authenticate(people.accounts, name, password, now(), people.hasher)
    if account is None:
        refused(name, address, "password")
        return _form(target, name), 403
    return enter(account, "password", target)


@permit(Permission.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End the session, on the server too."""
    if current_user.is_authenticated:
        identity().sessions.end(current_user.session.digest, current_user.name, now())
    logout_user()
    session.clear()
    return redirect(url_for("sign_in"))


def enter(account: Account, how: str, target: str, *, factor_done: bool = False) -> ResponseReturnValue:
    """Begin the session: a whole one, or one that waits for the second factor."""
    people = identity()
    needed = account.role in people.settings.second_factor_roles or people.factors.has(account.name)
    whole_now = factor_done or not needed
    if not whole_now and not people.factors.has(account.name):
        # One at a time: a secret that somebody else with the password saw is never the one that is confirmed.
        people.sessions.end_halves(account.name, now())
        people.factors.forget_waiting(account.name)
    agent = request.headers.get("User-Agent", "")
    token = people.sessions.begin(account.name, how, request.remote_addr or "", agent, now(), whole=whole_now)
    session.clear()  # nothing of the anonymous session lives on
    session.permanent = True
    if not whole_now:
        session[HALF], session[TARGET] = token, target
        return redirect(url_for("sign_in_code" if people.factors.has(account.name) else "sign_in_enrol"))
    people.accounts.record_success(account.name, now())
    _note(account, "sign-in", f"by {how}" + (" and second factor" if factor_done else ""))
    found = people.sessions.find(token)
    assert found is not None
    login_user(SignedIn(account, found, token))
    return redirect(target)


def refused(name: str, address: str, what: str) -> None:
    """Count a refusal for the address, and put it on record where the account exists."""
    people = identity()
    people.pauses.record_failure(address, now())
    account = people.accounts.find(name) if 0 < len(name) <= 64 else None
    if account is not None:  # a name that nobody has may be a password in the wrong field: it is not kept
        _note(account, "sign-in-refused", what)


def half_account() -> Account | None:
    """The account whose password was right and whose second factor is waited for."""
    token = session.get(HALF)
    people = identity()
    found = people.sessions.find(token) if isinstance(token, str) else None
    if found is None or found.whole or not found.open(now(), people.settings.idle, people.settings.absolute):
        return None
    account = people.accounts.find(found.account)
    if account is None or account.disabled_at is not None or is_paused(account, now()):
        return None
    return account


def finish_half(account: Account) -> ResponseReturnValue:
    """The second factor was right: the waiting session ends, a whole one with a new token begins."""
    people, target = identity(), str(session.get(TARGET, "/"))
    half = people.sessions.find(str(session[HALF]))
    assert half is not None
    people.sessions.end(half.digest, account.name, now())
    return enter(account, half.how, target, factor_done=True)


def count_attempt() -> str:
    """Count an attempt of this caller (429 when there were too many); returns the address."""
    address = request.remote_addr or ""
    current_app.extensions[WINDOW].count(address)
    return address


def local_target(address: str) -> str:
    """The page to go to afterwards: a path of ours, never another host."""
    sound = address.isprintable() and "\\" not in address and not address.startswith("//")
    parts = urlsplit(address if sound else "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return url_for("overview")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _form(target: str, refused_name: str | None = None) -> str:
    oidc = identity().settings.oidc
    label = (oidc.label or urlsplit(oidc.issuer).hostname) if oidc else ""
    name = (refused_name or "")[:64]
    return render_template("sign_in.html", refused=refused_name is not None, name=name, next=target, provider=label)


def _note(account: Account, action: str, what: str) -> None:
    whole().record_access(
        who=f"account:{account.name}", action=action, institution="", object=what, purpose=account.role.value
    )


def _load(token: str) -> SignedIn | None:
    if g.get(WITHOUT_ACCOUNT):
        return None
    people, at = identity(), now()
    found = people.sessions.find(token)
    if found is None or not found.whole or not found.open(at, people.settings.idle, people.settings.absolute):
        return None
    account = people.accounts.find(found.account)
    if account is None or account.disabled_at is not None:
        return None
    if not request.headers.get("HX-Request"):  # a page that refreshes itself is not somebody at work
        people.sessions.touch(found, at)
    return SignedIn(account, found, token)
