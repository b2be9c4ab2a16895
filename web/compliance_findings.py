"""Findings of conformance: the list of the last run, one finding with its events and proofs, and what becomes of it.

Spec: docs/spec/conformance.md (Findings, Decisions). A decision is an event of the log, as on the command line.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from typing import Any, Literal

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.conformance.core.decision import State
from evidence_service.conformance.core.finding import Finding
from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.verdict import Verdict
from evidence_service.conformance.rulebook import load_rules
from evidence_service.errors import ConflictError
from evidence_service.workflow.decide_finding import Wish, decide
from evidence_service.workflow.privacy import ReasonError
from web.access import Permission, permit
from web.compliance_desk import ComplianceDesk, around, desk, here, named
from web.compliance_forms import text_argument, word_argument
from web.compliance_run import SEVERITIES, VERDICTS, refresh
from web.compliance_store import ComplianceBusyError, KeptFinding, KeptRun, Narrowed
from web.current import instance, now, number_argument

PAGE = 50
AT_ONCE = 40_000
"""Up to so many entries the rules run while the page waits; over a larger log in a process of their own."""
STATES = tuple(one.value for one in State)
ACTS = {"assign": State.ASSIGNED, "dismiss": State.DISMISSED, "close": State.CLOSED}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class RulesChangedError(ConflictError):
    """The rules are not those of the last run; run them again before deciding about what they found."""

    code = "compliance-rules-changed"


def register(app: Flask) -> None:
    """Add the routes."""
    one = "/compliance/findings/<institution>/<digest>"
    app.add_url_rule("/compliance/findings", "findings", findings)
    app.add_url_rule("/compliance/refresh", "compliance_refresh", run_again, methods=["POST"])
    app.add_url_rule(one, "finding", finding)
    app.add_url_rule(f"{one}/decision", "finding_decide", decide_finding, methods=["POST"])


@permit(Permission.AUDIT_READ)
def findings() -> ResponseReturnValue:
    """The list, narrowed."""
    at, (logs, log) = desk(), here()
    kept = at.up_to_date(log.institution) if log else None
    if log is None or kept is None:
        job = at.store.job(log.institution) if log else None
        return render_template(
            "compliance/findings.html", kept=None, job=job, now=now(), **around("findings", log, logs)
        )
    rules = {one["id"]: one for one in kept.body["conformance"]["rules"]}
    narrowed = narrowed_by(list(rules))
    after, before = number_argument("after"), number_argument("before")
    rows = at.store.findings(log.institution, narrowed, after, before, PAGE + 1)
    more = len(rows) > PAGE
    if before is not None:
        rows = rows[1:] if more else rows
        earlier, later = (rows[0].position if more else None), (rows[-1].position if rows else None)
    else:
        rows = rows[:PAGE]
        earlier = rows[0].position if rows and after is not None else None
        later = rows[-1].position if more else None
    return render_template(
        "compliance/findings.html",
        kept=kept,
        job=at.store.job(log.institution),
        rules=rules,
        rows=rows,
        decisions={one.decision: at.decision(log.institution, one.decision) for one in rows if one.decision},
        total=at.store.count(log.institution, narrowed),
        sums=at.store.sums(log.institution),
        narrowed=narrowed,
        severities=SEVERITIES,
        verdicts=VERDICTS,
        states=STATES,
        earlier=earlier,
        later=later,
        now=now(),
        **around("findings", log, logs),
    )


def narrowed_by(rules: list[str]) -> Narrowed:
    """What the query asks for: by default open and assigned ones of every kind stand first anyway, so all."""
    return Narrowed(
        rule=word_argument("rule", rules),
        verdict=word_argument("verdict", VERDICTS),
        severity=word_argument("severity", SEVERITIES),
        state=word_argument("state", STATES),
        loan=text_argument("loan"),
    )


@permit(Permission.AUDIT_READ)
def finding(institution: str, digest: str) -> ResponseReturnValue:
    """One finding: the rule, the events that show it with who did them and their proofs, what was decided."""
    at, log = desk(), named(institution)
    kept, found = _found(at, institution, digest)
    rule = next(one for one in kept.body["conformance"]["rules"] if one["id"] == found.rule)
    shown = at.door(current_user.name).show(institution, [_as_finding(kept, found)])[0]
    return render_template(
        "compliance/finding.html",
        found=found,
        rule=rule,
        shown=shown,
        decision=at.decision(institution, found.decision),
        told=word_argument("told", [*ACTS, "same", "reason", "state", "to", "due"]),
        published=log.published_size,
        now=now(),
        **around("finding", log, list(instance().logs())),
    )


@permit(Permission.FINDING_DECIDE)
def decide_finding(institution: str, digest: str) -> ResponseReturnValue:
    """Assign, dismiss or close: an event of the loan, in the name of the account."""
    at = desk()
    kept, found = _found(at, institution, digest)
    state = ACTS.get(request.form.get("act", "")) or abort(400)
    to, due = " ".join(request.form.get("to", "").split())[:100], _due(request.form.get("due", ""))
    back: dict[str, Any] = {"institution": institution, "digest": found.finding}
    if state is State.ASSIGNED and not to:
        return redirect(url_for("finding", told="to", **back), 303)
    if due is None:
        return redirect(url_for("finding", told="due", **back), 303)
    wish = Wish(
        state, current_user.name, request.form.get("reason", "").strip(), to, due if isinstance(due, date) else None
    )
    known = at.decision(institution, found.decision)
    evidence = at.evidence
    try:
        event = decide(_as_finding(kept, found), known, wish, institution, evidence.submit, evidence.now())
    except ReasonError:
        return redirect(url_for("finding", told="reason", **back), 303)
    except ConflictError as error:
        if error.code != "finding-state":
            raise
        return redirect(url_for("finding", told="state", **back), 303)
    at.up_to_date(institution)
    return redirect(url_for("finding", told=request.form["act"] if event else "same", **back), 303)


@permit(Permission.FINDING_DECIDE)
def run_again() -> ResponseReturnValue:
    """Run the rules over the log: at once where it is small, else in a process of its own."""
    at = desk()
    log = named(request.form.get("institution", ""))
    kept = at.store.run(log.institution)
    sources = kept.body["sources"] if kept else {"rules": "lending", "posts": "lending"}
    back = redirect(url_for("findings", institution=log.institution), 303)
    job = at.store.job(log.institution)
    if job is not None and job.running(now()):
        return back
    if log.size <= AT_ONCE:
        try:
            refresh(
                at.evidence,
                at.store,
                log.institution,
                f"account:{current_user.name}",
                sources["rules"],
                sources["posts"],
            )
        except ComplianceBusyError:
            return back  # somebody pressed the same button: the page says that it runs
        return back
    _apart(at, log.institution, sources)
    return back


def _apart(at: ComplianceDesk, institution: str, sources: dict[str, str]) -> None:
    """The same as a command in a process of its own: it may take minutes, and pages go on answering."""
    command = [sys.executable, "-m", "web.cli", "--home", str(at.evidence.settings.home), "compliance", "refresh"]
    command += ["--institution", institution, "--by", f"account:{current_user.name}"]
    command += ["--rules", sources["rules"], "--posts", sources["posts"]]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    threading.Thread(target=started.wait, name="compliance-refresh", daemon=True).start()


def _found(at: ComplianceDesk, institution: str, digest: str) -> tuple[KeptRun, KeptFinding]:
    kept = at.up_to_date(institution)
    found = at.store.finding(institution, digest)
    if kept is None or found is None:
        abort(404)
    return kept, found


def _as_finding(kept: KeptRun, found: KeptFinding) -> Finding:
    """The finding under the rule that found it, so that a decision names the same version and digest."""
    rules = load_rules(kept.body["sources"]["rules"])
    wanted = next(one["digest"] for one in kept.body["conformance"]["rules"] if one["id"] == found.rule)
    rule = next((one for one in rules.rules if one.id == found.rule and one.digest == wanted), None)
    if rule is None:
        raise RulesChangedError("the rules changed since they last ran over this log: run them again")
    events = tuple(Happening(entry, name, 0, "", NEVER, None, "", None) for entry, name in found.events)
    return Finding(found.finding, rule, Verdict(found.verdict), found.loan, events)


def _due(text: str) -> date | Literal[False] | None:
    """The day; False where none was given; None where it is no day."""
    if not text.strip():
        return False
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
