"""audit map: rebuild the loan map from the entries alone, compare every stored page with it, and put back what differs.

Spec: docs/spec/log.md (Loan map). The entries decide: each map entry of the log must be what the entries before it
give, and the newest signed checkpoint must be theirs; else nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evidence_service.core.map_pages import PageName
from evidence_service.core.map_replay import MapReplay
from evidence_service.core.merkle import leaf_hash
from evidence_service.errors import ConflictError
from evidence_service.ports import LogRecord, LogStore
from evidence_service.ports.loan_map import MapPages
from evidence_service.workflow.recheck import EntryChangedError


@dataclass(slots=True)
class MapCheck:
    """What was compared: entries read, map versions and pages, and the pages that were missing or changed."""

    entries: int = 0
    versions: int = 0
    pages: int = 0
    missing: list[PageName] = field(default_factory=list)
    changed: list[PageName] = field(default_factory=list)
    rebuilt: bool = False

    @property
    def clean(self) -> bool:
        """Whether the stored map is what the entries give (now)."""
        return self.rebuilt or not (self.missing or self.changed)


def check_map(log: LogRecord, store: LogStore, maps: MapPages, *, rebuild: bool) -> MapCheck:
    """Compare the stored map with one built from the entries; with `rebuild` put back what differs. Safe to repeat."""
    found, right = MapCheck(), dict[PageName, bytes]()

    def compare(version: int, pages: Mapping[str, bytes]) -> None:
        found.versions += 1
        found.pages += len(pages)
        names = [(prefix, version) for prefix in sorted(pages)]
        stored = maps.stored(log.institution, names)
        for name in names:
            if stored.get(name) != pages[name[0]]:
                (found.changed if name in stored else found.missing).append(name)
                right[name] = pages[name[0]]

    replay = MapReplay(on_pages=compare)
    published = store.latest_checkpoint(log.institution)
    signed = published.checkpoint if published is not None else None
    for index, leaf, stored in store.leaves(log.institution, 0, store.log(log.institution).size):
        if index != replay.tree.size or leaf_hash(leaf) != stored:
            raise EntryChangedError(f"log {log.institution}: entry {replay.tree.size} is missing or was changed")
        replay.take(leaf)
        found.entries += 1
        if signed is not None and replay.tree.size == signed.size and replay.tree.root() != signed.root:
            raise ConflictError(
                f"log {log.institution}: the entries below {signed.size} are not those that were signed; nothing was "
                "written. `proofdocket audit log` locates what was changed"
            )
    if rebuild and right:
        maps.restore(log.institution, right, found.changed)
        # Crash here: put back, and nobody was told; the same command finds nothing that differs.
        found.rebuilt = True
    return found
