"""What every page has around it: navigation, the language switch, who is signed in."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for

from web.access import Permission, may
from web.language import LANGUAGES, current

PAGES = (
    ("clerk_board", Permission.COURT_QUEUE_READ),
    ("clerk_reports", Permission.COURT_QUEUE_READ),
    ("overview", Permission.READ),
    ("events", Permission.READ),
    ("checkpoints", Permission.READ),
    ("anchors", Permission.READ),
    ("cases", Permission.CASE_READ),
    ("packages", Permission.CASE_READ),
    ("verify", Permission.PUBLIC),
)
STANDS_UNDER = {"entry": "events", "clerk_filing": "clerk_board", "clerk_decide": "clerk_board"}


def register(app: Flask) -> None:
    """Hand the surroundings to every template."""

    @app.context_processor
    def hand_out() -> dict[str, Any]:
        here = STANDS_UNDER.get(request.endpoint or "", request.endpoint)
        return {
            "navigation": [(name, url_for(name), name == here) for name, needs in PAGES if _here(name) and may(needs)],
            "other_language": _other_language,
            "may": may,
            "Permission": Permission,
            "may_download": may(Permission.DOWNLOAD),
            "url_with": url_with,
        }


def _here(name: str) -> bool:
    """Whether this instance has the page; a court's first page is its board."""
    pages = current_app.view_functions
    return name in pages and not (name == "overview" and "clerk_board" in pages)


def url_with(**changes: str | int | None) -> str:
    """The address of this page with some arguments of its query changed, or left out where None."""
    arguments: dict[str, Any] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in arguments.items() if value not in (None, "")}
    if request.endpoint is None:
        return url_for("overview", **{name: value for name, value in kept.items() if name == "lang"})
    return url_for(request.endpoint, **{**(request.view_args or {}), **kept})


def _other_language() -> tuple[str, str]:
    """The language that this page is not in, and the address of the page in it."""
    other = next(lang for lang in LANGUAGES if lang != current().lang)
    return other, url_with(lang=other)
