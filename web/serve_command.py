"""The command `serve`: runs the web application on this machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from evidence_service.api.app import PREFIX, create_api
from evidence_service.bootstrap import open_door
from evidence_service.console import home_of, refusals_exit_1, say
from evidence_service.http_server import AddressTakenError, require_free
from evidence_service.service import require_initialised
from evidence_service.settings import read_settings
from litigation.bootstrap import open_rooms
from litigation.court_side.api.app import PREFIX as INTAKE
from litigation.court_side.api.app import create_intake
from litigation.court_side.bootstrap import open_court
from web.app import create_app
from web.court_app import create_court_app
from web.court_instance import open_court_instance
from web.court_keeper import CourtKeeper
from web.rooms import open_instance
from web.serve import serve

__all__ = ["AddressTakenError", "require_free", "serve_command", "session_key"]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--role",
    type=click.Choice(["lender", "court"]),
    default="lender",
    show_default=True,
    help="Whose instance --home is: a court's takes filings under /api/court/v1.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 32), help="Processes.")
@click.pass_context
@refusals_exit_1
def serve_command(context: click.Context, host: str, port: int, role: str, workers: int) -> None:
    """Run the web application, and the API under /api/v1. /verify is public; other pages need an account."""
    home = home_of(context)
    if role == "court":
        _serve_court(home, host, port, workers)
        return
    service, engine = open_rooms(home)
    require_initialised(service.evidence)
    require_free(host, port)
    engine.dispose()  # each worker opens its own connections after the fork
    secret = session_key(read_settings(home).keys_dir)
    say(f"ProofDocket on http://{host}:{port}/ (public: /verify); stop with Ctrl-C")
    for line in _hint(read_settings(home).home):
        say(line)

    def make_app() -> DispatcherMiddleware:
        pages = create_app(open_instance(home), secret_key=secret, secure_cookies=host not in LOOPBACK)
        return DispatcherMiddleware(pages, {PREFIX: create_api(open_door(home))})

    serve(make_app, host, port, workers)


def _serve_court(home: Path | None, host: str, port: int, workers: int) -> None:
    """Serve a court's intake and its clerks' pages. Each worker opens its own database after the fork."""
    court = open_court(home).describe()
    require_free(host, port)
    secret = session_key(read_settings(home).keys_dir)
    say(f"{court['name']} takes filings on http://{host}:{port}{INTAKE}; stop with Ctrl-C")
    say(f"clerks sign in on http://{host}:{port}/ (make accounts with `proofdocket account add NAME --role clerk`)")

    def make_app() -> DispatcherMiddleware:
        CourtKeeper(read_settings(home).home).start()
        pages = create_court_app(open_court_instance(home), secret_key=secret, secure_cookies=host not in LOOPBACK)
        return DispatcherMiddleware(pages, {INTAKE: create_intake(open_court(home))})

    serve(make_app, host, port, workers)


def session_key(folder: Path) -> bytes:
    """The key that signs session cookies: 32 random bytes in keys/session.key, made on first use."""
    path = folder / "session.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(f".session.key.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(32))
        temporary.replace(path)
    return path.read_bytes()


def _hint(home: Path) -> list[str]:
    note = home / "demo" / "account.txt"
    return [f"account of the demonstration: {note}"] if note.is_file() else []
