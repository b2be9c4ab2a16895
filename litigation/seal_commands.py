"""The commands `seal make-key` and `seal pdf`: a signature, a visible seal and a timestamp on a bundle.

Spec: docs/spec/papers.md section 15.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from evidence_service.clock import now
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.twin import parse_twin
from evidence_service.errors import ProofDocketError
from evidence_service.settings import read_settings
from evidence_service.verifier.pdf_attachment import embedded_evidence
from litigation.adapters.seal_keys import CERTIFICATE, make_sample_key
from litigation.bootstrap import open_sealer, passphrase
from litigation.workflow.seal_package import SealRefusedError


@click.group("seal")
def seal_group() -> None:
    """Seal bundles (PAdES)."""


@seal_group.command("make-key")
@click.option("--name", required=True, help="Whose seal: the name on the certificate and along the ring.")
@click.option("--rsa", "use_rsa", is_flag=True, help="RSA-3072, where somebody asks for it [P-256].")
@json_option
@click.pass_context
@refusals_exit_1
def make_key_command(context: click.Context, /, name: str, use_rsa: bool, as_json: bool) -> None:
    """Make a key and a certificate of our own for sample seals, marked 样章 / SAMPLE."""
    folder = read_settings(home_of(context)).keys_dir
    key = make_sample_key(folder, name, now(), passphrase(), use_rsa=use_rsa)
    ends = key.certificate.not_valid_after_utc.date().isoformat()
    answer = {"certificate": str(folder / CERTIFICATE), "kind": "rsa" if use_rsa else "p256", "until": ends}
    emit(as_json, answer, [f"sample seal until {ends}: {folder / CERTIFICATE}"])


@seal_group.command("pdf")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The sealed file.")
@click.option("--no-timestamp", is_flag=True, help="Seal without asking the timestamp authority of the instance.")
@json_option
@click.pass_context
@refusals_exit_1
def pdf_command(context: click.Context, /, file: Path, out: Path, no_timestamp: bool, as_json: bool) -> None:
    """Seal a bundle's PDF on its first page; the unsealed bytes stay in front of the seal as they were.

    Where timestamp-authorities.toml names an authority, the first one stamps the seal; if it is away, nothing is
    written.
    """
    sealer = open_sealer(home_of(context), timestamp=not no_timestamp)
    unsealed = file.read_bytes()
    _refuse_drafts(unsealed)
    sealed = sealer.seal(unsealed, now())
    _write(out, sealed)
    sealer.forget(unsealed)
    answer = {
        "unsealed_sha256": sha256(unsealed).hexdigest(),
        "sealed_sha256": sha256(sealed).hexdigest(),
        "sample": sealer.sample,
        "timestamp": sealer.timestamps,
        "out": str(out),
    }
    kind = "sample seal 样章" if sealer.sample else "seal"
    emit(as_json, answer, [f"{kind}, {'with' if sealer.timestamps else 'without'} timestamp: {out}"])


def _refuse_drafts(pdf: bytes) -> None:
    """Seal nothing but bundles, and no bundle that is not for filing."""
    try:
        package = parse_twin(embedded_evidence(pdf))[0]
    except ProofDocketError as problem:
        raise SealRefusedError(f"only a bundle of this program is sealed: {problem}") from None
    if package.draft:
        raise SealRefusedError(
            "a draft is not sealed (不得提交 / NOT FOR FILING): supply what is missing, build it again"
        )


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with NamedTemporaryFile(dir=path.parent, prefix=".seal-", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
