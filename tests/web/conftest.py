"""What the tests of the pages share: an empty and a full instance, their applications, people to sign in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from tests.web.instance import CHEAP, MemoryInstance, empty_instance, full_instance
from web.accounts import hash_password
from web.app import PagesApp, create_app
from web.ports import Role

PASSWORD = "correct horse battery staple"
SECRET = b"tests only, thirty-two bytes long"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class CompiledOnce(BytecodeCache):
    """Templates compiled once for all applications of a run: each test makes its own application."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


PagesApp.jinja_options = {**PagesApp.jinja_options, "bytecode_cache": CompiledOnce()}


@pytest.fixture(scope="session")
def password_hash() -> str:
    """One argon2id hash for all people of the tests, at the least cost."""
    return hash_password(PASSWORD, CHEAP)


@pytest.fixture
def full(tmp_path: Path, password_hash: str) -> MemoryInstance:
    return with_people(full_instance(tmp_path), password_hash)


@pytest.fixture
def empty(tmp_path: Path, password_hash: str) -> MemoryInstance:
    return with_people(empty_instance(tmp_path), password_hash)


@pytest.fixture
def app(full: MemoryInstance) -> Flask:
    return create_app(full, secret_key=SECRET, testing=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def legal(client: FlaskClient) -> FlaskClient:
    """A signed-in member of the legal staff."""
    assert sign_in(client, "legal").status_code == 302
    return client


def with_people(instance: MemoryInstance, password_hash: str) -> MemoryInstance:
    """One account per role, named like it, at every institution of the instance."""
    everywhere = frozenset({"sample-cf", "second-cf"})
    for role in Role:
        if instance.accounts.find(role.value) is None:
            instance.accounts.add(role.value, password_hash, role, everywhere)
    return instance


def token(client: FlaskClient, address: str = "/sign-in") -> str:
    found = TOKEN.search(client.get(address).text)
    assert found, f"{address} has no form with a CSRF token"
    return found.group(1)


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, after: str = "") -> TestResponse:
    return client.post(
        "/sign-in", data={"csrf_token": token(client), "name": name, "password": password, "next": after}
    )
