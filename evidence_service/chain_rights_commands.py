"""The `chain` commands around chain witnesses: enrol, request, attest, rotate, and name a successor.

Spec: docs/spec/anchor.md (Attestations, Rotation and succession). The commands `witness-key` and `attest` are the
witness's own and need no instance; the others are the lender's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import click

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.chain_rights import ChainRights, rising
from evidence_service.adapters.chain_witness import ChainWitness
from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.attestation_file import (
    Answer,
    CheckpointStatement,
    Request,
    SubmitterStatement,
    SuccessionStatement,
    WitnessesStatement,
    answer_bytes,
    parse_answer,
    parse_request,
    request_bytes,
)
from evidence_service.core.merkle import consistency_proof
from evidence_service.core.note import parse_vkey
from evidence_service.errors import ChainError
from evidence_service.ports import LogRecord
from evidence_service.service import EvidenceService, require_initialised
from evidence_service.workflow.anchor import Anchoring, known_log_id

LOOKED_AT = 100
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
institution_option = click.option("--institution", help="Which log, where the instance has several.")
out_option = click.option(
    "-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the request here."
)
answers_option = click.option(
    "--attestation",
    "answers",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A witness's answer; several times.",
)
threshold_option = click.option(
    "--threshold", type=click.IntRange(1, 32), required=True, help="How many of them must sign."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """One log of an instance on its chain."""

    service: EvidenceService
    log: LogRecord
    doors: Anchoring
    log_id: str
    rights: ChainRights


def _address(_context: click.Context, _option: click.Parameter, value: object) -> object:
    for one in value if isinstance(value, tuple) else [value]:
        if one is not None and not ADDRESS.match(str(one)):
            raise click.BadParameter("an address is 0x and 40 hex digits")
    return value


@click.command("enrol-witnesses")
@click.argument("addresses", nargs=-1, required=True, callback=_address)
@threshold_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def enrol_witnesses(
    context: click.Context, addresses: tuple[str, ...], threshold: int, institution: str | None, as_json: bool
) -> None:
    """Name the chain witnesses of a log, once: from then on THRESHOLD of them must attest every anchor."""
    opened = _open(context, institution)
    made = opened.rights.enrol(addresses, threshold)
    emit(
        as_json,
        {"log_id": opened.log_id, "witnesses": list(made.accounts), "threshold": made.threshold},
        [f"log {opened.log.institution}: {made.threshold} of {len(made.accounts)} witnesses must attest every anchor"],
    )


@click.command("request")
@click.option("--from", "old_size", type=click.IntRange(min=0), help="The size that the witness attested before.")
@institution_option
@out_option
@json_option
@click.pass_context
@refusals_exit_1
def request_command(
    context: click.Context, old_size: int | None, institution: str | None, out: Path | None, as_json: bool
) -> None:
    """Write what chain witnesses are asked to sign: the newest checkpoint and its proof."""
    opened = _open(context, institution)
    published = opened.service.store.latest_checkpoint(opened.log.institution)
    if published is None:
        raise ChainError(f"log {opened.log.institution} has no checkpoint; run `proofdocket publish` first")
    size = published.checkpoint.size
    before = opened.doors.chain.head(opened.log_id)[0] if old_size is None else old_size
    tree = opened.service.store.tree(opened.log.institution, size)
    proof = tuple(consistency_proof(tree, before, size)) if 0 < before < size else ()
    _write(opened.rights.request(CheckpointStatement(published.note, before, proof)), out, as_json)


@click.command("add-attestation")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def add_attestation(context: click.Context, files: tuple[Path, ...], institution: str | None, as_json: bool) -> None:
    """Keep what chain witnesses answered; `anchor` uses it once there are enough."""
    opened = _open(context, institution)
    sizes = {}
    for published in opened.service.store.checkpoints(opened.log.institution, LOOKED_AT):
        digest = opened.rights.request(CheckpointStatement(published.note, 0, ())).digest()
        sizes[digest] = published.checkpoint
    kept = []
    for file in files:
        answer = parse_answer(file.read_bytes())
        one = opened.rights.checked(answer, list(sizes))
        checkpoint = sizes[answer.digest]
        opened.service.anchors.keep_attestation(
            opened.log_id, checkpoint.size, checkpoint.root, one, opened.service.now()
        )
        kept.append({"size": checkpoint.size, "signer": one.signer})
    emit(as_json, {"kept": kept}, [f"size {one['size']}: {one['signer']}" for one in kept])


@click.command("rotate-submitter")
@click.argument("address", required=False, callback=_address)
@institution_option
@answers_option
@out_option
@json_option
@click.pass_context
@refusals_exit_1
def rotate_submitter(
    context: click.Context,
    address: str | None,
    institution: str | None,
    answers: tuple[Path, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Give a log another submitter, by default this instance's present account (a lost or stolen key)."""
    opened = _open(context, institution)
    statement = SubmitterStatement((address or opened.service.chain.open().account).lower(), opened.rights.epoch)
    if out is not None:
        return _write(opened.rights.request(statement), out, as_json)
    submitter = opened.rights.rotate_submitter(statement, _answers(answers))
    emit(as_json, {"log_id": opened.log_id, "submitter": submitter}, [f"{submitter} anchors {opened.log.institution}"])


@click.command("rotate-witnesses")
@click.argument("addresses", nargs=-1, required=True, callback=_address)
@threshold_option
@institution_option
@answers_option
@out_option
@json_option
@click.pass_context
@refusals_exit_1
def rotate_witnesses(
    context: click.Context,
    addresses: tuple[str, ...],
    threshold: int,
    institution: str | None,
    answers: tuple[Path, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Replace the chain witnesses of a log; the present ones sign."""
    opened = _open(context, institution)
    listed = tuple(one.lower() for one in rising(addresses))
    statement = WitnessesStatement(listed, threshold, opened.rights.epoch)
    if out is not None:
        return _write(opened.rights.request(statement), out, as_json)
    made = opened.rights.rotate_witnesses(statement, _answers(answers))
    emit(
        as_json,
        {"log_id": opened.log_id, "witnesses": list(made.accounts), "threshold": made.threshold},
        [f"log {opened.log.institution}: {made.threshold} of {len(made.accounts)} witnesses must attest every anchor"],
    )


@click.command("name-successor")
@institution_option
@answers_option
@out_option
@json_option
@click.pass_context
@refusals_exit_1
def name_successor(
    context: click.Context, institution: str | None, answers: tuple[Path, ...], out: Path | None, as_json: bool
) -> None:
    """Continue a log under its present key after the key was replaced; the log under the old key ends."""
    opened = _open(context, institution)
    successor = opened.doors.chain.ensure_registered(opened.log.origin, parse_vkey(opened.log.vkey).public_key)
    if successor == opened.log_id:
        raise ChainError(
            f"log {opened.log.institution} is anchored under its present key; there is nothing to continue"
        )
    statement = SuccessionStatement(successor, opened.rights.epoch)
    if out is not None:
        return _write(opened.rights.request(statement), out, as_json)
    named = opened.rights.name_successor(statement, _answers(answers))
    emit(as_json, {"log_id": opened.log_id, "successor_id": named}, [f"{opened.log_id} ended; {named} continues it"])


@click.command("witness-key")
@click.argument("key_file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@refusals_exit_1
def witness_key(key_file: Path, as_json: bool) -> None:
    """Make the key of a chain witness in KEY_FILE, or read it; print its address. For the witness's own machine."""
    address = ChainAccount.in_file(key_file.absolute()).address
    emit(as_json, {"address": address, "key_file": str(key_file)}, [address])


@click.command("attest")
@click.argument("request_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key", "key_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your key."
)
@click.option("--log-key", default="", metavar="VKEY", help="The log's verifier key, which a checkpoint must carry.")
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Your answer.")
@click.option("--yes", is_flag=True, help="Do not ask before a rotation or succession is signed.")
@json_option
@refusals_exit_1
def attest(request_file: Path, *, key_file: Path, log_key: str, out: Path, yes: bool, as_json: bool) -> None:
    """Check REQUEST_FILE and sign it as a chain witness. For the witness's own machine."""
    request = parse_request(request_file.read_bytes())
    witness = ChainWitness(key_file.absolute())
    if isinstance(request.statement, CheckpointStatement):
        if not log_key:
            raise click.UsageError(
                "--log-key: the verifier key of the log, from the log's own page, not from the request."
            )
    elif not yes:
        click.confirm(f"Sign: {request.sentence()}?", abort=True, err=True)
    answer = witness.attest(request, log_key)
    out.write_bytes(answer_bytes(answer))
    sentence = request.sentence()
    emit(as_json, {"signer": witness.address, "statement": sentence, "answer": str(out)}, [f"signed: {sentence}"])


def _open(context: click.Context, institution: str | None) -> Opened:
    service = open_home(home_of(context))
    require_initialised(service)
    log = service.log(institution)
    doors = service.anchoring()
    doors.chain.check()
    log_id = known_log_id(log, doors)
    if not log_id:
        raise ChainError(f"log {log.institution} was never anchored on this contract; run `proofdocket anchor` first")
    opened = service.chain.open()
    while successor := ChainRights(opened, log_id).successor:
        log_id = successor
    return Opened(service, log, doors, log_id, ChainRights(opened, log_id))


def _answers(files: tuple[Path, ...]) -> list[Answer]:
    return [parse_answer(file.read_bytes()) for file in files]


def _write(request: Request, out: Path | None, as_json: bool) -> None:
    raw = request_bytes(request)
    if out is None:
        click.echo(raw.decode())
        return
    out.write_bytes(raw)
    say(f"the witnesses sign: {request.sentence()}")
    emit(as_json, {"request": str(out), "statement": request.sentence()}, [str(out)])


COMMANDS = (
    enrol_witnesses,
    request_command,
    witness_key,
    attest,
    add_attestation,
    rotate_submitter,
    rotate_witnesses,
    name_successor,
)
