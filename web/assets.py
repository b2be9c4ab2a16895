"""The files that pages load: a fixed list, served from this application only. Nothing comes from another host.

Addresses carry a piece of the content's SHA-256, so browsers may keep them for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, request, url_for

from evidence_service.errors import SettingsError
from web.access import Permission, permit

STATIC = Path(__file__).parent / "static"
NODE_MODULES = Path(__file__).parent.parent / "node_modules"
CSS, JAVASCRIPT, SVG = "text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml"
ASSETS: dict[str, tuple[Path, str]] = {
    "pico.min.css": (NODE_MODULES / "@picocss" / "pico" / "css" / "pico.min.css", CSS),
    "htmx.min.js": (NODE_MODULES / "htmx.org" / "dist" / "htmx.min.js", JAVASCRIPT),
    "app.css": (STATIC / "app.css", CSS),
    "app.js": (STATIC / "app.js", JAVASCRIPT),
    "account.css": (STATIC / "account.css", CSS),
    "served.css": (STATIC / "served.css", CSS),
    "served.js": (STATIC / "served.js", JAVASCRIPT),
    "legal.css": (STATIC / "legal.css", CSS),
    "legal.js": (STATIC / "legal.js", JAVASCRIPT),
    "compliance.css": (STATIC / "compliance.css", CSS),
    "clerk.css": (STATIC / "clerk.css", CSS),
    "clerk.js": (STATIC / "clerk.js", JAVASCRIPT),
    "seal.svg": (STATIC / "seal.svg", SVG),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str
    version: str


def register(app: Flask) -> None:
    """Add the route, and `asset()` for the templates."""
    app.add_url_rule("/assets/<name>", "asset", serve)
    app.add_template_global(address, "asset")


@cache
def load(name: str) -> Asset:
    """Read an asset once; SettingsError names one that setup did not bring."""
    path, media_type = ASSETS[name]
    if not path.is_file():
        raise SettingsError(f"page asset {name} is missing; run `make setup`")
    content = path.read_bytes()
    return Asset(content, media_type, sha256(content).hexdigest()[:12])


def address(name: str) -> str:
    """Where a page finds an asset."""
    return url_for("asset", name=name, v=load(name).version)


@permit(Permission.PUBLIC)
def serve(name: str) -> Response:
    """Hand out a listed file; anything else is 404."""
    if name not in ASSETS:
        abort(404)
    asset = load(name)
    response = Response(asset.content, content_type=asset.media_type)
    current = request.args.get("v") == asset.version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=300"
    response.set_etag(asset.version)
    response.make_conditional(request)
    return response
