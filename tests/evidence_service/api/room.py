"""An instance behind the HTTP API in tests: a real home, real logs of two institutions, keys, and a client."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evidence_service.api.app import create_api
from evidence_service.api_door import ApiDoor
from evidence_service.bootstrap import open_door, open_engine, open_evidence
from evidence_service.core.api_key import Scope
from evidence_service.settings import read_settings
from tests.evidence_service.examples import INSTITUTION, event_value

OTHER = "other-cf"
LOG = f"/logs/{INSTITUTION}"
Answer = TestResponse


class Room:
    """A home with two logs and a client of its API."""

    def __init__(self, home: Path) -> None:
        self.home = home
        settings = read_settings(home)
        engine = open_engine(settings)
        service = open_evidence(settings, engine)
        service.add_institution(INSTITUTION)
        service.add_institution(OTHER)
        engine.dispose()
        self.door: ApiDoor = open_door(home)
        self.app = create_api(self.door, testing=True)
        self.client: FlaskClient = self.app.test_client()
        self.key = self.new_key(Scope)

    def close(self) -> None:
        """Let go of the database, as a process that ends does."""
        self.door._engine.dispose()

    def new_key(self, scopes: Iterable[Scope], institution: str = INSTITUTION, per_minute: int = 10_000) -> str:
        """A key as it is shown."""
        return self.door.add_key(institution, "tests", scopes, per_minute)[1]

    def get(self, address: str, key: str | None = None, **headers: str) -> Answer:
        return self.client.get(address, headers=self.headers(key, headers))

    def post(self, address: str, body: Any, key: str | None = None, **headers: str) -> Answer:
        """POST a value as JSON, or bytes as they are. Header names with _ for -."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json", **self.headers(key, headers)}
        return self.client.post(address, data=raw, headers=sent)

    def headers(self, key: str | None, others: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in others.items()}
        return {"Authorization": f"Bearer {key or self.key}", **named}

    def log_events(self, count: int, first: int = 0) -> None:
        """Real events through the API."""
        answer = self.post(f"{LOG}/batches", batch(count, first), Idempotency_Key=f"fill-{first}-{count}")
        assert answer.status_code == 200, answer.text

    def accesses(self) -> list[tuple[str, str, str, str]]:
        """(action, institution, object, outcome) of every access, in order."""
        found = self.door.accesses.newest(100_000)
        return [(one.action, one.institution, one.object, one.outcome) for one in found]


def batch(count: int, first: int = 0, **changes: Any) -> dict[str, Any]:
    """A batch of valid events with ids of their own, over three loans."""
    return {
        "events": [
            event_value(id=f"E-{number}", loan=f"LN-{number % 3}", subjects=[f"borrower:B{number % 3}"], **changes)
            for number in range(first, first + count)
        ]
    }
