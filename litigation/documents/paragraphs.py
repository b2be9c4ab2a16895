"""Paragraphs of a template: each stands where its fact is known, once or once for each party, and may be numbered.

Spec: docs/spec/papers.md section 2. `when` names a fact, `each` a group of parties; `p.` is the party of that turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from litigation.documents.expansion import Filling
from litigation.documents.flow import BODY, Flow
from litigation.documents.text import Span, Style

INDENT = "\u3000\u3000"


def paragraphs(entries: Iterable[Mapping[str, Any]], filling: Filling, style: Style = BODY) -> list[list[Span]]:
    """Expand the paragraphs that have something to say."""
    found: list[list[Span]] = []
    number = 0
    for entry in entries:
        for prefix in filling.blocks.get(entry["each"], ()) if "each" in entry else ("",):
            if "when" in entry and not filling.is_there(entry["when"], prefix):
                continue
            number += "{#}" in entry["text"]
            spans = filling.spans(entry["text"], style, prefix=prefix, number=number)
            found.append([Span(INDENT, style), *spans])
    return found


def draw_paragraphs(
    flow: Flow, entries: Iterable[Mapping[str, Any]], filling: Filling, style: Style, leading: float
) -> None:
    """Set paragraphs one under the other, in the ink of printed text; facts keep theirs."""
    for spans in paragraphs(entries, filling, style):
        flow.spans(spans, leading=leading)
