"""checkpoint > package: gathers the material that travels with a proof or a package.

Spec: docs/spec/package.md (Material). Each part is made where it belongs; this file only gathers them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable


def gather(parts: Iterable[tuple[str, Callable[[], str | None]]]) -> dict[str, str]:
    """The materials that there are, by name: a part that answers None is left out."""
    made = ((name, part()) for name, part in parts)
    return {name: text for name, text in made if text is not None}
