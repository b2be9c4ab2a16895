"""One's own account: password, second factor, recovery codes, sessions. Whatever weakens it asks the password again."""

from __future__ import annotations

from flask import Flask, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from web.access import Permission, permit
from web.accounts import MAX_PASSWORD, MIN_PASSWORD, PasswordRefusedError, authenticate, hash_password
from web.current import identity, now
from web.ports import Account
from web.qr import qr_image
from web.second_factor import enrolment_address
from web.sign_in import SignedIn, count_attempt


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/account", "own", own)
    app.add_url_rule("/account/password", "own_password", own_password, methods=["GET", "POST"])
    app.add_url_rule("/account/factor", "own_factor", own_factor, methods=["GET", "POST"])
    app.add_url_rule("/account/factor/remove", "own_factor_remove", own_factor_remove, methods=["POST"])
    app.add_url_rule("/account/recovery", "own_recovery", own_recovery, methods=["POST"])
    app.add_url_rule("/account/sessions/end", "own_sessions_end", own_sessions_end, methods=["POST"])


@permit(Permission.OWN)
def own() -> ResponseReturnValue:
    """What belongs to the person who is signed in."""
    return _page()


@permit(Permission.OWN)
def own_password() -> ResponseReturnValue:
    """Change the password; every other session ends, and this one gets a new token."""
    if not current_user.here:
        abort(404)  # the password is the identity provider's
    if request.method == "GET":
        return render_template("account/password.html", problem="", must=current_user.must_change)
    account = _again(request.form.get("password", ""))
    if account is None:
        return _password_again("own.password_wrong")
    new, people = request.form.get("new", ""), identity()
    if new != request.form.get("repeat", ""):
        return _password_again("own.not_repeated")
    if new == request.form.get("password", ""):
        return _password_again("own.same")
    try:
        kept = hash_password(new, people.hasher)
    except PasswordRefusedError:
        return _password_again("own.length")
    people.note(f"account:{account.name}", "password-changed", f"account {account.name}")
    people.accounts.set_password(account.name, kept)
    people.sessions.end_all(account.name, now())
    # Crash here: the new password holds and every session is over; the person signs in again.
    _begin_again(account)
    return redirect(url_for("own", done="password"))


@permit(Permission.OWN)
def own_factor() -> ResponseReturnValue:
    """Set up a second factor that one does not have yet."""
    people, name = identity(), current_user.name
    if people.factors.has(name):
        return redirect(url_for("own"))
    secret = people.factors.propose(name, now())
    shown = {"secret": secret, "qr": qr_image(enrolment_address(secret, name))}
    if request.method == "GET":
        return render_template("account/enrol.html", refused=False, **shown)
    count_attempt()
    codes = people.factors.confirm(name, request.form.get("code", ""), now())
    if codes is None:
        return render_template("account/enrol.html", refused=True, **shown), 403
    people.note(f"account:{name}", "factor-enrolled", f"account {name}")
    people.sessions.end_all(name, now(), but=current_user.session.digest)
    return render_template("account/recovery.html", codes=codes, onward=url_for("own"))


@permit(Permission.OWN)
def own_factor_remove() -> ResponseReturnValue:
    """Take one's second factor away, where the role does not need it."""
    people = identity()
    if current_user.role in people.settings.second_factor_roles:
        abort(403)
    if _again(request.form.get("password", "")) is None:
        return _page("own.password_wrong"), 403
    people.note(f"account:{current_user.name}", "factor-removed", f"account {current_user.name}")
    people.factors.remove(current_user.name)
    return redirect(url_for("own", done="factor"))


@permit(Permission.OWN)
def own_recovery() -> ResponseReturnValue:
    """Make ten new recovery codes, shown only now."""
    people = identity()
    if not people.factors.has(current_user.name):
        abort(404)
    if current_user.here and _again(request.form.get("password", "")) is None:
        return _page("own.password_wrong"), 403
    people.note(f"account:{current_user.name}", "recovery-codes-made", f"account {current_user.name}")
    codes = people.factors.new_recovery(current_user.name)
    return render_template("account/recovery.html", codes=codes, onward=url_for("own"))


@permit(Permission.OWN)
def own_sessions_end() -> ResponseReturnValue:
    """End one session, or all, this one included."""
    people, digest = identity(), request.form.get("session", "")
    if digest:
        people.sessions.end(digest, current_user.name, now())
        return redirect(url_for("own", done="session"))
    people.sessions.end_all(current_user.name, now())
    session.clear()
    return redirect(url_for("sign_in"))


def _page(problem: str = "") -> str:
    people = identity()
    times, at = people.settings, now()
    mine = [one for one in people.sessions.of(current_user.name) if one.open(at, times.idle, times.absolute)]
    done = request.args.get("done", "")
    return render_template(
        "account/own.html",
        problem=problem,
        done=done if done in ("password", "factor", "session") else "",
        sessions=mine,
        factor=people.factors.has(current_user.name),
        needed=current_user.role in times.second_factor_roles,
        left=people.factors.recovery_left(current_user.name),
        idle=int(times.idle.total_seconds() // 60),
        absolute=int(times.absolute.total_seconds() // 3600),
    )


def _password_again(problem: str) -> tuple[str, int]:
    page = render_template(
        "account/password.html", problem=problem, must=current_user.must_change, least=MIN_PASSWORD, most=MAX_PASSWORD
    )
    return page, 400


def _again(password: str) -> Account | None:
    """The account if this is its password; a wrong one counts."""
    count_attempt()
    people = identity()
    return authenticate(people.accounts, current_user.name, password, now(), people.hasher)


def _begin_again(account: Account) -> None:
    people, before = identity(), current_user.session
    token = people.sessions.begin(account.name, before.how, before.address, before.agent, now(), whole=True)
    found, fresh = people.sessions.find(token), people.accounts.find(account.name)
    assert found is not None
    assert fresh is not None
    session.clear()
    session.permanent = True
    login_user(SignedIn(fresh, found, token))
