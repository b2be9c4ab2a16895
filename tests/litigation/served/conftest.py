"""A lender with two overdue loans, one with a guarantor, and a package for each party: built once, shared by all tests.

Tests look only at invitations of their own, so that none minds what another one left.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import format_instant
from evidence_service.import_command import import_file
from evidence_service.settings import read_settings
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.bootstrap import open_litigation
from litigation.sample.identity import id_number
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio
from litigation.served.adapters.package_shelf import PackageShelf
from litigation.served.adapters.sql_served_store import SqlServedStore
from litigation.served.core.invitation import TOKEN_BYTES
from litigation.served.service import Asked, Listed, ServedService
from litigation.served.workflow.enter import Visit
from litigation.served.workflow.invite import Invited
from litigation.service import LitigationService, PackageFile
from tests.litigation.documents import cases
from web.init_command import SAMPLE, _write_sample_institution

NODE_MODULES = Path(__file__).parents[3] / "node_modules"
NUMBERS = itertools.count()
SITE = "https://papers.example"
BORROWER, GUARANTOR = "defendant:1", "guarantor:1"
PERSON = {
    "party_kind": "natural",
    "name": "沈保全",
    "phone": "12000009911",
    "id_type": "居民身份证",
    "id_no": id_number(301, date(1980, 2, 2), 77),
    "household_address": "示例省岚山市保证路1号",
    "employer": "岚山市保证商行（虚构）",
    "mode": "joint_several",
    "contract_no": "BZ-1",
}


class QuickHash:
    """A code hash without the slowness: what is hashed slowly is tested on the real one."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    def make(self, code: str) -> str:
        return sha256_hex(code.encode())

    def matches(self, code_hash: str | None, code: str) -> bool:
        self.asked.append(code_hash)
        return code_hash is not None and code_hash == sha256_hex(code.encode())


@dataclass
class Desk:
    """One instance's served papers with a clock that tests set, and its two loans."""

    home: Path
    engine: Engine
    litigation: LitigationService
    served: ServedService
    codes: QuickHash
    loans: tuple[str, str]
    clock: list[datetime] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def later(self, **span: float) -> None:
        self.clock[0] += timedelta(**span)

    def asked(self, recipient: str = BORROWER, loan: int = 0, **changes: Any) -> Asked:
        asked = Asked(f"{SAMPLE}:{self.loans[loan]}", recipient, "", 30, 10, SITE)
        return replace(asked, **changes)

    def invite(self, recipient: str = BORROWER, loan: int = 0, **changes: Any) -> Invited:
        return self.served.invite(self.asked(recipient, loan, **changes), "cli:test")

    def enter(self, recipient: str = BORROWER, loan: int = 0, **changes: Any) -> Visit:
        """Invite and enter at once."""
        made = self.invite(recipient, loan, **changes)
        entered = self.served.enter(made.link, made.code)
        assert entered is not None
        found = self.served.visit(entered.cookie)
        assert found is not None
        return found

    def events(self, kind: str, invitation: str = "", loan: int = 0) -> list[dict[str, Any]]:
        """The loan's events of a type, of one invitation."""
        stored = self.litigation.evidence.store.events_of_loan(SAMPLE, self.loans[loan])
        bodies = [json.loads(event.body or b"{}") for event in stored if event.type == kind]
        return [body for body in bodies if not invitation or body["payload"].get("invitation") == invitation]

    def listed(self, made: Invited) -> Listed:
        return self.served.show(made.invitation.id, "cli:test")

    def told(self, kind: str, payload: dict[str, Any], loan: int = 0, **members: Any) -> str:
        """Log one more event of the loan; its id."""
        event = {
            "id": f"{self.loans[loan]}:T{next(NUMBERS)}",
            "institution": SAMPLE,
            "loan": self.loans[loan],
            "type": kind,
            "type_version": 1,
            "occurred_at": format_instant(self.now),
            "actor": {"role": "system", "org": SAMPLE},
            "source": {"system": "core", "mechanism": "automatic", "version": "1"},
            "payload": payload,
        }
        (receipt,) = self.litigation.evidence.submit([event | members])
        assert receipt.state == "accepted", receipt
        return str(event["id"])


def open_desk(home: Path) -> Desk:
    settings = read_settings(home, {})
    engine = open_engine(settings)
    evidence = open_evidence(settings, engine)
    clock = [datetime.now(UTC)]
    evidence._edges = replace(evidence._edges, now=lambda: clock[0])
    litigation = open_litigation(evidence, engine)
    cases_store, codes = SqlCaseStore(engine), QuickHash()
    drawn = iter(range(10**6))

    def randomness(count: int) -> bytes:
        return sha256_hex(f"{home} {next(drawn)}".encode()).encode()[:count].ljust(count, b"0")

    assert TOKEN_BYTES == 32
    served = ServedService(
        evidence,
        cases_store,
        PackageShelf(engine, cases_store),
        SqlServedStore(engine),
        codes,
        litigation.rules,
        randomness,
    )
    source = litigation.pin(SAMPLE, DEFAULT_AS_OF, draft=False)
    first, second = litigation.overdue(source, 60)[:2]
    return Desk(home, engine, litigation, served, codes, (first, second), clock)


@pytest.fixture(scope="session")
def served_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template: packages for the borrower and the guarantor of the first loan, and the borrower of the second."""
    folder = tmp_path_factory.mktemp("served")
    home = folder / "home"
    settings = read_settings(home, {})
    engine = open_engine(settings)
    evidence = open_evidence(settings, engine)
    _write_sample_institution(settings.institutions_dir)
    evidence.add_institution(SAMPLE)
    write_portfolio(folder / "sample.ndjson", 12, DEFAULT_SEED, DEFAULT_AS_OF, NODE_MODULES)
    import_file(evidence, folder / "sample.ndjson", None)
    evidence.publish(SAMPLE)
    litigation = open_litigation(evidence, engine)
    first, second = litigation.overdue(litigation.pin(SAMPLE, DEFAULT_AS_OF, draft=False), 60)[:2]
    _join_guarantor(evidence, first, folder)
    evidence.publish(SAMPLE)
    source = litigation.pin(SAMPLE, DEFAULT_AS_OF, draft=False)
    (folder / "packages").mkdir()
    for loan, recipient in ((first, BORROWER), (first, GUARANTOR), (second, BORROWER)):
        mine = replace(source, recipient=recipient)
        built = litigation.build(mine, loan)
        path = folder / "packages" / f"{loan}-{recipient.replace(':', '-')}.zip"
        path.write_bytes(built.content)
        sizes = (len(built.content), built.pages, built.draft)
        made = PackageFile(built.our_reference, SAMPLE, loan, path, built.sha256, built.pdf_sha256, *sizes)
        litigation.record(mine, [made], "overdue")
    engine.dispose()
    return home


@pytest.fixture(scope="session")
def desk(served_home: Path) -> Iterator[Desk]:
    opened = open_desk(served_home)
    yield opened
    opened.engine.dispose()


def _join_guarantor(evidence: Any, loan: str, folder: Path) -> None:
    first = evidence.store.events_of_loan(SAMPLE, loan)[0]
    value = json.loads(first.body or b"")
    event = {name: value[name] for name in ("institution", "loan", "actor", "source", "type_version")}
    event |= {"id": f"{loan}:X1", "type": "guarantee.signed", "payload": PERSON, "occurred_at": "2026-10-01T02:00:00Z"}
    content = cases.contract_pdf(2)
    said = {
        "name": "保证合同.pdf",
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": sha256_hex(content),
    }
    encoded = base64.b64encode(content).decode()
    event["attachments"] = [said | {"sm3": sm3_hex(content), "content": encoded}]
    event["subjects"] = [*value["subjects"], "guarantor:G1"]
    path = folder / "guarantor.ndjson"
    path.write_text(json.dumps(event, ensure_ascii=False) + "\n", "utf-8")
    answer, rejects = import_file(evidence, path, None)
    assert answer["accepted"] == 1, rejects
