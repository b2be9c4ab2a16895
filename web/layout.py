"""What every page has around it: navigation, the language switch, who is signed in."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for

from web.access import Permission, may
from web.current import instance
from web.language import LANGUAGES, current

Page = tuple[str, Permission]
WORK: tuple[Page, ...] = (
    ("home", Permission.BATCH_RUN),
    ("portfolio", Permission.PORTFOLIO_READ),
    ("cases", Permission.CASE_READ),
    ("batches", Permission.CASE_READ),
    ("filings", Permission.CASE_READ),
    ("approvals", Permission.APPROVALS_READ),
    ("clerk_board", Permission.COURT_QUEUE_READ),
    ("clerk_reports", Permission.COURT_QUEUE_READ),
    ("charts", Permission.PORTFOLIO_READ),
    ("compliance", Permission.AUDIT_READ),
)
EVIDENCE: tuple[Page, ...] = (
    ("overview", Permission.READ),
    ("events", Permission.READ),
    ("checkpoints", Permission.READ),
    ("anchors", Permission.READ),
    ("packages", Permission.CASE_READ),
)
HOUSE: tuple[Page, ...] = (
    ("accounts", Permission.ACCOUNT_ADMIN),
    ("api_keys", Permission.API_KEY_ADMIN),
    ("verify", Permission.PUBLIC),
)
PAGES = (*WORK, *EVIDENCE, *HOUSE)
ADDRESSES = {"overview": "evidence"}
"""Pages whose address, at which everybody begins, may lead elsewhere."""
STANDS_UNDER = {
    "evidence": "overview",
    "loan": "portfolio",
    "proposal": "portfolio",
    "case": "cases",
    "batch": "batches",
    "filing": "filings",
    "docket_sync": "filings",
    "entry": "events",
    "approval": "approvals",
    "account": "accounts",
    "account_new": "accounts",
    "search": "compliance",
    "trail": "compliance",
    "timeline": "compliance",
    "consistency": "compliance",
    "findings": "compliance",
    "finding": "compliance",
    "key_posts": "compliance",
    "post_holder": "compliance",
    "access_log": "compliance",
    "registers": "compliance",
    "reports": "compliance",
    "clerk_filing": "clerk_board",
    "clerk_decide": "clerk_board",
}


def register(app: Flask) -> None:
    """Hand the surroundings to every template."""

    @app.context_processor
    def hand_out() -> dict[str, Any]:
        here = STANDS_UNDER.get(request.endpoint or "", request.endpoint)
        return {
            "navigation": [group for part in (WORK, EVIDENCE, HOUSE) if (group := _group(part, here))],
            "other_language": _other_language,
            "first_page": first_page,
            "may": may,
            "Permission": Permission,
            "may_download": may(Permission.DOWNLOAD),
            "url_with": url_with,
        }


def _group(part: tuple[Page, ...], here: str | None) -> list[tuple[str, str, bool]]:
    """The pages of one part of the navigation that this person may open: name, address, whether it is this one."""
    shown = [name for name, needs in part if _here(name) and may(needs)]
    return [(name, url_for(ADDRESSES.get(name, name)), name == here) for name in shown]


def _here(name: str) -> bool:
    """Whether this instance has the page; a court's first page is its board."""
    pages = current_app.view_functions
    return name in pages and not (name == "overview" and "clerk_board" in pages)


def first_page() -> str:
    """Where somebody begins: the desk of his work, else the overview."""
    if "home" in current_app.view_functions and may(Permission.BATCH_RUN) and instance().legal is not None:
        return url_for("home")
    if "compliance" in current_app.view_functions and may(Permission.AUDIT_READ) and instance().legal is not None:
        return url_for("compliance")
    return url_for("overview")


def url_with(**changes: str | int | None) -> str:
    """The address of this page with some arguments of its query changed, or left out where None."""
    asked = {name: one[0] if len(one) == 1 else one for name, one in request.args.to_dict(flat=False).items()}
    arguments: dict[str, Any] = {**asked, **changes}
    kept = {name: value for name, value in arguments.items() if value not in (None, "")}
    if request.endpoint is None:
        return url_for("overview", **{name: value for name, value in kept.items() if name == "lang"})
    return url_for(request.endpoint, **{**(request.view_args or {}), **kept})


def _other_language() -> tuple[str, str]:
    """The language that this page is not in, and the address of the page in it."""
    other = next(lang for lang in LANGUAGES if lang != current().lang)
    return other, url_with(lang=other)
