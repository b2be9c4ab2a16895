"""Originals of an event: taken out of an import line, checked against their digests, put into the vault."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import Attachment, Event
from evidence_service.core.event_parts import subjects_of
from evidence_service.errors import EvidenceError, NotFoundError, ProofDocketError
from evidence_service.ports import SubjectErasedError, Vault

WAITING_BYTES = 32 << 20
"""Originals of a batch that wait in memory before they are made durable."""


class OriginalError(EvidenceError):
    """An original is missing or is not what its digests say."""

    code = "original-mismatch"


class MissingOriginalError(OriginalError):
    """An event names an original whose bytes nobody brought."""

    code = "original-missing"


FindFile = Callable[[str], bytes | None]


def take_contents(value: dict[str, Any]) -> list[bytes | None]:
    """Remove the base64 `content` of each attachment from an import line; returns the decoded bytes in order."""
    attachments = value.get("attachments")
    if not isinstance(attachments, list):
        return []
    contents: list[bytes | None] = []
    for index, attachment in enumerate(attachments):
        encoded = attachment.pop("content", None) if isinstance(attachment, dict) else None
        contents.append(None if encoded is None else _decode(encoded, index))
    return contents


def store_originals(event: Event, contents: list[bytes | None], find_file: FindFile, vault: Vault) -> None:
    """Check every original of an event and make it durable, for each of its subjects, before the event is logged."""
    checked = _checked(event, contents, find_file, lambda digest: _known(event.institution, digest, vault))
    if checked:
        vault.put(event.institution, subjects_of(event), *checked)


class BatchOriginals:
    """The originals of a batch of events: checked one by one, made durable together before any of them is logged."""

    def __init__(self, find_file: FindFile, vault: Vault) -> None:
        self._find_file, self._vault = find_file, vault
        self._waiting: list[tuple[Event, list[bytes]]] = []
        self._contents: dict[tuple[str, str], bytes] = {}
        self._bytes = 0
        self._failed: list[tuple[Event, ProofDocketError]] = []

    def add(self, event: Event, contents: list[bytes | None]) -> None:
        """Check the originals of an event; OriginalError if one is missing or another."""
        if not event.attachments:
            return
        checked = _checked(event, contents, self._find_file, lambda digest: self._found(event.institution, digest))
        self._waiting.append((event, checked))
        for attachment, content in zip(event.attachments, checked, strict=True):
            self._contents[event.institution, attachment.sha256] = content
            self._bytes += len(content)
        if self._bytes > WAITING_BYTES:
            self._store()

    def store(self) -> Sequence[tuple[Event, ProofDocketError]]:
        """Make all of them durable; returns the events whose originals could not be stored: they must not be logged."""
        self._store()
        return self._failed

    def _found(self, institution: str, digest: str) -> bytes | None:
        waiting = self._contents.get((institution, digest))
        return _known(institution, digest, self._vault) if waiting is None else waiting

    def _store(self) -> None:
        for institution in dict.fromkeys(event.institution for event, _ in self._waiting):
            mine = [one for one in self._waiting if one[0].institution == institution]
            try:
                self._vault.put_all(institution, [(subjects_of(event), brought) for event, brought in mine])
            except ProofDocketError:
                self._store_each(mine)
        self._waiting.clear()
        self._contents.clear()
        self._bytes = 0

    def _store_each(self, mine: list[tuple[Event, list[bytes]]]) -> None:
        """One by one, so that only those are set aside that cannot be stored."""
        for event, brought in mine:
            try:
                self._vault.put(event.institution, subjects_of(event), *brought)
            except ProofDocketError as error:
                self._failed.append((event, error))


def _checked(
    event: Event, contents: list[bytes | None], find_file: FindFile, known: Callable[[str], bytes | None]
) -> list[bytes]:
    """The originals of an event in order, each as its attachment declares it."""
    checked: list[bytes] = []
    for index, attachment in enumerate(event.attachments):
        content = contents[index] if index < len(contents) else None
        if content is None:
            content = find_file(attachment.sha256)
        if content is None:
            content = known(attachment.sha256)
        if content is None:
            raise MissingOriginalError(
                f"attachments[{index}]: the original {attachment.sha256[:16]}… was not brought: put its base64 into "
                "`content`, or the file under its SHA-256 into <import file>.attachments/"
            )
        check_original(attachment, content, f"attachments[{index}]")
        checked.append(content)
    return checked


def _known(institution: str, sha256: str, vault: Vault) -> bytes | None:
    """An original that was brought before, say with an earlier event or in an earlier run of the same import."""
    try:
        return vault.get(institution, sha256)
    except (NotFoundError, SubjectErasedError):
        return None


def check_original(attachment: Attachment, content: bytes, place: str) -> None:
    """Raise OriginalError unless the bytes have the declared size and both digests."""
    if len(content) != attachment.size:
        raise OriginalError(f"{place}.size: {attachment.size} declared, {len(content)} bytes found")
    if sha256_hex(content) != attachment.sha256:
        raise OriginalError(f"{place}.sha256: is not the digest of the original")
    if sm3_hex(content) != attachment.sm3:
        raise OriginalError(f"{place}.sm3: is not the digest of the original")


def _decode(encoded: Any, index: int) -> bytes:
    if not isinstance(encoded, str):
        raise OriginalError(f"attachments[{index}].content: base64 text")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise OriginalError(f"attachments[{index}].content: not base64") from None
