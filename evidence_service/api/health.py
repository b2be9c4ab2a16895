"""Whether this process answers, and whether it can do its work. Public, and says nothing else."""

from __future__ import annotations

from flask import Response

from evidence_service.api.access import door, public
from evidence_service.api.problems import problem
from evidence_service.errors import ProofDocketError


@public
def get_health() -> Response:
    """This process answers."""
    return Response('{"status":"ok"}', content_type="application/json")


@public
def get_ready() -> Response:
    """This process can read its database."""
    try:
        door().service.logs()
    except ProofDocketError as error:
        return problem(503, error.code, "The store cannot be read now.")
    return Response('{"status":"ok"}', content_type="application/json")
