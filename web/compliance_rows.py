"""The lists of compliance as plain rows for files: one function per list, stable names of columns in every language.

Spec: docs/guide/compliance.md (Exports). Instants are RFC 3339 in UTC; digests are lower-case hex.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from evidence_service.adapters.audit_reader import Wanted
from evidence_service.core.event import format_instant
from web.compliance_checkpoints import waited
from web.compliance_desk import ComplianceDesk
from web.compliance_store import Narrowed

Rows = list[dict[str, Any]]
STEP = 1000
MOST = 100_000
"""So many rows at most in one file; the page says so and the days narrow it."""


def finding_rows(at: ComplianceDesk, institution: str, _wanted: Wanted) -> Rows:
    """Every finding of the last run with its state and newest decision."""
    kept = at.up_to_date(institution)
    rules = {} if kept is None else {one["id"]: one for one in kept.body["conformance"]["rules"]}
    found: Rows = []
    after: int | None = None
    while kept is not None and len(found) < MOST:
        page = at.store.findings(institution, Narrowed(), after, None, STEP)
        for one in page:
            rule, decision = rules.get(one.rule, {}), at.decision(institution, one.decision)
            found.append(
                {
                    "finding": one.finding,
                    "rule": one.rule,
                    "rule_version": rule.get("version"),
                    "source": rule.get("source", ""),
                    "severity": one.severity,
                    "verdict": one.verdict,
                    "loan": one.loan,
                    "entry": one.entry,
                    "events": " ".join(name for _, name in one.events),
                    "state": one.state,
                    "person": decision.person if decision else "",
                    "decided_by": decision.decided_by if decision else "",
                    "reason": decision.reason if decision else "",
                    "due_on": decision.due_on if decision else "",
                    "decided_at": _instant(decision.at if decision else None),
                }
            )
        if len(page) < STEP:
            break
        after = page[-1].position
    return found


def post_rows(at: ComplianceDesk, institution: str, _wanted: Wanted) -> Rows:
    """One row per post, person and indicator."""
    kept = at.store.run(institution)
    return [
        {
            "post": post["post"],
            "person": person["actor"] or "",
            "known": person["actor"] is not None,
            "loans": person["loans"],
            "acts": person["acts"],
            "indicator": name,
            **{part: one[part] for part in ("hits", "of", "unmeasured", "share", "low", "high", "peers", "expected")},
            "standing": one["standing"] if person["actor"] is not None else "nobody_known",
        }
        for post in ([] if kept is None else kept.body["posts"])
        for person in post["people"]
        for name, one in person["indicators"].items()
    ]


def access_rows(at: ComplianceDesk, _institution: str, wanted: Wanted) -> Rows:
    """The access log as it is asked for, newest first."""
    return [
        {
            "at": _instant(one.access.at),
            "who": one.access.who,
            "action": one.access.action,
            "institution": one.access.institution,
            "object": one.access.object,
            "purpose": one.access.purpose,
            "request_id": one.access.request_id,
            "outcome": one.access.outcome,
        }
        for one in _accesses(at, wanted)
    ]


def _accesses(at: ComplianceDesk, wanted: Wanted) -> Iterator[Any]:
    before, told = None, 0
    while told < MOST:
        page = at.reader.accesses(wanted, before, STEP)
        yield from page
        told += len(page)
        if len(page) < STEP:
            return
        before = page[-1].id


def checkpoint_rows(at: ComplianceDesk, institution: str, _wanted: Wanted) -> Rows:
    """Every checkpoint with what stands beside it."""
    found: Rows = []
    before: int | None = None
    while len(found) < MOST:
        page = at.reader.timeline(institution, before, STEP)
        for one in page:
            wait = waited(one)
            found.append(
                {
                    "tree_size": one.size,
                    "added": one.added,
                    "root": one.root,
                    "created_at": _instant(one.created_at),
                    "cosignatures": one.cosigned,
                    "timestamps": one.stamped,
                    "stamped_at": _instant(one.stamped_at),
                    "anchor_state": one.anchor_state,
                    "anchor_tx": one.anchor_tx,
                    "anchor_block": one.anchor_block,
                    "block_time": _instant(one.block_time),
                    "seconds_to_block": None if wait is None else int(wait.total_seconds()),
                }
            )
        if len(page) < STEP:
            break
        before = page[-1].size
    return found


def erasure_rows(at: ComplianceDesk, institution: str, _wanted: Wanted) -> Rows:
    """The register of erasures."""
    return [
        {
            "number": one.id,
            "reason": one.reason,
            "state": one.state,
            "loans": one.loans,
            "events": one.events,
            "originals": one.originals,
            "copies": one.copies,
            "copies_unknown": one.copies_unknown,
            "started_at": _instant(one.started_at),
            "done_at": _instant(one.done_at),
        }
        for one in at.reader.erasures(institution, None, MOST)
    ]


def disclosure_rows(at: ComplianceDesk, institution: str, wanted: Wanted) -> Rows:
    """What was disclosed, to whom and for what, as the access log has it."""
    told = Wanted(frozenset({institution}), action="disclose", since=wanted.since, until=wanted.until)
    return access_rows(at, institution, told)


LISTS: dict[str, Callable[[ComplianceDesk, str, Wanted], Rows]] = {
    "findings": finding_rows,
    "posts": post_rows,
    "access": access_rows,
    "checkpoints": checkpoint_rows,
    "erasures": erasure_rows,
    "disclosures": disclosure_rows,
}
"""What can be exported; `access` and `disclosures` ask ACCESS_LOG_READ, the others AUDIT_READ."""
OF_THE_ACCESS_LOG = frozenset({"access", "disclosures"})


def _instant(value: datetime | None) -> str:
    return "" if value is None else format_instant(value)
