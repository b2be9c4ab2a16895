"""One row per loan for the risk model: what its events said by a day, as `type.field`, and what follows from them.

Only the newest current event of each type counts. `loan.overdue_days` is computed as triage does; `count.TYPE` is how
often a type occurred. Spec: docs/spec/strata.md section 9.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from litigation.core.fact_table import fact_text
from litigation.core.history import LoanHistory, court_date
from litigation.core.rules import Rules
from litigation.workflow.assess import overdue_days

OVERDUE = "loan.overdue_days"


def loan_row(history: LoanHistory, as_of: date, rules: Rules) -> dict[str, str]:
    """The row of a loan on a day; events of later days are not known yet. Texts with line breaks stay as they are."""
    known = [event for event in history.current() if court_date(event.occurred_at) <= as_of and not event.erased]
    row: dict[str, str] = {}
    for event in known:  # in the order of the log: a later one of the same type takes the earlier one's place
        for field, value in event.payload.items():
            if isinstance(value, str | int | float | bool):
                row[f"{event.type}.{field}"] = fact_text(value)
    for kind, count in Counter(event.type for event in known).items():
        row[f"count.{kind}"] = str(count)
    row[OVERDUE] = str(overdue_days(history, as_of, rules))
    return row
