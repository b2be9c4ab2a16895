"""A court's docket entries: one signed note each, chained per filing, so that none can be changed or left out.

Spec: docs/spec/filing.md, "Entries". A court writes them with its own key; a filer keeps the notes as they came. Both
sides read and check them here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.core.note import VerifierKey, parse_note, verify_ed25519
from evidence_service.errors import ProofDocketError
from litigation.core.court_detail import check_detail
from litigation.errors import LitigationError

HEAD = "proofdocket.court-entry/v1"
FIRST = "0" * 64
MEMBERS = frozenset({"at", "court", "detail", "filing_id", "kind", "n", "previous"})
MAX_NUMBER = 1_000_000


class CourtEntryError(LitigationError):
    """A docket entry is malformed, is not signed by the court's key, or does not follow the one before it."""

    code = "court-entry"


class EntryKind(StrEnum):
    """What a court records of a filing, from its arrival to the end of enforcement."""

    RECEIVED = "received"
    EXAMINED = "examined"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    RETURNED = "returned"
    REFUSED = "refused"
    CURED = "cured"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    PAYMENT_NOTED = "payment_noted"
    FEE_NOTICE = "fee_notice"
    FEE_PAID = "fee_paid"
    FEE_REFUNDED = "fee_refunded"
    EVIDENCE_PERIOD = "evidence_period"
    HEARING = "hearing"
    SERVED = "served"
    PRESERVED = "preserved"
    MEDIATED = "mediated"
    JUDGMENT = "judgment"
    APPEALED = "appealed"
    ENFORCEMENT = "enforcement"
    CLOSED = "closed"


DECIDING = frozenset({EntryKind.ACCEPTED, EntryKind.ACCEPTED_IN_PART, EntryKind.RETURNED, EntryKind.REFUSED})
"""Entries that answer the filing; the registry holds the decision and the digest of their detail."""
ON_REGISTRY = {
    EntryKind.ACCEPTED: 1,
    EntryKind.ACCEPTED_IN_PART: 2,
    EntryKind.RETURNED: 3,
    EntryKind.REFUSED: 3,
}
"""Kind -> decision of FilingRegistry; a ruling not to take the suit (不予受理) says so in its detail."""


@dataclass(frozen=True, slots=True)
class CourtEntry:
    """One entry. `n` counts per filing from 1; `previous` is the SHA-256 of the note text before it, in hex."""

    court: str
    filing_id: str
    n: int
    previous: str
    kind: EntryKind
    at: datetime
    detail: dict[str, Any]


def entry_text(entry: CourtEntry) -> str:
    """The text that the court signs: a head line and one line of canonical JSON."""
    value = {
        "at": format_instant(entry.at),
        "court": entry.court,
        "detail": entry.detail,
        "filing_id": entry.filing_id,
        "kind": entry.kind.value,
        "n": entry.n,
        "previous": entry.previous,
    }
    return f"{HEAD}\n{canonical_bytes(value).decode()}\n"


def text_digest(text: str) -> str:
    """What the next entry names as its previous one."""
    return sha256(text.encode()).hexdigest()


def detail_bytes(detail: dict[str, Any]) -> bytes:
    """The court's reasons as a file: canonical JSON. Its SHA-256 is what the registry holds."""
    return canonical_bytes(detail)


def read_entry(note: str, key: VerifierKey) -> tuple[CourtEntry, str]:
    """The entry in a signed note, and its text. Raises CourtEntryError unless the key signed exactly this."""
    try:
        signed = parse_note(note.encode("utf-8", "replace"))
        if not verify_ed25519(signed, key):
            raise CourtEntryError(f"the entry is not signed by the court's key {key.name}+{key.key_id.hex()}")
        return _parsed(signed.text), signed.text
    except CourtEntryError:
        raise
    except ProofDocketError as error:
        raise CourtEntryError(f"the court's entry cannot be read: {error}") from error


def kept_entry(note: str) -> CourtEntry:
    """The entry in a note that was checked when it was taken and is append-only since; the key may have changed."""
    return _parsed(parse_note(note.encode()).text)


def require_next(entry: CourtEntry, filing_id: str, n: int, previous: str) -> None:
    """Refuse an entry of another filing, one that was left out before it, or another history."""
    if entry.filing_id != filing_id:
        raise CourtEntryError(f"entry {entry.n} is of filing {entry.filing_id}, not of {filing_id}")
    if entry.n != n:
        raise CourtEntryError(f"after entry {n - 1} of filing {filing_id} comes {n}, but the court sent {entry.n}")
    if entry.previous != previous:
        raise CourtEntryError(f"entry {n} of filing {filing_id} does not follow the entries that we hold")


def _parsed(text: str) -> CourtEntry:
    head, _, rest = text.partition("\n")
    if head != HEAD or not rest.endswith("\n") or rest.count("\n") != 1:
        raise CourtEntryError(f"a court's entry begins with the line {HEAD} and has one line of JSON")
    value = parse_canonical(rest[:-1].encode())
    if not isinstance(value, dict) or set(value) != MEMBERS:
        raise CourtEntryError(f"a court's entry has exactly the members {', '.join(sorted(MEMBERS))}")
    texts = (value["at"], value["court"], value["filing_id"], value["kind"], value["previous"])
    number = value["n"]
    if not all(isinstance(one, str) for one in texts) or not isinstance(value["detail"], dict):
        raise CourtEntryError("a member of the court's entry has another type")
    if type(number) is not int or not 1 <= number <= MAX_NUMBER:
        raise CourtEntryError(f"n: a whole number from 1 to {MAX_NUMBER}")
    if value["kind"] not in set(EntryKind):
        raise CourtEntryError(f"this version does not know entries of the kind {value['kind'][:40]!r}")
    kind = EntryKind(value["kind"])
    check_detail(kind.value, value["detail"])
    moment = parse_instant(value["at"], "at")
    return CourtEntry(value["court"], value["filing_id"], number, value["previous"], kind, moment, value["detail"])
