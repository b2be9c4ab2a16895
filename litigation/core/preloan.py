"""Checks before a loan: what the policy of the day says of an application, by its events, the own book and a bureau.

Spec: docs/spec/preloan.md. A check without data is *not checked*, never passed. A person decides; this only finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from evidence_service.core.canonical import canonical_bytes
from litigation.core.history import HistoryEvent, LoanHistory, court_date
from litigation.core.rules import Rules
from litigation.core.strata.signals import pairs

NEEDED = ("identity.verified", "information.verified", "fraud.assessed")


class Result(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it found, from which fields, by which events; `said` holds figures, never who somebody is."""

    code: str
    result: Result
    zh: str
    en: str
    fields: tuple[str, ...]
    events: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class OwnLoan:
    """Another loan of the same person in the own book."""

    loan: str
    open: bool
    overdue_days: int


@dataclass(frozen=True, slots=True)
class BureauAnswer:
    """What a bureau said of a person: how many lenders, how much is owed to them, under which reference."""

    source: str
    reference: str
    lenders: int
    outstanding: Decimal | None


class Bureau(Protocol):
    """A bureau of borrowings. None: it knows nobody of that name, which is no answer of *none*."""

    def ask(self, subject: str) -> BureauAnswer | None:
        """Ask about a person by the lender's own identifier."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All checks of an application under one version of the policy."""

    policy_version: str
    checks: tuple[Check, ...]

    @property
    def outcome(self) -> Result:
        """Failed where one failed; not checked where one was not; else passed."""
        found = {one.result for one in self.checks}
        return next(one for one in (Result.FAILED, Result.NOT_CHECKED, Result.PASSED) if one in found)

    def digest(self) -> str:
        """SHA-256 of the canonical object of what was found, from which events."""
        seen = [
            {"code": one.code, "result": one.result.value, "said": one.said, "events": list(one.events)}
            for one in self.checks
        ]
        return sha256(canonical_bytes({"policy": self.policy_version, "checks": seen})).hexdigest()


def evaluate(history: LoanHistory, own: Iterable[OwnLoan] | None, day: date, rules: Rules) -> Evaluation:
    """Evaluate an application by what is known on the day; `own` is None where the person could not be looked up."""
    policy = dict(pairs(rules, "preloan.policy", day))
    start = day - timedelta(days=int(policy["days"]))
    fresh = [event for event in history.current() if start <= court_date(event.occurred_at) <= day]
    passed = rules.in_force("preloan.passed_results", day).words
    checks = [_result(kind, fresh, passed) for kind in NEEDED]
    checks += [_income(fresh, Decimal(policy["debt_to_income"])), _lenders(fresh, int(policy["lenders"]))]
    checks += _own_book(own, int(policy["own_open"]), int(policy["own_overdue_days"]))
    return Evaluation(policy["version"], tuple(checks))


NAMES = {
    "identity.verified": ("实名核验", "identity"),
    "information.verified": ("申请信息核查", "application information"),
    "fraud.assessed": ("反欺诈调查", "fraud"),
}


def _result(kind: str, fresh: list[HistoryEvent], passed: tuple[str, ...]) -> Check:
    """Of several checks of a kind each must have passed."""
    code, (zh, en) = kind.replace(".", "_"), NAMES[kind]
    found = [event for event in fresh if event.type == kind and event.payload.get("result")]
    fields, ids = (f"{kind}.result",), tuple(event.event_id for event in found)
    if not found:
        return Check(code, Result.NOT_CHECKED, f"{zh}：无记录", f"{en}: nothing on record", fields)
    if all(event.payload["result"] in passed for event in found):
        return Check(code, Result.PASSED, f"{zh}：通过", f"{en}: passed", fields, ids)
    return Check(code, Result.FAILED, f"{zh}：未通过", f"{en}: not passed", fields, ids)


def _income(fresh: list[HistoryEvent], limit: Decimal) -> Check:
    fields = ("income.recorded.monthly_income", "income.recorded.monthly_liabilities")
    event = next((one for one in reversed(fresh) if one.type == "income.recorded"), None)
    names = ("debt_to_income", "收入负债比", "liabilities to income")
    if event is None or not {"monthly_income", "monthly_liabilities"} <= set(event.payload):
        return Check(names[0], Result.NOT_CHECKED, f"{names[1]}：无记录", f"{names[2]}: nothing on record", fields)
    income, owed = Decimal(event.payload["monthly_income"]), Decimal(event.payload["monthly_liabilities"])
    if income <= 0:
        return Check(
            names[0], Result.FAILED, f"{names[1]}：无收入", f"{names[2]}: no income", fields, (event.event_id,)
        )
    ratio = (owed / income).quantize(Decimal("0.01"))
    result = Result.PASSED if owed <= limit * income else Result.FAILED
    said = f"{ratio} (<= {limit})"
    return Check(names[0], result, f"{names[1]} {said}", f"{names[2]} {said}", fields, (event.event_id,), said)


def _lenders(fresh: list[HistoryEvent], limit: int) -> Check:
    fields = ("borrowing.checked.lenders",)
    event = next((one for one in reversed(fresh) if one.type == "borrowing.checked"), None)
    if event is None or "lenders" not in event.payload:
        return Check("lenders", Result.NOT_CHECKED, "多头借贷：无记录", "other lenders: nothing on record", fields)
    count = event.payload["lenders"]
    result, said = Result.PASSED if count <= limit else Result.FAILED, f"{count} (<= {limit})"
    return Check("lenders", result, f"借款机构数 {said}", f"other lenders {said}", fields, (event.event_id,), said)


def _own_book(own: Iterable[OwnLoan] | None, most: int, late: int) -> list[Check]:
    fields = ("own loans",)
    if own is None:
        return [
            Check(
                "own_loans", Result.NOT_CHECKED, "本机构其他贷款：无法识别借款人", "own loans: borrower unknown", fields
            )
        ]
    loans = list(own)
    count, worst = sum(1 for one in loans if one.open), max((one.overdue_days for one in loans), default=0)
    open_said, late_said = f"{count} (<= {most})", f"{worst} (<= {late})"
    return [
        Check(
            "own_open", Result.PASSED if count <= most else Result.FAILED,
            f"本机构未结清贷款 {open_said}", f"open loans with us {open_said}", fields, (), open_said,
        ),
        Check(
            "own_overdue", Result.PASSED if worst <= late else Result.FAILED,
            f"本机构贷款逾期天数 {late_said}", f"days overdue with us {late_said}", fields, (), late_said,
        ),
    ]  # fmt: skip
