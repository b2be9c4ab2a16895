"""The HTTP API of one instance: `create_api` puts routes, their scopes and their edges together.

Spec: docs/guide/api.md, docs/reference/openapi.json. Mounted by the web server under /api/v1, or alone. It has no
cookies and no sessions, and answers no other site's scripts.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from apiflask import APIFlask
from flask import Request
from werkzeug.routing import BaseConverter, IntegerConverter

from evidence_service.api import access, attachments, events, headers, health, log, openapi, problems, verifying
from evidence_service.api_door import ApiDoor

PREFIX = "/api/v1"
LOG = "/logs/<institution>"
ROUTES = (
    ("POST", f"{LOG}/events", "post_event", events.post_event),
    ("POST", f"{LOG}/batches", "post_batch", events.post_batch),
    ("POST", f"{LOG}/attachments", "post_attachment", attachments.post_attachment),
    ("GET", f"{LOG}/events/<event_id>", "get_event", events.get_event),
    ("GET", f"{LOG}/events/<event_id>/proof", "get_proof", events.get_proof),
    ("GET", f"{LOG}/events/<event_id>/leaf", "get_leaf", events.get_leaf),
    ("GET", f"{LOG}/events/<event_id>/material", "get_material", events.get_material),
    ("GET", f"{LOG}/checkpoint", "get_checkpoint", log.get_checkpoint),
    ("GET", f"{LOG}/checkpoints/<size:size>", "get_checkpoint_at", log.get_checkpoint_at),
    ("GET", f"{LOG}/consistency", "get_consistency", log.get_consistency),
    ("GET", f"{LOG}/tile/<size:level>/<rest:path>", "get_tile", log.get_tile),
    ("GET", f"{LOG}/tile/entries/<rest:path>", "get_entries", log.get_entries),
    ("POST", "/verify", "post_verify", verifying.post_verify),
    ("GET", "/health", "get_health", health.get_health),
    ("GET", "/ready", "get_ready", health.get_ready),
    ("GET", "/openapi.json", "get_openapi", openapi.get_openapi),
)


class InMemoryRequest(Request):
    """A request whose uploaded parts stay in memory: no file of a verification is kept, not even for a moment."""

    max_form_parts = 16

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


class SizeConverter(IntegerConverter):
    """A tree size or level: digits without a leading zero, at most 2^53-1."""

    regex = r"(?:0|[1-9]\d{0,15})"

    def __init__(self, map: Any) -> None:
        super().__init__(map, max=log.MAX_SIZE)


class RestConverter(BaseConverter):
    """The number of a tile: x001/234, perhaps .p/7 behind it."""

    part_isolating = False
    regex = r"(?:x\d{3}/)*\d{3}(?:\.p/\d{1,3})?"


class Api(APIFlask):
    """APIFlask without a static route; every other method than the declared one is refused, OPTIONS as well."""

    request_class = InMemoryRequest


def create_api(door: ApiDoor | None, *, testing: bool = False) -> Api:
    """Make the application; without a door it can only describe itself."""
    app = Api(
        "proofdocket",
        title=openapi.TITLE,
        version=openapi.VERSION,
        json_errors=False,
        docs_path=None,
        spec_path=None,
        static_folder=None,  # type: ignore[arg-type]  # None is Flask's own default
    )
    openapi.configure(app)
    app.config.update(
        TESTING=testing,
        PROPAGATE_EXCEPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
        MAX_CONTENT_LENGTH=None,  # each route has its own limit
        MAX_FORM_MEMORY_SIZE=64 * 1024,
    )
    app.extensions[access.KEY] = door
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.url_map.converters |= {"size": SizeConverter, "rest": RestConverter}
    for method, rule, endpoint, view in ROUTES:
        app.add_url_rule(rule, endpoint, view, methods=[method], provide_automatic_options=False)
    for edge in (access, headers, problems):
        edge.register(app)
    return app
