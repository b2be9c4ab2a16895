"""What others said of a checkpoint, as it stood when a batch began: it may grow afterwards, the batch's bytes may not.

Spec: docs/spec/batch.md section 2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.provenance import Confirmation

MAP = "map"
"""The one material that is each loan's own; the audit notes in it are the checkpoint's."""


@dataclass(frozen=True, slots=True)
class PinnedMaterial:
    """Confirmations of the checkpoint, the material that all its packages share, and the notes of map auditors."""

    confirmations: tuple[Confirmation, ...]
    shared: dict[str, str]
    audits: tuple[str, ...]

    def of_loan(self, material: Mapping[str, str]) -> dict[str, str]:
        """A loan's material as it was, or would have been, when this was pinned."""
        own = {name: text for name, text in material.items() if name == MAP}
        if MAP in own:
            value = json.loads(own[MAP])
            value["audits"] = list(self.audits)
            own[MAP] = canonical_bytes(value).decode()
        return dict(sorted({**self.shared, **own}.items()))


def pin_material(confirmations: tuple[Confirmation, ...], material: Mapping[str, str]) -> PinnedMaterial:
    """Pin what the material of any one loan of a checkpoint says about that checkpoint."""
    shared = {name: text for name, text in material.items() if name != MAP}
    audits = json.loads(material[MAP])["audits"] if MAP in material else []
    return PinnedMaterial(confirmations, shared, tuple(audits))
