"""A real lender whose log holds breaches of its duties: two checkpoints, one run of the rules, people of four roles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from evidence_service.import_command import import_file
from tests.web.conftest import PASSWORD
from tests.web.instance import CHEAP
from tests.web.legal.conftest import LENDER, Lender, client_of, legal_home, opened
from web.accounts import hash_password
from web.compliance_run import refresh
from web.ports import Role

__all__ = ["legal_home"]
NOBODY = 3
"""So many approvals whose event names no actor."""


def breaches(sample: Path, target: Path, loans: int = 10) -> None:
    """Loans like those of the sample, in which the investigator approves, nobody consented, nobody is named."""
    found: dict[str, list[dict[str, object]]] = {}
    for line in sample.read_text("utf-8").splitlines():
        event = json.loads(line)
        found.setdefault(event["loan"], []).append(event)
    lines = []
    for number, (name, events) in enumerate(list(found.items())[:loans]):
        manager = next(one["actor"] for one in events if one["type"] == "interview.held")
        for event in events:
            told = json.loads(json.dumps(event).replace(name, name.replace("SCF", "SCG")))
            told.pop("attachments", None)
            if told["type"] == "approval.granted":
                if number < NOBODY:
                    del told["actor"]["id"]
                else:
                    told["actor"]["id"] = manager["id"]  # type: ignore[index]
            if number % 2 and told["type"] == "consent.granted":
                continue
            lines.append(json.dumps(told, ensure_ascii=False))
    target.write_text("\n".join(lines), "utf-8")


@pytest.fixture(scope="session")
def audited_home(legal_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that tests copy."""
    home = tmp_path_factory.mktemp("compliance") / "home"
    shutil.copytree(legal_home, home)
    breaches(home / "sample.ndjson", home / "breaches.ndjson")
    for lender in opened(home):
        evidence = lender.instance.compliance.evidence
        import_file(evidence, home / "breaches.ndjson", None)
        evidence.publish(LENDER)
        refresh(evidence, lender.instance.compliance.store, LENDER, "operator:test")
        hashed = hash_password(PASSWORD, CHEAP)
        lender.instance.identity.accounts.add("regulator", hashed, Role.REGULATOR, frozenset({LENDER}))
    return home


@pytest.fixture
def lender(audited_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lender]:
    """An instance of a test's own."""
    monkeypatch.setenv("PROOFDOCKET_PURPOSE_ROLES", "none")
    home = tmp_path / "home"
    shutil.copytree(audited_home, home)
    yield from opened(home)


@pytest.fixture(scope="module")
def officer(reader: Lender) -> FlaskClient:
    """A compliance officer, signed in once to the folder that nobody changes."""
    return client_of(reader, "compliance")


@pytest.fixture(scope="module")
def reader(audited_home: Path) -> Iterator[Lender]:
    """The shared folder itself, for tests that only look."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROOFDOCKET_PURPOSE_ROLES", "none")
        yield from opened(audited_home)
