"""What the keeper of subjects' keys must promise: one data key per data subject, made, given, and destroyed for good.

A subject is a text such as ``borrower:B0001`` (an entry of an event's `subjects`) or ``loan:LN-1``, within one
institution. What is logged about a subject lies sealed under that subject's key; destroying the key erases it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from evidence_service.core.sealing import Cipher
from evidence_service.errors import EvidenceError


class SubjectErasedError(EvidenceError):
    """The data of this subject was erased: its key was destroyed."""

    code = "subject-erased"


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """One data key. `id` is what rows name it by; it says nothing of the subject, and outlives the key.

    `cipher` is the key made ready for use, where the keeper has it so.
    """

    id: int
    key: bytes
    cipher: Cipher | None = field(default=None, compare=False, repr=False)


class SubjectKeys(Protocol):
    """Keeps the data keys of subjects."""

    def keys_for(self, institution: str, subjects: Collection[str]) -> dict[str, SubjectKey]:
        """The key of each subject; missing ones are made, and durable before this returns.

        A subject whose key was destroyed gets a new one: what is logged after an erasure has a key of its own.
        """
        ...

    def key_of(self, institution: str, subject: str) -> SubjectKey:
        """The key of a subject; SubjectErasedError once it is destroyed, NotFoundError if there never was one."""
        ...

    def ids_of(self, institution: str, subject: str) -> tuple[int, ...]:
        """Ids of every key that this subject has or had, oldest first; destroyed ones are among them."""
        ...

    def by_id(self, ids: Collection[int]) -> Mapping[int, bytes | None]:
        """The keys with these ids; None for a destroyed one. An id that nobody made is a StoreError."""
        ...

    def destroy(self, institution: str, subject: str) -> bool:
        """Destroy every key of a subject, so that no copy of the files taken afterwards holds it. Whether any lived."""
        ...

    def seal_for(self, institution: str, subject: str, data: bytes, place: bytes) -> bytes:
        """Seal other bytes (an original, its key) under a subject's key, which is made if need be."""
        ...

    def open_for(self, sealed: bytes, place: bytes) -> bytes:
        """Open what `seal_for` made; SubjectErasedError once that key is destroyed."""
        ...
