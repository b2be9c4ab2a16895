"""Who may enter which page. Every route is closed until it says its permission; a test walks them all.

A view without `@permit` answers 403 to everybody, whatever its address. What belongs to another institution answers 404
as if it were not there. A page with personal data opens for a stated purpose, and every page is on record before it
reads anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_login import current_user

from evidence_service.errors import NotFoundError
from web.current import institutions, whole
from web.permissions import GRANTS, PERSONAL, Permission
from web.purpose import BY_ROLE
from web.scope import owners

__all__ = ["GRANTS", "Permission", "guard", "may", "permission_of", "permit"]
View = TypeVar("View", bound=Callable[..., object])
MARK = "proofdocket_permission"
LISTS = "lists"


def permit(permission: Permission) -> Callable[[View], View]:
    """Declare what a view asks; without this line nobody gets in."""

    def mark(view: View) -> View:
        setattr(view, MARK, permission)
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """The declared permission of a route, or None where it forgot to declare one."""
    return getattr(app.view_functions[endpoint], MARK, None)


def may(permission: Permission) -> bool:
    """Whether the person of this request has a permission."""
    if permission is Permission.PUBLIC:
        return True
    return bool(current_user.is_authenticated) and permission in GRANTS[current_user.role]


def guard() -> Response | None:
    """Before every request: let in, send to the sign-in page, or refuse."""
    if request.endpoint is None:
        return None  # no such page: the 404 page tells nothing else
    permission = permission_of(current_app, request.endpoint)
    if permission is None:
        abort(403)
    if permission is Permission.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _elsewhere("sign_in")
    if not may(permission):
        abort(403)
    if current_user.must_change and permission is not Permission.OWN:
        return _elsewhere("own_password")
    spoken_of = _spoken_of()
    if spoken_of is None or not spoken_of <= institutions():
        abort(404)
    purpose = _purpose(permission)
    if purpose is None:
        return _elsewhere("purpose", thing=_thing())
    _record(purpose, spoken_of or institutions())
    return None


def _spoken_of() -> frozenset[str] | None:
    """The institutions that the address, its query and its form speak of; None where one names what is not there."""
    named = {request.args.get("institution", ""), request.form.get("institution", "")} - {""}
    try:
        asked = [request.view_args or {}, *({"institution": name} for name in named)]
        return frozenset().union(*(owners(whole(), one) for one in asked))
    except NotFoundError:
        return None


def _purpose(permission: Permission) -> str | None:
    """What this page is opened for; None where the person has to say it first."""
    usual = f"{current_user.role.value}: {BY_ROLE[current_user.role].value}"
    if permission not in PERSONAL:
        return usual
    identity = whole().identity
    said = identity.purposes.stated(current_user.session.digest, _thing())
    if said is not None:
        return f"{current_user.role.value}: {said}"
    return None if current_user.role in identity.settings.purpose_roles else usual


def _thing() -> str:
    """What a purpose is stated for: the case, loan or package of the address; all lists together."""
    return _object() or LISTS


def _object() -> str:
    place = request.view_args or {}
    return ", ".join(f"{name} {value}" for name, value in sorted(place.items()) if name != "institution")[:200]


def _record(purpose: str, spoken_of: frozenset[str]) -> None:
    """Who opens which page, on record before the page reads anything: no record, no page."""
    whole().record_access(
        who=f"account:{current_user.name}",
        action=f"page:{request.endpoint}",
        institution=next(iter(spoken_of)) if len(spoken_of) == 1 else "",
        object=_object(),
        purpose=purpose,
    )


def _elsewhere(endpoint: str, **values: Any) -> Response:
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        # A fragment must not show another page inside this one: the whole page goes there.
        return Response(status=204, headers={"HX-Redirect": url_for(endpoint)})
    answer = redirect(url_for(endpoint, next=back, **values), 303 if request.method == "POST" else 302)
    assert isinstance(answer, Response)
    return answer
