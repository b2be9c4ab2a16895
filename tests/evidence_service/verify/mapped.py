"""The small world of `world.py`, its log closed by the entry of the loan map, and auditors who sign what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.loan_map import LoanState, map_key, map_root
from evidence_service.core.map_audit import MapAudit
from evidence_service.core.map_leaf import MapLeaf, map_leaf_bytes
from evidence_service.core.map_material import map_material_text
from evidence_service.core.map_pages import Change, Node, PageName, prove_in_map, update_map
from evidence_service.core.merkle import leaf_hash
from tests.evidence_service.verify.world import START, Entry, Signer, World, make_world

AUDITOR = Signer.from_seed("auditor.example", "auditor")


def states_of(entries: Sequence[Entry]) -> dict[str, LoanState]:
    """The loans of these entries, as an honest reader counts them."""
    found: dict[str, LoanState] = {}
    for entry in entries:
        value = json.loads(entry.leaf)
        if value["kind"] == "event":
            found[value["loan"]] = LoanState(value["seq"] + 1, leaf_hash(entry.leaf))
    return found


@dataclass(frozen=True)
class MappedWorld(World):
    """A world whose last entry is the map's. `states` is what the lender says, true or not; `text` may stand for it."""

    states: dict[str, LoanState]
    notes: tuple[str, ...] = ()
    text: str = ""

    @property
    def map_index(self) -> int:
        return len(self.entries) - 1

    @property
    def audit(self) -> MapAudit:
        """What an auditor finds who rebuilt the lender's map as it is."""
        checkpoint = Checkpoint(self.log.name, len(self.entries), self.root)
        return MapAudit(checkpoint, map_root(self.states))

    @property
    def material(self) -> dict[str, str]:
        return {"map": self.text or self.map_text()}

    def map_text(self, loan: str = "", proven: str = "") -> str:
        loan = loan or self.reference
        proof = prove(self.states, proven or loan)
        return map_material_text(self.entries[self.map_index].leaf, self.proof(self.map_index), loan, proof, self.notes)

    def audited(self, *notes: str) -> MappedWorld:
        return replace(self, notes=notes or (AUDITOR.sign_note(self.audit.text()),))


def close(world: World, states: dict[str, LoanState] | None = None, **changes: Any) -> MappedWorld:
    """The world with the map's entry at its end."""
    states = states or states_of(world.entries)
    leaf = MapLeaf(world.institution, len(world.entries), len(states), map_root(states), START + timedelta(hours=1))
    closed = (*world.entries, Entry(map_leaf_bytes(replace(leaf, **changes)), {}))
    parts = (world.institution, world.log, world.package, closed, world.mine, world.reference)
    return MappedWorld(*parts, states)


def make_mapped(**options: Any) -> MappedWorld:
    """An honest lender's world, closed."""
    return close(make_world(**options))


def prove(states: dict[str, LoanState], loan: str) -> Any:
    """The proof of one loan in a map of these states."""
    made = update_map(lambda _: {}, None, {map_key(name): Change(None, state) for name, state in states.items()}, 1)
    pages: dict[PageName, bytes] = {(prefix, 1): page for prefix, page in made.pages.items()}
    root = Node(len(states), made.root, 1)
    return prove_in_map(lambda names: {name: pages[name] for name in names}, root, map_key(loan))
