"""The commands of the seal, as a person runs them: a key, a sealed file, and what is refused."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from click.testing import CliRunner, Result

from evidence_service.core.metadata import PackageMetadata
from evidence_service.core.note import ED25519, VerifierKey
from evidence_service.core.twin import twin_bytes
from litigation.documents import RenderedPackage, embed_evidence
from web.cli import main

ORIGIN = "log.example.test/sample-cf"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "seal", *arguments])


def bundle(folder: Path, package: RenderedPackage, *, draft: bool = False) -> Path:
    """Write the ordinary bundle with a twin that says whether it is a draft."""
    metadata = PackageMetadata(
        institution="sample-cf",
        credit_code="",
        our_reference="PD-2026-000123",
        as_of="2026-02-10",
        loan="ab" * 11,
        origin=ORIGIN,
        log_vkey=str(VerifierKey(ORIGIN, ED25519, bytes(32))),
        package_vkey=str(VerifierKey(f"{ORIGIN}/package", ED25519, bytes(32))),
        tree_size=1,
        root="00" * 32,
        checkpoint="note",
        chain=None,
        events=(),
        draft=draft,
        sample=True,
    )
    path = folder / "bundle.pdf"
    path.write_bytes(embed_evidence(package.pdf, twin_bytes(metadata, (), {})))
    return path


def test_a_bundle_is_sealed_and_both_digests_are_said(tmp_path: Path, ordinary: RenderedPackage) -> None:
    unsealed = bundle(tmp_path, ordinary)
    made = run(tmp_path, "make-key", "--name", "泉安消费金融股份有限公司")
    assert made.exit_code == 0, made.output
    out = tmp_path / "sealed.pdf"
    said = run(tmp_path, "pdf", str(unsealed), "--out", str(out), "--json")
    assert said.exit_code == 0, said.output
    answer = json.loads(said.output)
    assert answer["unsealed_sha256"] == sha256(unsealed.read_bytes()).hexdigest()
    assert answer["sealed_sha256"] == sha256(out.read_bytes()).hexdigest()
    assert answer["sample"] is True
    assert answer["timestamp"] is False
    assert out.read_bytes().startswith(unsealed.read_bytes())
    assert not list(tmp_path.glob(".seal-*"))


def test_a_draft_and_a_strange_pdf_are_not_sealed(tmp_path: Path, ordinary: RenderedPackage) -> None:
    run(tmp_path, "make-key", "--name", "泉安")
    out = tmp_path / "sealed.pdf"
    strange = tmp_path / "strange.pdf"
    strange.write_bytes(ordinary.pdf)
    refused = run(tmp_path, "pdf", str(strange), "--out", str(out))
    assert refused.exit_code == 1
    assert "only a bundle" in refused.output
    refused = run(tmp_path, "pdf", str(bundle(tmp_path, ordinary, draft=True)), "--out", str(out))
    assert refused.exit_code == 1
    assert "NOT FOR FILING" in refused.output
    assert not out.exists()


def test_an_authority_that_is_away_writes_nothing_unless_told_to_go_without(
    tmp_path: Path, ordinary: RenderedPackage
) -> None:
    unsealed = bundle(tmp_path, ordinary)
    run(tmp_path, "make-key", "--name", "泉安")
    (tmp_path / "tsa.pem").write_bytes((tmp_path / "keys" / "seal.pem").read_bytes())
    (tmp_path / "timestamp-authorities.toml").write_text(
        '[[authority]]\nname = "TSA"\nurl = "http://127.0.0.1:9/"\ncertificate = "tsa.pem"\n'
    )
    out = tmp_path / "sealed.pdf"
    away = run(tmp_path, "pdf", str(unsealed), "--out", str(out))
    assert away.exit_code == 1
    assert "did not answer" in away.output
    assert not out.exists()
    assert run(tmp_path, "pdf", str(unsealed), "--out", str(out), "--no-timestamp").exit_code == 0
    assert out.exists()
