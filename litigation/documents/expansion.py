"""Template lines turned into spans: facts in blue-black ink, blanks, boxes with their ticks, links to exhibits.

Spec: docs/spec/papers.md sections 2 and 5. Facts are put in as plain text and never read as markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from litigation.documents.fonts import Role
from litigation.documents.templates import PartKind, parts_of
from litigation.documents.text import BLUE, INK, Span, Style

_BLANK = "\u3000"


@dataclass(frozen=True, slots=True)
class Filling:
    """What template lines are filled with: values, the exhibit that proves each fact, who stands in repeated blocks."""

    values: Mapping[str, str]
    exhibits: Mapping[str, int]
    page_digits: int
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def spans(self, line: str, style: Style, *, ink: str = INK, prefix: str = "", number: int = 0) -> list[Span]:
        """Expand one line. `prefix` stands for ``p.`` in the blocks of the parties."""
        spans: list[Span] = []
        for kind, key, value, blank in parts_of(line):
            if kind is PartKind.TEXT:
                spans.append(Span(value, style))
                continue
            match kind:
                case PartKind.FACT:
                    fact = self.values.get(own_key(key, prefix), "")
                    spans.append(Span(fact, style.but(color=ink)) if fact else Span(_BLANK * blank, style))
                case PartKind.BOX:
                    spans.append(self._box(own_key(key, prefix), value, style))
                case PartKind.COUNT:
                    spans.append(Span(str(number), style))
                case PartKind.CITE:
                    spans.extend(self.cite(own_key(key, prefix), style))
        return spans

    def is_there(self, key: str, prefix: str = "") -> bool:
        """Say whether a value is known."""
        return bool(self.values.get(own_key(key, prefix)))

    def cite(self, key: str, style: Style) -> Sequence[Span]:
        """Link to the exhibit that proves a fact, in small raised type; nothing where no exhibit does."""
        number = self.exhibits.get(key, 0)
        return [exhibit_link(number, style, self.page_digits)] if number else []

    def _box(self, key: str, option: str, style: Style) -> Span:
        if self.values.get(key, "") == option:
            return Span("√", style.but(role=Role.BOLD, color=INK, tick=True, whole=True))
        return Span("□", style)


def own_key(key: str, prefix: str) -> str:
    """The key of a fact where ``p.`` stands for a party."""
    return f"{prefix}.{key[2:]}" if prefix and key.startswith("p.") else key


def exhibit_link(number: int, style: Style, page_digits: int) -> Span:
    """Write ``[证3·p.21]`` as a link to exhibit 3; # reserves the digits of the page number."""
    destination = exhibit_destination(number)
    raised = Style(style.role, style.size * 0.66, BLUE, style.size * 0.3, destination, whole=True)
    return Span(f"[证{number}·p.{'#' * page_digits}]", raised, destination)


def exhibit_destination(number: int) -> str:
    """Name the place where an exhibit begins."""
    return f"exhibit-{number}"
