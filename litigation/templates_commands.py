"""The commands `templates show`, `templates propose` and `templates approve`: texts of the papers.

Spec: docs/spec/papers.md section 2. One person proposes a change, another approves it; the approval is an event.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

import click

from evidence_service.clock import now
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from litigation.adapters.approved_files import Approval, same
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.template_folder import TemplateChangeError, TemplateFolder
from litigation.bootstrap import open_rooms

MAX_BYTES = 1_000_000
LOAN = "proofdocket:templates"  # an event needs a loan; templates belong to none
KIND = "templates.approved"
institution_option = click.option("--institution", help="Whose log the approval is written to.")


@click.group("templates")
def templates_group() -> None:
    """Show the texts of the papers, and change them with a second approver."""


@templates_group.command("show")
@json_option
@click.pass_context
@refusals_exit_1
def show_command(context: click.Context, /, as_json: bool) -> None:
    """List the templates in force with version, date, digest and legal basis, and what waits for approval."""
    folder = TemplateFolder(read_settings(home_of(context)).home)
    texts = folder.templates()
    own = {one.file.removesuffix(".yaml") for one in folder.in_force()}
    rows = [
        {
            "template": name,
            "id": one.id,
            "version": one.version,
            "dated": one.dated,
            "sha256": one.digest,
            "legal_basis": list(one.legal_basis),
            "own": name in own,
        }
        for name, one in texts.templates.items()
    ]
    waiting = [asdict(one) for one in folder.waiting()]
    answer = {"templates": rows, "templates_digest": texts.digest, "waiting": waiting}
    lines = [
        f"{one.id} {one.version}  {one.dated}  {one.digest[:12]}{'  (own)' if name in own else ''}  "
        + "；".join(one.legal_basis)
        for name, one in texts.templates.items()
    ]
    lines += [f"waiting {one.file}: proposed by {one.proposed_by}" for one in folder.waiting()]
    emit(as_json, answer, [*lines, f"templates {texts.digest}"])


@templates_group.command("propose")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--by", "person", required=True, help="Who proposes it.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def propose_command(context: click.Context, /, file: Path, person: str, institution: str | None, as_json: bool) -> None:
    """Check a template file as it would stand in force, and let it wait for a second person."""
    service, engine = open_rooms(home_of(context))
    try:
        chosen = service.evidence.log(institution).institution
    finally:
        engine.dispose()
    proposal, digest = propose_template(
        read_settings(home_of(context)).home, chosen, file.name, file.read_bytes(), person
    )
    answer = {"file": file.name, "sha256": proposal.sha256, "templates_digest": digest, "state": "waiting"}
    emit(as_json, answer, [f"{file.name} waits for a second person (SHA-256 {proposal.sha256})"])


@templates_group.command("approve")
@click.argument("name")
@click.option("--by", "person", required=True, help="Who approves it: not the one who proposed it.")
@click.option("--sha256", "digest", required=True, help="SHA-256 of the file that was read.")
@json_option
@click.pass_context
@refusals_exit_1
def approve_command(context: click.Context, /, name: str, person: str, digest: str, as_json: bool) -> None:
    """Approve a proposed template as a second person: the approval becomes an event, then the file is in force."""
    service, engine = open_rooms(home_of(context))
    try:
        approval = approve_template(service.evidence, name, person, digest)
    finally:
        engine.dispose()
    folder = TemplateFolder(read_settings(home_of(context)).home)
    event, made = approval.event_id_as(KIND), folder.templates().digest
    answer = {"file": name, "sha256": approval.sha256, "event": event, "templates_digest": made}
    emit(as_json, answer, [f"{name} is in force; event {event}"])


def propose_template(home: Path, institution: str, name: str, content: bytes, person: str) -> tuple[Approval, str]:
    """Check a file as it would stand in force, and let it wait; returns the proposal and the digest to be."""
    if len(content) > MAX_BYTES:
        raise TemplateChangeError(f"a template file has at most {MAX_BYTES} bytes")
    proposal = Approval(name, sha256(content).hexdigest(), institution, _person(person), now().isoformat())
    return proposal, TemplateFolder(home).propose(name, content, proposal).digest


def approve_template(evidence: EvidenceService, name: str, person: str, digest: str) -> Approval:
    """Approve a waiting file as a second person: the event first, then the file is in force. Safe to repeat."""
    folder = TemplateFolder(evidence.settings.home)
    proposal, content = folder.proposed(name)
    if same(proposal.proposed_by, _person(person)):
        raise TemplateChangeError("whoever proposed a change cannot approve it: a second person must")
    if digest.lower() != proposal.sha256:
        raise TemplateChangeError(f"the proposed file has another SHA-256 ({proposal.sha256}): read it again")
    approval = replace(proposal, approved_by=_person(person), approved_at=now().isoformat())
    EventJournal(evidence).write(_event(approval))
    # Crash here: the event is logged, the file waits; approving again finds the event and puts the file in force.
    folder.install(approval, content)
    return approval


def _person(name: str) -> str:
    """A name that can be shown."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise TemplateChangeError("--by needs a name of at most 100 printable characters")
    return name.strip()


def _event(approval: Approval) -> dict[str, object]:
    """The approval as an event of the house."""
    return {
        "id": approval.event_id_as(KIND),
        "institution": approval.institution,
        "loan": LOAN,
        "type": KIND,
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
