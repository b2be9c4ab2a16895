"""The evidence room as the HTTP API calls it: who may come in, and every access on record before its answer leaves.

Spec: docs/guide/api.md. A write, its record and its remembered answer are one transaction; a read is made in the
transaction that records it. Where the record cannot be made, nothing is written and nothing handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine

from evidence_service.adapters import sql_access_log
from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.adapters.sql_api_answers import AnsweredAlreadyError, SqlApiAnswers, remember
from evidence_service.adapters.sql_api_keys import SqlApiKeys
from evidence_service.adapters.sql_api_uploads import SqlApiUploads, put_upload
from evidence_service.adapters.sql_receipts import SqlReceipts
from evidence_service.adapters.upload_folder import WAITS, UploadFolder
from evidence_service.core.api_key import ID_BYTES, SECRET_BYTES, ApiKey, Scope, new_key, opens, split_key
from evidence_service.core.event import EVENT_ID, Event, EventError, event_from
from evidence_service.database import together
from evidence_service.errors import ChainError, ConflictError, NotFoundError, ProofDocketError, StoreError
from evidence_service.ports.api import StoredAnswer, StoredReceipt, Upload
from evidence_service.ports.subject_keys import SubjectErasedError, SubjectKeys
from evidence_service.service import EvidenceService
from evidence_service.workflow.answer import answer_bytes, answer_row, span
from evidence_service.workflow.originals import MissingOriginalError

MINUTE = timedelta(minutes=1)
DEFAULT_PER_MINUTE = 600


class IdempotencyConflictError(ConflictError):
    """The idempotency key was used before with another body; use a new key for a new request."""

    code = "idempotency-conflict"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key, and the id of this request."""

    key: ApiKey
    request_id: str

    @property
    def who(self) -> str:
        """The name in the access log."""
        return f"api:{self.key.id}"


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A request that may be repeated: its key, and the digest of all that was sent."""

    key: str
    request: bytes


class ApiDoor:
    """One instance as the API uses it."""

    def __init__(
        self, service: EvidenceService, engine: Engine, keys: SubjectKeys, randomness: Callable[[int], bytes]
    ) -> None:
        self.service = service
        self.keys = SqlApiKeys(engine)
        self.accesses = SqlAccessLog(engine)
        self.answers = SqlApiAnswers(engine)
        self.uploads = SqlApiUploads(engine)
        self.receipts = SqlReceipts(engine)
        self._waiting = UploadFolder(service.settings.home / "uploads", randomness)
        self._engine, self._subject_keys, self._randomness = engine, keys, randomness

    def add_key(
        self, institution: str, purpose: str, scopes: Iterable[Scope], per_minute: int = DEFAULT_PER_MINUTE
    ) -> tuple[ApiKey, str]:
        """Make a key for an institution that has a log here; returns it with the text that is shown this once."""
        log = self.service.log(institution)
        key_id, text, digest = new_key(self._randomness(ID_BYTES + SECRET_BYTES))
        now = self.service.now()
        key = ApiKey(key_id, log.institution, purpose, frozenset(scopes), digest, per_minute, now)
        self.keys.add(key)
        return key, text

    def recognise(self, text: str) -> ApiKey | None:
        """The key that somebody sent, if it is one and not revoked."""
        parts = split_key(text)
        if parts is None:
            return None
        key = self.keys.find(parts[0])
        return key if opens(key, parts[1]) else None

    def must_wait(self, key: ApiKey) -> int:
        """Seconds until this key may ask again; 0 if it may now. All workers count in the same access log."""
        limit = self.accesses.nth_newest(f"api:{key.id}", key.per_minute)
        left = MINUTE - (self.service.now() - limit) if limit is not None else timedelta()
        return -(-max(left, timedelta()) // timedelta(seconds=1))

    @contextmanager
    def reading(self, caller: Caller, action: Scope, institution: str) -> Iterator[list[str]]:
        """One read: what happens in here and its record are one transaction. The list takes what was looked at."""
        looked_at: list[str] = []
        with together(self._engine) as unit:
            connection = unit.connection  # the write lock first: whoever cannot record does not look
            yield looked_at
            self._record(connection, caller, action, institution, looked_at)

    def refused(self, caller: Caller, action: Scope, institution: str, outcome: str) -> None:
        """Record an access that did not happen."""
        with together(self._engine) as unit:
            self._record(unit.connection, caller, action, institution, [], outcome)

    def submit(self, caller: Caller, values: Sequence[Any], idempotency: Idempotency | None) -> StoredAnswer:
        """Log events; returns the answer, byte for byte the earlier one where the request is a repeat."""
        if idempotency is not None:
            known = self._answered(caller, idempotency)
            if known is not None:
                return known
        drafts = [self._draft(caller.key.institution, value) for value in values]
        try:
            answer = self._log(caller, drafts, idempotency)
        except AnsweredAlreadyError:
            # It ran beside us and was first: everything of ours was rolled back.
            assert idempotency is not None
            known = self._answered(caller, idempotency)
            assert known is not None
            return known
        for draft in drafts:
            self._take_away(draft)
        return answer

    def upload(self, caller: Caller, pieces: Iterable[bytes]) -> Upload:
        """Take an original ahead of its event."""
        institution, now = caller.key.institution, self.service.now()
        self._sweep(institution, now)
        got = self._waiting.receive(institution, pieces)
        # Crash here: a waiting file that no row names; swept after a day.
        place = _upload_place(institution, got.sha256)
        sealed = self._subject_keys.seal_for(institution, _of_day(now), got.key, place)
        upload = Upload(institution, got.sha256, got.sm3, got.size, sealed, now)
        with together(self._engine) as unit:
            put_upload(unit.connection, upload)
            what = f"original {got.sha256} size {got.size}"
            self._record(unit.connection, caller, Scope.ATTACHMENTS_WRITE, institution, [what])
        return upload

    def receipt(self, institution: str, event_id: str) -> StoredReceipt:
        """Where an event stands in its log."""
        found = self.receipts.of(institution, [event_id]) if EVENT_ID.match(event_id) else {}
        if event_id not in found:
            raise NotFoundError("no such event in this log")
        return found[event_id]

    def _answered(self, caller: Caller, idempotency: Idempotency) -> StoredAnswer | None:
        known = self.answers.find(caller.key.id, idempotency.key)
        if known is None:
            return None
        if known.request != idempotency.request:
            raise IdempotencyConflictError("this Idempotency-Key was used with another body; use a new one")
        with together(self._engine) as unit:
            self._record(unit.connection, caller, Scope.EVENTS_WRITE, caller.key.institution, [], "repeated")
        return known

    def _draft(self, institution: str, value: Any) -> Event | dict[str, Any]:
        """The event, its originals in the vault; or why it is refused."""
        try:
            event = event_from(value, profile_checked=True) if isinstance(value, dict) else None
            if event is None:
                raise EventError("an event is a JSON object")
            if event.institution != institution:
                raise EventError("institution: must be the institution of the address")
            if event.attachments:
                self._keep_originals(event)
        except (StoreError, ChainError):
            raise  # ours, not the sender's: nothing is answered for the whole request
        except ProofDocketError as error:
            event_id = value.get("id") if isinstance(value, dict) else None
            named = {"event_id": event_id} if isinstance(event_id, str) and EVENT_ID.match(event_id) else {}
            return {**named, "state": "rejected", "code": error.code, "reason": str(error)}
        return event

    def _keep_originals(self, event: Event) -> None:
        known = {one.sha256: self.uploads.find(event.institution, one.sha256) for one in event.attachments}
        for position, one in enumerate(event.attachments):
            if known[one.sha256] is None:
                raise MissingOriginalError(
                    f"attachments[{position}]: the original {one.sha256[:16]}… was not sent; "
                    "POST it to the attachments of this log first"
                )

        def waiting(digest: str) -> bytes | None:
            upload = known[digest]
            key = self._key_of(upload) if upload is not None else None
            return None if key is None else self._waiting.read(event.institution, digest, key)

        self.service.keep_originals(event, waiting)

    def _key_of(self, upload: Upload) -> bytes | None:
        """The key of a waiting file; None once it was taken into the vault, or waited too long."""
        if not upload.sealed:
            return None
        try:
            return self._subject_keys.open_for(upload.sealed, _upload_place(upload.institution, upload.sha256))
        except SubjectErasedError:
            return None

    def _sweep(self, institution: str, now: datetime) -> None:
        """What waited for longer than a day goes, and the key of its day with it."""
        self._waiting.sweep(institution, now)
        for day in self.uploads.days_before(institution, now - WAITS):
            self._subject_keys.destroy(institution, f"uploads:{day}")
            self.uploads.forget_keys(institution, day)

    def _log(
        self, caller: Caller, drafts: Sequence[Event | dict[str, Any]], idempotency: Idempotency | None
    ) -> StoredAnswer:
        institution, now = caller.key.institution, self.service.now()
        events = [draft for draft in drafts if isinstance(draft, Event)]
        with together(self._engine) as unit:
            made = iter(self.service.log_events(institution, events) if events else [])
            stored = self.receipts.of(institution, [event.id for event in events])
            rows = [answer_row(next(made), stored) if isinstance(draft, Event) else draft for draft in drafts]
            answer = StoredAnswer(idempotency.request if idempotency else b"", 200, answer_bytes(rows))
            if idempotency is not None:
                remember(unit.connection, caller.key.id, idempotency.key, answer, now)
            self._record(unit.connection, caller, Scope.EVENTS_WRITE, institution, [span(rows)])
        # Crash before the commit: nothing is there. After it: the repeat finds its answer, or finds duplicates.
        return answer

    def _take_away(self, draft: Event | dict[str, Any]) -> None:
        """The originals lie in the vault: what waited is no longer needed. A crash before leaves it to `sweep`."""
        if not isinstance(draft, Event):
            return
        for one in draft.attachments:
            upload = self.uploads.find(draft.institution, one.sha256)
            key = self._key_of(upload) if upload is not None else None
            if key is not None:
                self._waiting.remove(draft.institution, one.sha256, key)
                self.uploads.forget_key(draft.institution, one.sha256)

    def _record(
        self,
        connection: Any,
        caller: Caller,
        action: Scope,
        institution: str,
        looked_at: Sequence[str],
        outcome: str = "done",
    ) -> None:
        sql_access_log.record(
            connection,
            who=caller.who,
            action=action.value,
            institution=institution,
            object=", ".join(looked_at),
            purpose=caller.key.purpose,
            request_id=caller.request_id,
            at=self.service.now(),
            outcome=outcome,
        )


def request_digest(*parts: bytes) -> bytes:
    """The digest of a request, by which a repeat is told from another request under the same key."""
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


def _of_day(now: datetime) -> str:
    """The subject whose key covers the uploads that came on one day."""
    return f"uploads:{now:%Y-%m-%d}"


def _upload_place(institution: str, digest: str) -> bytes:
    return f"api/upload\n{institution}\n{digest}".encode()
