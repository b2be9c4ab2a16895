"""Originals ahead of their event: hashed and written while they arrive, answered with their content address."""

from __future__ import annotations

import json

from flask import Response

from evidence_service.api.access import caller, door, writes
from evidence_service.api.bodies import pieces
from evidence_service.api.limits import MAX_ATTACHMENT
from evidence_service.core.api_key import Scope


@writes(Scope.ATTACHMENTS_WRITE)
def post_attachment(institution: str) -> Response:
    """Take one original as the whole body of the request."""
    upload = door().upload(caller(), pieces(MAX_ATTACHMENT))
    value = {"sha256": upload.sha256, "sm3": upload.sm3, "size": upload.size}
    return Response(json.dumps(value), 201, content_type="application/json")
