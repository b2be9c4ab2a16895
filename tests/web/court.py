"""A court's pages in tests: a court with filings in every state, a clerk who signs in, the application."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.litigation.court_side.desk import HOSTILE, CourtDesk
from tests.web.instance import CHEAP, RELAXED
from web.court_app import create_court_app
from web.court_instance import CourtInstance, open_court_instance
from web.ports import Role

SECRET = b"tests only, thirty-two bytes long"
MANY = 230
CLERK = "书记员甲"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
RECEIVED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class ClerkDesk:
    """A court's instance behind its pages, and the ids of filings in it."""

    desk: CourtDesk
    instance: CourtInstance
    waiting: str
    second: str
    unexamined: str

    @property
    def app(self) -> Flask:
        return create_court_app(self.instance, secret_key=SECRET, testing=True)


def make_clerk_desk(home: Path, password_hash: str, *, many: int = 0) -> ClerkDesk:
    """Three filings: one that passed what can be checked, one that waits, one that nobody examined."""
    desk = CourtDesk(home)
    waiting = desk.receive("lender", "sample-cf:SCF202601000001")
    second = desk.receive("second", HOSTILE)
    desk.trusting("lender").examine_waiting()
    unexamined = desk.receive("third", "sample-cf:SCF202601000003")
    if many:
        desk.many(many, RECEIVED)
    instance = open_court_instance(home)
    instance.identity.settings, instance.identity.hasher = RELAXED, CHEAP
    for role in Role:
        instance.identity.accounts.add(CLERK if role is Role.CLERK else role.value, password_hash, role)
    return ClerkDesk(desk, instance, waiting, second, unexamined)


def sign_in_clerk(client: FlaskClient, password: str, name: str = CLERK) -> TestResponse:
    found = TOKEN.search(client.get("/sign-in").text)
    assert found
    return client.post("/sign-in", data={"csrf_token": found.group(1), "name": name, "password": password, "next": ""})


class Clerk:
    """A signed-in clerk at a test client: reads pages, sends forms with the page's token."""

    def __init__(self, app: Flask, password: str) -> None:
        self.client = app.test_client()
        assert sign_in_clerk(self.client, password).status_code == 302

    def page(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def send(self, address: str, *, on: str = "", **fields: Any) -> TestResponse:
        """Post a form; `on` is the page that it stands on."""
        found = TOKEN.search(self.page(on or address.rsplit("/", 1)[0]))
        assert found
        return self.client.post(address, data={"csrf_token": found.group(1), **fields})
