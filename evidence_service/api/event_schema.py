"""The event as JSON Schema 2020-12, drawn from the catalogue: what the schema allows is what `event_from` takes.

Spec: docs/spec/event.md. Words cannot be held to real days, Unicode NFC and the depth of 32 in a schema; those are
refused with a problem that says so.
"""

from __future__ import annotations

from typing import Any

from evidence_service.core.canonical import MAX_INTEGER
from evidence_service.core.catalogue import CATALOGUE, EventType, Kind
from evidence_service.core.event import MAX_ATTACHMENTS, MAX_TEXT, MECHANISMS
from evidence_service.core.payload import MAX_ITEMS

Schema = dict[str, Any]
INSTANT = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$"
DATE = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
DECIMAL = r"^-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,30})?$"
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
IDENTIFIER: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9._:\-]{1,128}$"}
TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT}
NAMED: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
WHOLE: Schema = {"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}
ASCII_NAMES: Schema = {"pattern": r"^[\x00-\x7f]*$"}
KINDS: dict[Kind, Schema] = {
    Kind.TEXT: TEXT,
    Kind.AMOUNT: {"type": "string", "pattern": DECIMAL},
    Kind.RATE: {"type": "string", "pattern": DECIMAL},
    Kind.DATE: {"type": "string", "format": "date", "pattern": DATE},
    Kind.INSTANT: {"type": "string", "format": "date-time", "pattern": INSTANT},
    Kind.INTEGER: WHOLE,
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DIGEST: DIGEST,
    Kind.CURRENCY: {"type": "string", "pattern": "^[A-Z]{3}$"},
    Kind.TEXTS: {"type": "array", "items": TEXT, "maxItems": MAX_ITEMS},
    Kind.MAP: {
        "type": "object",
        "propertyNames": ASCII_NAMES,
        "additionalProperties": {"anyOf": [TEXT, WHOLE, {"type": "boolean"}]},
        "maxProperties": MAX_ITEMS,
    },
}

KIND_NAME = "Field.{}"
COMMON = {
    "id": "EventId",
    "institution": "Institution",
    "loan": "Loan",
    "occurred_at": "Field.instant",
    "actor": "Actor",
    "source": "Source",
    "environment": "Environment",
    "subjects": "Subjects",
    "attachments": "Attachments",
    "corrects": "EventId",
}


def event_schemas() -> dict[str, Schema]:
    """`Event`, and one schema per type of the catalogue."""
    schemas = {_name(kind): _of_type(kind) for kind in CATALOGUE.values()}
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    mapping = {kind.code: f"#/components/schemas/{_name(kind)}" for kind in CATALOGUE.values()}
    event = {"oneOf": references, "discriminator": {"propertyName": "type", "mapping": mapping}}
    return {"Event": event, **_shared(), **schemas}


def _name(kind: EventType) -> str:
    return "Event." + kind.code


def _of_type(kind: EventType) -> Schema:
    properties = {
        **_common(),
        "type": {"const": kind.code},
        "type_version": {"const": kind.version},
        "payload": _payload(kind),
    }
    required = ["id", "institution", "loan", "type", "type_version", "occurred_at", "actor", "source", "payload"]
    return {"description": f"{kind.en} · {kind.zh}", **_object(properties, required), **_named_second(kind)}


def _named_second(kind: EventType) -> Schema:
    """Data about another person needs a second subject, under whose key it lies."""
    if not kind.about_others:
        return {}
    about = {"properties": {"payload": {"anyOf": [{"required": [name]} for name in kind.about_others]}}}
    return {"if": about, "then": {"required": ["subjects"], "properties": {"subjects": {"minItems": 2}}}}


def _common() -> dict[str, Schema]:
    return {name: {"$ref": f"#/components/schemas/{schema}"} for name, schema in COMMON.items()}


def _shared() -> dict[str, Schema]:
    actor = {"id": NAMED, "role": NAMED, "org": NAMED}
    source = {"system": NAMED, "mechanism": {"enum": sorted(MECHANISMS)}, "version": NAMED}
    size = {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}
    attachment = {"name": NAMED, "media_type": NAMED, "size": size, "sha256": DIGEST, "sm3": DIGEST}
    attached = {"$ref": "#/components/schemas/Attachment"}
    return {
        "EventId": IDENTIFIER,
        "Institution": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{1,39}$"},
        "Loan": {"type": "string", "pattern": r"^[^\x00-\x1f\x7f]{1,128}$"},
        "Actor": _object(actor, ["role", "org"]),
        "Source": _object(source, list(source)),
        "Environment": {"type": "object", "propertyNames": ASCII_NAMES, "additionalProperties": NAMED},
        "Subjects": {"type": "array", "items": NAMED, "maxItems": 32},
        "Attachment": _object(attachment, list(attachment)),
        "Attachments": {"type": "array", "items": attached, "maxItems": MAX_ATTACHMENTS},
        **{KIND_NAME.format(kind.value): schema for kind, schema in KINDS.items()},
    }


def _payload(kind: EventType) -> Schema:
    properties = {
        field.name: {"$ref": "#/components/schemas/" + KIND_NAME.format(field.kind.value)} for field in kind.fields
    }
    return _object(properties, [field.name for field in kind.fields if field.required])


def _object(properties: dict[str, Any], required: list[str]) -> Schema:
    shape: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**shape, "required": required} if required else shape
