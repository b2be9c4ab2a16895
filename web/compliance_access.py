"""The access log by who, what, when and what for; and the registers of erasures, restrictions and disclosures.

Spec: docs/spec/erasure.md. Looking at the access log is itself on record. No register names a person whose data it is.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from evidence_service.adapters.audit_reader import Wanted
from web.access import Permission, may, permit
from web.compliance_desk import around, desk, here
from web.compliance_forms import day_argument, text_argument
from web.current import now, number_argument
from web.ports import LogRow
from web.present import SHANGHAI

PAGE = 50
DISCLOSE = "disclose"


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/compliance/access", "access_log", access_log)
    app.add_url_rule("/compliance/registers", "registers", registers)


@permit(Permission.ACCESS_LOG_READ)
def access_log() -> ResponseReturnValue:
    """Who opened or wrote what, newest first."""
    at, (logs, log) = desk(), here()
    if log is None:
        return render_template("compliance/access.html", **around("access_log", log, logs))
    wanted = wanted_of(log)
    before = number_argument("before")
    rows = at.reader.accesses(wanted, before, PAGE + 1)
    return render_template(
        "compliance/access.html",
        rows=rows[:PAGE],
        wanted=wanted,
        since=day_argument("since"),
        until=day_argument("until"),
        asked=any((wanted.who, wanted.action, wanted.object, wanted.purpose, wanted.since, wanted.until)),
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        newest=before is None,
        **around("access_log", log, logs),
    )


@permit(Permission.AUDIT_READ)
def registers() -> ResponseReturnValue:
    """What was erased, what is restricted, what was disclosed to whom for what."""
    at, (logs, log) = desk(), here()
    if log is None:
        return render_template("compliance/registers.html", **around("registers", log, logs))
    before, shown_before = number_argument("before"), number_argument("disclosed")
    erasures = at.reader.erasures(log.institution, before, PAGE + 1)
    told = may(Permission.ACCESS_LOG_READ)
    wanted = Wanted(frozenset({log.institution}), action=DISCLOSE)
    disclosures = at.reader.accesses(wanted, shown_before, PAGE + 1) if told else []
    return render_template(
        "compliance/registers.html",
        erasures=erasures[:PAGE],
        older=erasures[PAGE - 1].id if len(erasures) > PAGE else None,
        newest=before is None,
        restrictions=at.reader.restrictions(log.institution),
        disclosures=disclosures[:PAGE],
        older_disclosures=disclosures[PAGE - 1].id if len(disclosures) > PAGE else None,
        first_disclosures=shown_before is None,
        told=told,
        today=now().astimezone(SHANGHAI).date(),
        **around("registers", log, logs),
    )


def wanted_of(log: LogRow) -> Wanted:
    """What the query asks for; both days are whole days in Beijing."""
    since, until = day_argument("since"), day_argument("until")
    return Wanted(
        frozenset({log.institution}),
        who=text_argument("who"),
        action=text_argument("action"),
        object=text_argument("object"),
        purpose=text_argument("purpose"),
        since=start_of(since) if since else None,
        until=start_of(until + timedelta(days=1)) if until else None,
    )


def start_of(day: date) -> datetime:
    """The first instant of a day in Beijing."""
    return datetime.combine(day, time(), SHANGHAI)
