"""Happenings: what occurs to one sample loan, put in order of time and written as events.

Spec: docs/spec/event.md. Wall times are those of China (UTC+8, no summer time); events carry UTC. Attachments are
inline: `content` holds the bytes in base64, so that one NDJSON file is the whole portfolio.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from evidence_service.core.digest import sha256_hex, sm3_hex
from litigation.sample.institution import sample_institution
from litigation.sample.people import Borrower
from litigation.sample.plan import LoanPlan

CHINA = timedelta(hours=8)
ORG = sample_institution().slug
APP, CORE, SCORING, COLLECTION = "mobile-app", "loan-core", "scoring", "collection"
_VERSIONS = {APP: "5.2.1", CORE: "2024.3", SCORING: "3.0", COLLECTION: "1.8"}


@dataclass(frozen=True, slots=True)
class Original:
    """One original: its name, media type and bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: a member of staff, the borrower, or a system."""

    id: str
    role: str


MANAGERS = tuple(Person(f"E{number}", "account_manager") for number in range(1001, 1009))
REVIEWERS = tuple(Person(f"E{number}", "reviewer") for number in range(1101, 1105))
APPROVERS = tuple(Person(f"E{number}", "approver") for number in range(1201, 1204))
COLLECTORS = tuple(Person(f"E{number}", "collector") for number in range(1301, 1306))
SYSTEM = {name: Person(f"sys-{name}", "system") for name in _VERSIONS}


@dataclass(slots=True)
class Story:
    """The life of one loan while it is told. `as_of` is the last day of which anything is known."""

    plan: LoanPlan
    person: Borrower
    rng: Random
    as_of: date
    told: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    def tell(
        self,
        at: datetime,
        kind: str,
        actor: Person,
        payload: Mapping[str, Any],
        *,
        system: str = CORE,
        originals: Sequence[Original] = (),
    ) -> None:
        """Note a happening at a wall time; one after the as-of date has not happened yet."""
        if at.date() > self.as_of:
            return
        automatic = actor.role in ("system", "borrower")
        event: dict[str, Any] = {
            "institution": ORG,
            "loan": self.plan.loan,
            "type": kind,
            "type_version": 1,
            "occurred_at": utc_text(at),
            "actor": {"id": actor.id, "role": actor.role, "org": ORG},
            "source": {
                "system": system,
                "mechanism": "automatic" if automatic else "manual",
                "version": _VERSIONS[system],
            },
            "environment": {"sample": "样例 SAMPLE"},
            "subjects": [self.person.subject],
            "payload": {name: value for name, value in payload.items() if value not in ("", None)},
        }
        if originals:
            event["attachments"] = [_attachment(original) for original in originals]
        self.told.append((at, event))

    def lines(self) -> list[bytes]:
        """Write the story as NDJSON lines in order of time; equal times keep the order of telling."""
        ordered = sorted(self.told, key=lambda item: item[0])
        lines: list[bytes] = []
        for number, (_, event) in enumerate(ordered):
            whole = {"id": f"{self.plan.loan}:{number:04d}", **event}
            text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
            lines.append(text.encode("utf-8") + b"\n")
        return lines

    def reference(self, prefix: str) -> str:
        """Invent a reference number."""
        return f"{prefix}{self.plan.index:06d}{self.rng.randrange(16**6):06X}"

    def staff(self, group: Sequence[Person]) -> Person:
        """Pick somebody of a group."""
        return group[self.rng.randrange(len(group))]

    @property
    def borrower(self) -> Person:
        """The borrower as the actor of an event."""
        return Person(self.person.subject, "borrower")


def wall(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Make a wall time in China."""
    return datetime.combine(day, time(hour, minute, second))


def utc_text(at: datetime) -> str:
    """Write a wall time of China as a UTC instant."""
    return (at - CHINA).isoformat() + "Z"


def json_original(name: str, content: Mapping[str, Any]) -> Original:
    """Make an original out of data, marked as a sample."""
    text = json.dumps({"sample": "样例 / SAMPLE", **content}, ensure_ascii=False, indent=1, sort_keys=True)
    return Original(name, "application/json", text.encode("utf-8") + b"\n")


def text_digest(text: str) -> str:
    """Digest of a text that was shown or sent."""
    return sha256(text.encode("utf-8")).hexdigest()


def _attachment(original: Original) -> dict[str, Any]:
    return {
        "name": original.name,
        "media_type": original.media_type,
        "size": len(original.content),
        "sha256": sha256_hex(original.content),
        "sm3": sm3_hex(original.content),
        "content": base64.b64encode(original.content).decode("ascii"),
    }
