"""A lender and a court, two processes with a home each, over real HTTP: file, examine, decide, follow, to the end."""

from __future__ import annotations

import json
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.chain import PreparedTx
from evidence_service.errors import ChainError, ConflictError, NotFoundError
from litigation.bootstrap import open_delivery
from litigation.core.case_number import parse_case_number
from litigation.core.court_entry import CourtEntryError, EntryKind, detail_bytes
from litigation.core.filing import Court, Filing, FilingState, filing_id_of
from litigation.core.registered_court import CourtBookError, registered_court
from litigation.court_side.adapters.registry_answer import RegistryAnswer
from litigation.court_side.api.app import PREFIX
from litigation.court_side.core.submission import MoveRefusedError, SubmissionState
from litigation.court_side.service import CourtService
from litigation.courts.http_court import CourtRefusedError, CourtUnreachableError, HttpCourt
from litigation.delivery_ports import CourtEntries
from litigation.delivery_service import DeliveryService
from litigation.filing_carrier import FolderFiled
from litigation.filing_commands import file_and_deliver
from litigation.filing_run import file_folder
from tests.litigation.court_side.conftest import NAME, CourtHouse
from tests.litigation.filing.conftest import Instance

pytestmark = pytest.mark.chain


def file(delivery: DeliveryService, package: bytes, court_house: CourtHouse | None = None) -> Filing:
    """File a package with the court and bring it there; with the court's house, until it is examined."""
    where = delivery.book.find(NAME)
    filing, note = file_and_deliver(delivery, package, Court(where.name, where.address))
    assert note is not None
    assert note.kind == "received"
    if court_house is not None:
        court_house.examined(filing.filing_id)
    return filing


def kinds(delivery: DeliveryService, filing: Filing) -> list[str]:
    return [entry.kind.value for entry in delivery.entries(filing)]


def test_a_filing_goes_all_the_way_from_the_button_to_the_end_of_enforcement(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    filing = file(delivery, package, court_house)
    court = court_house.service()
    waiting = court.submission(filing.filing_id)
    assert waiting in court.queue()
    assert (waiting.state, waiting.result) == (SubmissionState.EXAMINED, "incomplete")
    assert court.package(waiting) == package
    examined = json.loads(court.entries(filing.filing_id)[1].note.split("\n")[1])["detail"]
    states = {check["n"]: check["state"] for check in examined["checks"]}
    assert {states[n] for n in (1, 2, 3, 4, 5, 6, 8, 9)} == {"passed"}, "check 8 by the court's own node"
    assert not [finding for finding in examined["findings"] if finding["blocking"]]

    accepted = court.record(filing.filing_id, "accepted", {"cause": "金融借款合同纠纷"}, "clerk-1")
    assert court_house.lodged(filing.filing_id, instance).block is not None
    number = court.submission(filing.filing_id).case_number
    assert number.startswith(f"（{accepted.at.astimezone().year}）闽0503民初")
    for kind, detail in (
        ("fee_notice", {"amount": "910.00", "due_on": "2026-12-10"}),
        ("fee_paid", {"amount": "910.00", "on": "2026-12-01"}),
        ("served", {"document": "起诉状副本", "channel": "electronic", "served_on": "2026-12-03"}),
        ("hearing", {"at": "2027-01-10T01:30:00Z", "place": "第三法庭"}),
        ("judgment", {"kind": "judgment", "amount": "80818.54", "effective_on": "2027-02-01"}),
        ("enforcement", {"step": "accepted"}),
        ("enforcement", {"step": "paid", "recovered": "80818.54"}),
        ("closed", {"reason": "全部履行"}),
    ):
        court.record(number, kind, detail, "clerk-1")

    followed = delivery.follow()
    assert not followed.differences
    synced = delivery.filings.sync(followed.details)
    assert not [one for one in synced.differences if one.code != "filing-unfinished"]
    (answer,) = [one for one in synced.new if one.filing_id == filing.filing_id]
    assert answer.case_number == number, "the reasons came over HTTP, their digest from the registry"
    assert kinds(delivery, filing)[:3] == ["received", "examined", "accepted"]
    stored = delivery.filings.evidence.store.events_of_loan("sample-cf", filing.our_reference.split(":", 1)[1])
    logged = [event.type for event in stored]
    for wanted in ("filing.submitted", "filing.received", "filing.accepted", "fee.paid", "service.made"):
        assert logged.count(wanted) == 1
    for wanted in ("hearing.scheduled", "judgment.entered", "enforcement.applied", "enforcement.closed", "case.closed"):
        assert logged.count(wanted) == 1
    before = len(stored)
    assert not delivery.follow().entries
    assert len(delivery.filings.evidence.store.events_of_loan("sample-cf", stored[0].loan)) == before


def test_a_court_that_is_down_gets_its_filing_later_and_once(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    court_house.close()
    with pytest.raises(CourtUnreachableError, match="nothing is lost"):
        file(delivery, package)
    (lodged,) = delivery.undelivered()
    assert lodged.state is FilingState.SUBMITTED
    court_house.open()
    file(delivery, package, court_house)
    assert not delivery.undelivered()
    digests = [one.package_sha256 for one in court_house.service().queue(SubmissionState)]
    assert digests.count(lodged.package_sha256) == 1
    assert [one.package_sha256 for one in delivery.filings.store.filings()].count(lodged.package_sha256) == 1


def test_a_receipt_that_was_lost_is_asked_for_and_nothing_is_sent_again(
    package: bytes,
    instance: Instance,
    court_house: CourtHouse,
    delivery: DeliveryService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = HttpCourt.put_filing

    def cut(self: HttpCourt, filing_id: str, letter: bytes) -> str:
        reached(self, filing_id, letter)
        raise CourtUnreachableError("the line was cut after the court had everything")

    monkeypatch.setattr(HttpCourt, "put_filing", cut)
    with pytest.raises(CourtUnreachableError):
        file(delivery, package)
    monkeypatch.setattr(HttpCourt, "put_package", None)  # sending again would fail the test
    filing = file(delivery, package, court_house)
    assert kinds(delivery, filing)[0] == "received"
    assert len(court_house.service().entries(filing.filing_id)) == 2


def test_an_upload_that_was_cut_leaves_nothing_and_is_made_good(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    with closing(HttpCourt(delivery.book.find(NAME), court_house.key)) as gateway:
        with pytest.raises(CourtRefusedError, match="digest-differs"):
            gateway.put_package(sha256(package).hexdigest(), package[:-1])
        assert court_house.service().doors.shelf.size(sha256(package).hexdigest()) is None
        gateway.put_package(sha256(package).hexdigest(), package)
        gateway.put_package(sha256(package).hexdigest(), package)
    assert not [path for path in (court_house.home / "court").rglob("*") if path.name.startswith(".")]


def test_a_return_is_cured_by_another_filing_and_both_keep_their_history(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    first = file(delivery, package, court_house)
    court = court_house.service()
    court.record(first.filing_id, "returned", {"defects": ["缺少送达地址确认书"], "cure_by": "2026-12-20"}, "clerk-1")
    court.answer()
    followed = delivery.follow()
    synced = delivery.filings.sync(followed.details)
    assert [entry.kind.value for entry in synced.new if entry.filing_id == first.filing_id] == ["returned"]
    running = sorted(clock.what for clock in delivery.clocks() if clock.filing_id == first.filing_id)
    assert running == ["cure", "limitation"]  # it ended undecided, so its claim goes on running out
    instance.publish_and_anchor()
    again = instance.rebuild(first.our_reference.split(":", 1)[1], instance.home / "again")
    where = delivery.book.find(NAME)
    second, note = file_and_deliver(delivery, again.read_bytes(), Court(where.name, where.address))
    assert note is not None
    court_house.examined(second.filing_id)
    assert court.submission(first.filing_id).state is SubmissionState.CURED
    assert court.submission(second.filing_id).cures == first.filing_id
    delivery.follow()
    assert kinds(delivery, first) == ["received", "examined", "returned", "cured"]
    assert not [clock for clock in delivery.clocks() if clock.what == "cure"]


def test_a_second_suit_on_one_loan_is_flagged_and_anothers_filing_is_not_there(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    filing = file(delivery, package, court_house)
    court = court_house.service()
    letter = json.loads((Path(filing.outbox) / "filing.json").read_bytes())
    letter["filer"] = instance.court.address  # lodged once more, from another account
    wanted = [letter[name] for name in ("court_address", "filer", "chain_id", "registry")]
    letter["filing_id"] = filing_id_of(filing.package_sha256, *wanted)
    court.take_filing(letter["filing_id"], canonical_bytes(letter), court_house.filer)
    court.examine(letter["filing_id"])
    entry = json.loads(court.entries(letter["filing_id"])[1].note.split("\n")[1])
    (finding,) = [one for one in entry["detail"]["findings"] if one["blocking"]]
    assert finding["code"] == "duplicate-suit"
    assert filing.filing_id[:18] in finding["en"]
    court.add_filer("另一家公司", "other-cf", "91350000TEST000018")
    stranger = next(one for one in court.filers() if one.institution == "other-cf")
    with pytest.raises(NotFoundError, match="no filing here"):
        court.of_filer(filing.filing_id, stranger)
    with pytest.raises(ConflictError, match="has a key already"):
        court.add_filer("again", "sample-cf", "91999901DEM000014H")


def test_steps_that_do_not_follow_are_refused_and_numbers_have_no_gaps(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    first, second = file(delivery, package), file(delivery, instance.packages.pop().read_bytes(), court_house)
    court = court_house.service()
    with pytest.raises(MoveRefusedError, match="judgment may follow only on"):
        court.record(first.filing_id, "judgment", {"kind": "judgment", "case_number": "（2026）闽0503民初9号"}, "")
    court.record(second.filing_id, "accepted", {}, "clerk-1")
    with pytest.raises(MoveRefusedError):
        court.record(second.filing_id, "returned", {"defects": ["x"], "cure_by": "2026-12-20"}, "clerk-2")
    court.record(first.filing_id, "accepted", {}, "clerk-1")
    numbers = [parse_case_number(court.submission(one.filing_id).case_number).number for one in (second, first)]
    assert numbers[1] == numbers[0] + 1


def test_what_is_told_to_the_court_arrives_once_and_is_an_event(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    filing = file(delivery, package, court_house)
    court_house.close()
    with pytest.raises(CourtUnreachableError):
        delivery.tell(filing.our_reference, "payment", {"amount": "5000.00", "on": "2026-11-20"})
    court_house.open()
    delivery.tell(filing.filing_id, "payment", {"amount": "5000.00", "on": "2026-11-20"})
    delivery.follow()
    (move,) = court_house.service().moves(filing.filing_id)
    assert json.loads(move.body)["amount"] == "5000.00"
    loan = filing.our_reference.split(":", 1)[1]
    logged = [event.type for event in delivery.filings.evidence.store.events_of_loan("sample-cf", loan)]
    assert logged.count("filing.moved") == 1


def test_a_court_that_rewrites_what_it_entered_is_noticed(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    filing = file(delivery, package, court_house)
    known = delivery.book.find(NAME)
    signer = court_house.service().doors.signer
    note = delivery._notes.notes(filing.filing_id)[0].note
    forged = signer.sign_note(note.split("\n\n")[0].replace('"size":', '"size":1') + "\n")
    from litigation.workflow.deliver import Followed, _take  # noqa: PLC0415

    with pytest.raises(CourtEntryError, match="another one than the court gave before"):
        _take(filing, forged, known, delivery.doors(), Followed())
    other = registered_court({"name": NAME, "address": known.address, "vkey": known.vkey, "url": known.url + "/x"})
    with pytest.raises(CourtRefusedError):
        delivery.register(other, court_house.key)
    with pytest.raises(CourtBookError, match="says address"):
        delivery.register(
            registered_court({"name": NAME, "address": instance.court.address, "vkey": known.vkey, "url": known.url}),
            court_house.key,
        )


def test_the_filing_id_is_what_the_registry_makes_of_it() -> None:
    spec = (Path(__file__).parents[3] / "docs" / "spec" / "file.md").read_text("utf-8")
    letter = json.loads(spec.split("```json title=letter\n")[1].split("\n```")[0])
    made = filing_id_of(
        letter["package"]["sha256"], letter["court_address"], letter["filer"], letter["chain_id"], letter["registry"]
    )
    assert made == letter["filing_id"]
    assert EntryKind("received") is EntryKind.RECEIVED


class DiesAtSending:
    """The court's chain, which kills its program when it sends: before the node has it, or after."""

    def __init__(self, inner: RegistryAnswer, *, after: bool) -> None:
        self._inner, self._after = inner, after

    def send(self, prepared: PreparedTx) -> None:
        if self._after:
            self._inner.send(prepared)
        raise KeyboardInterrupt

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def with_chain(court: CourtService, chain: object) -> CourtService:
    return CourtService(replace(court.doors, chain=chain), bytes)  # type: ignore[arg-type]


def test_a_decision_reaches_the_registry_once_whatever_happens_on_the_way(
    instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    first, second = (file(delivery, instance.packages.pop().read_bytes(), court_house) for _ in range(2))
    court_house.close()  # with its background program, which would bring the answers by itself
    court = court_house.service()
    chain = court.doors.chain
    assert isinstance(chain, RegistryAnswer)
    court.answer()  # what other tests left open
    before = chain.next_nonce()

    account = ChainAccount.in_file(court_house.home / "keys" / "court-chain.key")
    away = RegistryAnswer("http://127.0.0.1:9", court.doors.court.chain_id, court.doors.court.registry, account)
    entry = court.record(first.filing_id, "accepted", {}, "clerk")
    (answered,) = with_chain(court, away).answer()
    assert answered.state == "pending"
    assert "did not answer" in answered.problem
    for after in (False, True):
        with pytest.raises(KeyboardInterrupt):
            with_chain(court_house.service(), DiesAtSending(chain, after=after)).answer()
        stored = court.doors.store.answer(first.filing_id)
        assert stored is not None
        assert stored.state == "prepared"
    (sent,) = court_house.service().answer()
    assert (sent.state, sent.problem) == ("mined", "")
    assert "0 of 3 block(s) upon it" in sent.waiting
    instance.chain().local.mine(3)
    (done,) = court_house.service().answer()
    assert (done.state, done.waiting) == ("lodged", "")
    assert chain.next_nonce() == before + 1, "three attempts, one transaction"
    package, decision, detail = chain.standing(first.filing_id)
    assert (package, decision) == (first.package_sha256, 1)
    said = court.doors.store.entries(first.filing_id)[-1]
    assert said.note == entry.note
    assert detail == sha256(detail_bytes({"case_number": court.submission(first.filing_id).case_number})).hexdigest()

    court.record(second.filing_id, "refused", {"ruling": "refused", "reason": "不属于本院管辖"}, "clerk")
    foreign = chain.prepare_answer(second.filing_id, 1, "11" * 32)
    chain.send(foreign)
    chain.wait(foreign.tx_hash, 20)
    (other,) = court_house.service().answer()
    assert other.state == "failed"
    assert "another answer" in other.problem
    assert not court_house.service().answer(), "reported once, left alone"
    with pytest.raises(ChainError):
        chain.prepare_answer(second.filing_id, 3, "22" * 32)


def test_an_entry_that_cannot_be_taken_stops_nothing_and_is_made_good(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    filing, other = file(delivery, package), file(delivery, instance.packages.pop().read_bytes(), court_house)
    court = court_house.service()
    court.record(filing.filing_id, "withdrawn", {"case_number": 123}, "clerk")
    court.record(other.filing_id, "accepted", {}, "clerk")
    read = HttpCourt.entries

    def without_one(self: HttpCourt, after: int) -> CourtEntries:
        page = read(self, after)
        kept = tuple(one for one in page.entries if (one[0], one[1]) != (filing.filing_id, 2))
        return CourtEntries(kept, page.after)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HttpCourt, "entries", without_one)
        delivery.follow()
    assert kinds(delivery, filing) == ["received", "examined", "withdrawn"], "what was left out was asked for"
    assert kinds(delivery, other) == ["received", "examined", "accepted"]
    forged = HttpCourt.entries

    def with_rubbish(self: HttpCourt, after: int) -> CourtEntries:
        page = forged(self, after)
        return CourtEntries((*page.entries, (other.filing_id, 9, "\ud800"), (other.filing_id, 9, "x")), page.after)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HttpCourt, "entries", with_rubbish)
        followed = delivery.follow()
    assert {one.code for one in followed.differences} == {"court-entry"}


def test_a_number_that_was_typed_is_given_to_nobody_else(
    instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    first, second = (file(delivery, instance.packages.pop().read_bytes(), court_house) for _ in range(2))
    court = court_house.service()
    court.record(first.filing_id, "accepted", {"case_number": "（2026）闽0503民初900号"}, "clerk")
    with pytest.raises(MoveRefusedError, match="another filing's number"):
        court.record(second.filing_id, "accepted", {"case_number": "（2026）闽0503民初900号"}, "clerk")
    court.record(second.filing_id, "accepted", {}, "clerk")
    assert court.submission("（2026）闽0503民初900号").filing_id == first.filing_id
    assert court.submission(second.filing_id[:18]).filing_id == second.filing_id  # as the queue prints it
    with pytest.raises(NotFoundError):
        court.submission("0x")


@pytest.mark.parametrize("skew", [7200, -7200])
def test_clocks_that_are_hours_apart_lose_nothing_and_date_nothing_into_the_future(
    skew: int, package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    court_house.close()
    court_house.open(skew)
    try:
        began = delivery.filings.evidence.now()
        filing = file(delivery, package, court_house)
        assert not delivery.follow().differences
        received, examined = delivery.entries(filing)[:2]
        off = (received.at - began).total_seconds() - skew
        assert 0 <= off < 600, "the court's word about its own time is kept as it is"
        assert not [one for one in examined.detail["findings"] if one["blocking"] and skew > 0]
        stored = delivery.filings.evidence.store.events_of_loan("sample-cf", filing.our_reference.split(":", 1)[1])
        (event,) = [one for one in stored if one.type == "filing.received"]
        assert event.occurred_at <= event.captured_at
        (clock,) = [one for one in delivery.clocks() if one.filing_id == filing.filing_id]
        assert clock.what == "answer"
    finally:
        court_house.close()
        court_house.open()


def test_a_line_that_is_cut_in_the_middle_of_an_upload_leaves_nothing_at_the_court(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    digest = sha256(package).hexdigest()
    with socket.create_connection(("127.0.0.1", court_house.port), 10) as line:
        head = (
            f"PUT {PREFIX}/packages/{digest} HTTP/1.1\r\nHost: court\r\nAuthorization: Bearer {court_house.key}\r\n"
            f"Content-Type: application/zip\r\nContent-Length: {len(package)}\r\n\r\n"
        )
        line.sendall(head.encode() + package[: len(package) // 2])
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # gone without a word
    shelf = court_house.service().doors.shelf
    for _ in range(100):
        if not [path for path in (court_house.home / "court").rglob(".*") if path.is_file()]:
            break
        time.sleep(0.05)
    assert shelf.size(digest) is None
    assert not [path for path in (court_house.home / "court").rglob(".*") if path.is_file()]
    file(delivery, package)
    assert shelf.size(digest) == len(package)


def test_a_folder_filed_twice_at_once_while_the_court_is_away_is_there_once_when_it_is_back(
    instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    paths = [instance.packages.pop() for _ in range(2)]
    where = delivery.book.find(NAME)
    court = Court(where.name, where.address)

    def run() -> FolderFiled:
        return file_folder(open_delivery(instance.home), paths, court, lambda _: None, 2)

    court_house.close()
    try:
        with ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(run) for _ in range(2)]
            both = [one.result() for one in runs]
    finally:
        court_house.open()
    assert not [one for found in both for one in found.refused if one.code != "duplicate-filing"]
    assert {one.code for found in both for one in found.waiting} <= {"court-unreachable", "court-away"}
    assert any(found.waiting for found in both)
    again = run()
    assert (len(again.already), again.received, again.refused, again.waiting) == (2, 2, [], [])
    digests = {sha256(path.read_bytes()).hexdigest() for path in paths}
    filings = [one for one in delivery.filings.store.filings() if one.package_sha256 in digests]
    assert [one.state for one in filings] == [FilingState.SUBMITTED] * 2
    for filing in filings:
        stored = delivery.filings.evidence.store.events_of_loan("sample-cf", filing.our_reference.split(":", 1)[1])
        logged = [event.type for event in stored]
        assert (logged.count("filing.submitted"), logged.count("filing.received")) == (1, 1)
        assert len([one for one in court_house.service().entries(filing.filing_id) if one.kind == "received"]) == 1


def test_a_court_that_changed_its_key_is_followed_and_its_old_notes_stay(
    package: bytes, instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    # The last test here: from now on a court whose clock is behind signs with a key that is not in force yet.
    first = file(delivery, package, court_house)
    court = court_house.service()
    before = court.doors.signer.vkey
    court.rotate_key()
    second = file(delivery, instance.packages.pop().read_bytes(), court_house)
    told = delivery.follow().differences
    assert not [one for one in told if one.filing_id in (first.filing_id, second.filing_id)]
    assert kinds(delivery, first) == kinds(delivery, second) == ["received", "examined"]
    known = delivery.book.find(NAME)
    assert known.vkey == before, "what was pinned stays pinned"
    assert [window.vkey for window in known.windows] == [before, court.doors.signer.vkey]
