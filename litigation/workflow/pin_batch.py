"""Pin: everything that the packages of a batch depend on beside the loan, as one text and its digest.

Spec: docs/spec/batch.md section 2. What is a value is pinned as it is; rules and program are pinned by their digests
and must be the same where a case is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any, ClassVar, get_type_hints

import msgspec

from litigation.core.pinned import PinnedMaterial
from litigation.core.rules import Rules
from litigation.errors import LitigationError
from litigation.workflow.case_source import CaseSource


class BatchPinsError(LitigationError):
    """What a batch was pinned to is not what is here: other rules, another version of the program."""

    code: ClassVar[str] = "batch-pins"


COMPARED = frozenset({"rules", "event_names"})
"""What a source holds that is not kept as a value: rules by their digest, names of events by the program's."""
_HINTS = get_type_hints(CaseSource)
_KEPT = tuple(field.name for field in fields(CaseSource) if field.name not in COMPARED)
_PinnedSource: Any = msgspec.defstruct(
    "PinnedSource", [*((name, _HINTS[name]) for name in _KEPT), ("rules_digest", str), ("renderer", str)], frozen=True
)
"""Every value of a CaseSource, also those that it will get; `renderer` names program, texts and libraries that draw."""


def pin_source(source: CaseSource, material: PinnedMaterial, renderer: str) -> tuple[str, str]:
    """The pinned text of a source and its SHA-256; entries logged after the checkpoint change neither."""
    log = replace(source.log, size=source.published.checkpoint.size)
    whole = replace(source, log=log, material=material)
    values = {name: getattr(whole, name) for name in _KEPT}
    text = msgspec.json.encode(_PinnedSource(**values, rules_digest=source.rules.digest, renderer=renderer))
    return text.decode(), sha256(text).hexdigest()


def check_pins(pinned: str, rules: Rules, renderer: str) -> None:
    """Raise BatchPinsError where rules or program are not those that a batch was pinned to."""
    found = msgspec.json.decode(pinned, type=_PinnedSource)
    if found.rules_digest != rules.digest:
        raise BatchPinsError("the rules in force are not those that this batch was pinned to")
    if found.renderer != renderer:
        raise BatchPinsError(f"this batch was pinned to {found.renderer}; here is {renderer}")


def source_of(pinned: str, rules: Rules, event_names: Mapping[str, tuple[str, str]]) -> CaseSource:
    """The source that a text pins, under rules that `check_pins` found to be the same."""
    found = msgspec.json.decode(pinned, type=_PinnedSource)
    return CaseSource(rules=rules, event_names=event_names, **{name: getattr(found, name) for name in _KEPT})
