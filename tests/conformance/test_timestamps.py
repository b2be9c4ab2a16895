"""RFC 3161 tokens of real authorities (the fixtures of trailofbits/rfc3161-client), beside that implementation."""

from __future__ import annotations

from pathlib import Path

import pytest
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence_service.core.timestamp import check_authority, check_imprint
from evidence_service.core.timestamp_token import TimestampError, parse_token
from tests.conftest import CountCases

pytestmark = pytest.mark.shared

HELLO = b"hello"
TAKEN = {
    "sigstage/response-sha256.tsr": "sigstore-tsa-selfsigned",
    "sigstage/response-sha384.tsr": "sigstore-tsa-selfsigned",
    "sigstage/response-sha512.tsr": "sigstore-tsa-selfsigned",
    "sigstage/response-no-embedded-cert.tsr": "sigstore-tsa",
    "sigstore.mock/response-expired.tsr": "tsa signing",  # expired long ago, good at its own time
    "test_tsa/response.tsr": "Test TSA Intermediate",
    "test_tsa/response-injected-certs.tsr": "Test TSA Intermediate",
}
REFUSED = {
    "sigstage/response-invalid-signature.tsr": "signature does not verify",
    "test_tsa/other_response.tsr": "does not lead to the pinned one",
    # A real authority that binds its certificate by SHA-1 alone (signingCertificate of 2001, not RFC 5816).
    "identrust/issue-104.tsr": "lacks contentType, messageDigest or signingCertificateV2",
}


def certificates(path: Path) -> list[x509.Certificate]:
    raw = path.read_bytes()
    if b"BEGIN CERTIFICATE" in raw:
        return x509.load_pem_x509_certificates(raw)
    return [x509.load_der_x509_certificate(raw)]


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)


def judge(folder: Path, name: str, authority: str) -> None:
    response = rfc3161_client.decode_timestamp_response((folder / name).read_bytes())
    token = parse_token(response.time_stamp_token())
    assert (token.at.replace(microsecond=0), token.serial) == (
        response.tst_info.gen_time.replace(microsecond=0),
        response.tst_info.serial_number,
    )
    message = (folder / "sigstore.mock/payload").read_bytes() if name.startswith("sigstore.mock") else HELLO
    chain = certificates((folder / name).parent / "ts_chain.pem")
    if not name.startswith("identrust"):  # nobody kept what that one is about
        check_imprint(token, message)
    pinned = next((one for one in chain if common_name(one) == authority), chain[0])
    check_authority(token, pinned.public_bytes(Encoding.DER))


def test_tokens_of_other_implementations(vectors: Path, count_cases: CountCases) -> None:
    folder = vectors / "rfc3161/trailofbits-fixtures"
    right = 0
    for name, authority in TAKEN.items():
        judge(folder, name, authority)
        right += 1
    for name, problem in REFUSED.items():
        with pytest.raises(TimestampError, match=problem):
            judge(folder, name, "")
        right += 1
    count_cases("RFC 3161 tokens (rfc3161-client fixtures)", right, len(list(folder.glob("*/*.tsr"))))
