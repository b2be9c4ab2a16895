"""A real instance with a few sample loans behind the legal staff's pages; no chain and no workers are needed here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.import_command import import_file
from evidence_service.settings import read_settings
from litigation.bootstrap import open_litigation
from litigation.core.overview import Choice, Readiness
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio
from tests.conftest import ROOT
from tests.web.conftest import PASSWORD, SECRET, TOKEN
from tests.web.instance import CHEAP
from web.accounts import hash_password
from web.app import create_app
from web.batch_hands import COUNT
from web.ports import Role
from web.rooms import RoomsInstance

LENDER, OTHER = "sample-cf", "second-cf"
LOANS = 16


@dataclass(slots=True)
class Lender:
    """An instance of a test's own."""

    home: Path
    engine: Engine
    instance: RoomsInstance

    @property
    def today(self) -> date:
        return self.instance.legal.litigation.today()

    def overdue(self) -> list[str]:
        """Loans long overdue and ready, the longest first."""
        store = self.instance.legal.portfolio.store
        lines = store.chosen(LENDER, Choice(min_days=100, readiness=Readiness.READY), self.today, 50)
        return [line.overview.loan for line in lines]

    def app(self) -> Flask:
        return create_app(self.instance, secret_key=SECRET, testing=True)


@pytest.fixture(scope="session")
def legal_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that tests copy: a lender with loans, another one without, people, a drawn overview."""
    home = tmp_path_factory.mktemp("legal") / "home"
    settings = read_settings(home, {})
    engine = open_engine(settings)
    evidence = open_evidence(settings, engine)
    settings.institutions_dir.mkdir(parents=True)
    shutil.copy(ROOT / "litigation" / "sample" / "institution.toml", settings.institutions_dir / f"{LENDER}.toml")
    evidence.add_institution(LENDER, "")
    evidence.add_institution(OTHER, "")
    write_portfolio(home / "sample.ndjson", LOANS, DEFAULT_SEED, DEFAULT_AS_OF, ROOT / "node_modules")
    import_file(evidence, home / "sample.ndjson", None)
    evidence.publish(LENDER)
    instance = RoomsInstance(open_litigation(evidence, engine), engine)
    hashed = hash_password(PASSWORD, CHEAP)
    for role in (Role.LEGAL, Role.COMPLIANCE):
        instance.identity.accounts.add(role.value, hashed, role, frozenset({LENDER}))
    instance.identity.accounts.add("stranger", hashed, Role.LEGAL, frozenset({OTHER}))
    instance.legal.portfolio.refresh(LENDER)
    engine.dispose()
    return home


@pytest.fixture
def lender(legal_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lender]:
    monkeypatch.setenv(COUNT, "0")
    home = tmp_path / "home"
    shutil.copytree(legal_home, home)
    yield from opened(home)


@pytest.fixture(scope="module")
def reader(legal_home: Path) -> Iterator[Lender]:
    """The shared folder itself, for tests that only look."""
    yield from opened(legal_home)


def opened(home: Path) -> Iterator[Lender]:
    settings = read_settings(home, {})
    engine = open_engine(settings)
    yield Lender(home, engine, RoomsInstance(open_litigation(open_evidence(settings, engine), engine), engine))
    engine.dispose()


def client_of(lender: Lender, name: str = "legal") -> FlaskClient:
    """Somebody signed in to the pages in English."""
    client = lender.app().test_client()
    found = TOKEN.search(client.get("/sign-in?lang=en").text)
    assert found
    answer = client.post("/sign-in", data={"csrf_token": found.group(1), "name": name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def post(client: FlaskClient, address: str, page: str, **values: object) -> str:
    """Send a form with the token of a page; returns where it leads."""
    found = TOKEN.search(client.get(page).text)
    assert found, page
    answer = client.post(address, data={"csrf_token": found.group(1), **values})
    assert answer.status_code in (302, 303), (answer.status_code, answer.text[:800])
    return answer.headers["Location"]
