"""The identity provider of an instance: `oidc.toml` in its home. Without the file nobody signs in that way.

Reference: docs/guide/operator.md (Sign-in by an identity provider). The client secret stands in a file of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evidence_service.errors import SettingsError
from web.ports import Role

TEXTS = (
    "issuer",
    "client_id",
    "client_secret_file",
    "name_claim",
    "role_claim",
    "institution_claim",
    "redirect_uri",
    "label",
)
LISTS = ("second_factor_amr",)
TABLES = ("roles", "institutions")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Where people prove who they are, and how what is said there becomes a role and institutions here.

    `roles` and `institutions` map a value of the claim to ours; a person with no mapped role does not come in.
    `second_factor_amr`: values of the `amr` claim that count as a second factor.
    """

    issuer: str
    client_id: str
    client_secret: str
    roles: Mapping[str, Role]
    institutions: Mapping[str, frozenset[str]]
    name_claim: str = "preferred_username"
    role_claim: str = "groups"
    institution_claim: str = "groups"
    second_factor_amr: frozenset[str] = frozenset()
    redirect_uri: str = ""
    label: str = ""


def read_oidc(path: Path) -> OidcSettings | None:
    """Read the file; None where there is none; SettingsError names what is wrong in it."""
    if not path.is_file():
        return None
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML") from error
    unknown = set(given) - {*TEXTS, *LISTS, *TABLES}
    if unknown:
        raise SettingsError(f"{path}: there is no {sorted(unknown)[0]!r} (docs/guide/operator.md lists what there is)")
    texts = {name: _text(path, given, name) for name in TEXTS if name in given}
    for name in ("issuer", "client_id", "client_secret_file"):
        if not texts.get(name):
            raise SettingsError(f"{path}: {name} is missing")
    secret = _secret(path, texts.pop("client_secret_file"))
    texts["issuer"] = _issuer(path, texts["issuer"])
    return OidcSettings(
        **texts,
        client_secret=secret,
        roles={claim: _role(path, str(role)) for claim, role in _table(path, given, "roles").items()},
        institutions={claim: _names(path, one) for claim, one in _table(path, given, "institutions").items()},
        second_factor_amr=_names(path, given.get("second_factor_amr", [])),
    )


def _text(path: Path, given: Mapping[str, Any], name: str) -> str:
    value = given[name]
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{path}: {name} must be a text")
    return value.strip()


def _issuer(path: Path, text: str) -> str:
    """An https address; plain http only on this machine, where nobody listens in between."""
    parts = urlsplit(text)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise SettingsError(f"{path}: issuer must be an https address")
    return text.rstrip("/")


def _secret(path: Path, name: str) -> str:
    file = path.parent / name
    if not file.is_file():
        raise SettingsError(f"{path}: client_secret_file names {file}, which is not there")
    if file.stat().st_mode & 0o077:
        raise SettingsError(f"{file} can be read by others: chmod 600 it")
    return file.read_text("utf-8").strip()


def _table(path: Path, given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: [{name}] must be a table")
    return value


def _role(path: Path, name: str) -> Role:
    if name not in set(Role):
        raise SettingsError(f"{path}: [roles] names no role {name!r}; roles are {', '.join(Role)}")
    return Role(name)


def _names(path: Path, value: Any) -> frozenset[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise SettingsError(f"{path}: institutions and second_factor_amr are texts or lists of texts")
    return frozenset(names)
