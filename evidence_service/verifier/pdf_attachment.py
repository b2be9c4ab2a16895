"""The evidence.json inside one of our PDFs, found through the catalogue's list of embedded files.

Spec: docs/spec/package.md (Twin), ISO 32000-2 7.7.4 and 7.11.4.
"""

from __future__ import annotations

from typing import Any

from evidence_service.core.twin import FILE_NAME
from evidence_service.verifier.pdf_objects import PdfError, PdfObjects

MAX_FILES = 1000


class NoEvidenceError(PdfError):
    """A PDF that holds no evidence.json."""

    code = "pdf-no-evidence"


def embedded_evidence(pdf: bytes) -> bytes:
    """The bytes of evidence.json. Raises NoEvidenceError where there is none, PdfError where the PDF cannot be read."""
    objects = PdfObjects(pdf)
    root = objects.dictionary(objects.trailer.get("Root"), "the catalogue")
    if "Names" not in root:
        raise NoEvidenceError("no embedded files")
    names = objects.dictionary(root["Names"], "the list of names")
    if "EmbeddedFiles" not in names:
        raise NoEvidenceError("no embedded files")
    tree = objects.dictionary(names["EmbeddedFiles"], "the list of embedded files")
    pairs = objects.resolve(tree.get("Names"))
    if "Kids" in tree or not isinstance(pairs, list) or len(pairs) % 2:
        raise PdfError("its list of embedded files is of a kind that is not read here")
    if len(pairs) > 2 * MAX_FILES:
        raise PdfError(f"it holds more than {MAX_FILES} files")
    found = [spec for name, spec in zip(pairs[::2], pairs[1::2], strict=True) if _is_ours(objects, name, spec)]
    if not found:
        raise NoEvidenceError(f"no {FILE_NAME} among its embedded files")
    if len(found) > 1:
        raise PdfError(f"it holds {FILE_NAME} twice")
    files = objects.dictionary(objects.dictionary(found[0], "the file").get("EF"), "the file's content")
    return objects.stream(files.get("F"), FILE_NAME)


def _is_ours(objects: PdfObjects, name: Any, spec: Any) -> bool:
    said = objects.dictionary(spec, "an embedded file")
    return FILE_NAME in (_text(objects.resolve(name)), _text(objects.resolve(said.get("F"))))


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return ""
    return value.decode("utf-16", "replace") if value[:2] in (b"\xfe\xff", b"\xff\xfe") else value.decode("latin-1")
