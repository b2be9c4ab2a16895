"""The web application of one instance: `create_app` puts the pages, their permissions and their edges together.

Pages are server-rendered and work without JavaScript. A view reads a form, calls one verb, renders.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import IO, Protocol

from flask import Flask, Request, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from web import (
    access,
    account_pages,
    approval_pages,
    assets,
    batch_page,
    case_page,
    case_pages,
    compliance_access,
    compliance_checkpoints,
    compliance_export,
    compliance_findings,
    compliance_posts,
    errors,
    factor_pages,
    filing_pages,
    headers,
    health,
    key_pages,
    language,
    layout,
    legal_home,
    legal_words,
    loan_page,
    log_pages,
    oidc,
    overview,
    own_pages,
    portfolio_pages,
    present,
    purpose_page,
    search_page,
    served_answer,
    served_door,
    served_pages,
    sign_in,
    verify_page,
)
from web.current import KEY
from web.ports import Instance

SMALL_BODY = 64 * 1024


class InMemoryRequest(Request):
    """A request whose uploads stay in memory: the verify page promises that no file is kept, not even for a moment."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


class PagesApp(Flask):
    """Flask with our request class and no implicit static route: every route is ours and declares its permission."""

    request_class = InMemoryRequest


class Part(Protocol):
    """A module of pages."""

    def register(self, app: Flask) -> None:
        """Add its routes."""
        ...


DOORS: tuple[Part, ...] = (sign_in, oidc, factor_pages, own_pages, purpose_page, account_pages)
"""How people come in and are looked after; every instance has these."""
LENDER: tuple[Part, ...] = (
    overview,
    log_pages,
    case_pages,
    legal_home,
    legal_words,
    portfolio_pages,
    loan_page,
    case_page,
    batch_page,
    filing_pages,
    served_door,
    served_pages,
    served_answer,
    search_page,
    compliance_checkpoints,
    compliance_findings,
    compliance_posts,
    compliance_access,
    compliance_export,
    approval_pages,
    key_pages,
)
"""The pages of a lender's instance; a court's has its own (web/court_app.py)."""


def create_app(
    instance: Instance,
    *,
    secret_key: bytes,
    testing: bool = False,
    secure_cookies: bool = True,
    pages: Sequence[Part] = LENDER,
) -> Flask:
    """Make the application. `secure_cookies=False` is for plain HTTP on loopback, which not every
    browser counts as secure."""
    app = PagesApp("web", static_folder=None, template_folder="templates")
    app.config.update(
        SECRET_KEY=secret_key,
        TESTING=testing,
        SESSION_COOKIE_NAME="proofdocket_session",
        SESSION_COOKIE_SECURE=secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=instance.identity.settings.absolute,
        MAX_CONTENT_LENGTH=SMALL_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as its session
        TRAP_HTTP_EXCEPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,  # tests, too, see the error page that readers see
    )
    app.extensions[KEY] = instance
    proxies = instance.identity.settings.proxies
    if proxies:  # only then is X-Forwarded-For somebody's word that we know
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Order matters: limits before anything reads the body, the guard before CSRF, so that closed stays closed.
    app.before_request(_limit_body)
    for part in (*DOORS, assets, health, *pages, verify_page, layout):
        part.register(app)
    app.before_request(access.guard)
    csrf = CSRFProtect(app)
    csrf.exempt(app.view_functions["verify"])  # it uses no identity and changes nothing
    for edge in (language, present, headers, errors):
        edge.register(app)
    return app


def _limit_body() -> None:
    if request.endpoint == "verify":
        request.max_content_length = verify_page.MAX_REQUEST
    if request.endpoint == "approval_propose":
        request.max_content_length = approval_pages.MAX_FILE + SMALL_BODY
