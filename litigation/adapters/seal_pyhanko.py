"""A seal by pyHanko: PAdES signature with a certificate of files, a visible seal, and an RFC 3161 timestamp.

Spec: docs/spec/papers.md section 15; ETSI EN 319 142-1 (B-B, with a timestamp B-T). Appended as an incremental update:
the unsealed bytes stay as they were, in front.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence_service.adapters.timestamp_authority import HttpTimestampAuthority
from litigation.adapters.seal_keys import SealKey, SealKeyError
from litigation.documents.fonts import FontSet
from litigation.documents.problems import PdfInputError
from litigation.documents.seal_drawing import SIDE, draw_seal

FIELD = "ProofDocketSeal"
_RIGHT, _LOW = 470.0, 52.0  # lower right of the cover, above its foot


class PyHankoSealer:
    """Seals PDFs with one key. What it makes is a sample where the certificate was signed by its own key."""

    def __init__(self, key: SealKey, fonts: FontSet, authority: HttpTimestampAuthority | None = None) -> None:
        certificate = asn1_x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
        private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        try:
            registry = SimpleCertificateStore.from_certs([certificate])  # type: ignore[no-untyped-call]
        except ValueError:
            raise SealKeyError("the certificate's name has characters that X.509 cannot compare (RFC 4518)") from None
        self._signer = signers.SimpleSigner(certificate, keys.PrivateKeyInfo.load(private), registry)
        self._name = holder(key.certificate)
        self._sample = key.certificate.issuer == key.certificate.subject
        self._drawing = draw_seal(self._name, fonts, sample=self._sample)
        self._stamper = _Stamper(authority) if authority else None

    @property
    def sample(self) -> bool:
        """Whether the seal says 样章 / SAMPLE."""
        return self._sample

    @property
    def timestamps(self) -> bool:
        """Whether each seal carries a token."""
        return self._stamper is not None

    def seal(self, pdf: bytes) -> bytes:
        """Append a seal on the first page. Raises PdfInputError, or TimestampUnavailableError where a token is due."""
        try:
            writer = IncrementalPdfFileWriter(BytesIO(pdf))
        except PdfError as problem:
            raise PdfInputError("the file to seal is no PDF that can be opened") from problem
        corner = (int(_RIGHT - SIDE / 2), int(_LOW), int(_RIGHT + SIDE / 2), int(_LOW + SIDE))
        place = fields.SigFieldSpec(FIELD, on_page=0, box=corner)
        said = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            name=self._name,
            reason="样章 SAMPLE" if self._sample else None,
            subfilter=fields.SigSeedSubFilter.PADES,
        )
        look = StaticStampStyle(background=_Drawing(self._drawing), border_width=0)
        signer = signers.PdfSigner(
            said, self._signer, timestamper=self._stamper, stamp_style=look, new_field_spec=place
        )
        return bytes(signer.sign_pdf(writer).getvalue())


def holder(certificate: x509.Certificate) -> str:
    """The name on a certificate."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


class _Drawing(ImportedPdfPage):
    """A drawing from bytes; pyHanko's own reads a file and gives it a random name."""

    def __init__(self, data: bytes) -> None:
        super().__init__("")  # type: ignore[no-untyped-call]  # pyHanko has no types here
        self._data = data

    def render(self) -> bytes:
        """Bring the drawing into the file that is being sealed."""
        form = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._data)))
        self.resources.xobject["/Seal"] = form
        self.box = BoxConstraints(width=SIDE, height=SIDE)
        return b"/Seal Do"


class _Stamper(TimeStamper):
    """Asks the instance's authority, and takes only what leads to the certificate that is pinned for it."""

    def __init__(self, authority: HttpTimestampAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: Any) -> Any:
        """Send the question of pyHanko."""
        digest = req["message_imprint"]["hashed_message"].native
        return tsp.TimeStampResp.load(self._authority.answer(req.dump(), digest, req["nonce"].native))
