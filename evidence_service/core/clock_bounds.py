"""How far our clock may be off: bounds, not guesses, from one exchange with somebody who has another clock.

Spec: docs/spec/timestamp.md (Our clock). We asked at A and were answered at B, both by our clock; they say T, with
their accuracy. T was read between A and B: our clock minus theirs lies in [A - (T + accuracy), B - (T - accuracy)].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from evidence_service.core.event import CLOCK_SKEW, format_instant
from evidence_service.errors import StoreError

AUTHORITY, WITNESS, CHAIN = "timestamp-authority", "witness", "chain"
"""Whose clock ours is measured beside."""
FRESH = timedelta(hours=24)
"""A measurement older than this says nothing of the clock of today."""


class ClockOffError(StoreError):
    """The clock is far from that of others; what is logged now would bear a false time."""

    code = "clock-off"


@dataclass(frozen=True, slots=True)
class ClockBounds:
    """One measurement: our clock minus that of `name` lay in [least, most]. `source` is the kind of the other clock."""

    source: str
    name: str
    measured_at: datetime
    least: timedelta
    most: timedelta

    @property
    def far_off(self) -> bool:
        """More than five minutes, for certain."""
        return self.least > CLOCK_SKEW or self.most < -CLOCK_SKEW

    def words(self) -> str:
        """The bounds as a person reads them, in seconds."""
        return f"{self.least.total_seconds():+.3f} s to {self.most.total_seconds():+.3f} s"


def measure(
    source: str, name: str, exchange: tuple[datetime, datetime], theirs: datetime, accuracy: timedelta
) -> ClockBounds:
    """The bounds from one exchange (asked, answered). A time without a fraction may be up to a second older."""
    asked, answered = exchange
    after = max(accuracy, timedelta(seconds=1) if theirs.microsecond == 0 else timedelta())
    return ClockBounds(source, name, answered, asked - theirs - after, answered - theirs + accuracy)


def refuse_far_off(newest: list[ClockBounds], now: datetime) -> None:
    """Raise ClockOffError where every authority that was asked in the last day says that our clock is far off.

    One whose own clock is wrong cannot stop us, nor can a witness or a block: those are reported.
    """
    fresh = [one for one in newest if one.source == AUTHORITY and abs(now - one.measured_at) < FRESH]
    if fresh and all(one.far_off for one in fresh):
        one = fresh[0]
        raise ClockOffError(
            f"the clock of this machine is {one.words()} away from that of {one.name} (measured at "
            f"{format_instant(one.measured_at)}); nothing was logged or signed. Set the clock right, then run "
            "`proofdocket audit clock --measure`"
        )
