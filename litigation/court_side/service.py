"""A court's instance as commands, pages and the HTTP intake call it.

Spec: docs/spec/filing.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from evidence_service.core.api_key import ID_BYTES, SECRET_BYTES, new_key, split_key
from evidence_service.core.shape import CREDIT_CODE
from evidence_service.errors import MalformedInputError, NotFoundError, SettingsError
from litigation.core.court_entry import EntryKind
from litigation.court_side.core.board import STATES, Column, Wanted
from litigation.court_side.core.due import COURT_TIME
from litigation.court_side.core.figures import Figures, figures_of
from litigation.court_side.core.filer import NO_OWN_QUOTA, Filer, opens
from litigation.court_side.core.quota import OwnQuota
from litigation.court_side.core.sheet import PDF, Sheet, members_of, read_sheet
from litigation.court_side.core.submission import WAITING, Submission, SubmissionState
from litigation.court_side.ports import NextKey, StoredAnswer, StoredAttempt, StoredEntry, StoredKey, StoredMove
from litigation.court_side.workflow.answer import PATIENCE, Answered, answer_open
from litigation.court_side.workflow.examine import MOST_ATTEMPTS, examine_filing, examine_waiting
from litigation.court_side.workflow.receive import Receipt, require_own, take_filing, take_move, take_package
from litigation.court_side.workflow.record import CourtDoors, record, submission_named, submission_of
from litigation.court_side.workflow.rotate import rotate_key

MOST_SHOWN = 500


class CourtService:
    """One court."""

    def __init__(self, doors: CourtDoors, randomness: Callable[[int], bytes], keys: NextKey | None = None) -> None:
        self.doors = doors
        self._randomness = randomness
        self._keys = keys

    def describe(self) -> dict[str, Any]:
        """Who this court is, for filers: what GET /court answers."""
        court = self.doors.court
        return {
            "v": 1,
            "kind": "proofdocket.court",
            "name": court.name,
            "code": court.code,
            "address": self.doors.address,
            "vkey": self.doors.signer.vkey,
            "chain_id": court.chain_id,
            "registry": court.registry,
            "largest_package": court.largest_package,
            "keys": [change.note for change in self.doors.store.key_changes()],
        }

    def rotate_key(self) -> StoredKey:
        """Change the signing key; filers follow the note that both keys signed."""
        if self._keys is None:
            raise SettingsError("this service has no key files; open the court's home folder")
        return rotate_key(self._keys, self.doors)

    def add_filer(
        self, name: str, institution: str, credit_code: str, quota: OwnQuota = NO_OWN_QUOTA
    ) -> tuple[Filer, str]:
        """Register a filer; returns it with its key, which is shown this once."""
        if not credit_code or not CREDIT_CODE.match(credit_code):
            raise SettingsError("a credit code (统一社会信用代码) has 18 digits and capital letters")
        key_id, text, digest = new_key(self._randomness(ID_BYTES + SECRET_BYTES))
        filer = Filer(key_id, name, institution, credit_code, digest, self.doors.now(), quota=quota)
        self.doors.store.add_filer(filer)
        return filer, text

    def filers(self) -> list[Filer]:
        """All filers, oldest first."""
        return self.doors.store.filers()

    def revoke_filer(self, key_id: str) -> None:
        """End a filer's key."""
        self.doors.store.revoke_filer(key_id, self.doors.now())

    def limit_filer(self, key_id: str, quota: OwnQuota) -> None:
        """Set a filer's own limits, in place of those that it had."""
        self.doors.store.set_quota(key_id, quota)

    def recognise(self, text: str) -> Filer | None:
        """The filer whose key somebody sent, if it is one and not revoked."""
        parts = split_key(text)
        if parts is None:
            return None
        filer = self.doors.store.filer(parts[0])
        return filer if opens(filer, parts[1]) else None

    def take_package(
        self, digest: str, pieces: Iterable[bytes], announced: int | None, filer: Filer
    ) -> tuple[int, bool]:
        """Keep a package under its digest. Raises QuotaError."""
        return take_package(digest, pieces, announced, filer, self.doors)

    def take_filing(self, filing_id: str, letter: bytes, filer: Filer) -> Receipt:
        """Take a letter; the receipt is durable when it returns. The examination follows (`examine`)."""
        return take_filing(filing_id, letter, filer, self.doors)

    def take_move(self, filing_id: str, digest: str, body: bytes, filer: Filer) -> bool:
        """Take what a filer sends about a filing."""
        return take_move(filing_id, digest, body, filer, self.doors)

    def of_filer(self, filing_id: str, filer: Filer) -> Submission:
        """A filer's own submission. Raises NotFoundError for anybody else's, as for none."""
        found = submission_of(filing_id, self.doors)
        require_own(found, filer)
        return found

    def submission(self, filing_id: str) -> Submission:
        """A submission by filing id, its beginning, or case number."""
        return submission_named(filing_id, self.doors)

    def entries(self, filing_id: str) -> list[StoredEntry]:
        """The entries of a filing, in order."""
        return self.doors.store.entries(filing_id)

    def entries_after(self, filer: Filer, after: int, limit: int) -> list[StoredEntry]:
        """A filer's entries behind a place."""
        return self.doors.store.entries_after(filer.institution, after, limit)

    def moves(self, filing_id: str) -> list[StoredMove]:
        """What the filer sent about a filing."""
        return self.doors.store.moves(filing_id)

    def package(self, submission: Submission) -> bytes:
        """The package of a submission, re-hashed."""
        return self.doors.shelf.read(submission.package_sha256)

    def examine(self, filing_id: str) -> Submission:
        """Examine a filing unless that was done."""
        return examine_filing(filing_id, self.doors)

    def examine_waiting(self) -> list[tuple[str, str]]:
        """Examine everything that waits for it; (filing id, reason) of those that could not be."""
        return examine_waiting(self.doors)

    def examine_again(self, filing_id: str) -> None:
        """Let the background program try a filing again that was set aside after attempts that came to no end."""
        found = submission_named(filing_id, self.doors)
        self.doors.store.set_attempt(StoredAttempt(found.filing_id, 0, "", self.doors.now()))

    def next_unexamined(self, limit: int) -> list[str]:
        """Filings that wait for their examination and may be tried now, the oldest first."""
        return self.doors.store.unexamined(self.doors.now(), MOST_ATTEMPTS, limit)

    def queue(self, states: Iterable[SubmissionState] = WAITING, limit: int = MOST_SHOWN) -> list[Submission]:
        """What waits for a decision: urgent first, then the oldest."""
        return self.doors.store.submissions([state.value for state in states], limit)

    def assign(self, filing_id: str, clerk: str, *, urgent: bool | None = None) -> Submission:
        """Give a filing to a clerk, or mark it urgent; empty takes it back."""
        with self.doors.store.unit():
            found = submission_named(filing_id, self.doors)
            moved = replace(found, assigned_to=clerk, urgent=found.urgent if urgent is None else urgent)
            self.doors.store.move(replace(moved, moved_at=self.doors.now()))
        return moved

    def record(self, filing_id: str, kind: str, detail: Mapping[str, Any], by: str) -> StoredEntry:
        """Record one step; a decision is taken to the registry by `answer`."""
        if kind not in set(EntryKind):
            raise MalformedInputError(f"no entry is of the kind {kind!r}; there are {', '.join(EntryKind)}")
        found = submission_named(filing_id, self.doors)
        return record(found.filing_id, EntryKind(kind), detail, by, self.doors)

    def answer(self, patience: float = PATIENCE) -> list[Answered]:
        """Take every decision that the registry does not hold yet there."""
        return answer_open(self.doors, patience)

    def board(self, wanted: Wanted, limit: int) -> list[Submission]:
        """A page of the clerk's board."""
        return self.doors.store.board(wanted, limit)

    def counts(self) -> dict[Column, int]:
        """How many filings stand in each column of the board."""
        found = self.doors.store.counts()
        return {column: sum(found.get(state.value, 0) for state in states) for column, states in STATES.items()}

    def sheet(self, filing_id: str) -> Sheet | None:
        """What the examination read; None before it."""
        body = self.doors.store.sheet(filing_id)
        return None if body is None else read_sheet(body)

    def attempt(self, filing_id: str) -> StoredAttempt | None:
        """Examinations that came to no end."""
        return self.doors.store.attempt(filing_id)

    def answer_of(self, filing_id: str) -> StoredAnswer | None:
        """How far the answer to a filing has come on the registry; None where there is none."""
        return self.doors.store.answer(filing_id)

    def pdf(self, submission: Submission) -> bytes:
        """The papers of a submission, from the re-hashed package. Raises NotFoundError where it has none."""
        found = members_of(self.package(submission)).get(PDF)
        if found is None:
            raise NotFoundError("the package holds no papers that can be read")
        return found

    def proposed_number(self) -> str:
        """The case number that the next acceptance would get; another acceptance may come first."""
        court, year = self.doors.court, self.doors.now().astimezone(COURT_TIME).year
        return court.number(year, self.doors.store.peek_number(year, court.kind))

    def figures(self, since: datetime, until: datetime) -> Figures:
        """What came and what was decided in a time."""
        store = self.doors.store
        return figures_of(store.received_between(since, until), store.decided_between(since, until), since, until)

    def waited(self, submission: Submission) -> int:
        """Whole hours since the filing arrived."""
        now: datetime = self.doors.now()
        return int((now - submission.received_at).total_seconds() // 3600)
