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
from evidence_service.core.tiles import ENTRIES, HEIGHT, TileName, bundle_bytes, parse_tile_path
from evidence_service.errors import NotFoundError
from evidence_service.ports import PublishedCheckpoint

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
    name = _tile_name(f"tile/{level}/{path}", institution)
    looked_at.append(name.path)
    tree, first = door().service.store.tree(institution, _published_size(institution)), name.index << HEIGHT
    hashes = [tree(level * HEIGHT, first + at) for at in range(name.width)]
    return Response(b"".join(hashes), content_type="application/octet-stream")


@reads(Scope.ENTRIES_READ)
def get_entries(institution: str, looked_at: list[str], path: str) -> Response:
    """A bundle of log entries; they link the events of a loan, so they are for auditors."""
    name = _tile_name(f"tile/entries/{path}", institution)
    looked_at.append(name.path)
    start = name.index << HEIGHT
    leaves = [leaf for _, leaf, _ in door().service.store.leaves(institution, start, start + name.width)]
    return Response(bundle_bytes(leaves), content_type="application/octet-stream")


def _tile_name(path: str, institution: str) -> TileName:
    name = parse_tile_path(path)
    covered = _published_size(institution) >> HEIGHT * max(name.level, 0) if name else 0
    if name is None or name.index * 256 + name.width > covered:
        raise NotFoundError("no such tile in this log")
    return name


def _published_size(institution: str) -> int:
    published = door().service.store.latest_checkpoint(institution)
    return published.checkpoint.size if published else 0


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


assert ENTRIES < 0  # a bundle lies over leaves, like a tile of level 0
