"""Every refusal and bad answer of a court, over real HTTP: nothing counts as received, nothing is sent blindly."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence_service.errors import ProofDocketError
from litigation.core.filing import Filing, FilingState
from litigation.courts.http_court import CourtKeyRefusedError, CourtRefusedError, CourtUnreachableError, HttpCourt
from litigation.delivery_ports import CourtNote
from litigation.workflow.deliver import DeliveryDoors, Handed, deliver, follow, hand_over, take_receipts
from tests.litigation.courts.simulator import ADDRESS, KEY, NAME, START, Bad, SimulatedCourt, problem
from tests.litigation.courts.test_gateways import PACKAGE, REGISTRY, letter_for

FILING_ID, LETTER = letter_for(ADDRESS)
DIGEST = sha256(PACKAGE).hexdigest()
AWAY, REFUSED, KEY_ENDED = CourtUnreachableError, CourtRefusedError, CourtKeyRefusedError


def filing() -> Filing:
    return Filing(
        id=1,
        our_reference="sample-cf:SCF202512000007",
        institution="sample-cf",
        court=NAME,
        court_address=ADDRESS,
        package_sha256=DIGEST,
        filing_id=FILING_ID,
        chain_id=31337,
        registry=REGISTRY,
        nonce=0,
        tx="0x0",
        raw_tx=b"",
        state=FilingState.SUBMITTED,
        block=1,
        block_hash="0x1",
        lodged_at=START,
        outbox="",
        created_at=START,
    )


@dataclass
class Kept:
    """Notes, filings and log of a lender, in memory."""

    kept: list[CourtNote] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def add_note(self, note: CourtNote) -> bool:
        self.kept.append(note)
        return True

    def add_notes(self, notes: Sequence[CourtNote]) -> None:
        self.kept += notes

    def notes(self, filing_id: str) -> list[CourtNote]:
        return [one for one in self.kept if one.filing_id == filing_id]

    def place(self, court_address: str) -> int:
        return self.places.get(court_address, 0)

    def set_place(self, court_address: str, place: int) -> None:
        self.places[court_address] = place

    def filings(self) -> list[Filing]:
        return [filing()]

    def write(self, event: Mapping[str, Any]) -> None:
        self.logged.append(event["type"])

    def write_all(self, events: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        self.logged += [event["type"] for event in events]
        return {}

    def doors(self) -> DeliveryDoors:
        mine: Any = self
        return DeliveryDoors(mine, mine, mine, lambda reference: reference.partition(":")[2], START)


@pytest.fixture
def court(tmp_path: Path) -> Iterator[SimulatedCourt]:
    with SimulatedCourt(tmp_path).open() as simulated:
        yield simulated


@pytest.fixture
def gateway(court: SimulatedCourt) -> Iterator[HttpCourt]:
    with closing(HttpCourt(court.court, KEY, timeout=0.4)) as made:
        yield made


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (problem(400, "filing-letter"), REFUSED),
        (problem(401, "unauthorised"), KEY_ENDED),
        (problem(403, "forbidden"), KEY_ENDED),
        (problem(408, "too-slow"), AWAY),
        (problem(409, "filing-differs"), REFUSED),
        (problem(409, "duplicate-suit"), REFUSED),
        (problem(413, "too-large"), REFUSED),
        (problem(422, "unreadable"), REFUSED),
        (problem(429, "quota", Retry_After="7"), AWAY),
        (problem(500, "internal"), AWAY),
        (problem(502, "gateway"), AWAY),
        (problem(503, "store"), AWAY),
        (problem(504, "gateway"), AWAY),
        (Bad(302, b"{}", headers=(("Location", "http://127.0.0.1:9/"),)), REFUSED),
        (Bad(200, b"<html>not a court</html>"), AWAY),
        (Bad(200, b"[1, 2]"), AWAY),
        (Bad(200, b"[" * 100_000), AWAY),
        (Bad(500, b"\xff\xfe"), AWAY),
        (Bad(201, b'{"receipt": ', short=True), AWAY),
        (Bad(cut=True), AWAY),
    ],
    ids=lambda value: f"{value.status}-{value.body[:40]!r}" if isinstance(value, Bad) else value.__name__,
)
def test_every_refusal_is_told_and_the_next_run_goes_on(
    court: SimulatedCourt, gateway: HttpCourt, bad: Bad, error: type[ProofDocketError]
) -> None:
    for place in range(3):  # when it asks, with the package, with the letter
        mine = Kept()
        court.asked.clear()
        # A cut connection that was kept is tried once more by itself.
        court.script = [problem(404, "not-found")][:place] + [Bad(200, b"{}")] * (place - 1) + [bad, bad]
        with pytest.raises(error) as caught:
            deliver(filing(), PACKAGE, LETTER, gateway, mine.doors())
        assert type(caught.value) is error
        assert not mine.kept
        assert not mine.logged
        court.script = []
    note = deliver(filing(), PACKAGE, LETTER, gateway, mine.doors())
    assert note is not None
    assert (note.kind, mine.logged) == ("received", ["filing.received"])


def test_a_court_that_is_busy_says_when_it_may_be_asked_again(court: SimulatedCourt, gateway: HttpCourt) -> None:
    for said, seconds in (("7", 7.0), ("100000", 60.0), ("soon", 1.0), ("", 1.0)):
        court.script = [problem(429, "quota", Retry_After=said)]
        with pytest.raises(CourtUnreachableError) as caught:
            gateway.standing(FILING_ID)
        assert caught.value.retry_after == seconds
    court.script = [problem(500, "internal", Retry_After="7")]
    with pytest.raises(CourtUnreachableError) as caught:
        gateway.standing(FILING_ID)
    assert caught.value.retry_after is None


@pytest.mark.parametrize("bad", [Bad(acts=True, cut=True), Bad(500, b"{}", acts=True), Bad(201, b"{", acts=True)])
def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_sent_again(
    court: SimulatedCourt, gateway: HttpCourt, bad: Bad
) -> None:
    mine = Kept()
    court.packages[DIGEST] = len(PACKAGE)
    court.script = [bad, bad]
    with pytest.raises(CourtUnreachableError):
        gateway.put_filing(FILING_ID, LETTER)
    court.script, court.asked = [], []
    note = deliver(filing(), PACKAGE, LETTER, gateway, mine.doors())
    assert note is not None
    assert [method for method, _path, _size in court.asked] == ["GET"]
    assert len(court.notes[FILING_ID]) == 1


def test_silence_ends_in_time_and_a_closed_port_at_once(court: SimulatedCourt, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        court.port, before = port, court.port
        with closing(HttpCourt(court.court, KEY, timeout=0.2)) as silent, pytest.raises(CourtUnreachableError):
            silent.standing(FILING_ID)
    with closing(HttpCourt(court.court, KEY, timeout=0.2)) as shut, pytest.raises(CourtUnreachableError):
        shut.standing(FILING_ID)
    court.port = before


def test_a_receipt_counts_only_under_the_court_s_key_and_for_our_bytes(court: SimulatedCourt) -> None:
    mine = Kept()
    good = court.receipt(FILING_ID, LETTER)
    wrong: list[tuple[str, str]] = []
    for changed in ({"package_sha256": "0" * 64}, {"letter_sha256": "1" * 64}):
        court.notes.clear()
        wrong.append((court.receipt(FILING_ID, LETTER, **changed), "other bytes"))
    court.notes.clear()
    wrong.append((court.enter(FILING_ID, "withdrawn", {}), "other bytes"))
    court.notes.clear()
    court.signer, court.other = court.other, court.signer
    wrong.append((court.receipt(FILING_ID, LETTER), "not signed by the court's key"))
    court.signer, court.other = court.other, court.signer
    court.notes.clear()
    another = "0x" + "7" * 64
    wrong.append((court.receipt(another, LETTER), "is of filing"))
    wrong.append(("", "cannot be read"))
    wrong.append((good.replace("received", "returned"), "not signed"))
    for note, reason in wrong:
        handed = Handed(filing(), note, sha256(LETTER).hexdigest())
        refused = take_receipts([handed], court.court, mine.doors())
        assert reason in str(refused[FILING_ID]), note
        assert not mine.kept
        assert not mine.logged
    assert not take_receipts([Handed(filing(), good, sha256(LETTER).hexdigest())], court.court, mine.doors())
    assert mine.logged == ["filing.received"]


def test_a_standing_without_a_receipt_is_waited_for_and_never_sent_again(
    court: SimulatedCourt, gateway: HttpCourt
) -> None:
    court.notes[FILING_ID] = []
    assert hand_over(filing(), PACKAGE, LETTER, gateway) is None
    assert not court.puts()


def test_each_answer_of_the_court_is_taken_once_and_a_forged_or_missing_one_is_told(
    court: SimulatedCourt, gateway: HttpCourt
) -> None:
    mine = Kept()
    deliver(filing(), PACKAGE, LETTER, gateway, mine.doors())
    court.enter(FILING_ID, "returned", {"defects": ["缺少送达地址确认书"], "cure_by": "2026-12-20"})
    court.enter(FILING_ID, "cured", {"filing": "0x" + "9" * 64})
    found = follow(gateway, mine.doors())
    assert [entry.kind.value for entry in found.entries] == ["returned", "cured"]
    assert not found.differences
    assert not follow(gateway, mine.doors()).entries
    court.enter(FILING_ID, "accepted", {"case_number": "（2026）闽0503民初1号"}, signer=court.other)
    forged = follow(gateway, mine.doors())
    assert [one.code for one in forged.differences] == ["court-entry"]
    assert [note.kind for note in mine.notes(FILING_ID)] == ["received", "returned", "cured"]
    assert mine.logged == ["filing.received", "court.recorded"], "a decision waits for the registry"


def test_one_connection_carries_many_requests_and_a_closed_one_is_made_anew(
    court: SimulatedCourt, gateway: HttpCourt
) -> None:
    assert gateway.standing(FILING_ID) is None
    kept = gateway._connection
    assert kept is not None
    for _ in range(3):
        assert gateway.standing(FILING_ID) is None
        assert gateway._connection is kept
    court.script = [Bad(cut=True)]
    assert gateway.standing(FILING_ID) is None, "the court had closed it; asked once more on another"
