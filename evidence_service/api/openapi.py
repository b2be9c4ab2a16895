"""The description of the API, OpenAPI 3.1: what is served is what docs/reference/openapi.json holds.

APIFlask draws paths and parameters from the routes; bodies, answers, problems and scopes are added here.
"""

from __future__ import annotations

import json
import re
from typing import Any

from apiflask import APIFlask
from flask import Flask, Response, current_app

from evidence_service.api.access import MARK, PUBLIC, public
from evidence_service.api.event_schema import DIGEST, IDENTIFIER, event_schemas
from evidence_service.api.limits import MAX_EVENTS
from evidence_service.api.problems import MEDIA_TYPE, TYPE

TITLE, VERSION = "ProofDocket", "1"
DRAWN = "proofdocket_openapi"
JSON, TEXT, BYTES, FORM = "application/json", "text/plain", "application/octet-stream", "multipart/form-data"
DESCRIPTION = (
    "Log events of one institution, and read what proves them. Every answer of a write is sent once the entries are "
    "sequenced and durable. A proof shows that a record is unaltered since it was logged, not that it is true."
)
Schema = dict[str, Any]
TREE_SIZE: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
BASE64_HASH: Schema = {"type": "string", "pattern": "^[A-Za-z0-9+/]{43}=$"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
PLACE: dict[str, Schema] = {"index": TREE_SIZE, "sequence": TREE_SIZE, "captured_at": INSTANT, "leaf_hash": DIGEST}
ALWAYS = ("401", "403", "404", "406", "429", "500", "503", "507")
WORDS = {
    "400": "The request cannot be read, or an event is refused; `code` and `detail` say why.",
    "401": "No valid API key.",
    "403": "The key has not this scope.",
    "404": "Nothing here for this key: absent, or another institution's.",
    "406": "The route answers with another media type.",
    "409": "The event id or the Idempotency-Key was used before with another body.",
    "413": "Larger than the route takes.",
    "415": "Another Content-Type is asked for, or a content coding was used.",
    "428": "The Idempotency-Key header is missing.",
    "429": "Asked too often; wait as Retry-After says.",
    "500": "Something unforeseen.",
    "503": "The store cannot do this now; nothing was written.",
    "507": "The disk is full; nothing was written.",
}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _closed(properties: dict[str, Any], required: list[str] | None = None) -> Schema:
    wanted = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": wanted, "additionalProperties": False}


def _receipts() -> dict[str, Schema]:
    logged = _closed({"event_id": IDENTIFIER, "state": {"enum": ["accepted", "duplicate"]}, **PLACE})
    refused = {"event_id": IDENTIFIER, "state": {"const": "rejected"}, "code": {"type": "string"}}
    rejected = _closed({**refused, "reason": {"type": "string"}}, ["state", "code", "reason"])
    counts = {name: {"type": "integer", "minimum": 0} for name in ("accepted", "duplicates", "rejected")}
    rows: Schema = {"type": "array", "items": {"oneOf": [_ref("Receipt"), _ref("Rejection")]}}
    covered: Schema = {"anyOf": [TREE_SIZE, {"type": "null"}]}
    return {
        "Receipt": logged,
        "Rejection": rejected,
        "BatchAnswer": _closed({**counts, "receipts": rows}),
        "Place": _closed({"event_id": IDENTIFIER, **PLACE, "checkpoint_size": covered}),
        "Batch": _closed({"events": {"type": "array", "items": _ref("Event"), "minItems": 1, "maxItems": MAX_EVENTS}}),
    }


def _others() -> dict[str, Schema]:
    state = _closed({"size": TREE_SIZE, "root": BASE64_HASH})
    check = {"n": {"type": "integer"}, "name": {"type": "string"}, "state": {"type": "string"}}
    check |= {"code": {"type": "string"}, "reason": {"type": "string"}}
    report = {
        "type": "object",
        "properties": {
            "result": {"enum": ["passed", "failed", "incomplete"]},
            "checks": {"type": "array", "items": _closed(check), "minItems": 10, "maxItems": 10},
            "where": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["result", "checks"],
    }
    named: Schema = {"type": "string"}
    document = {"type": {"type": "string", "format": "uri", "pattern": f"^{TYPE}"}, "title": named}
    document |= {"status": {"type": "integer"}, "detail": named, "instance": named, "code": named}
    return {
        "Upload": _closed({"sha256": DIGEST, "sm3": DIGEST, "size": TREE_SIZE}),
        "Consistency": _closed({"from": state, "to": state, "proof": {"type": "array", "items": BASE64_HASH}}),
        "Material": {"type": "object", "additionalProperties": named},
        "Report": report,
        "Health": _closed({"status": {"const": "ok"}}),
        "Problem": _closed(document),
    }


def _answer(words: str, content: dict[str, Schema]) -> Schema:
    return {"description": words, "content": {kind: {"schema": schema} for kind, schema in content.items()}}


ANSWERS: dict[str, dict[str, Schema]] = {
    "post_event": {
        "200": _answer("Logged before; here is its place.", {JSON: _ref("Receipt")}),
        "201": _answer("Logged.", {JSON: _ref("Receipt")}),
    },
    "post_batch": {"200": _answer("Each event's fate, in the order sent.", {JSON: _ref("BatchAnswer")})},
    "post_attachment": {"201": _answer("Kept under this content address.", {JSON: _ref("Upload")})},
    "get_event": {"200": _answer("Its place in the log.", {JSON: _ref("Place")})},
    "get_proof": {"200": _answer("c2sp.org/tlog-proof@v1", {TEXT: {"type": "string"}})},
    "get_leaf": {"200": _answer("The log entry, byte for byte.", {JSON: {"type": "object"}})},
    "get_material": {"200": _answer("Material by name.", {JSON: _ref("Material")})},
    "get_checkpoint": {"200": _answer("A signed note.", {TEXT: {"type": "string"}})},
    "get_checkpoint_at": {"200": _answer("A signed note.", {TEXT: {"type": "string"}})},
    "get_consistency": {"200": _answer("RFC 9162 2.1.4.", {JSON: _ref("Consistency")})},
    "get_tile": {"200": _answer("Hashes of 32 bytes.", {BYTES: {"type": "string", "format": "binary"}})},
    "get_entries": {"200": _answer("Entries after their lengths.", {BYTES: {"type": "string", "format": "binary"}})},
    "post_verify": {"200": _answer("The ten checks.", {JSON: _ref("Report")})},
    "get_health": {"200": _answer("It answers.", {JSON: _ref("Health")})},
    "get_ready": {"200": _answer("It can work.", {JSON: _ref("Health")})},
    "get_openapi": {"200": _answer("OpenAPI 3.1.", {JSON: {"type": "object"}})},
}
PROBLEMS = {
    "post_event": ("400", "409", "413", "415"),
    "post_batch": ("400", "409", "413", "415", "428"),
    "post_attachment": ("400", "413", "415"),
    "get_proof": ("400", "409"),
    "get_material": ("400", "409"),
    "get_consistency": ("400",),
    "post_verify": ("400", "413", "415"),
}
BINARY: Schema = {"type": "string", "format": "binary"}
BODIES: dict[str, dict[str, Schema]] = {
    "post_event": {JSON: {"schema": _ref("Event")}},
    "post_batch": {JSON: {"schema": _ref("Batch")}},
    "post_attachment": {BYTES: {"schema": BINARY}},
    "post_verify": {
        FORM: {
            "schema": {
                "type": "object",
                "properties": {name: BINARY for name in ("file", "leaf", "disclosures", "material", "trust")},
                "required": ["file"],
            }
        }
    },
}
PARAMETERS: dict[str, Schema] = {
    "institution": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{1,39}$"},
    "event_id": IDENTIFIER,
    "size": TREE_SIZE,
    "level": {"type": "integer", "minimum": 0, "maximum": 63},
    "path": {"type": "string", "pattern": r"^(x\d{3}/)*\d{3}(\.p/\d{1,3})?$"},
}
QUERIES: dict[str, list[Schema]] = {
    "get_consistency": [
        {"in": "query", "name": name, "required": True, "schema": {**TREE_SIZE, "minimum": 1}}
        for name in ("from", "to")
    ],
    "post_verify": [{"in": "query", "name": "lang", "schema": {"enum": ["en", "zh"], "default": "en"}}],
}
REPEAT = {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"}}
REPEATS = {"post_event": False, "post_batch": True}


def configure(app: APIFlask) -> None:
    """Tell APIFlask what a description is to hold."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_200_RESPONSE=True,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_OPERATION_ID=False,
        AUTO_SERVERS=False,
    )
    app.security_schemes = {"key": {"type": "http", "scheme": "bearer", "description": "An API key: pd_…"}}
    app.servers = [{"url": "/api/v1"}]
    app.description = DESCRIPTION


def describe(app: APIFlask) -> dict[str, Any]:
    """The whole description."""
    spec: Any = app.spec
    rules = list(app.url_map.iter_rules())
    endpoints = {(_path(rule.rule), method): rule.endpoint for rule in rules for method in rule.methods or ()}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            _complete(app, endpoints[path, method.upper()], operation)
    schemas = {**event_schemas(), **_receipts(), **_others()}
    spec.setdefault("components", {})["schemas"] = schemas
    described: dict[str, Any] = spec
    return described


def text(app: APIFlask) -> str:
    """The description as it is served and written: it depends on the code alone."""
    return json.dumps(describe(app), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@public
def get_openapi() -> Response:
    """This description."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    drawn: str = app.extensions.setdefault(DRAWN, "") or text(app)
    app.extensions[DRAWN] = drawn
    return Response(drawn, content_type=JSON)


def _complete(app: Flask, endpoint: str, operation: dict[str, Any]) -> None:
    scope = getattr(app.view_functions[endpoint], MARK)
    operation["operationId"] = endpoint
    operation["responses"] = dict(ANSWERS[endpoint])
    codes = ("500", "503") if scope == PUBLIC else (*ALWAYS, *PROBLEMS.get(endpoint, ()))
    for code in sorted(codes):
        operation["responses"][code] = _problem(code)
    if scope != PUBLIC:
        operation["security"] = [{"key": []}]
        operation["x-scope"] = scope.value
    for parameter in operation["parameters"]:
        parameter["schema"] = PARAMETERS[parameter["name"]]
    operation["parameters"] += QUERIES.get(endpoint, [])
    if endpoint in REPEATS:
        operation["parameters"].append({**REPEAT, "required": REPEATS[endpoint]})
    if endpoint in BODIES:
        operation["requestBody"] = {"required": True, "content": BODIES[endpoint]}


def _problem(code: str) -> Schema:
    answer = _answer(WORDS[code], {MEDIA_TYPE: _ref("Problem")})
    if code in {"429", "503", "507"}:
        answer["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
    return answer


def _path(rule: str) -> str:
    return re.sub(r"<(?:[^<:>]+:)?([^<>]+)>", r"{\1}", rule)
