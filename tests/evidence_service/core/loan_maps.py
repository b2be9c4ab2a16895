"""Loan maps in memory: pages in a dictionary, and the definition of the root written once more, bit by bit."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from evidence_service.core.loan_map import LoanState, MapProof, map_key
from evidence_service.core.map_pages import Change, Node, PageName, page_node, prove_in_map, update_map


def reference(number: int | str) -> str:
    """A loan reference, the same for the same number."""
    return base64.urlsafe_b64encode(sha256(f"loan {number}".encode()).digest()[:16]).decode().rstrip("=")


def state(count: int) -> LoanState:
    """A state with a made-up last leaf hash."""
    return LoanState(count, sha256(f"last {count}".encode()).digest())


def root_by_definition(states: Mapping[str, LoanState]) -> bytes:
    """docs/spec/log.md word by word, on strings of bits: the oracle of every faster way."""
    loans = {}
    for name, one in states.items():
        key = sha256(b"proofdocket/map/key/v1" + name.encode()).digest()
        bits = "".join(f"{byte:08b}" for byte in key)
        loans[bits] = sha256(b"\x02" + key + one.count.to_bytes(8, "big") + one.last).digest()
    return _subtree(loans, "")


def _subtree(loans: Mapping[str, bytes], prefix: str) -> bytes:
    below = {bits: digest for bits, digest in loans.items() if bits.startswith(prefix)}
    if not below:
        return bytes(32)
    if len(below) == 1:
        return next(iter(below.values()))
    return sha256(b"\x03" + _subtree(below, prefix + "0") + _subtree(below, prefix + "1")).digest()


@dataclass
class MemoryMap:
    """The pages of every version, and the roots."""

    pages: dict[PageName, bytes] = field(default_factory=dict)
    roots: dict[int, Node] = field(default_factory=dict)
    states: dict[str, LoanState] = field(default_factory=dict)
    asked: int = 0

    def load(self, names: Sequence[PageName]) -> dict[PageName, bytes]:
        self.asked += len(names)
        return {name: self.pages[name] for name in names if name in self.pages}

    def put(self, version: int, states: Mapping[str, LoanState]) -> bytes:
        """Take these states as a new version; returns its root."""
        changes = {map_key(name): Change(self.states.get(name), one) for name, one in states.items()}
        newest = self.roots[max(self.roots)] if self.roots else None
        made = update_map(self.load, newest, changes, version)
        self.pages |= {(prefix, version): raw for prefix, raw in made.pages.items()}
        self.roots[version] = page_node(made.pages[""], "", version)
        assert self.roots[version].digest == made.root
        self.states |= states
        return made.root

    def prove(self, name: str, version: int | None = None) -> MapProof:
        return prove_in_map(self.load, self.roots[max(self.roots) if version is None else version], map_key(name))
