"""Sign-in by an identity provider (OpenID Connect Core 1.0, authorization code with PKCE S256, state and nonce).

Authlib speaks the protocol and checks signature, issuer, audience, time and nonce of the ID token. Here a claim becomes
a role and institutions, by `oidc.toml`; whoever has no role by it does not come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, current_app, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from evidence_service.errors import ConflictError, ProofDocketError
from web.access import Permission, permit
from web.account_admin import change, sound_name
from web.current import KEY, identity, now
from web.identity import Identity
from web.oidc_settings import OidcSettings
from web.ports import Account, Role
from web.sign_in import count_attempt, enter, local_target

CLIENT = "proofdocket_oidc"
WANTED = "oidc_next"
TIMEOUT = 10  # seconds for each call to the provider


class ProviderRefusedError(ProofDocketError):
    """The provider's word does not make an account here: no role, several, or a name that is taken."""

    code = "identity-provider"


def register(app: Flask) -> None:
    """Add the routes; without a provider they answer 404."""
    app.add_url_rule("/sign-in/provider", "oidc_start", oidc_start)
    app.add_url_rule("/sign-in/provider/back", "oidc_back", oidc_back)
    settings = app.extensions[KEY].identity.settings.oidc
    if settings is None:
        return
    oauth = OAuth(app)
    oauth.register(
        "provider",
        server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": TIMEOUT},
    )
    app.extensions[CLIENT] = oauth.provider


@permit(Permission.PUBLIC)
def oidc_start() -> ResponseReturnValue:
    """Send the browser to the provider."""
    back = _back(_settings())
    count_attempt()
    session[WANTED] = local_target(request.args.get("next", ""))
    try:
        answer: ResponseReturnValue = _client().authorize_redirect(back)
    except (OAuthError, RequestException):
        return _refuse(503)
    return answer


@permit(Permission.PUBLIC)
def oidc_back() -> ResponseReturnValue:
    """Take the provider's answer: check it, find or make the account, begin the session."""
    people, settings = identity(), _settings()
    address = count_attempt()
    if people.pauses.paused(address, now()):
        return _refuse()
    try:
        claims = _client().authorize_access_token()["userinfo"]
        account = account_of(people, settings, claims, now())
    except (
        OAuthError,
        JoseError,
        RequestException,
        RuntimeError,
        KeyError,
        TypeError,
        ValueError,
        ProviderRefusedError,
    ):
        # Whatever a provider or a stranger sends: nobody comes in by it.
        people.pauses.record_failure(address, now())
        return _refuse()
    strong = bool(settings.second_factor_amr & _words(claims.get("amr")))
    return enter(account, "oidc", local_target(str(session.get(WANTED, ""))), factor_done=strong)


def account_of(people: Identity, settings: OidcSettings, claims: Mapping[str, Any], at: datetime) -> Account:
    """The account of a person that the provider vouches for, with today's role and places; made on first sight."""
    subject, name = str(claims["sub"]), str(claims.get(settings.name_claim) or "")
    if str(claims.get("iss", "")).rstrip("/") != settings.issuer or not subject:
        raise ProviderRefusedError("the answer names another issuer, or nobody")
    roles = {settings.roles[word] for word in _words(claims.get(settings.role_claim)) if word in settings.roles}
    if len(roles) != 1:
        raise ProviderRefusedError("the provider gives this person no role here, or more than one")
    (role,) = roles
    words = _words(claims.get(settings.institution_claim))
    places = frozenset().union(*(settings.institutions.get(word, frozenset()) for word in words))
    known = people.accounts.find_subject(settings.issuer, subject)
    if known is None:
        known = _make(people, settings, subject, name, role, places)
    if known.disabled_at is not None:
        raise ProviderRefusedError("the account is closed here")
    if (known.role, known.institutions) != (role, places):
        change(people, known, role, places, "identity-provider", at)
        known = people.accounts.find(known.name)
        assert known is not None
    return known


def _make(
    people: Identity, settings: OidcSettings, subject: str, name: str, role: Role, places: frozenset[str]
) -> Account:
    """A new account without a password. A name that somebody has here already is never taken over."""
    if not sound_name(name):
        raise ProviderRefusedError("the provider's name for this person cannot be one of ours")
    people.note("identity-provider", "account:add", f"account {name} {role.value}")
    try:
        people.accounts.add(name, "", role, places, issuer=settings.issuer, subject=subject)
    except ConflictError:
        raise ProviderRefusedError("somebody here has this name already") from None
    made = people.accounts.find(name)
    assert made is not None
    return made


def _words(claim: Any) -> frozenset[str]:
    """The values of a claim: one text, or a list of texts."""
    values = claim if isinstance(claim, list) else [claim]
    return frozenset(value for value in values if isinstance(value, str))


def _back(settings: OidcSettings) -> str:
    return settings.redirect_uri or url_for("oidc_back", _external=True)


def _refuse(status: int = 403) -> ResponseReturnValue:
    session.clear()
    page = render_template("sign_in.html", refused=False, provider_refused=True, name="", next="/", provider=_label())
    return page, status


def _label() -> str:
    settings = _settings()
    return settings.label or settings.issuer.split("//")[1].split("/")[0]


def _settings() -> OidcSettings:
    return identity().settings.oidc or abort(404)


def _client() -> Any:
    return current_app.extensions[CLIENT]
