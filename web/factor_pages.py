"""The second factor at the door: a code, a recovery code, or the first enrolment where a role needs a factor.

These pages open only to whoever has just given the right password; nothing else opens with that.
"""

from __future__ import annotations

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.access import Permission, permit
from web.current import identity, now
from web.ports import Account
from web.qr import qr_image
from web.second_factor import enrolment_address
from web.sign_in import count_attempt, finish_half, half_account, refused


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/sign-in/code", "sign_in_code", sign_in_code, methods=["GET", "POST"])
    app.add_url_rule("/sign-in/enrol", "sign_in_enrol", sign_in_enrol, methods=["GET", "POST"])


@permit(Permission.PUBLIC)
def sign_in_code() -> ResponseReturnValue:
    """Ask for a code of the authenticator app, or a recovery code."""
    account = half_account()
    if account is None:
        return redirect(url_for("sign_in"))
    if not identity().factors.has(account.name):
        return redirect(url_for("sign_in_enrol"))
    if request.method == "GET":
        return render_template("account/code.html", refused=False)
    if _passes(account, request.form.get("code", "")):
        return finish_half(account)
    return render_template("account/code.html", refused=True), 403


@permit(Permission.PUBLIC)
def sign_in_enrol() -> ResponseReturnValue:
    """Show the QR code of a new second factor; its first code confirms it and shows the recovery codes, once."""
    account = half_account()
    if account is None:
        return redirect(url_for("sign_in"))
    people = identity()
    if people.factors.has(account.name):
        return redirect(url_for("sign_in_code"))
    secret = people.factors.propose(account.name, now())
    shown = {"secret": secret, "qr": qr_image(enrolment_address(secret, account.name))}
    if request.method == "GET":
        return render_template("account/enrol.html", refused=False, **shown)
    address = count_attempt()
    codes = people.factors.confirm(account.name, request.form.get("code", ""), now())
    if codes is None:
        _count_wrong(account, address)
        return render_template("account/enrol.html", refused=True, **shown), 403
    people.note(f"account:{account.name}", "factor-enrolled", f"account {account.name}")
    answer = finish_half(account)
    return render_template("account/recovery.html", codes=codes, onward=getattr(answer, "location", "/"))


def _passes(account: Account, typed: str) -> bool:
    """Whether a code or recovery code is right; a wrong one counts like a wrong password."""
    address = count_attempt()
    people = identity()
    if people.pauses.paused(address, now()):
        return False
    if people.factors.pass_code(account.name, typed, now()):
        return True
    if people.factors.pass_recovery(account.name, typed, now()):
        people.note(f"account:{account.name}", "recovery-code-used", f"account {account.name}")
        return True
    _count_wrong(account, address)
    return False


def _count_wrong(account: Account, address: str) -> None:
    identity().accounts.record_failure(account.name, now())
    refused(account.name, address, "second factor")
