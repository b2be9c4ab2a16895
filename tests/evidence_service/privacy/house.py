"""A lender's instance in a folder, with people whose data is old enough to be erased, and a search of its raw files."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.importing.records import Accepted
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from evidence_service.workflow.import_events import Reject
from evidence_service.workflow.privacy import PrivacyDoors
from tests.evidence_service.examples import INSTITUTION, attachment, event_value, line

NAME, ID_NO, PHONE = "侯英𬱖柒", "35050219870314391X", "13905950001"
CONTRACT = f"借款合同 {NAME} {ID_NO} the contract of this very person, as an original".encode() * 40
SHARED = f"身份证 guarantee and identity of both {NAME}".encode() * 40
BORROWER, GUARANTOR, LOAN = "borrower:B0001", "guarantor:G0001", "LN-2010-000001"


@dataclass
class House:
    """One instance. `doors` are made anew each time, as a new command would."""

    home: Path
    evidence: EvidenceService

    @property
    def doors(self) -> PrivacyDoors:
        return self.evidence.privacy(INSTITUTION)

    def take(self, *values: dict[str, Any]) -> list[Reject]:
        """Import events; returns what was set aside."""
        rejects: list[Reject] = []
        records = [Accepted(number, None, line(value)) for number, value in enumerate(values, start=1)]
        self.evidence.import_records(records, find_file=lambda _: None, reject=rejects.append, progress=lambda _: None)
        return rejects

    def types(self, loan: str = LOAN) -> list[str]:
        return [mark.type for mark in self.doors.erasures.marks_of_loan(INSTITUTION, loan)]


def open_house(home: Path) -> House:
    """The instance as a process sees it that has just started."""
    settings = read_settings(home, {})
    evidence = open_evidence(settings, open_engine(settings))
    evidence.add_institution(INSTITUTION)
    return House(home, evidence)


def happened(event_id: str, kind: str, day: str, **changes: Any) -> dict[str, Any]:
    """An event of the borrower's loan on a day."""
    given: dict[str, Any] = {
        "id": event_id,
        "loan": LOAN,
        "occurred_at": f"{day}T02:03:04Z",
        "actor": {"role": "officer", "org": "lender"},
        "environment": None,
        "subjects": [BORROWER],
    }
    return event_value(kind, **(given | changes))


def with_content(*contents: bytes) -> list[dict[str, Any]]:
    """Attachments that bring their bytes along."""
    return [
        {**attachment(content, f"original-{number}.pdf"), "content": base64.b64encode(content).decode()}
        for number, content in enumerate(contents)
    ]


def old_loan(loan: str = LOAN, subject: str = BORROWER, prefix: str = "A") -> list[dict[str, Any]]:
    """A loan of long ago, closed in 2012: its ten years are over."""
    person = {"name": NAME, "id_no": ID_NO, "phone": PHONE}
    mine: dict[str, Any] = {"loan": loan, "subjects": [subject]}
    return [
        happened(f"{prefix}-1", "application.submitted", "2010-03-01", payload=person, **mine),
        happened(f"{prefix}-2", "contract.signed", "2010-03-02", attachments=with_content(CONTRACT), **mine),
        happened(f"{prefix}-3", "loan.disbursed", "2010-03-03", **mine),
        happened(f"{prefix}-4", "loan.closed", "2012-03-03", payload={"reason": "repaid"}, **mine),
    ]


def files_of(home: Path) -> Iterator[Path]:
    """Every file of a home folder."""
    return (path for path in sorted(home.rglob("*")) if path.is_file())


def found_in(home: Path, *needles: bytes) -> dict[str, list[int]]:
    """Files of a home folder whose raw bytes hold one of these, with the numbers of the needles."""
    found = {}
    for path in files_of(home):
        raw = path.read_bytes()
        there = [number for number, needle in enumerate(needles) if needle in raw]
        if there:
            found[str(path.relative_to(home))] = there
    return found
