"""One contract for every way to a court: its own intake and a simulated one over HTTP, and an export by profile."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from evidence_service.core.canonical import canonical_bytes
from litigation.core.court_entry import EntryKind, read_entry, require_next, text_digest
from litigation.core.filing import filing_id_of
from litigation.core.registered_court import RegisteredCourt, registered_court
from litigation.court_side.api.app import PREFIX, create_intake
from litigation.court_side.bootstrap import make_court
from litigation.court_side.core.court_file import CourtFile
from litigation.courts.export_court import ExportCourt
from litigation.courts.http_court import CourtRefusedError, HttpCourt
from litigation.delivery_ports import CourtGateway
from tests.litigation.courts.simulator import ADDRESS, KEY, NAME, SimulatedCourt

FILER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
PACKAGE = b"PK " + b"evidence" * 4000


def letter_for(court: str, package: bytes = PACKAGE, **changed: Any) -> tuple[str, bytes]:
    """A filing id and its letter."""
    value: dict[str, Any] = {
        "v": 1,
        "kind": "proofdocket.filing",
        "our_reference": "sample-cf:SCF202512000007",
        "institution": "sample-cf",
        "court": NAME,
        "court_address": court,
        "filer": FILER,
        "chain_id": 31337,
        "registry": REGISTRY,
        "package": {"name": "package.zip", "sha256": sha256(package).hexdigest(), "size": len(package)},
    }
    value["filing_id"] = filing_id_of(value["package"]["sha256"], court, FILER, 31337, REGISTRY)
    return value["filing_id"], canonical_bytes(value | changed)


class Desk(ABC):
    """The other side of a gateway."""

    gateway: CourtGateway
    at_once: bool = True
    """Whether the receipt comes with the letter."""

    @abstractmethod
    def enter(self, filing_id: str, kind: str, detail: dict[str, Any]) -> None:
        """The court enters something."""


class SimulatedDesk(Desk):
    def __init__(self, simulated: SimulatedCourt) -> None:
        self.simulated = simulated
        self.gateway = HttpCourt(simulated.court, KEY)

    def enter(self, filing_id: str, kind: str, detail: dict[str, Any]) -> None:
        self.simulated.enter(filing_id, kind, detail)


class IntakeDesk(Desk):
    def __init__(self, folder: Path) -> None:
        made = CourtFile(NAME, "闽0503", "court.example/own", "民初", "", 0, "", 1 << 20)
        self.court = make_court(folder, made)
        _filer, key = self.court.add_filer("样例消费金融有限公司", "sample-cf", "91999901DEM000014H")
        self.server = make_server("127.0.0.1", 0, create_intake(self.court, testing=True), threaded=True)
        said = self.court.describe()
        url = f"http://127.0.0.1:{self.server.server_port}"
        values = {"name": NAME, "address": said["address"], "vkey": said["vkey"], "url": url}
        assert PREFIX, "mounted under its own prefix elsewhere"
        self.gateway = HttpCourt(registered_court(values), key)

    def enter(self, filing_id: str, kind: str, detail: dict[str, Any]) -> None:
        self.court.record(filing_id, kind, detail, "clerk")


class ExportDesk(Desk):
    at_once = False

    def __init__(self, folder: Path, simulated: SimulatedCourt) -> None:
        self.folder, self.simulated = folder, simulated
        known = simulated.court
        court = RegisteredCourt(known.name, known.address, known.vkey, "export:general")
        self.gateway = ExportCourt(court, folder, lambda package, number: {f"{number:02d}.pdf": package[:4]})

    def enter(self, filing_id: str, kind: str, detail: dict[str, Any]) -> None:
        (self.folder / "in").mkdir(exist_ok=True)
        if filing_id not in self.simulated.notes:
            letter = (self.folder / "out" / filing_id / "filing.json").read_bytes()
            (self.folder / "in" / f"{filing_id}-1.note").write_text(self.simulated.receipt(filing_id, letter), "utf-8")
        note = self.simulated.enter(filing_id, kind, detail)
        (self.folder / "in" / f"{filing_id}-{len(self.simulated.notes[filing_id])}.note").write_text(note, "utf-8")


@pytest.fixture(params=["simulated", "intake", "export"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    simulated = SimulatedCourt(tmp_path)
    if request.param == "export":
        yield ExportDesk(tmp_path / "export", simulated)
        return
    if request.param == "simulated":
        with simulated.open():
            made = SimulatedDesk(simulated)
            with closing(made.gateway):
                yield made
        return
    own = IntakeDesk(tmp_path / "court")
    thread = Thread(target=own.server.serve_forever)
    thread.start()
    with closing(own.gateway):
        yield own
    own.server.shutdown()
    own.server.server_close()
    thread.join()


class TestEveryGateway:
    """What delivery relies on, whoever is behind the port."""

    def test_it_is_the_court_that_is_registered(self, desk: Desk) -> None:
        said, court = desk.gateway.describe(), desk.gateway.court
        assert (said["name"], said["address"], said["vkey"]) == (court.name, court.address, court.vkey)

    def test_a_filing_that_was_not_handed_in_has_no_standing_and_takes_no_move(self, desk: Desk) -> None:
        filing_id, _letter = letter_for(desk.gateway.court.address)
        assert desk.gateway.standing(filing_id) is None
        body = canonical_bytes({"kind": "withdrawal"})
        with pytest.raises(CourtRefusedError):
            desk.gateway.put_move(filing_id, sha256(body).hexdigest(), body)

    def test_a_letter_before_its_package_and_bytes_of_another_digest_are_refused(self, desk: Desk) -> None:
        filing_id, letter = letter_for(desk.gateway.court.address)
        with pytest.raises(CourtRefusedError, match="package-missing"):
            desk.gateway.put_filing(filing_id, letter)
        with pytest.raises(CourtRefusedError, match="digest-differs"):
            desk.gateway.put_package(sha256(PACKAGE).hexdigest(), PACKAGE[:-1])
        assert desk.gateway.standing(filing_id) is None

    def test_the_same_twice_is_once_and_another_letter_is_refused(self, desk: Desk) -> None:
        filing_id, letter = letter_for(desk.gateway.court.address)
        notes = set()
        for _ in range(2):
            desk.gateway.put_package(sha256(PACKAGE).hexdigest(), PACKAGE)
            notes.add(desk.gateway.put_filing(filing_id, letter))
        (note,) = notes
        standing = desk.gateway.standing(filing_id)
        assert standing is not None
        assert (note is not None) == desk.at_once
        if note is not None:
            assert standing.notes[0] == note
            entry, _text = read_entry(note, desk.gateway.court.key)
            assert entry.kind is EntryKind.RECEIVED
            assert entry.detail["letter_sha256"] == sha256(letter).hexdigest()
        _same, other = letter_for(desk.gateway.court.address, our_reference="sample-cf:OTHER")
        with pytest.raises(CourtRefusedError, match="filing-differs"):
            desk.gateway.put_filing(filing_id, other)

    def test_a_letter_for_another_court_is_refused(self, desk: Desk) -> None:
        filing_id, letter = letter_for("0x90F79bf6EB2c4f870365E785982E1f101E93b906")
        desk.gateway.put_package(sha256(PACKAGE).hexdigest(), PACKAGE)
        with pytest.raises(CourtRefusedError):
            desk.gateway.put_filing(filing_id, letter)
        assert desk.gateway.standing(filing_id) is None

    def test_what_the_court_enters_comes_signed_in_order_and_without_a_gap(self, desk: Desk) -> None:
        filing_id, letter = letter_for(desk.gateway.court.address)
        desk.gateway.put_package(sha256(PACKAGE).hexdigest(), PACKAGE)
        desk.gateway.put_filing(filing_id, letter)
        desk.enter(filing_id, "payment_noted", {"amount": "5.00", "on": "2026-11-20"})
        desk.enter(filing_id, "withdrawn", {})
        found = [note for one, _n, note in desk.gateway.entries(0).entries if one == filing_id]
        standing = desk.gateway.standing(filing_id)
        assert standing is not None
        assert list(standing.notes) == found
        previous = "0" * 64
        for n, note in enumerate(found, 1):
            entry, text = read_entry(note, desk.gateway.court.key)
            require_next(entry, filing_id, n, previous)
            previous = text_digest(text)
        assert json.loads(found[-1].split("\n")[1])["kind"] == "withdrawn"

    def test_a_move_is_taken_once(self, desk: Desk) -> None:
        filing_id, letter = letter_for(desk.gateway.court.address)
        desk.gateway.put_package(sha256(PACKAGE).hexdigest(), PACKAGE)
        desk.gateway.put_filing(filing_id, letter)
        for members in (
            {"kind": "withdrawal", "reason": "已清偿"},
            {"kind": "payment", "amount": "5000.00", "on": "2026-11-20"},
            {"kind": "amendment", "what": "诉讼请求第一项"},
            {"kind": "fee_paid", "amount": "910.00", "on": "2026-11-20"},
            {"kind": "fee_refund", "amount": "455.00", "reason": "撤诉"},
        ):
            body = canonical_bytes({"filing_id": filing_id, "made_at": "2026-11-22T01:02:03Z", **members})
            for _ in range(2):
                desk.gateway.put_move(filing_id, sha256(body).hexdigest(), body)


def test_an_export_is_one_folder_per_filing_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    simulated = SimulatedCourt(tmp_path)
    desk = ExportDesk(tmp_path / "export", simulated)
    filing_id, letter = letter_for(ADDRESS)
    desk.gateway.put_package(sha256(PACKAGE).hexdigest(), PACKAGE)
    desk.gateway.put_filing(filing_id, letter)
    (folder,) = (tmp_path / "export" / "out").iterdir()
    assert {one.name for one in folder.iterdir()} == {"01.pdf", "package.zip", "filing.json"}
    desk.enter(filing_id, "withdrawn", {})
    (tmp_path / "export" / "in" / "scan.pdf").write_bytes(b"%PDF\xff")
    told = [one for one, _n, _note in desk.gateway.entries(0).entries]
    assert told == [filing_id, filing_id, "in/scan.pdf"]
