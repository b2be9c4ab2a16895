"""What pyHanko makes of a sealed bundle: whether it is as it was sealed, by whom, and whom the reader trusts.

Spec: docs/spec/papers.md section 15; ETSI EN 319 102-1. Certificates come from the reader; nothing is fetched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from litigation.documents.problems import PdfInputError


@dataclass(frozen=True, slots=True)
class SealVerdict:
    """One seal. `intact`: the digest is that of the file; `valid`: the signature is the certificate's; `whole`: it
    covers all of the file; `trusted`: the certificate leads to one that the reader named.

    `timestamp` is None without token.
    """

    holder: str
    intact: bool
    valid: bool
    whole: bool
    trusted: bool
    timestamp: bool | None
    stamped_at: str

    @property
    def holds(self) -> bool:
        """Nothing was changed since the seal; whether the holder is who it says is another question."""
        return self.intact and self.valid and self.whole and self.timestamp is not False


def check_seal(pdf: bytes, trusted: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate]) -> SealVerdict:
    """Validate the one seal of a bundle. Raises PdfInputError where there is none, or more."""
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    except (PdfError, SigningError, ValueError) as problem:
        raise PdfInputError("the file is no PDF that can be opened") from problem
    if len(signatures) != 1:
        raise PdfInputError(f"the file bears {len(signatures)} seals, not one")
    with _quiet():
        status = validate_pdf_signature(signatures[0], _context(trusted), ts_validation_context=_context(authorities))
    stamp = status.timestamp_validity
    return SealVerdict(
        holder=str(status.signing_cert.subject.native.get("common_name", "")),
        intact=status.intact,
        valid=status.valid,
        whole=status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level in (None, ModificationLevel.NONE),
        trusted=status.trusted,
        timestamp=None if stamp is None else stamp.valid and stamp.intact and (stamp.trusted or not authorities),
        stamped_at=stamp.timestamp.isoformat() if stamp is not None else "",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """A certificate that nobody vouches for is a verdict here, not a line on the screen."""
    loggers = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict) if name.startswith("pyhanko")]
    before = [one.disabled for one in loggers]
    try:
        for one in loggers:
            one.disabled = True
        yield
    finally:
        for one, was in zip(loggers, before, strict=True):
            one.disabled = was


def _context(certificates: Sequence[x509.Certificate]) -> ValidationContext:
    roots = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in certificates]
    return ValidationContext(trust_roots=roots, allow_fetching=False)
