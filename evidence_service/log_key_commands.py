"""The commands `institution keys` and `institution rotate-key`: the keys under which a log was and is signed.

Spec: docs/spec/trust.md (Rotation of a log's key).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from evidence_service.adapters.chain_rights import ChainRights
from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.attestation_file import SuccessionStatement
from evidence_service.core.event import EventError, format_instant, parse_instant
from evidence_service.core.key_history import LogKey
from evidence_service.core.note import parse_vkey
from evidence_service.errors import StoreError
from evidence_service.ports import LogRecord
from evidence_service.service import EvidenceService, require_initialised
from evidence_service.workflow.anchor import known_log_id
from evidence_service.workflow.rotate_key import RotationDoors, rotate_key


def _instant(_context: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_instant(text, str(parameter.name))
    except EventError as error:
        raise click.BadParameter(str(error)) from None


@click.command("keys")
@click.argument("name", required=False)
@json_option
@click.pass_context
@refusals_exit_1
def keys_command(context: click.Context, name: str | None, as_json: bool) -> None:
    """Show every key that the log of NAME had, oldest first, with its window; the last one signs."""
    service = open_home(home_of(context))
    require_initialised(service)
    log = service.log(name)
    keys = [_as_json(key) for key in service.log_keys(log)]
    lines = [line for key in keys for line in _lines(key)]
    newest = service.key_changes.newest(log.institution)
    unfinished = newest.number if newest is not None and not newest.completed else None
    if unfinished is not None:
        lines.append(f"a change to key {unfinished} is not complete: run `proofdocket institution rotate-key`")
    answer = {"institution": log.institution, "keys": keys, "unfinished": unfinished}
    emit(as_json, answer, lines)


@click.command("rotate-key")
@click.argument("name", required=False)
@click.option("--reason", required=True, help="Why, in one line; it stands in the log.")
@click.option(
    "--stolen-since",
    callback=_instant,
    metavar="INSTANT",
    help="Since when others may have the old key: it signs nothing more, not even what was logged before.",
)
@json_option
@click.pass_context
@refusals_exit_1
def rotate_key_command(
    context: click.Context, name: str | None, reason: str, stolen_since: datetime | None, as_json: bool
) -> None:
    """Give the log of NAME new keys (Ed25519 and ML-DSA-44); or complete a change that was cut off.

    What was signed stays verifiable under the old key, kept with its window. The change is an event of the log.
    """
    service = open_home(home_of(context))
    require_initialised(service)
    log = service.log(name)
    done = rotate_key(log, reason, stolen_since, _doors(service, log))
    if not done.completed:
        say("The log has chain witnesses: have them sign what `proofdocket chain name-successor -o FILE` writes,")
        say("give their answers to `chain name-successor --attestation …`, then run this command again.")
    say("Tell whoever issues trust files, and every witness, the new keys and the windows:")
    answer = {
        "institution": log.institution,
        "keys": [_as_json(key) for key in service.log_keys(log)],
        "last_size": done.last_size,
        "completed": done.completed,
    }
    lines = [f"log {log.institution}: key {done.change.number} signs every size above {done.last_size}"]
    emit(as_json, answer, [*lines, *(line for key in answer["keys"] for line in _lines(key))])  # type: ignore[attr-defined]


def _doors(service: EvidenceService, log: LogRecord) -> RotationDoors:
    name = log.institution

    def close() -> None:
        service.publish(name)
        if service.anchors.newest(name, 1):
            service.anchor(name)

    def submit(events: Sequence[Mapping[str, Any]]) -> None:
        for receipt in service.submit(events):
            if receipt.state == "rejected":
                raise StoreError(f"the log refused event {receipt.event_id}: {receipt.reason}")

    return RotationDoors(
        store=service.key_changes,
        make_pair=lambda number: service.key_pair(name, log.origin, number),
        submit=submit,
        close=close,
        publish=lambda: _publish(service, name),
        succeed=lambda: _succeed(service, service.log(name)),
        now=service.now,
    )


def _publish(service: EvidenceService, name: str) -> None:
    service.publish(name)


def _succeed(service: EvidenceService, log: LogRecord) -> bool:
    """Let the contract continue the log under its present key; False where chain witnesses must sign that first."""
    if not service.anchors.newest(log.institution, 1):
        return True
    doors = service.anchoring()
    doors.chain.check()
    log_id = known_log_id(log, doors)
    if not log_id:
        return True  # it was anchored on another chain only
    chain = service.chain.open()
    while successor := ChainRights(chain, log_id).successor:
        log_id = successor
    wanted = doors.chain.ensure_registered(log.origin, parse_vkey(log.vkey).public_key)
    rights = ChainRights(chain, log_id)
    if wanted == log_id:
        return True
    if rights.witnesses.threshold:
        return False
    rights.name_successor(SuccessionStatement(wanted, rights.epoch), [])
    return True


def _as_json(key: LogKey) -> dict[str, Any]:
    return {
        "number": key.number,
        "vkey": key.vkey,
        "mldsa_vkey": key.mldsa_vkey,
        "after_size": key.after_size,
        "last_size": key.last_size,
        "since": None if key.since is None else format_instant(key.since),
        "until": None if key.until is None else format_instant(key.until),
        "stolen_since": None if key.stolen_since is None else format_instant(key.stolen_since),
        "reason": key.reason,
    }


def _lines(key: dict[str, Any]) -> list[str]:
    if key["last_size"] is None:
        window = f"signs every size above {key['after_size']}"
    else:
        window = f"signed sizes {key['after_size'] + 1} to {key['last_size']}, until {key['until']}: {key['reason']}"
    stolen = f", STOLEN since {key['stolen_since']}" if key["stolen_since"] else ""
    second = "+".join(key["mldsa_vkey"].split("+")[:2])
    return [
        f"key {key['number']} {window}{stolen}",
        f"  {key['vkey']}",
        f"  {second} (ML-DSA-44; --json shows it whole)",
    ]
