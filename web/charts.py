"""Charts as numbers of an SVG drawing: bars, stacks and lines on a fixed ground. Pure; templates draw them.

No colour, style or text is decided here: classes and tables beside each chart say what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
LEFT, BOTTOM, TOP, RIGHT = 56, 28, 12, 8
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the upright axis, or a word under the lying one."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, or one piece of a stack; `series` counts from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: bars or lines, with ticks. `lines` are points as SVG wants them."""

    bars: tuple[Bar, ...]
    lines: tuple[str, ...]
    up: tuple[Tick, ...]
    along: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT


def bars(values: Sequence[tuple[str, float]]) -> Chart | None:
    """One bar per word; None where there is nothing to draw."""
    return stacked([(word, [value]) for word, value in values])


def stacked(columns: Sequence[tuple[str, Sequence[float]]]) -> Chart | None:
    """One stack per word, from the ground up in the order of its pieces."""
    top = nice(max((sum(pieces) for _, pieces in columns), default=0))
    if not top:
        return None
    slot = (WIDTH - LEFT - RIGHT) / len(columns)
    width = max(1.0, min(48.0, slot * 0.7))
    found = []
    for at, (_, pieces) in enumerate(columns):
        ground, x = float(HEIGHT - BOTTOM), LEFT + slot * at + (slot - width) / 2
        for series, value in enumerate(pieces):
            height = value / top * (HEIGHT - BOTTOM - TOP)
            ground -= height
            if value:
                found.append(Bar(round(x, 1), round(ground, 1), round(width, 1), round(height, 1), series))
    return Chart(tuple(found), (), _up(top, as_share=False), _along([word for word, _ in columns]))


def lines_of(words: Sequence[str], series: Sequence[Sequence[float]]) -> Chart | None:
    """One line per series over the words; values are shares from 0 to 1."""
    top = nice(max((value for one in series for value in one), default=0))
    if not words or not top:
        return None
    slot = (WIDTH - LEFT - RIGHT) / len(words)
    drawn = tuple(
        " ".join(
            f"{LEFT + slot * (at + 0.5):.1f},{HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP):.1f}"
            for at, value in enumerate(one)
        )
        for one in series
    )
    return Chart((), drawn, _up(top, as_share=True), _along(words))


def nice(most: float) -> float:
    """The round number at or above the largest value, for the top of the axis; 0 where there is none."""
    if most <= 0:
        return 0.0
    power = 1.0
    while power * 10 <= most:
        power *= 10
    while power > most:
        power /= 10
    return next(step * power for step in STEPS if step * power >= most)


def _up(top: float, *, as_share: bool) -> tuple[Tick, ...]:
    ticks = []
    for part in range(5):
        value = top * part / 4
        text = f"{value * 100:.3g}%" if as_share else f"{value:,.0f}" if top >= 4 else f"{value:.3g}"
        ticks.append(Tick(round(HEIGHT - BOTTOM - part / 4 * (HEIGHT - BOTTOM - TOP), 1), text))
    return tuple(ticks)


def _along(words: Sequence[str]) -> tuple[Tick, ...]:
    """At most a dozen words, evenly spread, so that they do not run into each other."""
    every = -(-len(words) // 12)
    slot = (WIDTH - LEFT - RIGHT) / len(words)
    return tuple(Tick(round(LEFT + slot * (at + 0.5), 1), word) for at, word in enumerate(words) if at % every == 0)
