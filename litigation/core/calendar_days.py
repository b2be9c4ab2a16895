"""Calendar days: monthly due dates, whole months and years later, days between two dates.

Spec: docs/spec/debt.md section 4. The first day counts and the last does not (算头不算尾), so a
number of days is simply the difference of two dates.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def add_months(start: date, months: int) -> date:
    """Go months ahead on the same day, or on the last day of a shorter month."""
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    month = month0 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def add_years(start: date, years: int) -> date:
    """Go whole years ahead; 29 February becomes 28 February in a common year."""
    return add_months(start, 12 * years)


def days_between(first: date, last: date) -> int:
    """Count days from first (counted) to last (not counted); never negative."""
    return max(0, (last - first).days)


def earlier(one: date, other: date | None) -> date:
    """Pick the earlier of two days, the second of which may be missing."""
    return one if other is None or one <= other else other
