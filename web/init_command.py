"""The command `init`: makes a folder an instance, with its database, log, keys, chain and contracts."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.chain import Deployment
from evidence_service.institution_files import read_institution
from evidence_service.ports import LogRecord
from evidence_service.service import EvidenceService

SAMPLE = "sample-cf"


@click.command("init")
@click.option("--institution", default=SAMPLE, show_default=True, help="Short name of the first institution.")
@json_option
@click.pass_context
@refusals_exit_1
def init_command(context: click.Context, institution: str, as_json: bool) -> None:
    """Make the home folder an instance and start what it needs. A second init changes nothing."""
    service, log, deployment = initialise(open_home(home_of(context), new=True), institution)
    answer: dict[str, Any] = {
        "origin": log.origin,
        "vkey": log.vkey,
        "mldsa_vkey": log.mldsa_vkey,
        "chain_id": deployment.chain_id,
        "contracts": {
            "EvidenceAnchor": deployment.evidence_anchor,
            "FilingRegistry": deployment.filing_registry,
        },
        "institution": log.institution,
        "home": str(service.settings.home),
    }
    lines = [
        f"instance        {answer['home']}",
        f"log             {log.origin}",
        f"verifier key    {log.vkey}",
        f"second key      {'+'.join(log.mldsa_vkey.split('+')[:2])} (ML-DSA-44; --json shows it whole)",
        f"chain           {deployment.chain_id}",
        f"EvidenceAnchor  {deployment.evidence_anchor}",
        f"FilingRegistry  {deployment.filing_registry}",
    ]
    emit(as_json, answer, lines)


def initialise(service: EvidenceService, institution: str = SAMPLE) -> tuple[EvidenceService, LogRecord, Deployment]:
    """Make a home folder an instance: first institution, keys, chain, contracts. Doing it again changes nothing."""
    logs = service.logs()
    if logs and institution == SAMPLE:
        institution = logs[0].institution
    if institution == SAMPLE:
        _write_sample_institution(service.settings.institutions_dir)
    data = read_institution(service.settings.institutions_dir, institution) or {}
    log = service.add_institution(institution, str(data.get("name", "")))
    say("starting the chain and looking for the contracts …")
    return service, log, service.chain.initialise()


def _write_sample_institution(folder: Path) -> None:
    """The fictional company of the sample data, as plaintiff; an edited file stays as it is."""
    path = folder / f"{SAMPLE}.toml"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(files("litigation.sample").joinpath("institution.toml").read_text("utf-8"), encoding="utf-8")
