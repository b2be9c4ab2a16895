"""Figures of the desk: received, accepted, returned by reason, time in queue; drawn on the server, with their table.

Spec: docs/spec/filing.md, "Figures". The picture shows what the table says and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from litigation.court_side.core.defects import REASONS
from litigation.court_side.core.due import COURT_TIME
from litigation.court_side.core.figures import WeekFigures
from web.access import Permission, permit
from web.clerk_current import court, today

SPANS = (4, 12, 26)
"""Weeks that a report may show."""
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 44, 28, 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the picture."""

    x: float
    y: float
    width: float
    height: float
    series: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, the lines behind them as (y, number), and the labels under them as (x, text)."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]
    labels: tuple[tuple[float, str], ...]


def register(app: Flask) -> None:
    """Add the route."""
    app.add_url_rule("/reports", "clerk_reports", reports)


@permit(Permission.COURT_QUEUE_READ)
def reports() -> ResponseReturnValue:
    """The figures of some weeks."""
    weeks = next((span for span in SPANS if str(span) == request.args.get("weeks", "")), SPANS[1])
    until = datetime.combine(today() + timedelta(days=1), time(), COURT_TIME)
    since = _monday(today()) - timedelta(weeks=weeks - 1)
    figures = court().figures(datetime.combine(since, time(), COURT_TIME), until)
    names = {one.code: (one.zh, one.en) for one in REASONS}
    return render_template(
        "clerk/reports.html",
        figures=figures,
        weeks=weeks,
        spans=SPANS,
        since=since,
        until=today(),
        chart=chart_of(figures.weeks),
        names=names,
        most=max((number for _code, number in figures.reasons), default=0),
        size=(WIDTH, HEIGHT, LEFT, BOTTOM),
        counts=court().counts(),
    )


def chart_of(weeks: tuple[WeekFigures, ...]) -> Chart:
    """Three bars a week: received, accepted, returned."""
    highest = max((max(week.received, week.accepted, week.returned) for week in weeks), default=0)
    step = _step(highest)
    top = max(step * -(-highest // step), step)
    room, height = (WIDTH - LEFT) / max(1, len(weeks)), HEIGHT - TOP - BOTTOM
    thin = min(16.0, room / 4)
    bars: list[Bar] = []
    labels: list[tuple[float, str]] = []
    every = -(-len(weeks) // 8)
    for place, week in enumerate(weeks):
        middle = LEFT + room * (place + 0.5)
        for shift, (series, number) in enumerate(
            (("received", week.received), ("accepted", week.accepted), ("returned", week.returned))
        ):
            tall = height * number / top
            x = middle + (shift - 1.5) * thin
            bars.append(Bar(round(x, 1), round(TOP + height - tall, 1), round(thin - 1, 1), round(tall, 1), series))
        if place % every == 0:
            labels.append((round(middle, 1), week.monday.strftime("%m-%d")))
    lines = tuple((round(TOP + height - height * number / top, 1), number) for number in range(0, top + 1, step))
    return Chart(tuple(bars), lines, tuple(labels))


def _step(highest: int) -> int:
    """A round distance between lines, so that there are about four."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 4 * factor * size:
                return factor * size
        size *= 10


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
