"""Commands of the evidence room: init, institution, publish, anchor, prove, audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evidence_service.access_command import audit_access_command
from evidence_service.bootstrap import open_home
from evidence_service.conformance_commands import audit_rules_command
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.erased import opened_bytes
from evidence_service.core.material import material_bytes
from evidence_service.errors import EvidenceError
from evidence_service.finding_commands import findings_group
from evidence_service.log_audit_command import audit_log_command
from evidence_service.log_key_commands import keys_command, rotate_key_command
from evidence_service.map_audit_command import import_note_command
from evidence_service.map_check_command import audit_map_command
from evidence_service.post_commands import audit_posts_command
from evidence_service.service import EvidenceService, require_initialised
from evidence_service.tiles_command import audit_tiles_command
from evidence_service.timestamp_commands import audit_clock_command, timestamps_of

institution_option = click.option("--institution", help="Which log, where the instance has several.")


def _open(context: click.Context) -> EvidenceService:
    service = open_home(home_of(context))
    require_initialised(service)
    return service


@click.group("institution")
def institution_group() -> None:
    """Institutions that have a log in this instance."""


@institution_group.command("add")
@click.argument("name_of_log", metavar="NAME")
@click.option("--display-name", default="", help="Full name, for people.")
@json_option
@click.pass_context
@refusals_exit_1
def institution_add(context: click.Context, name_of_log: str, display_name: str, as_json: bool) -> None:
    """Make a log, with keys of its own, for the institution NAME (a-z, 0-9, -)."""
    log = _open(context).add_institution(name_of_log, display_name)
    answer = {
        "institution": log.institution,
        "origin": log.origin,
        "vkey": log.vkey,
        "mldsa_vkey": log.mldsa_vkey,
    }
    emit(as_json, answer, [log.origin, log.vkey, log.mldsa_vkey])


institution_group.add_command(rotate_key_command)
institution_group.add_command(keys_command)


@click.command("publish")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def publish_command(context: click.Context, institution: str | None, as_json: bool) -> None:
    """Sign a checkpoint over each log that has new entries."""
    service = _open(context)
    answers = []
    for log in _chosen(service, institution):
        published = service.publish(log.institution)
        answers.append(
            {
                "institution": log.institution,
                "origin": log.origin,
                "tree_size": published.checkpoint.size,
                "root": published.checkpoint.root.hex(),
                "checkpoint": published.note,
                "witnesses": service.witness_report(log.institution, published).as_json(),
                "timestamps": timestamps_of(service, log.institution, published.checkpoint.size),
            }
        )
    emit(
        as_json,
        {**_main(service, institution, answers), "logs": answers},
        [line for item in answers for line in _published_lines(item)],
    )


def _published_lines(item: dict[str, Any]) -> list[str]:
    stamped = [f"  stamped by {one['authority']} at {one['stamped_at']}" for one in item["timestamps"]]
    seen = item["witnesses"]
    told = seen["problem"] or f"{seen['cosigned']} of {seen['of']} witnesses cosigned"
    return [f"{item['origin']}: {item['tree_size']} entries, root {item['root']}", f"  {told}", *stamped]


@click.command("anchor")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def anchor_command(context: click.Context, institution: str | None, as_json: bool) -> None:
    """Put the newest checkpoint of each log on the chain."""
    service = _open(context)
    answers = []
    for log in _chosen(service, institution):
        record = service.anchor(log.institution)
        answers.append(
            {
                "institution": log.institution,
                "tree_size": record.size,
                "root": record.root.hex(),
                "tx": record.tx,
                "block": record.block,
                "state": record.state.value,
                "gas": record.gas,
                "chain_id": record.chain_id,
                "contract": record.contract,
                "log_id": record.chain_log_id,
            }
        )
    emit(
        as_json,
        {**_main(service, institution, answers), "logs": answers},
        [
            f"{item['institution']}: size {item['tree_size']} {item['state']} in block {item['block']}, "
            f"{item['gas']} gas, {item['tx']}"
            for item in answers
        ],
    )


@click.command("prove")
@click.argument("event")
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="F.tlog-proof")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def prove_command(context: click.Context, event: str, out: Path, institution: str | None, as_json: bool) -> None:
    """Write the proof of EVENT, and beside it the exact leaf bytes and what confirms the log's state.

    Of an event whose content was erased also F.disclosures.json, which says so, with the log's own entry of the
    erasure in the material; else `disclose` opens fields.
    """
    service = _open(context)
    found = service.event(event, institution)
    evidence, told = service.prove_erased(found) if found.erased else (service.prove(found), {})
    if not out.parent.is_dir():
        raise EvidenceError(f"folder {out.parent} does not exist; make it first")
    stem = out.name.removesuffix(".tlog-proof")
    leaf_file, material_file = out.with_name(f"{stem}.leaf.json"), out.with_name(f"{stem}.material.json")
    material = service.material(evidence.event.institution, evidence.event.loan, evidence.published) | told
    leaf_file.write_bytes(evidence.leaf)
    out.write_text(evidence.proof.text(), encoding="utf-8", newline="")
    material_file.write_bytes(material_bytes(material))
    erased = service.erased_form(evidence.event)
    if erased is not None:
        out.with_name(f"{stem}.disclosures.json").write_bytes(opened_bytes((), erased))
    emit(
        as_json,
        {
            "event": event,
            "erased": erased is not None,
            "index": evidence.event.index,
            "tree_size": evidence.tree_size,
            "proof_file": str(out),
            "leaf_file": str(leaf_file),
            "material_file": str(material_file),
        },
        [f"leaf {evidence.event.index} of {evidence.tree_size}", f"proof {out}", f"leaf  {leaf_file}"],
    )


@click.group("audit")
def audit_group() -> None:
    """Checks that compliance runs over the whole log."""


audit_group.add_command(import_note_command)
audit_group.add_command(audit_tiles_command)
audit_group.add_command(audit_clock_command)
audit_group.add_command(audit_access_command)
audit_group.add_command(audit_log_command)
audit_group.add_command(audit_map_command)
audit_group.add_command(audit_rules_command)
audit_group.add_command(findings_group)
audit_group.add_command(audit_posts_command)


@audit_group.command("consistency")
@click.option(
    "--from", "old_size", required=True, type=click.IntRange(min=1), help="Tree size of the older checkpoint."
)
@click.option("--to", "new_size", required=True, type=click.IntRange(min=1), help="Tree size of the newer checkpoint.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def audit_consistency_command(
    context: click.Context, old_size: int, new_size: int, institution: str | None, as_json: bool
) -> None:
    """Whether the newer checkpoint extends the older one: nothing removed, nothing changed."""
    service = _open(context)
    finding = service.audit_consistency(service.log(institution).institution, old_size, new_size)
    answer: dict[str, Any] = {
        "consistent": finding.consistent,
        "from": {"size": finding.from_size, "root": finding.from_root.hex()},
        "to": {"size": finding.to_size, "root": finding.to_root.hex()},
    }
    if finding.reason:
        answer["reason"] = finding.reason
    word = "consistent" if finding.consistent else f"NOT consistent: {finding.reason}"
    emit(as_json, answer, [f"size {finding.from_size} to size {finding.to_size}: {word}"])
    if not finding.consistent:
        raise click.exceptions.Exit(1)


def _chosen(service: EvidenceService, institution: str | None) -> list[Any]:
    if institution is not None:
        return [service.log(institution)]
    filled = [log for log in service.logs() if log.size]
    return filled or [service.log()]


def _main(service: EvidenceService, institution: str | None, answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer of the named log, or of the instance's first log with entries."""
    name = service.log(institution).institution
    return next(answer for answer in answers if answer["institution"] == name)
