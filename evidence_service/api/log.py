"""The log itself: checkpoints, consistency proofs, and the static tiles of C2SP tlog-tiles under one prefix."""

from __future__ import annotations

import base64
import json
from typing import Any

from flask import Response, request

from evidence_service.api.access import door, reads
from evidence_service.api.problems import Refusal
from evidence_service.core.api_key import Scope
from evidence_service.core.merkle import consistency_proof
from evidence_service.errors import NotFoundError
from evidence_service.ports import PublishedCheckpoint
from evidence_service.workflow.export_tiles import tile

NOTE = "text/plain; charset=utf-8"
MAX_SIZE = 2**53 - 1


@reads(Scope.LOG_READ)
def get_checkpoint(institution: str, looked_at: list[str]) -> Response:
    """The newest signed checkpoint."""
    return _note(door().service.store.latest_checkpoint(institution), looked_at)


@reads(Scope.LOG_READ)
def get_checkpoint_at(institution: str, looked_at: list[str], size: int) -> Response:
    """The checkpoint of exactly one tree size."""
    return _note(door().service.store.checkpoint_at(institution, size), looked_at)


@reads(Scope.LOG_READ)
def get_consistency(institution: str, looked_at: list[str]) -> Response:
    """The proof that the log of one checkpoint begins with the log of an older one (RFC 9162 2.1.4)."""
    sizes = _size("from"), _size("to")
    if not 1 <= sizes[0] <= sizes[1]:
        raise Refusal(400, "from: 1 to `to`")
    store = door().service.store
    old, new = (_at(store.checkpoint_at(institution, size)) for size in sizes)
    looked_at.append(f"consistency {sizes[0]} to {sizes[1]}")
    path = consistency_proof(store.tree(institution, sizes[1]), *sizes)
    value = {"from": _state(old), "to": _state(new), "proof": [base64.b64encode(node).decode() for node in path]}
    return Response(json.dumps(value), content_type="application/json")


@reads(Scope.LOG_READ)
def get_tile(institution: str, looked_at: list[str], level: int, path: str) -> Response:
    """A tile of hashes."""
    return _tile(institution, f"tile/{level}/{path}", looked_at)


@reads(Scope.ENTRIES_READ)
def get_entries(institution: str, looked_at: list[str], path: str) -> Response:
    """A bundle of log entries; they link the events of a loan, so they are for auditors."""
    return _tile(institution, f"tile/entries/{path}", looked_at)


def _tile(institution: str, path: str, looked_at: list[str]) -> Response:
    raw = tile(door().service.store, institution, path)
    if raw is None:
        raise NotFoundError("no such tile in this log")
    looked_at.append(path)
    return Response(raw, content_type="application/octet-stream")


def _note(published: PublishedCheckpoint | None, looked_at: list[str]) -> Response:
    found = _at(published)
    looked_at.append(f"checkpoint {found.checkpoint.size}")
    return Response(found.note, content_type=NOTE)


def _at(published: PublishedCheckpoint | None) -> PublishedCheckpoint:
    if published is None:
        raise NotFoundError("no such checkpoint in this log")
    return published


def _state(published: PublishedCheckpoint) -> dict[str, Any]:
    return {"size": published.checkpoint.size, "root": base64.b64encode(published.checkpoint.root).decode()}


def _size(name: str) -> int:
    sent = request.args.getlist(name)
    text = sent[0] if len(sent) == 1 else ""
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > MAX_SIZE:
        raise Refusal(400, f"{name}: one tree size, a whole number")
    return int(text)
