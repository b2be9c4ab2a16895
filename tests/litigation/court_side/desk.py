"""A court without a chain and filings that it received, made in a second: packages of the verifier's test world."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from evidence_service.clock import now
from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.trust import TrustFile
from litigation.core.filing import filing_id_of
from litigation.court_side.bootstrap import make_court
from litigation.court_side.core.court_file import CourtFile
from litigation.court_side.core.filer import Filer
from litigation.court_side.core.submission import Submission, SubmissionState
from litigation.court_side.service import CourtService
from litigation.court_side.workflow.receive import Receipt
from tests.evidence_service.verify.world import CREDIT_CODE, World, make_world

ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
COURT = CourtFile("泉州市丰泽区人民法院", "闽0503", "court.example/fengze", "民初", "", 0, "", 4 * 1024 * 1024)
PAPERS = ("民事起诉状", "证据清单", "证据 1　借款合同（<b>合同</b>.pdf）")
HOSTILE = '<img src=x onerror="window.hit=1">'


@cache
def papers_pdf() -> bytes:
    """Three pages with a bookmark each."""
    drawn = BytesIO()
    canvas = Canvas(drawn, invariant=1)
    for title in PAPERS:
        canvas.drawString(72, 720, f"page of {len(title)} characters")
        canvas.showPage()
    canvas.save()
    with pikepdf.open(drawn) as pdf:
        with pdf.open_outline() as outline:
            for page, title in enumerate(PAPERS):
                outline.root.append(pikepdf.OutlineItem(title, page))
        saved = BytesIO()
        pdf.save(saved, deterministic_id=True)
    return saved.getvalue()


@cache
def world(seed: str) -> World:
    return make_world(seed, events=1, others=1)


@cache
def package(seed: str, reference: str) -> bytes:
    """A package whose claims are a thousand yuan against a defendant with a hostile name."""
    found = world(seed)
    facts = [
        {"key": "defendant.name", "value": HOSTILE, "state": "derived", "event": "", "field": "", "exhibit": 0},
        {"key": "claim.total", "value": "81878.93", "state": "derived", "event": "", "field": "", "exhibit": 0},
    ]
    contents = replace(
        found.contents,
        metadata=replace(found.metadata, our_reference=reference),
        pdf=papers_pdf(),
        facts=json.dumps(facts).encode(),
    )
    return found.package_zip(contents)


class CourtDesk:
    """A court's home, its service, and one filer."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.court = make_court(home, COURT)
        self.filer, self.key = self.court.add_filer("样例消费金融有限公司", "sample-cf", CREDIT_CODE)

    def trusting(self, seed: str) -> CourtService:
        """The same court, with a trust file that pins the log of a world."""

        def pinned() -> TrustFile:
            return world(seed).trust(expires_at=now() + timedelta(days=30), required=(1, 2, 3, 4, 5, 6, 9))

        return CourtService(replace(self.court.doors, trust=pinned), bytes)

    def letter(self, raw: bytes, reference: str, cures: str = "") -> dict[str, object]:
        """The letter to a package."""
        digest, address = sha256(raw).hexdigest(), self.court.doors.address
        value: dict[str, object] = {
            "v": 1,
            "kind": "proofdocket.filing",
            "our_reference": reference,
            "institution": "sample-cf",
            "court": COURT.name,
            "court_address": address,
            "filer": ACCOUNT,
            "chain_id": 31337,
            "registry": REGISTRY,
            "package": {"name": "package.zip", "sha256": digest, "size": len(raw)},
            "filing_id": filing_id_of(digest, address, ACCOUNT, 31337, REGISTRY),
        }
        return {**value, "cures": cures} if cures else value

    def receive(self, seed: str, reference: str, filer: Filer | None = None) -> str:
        """A filing, received and not examined; its id."""
        raw = package(seed, reference)
        self.bring(raw, filer)
        letter = self.letter(raw, reference)
        self.hand_in(letter, filer)
        return str(letter["filing_id"])

    def bring(self, raw: bytes, filer: Filer | None = None) -> None:
        self.court.take_package(sha256(raw).hexdigest(), [raw], len(raw), filer or self.filer)

    def hand_in(self, letter: dict[str, object], filer: Filer | None = None) -> Receipt:
        return self.court.take_filing(str(letter["filing_id"]), canonical_bytes(letter), filer or self.filer)

    def many(self, number: int, received: datetime) -> None:
        """So many filings on the board, each an hour older than the one before; every tenth is urgent."""
        base = self.court.queue(SubmissionState)[0]
        with self.court.doors.store.unit():
            for place in range(number):
                at = received - timedelta(hours=place)
                self.court.doors.store.add_submission(_copy(base, place, at))


def _copy(base: Submission, place: int, at: datetime) -> Submission:
    return replace(
        base,
        filing_id="0x" + sha256(f"copy {place}".encode()).hexdigest(),
        our_reference=f"sample-cf:SCF2026{place:08d}",
        loan=f"loan-{place}",
        package_sha256=sha256(f"package {place}".encode()).hexdigest(),
        state=SubmissionState.EXAMINED,
        urgent=place % 10 == 3,
        assigned_to="书记员乙" if place % 3 == 0 else "",
        result=("incomplete", "failed", "passed")[place % 3],
        flags="check-2,duplicate-suit" if place % 3 == 1 else "",
        received_at=at,
        moved_at=at,
        due_on=(at + timedelta(days=7)).date().isoformat(),
        due_what="answer",
    )
