"""What whoever prepares the events of an import must promise: the same events, in the same order, however it works."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Protocol

from evidence_service.core.prepared import Prepared

Lines = Sequence[bytes]
"""One batch of lines as they came. An empty one stands for a row that is no line; it prepares to None."""


class Preparing(Protocol):
    """Prepares batches of lines, here or elsewhere."""

    def prepared(self, batches: Iterable[Lines]) -> Generator[tuple[Lines, list[Prepared | None]], None, None]:
        """Each batch with what its lines gave (None: the strict way must look), in the order in which they came."""
        ...
