"""The legal staff's first page: what is due today, what is stuck, whose limitation ends, who objected.

Each list is short and ends in a link to the whole; nothing here needs more than a look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from litigation.core.batch import BatchState
from litigation.core.clocks import SOON
from litigation.core.filing import UNFINISHED
from litigation.core.overview import Bucket, Choice, Readiness
from web.access import Permission, permit
from web.batch_page import BatchLine, is_stuck
from web.charts import bars, lines_of, stacked
from web.current import chosen_log, instance, now
from web.legal_desk import LegalDesk, desk
from web.ports import LogRow

SHOWN = 8
ALARM_DAYS = 90
WAITS = timedelta(hours=1)
"""A filing that was begun and not finished for so long is stuck."""
ROLL_DAYS = 60
LATE = (Bucket.TO_60, Bucket.TO_90, Bucket.TO_180)


@dataclass(frozen=True, slots=True)
class Ladder:
    """How many loans stand where on the way to court."""

    overdue: int
    ready: int
    blocked: int
    built: int
    with_court: int
    accepted: int


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/home", "home", home)
    app.add_url_rule("/charts", "charts", charts)


@permit(Permission.PORTFOLIO_READ)
def home() -> ResponseReturnValue:
    """The whole page."""
    at, logs = desk(), list(instance().logs())
    log = chosen_log(logs)
    if log is None:
        return render_template("legal/home.html", log=None, logs=logs)
    service = at.portfolio
    today, name, mark = service.today(), log.institution, service.store.mark(log.institution)
    running = at.clocks(name)
    due = [clock for clock in running if clock.days_left <= SOON]
    return render_template(
        "legal/home.html",
        logs=logs,
        log=log,
        today=today,
        mark=mark,
        behind=log.size - (mark.size if mark else 0),
        due=due[:SHOWN],
        due_count=len(due),
        overdue_clocks=sum(clock.days_left < 0 for clock in due),
        ending=service.sums.ending(name, today, ALARM_DAYS, SHOWN + 1),
        objected=service.sums.objected(name, SHOWN + 1),
        batches=_stuck_batches(at, log),
        filings=_stuck_filings(at, name),
        undelivered=at.undelivered(name),
        ladder=_ladder(at, name),
        shown=SHOWN,
        alarm_days=ALARM_DAYS,
        now=now(),
    )


@permit(Permission.PORTFOLIO_READ)
def charts() -> ResponseReturnValue:
    """Overdue by day, roll, vintage, time to filing: each a picture and a table."""
    at, logs = desk(), list(instance().logs())
    log = chosen_log(logs)
    if log is None:
        return render_template("legal/charts.html", log=None, logs=logs)
    sums, today, name = at.portfolio.sums, at.portfolio.today(), log.institution
    days = sums.days(name, ROLL_DAYS)
    vintages = sums.vintages(name, today)
    return render_template(
        "legal/charts.html",
        logs=logs,
        log=log,
        mark=at.portfolio.store.mark(name),
        days=days,
        day_chart=stacked([(f"{day:%m-%d}", [_loans(sum_, one) for one in Bucket][1:]) for day, sum_ in days.items()]),
        buckets=list(Bucket),
        late_buckets=list(Bucket)[1:],
        roll={(one.before, one.now): one for one in sums.roll(name, today)},
        vintages=vintages,
        vintage_chart=lines_of(
            [one.month for one in vintages], [[float(one.share(least)) for one in vintages] for least in LATE]
        ),
        late=LATE,
        waits=_waits(at, name),
        wait_chart=bars([(month, median) for month, _, median, _ in _waits(at, name)]),
    )


def _loans(sums: object, bucket: Bucket) -> int:
    assert isinstance(sums, dict)
    return sums[bucket].loans if bucket in sums else 0


def _ladder(at: LegalDesk, institution: str) -> Ladder:
    store, today = at.portfolio.store, at.portfolio.today()
    states = at.docket.case_states(institution)
    return Ladder(
        overdue=store.total(institution, Choice(), today).loans,
        ready=store.total(institution, Choice(readiness=Readiness.READY, state="none"), today).loans,
        blocked=store.total(institution, Choice(readiness=Readiness.BLOCKED), today).loans,
        built=states.get("package_built", 0),
        with_court=states.get("filed", 0),
        accepted=states.get("accepted", 0) + states.get("accepted_in_part", 0),
    )


def _stuck_batches(at: LegalDesk, log: LogRow) -> list[BatchLine]:
    """Batches that nobody works on, that are paused, or that ended with failures."""
    found = []
    for batch in at.batches.store.batches()[: SHOWN * 3]:
        if batch.institution == log.institution and batch.state is not BatchState.CANCELLED:
            line = BatchLine(batch, at.batches.progress(batch.id))
            if is_stuck(line.now) or batch.state is BatchState.PAUSED or line.now.failed:
                found.append(line)
    return found[:SHOWN]


def _stuck_filings(at: LegalDesk, institution: str) -> list[object]:
    begun = at.docket.filings(institution, [one.value for one in UNFINISHED], None, SHOWN + 1)
    return [one for one in begun if now() - one.created_at >= WAITS]


def _waits(at: LegalDesk, institution: str) -> list[tuple[str, int, int, int]]:
    """(month of lodging, filings, median days from opening the case, most days), oldest first."""
    by_month: dict[str, list[int]] = {}
    for month, days in at.docket.days_to_filing(institution):
        by_month.setdefault(month, []).append(days)
    found = []
    for month in sorted(by_month):
        waited = sorted(by_month[month])
        found.append((month, len(waited), waited[(len(waited) - 1) // 2], waited[-1]))
    return found
