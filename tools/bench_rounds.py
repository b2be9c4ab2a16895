"""Rounds: several jobs take turns, so that a busy moment of the machine hits them all alike; medians count.

Ratios are medians of the quotients within a round. Pure computation is compared by processor time, because others may
use the machine; what waits for a disk or another process, by the clock on the wall.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Job = Callable[[int], object]
"""Called with the number of the round. What it returns is thrown away."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one job in one round."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Series:
    """The rounds of one job."""

    rounds: tuple[Spent, ...]

    @property
    def wall(self) -> float:
        """Median seconds on the wall."""
        return median(spent.wall for spent in self.rounds)

    @property
    def cpu(self) -> float:
        """Median seconds of the processor."""
        return median(spent.cpu for spent in self.rounds)

    def cpu_ratio(self, other: Series) -> float:
        """How many times as long the other took, by processor time."""
        return median(theirs.cpu / ours.cpu for ours, theirs in zip(self.rounds, other.rounds, strict=True))

    def wall_ratio(self, other: Series) -> float:
        """How many times as long the other took, on the wall."""
        return median(theirs.wall / ours.wall for ours, theirs in zip(self.rounds, other.rounds, strict=True))


def spend(work: Callable[[], object]) -> Spent:
    """Do it once and say what it took."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def take_turns(rounds: int, jobs: Mapping[str, Job]) -> dict[str, Series]:
    """Run every job once per round, in the order given."""
    spent: dict[str, list[Spent]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name, job in jobs.items():
            spent[name].append(spend(lambda job=job, number=number: job(number)))  # type: ignore[misc]
    return {name: Series(tuple(values)) for name, values in spent.items()}
