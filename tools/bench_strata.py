"""Strata: how long 100,000 loans take, scored by an ordered model and put into strata, by processor time on one core.

Loans are generated; histories are in memory. Reading them from the log comes on top (docs/performance.md).
Run: `python -m tools.bench_strata [LOANS]`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.strata.feature import Feature, Kind, Scale
from litigation.core.strata.loan_class import LoanClass
from litigation.core.strata.model import Model
from litigation.core.strata.ordered_logit import Column, OrderedLogit
from litigation.model_service import scored
from litigation.rulebook import load_rules
from litigation.workflow.loan_row import loan_row
from litigation.workflow.stratify import stratify

LOANS = 100_000
DAY = date(2026, 6, 1)
LENT = date(2025, 7, 10)
FIELDS = ("loan.overdue_days", "count.payment.failed", "count.payment.received", "contract.signed.annual_rate")


def main(loans: int = LOANS) -> None:
    """Generate, score, stratify, print."""
    rules, model = load_rules(), made_model()
    spent = {"row": 0.0, "score": 0.0, "strata": 0.0}
    strata = Counter[str]()
    for history in histories(loans):
        at = time.process_time()
        row = loan_row(history, DAY, rules)
        rows_at = time.process_time()
        grade = LoanClass(scored(model, history.loan, row).grade)
        scored_at = time.process_time()
        finding = stratify(history, DAY, rules, grade, model.name)
        finding.digest()
        spent["row"] += rows_at - at
        spent["score"] += scored_at - rows_at
        spent["strata"] += time.process_time() - scored_at
        strata[finding.stratum] += 1
    print(f"{loans:,} loans, processor seconds on one core:")
    for name, seconds in spent.items():
        print(f"  {name:<7} {seconds:8.2f}")
    print(f"  all     {sum(spent.values()):8.2f}   {dict(sorted(strata.items()))}")


def made_model() -> Model:
    """A model of four numbers with weights of our own; training is not measured here."""
    features = tuple(Feature(name, name, Kind.NUMBER, 0.0, 1000.0, (), "", "") for name in FIELDS)
    columns = tuple(
        Column(name, Scale(0.0, 1.0), 0.01 if name.endswith("days") else 0.1, None)
        for one in features
        for name in one.columns()
    )
    classes = tuple(LoanClass)
    logit = OrderedLogit(classes, (1.0, 2.0, 3.0, 4.0), (0.9, 1.2, 1.9, 2.5), features, columns)
    return Model("bench", "1", "0" * 64, "0" * 64, 0, True, logit)


def histories(loans: int) -> Iterator[LoanHistory]:
    """Loans of 12 instalments, 13 events and more: most paid in time, some late, promising, failing, warned of."""
    random = Random(11)
    for number in range(loans):
        told: list[tuple[date, str, dict[str, Any]]] = [
            (LENT, "contract.signed", CONTRACT),
            (LENT, "loan.disbursed", MONEY | {"amount": f"{12_000 + number}.00"}),  # no two loans alike
        ]
        paid = random.choices((11, 10, 9, 7, 3), (80, 8, 5, 4, 3))[0]
        for month in range(paid):
            on = LENT + timedelta(days=30 * (month + 1))
            told.append(
                (
                    on,
                    "payment.received",
                    PAID | {"amount": f"{(12_000 + number) * 889 // 10_000 + 1}.00", "received_on": on.isoformat()},
                )
            )
        if paid < 11:
            told.append((DAY - timedelta(days=20), "payment.failed", {"amount": "1066.19"}))
            due = (DAY - timedelta(days=3)).isoformat()
            told.append((DAY - timedelta(days=10), "promise.made", {"amount": "500.00", "due_on": due}))
        if number % 50 == 0:
            told.append((DAY - timedelta(days=5), "warning.raised", {"rule": "seen", "level": "watch"}))
        told.append((LENT, "decision.scored", {"model": "bench", "model_version": "1", "grade": "normal"}))
        yield LoanHistory("bench", f"L{number}", tuple(_event(place, *one) for place, one in enumerate(told)))


def _event(place: int, on: date, kind: str, payload: dict[str, Any]) -> HistoryEvent:
    at = datetime(on.year, on.month, on.day, 4, place, tzinfo=UTC)
    return HistoryEvent(f"e{place}", kind, at, at, place, place, "", payload, (), "")


CONTRACT = {
    "principal": "12000.00", "currency": "CNY", "annual_rate": "0.12", "penalty_rate": "0.156", "compound": True,
    "day_count": 360, "term_months": 12, "repayment": "equal_instalment", "term_start": "2025-07-10",
    "term_end": "2026-07-10",
}  # fmt: skip
MONEY = {"amount": "12000.00", "currency": "CNY", "value_date": "2025-07-10"}
PAID = {"currency": "CNY"}

if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
