"""One lender with a seal, an overdue loan with a guarantor, and every kind of hostile original; built once."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_service.core import container
from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.import_command import import_file
from litigation.adapters.seal_keys import SealKey, make_sample_key
from litigation.sample.identity import id_number
from litigation.service import PackageFile
from litigation.workflow.build_package import BuiltPackage
from litigation.workflow.case_source import CaseSource
from tests.litigation.corrections.conftest import Lender, open_lender, sample_home  # noqa: F401 - a fixture
from tests.litigation.documents import cases, foreign
from web.init_command import SAMPLE

HOSTILE: dict[str, tuple[str, bytes]] = {
    "damaged.pdf": ("application/pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog"),
    "encrypted.pdf": ("application/pdf", cases.encrypted_pdf()),
    "bomb.pdf": ("application/pdf", foreign.bomb(40_000_000)),
    "broken.jpg": ("image/jpeg", cases.photo_jpeg()[:300]),
    "call.mp3": ("audio/mpeg", b"ID3" + bytes(range(256)) * 20),
    "program.exe": ("application/x-msdownload", b"MZ" + bytes(200)),
}
GUARANTOR = {
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


@dataclass
class House:
    """The lender, its overdue loan, its seal, and the packages that were built of it."""

    lender: Lender
    loan: str
    key: SealKey

    def source(self, recipient: str = "court") -> CaseSource:
        return replace(self.lender.source(), recipient=recipient)

    def build(self, recipient: str = "court") -> BuiltPackage:
        return self.lender.litigation.build(self.source(recipient), self.loan)

    def told(self, kind: str, number: int, payload: dict[str, Any], *files: tuple[str, str, bytes]) -> None:
        """Import one more event of the loan, with originals (name, media type, content), and publish."""
        first = self.lender.litigation.evidence.store.events_of_loan(SAMPLE, self.loan)[0]
        value = json.loads(first.body or b"")
        event = {name: value[name] for name in ("institution", "loan", "actor", "source", "type_version")}
        event |= {"id": f"{self.loan}:X{number}", "type": kind, "payload": payload, "attachments": []}
        event |= {"occurred_at": f"2026-10-{number:02d}T02:00:00Z", "subjects": value["subjects"]}
        if kind == "guarantee.signed":
            event["subjects"] = [*value["subjects"], "guarantor:G1"]
        for name, media, content in files:
            said = {"name": name, "media_type": media, "size": len(content), "sha256": sha256_hex(content)}
            encoded = base64.b64encode(content).decode()
            event["attachments"].append(said | {"sm3": sm3_hex(content), "content": encoded})
        if not files:
            del event["attachments"]
        path = self.lender.home / f"event-{number}.ndjson"
        path.write_text(json.dumps(event, ensure_ascii=False) + "\n", "utf-8")
        answer, rejects = import_file(self.lender.litigation.evidence, path, None)
        assert answer["accepted"] == 1, rejects
        self.lender.publish()

    def record(self, built: BuiltPackage, path: Path) -> PackageFile:
        """Write and record a package."""
        path.write_bytes(built.content)
        sizes = (len(built.content), built.pages, built.draft)
        made = PackageFile(built.our_reference, SAMPLE, self.loan, path, built.sha256, built.pdf_sha256, *sizes)
        self.lender.litigation.record(self.source(), [made], "overdue")
        return made


@pytest.fixture(scope="session")
def house(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:  # noqa: F811
    home = tmp_path_factory.mktemp("house") / "home"

    shutil.copytree(sample_home, home)
    key = make_sample_key(home / "keys", "样例消费金融有限公司", datetime.now(UTC), None, use_rsa=False)
    lender = open_lender(home)
    made = House(lender, lender.overdue[0], key)
    made.told("guarantee.signed", 1, GUARANTOR, ("保证合同.pdf", "application/pdf", cases.contract_pdf(2)))
    files = [(name, media, content) for name, (media, content) in HOSTILE.items()]
    made.told("contact.made", 2, {"channel": "phone", "result": "refused"}, *files)
    yield made
    lender.engine.dispose()


@pytest.fixture(scope="session")
def unsealed(house: House) -> BuiltPackage:
    return house.build()


@pytest.fixture(scope="session")
def sealed(house: House, unsealed: BuiltPackage) -> BuiltPackage:
    return house.lender.litigation.seal(unsealed)


@pytest.fixture(scope="session")
def members(sealed: BuiltPackage) -> dict[str, bytes]:
    return container.read(sealed.content)
