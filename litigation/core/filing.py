"""A filing: one package lodged with one court, from the stored intent to the court's answer.

Spec: docs/spec/file.md. Values and rules only: which state follows which, what the court is told beside the package,
which filings stand in each other's way.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.keccak import keccak256
from litigation.errors import LitigationError

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
SLUG_LENGTH = 40
FILING_TAG = "proofdocket/filing/v1"


class FilingRefusedError(LitigationError):
    """A package cannot be filed; nothing was lodged."""

    code = "filing-refused"


class DraftFilingError(FilingRefusedError):
    """A draft is not for filing (不得提交)."""

    code = "draft-not-for-filing"


class CheckFailedError(FilingRefusedError):
    """A check of the package failed; the message names it."""

    code = "check-failed"


class DuplicateFilingError(FilingRefusedError):
    """This package was filed with this court, or the case has an open filing (no second suit on one loan)."""

    code = "duplicate-filing"


class FilingState(StrEnum):
    """How far a filing has come.

    *prepared*: the signed transaction is stored, not yet sent. *sent*: handed to a node. *submitted*: lodged on the
    registry and safe there, logged, not answered yet. *accepted*, *accepted_in_part*, *returned*, *refused*: what the
    court answered. *failed*: the registry refused the transaction in its block, or the loan changed before it was sent.
    *ended*: the suit was withdrawn, dismissed or closed without a decision, by an event of its loan.
    """

    PREPARED = "prepared"
    SENT = "sent"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    RETURNED = "returned"
    REFUSED = "refused"
    FAILED = "failed"
    ENDED = "ended"


UNFINISHED = frozenset({FilingState.PREPARED, FilingState.SENT})
"""Lodging was begun; the same command finds out what happened and finishes it."""
NOT_LODGED = frozenset({FilingState.FAILED})
"""Nothing stands on the registry; the package may be lodged again with a new transaction."""
CLOSED = frozenset({FilingState.RETURNED, FilingState.REFUSED, FilingState.ENDED}) | NOT_LODGED
"""The case is free for another filing. Every other state keeps a second suit out."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing. `id` is 0 until it is stored; block fields are set when it is lodged. `outbox` is a folder."""

    id: int
    our_reference: str
    institution: str
    court: str
    court_address: str
    package_sha256: str
    filing_id: str
    chain_id: int
    registry: str
    nonce: int
    tx: str
    raw_tx: bytes
    state: FilingState
    block: int | None
    block_hash: str | None
    lodged_at: datetime | None
    outbox: str
    created_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether it keeps another filing of the same case out."""
        return self.state not in CLOSED


@dataclass(frozen=True, slots=True)
class Court:
    """A court as the filer names it, and the address that may answer for it (from the reader's trust, not ours)."""

    name: str
    address: str

    @property
    def slug(self) -> str:
        """A folder name for this court: its name in safe characters, and the start of its address."""
        kept = "".join(char if char.isalnum() else "-" for char in self.name)
        return f"{re.sub('-+', '-', kept).strip('-')[:SLUG_LENGTH] or 'court'}-{self.address[2:10].lower()}"


def court_of(name: str, address: str) -> Court:
    """Check a court's name and address. Raises FilingRefusedError that says which is wrong."""
    name = unicodedata.normalize("NFC", name.strip())
    if not name or len(name) > 100 or any(unicodedata.category(char).startswith("C") for char in name):
        raise FilingRefusedError("a court is named by 1 to 100 characters on one line")
    if not ADDRESS.match(address):
        raise FilingRefusedError("a court's address is 0x and 40 hexadecimal digits")
    if int(address, 16) == 0:
        raise FilingRefusedError("the all-zero address is no court's")
    known = checksummed(address)
    digits = address[2:]
    if digits not in (digits.lower(), digits.upper()) and address != known:
        raise FilingRefusedError(f"{address} has a wrong checksum (EIP-55); a digit or letter was mistyped")
    return Court(name, known)


def checksummed(address: str) -> str:
    """EIP-55: a letter is upper case where the hash of the lower-case digits says so."""
    digits = address[2:].lower()
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        char.upper() if int(mark, 16) >= 8 else char for char, mark in zip(digits, marks, strict=False)
    )


def filing_id_of(package_sha256: str, court: str, filer: str, chain_id: int, registry: str) -> str:
    """The filing id as FilingRegistry makes it: keccak256 of the ABI encoding in docs/spec/file.md, "Filing id"."""
    head = [
        (6 * 32).to_bytes(32, "big"),  # where the text stands
        bytes.fromhex(package_sha256),
        *(bytes.fromhex(address[2:]).rjust(32, b"\0") for address in (court, filer)),
        chain_id.to_bytes(32, "big"),
        bytes.fromhex(registry[2:]).rjust(32, b"\0"),
    ]
    text = FILING_TAG.encode()
    return "0x" + keccak256(b"".join(head) + len(text).to_bytes(32, "big") + text.ljust(32, b"\0")).hex()


def folder_name(filing: Filing) -> str:
    """The filing's folder in the court's outbox: our reference in safe characters, and the filing's id.

    Two references may look the same in safe characters; the id keeps their folders apart.
    """
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in filing.our_reference)
    return f"{kept[:60]}-{filing.filing_id[2:18]}"


def letter_bytes(filing: Filing, filer: str, size: int, cures: str = "") -> bytes:
    """filing.json: what the court is told beside the package, the same bytes for the same filing.

    `cures` is the id of the filing that this court returned and that this one mends.
    """
    return canonical_bytes(
        {
            **({"cures": cures} if cures else {}),
            "v": 1,
            "kind": "proofdocket.filing",
            "our_reference": filing.our_reference,
            "institution": filing.institution,
            "court": filing.court,
            "court_address": filing.court_address,
            "filer": filer,
            "chain_id": filing.chain_id,
            "registry": filing.registry,
            "filing_id": filing.filing_id,
            "package": {"name": "package.zip", "sha256": filing.package_sha256, "size": size},
        }
    )


def submitted_event_id(filing: Filing) -> str:
    """The one id of a filing's `filing.submitted` event."""
    return f"filing.submitted:{filing.filing_id[2:]}"


def submitted_payload(filing: Filing) -> dict[str, object]:
    """What `filing.submitted` says."""
    return {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "package_digest": filing.package_sha256,
        "channel": "outbox+registry",
        "filing_id": filing.filing_id[2:],
        "attributes": {"registry": filing.registry.lower(), "chain_id": filing.chain_id, "tx": filing.tx},
    }


def digest_of(raw: bytes) -> str:
    """SHA-256 of a package, as the registry holds it."""
    return sha256(raw).hexdigest()
