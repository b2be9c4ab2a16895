"""The `witness` commands: what a court, a notary or a regulator runs, and how a lender sees its witnesses.

Spec: docs/spec/witness.md. Guide: docs/guide/witness.md. `keygen`, `serve` and `show` need no instance of ProofDocket.
"""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from pathlib import Path

import click

from evidence_service.adapters.witness_keys import load_witness_key, make_witness_key
from evidence_service.adapters.witness_server import WitnessServer
from evidence_service.adapters.witness_state import SqliteWitnessState
from evidence_service.bootstrap import open_home
from evidence_service.clock import now
from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.event import format_instant
from evidence_service.core.note import COSIGNATURE_ED25519, ED25519, ML_DSA_44, VerifierKey, parse_vkey
from evidence_service.errors import NotFoundError, SettingsError
from evidence_service.map_audit_command import map_audit_command
from evidence_service.service import require_initialised
from evidence_service.workflow.add_checkpoint import Witness

KINDS = {"ed25519": COSIGNATURE_ED25519, "ml-dsa-44": ML_DSA_44}
key_option = click.option(
    "--key", "key_file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File of the private key."
)


@click.group("witness")
def witness_group() -> None:
    """Witnesses: somebody else who sees every checkpoint of a log and signs that it only grows."""


witness_group.add_command(map_audit_command)


@witness_group.command("keygen")
@key_option
@click.option("--name", required=True, help="Name of the witness, such as witness.court.example/w1.")
@click.option("--algorithm", type=click.Choice(list(KINDS)), default="ed25519", show_default=True, help="Kind of key.")
@json_option
@refusals_exit_1
def keygen(key_file: Path, name: str, algorithm: str, *, as_json: bool) -> None:
    """Make a witness's key, and print the verifier key that readers pin and logs put into their policy."""
    verifier = make_witness_key(key_file, name, KINDS[algorithm], _passphrase())
    emit(as_json, {"name": name, "vkey": str(verifier), "key": str(key_file)}, [str(verifier)])


@witness_group.command("serve")
@click.option(
    "--key",
    "key_files",
    required=True,
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of a private key; twice where the witness has an Ed25519 and an ML-DSA-44 key.",
)
@click.option(
    "--state", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the witness's memory."
)
@click.option(
    "--log", "log_vkeys", required=True, multiple=True, help="Verifier key of a log to watch; may be repeated."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8100, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@refusals_exit_1
def serve(key_files: tuple[Path, ...], state: Path, log_vkeys: tuple[str, ...], host: str, port: int) -> None:
    """Run a witness: cosign the checkpoints of the given logs as long as each continues the one before."""
    keys = [load_witness_key(path, _passphrase()) for path in key_files]
    if len({key.verifier.name for key in keys}) != 1:
        raise SettingsError("the keys of one witness bear one name")
    witness = Witness(watched(log_vkeys), keys, SqliteWitnessState(state), now)
    server = WitnessServer(witness, host, port, say=say)
    say(f"witness {keys[0].verifier.name} on http://{host}:{server.server_port}/; stop with Ctrl-C")
    for origin in witness.logs:
        say(f"watches {origin}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is a person's Ctrl-C
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("stopped")
    finally:
        server.server_close()


@witness_group.command("show")
@click.option(
    "--state",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the witness's memory.",
)
@json_option
@refusals_exit_1
def show(state: Path, *, as_json: bool) -> None:
    """Show what this witness cosigned last for each log, and signed checkpoints that did not fit. Exit 1 if any."""
    memory = SqliteWitnessState(state)
    logs = [
        {
            "origin": seen.checkpoint.origin,
            "tree_size": seen.checkpoint.size,
            "root": seen.checkpoint.root.hex(),
            "cosigned_at": format_instant(seen.cosigned_at),
        }
        for seen in memory.all_seen()
    ]
    refused = [{"origin": origin, "reason": reason, "note": note} for origin, reason, note in memory.refused()]
    lines = [f"{one['origin']}: size {one['tree_size']}, cosigned {one['cosigned_at']}" for one in logs]
    lines += [f"REFUSED {one['origin']}: {one['reason']}" for one in refused]
    emit(as_json, {"logs": logs, "refused": refused}, lines or ["nothing cosigned yet"])
    if refused:
        raise click.exceptions.Exit(1)


@witness_group.command("status")
@click.option("--institution", help="Which log, where the instance has several.")
@json_option
@click.pass_context
@refusals_exit_1
def status(context: click.Context, institution: str | None, *, as_json: bool) -> None:
    """How the newest checkpoint stands with the witnesses of the policy. Exit 0 with a quorum, 2 without."""
    service = open_home(home_of(context))
    require_initialised(service)
    log = service.log(institution)
    published = service.store.latest_checkpoint(log.institution)
    if published is None:
        raise NotFoundError(f"log {log.institution} has no checkpoint yet; run `proofdocket publish`")
    found = service.witness_report(log.institution, published)
    lines = [f"{log.origin}: {found.line()}", *(f"  {one.line()}" for one in found.witnesses)]
    emit(as_json, {"institution": log.institution, **found.as_json()}, lines)
    if not found.satisfied:
        raise click.exceptions.Exit(2)


def watched(vkeys: tuple[str, ...]) -> dict[str, list[VerifierKey]]:
    """The keys of the logs that a witness watches, by origin: a log's key is named after its origin."""
    logs: dict[str, list[VerifierKey]] = defaultdict(list)
    for text in vkeys:
        key = parse_vkey(text)
        if key.algorithm not in (ED25519, ML_DSA_44):
            raise SettingsError(f"{key.name}: a log's key is of kind 1 (Ed25519) or 6 (ML-DSA-44)")
        logs[key.name].append(key)
    return dict(logs)


def _passphrase() -> bytes | None:
    return os.environ.get("PROOFDOCKET_KEY_PASSPHRASE", "").encode() or None
