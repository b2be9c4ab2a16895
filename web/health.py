"""/healthz: whether the application answers and can read its database. Public, and says nothing else."""

from __future__ import annotations

from flask import Flask
from flask.typing import ResponseReturnValue

from evidence_service.errors import ProofDocketError
from web.access import Permission, permit
from web.current import whole


def register(app: Flask) -> None:
    """Add the route."""
    app.add_url_rule("/healthz", "healthz", healthz)


@permit(Permission.PUBLIC)
def healthz() -> ResponseReturnValue:
    """200 when a read went through, 503 when it did not."""
    try:
        whole().logs()
    except ProofDocketError as error:
        return {"status": "unavailable", "code": error.code}, 503
    return {"status": "ok"}
