"""The commands `rules show`, `rules propose` and `rules approve`: dated rules, and how an instance changes them.

Spec: docs/spec/rules.md section 5. One person proposes a change, another approves it; the approval is an event.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click

from evidence_service.clock import now
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.rule_folder import Approval, RuleChangeError, RuleFolder, same
from litigation.bootstrap import open_rooms
from litigation.core.rules import RuleEntry

MAX_BYTES = 1_000_000
LOAN = "proofdocket:rules"  # an event needs a loan; rules belong to none
institution_option = click.option("--institution", help="Whose log the approval is written to.")


@click.group("rules")
def rules_group() -> None:
    """Show the dated rules, and change them with a second approver."""


@rules_group.command("show")
@click.option("--rule", default="", help="Only rules whose name begins like this.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Only what holds on this day.")
@json_option
@click.pass_context
@refusals_exit_1
def show_command(context: click.Context, /, rule: str, day: datetime | None, as_json: bool) -> None:
    """List rules with dates, source and mark (V read, S secondary, O unverified), and what waits for approval."""
    folder = RuleFolder(read_settings(home_of(context)).home)
    rules = folder.rules()
    found = [
        entry
        for name, entries in sorted(rules.series.items())
        for entry in entries
        if name.startswith(rule) and (day is None or entry.holds_on(day.date()))
    ]
    answer = {
        "rules_digest": rules.digest,
        "rules": [_entry(entry) for entry in found],
        "approved": [asdict(one) for one in folder.in_force()],
        "waiting": [asdict(one) for one in folder.waiting()],
    }
    lines = [
        f"{one.series}  {one.starts}..{one.until or ''}  [{one.mark}]  {_value(one)}  {one.source}" for one in found
    ]
    lines += [f"approved {one.file}: {one.proposed_by}, {one.approved_by}" for one in folder.in_force()]
    lines += [f"waiting {one.file}: proposed by {one.proposed_by}" for one in folder.waiting()]
    emit(as_json, answer, [*lines, f"rules {rules.digest}"])


@rules_group.command("propose")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--by", "person", required=True, help="Who proposes it.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def propose_command(context: click.Context, /, file: Path, person: str, institution: str | None, as_json: bool) -> None:
    """Check a rule file as it would stand in force, and let it wait for a second person."""
    service, engine = open_rooms(home_of(context))
    try:
        chosen = service.evidence.log(institution).institution
    finally:
        engine.dispose()
    proposal, digest = propose_rule(read_settings(home_of(context)).home, chosen, file.name, file.read_bytes(), person)
    answer = {"file": file.name, "sha256": proposal.sha256, "rules_digest": digest, "state": "waiting"}
    emit(as_json, answer, [f"{file.name} waits for a second person (SHA-256 {proposal.sha256})"])


@rules_group.command("approve")
@click.argument("name")
@click.option("--by", "person", required=True, help="Who approves it: not the one who proposed it.")
@click.option("--sha256", "digest", required=True, help="SHA-256 of the file that was read.")
@json_option
@click.pass_context
@refusals_exit_1
def approve_command(context: click.Context, /, name: str, person: str, digest: str, as_json: bool) -> None:
    """Approve a proposed rule file as a second person: the approval becomes an event, then the file is in force."""
    service, engine = open_rooms(home_of(context))
    try:
        approval = approve_rule(service.evidence, name, person, digest)
    finally:
        engine.dispose()
    folder = RuleFolder(read_settings(home_of(context)).home)
    answer = {
        "file": name,
        "sha256": approval.sha256,
        "event": approval.event_id,
        "rules_digest": folder.rules().digest,
    }
    emit(as_json, answer, [f"{name} is in force; event {approval.event_id}"])


def propose_rule(home: Path, institution: str, name: str, content: bytes, person: str) -> tuple[Approval, str]:
    """Check a file as it would stand in force, and let it wait; returns the proposal and the digest to be."""
    if len(content) > MAX_BYTES:
        raise RuleChangeError(f"a rule file has at most {MAX_BYTES} bytes")
    proposal = Approval(name, sha256(content).hexdigest(), institution, _person(person), now().isoformat())
    return proposal, RuleFolder(home).propose(name, content, proposal).digest


def approve_rule(evidence: EvidenceService, name: str, person: str, digest: str) -> Approval:
    """Approve a waiting file as a second person: the event first, then the file is in force. Safe to repeat."""
    folder = RuleFolder(evidence.settings.home)
    proposal, content = folder.proposed(name)
    if same(proposal.proposed_by, _person(person)):
        raise RuleChangeError("whoever proposed a change cannot approve it: a second person must")
    if digest.lower() != proposal.sha256:
        raise RuleChangeError(f"the proposed file has another SHA-256 ({proposal.sha256}): read it again")
    approval = replace(proposal, approved_by=_person(person), approved_at=now().isoformat())
    EventJournal(evidence).write(_event(approval))
    # Crash here: the event is logged, the file waits; approving again finds the event and puts the file in force.
    folder.install(approval, content)
    return approval


def _person(name: str) -> str:
    """A name that can be shown."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise RuleChangeError("--by needs a name of at most 100 printable characters")
    return name.strip()


def _event(approval: Approval) -> dict[str, object]:
    """The approval as an event of the house."""
    return {
        "id": approval.event_id,
        "institution": approval.institution,
        "loan": LOAN,
        "type": "rules.approved",
        "type_version": 1,
        "occurred_at": approval.approved_at.replace("+00:00", "Z"),
        "actor": {"role": "approver", "org": approval.institution},
        "source": {"system": "proofdocket", "mechanism": "manual", "version": "0.1.0"},
        "payload": {
            "file": approval.file,
            "file_digest": approval.sha256,
            "proposed_by": approval.proposed_by,
            "approved_by": approval.approved_by,
        },
    }


def _entry(entry: RuleEntry) -> dict[str, object]:
    return {
        "rule": entry.series,
        "from": entry.starts.isoformat(),
        "until": entry.until.isoformat() if entry.until else None,
        "mark": entry.mark.value,
        "source": entry.source,
        "note": entry.note,
        "value": _value(entry),
    }


def _value(entry: RuleEntry) -> str:
    """The value as text: a number, a word, words, or bands."""
    if entry.number is not None:
        return f"{entry.number:f}"
    if entry.bands:
        bands = "; ".join(f"{band.rate:f} over {band.over:f}" for band in entry.bands)
        return f"{entry.flat:f}; {bands}" + (f"; at most {entry.ceiling:f}" if entry.ceiling is not None else "")
    return entry.text or " ".join(entry.words)
