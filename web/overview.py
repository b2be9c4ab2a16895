"""The first page: what is there. Counts, the state of each log, the latest anchors and packages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.access import Permission, may, permit
from web.current import instance, now
from web.layout import first_page
from web.ports import AnchorRow, CheckpointRow, LogRow

LATEST = 5


@dataclass(frozen=True, slots=True)
class LogState:
    """One log with its newest checkpoint and anchor."""

    log: LogRow
    checkpoint: CheckpointRow | None
    anchor: AnchorRow | None

    @property
    def unpublished(self) -> int:
        """Entries that no checkpoint covers yet."""
        return self.log.size - self.log.published_size


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/", "overview", overview)
    app.add_url_rule("/overview", "evidence", evidence)
    app.add_url_rule("/overview/counts", "overview_counts", overview_counts)


@permit(Permission.READ)
def overview() -> ResponseReturnValue:
    """Everybody's first page: the desk of his work where there is one, else what is here."""
    first = first_page()
    return evidence() if first == url_for("overview") else redirect(first)


@permit(Permission.READ)
def evidence() -> ResponseReturnValue:
    """What is here."""
    here = instance()
    logs = list(here.logs())
    anchors = [anchor for log in logs for anchor in here.anchors(log.institution, LATEST)]
    anchors.sort(key=lambda anchor: anchor.created_at, reverse=True)
    return render_template(
        "overview.html",
        totals=_totals(logs),
        states=[_state(log) for log in logs],
        anchors=anchors[:LATEST],
        packages=here.packages(LATEST, None) if may(Permission.CASE_READ) else None,
        names={log.institution: log.name for log in logs},
        now=now(),
    )


@permit(Permission.READ)
def overview_counts() -> ResponseReturnValue:
    """The counts alone: an open page asks for them while an import or a batch runs."""
    return render_template("counts.html", totals=_totals(list(instance().logs())))


def _state(log: LogRow) -> LogState:
    here = instance()
    checkpoints = here.checkpoints(log.institution, 1)
    anchors = here.anchors(log.institution, 1)
    return LogState(log, checkpoints[0] if checkpoints else None, anchors[0] if anchors else None)


def _totals(logs: list[LogRow]) -> list[tuple[str, int, str | None]]:
    """(word, number, page that lists them)."""
    counts = instance().counts()
    return [
        ("entries", sum(log.size for log in logs), "events"),
        ("loans", sum(log.loans for log in logs), None),
        ("checkpoints", counts.checkpoints, "checkpoints"),
        ("anchors", counts.anchors, "anchors"),
        ("cases", counts.cases, "cases" if may(Permission.CASE_READ) else None),
        ("packages", counts.packages, "packages" if may(Permission.CASE_READ) else None),
    ]
