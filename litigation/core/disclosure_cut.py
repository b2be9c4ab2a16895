"""The case file as one recipient may read it: what is withheld from it is said to be withheld, not left blank.

Spec: docs/spec/bundle.md section 6. First what is known to be closed (facts, parties, exhibits), then every text that
holds a closed value; at last nothing may hold one, or no package is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any, ClassVar

from litigation.core.casefile import CaseFile, Exhibit, Fact, FactState, LoggedEvent
from litigation.core.disclosure_set import COURT, Selection
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.party import Party
from litigation.errors import LitigationError

WITHHELD = "未向本收件人披露"
_LEAST = 6
"""A closed text this long is looked for inside other texts; a shorter one only as a whole text."""
_DEFENDANT = re.compile(r"defendant(\d*)\.(\w+)\Z")
_THIRD = re.compile(r"third(\d+)\.(\w+)\Z")


class DisclosureLeakError(LitigationError):
    """Something withheld from a recipient would be in its package."""

    code: ClassVar[str] = "disclosure-leak"


def cut(case: CaseFile, history: LoanHistory, selection: Selection) -> CaseFile:
    """Cut a case file for its recipient. The court's is not cut: its set closes nothing that a paper shows."""
    if selection.recipient == COURT:
        return case
    events = {event.event_id: event for event in history.events}
    facts = tuple(_fact(fact, events, selection) for fact in case.facts)
    gone = [fact.key for fact in facts if fact.state is FactState.WITHHELD]
    known = replace(
        case,
        recipient=selection.recipient,
        facts=facts,
        defendants=_parties(case.defendants, _matches(_DEFENDANT, gone)),
        third_parties=_parties(case.third_parties, _matches(_THIRD, gone)),
        exhibits=tuple(_exhibit(exhibit, events, selection, case) for exhibit in case.exhibits),
        events=tuple(_logged(event, events[event.event_id], selection) for event in case.events),
    )
    swept = _swept(known, _Closed(closed_texts(history, selection)))
    assert isinstance(swept, CaseFile)
    return swept


def check_nothing_left(content: str, place: str, closed: frozenset[str]) -> None:
    """Raise DisclosureLeakError where a text of the package holds a closed value."""
    long = (value for value in closed if len(value) >= _LEAST)
    if any(value in content or json.dumps(value, ensure_ascii=False)[1:-1] in content for value in long):
        raise DisclosureLeakError(f"{place} holds a value that is withheld from this recipient; no package was made")


def closed_texts(history: LoanHistory, selection: Selection) -> frozenset[str]:
    """Texts of closed fields and of originals left out, unless the same text is opened elsewhere."""
    opened, closed = set[str](), set[str]()
    for event in history.events:
        for name, value in event.payload.items():
            (opened if selection.opens(event, f"payload.{name}") else closed).update(_texts(value))
        for original in event.originals:
            texts = (original.name, original.sha256, original.sm3)
            (opened if selection.shows_originals(event) else closed).update(texts)
    return frozenset(closed - opened)


def _fact(fact: Fact, events: dict[str, HistoryEvent], selection: Selection) -> Fact:
    event = events.get(fact.event)
    if event is None or not fact.field or selection.opens(event, fact.field):
        return fact
    return replace(fact, value="", state=FactState.WITHHELD)


def _matches(pattern: re.Pattern[str], keys: list[str]) -> set[tuple[int, str]]:
    """Number (from 1) and field of each party's fact that is withheld."""
    found = (pattern.match(key) for key in keys)
    return {(int(match[1] or 1), match[2]) for match in found if match}


def _parties(parties: tuple[Party, ...], gone: set[tuple[int, str]]) -> tuple[Party, ...]:
    """Parties with what is withheld of them marked; a day becomes unknown, what was empty stays so."""
    changed = []
    for number, party in enumerate(parties, 1):
        names = {one.name for one in fields(party)} & {field for at, field in gone if at == number}
        values: dict[str, Any] = {
            name: None if isinstance(getattr(party, name), date) else WITHHELD for name in names if getattr(party, name)
        }
        changed.append(replace(party, **values))
    return tuple(changed)


def _exhibit(exhibit: Exhibit, events: dict[str, HistoryEvent], selection: Selection, case: CaseFile) -> Exhibit:
    """An exhibit keeps its number and object of proof; name, digests and content go."""
    event = events[exhibit.event_id]
    if selection.shows_originals(event):
        return exhibit
    names = {logged.event_id: logged.zh for logged in case.events}
    return replace(
        exhibit,
        title=f"{names[exhibit.event_id]}（{WITHHELD}）",
        file_name=WITHHELD,
        sha256=WITHHELD,
        sm3=WITHHELD,
        content=b"",
        withheld=True,
    )


def _logged(logged: LoggedEvent, event: HistoryEvent, selection: Selection) -> LoggedEvent:
    if not logged.attachments or selection.shows_originals(event):
        return logged
    return replace(logged, attachments=(WITHHELD,))


class _Closed:
    """Closed texts, short ones apart."""

    def __init__(self, texts: frozenset[str]) -> None:
        self.whole = texts
        long = sorted((text for text in texts if len(text) >= _LEAST), key=len, reverse=True)
        self._inside = re.compile("|".join(map(re.escape, long))) if long else None

    def marked(self, text: str) -> str:
        """The text with every closed value in it replaced."""
        if text in self.whole:
            return WITHHELD
        return self._inside.sub(WITHHELD, text) if self._inside else text


def _swept(value: Any, closed: _Closed) -> Any:
    """A value with the closed texts in it replaced, however deep. Enums, numbers and days stay."""
    if type(value) is str:
        return closed.marked(value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_swept(item, closed) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for one in fields(value):
            before = getattr(value, one.name)
            after = _swept(before, closed)
            if after is not before and after != before:
                changed[one.name] = after
        return replace(value, **changed) if changed else value
    return value


def _texts(value: Any) -> Iterator[str]:
    """Every text in a payload value."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
