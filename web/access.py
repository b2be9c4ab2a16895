"""Who may enter which page. Every route is closed until it says its permission; a test walks them all.

A view without `@permit` answers 403 to everybody, whatever its address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_login import current_user

from evidence_service.core.event import INSTITUTION
from web.current import instance
from web.permissions import GRANTS, Permission

__all__ = ["GRANTS", "Permission", "guard", "may", "permission_of", "permit"]
View = TypeVar("View", bound=Callable[..., object])
MARK = "proofdocket_permission"


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
    if may(permission):
        if permission is not Permission.PUBLIC:
            _record()
        return None
    if current_user.is_authenticated:
        abort(403)
    return _to_sign_in()


def _record() -> None:
    """Who opens which page, on record before the page reads anything: no record, no page."""
    place = request.view_args or {}
    rest = [f"{name} {value}" for name, value in sorted(place.items()) if name != "institution"]
    instance().record_access(
        who=f"account:{current_user.name}",
        action=f"page:{request.endpoint}",
        institution=_named(str(place.get("institution", request.args.get("institution", "")))),
        object=", ".join(rest)[:200],
        purpose=current_user.role.value,
    )


def _named(institution: str) -> str:
    """A name as institutions have it; whatever else somebody types into an address is not kept."""
    return institution if INSTITUTION.match(institution) else ""


def _to_sign_in() -> Response:
    if request.headers.get("HX-Request"):
        # A fragment must not show the sign-in page inside another page: the whole page goes there.
        return Response(status=204, headers={"HX-Redirect": url_for("sign_in")})
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    answer = redirect(url_for("sign_in", next=back))
    assert isinstance(answer, Response)
    return answer
