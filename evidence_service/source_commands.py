"""The commands `source …`: which systems may sign events of an institution, and since when.

Spec: docs/spec/provenance.md (Source signature).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.core.source_signature import SourceKey
from evidence_service.service import EvidenceService, require_initialised

institution_option = click.option("--institution", help="Which institution, where the instance has several.")


@click.group("source")
def source_group() -> None:
    """Keys with which source systems sign events."""


@source_group.command("add-key")
@click.argument("vkey")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="First day (UTC) on which it no longer counts.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def add_key(context: click.Context, vkey: str, until: datetime | None, institution: str | None, as_json: bool) -> None:
    """Register VKEY, the C2SP verifier key (Ed25519) of a source system; its name is the system."""
    service = _open(context)
    name = service.log(institution).institution
    key = service.sources.add(name, vkey, service.now(), until.replace(tzinfo=UTC) if until else None)
    _tell(name, [key], as_json)


@source_group.command("list")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def list_keys(context: click.Context, institution: str | None, as_json: bool) -> None:
    """Every key of an institution's systems, and whether unsigned events are taken."""
    service = _open(context)
    name = service.log(institution).institution
    rules = service.sources.rules(name)
    _tell(name, list(rules.keys.values()), as_json, required=rules.required)


@source_group.command("revoke")
@click.argument("key")
@click.option("--reason", required=True, help="Why; kept with the key.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def revoke_key(context: click.Context, key: str, reason: str, institution: str | None, as_json: bool) -> None:
    """Revoke KEY (as `source list` names it) from now on; events that it signed before stay signed."""
    service = _open(context)
    name = service.log(institution).institution
    _tell(name, [service.sources.revoke(name, key, service.now(), reason)], as_json)


@source_group.command("require")
@click.option("--off", is_flag=True, help="Take unsigned events again.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def require_signatures(context: click.Context, off: bool, institution: str | None, as_json: bool) -> None:
    """Take signed events only, from now on."""
    service = _open(context)
    name = service.log(institution).institution
    service.sources.require(name, not off, service.now())
    rules = service.sources.rules(name)
    _tell(name, list(rules.keys.values()), as_json, required=rules.required)


def _tell(institution: str, keys: list[SourceKey], as_json: bool, *, required: bool | None = None) -> None:
    answer: dict[str, Any] = {"institution": institution, "keys": [_key(key) for key in keys]}
    lines = [_line(key) for key in keys] or ["no key is registered"]
    if required is not None:
        answer["required"] = required
        lines.append("signed events only" if required else "unsigned events are taken")
    emit(as_json, answer, lines)


def _line(key: SourceKey) -> str:
    state = f"since {format_instant(key.added_at)}"
    if key.not_after:
        state += f" until {format_instant(key.not_after)}"
    if key.revoked_at:
        state += f", revoked {format_instant(key.revoked_at)}: {key.reason}"
    return f"{key.key_name}  {state}"


def _key(key: SourceKey) -> dict[str, Any]:
    moments = {"added_at": key.added_at, "not_after": key.not_after, "revoked_at": key.revoked_at}
    times = {name: format_instant(moment) for name, moment in moments.items() if moment is not None}
    return {"key": key.key_name, "system": key.system, "vkey": key.vkey, "reason": key.reason, **times}


def _open(context: click.Context) -> EvidenceService:
    service = open_home(home_of(context))
    require_initialised(service)
    return service
