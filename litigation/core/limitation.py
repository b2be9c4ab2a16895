"""Limitation: until when a suit for the loan is in time, and what moved that day.

Spec: docs/spec/debt.md section 10; Civil Code 188, 189, 195. Whether acceleration starts the period
before the last instalment is argued, so both days are computed and the earlier one alerts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from litigation.core.calendar_days import add_years


@dataclass(frozen=True, slots=True)
class Limitation:
    """The two readings and the careful one; days are the last day on which a suit is in time."""

    from_last_instalment: date
    from_acceleration: date | None

    @property
    def alert_on(self) -> date:
        """The earlier of the two."""
        if self.from_acceleration is None:
            return self.from_last_instalment
        return min(self.from_last_instalment, self.from_acceleration)


def limitation_end(start: date, interruptions: Iterable[date], years: int) -> date:
    """Count years from the start; each interruption within the running period begins it anew."""
    end = add_years(start, years)
    for day in sorted(interruptions):
        if day > end:
            break  # the period had run out: a later demand does not revive it
        end = max(end, add_years(day, years))
    return end


def limitation_of(last_due: date, accelerated_on: date | None, interruptions: Iterable[date], years: int) -> Limitation:
    """Compute both readings for one loan."""
    days = tuple(interruptions)
    by_acceleration = limitation_end(accelerated_on, days, years) if accelerated_on else None
    return Limitation(limitation_end(last_due, days, years), by_acceleration)
