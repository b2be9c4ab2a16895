"""A case as JSON: facts with their sources, matrix, defects, limitation, routes, deadlines.

Spec: docs/spec/readiness.md section 8. Amounts are decimal text, days ISO 8601.
"""

from __future__ import annotations

from typing import Any

from litigation.case_service import CaseView
from litigation.core.case_deadlines import CaseDeadline
from litigation.core.casefile import Fact, FactState
from litigation.core.completeness import MatrixRow
from litigation.core.defect import Defect
from litigation.core.derivation import DERIVATIONS
from litigation.core.limitation import LimitationState
from litigation.core.routing import NAMES, RouteOption
from litigation.core.rules import RuleEntry
from litigation.submission_lines import said_json


def case_to_json(view: CaseView) -> dict[str, Any]:
    """The whole case."""
    checked, claim = view.checked, view.assessment.claim
    return {
        "our_reference": view.our_reference,
        "loan": view.loan,
        "as_of": view.as_of.isoformat(),
        "ready": checked.ready,
        "overdue_days": view.overdue_days,
        "claim_total": f"{claim.total:f}" if claim else None,
        "claim_missing": view.assessment.missing,
        "cause": _rule(checked.cause),
        "cap": _rule(checked.cap),
        "defects": [defect_to_json(defect) for defect in checked.defects],
        "completeness": [_row(row) for row in checked.matrix],
        "jurisdiction": {
            "court": checked.jurisdiction.court,
            "area": checked.jurisdiction.area,
            "clause": checked.jurisdiction.clause,
            "clause_notified": checked.jurisdiction.clause_notified,
            "agreed": list(checked.jurisdiction.agreed),
            "places": [
                {"place": one.place.value, "here": one.here, "event": one.event, "article": one.article}
                for one in checked.jurisdiction.connections
            ],
        },
        "limitation": _limitation(checked.limitation),
        "routes": [_option(option) for option in checked.routing.options],
        "recommended": checked.routing.recommended.value if checked.routing.recommended else None,
        "decided": checked.decision.route if checked.decision else None,
        "deadlines": [deadline_to_json(one) for one in view.deadlines],
        "facts": [fact_to_json(fact) for fact in view.facts],
        "submissions": [said_json(one) for one in view.said],
        "rules_digest": view.rules_digest,
        "matrix_digest": view.matrix_digest,
    }


def summary_to_json(view: CaseView) -> dict[str, Any]:
    """One line of a list."""
    checked, claim = view.checked, view.assessment.claim
    return {
        "our_reference": view.our_reference,
        "loan": view.loan,
        "overdue_days": view.overdue_days,
        "claim_total": f"{claim.total:f}" if claim else None,
        "limitation": checked.limitation.last_day.isoformat() if checked.limitation else None,
        "blocking": [defect.code for defect in checked.defects if defect.blocking],
        "warnings": [defect.code for defect in checked.defects if not defect.blocking],
        "recommended": checked.routing.recommended.value if checked.routing.recommended else None,
        "decided": checked.decision.route if checked.decision else None,
        "submissions": [said_json(one) for one in view.said],
    }


def defect_to_json(defect: Defect) -> dict[str, Any]:
    """One defect, both languages."""
    return {
        "code": defect.code,
        "subject": defect.subject,
        "blocking": defect.blocking,
        "zh": defect.text_zh,
        "en": defect.text_en,
        "where_from_zh": defect.where_from_zh,
        "where_from_en": defect.where_from_en,
        "basis": defect.basis,
    }


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """One fact with what is behind it: event and field, or rule and inputs."""
    found: dict[str, Any] = {"key": fact.key, "value": fact.value, "state": fact.state.value}
    if fact.event:
        found |= {"event": fact.event, "field": fact.field}
    if fact.state is FactState.DERIVED:
        behind = DERIVATIONS[fact.key]
        found |= {
            "rule_zh": behind.zh, "rule_en": behind.en, "spec": behind.spec, "inputs": list(behind.inputs)
        }  # fmt: skip
    return found


def deadline_to_json(one: CaseDeadline) -> dict[str, Any]:
    """One period: its last day, whether holidays moved it, whether their year is recorded, and its article."""
    return {
        "name": one.deadline.name,
        "zh": one.zh,
        "en": one.en,
        "begins": one.deadline.begins.isoformat(),
        "last_day": one.deadline.last_day.isoformat(),
        "moved": one.deadline.moved,
        "provisional": one.deadline.provisional,
        "event": one.event,
        "met_by": one.met_by,
        "article": one.deadline.rule.source,
    }


def _rule(entry: RuleEntry) -> dict[str, Any]:
    value = entry.text if entry.number is None else f"{entry.number:f}"
    return {"rule": entry.series, "value": value, "source": entry.source, "mark": entry.mark.value}


def _row(row: MatrixRow) -> dict[str, Any]:
    expected = row.expected
    return {
        "stage": expected.stage,
        "type": expected.type,
        "where": "=".join(expected.where) if expected.where else "",
        "need": expected.need.value,
        "state": row.state.value,
        "count": row.count,
        "event": row.event,
        "zh": expected.zh,
        "en": expected.en,
        "system_zh": expected.system_zh,
        "system_en": expected.system_en,
        "hook": expected.hook,
        "mark": expected.mark,
    }


def _limitation(state: LimitationState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    by_acceleration = state.readings.from_acceleration
    return {
        "last_day": state.last_day.isoformat(),
        "days_left": state.days_left,
        "provisional": state.provisional,
        "from_last_instalment": state.readings.from_last_instalment.isoformat(),
        "from_acceleration": by_acceleration.isoformat() if by_acceleration else None,
        "interruptions": [
            {"on": one.on.isoformat(), "kind": one.kind, "event": one.event} for one in state.interruptions
        ],
        "article": state.source,
    }


def _option(option: RouteOption) -> dict[str, Any]:
    zh, en = NAMES[option.route]
    recovery = option.recovery
    return {
        "route": option.route.value,
        "zh": zh,
        "en": en,
        "standing": option.standing.value,
        "fee": None if option.fee is None else f"{option.fee:f}",
        "reasons": [
            {
                "code": one.code,
                "zh": one.zh,
                "en": one.en,
                "rule": one.rule,
                "article": one.article,
                "bars": one.bars,
                "advises": one.advises,
            }
            for one in option.reasons
        ],
        "recovery": None
        if recovery is None
        else {
            "amount": f"{recovery.amount:f}",
            "fee": f"{recovery.fee:f}",
            "probability": None if recovery.probability is None else f"{recovery.probability:f}",
            "net": None if recovery.net is None else f"{recovery.net:f}",
            "formula": recovery.formula,
        },
    }
