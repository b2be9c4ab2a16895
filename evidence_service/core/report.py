"""The verification report: ten checks, each with state and reason, where it failed, and the result of them all.

Spec: docs/spec/verify.md. A report is a finding, not an exception: a person judges it. Exit codes: passed 0,
failed 1, incomplete 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as part
from enum import StrEnum
from typing import Any, Literal

from evidence_service.core.event_times import EventTimes
from evidence_service.core.independent_time import TimeStatement
from evidence_service.core.reasons import CHECK_NAMES, REASONS, CheckState
from evidence_service.core.trust import TrustFile

Language = Literal["en", "zh"]
ALL_CHECKS = tuple(CHECK_NAMES)
NOT_PROVEN: dict[Language, tuple[str, ...]] = {
    "en": (
        "that what a record says is true: it shows what was recorded and that it is unaltered since it was logged;",
        "that a record was unaltered before its capture: mind the gaps in check 9;",
        "anything that a check above calls not checked.",
    ),
    "zh": (
        "记录内容本身真实：只证明记录了什么，以及自入日志以来未被改动；",
        "采集之前未被改动：请注意第 9 项所示间隔；",
        "以上任何标为“未核验”的事项。",
    ),
}
"""What a verification never proves, whatever its result."""


class Result(StrEnum):
    """The result of all checks under the reader's policy."""

    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"

    @property
    def exit_code(self) -> int:
        """What a command ends with: passed 0, failed 1, incomplete 2."""
        return {"passed": 0, "failed": 1, "incomplete": 2}[self.value]


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a failure: which check, and the member, entry of the loan, leaf index or field."""

    n: int
    code: str
    member: str = ""
    seq: int | None = None
    index: int | None = None
    field: str = ""

    def as_json(self) -> dict[str, Any]:
        """The place without its empty parts."""
        parts: dict[str, Any] = {"n": self.n, "code": self.code, "member": plain(self.member), "seq": self.seq}
        parts |= {"index": self.index, "field": plain(self.field)}
        return {name: value for name, value in parts.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found: its reason code, its place, and the parameters of its sentence."""

    code: str
    member: str = ""
    seq: int | None = None
    index: int | None = None
    field: str = ""
    params: Mapping[str, str] = part(default_factory=dict)

    def where(self, n: int) -> Where:
        """The place, for the report."""
        return Where(n, self.code, self.member, self.seq, self.index, self.field)


@dataclass(frozen=True, slots=True)
class Check:
    """One numbered check. The code decides the state and the sentence (evidence_service/core/reasons/)."""

    n: int
    code: str
    params: Mapping[str, str] = part(default_factory=dict)

    @property
    def state(self) -> CheckState:
        """Passed, failed, not checked, erased or claimed."""
        return REASONS[self.code].state

    @property
    def name(self) -> str:
        """The English name."""
        return CHECK_NAMES[self.n][0]

    @property
    def name_zh(self) -> str:
        """The Chinese name."""
        return CHECK_NAMES[self.n][1]

    @property
    def reason(self) -> str:
        """The English sentence."""
        return REASONS[self.code].en.format_map(self.params)

    @property
    def reason_zh(self) -> str:
        """The Chinese sentence."""
        return REASONS[self.code].zh.format_map(self.params)

    def as_json(self, lang: Language = "en") -> dict[str, Any]:
        """The check as the command line writes it."""
        name, reason = (self.name, self.reason) if lang == "en" else (self.name_zh, self.reason_zh)
        return {"n": self.n, "name": name, "state": self.state.value, "code": self.code, "reason": reason}


@dataclass(frozen=True, slots=True)
class Report:
    """The ten checks in order, their result, and the place of every failure.

    `unaltered_since` is the independent time and who vouches for it, None where nobody does; `trust` is the trust file
    that was in force; `times` the times of every entry that could be read.
    """

    result: Result
    checks: tuple[Check, ...]
    where: tuple[Where, ...]
    unaltered_since: TimeStatement | None = None
    trust: TrustFile | None = None
    times: tuple[EventTimes, ...] = ()

    def check(self, n: int) -> Check:
        """Check number n."""
        return self.checks[n - 1]

    def as_json(self, lang: Language = "en") -> dict[str, Any]:
        """The report as the command line writes it."""
        value: dict[str, Any] = {
            "result": self.result.value,
            "checks": [check.as_json(lang) for check in self.checks],
            "unaltered_since": None if self.unaltered_since is None else self.unaltered_since.as_json(),
            "trust": None if self.trust is None else self.trust.summary(),
            "times": [times.as_json() for times in self.times],
        }
        if self.where:
            value["where"] = [where.as_json() for where in self.where]
        return value


def settle(n: int, findings: Sequence[Finding], otherwise: Finding) -> tuple[Check, tuple[Where, ...]]:
    """One check from what it found: the first failure decides, then the first other finding, else `otherwise`."""
    failures = [finding for finding in findings if REASONS[finding.code].state is CheckState.FAILED]
    chosen = (failures or list(findings) or [otherwise])[0]
    places = failures or [one for one in (chosen,) if REASONS[one.code].state is CheckState.FAILED]
    given = {"member": chosen.member, "seq": str(chosen.seq), "field": chosen.field} | dict(chosen.params)
    params = {name: plain(value) for name, value in given.items()}
    return Check(n, chosen.code, params), tuple(finding.where(n) for finding in places)


def plain(text: str) -> str:
    """Text from a package, fit for a terminal and a line: no control characters, not endless."""
    return "".join(char if char.isprintable() else "?" for char in text[:300])


def result_of(checks: Iterable[Check], required: Iterable[int]) -> Result:
    """Any failed check → failed; every required one passed → passed; otherwise incomplete."""
    states = {check.n: check.state for check in checks}
    if CheckState.FAILED in states.values():
        return Result.FAILED
    if all(states.get(n) is CheckState.PASSED for n in required):
        return Result.PASSED
    return Result.INCOMPLETE
