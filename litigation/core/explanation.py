"""An explanation to the borrower: what was decided of him, by which model or policy, from which data, and why.

Spec: docs/spec/preloan.md section 5; Personal Information Protection Law 24. It says what the log says; what the log
does not say reads *not recorded*.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from litigation.core.history import HistoryEvent, LoanHistory, court_date

KINDS: dict[str, tuple[str, str]] = {
    "decision.scored": ("自动评分", "automated score"),
    "preloan.assessed": ("贷前核查", "checks before the loan"),
    "application.declined": ("拒绝申请", "application refused"),
    "approval.granted": ("审批通过", "loan approved"),
    "stratum.moved": ("贷后分层", "layer of treatment after the loan"),
}
MISSING = ("未记录", "not recorded")


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision. `by`: model, policy or rules with version, or a person; `automatic`: no person took part in it."""

    event_id: str
    on: date
    kind: str
    names: tuple[str, str]
    result: str
    by: str
    automatic: bool
    data: tuple[str, ...]
    reasons: tuple[str, ...]


def explain(history: LoanHistory) -> tuple[Explained, ...]:
    """Every decision about the borrower in the log, oldest first."""
    return tuple(_explained(event) for event in history.current() if event.type in KINDS)


def _explained(event: HistoryEvent) -> Explained:
    said = event.payload
    reasons = said.get("reasons") or [text for name in ("reason", "opinion") if (text := said.get(name))]
    return Explained(
        event.event_id,
        court_date(event.occurred_at),
        event.type,
        KINDS[event.type],
        _result(event),
        _by(event),
        _automatic(event),
        tuple(said.get("data", [])),
        tuple(str(one) for one in reasons),
    )


def _result(event: HistoryEvent) -> str:
    said = event.payload
    match event.type:
        case "decision.scored":
            return f"{said.get('grade', '')} {said['score']}".strip()
        case "preloan.assessed":
            return str(said["outcome"])
        case "stratum.moved":
            return f"{said['from']} > {said['to']}"
        case _:
            return ""


def _by(event: HistoryEvent) -> str:
    said = event.payload
    if event.type == "stratum.moved" and said["decided_by"] == "person":
        return "person"
    for name in ("model", "policy"):
        if name in said:
            return f"{name} {said[name]} {said.get(f'{name}_version', '')}".strip()
    if "rules_digest" in said:
        return f"rules {said['rules_digest'][:16]}"
    return ""


def _automatic(event: HistoryEvent) -> bool:
    if event.type == "stratum.moved":
        return str(event.payload["decided_by"]) != "person"
    return str(event.source.get("mechanism", "")) == "automatic" and event.payload.get("human_review") is not True
