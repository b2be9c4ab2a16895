"""Originals of an event: taken out of an import line, checked against their digests, put into the vault."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import Attachment, Event
from evidence_service.core.event_parts import subjects_of
from evidence_service.errors import EvidenceError, NotFoundError
from evidence_service.ports import SubjectErasedError, Vault


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
    checked: list[bytes] = []
    for index, attachment in enumerate(event.attachments):
        content = contents[index] if index < len(contents) else None
        if content is None:
            content = find_file(attachment.sha256)
        if content is None:
            content = _known(event.institution, attachment.sha256, vault)
        if content is None:
            raise MissingOriginalError(
                f"attachments[{index}]: the original {attachment.sha256[:16]}… was not brought: put its base64 into "
                "`content`, or the file under its SHA-256 into <import file>.attachments/"
            )
        check_original(attachment, content, f"attachments[{index}]")
        checked.append(content)
    if checked:
        vault.put(event.institution, subjects_of(event), *checked)


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
