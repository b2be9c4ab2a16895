"""The pages of a court's instance: the frame of all pages with the clerk's board, filings and figures in it."""

from __future__ import annotations

from typing import cast

from flask import Flask

from web import clerk_board, clerk_decide, clerk_filing, clerk_reports
from web.app import Part, create_app
from web.clerk_current import COURT
from web.court_instance import CourtInstance
from web.ports import Instance

PAGES: tuple[Part, ...] = (clerk_board, clerk_filing, clerk_decide, clerk_reports)


def create_court_app(
    instance: CourtInstance, *, secret_key: bytes, testing: bool = False, secure_cookies: bool = True
) -> Flask:
    """Make the application of a court."""
    app = create_app(
        cast("Instance", instance),  # the frame asks for people and the access log only
        secret_key=secret_key,
        testing=testing,
        secure_cookies=secure_cookies,
        pages=PAGES,
    )
    app.extensions[COURT] = instance.court
    return app
