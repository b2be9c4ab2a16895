"""Pin: everything that the packages of a batch depend on beside the loan, as one text and its digest.

Spec: docs/spec/batch.md section 2. What is a value is pinned as it is; rules and program are pinned by their digests
and must be the same where a case is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import ClassVar

import msgspec

from evidence_service.core.metadata import ChainClaim
from evidence_service.ports import LogRecord, PublishedCheckpoint
from litigation.core.pinned import PinnedMaterial
from litigation.core.plaintiff import PlaintiffData
from litigation.core.rules import Rules
from litigation.errors import LitigationError
from litigation.workflow.case_source import CaseSource


class BatchPinsError(LitigationError):
    """What a batch was pinned to is not what is here: other rules, another version of the program."""

    code: ClassVar[str] = "batch-pins"


@dataclass(frozen=True, slots=True)
class PinnedSource:
    """The source of a batch as it is kept. `renderer` names the program and the libraries that draw."""

    log: LogRecord
    published: PublishedCheckpoint
    chain: ChainClaim | None
    anchor_state: str
    as_of: date
    plaintiff: PlaintiffData
    draft: bool
    material: PinnedMaterial
    rules_digest: str
    renderer: str
    recipient: str = "court"


def pin_source(source: CaseSource, material: PinnedMaterial, renderer: str) -> tuple[str, str]:
    """The pinned text of a source and its SHA-256; entries logged after the checkpoint change neither."""
    pinned = PinnedSource(
        log=replace(source.log, size=source.published.checkpoint.size),
        published=source.published,
        chain=source.chain,
        anchor_state=source.anchor_state,
        as_of=source.as_of,
        plaintiff=source.plaintiff,
        draft=source.draft,
        material=material,
        rules_digest=source.rules.digest,
        renderer=renderer,
        recipient=source.recipient,
    )
    text = msgspec.json.encode(pinned)
    return text.decode(), sha256(text).hexdigest()


def check_pins(pinned: str, rules: Rules, renderer: str) -> None:
    """Raise BatchPinsError where rules or program are not those that a batch was pinned to."""
    found = msgspec.json.decode(pinned, type=PinnedSource)
    if found.rules_digest != rules.digest:
        raise BatchPinsError("the rules in force are not those that this batch was pinned to")
    if found.renderer != renderer:
        raise BatchPinsError(f"this batch was pinned to {found.renderer}; here is {renderer}")


def source_of(pinned: str, rules: Rules, event_names: Mapping[str, tuple[str, str]]) -> CaseSource:
    """The source that a text pins, under rules that `check_pins` found to be the same."""
    found = msgspec.json.decode(pinned, type=PinnedSource)
    return CaseSource(
        log=found.log,
        published=found.published,
        chain=found.chain,
        anchor_state=found.anchor_state,
        as_of=found.as_of,
        rules=rules,
        plaintiff=found.plaintiff,
        event_names=event_names,
        draft=found.draft,
        material=found.material,
        recipient=found.recipient,
    )
