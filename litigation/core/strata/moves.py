"""Events of strata: a move by the rules, a decision of a person, a warning that a person raises.

Spec: docs/spec/strata.md section 13. Ids follow from what is said, so that saying it again is the same event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from litigation.core.strata.signals import Level
from litigation.core.strata.stratum import NONE, Finding, Held, Stratum
from litigation.errors import LitigationError

SYSTEM = {"system": "proofdocket", "version": "0.1.0"}


class StrataError(LitigationError):
    """A stratum, a warning or a decision about one that cannot be taken as it is said."""

    code = "strata"


@dataclass(frozen=True, slots=True)
class Made:
    """What every event of one run says: whose log, when, on which day the loans were looked at, by which rules."""

    institution: str
    now: str
    day: date
    rules_digest: str
    model: str = ""
    model_version: str = ""


def move(made: Made, loan: str, last: Held | None, finding: Finding, treatment: str) -> dict[str, Any]:
    """A move by the rules. From one move there is one next move to a stratum: two runs at once say the same."""
    origin = last.event_id if last else NONE
    payload: dict[str, Any] = {
        "from": last.stratum.value if last else NONE,
        "to": finding.stratum.value,
        "treatment": treatment,
        "decided_by": "rules",
        "reasons": list(finding.reasons)[:200],
        "rules_digest": made.rules_digest,
        "inputs_digest": finding.digest(),
        "attributes": {"as_of": made.day.isoformat(), "overdue_days": finding.overdue_days},
    }
    if made.model:
        payload |= {"model": made.model, "model_version": made.model_version}
    if last is not None and last.by_person:
        payload["overrides"] = last.event_id
    key = _key(loan, origin, finding.stratum.value)
    return _event(made, loan, "stratum.moved", key, {"role": "strata", "org": made.institution}, "automatic", payload)


def decision(
    made: Made, loan: str, last: Held | None, to: Stratum, treatment: str, person: str, reason: str, until: date | None
) -> dict[str, Any]:
    """A person puts a loan into a stratum, until a day (inclusive) or for good."""
    if not reason.strip():
        raise StrataError("--reason says why a person decides otherwise than the rules")
    if until is not None and until < made.day:
        raise StrataError(f"--until {until.isoformat()} is past: name today or a later day")
    payload: dict[str, Any] = {
        "from": last.stratum.value if last else NONE,
        "to": to.value,
        "treatment": treatment,
        "decided_by": "person",
        "reasons": [reason.strip()],
        "rules_digest": made.rules_digest,
        "person": person,
        "attributes": {"as_of": made.day.isoformat()},
    }
    if last is not None:
        payload["overrides"] = last.event_id
    if until is not None:
        payload["until"] = until.isoformat()
    said = (loan, last.event_id if last else NONE, to.value, person, reason.strip(), until.isoformat() if until else "")
    actor = {"role": "risk", "org": made.institution, "id": person}
    return _event(made, loan, "stratum.moved", _key(*said), actor, "manual", payload)


def warning(made: Made, loan: str, rule: str, level: Level, person: str, reason: str) -> dict[str, Any]:
    """A person warns of a loan; the same warning of the same person on one day is said once."""
    if not rule.strip() or len(rule) > 60 or not rule.isprintable():
        raise StrataError("--rule names what was seen in at most 60 printable characters")
    if not reason.strip():
        raise StrataError("--reason says what was seen")
    payload = {"rule": rule.strip(), "level": level.value, "source": "person", "reasons": [reason.strip()]}
    key = _key(loan, rule.strip(), level.value, person, reason.strip(), made.day.isoformat())
    actor = {"role": "risk", "org": made.institution, "id": person}
    return _event(made, loan, "warning.raised", key, actor, "manual", payload)


def _event(
    made: Made, loan: str, kind: str, key: str, actor: dict[str, str], mechanism: str, payload: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": f"pd:{kind}:{key}",
        "institution": made.institution,
        "loan": loan,
        "type": kind,
        "type_version": 1,
        "occurred_at": made.now,
        "actor": actor,
        "source": SYSTEM | {"mechanism": mechanism},
        "payload": payload,
    }


def _key(*parts: str) -> str:
    """Parts as lengths and texts, so that no two lists of parts give the same key."""
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()[:40]
