"""One box for whatever an auditor has in hand: event, digest, loan, transaction, case number, reference, finding.

What it looks like decides where it is looked for; the answer says so, also where nothing was found. Exact matches only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.adapters.audit_reader import LEAVES_LOOKED_AT
from evidence_service.errors import ConflictError, NotFoundError
from litigation.adapters.case_finder import Hit
from litigation.core.case_number import PATTERN, parse_case_number
from web.access import Permission, may, permit
from web.compliance_desk import ComplianceDesk, around, desk, here, named
from web.compliance_run import originals_of
from web.current import instance, now
from web.ports import LogRow

HEX_64 = re.compile(r"(0x)?([0-9a-f]{64})\Z")
SHORT_HEX = re.compile(r"[0-9a-f]{8,63}\Z")
LONGEST = 200
MOST = 20
FRESH = 500
"""Entries after the last run that are opened to look for an original."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that answers: its kind (a word of the page), what matched, its name, and where it is shown."""

    kind: str
    by: str
    name: str
    institution: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed, what it may be, and where it was looked for (words of the page)."""

    text: str
    places: tuple[str, ...]


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/compliance", "compliance", compliance)
    app.add_url_rule("/compliance/search", "search", search)
    app.add_url_rule("/compliance/trail/<institution>/<loan>", "trail", trail)


@permit(Permission.AUDIT_READ)
def compliance() -> ResponseReturnValue:
    """The first page: the box, and how things stand."""
    at, (logs, log) = desk(), here()
    if log is None:
        return render_template("compliance/home.html", **around("compliance", log, logs))
    kept = at.up_to_date(log.institution)
    newest = at.reader.timeline(log.institution, None, 1)
    return render_template(
        "compliance/home.html",
        kept=kept,
        job=at.store.job(log.institution),
        sums=at.store.sums(log.institution) if kept else {},
        newest=newest[0] if newest else None,
        states=at.reader.anchor_states(log.institution),
        now=now(),
        **around("compliance", log, logs),
    )


@permit(Permission.AUDIT_READ)
def search() -> ResponseReturnValue:
    """What answers to the words in the box, over every log that this person may see."""
    at, (logs, log) = desk(), here()
    text = " ".join(request.args.get("q", "").split())[:LONGEST]
    asked = Asked(text, places_of(text))
    found = list(looked_for(at, logs, asked))[:MOST] if text else []
    return render_template(
        "compliance/search.html",
        asked=asked,
        found=found,
        leaves=LEAVES_LOOKED_AT,
        runs=[(one, at.store.run(one.institution)) for one in logs] if "original" in asked.places else [],
        **around("compliance", log, logs),
    )


@permit(Permission.AUDIT_READ)
def trail(institution: str, loan: str) -> ResponseReturnValue:
    """The history of a loan as the log has it: every entry, nothing left out, no content."""
    at, log = desk(), named(institution)
    rows = at.evidence.store.events_of_loan(institution, loan)
    published = at.evidence.store.latest_checkpoint(institution)
    cases = at.finder.cases({institution}, loan)
    return render_template(
        "compliance/trail.html",
        loan=loan,
        rows=rows,
        published=published.checkpoint.size if published else 0,
        case=cases[0] if cases and may(Permission.CASE_READ) else None,
        **around("trail", log, list(instance().logs())),
    )


def places_of(text: str) -> tuple[str, ...]:
    """Where a text of that form is looked for."""
    lowered = text.lower()
    if HEX_64.match(lowered):
        return ("leaf", "root", "original", "package", "anchor", "filing", "finding")
    if PATTERN.fullmatch(text):
        return ("case_number",)
    places = ["event", "loan", "case"]
    if text.isascii() and text.isdigit() and len(text) < 17:
        places.append("index")
    if SHORT_HEX.match(lowered):
        places.append("finding")
    return tuple(places)


def looked_for(at: ComplianceDesk, logs: list[LogRow], asked: Asked) -> Iterator[Found]:
    """Everything that answers, the entries of the log first."""
    mine = {log.institution for log in logs}
    whole = HEX_64.match(asked.text.lower())
    for log in logs:
        if whole:
            yield from _by_digest(at, log.institution, whole.group(2))
        else:
            yield from _by_name(at, log, asked)
    if whole:
        digest = whole.group(2)
        yield from _of_cases([*at.finder.by_digest(mine, digest), *at.finder.by_transaction(mine, f"0x{digest}")])
    elif "case_number" in asked.places:
        yield from _of_cases(at.finder.by_case_number(mine, parse_case_number(asked.text).text))
    else:
        yield from _of_cases(at.finder.cases(mine, asked.text))


def _by_digest(at: ComplianceDesk, institution: str, digest: str) -> Iterator[Found]:
    entry = at.reader.entry_of_leaf(institution, bytes.fromhex(digest))
    if entry is not None:
        yield _entry(at, institution, entry, "leaf")
    for size in at.reader.checkpoints_of_root(institution, bytes.fromhex(digest)):
        yield Found("checkpoint", "root", f"{size:,}", institution, _timeline(institution, size))
    for named_by in _naming(at, institution, digest):
        yield _entry(at, institution, named_by, "original")
    for size in at.reader.anchors_of(institution, f"0x{digest}"):
        yield Found("anchor", "tx", f"{size:,}", institution, _timeline(institution, size))
    found = at.store.finding(institution, digest)
    if found is not None:
        yield _finding(institution, found.finding, found.rule)


def _naming(at: ComplianceDesk, institution: str, digest: str) -> list[int]:
    """Entries that name an original: those that the last run read, and the newest ones, opened here."""
    found = at.store.naming(institution, digest, MOST)
    kept, size = at.store.run(institution), at.evidence.log(institution).size
    start = max(kept.size if kept else 0, size - FRESH)
    if start < size:
        at.evidence.record_accesses(
            [f"entries {start} to {size - 1}"],
            who=f"account:{current_user.name}",
            action="search",
            institution=institution,
            purpose="digest of an original",
        )
    for event in at.evidence.store.events_between(institution, start, size):
        if event.index not in found and any(
            digest in (one.sha256, one.sm3) for one in originals_of(event.index, event.body)
        ):
            found.append(event.index)
    return found


def _by_name(at: ComplianceDesk, log: LogRow, asked: Asked) -> Iterator[Found]:
    institution = log.institution
    if "event" in asked.places:
        try:
            event = at.evidence.event(asked.text, institution)
            yield Found("entry", "event", event.event_id, institution, _entry_address(institution, event.index))
        except (NotFoundError, ConflictError):
            pass  # nothing of that name: the page says so
    if "loan" in asked.places:
        loan = at.reader.loan_of_reference(institution, asked.text)
        if loan is not None:
            yield Found("loan", "loan", loan, institution, url_for("trail", institution=institution, loan=loan))
    if "index" in asked.places and int(asked.text) < log.size:
        yield _entry(at, institution, int(asked.text), "index")
    if "finding" in asked.places:
        found = at.store.finding(institution, asked.text)
        if found is not None:
            yield _finding(institution, found.finding, found.rule)


def _entry(at: ComplianceDesk, institution: str, index: int, by: str) -> Found:
    try:
        name = at.evidence.store.event_at(institution, index).event_id
    except NotFoundError:
        return Found("map_entry", by, f"{index:,}", institution, None)  # an entry of the loan map stands for no event
    return Found("entry", by, name, institution, _entry_address(institution, index))


def _entry_address(institution: str, index: int) -> str:
    return url_for("entry", institution=institution, index=index)


def _timeline(institution: str, size: int) -> str:
    return url_for("timeline", institution=institution, before=size + 1)


def _finding(institution: str, digest: str, rule: str) -> Found:
    return Found("finding", "finding", rule, institution, url_for("finding", institution=institution, digest=digest))


def _of_cases(hits: list[Hit]) -> Iterator[Found]:
    for one in hits:
        address = None
        if may(Permission.CASE_READ) and one.kind == "filing":
            address = url_for("filing", filing_id=one.filing_id)
        elif may(Permission.CASE_READ) and one.case_id is not None:
            address = url_for("case", case_id=one.case_id)
        yield Found(one.kind, one.by, one.name, one.institution, address)
