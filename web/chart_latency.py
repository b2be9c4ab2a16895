"""How long each checkpoint waited for its block, as bars; and persons' shares with intervals, as lines with ends. Pure.

The table beside each drawing says the same in words and numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.charts import Chart, bars, nice

WIDTH, ROW, LEFT, RIGHT, TOP, FOOT = 720, 26, 190, 64, 6, 24


@dataclass(frozen=True, slots=True)
class Interval:
    """One person's share with both ends of its interval; `peers` is what the others have, None where unknown."""

    name: str
    share: float
    low: float
    high: float
    peers: float | None
    notable: bool
    few: bool


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval as it is drawn."""

    y: float
    low: float
    high: float
    point: float
    peers: float | None
    one: Interval
    text: str


@dataclass(frozen=True, slots=True)
class IntervalChart:
    """A drawing of intervals under each other, on one scale from 0."""

    whiskers: tuple[Whisker, ...]
    ticks: tuple[tuple[float, str], ...]
    width: int
    height: int
    left: int
    right: int
    base: int


def latency_chart(waits: Sequence[tuple[str, float]]) -> Chart | None:
    """One bar per checkpoint, in whole seconds; a wait of nothing is drawn as a sliver, for it was measured.

    None where nothing was measured, or every wait was nothing.
    """
    most = max((seconds for _, seconds in waits), default=0.0)
    return bars([(name, max(seconds, most / 200)) for name, seconds in waits])


def interval_chart(found: Sequence[Interval]) -> IntervalChart | None:
    """One line per person from the low to the high end, a dot at the share; None where there is nobody."""
    top = min(1.0, nice(max((one.high for one in found), default=0.0)))
    if not found or not top:
        return None
    room = WIDTH - LEFT - RIGHT

    def x(value: float) -> float:
        return round(LEFT + min(value, top) / top * room, 1)

    whiskers = tuple(
        Whisker(
            y=TOP + ROW * place + ROW / 2,
            low=x(one.low),
            high=x(one.high),
            point=x(one.share),
            peers=None if one.peers is None else x(one.peers),
            one=one,
            text=f"{one.share * 100:.1f}%",
        )
        for place, one in enumerate(found)
    )
    base = TOP + ROW * len(found)
    ticks = tuple((x(top * part / 4), f"{top * part * 25:.3g}%") for part in range(5))
    return IntervalChart(whiskers, ticks, WIDTH, base + FOOT, LEFT, WIDTH - RIGHT, base)
