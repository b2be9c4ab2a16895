"""The commands `seal make-key` and `seal pdf`: a signature, a visible seal and a timestamp on a bundle.

Spec: docs/spec/papers.md section 15.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from cryptography import x509

from evidence_service.adapters.timestamp_authority import read_authorities
from evidence_service.clock import now
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.container import read as read_container
from evidence_service.core.package import PDF
from evidence_service.core.twin import parse_twin
from evidence_service.errors import ProofDocketError
from evidence_service.service import require_initialised
from evidence_service.settings import read_settings
from evidence_service.verifier.pdf_attachment import embedded_evidence
from litigation.adapters.root_check import RootVerdict, check_root
from litigation.adapters.seal_check import SealVerdict, check_seal
from litigation.adapters.seal_keys import CERTIFICATE, make_sample_key, read_certificates
from litigation.bootstrap import open_rooms, open_sealer, passphrase
from litigation.workflow.seal_package import SealRefusedError
from litigation.workflow.stamp_root import proof_path

_CERTIFICATE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


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
    sealer.forget(sha256(unsealed).hexdigest())
    answer = {
        "unsealed_sha256": sha256(unsealed).hexdigest(),
        "sealed_sha256": sha256(sealed).hexdigest(),
        "sample": sealer.sample,
        "timestamp": sealer.timestamps,
        "out": str(out),
    }
    kind = "sample seal 样章" if sealer.sample else "seal"
    emit(as_json, answer, [f"{kind}, {'with' if sealer.timestamps else 'without'} timestamp: {out}"])


@seal_group.command("root")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--institution", help="Which log, where the instance has several.")
@json_option
@click.pass_context
@refusals_exit_1
def root_command(context: click.Context, /, folder: Path, institution: str | None, as_json: bool) -> None:
    """Put the sealed packages of a folder under one root, and have it stamped once for all of them.

    Beside each package its path to the root is written (NAME.zip.batch.json). Each authority of
    timestamp-authorities.toml stamps the root; if one is away, nothing is written.
    """
    service, _ = open_rooms(home_of(context))
    require_initialised(service.evidence)
    stamped = service.stamp_root(
        institution, sorted(folder.glob("*.zip")), read_authorities(service.evidence.settings.home), _write
    )
    if stamped is None:
        raise SealRefusedError(f"{folder} holds no sealed package of this institution; `bundle --seal` makes them")
    answer = {"root": stamped.root, "packages": stamped.packages, "authorities": list(stamped.authorities)}
    by = f"stamped by {', '.join(stamped.authorities)}" if stamped.authorities else "not stamped: no authority is named"
    emit(as_json, answer, [f"root of {stamped.packages} sealed packages, {by}: {stamped.root}"])


@seal_group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option(
    "--certificate",
    "certificates",
    multiple=True,
    type=_CERTIFICATE,
    help="Certificate that a seal must lead to (PEM).",
)
@click.option(
    "--authority", "authorities", multiple=True, type=_CERTIFICATE, help="Certificate that a token must lead to (PEM)."
)
@json_option
@refusals_exit_1
def check_command(file: Path, certificates: tuple[Path, ...], authorities: tuple[Path, ...], as_json: bool) -> None:
    """Check the seal of a package or PDF, and a package's path to the root of its batch if it lies beside it.

    Exit 0 when nothing was changed since the seal, 1 when something was. Without --certificate nobody vouches for the
    holder, without --authority for the time; both are said.
    """
    content = file.read_bytes()
    pdf = content if content.startswith(b"%PDF-") else read_container(content).get(PDF, b"")
    beside = proof_path(file)
    verdict = check_seal(pdf, _certificates(certificates), _certificates(authorities))
    digest, pinned = sha256(content).hexdigest(), _certificates(authorities)
    batch = check_root(beside.read_bytes(), digest, pinned) if beside.exists() else None
    answer = asdict(verdict) | {"holds": verdict.holds, "batch": asdict(batch) if batch else None}
    emit(as_json, answer, _said(verdict, batch))
    if not verdict.holds or (batch and not batch.holds):
        raise click.exceptions.Exit(1)


def _certificates(paths: tuple[Path, ...]) -> list[x509.Certificate]:
    return [one for path in paths for one in read_certificates(path)]


def _said(verdict: SealVerdict, batch: RootVerdict | None) -> list[str]:
    known = "leads to a certificate that you named" if verdict.trusted else "nobody whom you named vouches for it"
    changed = "unaltered since" if verdict.holds else "ALTERED since, or not signed by it"
    stamp = {None: "no timestamp", True: f"timestamp {verdict.stamped_at}", False: "timestamp does not hold"}
    lines = [f"seal of {verdict.holder}: {changed}; {known}; {stamp[verdict.timestamp]}"]
    if batch:
        times = ", ".join(batch.times) or "no token"
        lines.append(f"root of its batch: {'leads there' if batch.holds else batch.problem}; {times}")
    return lines


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
