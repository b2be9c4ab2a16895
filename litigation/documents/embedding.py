"""The machine-readable twin: evidence.json inside the PDF, so that the PDF alone can be verified.

Spec: docs/spec/papers.md section 13; ISO 32000-2 14.13 (associated files). The file is an ordinary object with a
plain cross-reference table around it: the stranger's verifier reads it with a small reader of its own.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from litigation.documents.problems import PdfInputError
from litigation.documents.saving import save

FILE_NAME = "evidence.json"


def embed_evidence(pdf: bytes, evidence_json: bytes) -> bytes:
    """Return the PDF with `evidence.json` as an associated file; the same input gives the same bytes."""
    try:
        document = pikepdf.open(BytesIO(pdf))
    except pikepdf.PdfError as problem:
        raise PdfInputError("the bytes to embed evidence in are no PDF that can be opened") from problem
    stream = document.make_stream(evidence_json)
    stream.Type = Name.EmbeddedFile
    stream.Subtype = Name("/application/json")
    stream.Params = Dictionary(Size=len(evidence_json))
    file = document.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(FILE_NAME),
            UF=String(FILE_NAME),
            Desc=String("Machine-readable evidence of this package"),
            AFRelationship=Name.Data,
            EF=Dictionary(F=stream, UF=stream),
        )
    )
    root = document.Root
    if "/Names" not in root:
        root.Names = Dictionary()
    root.Names.EmbeddedFiles = Dictionary(Names=Array([String(FILE_NAME), file]))
    root.AF = Array([file])
    return save(document)
