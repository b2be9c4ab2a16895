"""Earlier packages: what a supplement has to know of the packages that it goes on from, read from these themselves.

Spec: docs/spec/bundle.md section 5.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf

from evidence_service.core import container
from evidence_service.core.metadata import parse_metadata
from evidence_service.core.package import METADATA, PDF
from evidence_service.errors import MalformedInputError
from litigation.core.late_exhibits import Earlier, LateExhibitError


def read_earlier(content: bytes, our_reference: str, recipient: str) -> Earlier:
    """The log size and the last page of an earlier package of this case for this recipient."""
    try:
        members = container.read(content)
        metadata = parse_metadata(members[METADATA])
        last_page = _last_page(members[PDF])
    except (MalformedInputError, KeyError, pikepdf.PdfError) as error:
        raise LateExhibitError("an earlier package cannot be read; name the ZIP files that were built") from error
    if (metadata.our_reference, metadata.recipient) != (our_reference, recipient):
        said = f"{metadata.our_reference} for {metadata.recipient}"
        raise LateExhibitError(f"an earlier package is {said}, not {our_reference} for {recipient}")
    return Earlier(metadata.tree_size, last_page)


def _last_page(pdf: bytes) -> int:
    """The number of the last page, as its labels count."""
    with pikepdf.open(BytesIO(pdf)) as document:
        first = int(document.Root.PageLabels.Nums[1].get("/St", 1)) if "/PageLabels" in document.Root else 1
        return first - 1 + len(document.pages)
