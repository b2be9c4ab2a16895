"""The disclosure sets that ship with the program, read strictly: every set has its date, source and reason.

Spec: docs/spec/bundle.md section 6. A change of the file is a change of the program that draws (batch pins).
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from evidence_service.core.catalogue import CATALOGUE
from litigation.core.disclosure_set import DisclosureSet, Personal
from litigation.errors import RulebookError

FILE = "recipients.toml"
KINDS = ("court", "defendant", "coborrower", "guarantor", "mediator")
_TEXTS = ("recipient", "source", "reason_zh", "reason_en", "personal")
_LISTS = ("names", "closed", "originals", "withheld")


@cache
def disclosure_sets() -> tuple[DisclosureSet, ...]:
    """The sets of the program."""
    return read_sets((files("litigation") / "templates" / FILE).read_text("utf-8"))


def read_sets(text: str) -> tuple[DisclosureSet, ...]:
    """Read sets. Refused: an unknown or missing key, an unknown kind of recipient or event, a kind without any set."""
    try:
        listed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{FILE}: no valid TOML: {error}") from error
    if set(listed) != {"set"} or not isinstance(listed["set"], list):
        raise RulebookError(f"{FILE}: a list of [[set]] tables, and nothing else")
    found = tuple(_read(f"{FILE}: set {number}", one) for number, one in enumerate(listed["set"], 1))
    keys = [(one.recipient, one.valid_from) for one in found]
    if len(set(keys)) != len(keys) or {one.recipient for one in found} != set(KINDS):
        raise RulebookError(f"{FILE}: one set for each of {', '.join(KINDS)} and each day from which it counts")
    return found


def _read(place: str, one: Any) -> DisclosureSet:
    if not isinstance(one, dict) or set(one) != {*_TEXTS, *_LISTS, "from"}:
        raise RulebookError(f"{place}: needs exactly from, {', '.join((*_TEXTS, *_LISTS))}")
    for name in _TEXTS:
        if not isinstance(one[name], str) or not one[name].strip():
            raise RulebookError(f"{place}: {name} is a text")
    for name in _LISTS:
        if not isinstance(one[name], list) or not all(isinstance(item, str) for item in one[name]):
            raise RulebookError(f"{place}: {name} is a list of texts")
    if type(one["from"]) is not date or one["recipient"] not in KINDS:
        raise RulebookError(f"{place}: from is a day, recipient one of {', '.join(KINDS)}")
    unknown = ({*one["originals"], *one["withheld"]} - {"*"}) - set(CATALOGUE)
    unknown |= {item.partition(":")[0] for item in one["closed"] if ":" in item} - set(CATALOGUE)
    if unknown:
        raise RulebookError(f"{place}: no such event type: {', '.join(sorted(unknown))}")
    try:
        personal = Personal(one["personal"])
    except ValueError:
        raise RulebookError(f"{place}: personal is all, own or none") from None
    return DisclosureSet(
        recipient=one["recipient"],
        valid_from=one["from"],
        source=one["source"],
        reason_zh=one["reason_zh"],
        reason_en=one["reason_en"],
        personal=personal,
        names=frozenset(one["names"]),
        closed=frozenset(one["closed"]),
        originals=frozenset(one["originals"]),
        withheld=frozenset(one["withheld"]),
    )
