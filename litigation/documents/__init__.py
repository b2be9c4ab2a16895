"""Papers: one PDF per case, laid out on the reportlab canvas. Spec: docs/spec/papers.md."""

from litigation.documents.embedding import embed_evidence
from litigation.documents.fonts import FontSet
from litigation.documents.package import RenderedPackage, Section, render_package
from litigation.documents.problems import MissingFactError, MissingGlyphError

__all__ = [
    "FontSet",
    "MissingFactError",
    "MissingGlyphError",
    "RenderedPackage",
    "Section",
    "embed_evidence",
    "render_package",
]
