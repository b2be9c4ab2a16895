"""Record what a court does with a filing: one signed entry each, the state and the answer to the registry beside it.

Spec: docs/spec/filing.md, "Entries" and "States". Entry, state, case number and the intent to answer on the chain are
one transaction: none of them is ever there without the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from evidence_service.core.anchor_view import ChainReader
from evidence_service.core.note import parse_note, parse_vkey
from evidence_service.core.trust import TrustFile
from evidence_service.errors import NotFoundError
from litigation.core.court_detail import check_detail, members_of
from litigation.core.court_entry import (
    DECIDING,
    FIRST,
    ON_REGISTRY,
    CourtEntry,
    EntryKind,
    detail_bytes,
    entry_text,
    kept_entry,
    text_digest,
)
from litigation.court_side.core.court_file import CourtFile
from litigation.court_side.core.due import COURT_TIME, Entered, next_due
from litigation.court_side.core.sheet import Outline
from litigation.court_side.core.submission import MoveRefusedError, Submission, SubmissionState, state_after
from litigation.court_side.ports import AnswerChain, CourtStore, EntrySigner, PackageShelf, StoredAnswer, StoredEntry

NO_FILING = "no filing here has this filing id or case number"
BEGINNING = re.compile(r"0x[0-9a-f]{16,63}")
"""What lists show of a filing id."""
NUMBERED = frozenset({EntryKind.ACCEPTED, EntryKind.ACCEPTED_IN_PART})


@dataclass(frozen=True, slots=True)
class CourtDoors:
    """What the court's work needs from outside. `reader` asks the court's own node for check (8).

    `depth` is how many blocks must lie upon an answer before it counts as lodged; `outline` reads a PDF's bookmarks.
    `answering` lets one program at a time send the court's transactions.
    """

    court: CourtFile
    address: str
    store: CourtStore
    shelf: PackageShelf
    signer: EntrySigner
    chain: AnswerChain | None
    reader: ChainReader | None
    trust: Callable[[], TrustFile | None]
    now: Callable[[], datetime]
    depth: Callable[[], int]
    outline: Callable[[bytes], Outline]
    answering: Callable[[], AbstractContextManager[None]]


def record(filing_id: str, kind: EntryKind, detail: Mapping[str, Any], by: str, doors: CourtDoors) -> StoredEntry:
    """Record one step of a filing. Raises NotFoundError, MoveRefusedError, CourtDetailError; then nothing changed."""
    with doors.store.unit():
        submission = submission_of(filing_id, doors)
        return write_entry(submission, kind, dict(detail), by, doors)


def write_entry(
    submission: Submission, kind: EntryKind, detail: dict[str, Any], by: str, doors: CourtDoors
) -> StoredEntry:
    """Inside a unit: check the step, write the entry, and move the submission."""
    state = state_after(submission.state, kind)
    moment = doors.now()
    detail = _numbered(submission, kind, detail, moment, doors)
    check_detail(kind.value, detail)
    if kind in DECIDING and doors.store.answer(submission.filing_id) is not None:
        raise MoveRefusedError("this filing has been answered; an answer is given once")
    entry = append_entry(submission.filing_id, kind, detail, by, moment, doors)
    case_number = detail["case_number"] if kind in NUMBERED else submission.case_number
    moved = replace(submission, state=state, case_number=case_number, moved_at=moment)
    doors.store.move(with_due(moved, state, doors))
    if kind in DECIDING and doors.court.on_chain:
        digest = sha256(detail_bytes(detail)).hexdigest()
        intent = StoredAnswer(submission.filing_id, ON_REGISTRY[kind], digest, "pending", None, None)
        doors.store.add_answer(intent, moment)
    return entry


def append_entry(
    filing_id: str, kind: EntryKind, detail: dict[str, Any], by: str, moment: datetime, doors: CourtDoors
) -> StoredEntry:
    """Inside a unit: sign the next entry of a filing's chain and store it."""
    known = doors.store.entries(filing_id)
    previous = text_digest(parse_note(known[-1].note.encode()).text) if known else FIRST
    entry = CourtEntry(doors.court.name, filing_id, len(known) + 1, previous, kind, moment, detail)
    stored = StoredEntry(0, filing_id, entry.n, kind.value, moment, doors.signer.sign_note(entry_text(entry)), by)
    doors.store.add_entry(stored)
    return stored


def with_due(submission: Submission, state: SubmissionState, doors: CourtDoors) -> Submission:
    """Inside a unit: the submission with its next day, after its last entry."""
    entered = [
        Entered(one.kind, one.at, kept_entry(one.note).detail) for one in doors.store.entries(submission.filing_id)
    ]
    due = next_due(state, submission.received_at, entered)
    return replace(submission, due_on=due.on.isoformat(), due_what=due.what.value)


def submission_of(filing_id: str, doors: CourtDoors) -> Submission:
    """A submission by its filing id or case number. Raises NotFoundError."""
    found = doors.store.submission(filing_id) or (doors.store.of_case(filing_id) if filing_id else None)
    if found is None:
        raise NotFoundError(NO_FILING)
    return found


def submission_named(name: str, doors: CourtDoors) -> Submission:
    """The same for people, who also say the beginning of a filing id that lists show."""
    found = doors.store.of_beginning(name) if BEGINNING.fullmatch(name) else None
    return found or submission_of(name, doors)


def court_key(doors: CourtDoors) -> str:
    """The id of the key that signs, for people."""
    return parse_vkey(doors.signer.vkey).key_id.hex()


def _numbered(
    submission: Submission, kind: EntryKind, detail: dict[str, Any], moment: datetime, doors: CourtDoors
) -> dict[str, Any]:
    """The detail with its case number, not typed: a new one (案号) for an acceptance, else the case's."""
    if "case_number" in detail:
        other = doors.store.of_case(str(detail["case_number"])) if kind in NUMBERED else None
        if other is not None and other.filing_id != submission.filing_id:
            raise MoveRefusedError(f"{other.case_number} is another filing's number: {other.filing_id}")
        return detail
    if kind in NUMBERED:
        year = moment.astimezone(COURT_TIME).year
        number = doors.store.next_number(year, doors.court.kind, submission.filing_id)
        text = doors.court.number(year, number)
        if doors.store.of_case(text) is not None:
            raise MoveRefusedError(f"{text} was typed for another filing; name this one's: case_number=…")
        return {**detail, "case_number": text}
    known = any(name == "case_number" for name, _form, _required in members_of(kind.value))
    return {**detail, "case_number": submission.case_number} if known and submission.case_number else detail
