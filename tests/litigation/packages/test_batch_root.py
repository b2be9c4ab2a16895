"""The root of a batch: stamped once, and each package's path leads there; another package's does not."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.merkle import leaf_hash, root_of
from evidence_service.errors import MalformedInputError
from litigation.adapters.root_check import check_root
from litigation.core.batch_root import BatchProofError, batch_proofs, parse_proof, proof_bytes, root_text
from litigation.workflow.build_package import BuiltPackage
from tests.litigation.packages.conftest import House
from tests.simulators.timestamp_authority import Authority
from tests.simulators.timestamp_server import serving
from web.cli import main

TSA = Authority.of()
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DIGESTS = st.sets(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=70)


@settings(max_examples=40, deadline=None)
@given(DIGESTS)
def test_every_package_of_any_batch_leads_to_the_root_and_no_other_does(digests: set[str]) -> None:
    proofs = batch_proofs("o", digests)
    leaves = [leaf_hash(bytes.fromhex(digest)) for digest in sorted(digests)]
    for proof in proofs:
        proof.check(proof.package_sha256)
        assert parse_proof(proof_bytes(proof)) == proof
        assert (proof.root, proof.size) == (root_of(leaves), len(digests))
        stranger = sha256(bytes.fromhex(proof.package_sha256)).hexdigest()
        with pytest.raises(BatchProofError):
            proof.check(stranger)
        with pytest.raises(BatchProofError):
            replace(proof, package_sha256=stranger).check(stranger)
    assert batch_proofs("o", [*digests, *digests]) == proofs


@pytest.fixture
def folder(house: House, sealed: BuiltPackage, unsealed: BuiltPackage, tmp_path: Path) -> Path:
    """Two sealed packages of one case, one that is not sealed, and a file that is none."""
    again = house.lender.litigation.seal(unsealed)
    made = tmp_path / "out"
    made.mkdir()
    for name, content in {"a": sealed.content, "b": again.content, "plain": unsealed.content, "no": b"zip"}.items():
        (made / f"{name}.zip").write_bytes(content)
    return made


def run(house: House, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(house.lender.home), "seal", *arguments])


def name_authority(house: House, url: str) -> None:
    (house.lender.home / "tsa.pem").write_bytes(TSA.root.certificate.public_bytes(Encoding.PEM))
    (house.lender.home / "timestamp-authorities.toml").write_text(
        f'[[authority]]\nname = "TSA"\nurl = "{url}"\ncertificate = "tsa.pem"\n'
    )


def test_one_token_stamps_all_packages_of_a_folder_and_each_is_checked_alone(house: House, folder: Path) -> None:
    pem = str(house.lender.home / "tsa.pem")
    try:
        with serving(TSA) as server:
            name_authority(house, server.url)
            made = run(house, "root", str(folder), "--json")
            assert made.exit_code == 0, made.output
            assert server.asked == 1
    finally:
        (house.lender.home / "timestamp-authorities.toml").unlink()
    answer = json.loads(made.output)
    assert (answer["packages"], answer["authorities"]) == (2, ["TSA"])
    assert sorted(path.name for path in folder.glob("*.json")) == ["a.zip.batch.json", "b.zip.batch.json"]
    seal = str(house.lender.home / "keys" / "seal.pem")
    for name in ("a", "b"):
        said = run(house, "check", str(folder / f"{name}.zip"), "--authority", pem, "--certificate", seal, "--json")
        assert said.exit_code == 0, said.output
        verdict = json.loads(said.output)
        assert verdict["trusted"]
        assert verdict["batch"]["holds"]
        assert verdict["batch"]["trusted"]
        assert verdict["batch"]["root"] == answer["root"]
    shutil.copy(folder / "a.zip.batch.json", folder / "b.zip.batch.json")
    wrong = run(house, "check", str(folder / "b.zip"))
    assert wrong.exit_code == 1
    assert "another package" in wrong.output


def test_a_token_over_another_root_or_of_another_authority_proves_nothing(house: House, folder: Path) -> None:
    digest = sha256((folder / "a.zip").read_bytes()).hexdigest()
    (proof,) = batch_proofs("o", [digest])
    other = Authority.of()
    stamped = replace(proof, tokens=(other.token(proof.text, NOW),))
    assert check_root(proof_bytes(stamped), digest, []).holds
    assert check_root(proof_bytes(stamped), digest, [TSA.root.certificate]).times == ()
    wrong = replace(proof, tokens=(other.token(root_text("o", 2, proof.root), NOW),))
    assert not check_root(proof_bytes(wrong), digest, []).holds
    assert not check_root(proof_bytes(replace(proof, tokens=(b"no token",))), digest, []).holds
    assert not check_root(b"{}", digest, []).holds
    with pytest.raises(MalformedInputError):
        parse_proof(proof_bytes(proof).replace(b'"v":1', b'"v":2'))


@pytest.mark.parametrize("mode", ["away", "lost", "refusal"])
def test_an_authority_that_gives_no_token_leaves_no_proof_and_is_asked_again(
    house: House, folder: Path, mode: str
) -> None:
    try:
        with serving(TSA) as server:
            name_authority(house, server.url)
            server.mode = mode
            assert run(house, "root", str(folder)).exit_code == 1
            assert not list(folder.glob("*.json"))
            server.mode = "good"
            assert run(house, "root", str(folder)).exit_code == 0
    finally:
        (house.lender.home / "timestamp-authorities.toml").unlink()
    assert len(list(folder.glob("*.json"))) == 2


def test_a_folder_without_sealed_packages_is_refused(house: House, tmp_path: Path) -> None:
    refused = run(house, "root", str(tmp_path))
    assert refused.exit_code == 1
    assert "no sealed package" in refused.output
