"""The environment in which events were captured, as our own program observed it: a value, and what it does not show.

Spec: docs/spec/provenance.md (Environment), Civil Evidence Rules 93 (1) to (3), Online Rules 17 (3). What the sender
says of *its* environment is another thing: that is declared, and lies in the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import format_instant, parse_instant

KIND = "proofdocket.environment"
NAMES = frozenset(
    ["v", "kind", "observed_at", "host", "system", "runtime", "build", "build_digest", "clock", "self_check", "session"]
)
REPEAT = timedelta(hours=24)
"""A process that goes on looks again after this."""


class Answer(StrEnum):
    """What a self-check found. Unknown is never shown as good."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """One thing that was looked at, by a short stable name, and what was found."""

    name: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Environment:
    """What was observed. `build_digest` covers the program's own files; `clock` says whether the system calls its clock
    synchronised; `session` names the process and the operator's account by number, never a person."""

    observed_at: datetime
    host: str
    system: str
    runtime: str
    build: str
    build_digest: str
    clock: Answer
    self_check: tuple[SelfCheck, ...]
    session: str

    @property
    def clean(self) -> Answer:
        """Bad if any check is; good only if all are."""
        found = {one.answer for one in self.self_check}
        if Answer.BAD in found:
            return Answer.BAD
        return Answer.GOOD if found == {Answer.GOOD} else Answer.UNKNOWN

    def text(self) -> str:
        """The observation in canonical JSON."""
        return canonical_bytes(
            {
                "v": 1,
                "kind": KIND,
                "observed_at": format_instant(self.observed_at),
                "host": self.host,
                "system": self.system,
                "runtime": self.runtime,
                "build": self.build,
                "build_digest": self.build_digest,
                "clock": self.clock.value,
                "self_check": {one.name: one.answer.value for one in self.self_check},
                "session": self.session,
            }
        ).decode()

    @property
    def digest(self) -> str:
        """SHA-256 of the observation without its time and session: the same surroundings give the same digest."""
        value: dict[str, Any] = parse_canonical(self.text().encode())
        return sha256(canonical_bytes({**value, "observed_at": "", "session": ""})).hexdigest()


def parse_environment(text: str) -> Environment:
    """Read an observation strictly. Raises MalformedInputError that names the place."""
    value = parse_canonical(text.encode())
    shape.check_version(value, KIND, "environment")
    shape.members_of(value, NAMES, "environment")
    names = ("host", "system", "runtime", "build", "build_digest", "session")
    texts = {name: shape.text(value[name], f"environment.{name}", shape.LINE) for name in names}
    checks = value["self_check"]
    if not isinstance(checks, dict):
        raise shape.ShapeError("environment.self_check: an object")
    return Environment(
        observed_at=parse_instant(value["observed_at"], "environment.observed_at"),
        clock=_answer(value["clock"], "environment.clock"),
        self_check=tuple(
            SelfCheck(name, _answer(found, f"environment.self_check.{name}")) for name, found in sorted(checks.items())
        ),
        **texts,
    )


def in_force(observations: list[Environment], captures: list[datetime]) -> list[Environment]:
    """For each capture the newest observation before it; each once, in their order."""
    found: list[Environment] = []
    for moment in sorted(captures):
        before = [one for one in observations if one.observed_at <= moment]
        if before and before[-1] not in found:
            found.append(before[-1])
    return found


def _answer(value: Any, place: str) -> Answer:
    if value not in list(Answer):
        raise shape.ShapeError(f"{place}: good, bad or unknown")
    return Answer(value)
