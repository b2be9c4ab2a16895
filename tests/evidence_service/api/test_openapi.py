"""The description of the API: what is served is what is written down, and Schemathesis finds the API true to it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from werkzeug.serving import WSGIRequestHandler, make_server

from evidence_service.api.app import ROUTES, create_api
from evidence_service.api.event_schema import event_schemas
from evidence_service.api.openapi import text
from evidence_service.core.api_key import Scope
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.event import event_from
from evidence_service.errors import MalformedInputError
from tests.conftest import ROOT
from tests.evidence_service.api.room import Room
from tests.evidence_service.examples import GOOD, INSTITUTION, WRONG, event_value, payload_of

WRITTEN = ROOT / "docs" / "reference" / "openapi.json"


def test_the_page_of_reference_is_the_description_that_is_served(room: Room) -> None:
    assert room.client.get("/openapi.json").text == WRITTEN.read_text("utf-8") == text(create_api(None)), (
        "run: proofdocket api openapi -o docs/reference/openapi.json"
    )


def test_every_route_and_every_answer_is_described(room: Room) -> None:
    value = json.loads(WRITTEN.read_text("utf-8"))
    routes = {
        (re.sub(r"<(?:[^<:>]+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in room.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    described = {(path, method) for path, operations in value["paths"].items() for method in operations}
    assert described == routes
    assert value["openapi"].startswith("3.1")


@pytest.fixture(scope="module")
def takes() -> Any:
    """Whether the event schema takes a value."""
    schemas = {"$ref": "#/components/schemas/Event", "components": {"schemas": event_schemas()}}
    return jsonschema_rs.validator_for(schemas).is_valid


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_the_schema_of_a_type_takes_what_the_parser_takes(takes: Any, code: str) -> None:
    for full in (False, True):
        value = event_value(code, payload=payload_of(CATALOGUE[code], full=full), subjects=TWO)
        event_from(value)
        assert takes(value)


def test_the_schema_refuses_what_the_parser_refuses(takes: Any) -> None:
    checked = 0
    for code, kind in CATALOGUE.items():
        for field in kind.fields:
            for wrong in WRONG[field.kind]:
                value = event_value(code, payload={**payload_of(kind), field.name: wrong}, subjects=TWO)
                with pytest.raises(MalformedInputError):
                    event_from(value)
                if "\n" in str(wrong) or wrong in REAL_DAYS_ONLY:
                    continue
                assert not takes(value), (code, field.name, wrong)
                checked += 1
    assert checked > 1000
    assert GOOD


def test_data_about_another_person_needs_that_persons_name_in_schema_and_parser(takes: Any) -> None:
    about = [kind for kind in CATALOGUE.values() if kind.about_others]
    assert about
    for kind in about:
        value = event_value(kind.code, payload=payload_of(kind, full=True), subjects=TWO[:1])
        with pytest.raises(MalformedInputError):
            event_from(value)
        assert not takes(value)


TWO = ["borrower:B0001", "guarantor:G0001"]
REAL_DAYS_ONLY = ("2026-02-30", "2026-02-30T02:03:04Z")
"""A schema without formats cannot know how long February is."""
TYPES = ("payment.received", "loan.disbursed", "contact.made")
"""Enough to generate from; that every type's schema is its parser's is tested above."""
EXAMPLES = 10
CONFIG = {
    "seed": 7,
    "checks": {"max_response_time": 30},
    "generation": {"codec": "ascii", "deterministic": True, "max-examples": EXAMPLES},
    "phases": {"stateful": {"enabled": False}},
    "operations": [
        # What these refuse lies between two parameters, or in the bytes of a file: no schema says it.
        {"include-operation-id": name, "checks": {"positive_data_acceptance": {"enabled": False}}}
        for name in ("get_consistency", "post_verify")
    ]
    + [
        # A batch is taken event by event: a wrong one is a row of the answer, not a refusal of the others.
        {"include-operation-id": "post_batch", "checks": {"negative_data_rejection": {"enabled": False}}}
    ],
}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(room: Room) -> Iterator[str]:
    """The API behind a real server on loopback."""
    server = make_server("127.0.0.1", 0, room.app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(30)
        server.server_close()


def narrowed(value: dict[str, Any]) -> dict[str, Any]:
    """The description for one key: its own institution, days that have been, no originals that nobody sent."""
    schemas = value["components"]["schemas"]
    schemas["Institution"] = {"const": INSTITUTION}
    schemas["Field.instant"] = {
        "enum": ["2025-01-01T00:00:00Z", "2025-11-30T23:59:59.999999Z", "1999-02-28T12:00:00.5Z"]
    }
    schemas["Field.date"] = {"enum": ["2024-02-29", "2030-12-31"]}
    # JSON Schema calls 5.0 an integer; the strict parser does not, and a schema cannot tell them apart.
    schemas["Field.integer"] = {"enum": [0, 1, -7, 2**53 - 1]}
    schemas["Field.map"]["additionalProperties"] = {"type": "string"}
    schemas["Attachments"]["maxItems"] = 0
    schemas["Event"] = {"oneOf": [{"$ref": f"#/components/schemas/Event.{code}"} for code in TYPES]}
    for name in [name for name in schemas if name.startswith("Event.") and name.removeprefix("Event.") not in TYPES]:
        del schemas[name]
    for code in TYPES:
        del schemas[f"Event.{code}"]["properties"]["corrects"]  # it must name an event that is there
    for operations in value["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "institution":
                    parameter["schema"] = {"const": INSTITUTION}
                elif parameter["name"] == "path":
                    parameter["schema"] = {"type": "string", "pattern": "^[0-9]{3}$"}  # OpenAPI has no slash in it
    value.pop("servers")
    return value


@pytest.mark.filterwarnings("ignore")  # Schemathesis and hypothesis remark on their own doings
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_schemathesis_finds_the_api_true_to_its_description(room: Room, mode: str) -> None:
    room.log_events(3)
    room.door.service.publish(INSTITUTION)
    config = SchemathesisConfig.from_dict({**CONFIG, "generation": {**CONFIG["generation"], "mode": mode}})  # type: ignore[dict-item]
    config.projects.default.update(headers={"Authorization": f"Bearer {room.new_key(Scope, per_minute=100_000)}"})
    schema = schemathesis.openapi.from_dict(narrowed(json.loads(text(room.app))), config=config)
    tried: Counter[str] = Counter()
    failures = []
    with serving(room) as address:
        schema.config.update(base_url=address)
        events = list(from_schema(schema).execute())
    for event in events:
        if isinstance(event, ScenarioFinished):
            tried[event.recorder.label] += len(event.recorder.interactions)
            for checks in event.recorder.checks.values():
                failures += [
                    f"{event.recorder.label}: {one.failure_info.failure} {one.failure_info.code_sample}"
                    for one in checks
                    if one.failure_info
                ]
        elif isinstance(event, NonFatalError | FatalError):
            failures.append(f"{getattr(event, 'label', '')}: {getattr(event, 'value', None) or event!r}")
    assert failures == [], "\n".join(failures)
    assert len(tried) == len(ROUTES)
    assert sum(tried.values()) > (100 if mode == "positive" else 300), tried
    assert room.door.service.publish(INSTITUTION).checkpoint.size > 3, "every entry was hashed anew and fits"
