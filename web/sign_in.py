"""Signing in and out. A session lasts one working day and ends when the password changes.

Every refusal reads the same: a stranger learns neither which names exist nor whether one is paused.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from web.access import Permission, permit
from web.accounts import authenticate
from web.current import WITHOUT_ACCOUNT, instance, now
from web.ports import Account, Role
from web.throttle import Window

ATTEMPTS_PER_MINUTE = 30
WINDOW = "proofdocket_sign_in_window"
SINCE = "since"
SESSION = timedelta(hours=8)  # one working day; a forgotten screen closes itself


class SignedIn(UserMixin):  # type: ignore[misc]  # flask_login has no types
    """The person of this session."""

    def __init__(self, account: Account) -> None:
        self.name: str = account.name
        self.role: Role = account.role
        self._id = f"{_stamp(account)}:{account.name}"

    def get_id(self) -> str:
        """What the session keeps: a stamp of the present password, and the name."""
        return self._id


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
    target = _local(request.values.get("next", ""))
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(target)
        return render_template("sign_in.html", refused=False, name="", next=target)
    current_app.extensions[WINDOW].count(request.remote_addr or "")
    name = request.form.get("name", "").strip()
    account = authenticate(instance().accounts, name, request.form.get("password", ""), now())
    if account is None:
        return render_template("sign_in.html", refused=True, name=name[:64], next=target), 403
    session.clear()  # nothing of the anonymous session lives on
    session.permanent = True
    session[SINCE] = int(now().timestamp())
    login_user(SignedIn(account))
    return redirect(target)


@permit(Permission.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("sign_in"))


def _load(session_id: str) -> SignedIn | None:
    if g.get(WITHOUT_ACCOUNT) or not _fresh():
        return None
    stamp, _, name = session_id.partition(":")
    account = instance().accounts.find(name)
    if account is None or not hmac.compare_digest(stamp, _stamp(account)):
        return None
    return SignedIn(account)


def _fresh() -> bool:
    """Whether the session began less than a working day ago; using it does not prolong it."""
    since = session.get(SINCE)
    return isinstance(since, int) and 0 <= now().timestamp() - since < SESSION.total_seconds()


def _stamp(account: Account) -> str:
    return hmac.digest(current_app.config["SECRET_KEY"], account.password_hash.encode(), "sha256").hex()[:16]


def _local(address: str) -> str:
    """The page to go to afterwards: a path of ours, never another host."""
    sound = address.isprintable() and "\\" not in address and not address.startswith("//")
    parts = urlsplit(address if sound else "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return url_for("overview")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
