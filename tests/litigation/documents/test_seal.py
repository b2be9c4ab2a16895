"""The seal: valid for two implementations of others, broken by one byte, and in front of it the unsealed file."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from evidence_service.adapters.timestamp_authority import HttpTimestampAuthority
from evidence_service.ports.timestamp import TimestampUnavailableError
from evidence_service.verifier.pdf_attachment import embedded_evidence
from litigation.adapters.seal_keys import SealKey, SealKeyError, make_sample_key, read_key
from litigation.adapters.seal_pyhanko import KeyFileProvider
from litigation.documents import FontSet, RenderedPackage, embed_evidence
from litigation.documents.problems import MissingGlyphError, PdfInputError
from litigation.documents.seal_drawing import draw_seal
from litigation.workflow.seal_package import BundleSealer
from tests.litigation.documents.test_pdfa import TWIN, failures
from tests.simulators.timestamp_authority import Authority
from tests.simulators.timestamp_server import TimestampServer, serving

NAME = "泉安消费金融股份有限公司"
TSA = Authority.of()
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    return make_sample_key(tmp_path_factory.mktemp("keys"), NAME, datetime.now(UTC), None, use_rsa=False)


@pytest.fixture(scope="module")
def bundle(ordinary: RenderedPackage) -> bytes:
    return embed_evidence(ordinary.pdf, TWIN)


@pytest.fixture(scope="module")
def sealed(key: SealKey, bundle: bytes, fonts: FontSet) -> bytes:
    return sealer(key, fonts).seal(bundle, NOW)


@pytest.fixture
def server() -> Iterator[TimestampServer]:
    with serving(TSA) as state:
        yield state


def sealer(key: SealKey, fonts: FontSet, authority: HttpTimestampAuthority | None = None) -> BundleSealer:
    return BundleSealer(KeyFileProvider(key, authority), fonts)


def status(data: bytes, key: SealKey) -> Any:
    """Return what pyHanko makes of the only signature, trusting this certificate and the authority of the tests."""
    roots = [
        asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (key.certificate, TSA.root.certificate)
    ]
    signature = PdfFileReader(BytesIO(data)).embedded_signatures
    assert len(signature) == 1
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    return validate_pdf_signature(signature[0], context, ts_validation_context=context)


def test_a_sealed_bundle_is_valid_and_begins_with_the_unsealed_one(key: SealKey, bundle: bytes, sealed: bytes) -> None:
    said = status(sealed, key)
    assert said.intact
    assert said.valid
    assert said.trusted
    assert said.coverage.name == "ENTIRE_FILE"
    assert sealed.startswith(bundle)
    assert embedded_evidence(sealed) == TWIN


def test_a_flipped_byte_is_noticed(key: SealKey, bundle: bytes, sealed: bytes) -> None:
    at = bundle.index(b"/Subject") + 12
    changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    said = status(changed, key)
    assert not said.intact


def test_pdfsig_says_that_the_signature_is_valid(sealed: bytes, bundle: bytes, tmp_path: Path) -> None:
    program = shutil.which("pdfsig")
    assert program, "install poppler-utils"
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    command = [program, "-nocert", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    at = bundle.index(b"/Subject") + 12
    path.write_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
    assert "Digest Mismatch" in subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_a_sealed_bundle_is_still_an_archive_file(sealed: bytes) -> None:
    assert failures(sealed, "3u") == []


def test_the_seal_carries_a_timestamp_of_the_authority(
    key: SealKey, bundle: bytes, fonts: FontSet, server: TimestampServer
) -> None:
    authority = HttpTimestampAuthority("TSA", server.url, TSA.root.certificate)
    said = status(sealer(key, fonts, authority).seal(bundle, NOW), key)
    assert said.valid
    assert said.timestamp_validity is not None
    assert said.timestamp_validity.valid
    assert said.timestamp_validity.trusted


@pytest.mark.parametrize("mode", ["away", "lost", "refusal", "rubbish", "stale"])
def test_an_authority_that_gives_no_token_leaves_no_seal(
    key: SealKey, bundle: bytes, fonts: FontSet, server: TimestampServer, mode: str
) -> None:
    server.mode = mode
    authority = HttpTimestampAuthority("TSA", server.url, TSA.root.certificate, 2.0)
    with pytest.raises(TimestampUnavailableError):
        sealer(key, fonts, authority).seal(bundle, NOW)


def test_a_token_of_another_authority_is_not_taken(
    key: SealKey, bundle: bytes, fonts: FontSet, server: TimestampServer
) -> None:
    authority = HttpTimestampAuthority("TSA", server.url, Authority.of().root.certificate)
    with pytest.raises(TimestampUnavailableError, match="does not hold"):
        sealer(key, fonts, authority).seal(bundle, NOW)


def test_rsa_on_request_and_keys_are_read_back_under_their_passphrase(
    tmp_path: Path, bundle: bytes, fonts: FontSet
) -> None:
    made = make_sample_key(tmp_path, NAME, datetime.now(UTC), b"word", use_rsa=True)
    assert isinstance(made.private, rsa.RSAPrivateKey)
    assert (tmp_path / "seal.key").stat().st_mode & 0o777 == 0o600
    read = read_key(tmp_path, b"word")
    assert status(sealer(read, fonts).seal(bundle, NOW), read).valid
    with pytest.raises(SealKeyError, match="passphrase"):
        read_key(tmp_path, b"other")
    with pytest.raises(SealKeyError, match="already"):
        make_sample_key(tmp_path, NAME, datetime.now(UTC), None, use_rsa=False)


def test_a_key_that_does_not_belong_to_its_certificate_is_refused(tmp_path: Path, key: SealKey) -> None:
    with pytest.raises(SealKeyError, match="make-key"):
        read_key(tmp_path, None)
    assert isinstance(key.private, ec.EllipticCurvePrivateKey)
    make_sample_key(tmp_path, NAME, datetime.now(UTC) - timedelta(days=1), None, use_rsa=False)
    (tmp_path / "seal.pem").write_bytes(key.certificate.public_bytes(Encoding.PEM))
    with pytest.raises(SealKeyError, match="of the certificate"):
        read_key(tmp_path, None)


def test_a_self_made_seal_says_sample_and_rare_names_are_drawn(
    tmp_path: Path, key: SealKey, bundle: bytes, fonts: FontSet, plain_fonts: FontSet
) -> None:
    assert sealer(key, fonts).sample
    rare = make_sample_key(tmp_path, "䶮㛃记" * 7, datetime.now(UTC), None, use_rsa=False)
    assert status(sealer(rare, fonts).seal(bundle, NOW), rare).valid
    with pytest.raises(MissingGlyphError):
        draw_seal("𱁬记", plain_fonts, sample=True)
    newest = make_sample_key(tmp_path / "other", "𱁬记", datetime.now(UTC), None, use_rsa=False)
    with pytest.raises(SealKeyError, match=r"X\.509"):
        KeyFileProvider(newest)


def test_what_is_no_pdf_is_not_sealed(key: SealKey, fonts: FontSet) -> None:
    with pytest.raises(PdfInputError):
        sealer(key, fonts).seal(b"no pdf", NOW)
