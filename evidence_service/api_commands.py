"""The `api` commands: keys of other programs, the description of the API, and the API served alone.

`proofdocket serve` serves the API under /api/v1 beside the pages; `api serve` serves it without them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from evidence_service.api.app import PREFIX, create_api
from evidence_service.api.openapi import text as openapi_text
from evidence_service.api_door import DEFAULT_PER_MINUTE, ApiDoor
from evidence_service.bootstrap import open_door
from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.api_key import ApiKey, Scope
from evidence_service.errors import SettingsError
from evidence_service.http_server import require_free, serve
from evidence_service.service import require_initialised

MAX_PURPOSE = 100


@click.group("api")
def api_group() -> None:
    """The HTTP API for other programs."""


@api_group.group("key")
def key_group() -> None:
    """Keys of programs that use the API."""


def _open(context: click.Context) -> ApiDoor:
    door = open_door(home_of(context))
    require_initialised(door.service)
    return door


@key_group.command("add")
@click.option("--institution", required=True, help="Whose log the key opens; no other's.")
@click.option("--scopes", required=True, help=f"Of {', '.join(Scope)}; several with commas.")
@click.option("--purpose", required=True, help="What the program does, for the access log; no person's name.")
@click.option(
    "--per-minute",
    default=DEFAULT_PER_MINUTE,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Requests per minute.",
)
@json_option
@click.pass_context
@refusals_exit_1
def key_add(
    context: click.Context, institution: str, scopes: str, purpose: str, per_minute: int, as_json: bool
) -> None:
    """Make a key and show it this once."""
    if not purpose.strip() or len(purpose) > MAX_PURPOSE or not purpose.isprintable():
        raise SettingsError(f"a purpose has 1 to {MAX_PURPOSE} printable characters")
    key, text = _open(context).add_key(institution, purpose.strip(), _scopes(scopes), per_minute)
    emit(as_json, {**_row(key), "key": text}, [f"key {key.id} for {key.institution}", f"shown only now: {text}"])


@key_group.command("list")
@json_option
@click.pass_context
@refusals_exit_1
def key_list(context: click.Context, as_json: bool) -> None:
    """Every key with its scopes; revoked ones stay on the list."""
    keys = _open(context).keys.keys()
    emit(as_json, {"keys": [_row(key) for key in keys]}, [_line(key) for key in keys])


@key_group.command("revoke")
@click.argument("key_id", metavar="KEY_ID")
@json_option
@click.pass_context
@refusals_exit_1
def key_revoke(context: click.Context, key_id: str, as_json: bool) -> None:
    """Close a key from now on."""
    door = _open(context)
    key = door.keys.revoke(key_id, door.service.now())
    emit(as_json, _row(key), [_line(key)])


@api_group.command("openapi")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; else it is printed.")
def openapi_command(out: Path | None) -> None:
    """Write the description of the API (OpenAPI 3.1); docs/reference/openapi.json is this."""
    described = openapi_text(create_api(None))
    if out is None:
        click.echo(described, nl=False)
    else:
        out.write_text(described, encoding="utf-8")
        say(str(out))


@api_group.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 32), help="Processes.")
@click.pass_context
@refusals_exit_1
def serve_command(context: click.Context, host: str, port: int, workers: int) -> None:
    """Serve the API alone, without the pages."""
    home = home_of(context)
    _open(context)
    require_free(host, port)
    say(f"ProofDocket API on http://{host}:{port}{PREFIX}/; stop with Ctrl-C")
    serve(lambda: DispatcherMiddleware(_nothing, {PREFIX: create_api(open_door(home))}), host, port, workers)


def _nothing(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [f"the API lies under {PREFIX}/\n".encode()]


def _scopes(text: str) -> frozenset[Scope]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in set(Scope)]
    if unknown:
        raise SettingsError(f"there is no such scope; scopes are {', '.join(Scope)}")
    return frozenset(Scope(name) for name in names)


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "institution": key.institution,
        "purpose": key.purpose,
        "scopes": sorted(scope.value for scope in key.scopes),
        "per_minute": key.per_minute,
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }


def _line(key: ApiKey) -> str:
    state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "open"
    return f"{key.id} {key.institution} {','.join(sorted(key.scopes))} ({key.purpose}): {state}"
