"""Settings of the pages, read once: who needs a second factor, who states a purpose, how long a session lasts.

Reference: docs/reference/settings.md. The identity provider has a file of its own: web/oidc_settings.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from evidence_service.errors import SettingsError
from web.oidc_settings import OidcSettings, read_oidc
from web.ports import Role

MOST_HOURS, MOST_PROXIES = 24, 5


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How people come in and how long they stay. `proxies`: how many of ours stand in front (X-Forwarded-For)."""

    second_factor_roles: frozenset[Role] = frozenset({Role.LEAD, Role.OPERATOR})
    purpose_roles: frozenset[Role] = frozenset({Role.COMPLIANCE, Role.REGULATOR})
    idle: timedelta = timedelta(minutes=60)
    absolute: timedelta = timedelta(hours=8)
    proxies: int = 0
    oidc: OidcSettings | None = None


def read_web_settings(home: Path, environ: Mapping[str, str] | None = None) -> WebSettings:
    """Read them from the environment; a value that is none is an error that names the setting."""
    env = os.environ if environ is None else environ
    plain = WebSettings()
    return WebSettings(
        second_factor_roles=_roles(env, "PROOFDOCKET_SECOND_FACTOR_ROLES", plain.second_factor_roles),
        purpose_roles=_roles(env, "PROOFDOCKET_PURPOSE_ROLES", plain.purpose_roles),
        idle=timedelta(minutes=_whole(env, "PROOFDOCKET_SESSION_IDLE_MINUTES", 60, 1, MOST_HOURS * 60)),
        absolute=timedelta(hours=_whole(env, "PROOFDOCKET_SESSION_HOURS", 8, 1, MOST_HOURS)),
        proxies=_whole(env, "PROOFDOCKET_PROXIES", 0, 0, MOST_PROXIES),
        oidc=read_oidc(Path(env.get("PROOFDOCKET_OIDC_FILE") or home / "oidc.toml")),
    )


def _roles(env: Mapping[str, str], name: str, default: frozenset[Role]) -> frozenset[Role]:
    """Names of roles with commas; `all` and `none` are words too."""
    text = env.get(name, "").strip()
    if not text:
        return default
    if text in ("all", "none"):
        return frozenset(Role) if text == "all" else frozenset()
    names = {one.strip() for one in text.split(",")}
    if not names <= set(Role):
        raise SettingsError(f"{name} takes roles with commas ({', '.join(Role)}), or all, or none")
    return frozenset(Role(one) for one in names)


def _whole(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most):
        raise SettingsError(f"{name} must be a whole number from {least} to {most}")
    return int(text)
