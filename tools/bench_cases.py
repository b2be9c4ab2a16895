"""Overdue cases in any number for the batch's measurement: the sample's own, or short ones.

A short case is a sample loan of six or twelve months with the events that a filing needs, and two small records as
originals; the sample's own case carries its contract, notices, letters and photographs too. Same number, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from litigation.sample.plan import LoanPlan, plan_portfolio
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, loan_lines
from litigation.sample.press import Press

SHORT, SAMPLE = "short", "sample"
KINDS = (SHORT, SAMPLE)
NEEDED = frozenset(
    {
        "application.submitted",
        "identity.verified",
        "face.verified",
        "cost.disclosed",
        "clause.notified",
        "contract.signed",
        "loan.disbursed",
        "schedule.set",
        "payment.received",
        "instalment.overdue",
        "acceleration.noticed",
        "acceleration.reached",
    }
)
ONCE = frozenset({"demand.sent", "demand.reached", "instalment.overdue"})
_RECORDS = frozenset({"电子签名记录.json", "电子送达回执.json"})
_SHORT_MONTHS = 12
_OVERDUE_SHARE, _SHORT_SHARE = 7, 35
"""So many loans of a portfolio hold one overdue one, and one overdue one of at most twelve months."""


def write_cases(out: Path, kind: str, cases: int, press: Press) -> int:
    """Write the events of so many overdue loans to a file; returns how many events."""
    events = 0
    with out.open("wb") as file:
        for plan in islice(_plans(kind, cases), cases):
            for line in loan_lines(plan, DEFAULT_SEED, DEFAULT_AS_OF, press) if kind == SAMPLE else _short(plan, press):
                file.write(line)
                events += 1
    return events


def _plans(kind: str, cases: int) -> Iterator[LoanPlan]:
    loans = (cases + 20) * (_OVERDUE_SHARE + 1 if kind == SAMPLE else _SHORT_SHARE + 5)
    for plan in plan_portfolio(loans, DEFAULT_SEED, DEFAULT_AS_OF):
        if plan.overdue and (kind == SAMPLE or plan.terms.term_months <= _SHORT_MONTHS):
            yield plan


def _short(plan: LoanPlan, press: Press) -> Iterator[bytes]:
    seen: set[str] = set()
    for line in loan_lines(plan, DEFAULT_SEED, DEFAULT_AS_OF, press):
        event = json.loads(line)
        kind = event["type"]
        if kind not in NEEDED | ONCE or (kind in ONCE and kind in seen):
            continue
        seen.add(kind)
        records = [one for one in event.get("attachments", []) if one["name"] in _RECORDS]
        event.pop("attachments", None)
        yield json.dumps(event | ({"attachments": records} if records else {}), ensure_ascii=False).encode() + b"\n"
