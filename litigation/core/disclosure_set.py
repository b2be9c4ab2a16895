"""What a package discloses of each event, and which originals it holds: one set for each kind of recipient.

Spec: docs/spec/bundle.md section 6; PIPL Article 6 (minimisation). The sets are data with date, source and reason
(templates/recipients.toml); here is what they mean. What is not disclosed stays behind its digest in the log entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import ClassVar

from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.commitment import Disclosure
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.errors import LitigationError

COURT = "court"
COBORROWER = "coborrower"
"""The set of every defendant but the first: the borrower's originals are not a co-borrower's to read."""
RECIPIENT = re.compile(r"(court|mediator|(defendant|guarantor):([1-9][0-9]?))\Z")
PARTIES = ("coborrower.joined", "guarantee.signed", "security.granted", "third_party.named")
"""Events that are about another person than the borrower, their originals too."""
SAID_BY = frozenset({"objection.raised", "instalments.proposed", "statement.answered"})
"""What one party said, or was told: its own personal fields are that party's only, whichever party it is."""
KEPT_OF_ORIGINAL = "media_type"
"""What is still told of an original that is left out: that there is one, and of which kind."""


class RecipientError(LitigationError):
    """No such recipient: of another form, or the case has fewer defendants or guarantors."""

    code: ClassVar[str] = "recipient-unknown"


class Personal(Enum):
    """Whose personal fields are opened."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class DisclosureSet:
    """What one kind of recipient is shown from a day on. `closed` holds field names and `type:field`; `name.*` is a
    group. `originals` holds event types, or ``*``."""

    recipient: str
    valid_from: date
    source: str
    reason_zh: str
    reason_en: str
    personal: Personal
    names: frozenset[str]
    closed: frozenset[str]
    originals: frozenset[str]
    withheld: frozenset[str]


@dataclass(frozen=True, slots=True)
class Selection:
    """One recipient's view of one loan. `own` names the party event that made the recipient a party; the borrower, who
    is the first defendant, has every event that is about nobody else."""

    recipient: str
    rules: DisclosureSet
    own: frozenset[str]

    def opens(self, event: HistoryEvent, name: str) -> bool:
        """Whether a field of an event is disclosed."""
        rules = self.rules
        group, _, rest = name.partition(".")
        if not rules.closed.isdisjoint((name, f"{group}.*", f"{event.type}:{name}")):
            return False
        if group == "attachments" and not rest.endswith(f".{KEPT_OF_ORIGINAL}"):
            return self.shows_originals(event)
        if rules.personal is Personal.ALL or name in rules.names or group != "payload":
            return True
        return not _is_personal(event.type, rest) or (rules.personal is Personal.OWN and self._is_own(event, rest))

    def shows_originals(self, event: HistoryEvent) -> bool:
        """Whether the originals of an event are in the package."""
        if event.event_id in self.own:
            return True
        rules = self.rules
        return event.type not in rules.withheld and not rules.originals.isdisjoint(("*", event.type))

    def disclosures(self, event: HistoryEvent, all_of_it: Iterable[Disclosure]) -> tuple[Disclosure, ...]:
        """The disclosures of an event that go into the package, in their order."""
        return tuple(item for item in all_of_it if self.opens(event, item.name))

    def _is_own(self, event: HistoryEvent, field: str) -> bool:
        """Whether a personal field is about this recipient."""
        if event.event_id in self.own:
            return True
        if event.type in SAID_BY:
            return bool(event.payload.get("recipient") == self.recipient)
        others = event.type in PARTIES or field in CATALOGUE[event.type].about_others
        return self.recipient == "defendant:1" and not others


def select(recipient: str, as_of: date, sets: Iterable[DisclosureSet], history: LoanHistory) -> Selection:
    """The view that a recipient has of a loan, by the set in force on the cut-off day."""
    kind, _, number = check_recipient(recipient).partition(":")
    shown_as = COBORROWER if kind == "defendant" and number != "1" else kind
    in_force = [one for one in sets if one.recipient == shown_as and one.valid_from <= as_of]
    if not in_force:
        raise RecipientError(f"no disclosure set for {shown_as} is in force on {as_of}")
    own = _joined(kind, int(number), history) if number else frozenset[str]()
    return Selection(recipient, max(in_force, key=lambda one: one.valid_from), own)


def check_recipient(recipient: str) -> str:
    """The recipient, if it is written as one."""
    if not RECIPIENT.match(recipient):
        raise RecipientError(f"{recipient[:40]!r}: court, mediator, defendant:N or guarantor:N (N from 1)")
    return recipient


def _joined(kind: str, number: int, history: LoanHistory) -> frozenset[str]:
    """The event by which the recipient became a party. Defendant 1 is the borrower, the others are co-borrowers."""
    if (kind, number) == ("defendant", 1):
        return frozenset()
    events = history.all("coborrower.joined" if kind == "defendant" else "guarantee.signed")
    place = number - 2 if kind == "defendant" else number - 1
    if place >= len(events):
        known = len(events) + (kind == "defendant")
        raise RecipientError(f"{kind}:{number}: this case has {known} {kind}(s)")
    return frozenset({events[place].event_id})


def _is_personal(kind: str, field: str) -> bool:
    return field in _PERSONAL.get(kind, frozenset())


_PERSONAL: Mapping[str, frozenset[str]] = {
    code: frozenset(field.name for field in kind.fields if field.personal) for code, kind in CATALOGUE.items()
}
