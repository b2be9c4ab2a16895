"""Deliver a lodged filing to a court's intake, follow its entries, and tell it what happened since.

Spec: docs/spec/filing.md. The court is asked what it has before anything is sent; packages and letters are idempotent
by their digests, so neither an answer that was lost nor a second run delivers twice. Notes count only under the court's
pinned key, each after the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from evidence_service.core.canonical import canonical_bytes, parse_strict
from evidence_service.core.event import format_instant
from evidence_service.core.note import parse_note
from evidence_service.errors import ProofDocketError, StoreError
from litigation.core.court_entry import (
    DECIDING,
    FIRST,
    CourtEntry,
    CourtEntryError,
    EntryKind,
    detail_bytes,
    kept_entry,
    require_next,
    text_digest,
)
from litigation.core.court_news import TAKEN_FROM_REGISTRY, news_event, news_id
from litigation.core.court_note import read_of_court
from litigation.core.docket import Detail, Difference, read_detail
from litigation.core.filing import Filing
from litigation.core.registered_court import RegisteredCourt
from litigation.delivery_ports import CourtGateway, CourtNote, DeliveryStore, FilingMove
from litigation.ports import FilingStore, Journal

SYSTEM_VERSION = "0.1.0"
MAX_PLACE = 2**53 - 1
MAX_PAGES = 2_000
"""A court that never ends its list is left for the next run."""


@dataclass(frozen=True, slots=True)
class DeliveryDoors:
    """What delivery needs from outside."""

    notes: DeliveryStore
    filings: FilingStore
    journal: Journal
    loan_of: Callable[[str], str]
    now: datetime


@dataclass(slots=True)
class Followed:
    """What a court entered since it was last asked. `details` are its reasons, by the digest on the registry."""

    entries: list[CourtEntry] = field(default_factory=list)
    details: dict[str, Detail] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Handed:
    """A filing that a court has, with the receipt that it gave and the digest of the letter that went there."""

    filing: Filing
    note: str
    letter_sha256: str


def deliver(
    filing: Filing, package: bytes, letter: bytes, gateway: CourtGateway, doors: DeliveryDoors
) -> CourtNote | None:
    """Bring package and letter to the court; its receipt, None where it gives none yet. Safe to repeat."""
    known = doors.notes.notes(filing.filing_id)
    if known:
        return known[0]
    note = hand_over(filing, package, letter, gateway)
    if note is None:
        return None
    refused = take_receipts([Handed(filing, note, sha256(letter).hexdigest())], gateway.court, doors)
    if refused:
        raise refused[filing.filing_id]
    return doors.notes.notes(filing.filing_id)[0]


def hand_over(filing: Filing, package: bytes, letter: bytes, gateway: CourtGateway) -> str | None:
    """Bring package and letter to the court, as far as it does not have them. Touches nothing of ours."""
    standing = gateway.standing(filing.filing_id)
    if standing is not None:
        # Handed in before, and we were not told: the receipt is taken from there, nothing is sent again.
        return standing.notes[0] if standing.notes else None
    gateway.put_package(filing.package_sha256, package)
    # Crash here: the court has a package without a letter; the next call brings the letter.
    return gateway.put_filing(filing.filing_id, letter)


def take_receipts(
    handed: Sequence[Handed], court: RegisteredCourt, doors: DeliveryDoors
) -> dict[str, ProofDocketError]:
    """Check receipts, log them in one write and keep them in another; filing id -> why one was not taken."""
    refused: dict[str, ProofDocketError] = {}
    events: list[dict[str, Any]] = []
    notes: list[CourtNote] = []
    for one in handed:
        filing = one.filing
        try:
            entry, text = _receipt(one, court)
        except ProofDocketError as error:
            refused[filing.filing_id] = error
            continue
        code, payload = news_event(filing, entry, text_digest(text))
        events.append(_event(filing, news_id(entry), code, payload, min(entry.at, doors.now), "court", doors))
        notes.append(_kept(filing, court, entry, one.note, doors))
    lost = doors.journal.write_all(events)
    # Crash here: logged, not kept; the next delivery asks the court, logs nothing twice and keeps the notes.
    for event, note in zip(events, notes, strict=True):
        if event["id"] in lost:
            refused[note.filing_id] = StoreError(lost[event["id"]])
    doors.notes.add_notes([note for note in notes if note.filing_id not in refused])
    return refused


def follow(gateway: CourtGateway, doors: DeliveryDoors) -> Followed:
    """Read what a court entered since last time: each entry checked, logged as an event, and kept."""
    found = Followed()
    filings = {filing.filing_id: filing for filing in doors.filings.filings()}
    place, pages = doors.notes.place(gateway.court.address), 0
    while True:
        page = gateway.entries(place)
        for filing_id, _n, note in page.entries:
            filing = filings.get(filing_id)
            if filing is None or filing.court_address != gateway.court.address:
                found.differences.append(Difference("entry-without-filing", filing_id, "an entry of no filing of ours"))
                continue
            try:
                _take_in_order(filing, note, gateway, doors, found)
            except (ProofDocketError, ValueError, OverflowError) as error:
                # One entry that cannot be taken stops no other filing; it is asked for again with the next one.
                code = error.code if isinstance(error, ProofDocketError) else "court-entry"
                found.differences.append(Difference(code, filing_id, str(error)))
        pages += 1
        if not page.entries or not place < page.after <= MAX_PLACE or pages >= MAX_PAGES:
            return found
        # Crash here: entries are kept and will be read again; what is there already changes nothing.
        place = page.after
        doors.notes.set_place(gateway.court.address, place)


def known_details(doors: DeliveryDoors) -> dict[str, Detail]:
    """The reasons in the decisions that we keep, by digest: what the registry's answers name."""
    deciding = {kind.value for kind in DECIDING}
    details = (detail_of(kept_entry(note.note)) for note in doors.notes.all_notes() if note.kind in deciding)
    return {detail.digest: detail for detail in details}


def detail_of(entry: CourtEntry) -> Detail:
    """The court's reasons in a decision, as the docket reads them."""
    raw = detail_bytes(entry.detail)
    return read_detail(f"{sha256(raw).hexdigest()}.json", raw)


def tell(
    filing: Filing, kind: str, members: Mapping[str, Any], gateway: CourtGateway, doors: DeliveryDoors
) -> FilingMove:
    """Tell the court something about a filing (withdrawal, payment, amendment, fee); stored first, then sent."""
    for waiting in doors.notes.moves(filing.filing_id):
        if waiting.state != "sent" and waiting.kind == kind and _says(waiting, members):
            bring(waiting, filing, gateway, doors)  # told before and not arrived: the very same, once
            return waiting
    made_at = format_instant(doors.now)
    body = canonical_bytes({"kind": kind, "filing_id": filing.filing_id, "made_at": made_at, **members})
    move = doors.notes.add_move(FilingMove(filing.filing_id, sha256(body).hexdigest(), kind, body, "made", doors.now))
    bring(move, filing, gateway, doors)
    return move


def bring(move: FilingMove, filing: Filing, gateway: CourtGateway, doors: DeliveryDoors) -> None:
    """Send a stored move; the same bytes under the same digest, as often as needed."""
    gateway.put_move(filing.filing_id, move.sha256, move.body)
    # Crash here: the court has it and we do not know; the next call sends the same bytes, which changes nothing there.
    payload = {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "filing_id": filing.filing_id[2:],
        "kind": move.kind,
        "body_digest": move.sha256,
    }
    event_id = f"filing.moved:{filing.filing_id[2:]}:{move.sha256[:16]}"
    doors.journal.write(_event(filing, event_id, "filing.moved", payload, move.made_at, "filer", doors))
    doors.notes.sent(move)


def _receipt(handed: Handed, court: RegisteredCourt) -> tuple[CourtEntry, str]:
    filing = handed.filing
    entry, text = read_of_court(handed.note, court)
    said = entry.detail.get("package_sha256"), entry.detail.get("letter_sha256")
    if entry.kind is not EntryKind.RECEIVED or said != (filing.package_sha256, handed.letter_sha256):
        raise CourtEntryError(f"the receipt of filing {filing.filing_id} is for other bytes than we delivered")
    if entry.court != court.name:
        raise CourtEntryError(f"the receipt names the court {entry.court}, not {court.name}")
    require_next(entry, filing.filing_id, 1, FIRST)
    return entry, text


def _kept(filing: Filing, court: RegisteredCourt, entry: CourtEntry, note: str, doors: DeliveryDoors) -> CourtNote:
    return CourtNote(filing.filing_id, court.address, entry.n, entry.kind.value, entry.at, note, doors.now)


def _take_in_order(filing: Filing, note: str, gateway: CourtGateway, doors: DeliveryDoors, found: Followed) -> None:
    """Take a note; where one before it is missing here, all of the filing are asked for again."""
    entry, _text = read_of_court(note, gateway.court)
    kept = len(doors.notes.notes(filing.filing_id))
    if entry.n > kept + 1:
        standing = gateway.standing(filing.filing_id)
        for earlier in standing.notes[kept : entry.n - 1] if standing else ():
            _take(filing, earlier, gateway.court, doors, found)
    _take(filing, note, gateway.court, doors, found)


def _take(filing: Filing, note: str, court: RegisteredCourt, doors: DeliveryDoors, found: Followed) -> None:
    """Check one note, log it, keep it. One that is kept already must be the very same."""
    entry, text = read_of_court(note, court)
    if entry.court != court.name:
        raise CourtEntryError(f"entry {entry.n} names the court {entry.court}, not {court.name}")
    kept = doors.notes.notes(filing.filing_id)
    if entry.n <= len(kept):
        if parse_note(kept[entry.n - 1].note.encode()).text != text:
            raise CourtEntryError(
                f"entry {entry.n} of filing {filing.filing_id} is another one than the court gave before"
            )
        return
    if entry.kind is EntryKind.RECEIVED and entry.detail["package_sha256"] != filing.package_sha256:
        raise CourtEntryError(f"the receipt of filing {filing.filing_id} is for another package than we lodged")
    previous = text_digest(parse_note(kept[-1].note.encode()).text) if kept else FIRST
    require_next(entry, filing.filing_id, len(kept) + 1, previous)
    if entry.kind in DECIDING:
        detail = detail_of(entry)
        found.details[detail.digest] = detail
    if entry.kind not in TAKEN_FROM_REGISTRY:
        code, payload = news_event(filing, entry, text_digest(text))
        moment = min(entry.at, doors.now)
        doors.journal.write(_event(filing, news_id(entry), code, payload, moment, "court", doors))
    # Crash here: logged, not kept; the next look logs nothing twice (the event's id) and keeps the note.
    doors.notes.add_note(_kept(filing, court, entry, note, doors))
    found.entries.append(entry)


def _event(
    filing: Filing,
    event_id: str,
    code: str,
    payload: dict[str, Any],
    moment: datetime,
    role: str,
    doors: DeliveryDoors,
) -> dict[str, Any]:
    return {
        "id": event_id,
        "institution": filing.institution,
        "loan": doors.loan_of(filing.our_reference),
        "type": code,
        "type_version": 1,
        "occurred_at": format_instant(moment),
        "actor": {"role": role, "org": filing.institution if role == "filer" else filing.court},
        "source": {"system": "proofdocket", "mechanism": "automatic", "version": SYSTEM_VERSION},
        "payload": payload,
    }


def _says(move: FilingMove, members: Mapping[str, Any]) -> bool:
    """Whether a stored move says exactly this."""
    said = parse_strict(move.body)
    return {name: value for name, value in said.items() if name not in ("kind", "filing_id", "made_at")} == dict(
        members
    )
