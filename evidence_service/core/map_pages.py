"""The loan map in pages: what is stored of it, how it takes changes, and how proofs are read out of it.

Spec: docs/spec/log.md (Loan map) for the hashes; the pages are our own. A page covers one prefix of the keys, in hex
digits: a bucket holds up to 16 loans, a branch the hashes of its 16 children and the version in which each was
written. A change writes the pages on its path anew and no others, so every older version stays readable, and a page
that was altered is noticed by the hash that its parent holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from evidence_service.core.loan_map import (
    EMPTY,
    LoanState,
    MapProof,
    OtherLoan,
    bit,
    loan_hash,
    map_node,
    subtree_hash,
)
from evidence_service.errors import StoreError

BUCKET = 16
DIGIT_BITS = 4
LOAN_BYTES = 72
CHILD_BYTES = 41
PageName = tuple[str, int]
"""(prefix of the keys in hex digits, version in which it was written)."""
PageLoader = Callable[[Sequence[PageName]], Mapping[PageName, bytes]]


class MapChangedError(StoreError):
    """The stored loan map is not what was written, or does not continue as the entries say."""

    code = "loan-map-changed"


class Node(NamedTuple):
    """A subtree: how many loans (2 stands for more), its hash, and the version of its page (0: none)."""

    loans: int
    digest: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """What the new entries do to one loan: the state that they continue (None: a new loan), and the one they leave."""

    before: LoanState | None
    after: LoanState


@dataclass(slots=True)
class MapUpdate:
    """The pages of a new version by prefix, its root, and how many loans are new in it."""

    pages: dict[str, bytes] = field(default_factory=dict)
    root: bytes = EMPTY
    new_loans: int = 0


Loans = list[tuple[bytes, LoanState]]
"""(key, state), ascending by key."""
Page = Loans | tuple[Node, ...]
NOTHING = Node(0, EMPTY, 0)


def update_map(load: PageLoader, root: Node | None, changes: Mapping[bytes, Change], version: int) -> MapUpdate:
    """The map with these changes by key, as version `version`. `root` is the newest one, None in an empty map."""
    ordered = sorted(changes.items())
    made = _Rewrite(version, _touched_pages(load, root, ordered))
    made.update.root = made.take("", root or NOTHING, ordered).digest
    return made.update


def prove_in_map(load: PageLoader, root: Node, key: bytes) -> MapProof:
    """What the map of this root says of a key."""
    siblings: list[bytes] = []
    prefix, node = "", root
    while True:
        page = _read(load([(prefix, node.version)]), prefix, node)
        depth = DIGIT_BITS * len(prefix)
        if isinstance(page, list):
            return _prove_in_bucket(page, key, depth, siblings)
        children, low = list(page), 0
        for level in range(depth, depth + DIGIT_BITS):
            half = len(children) // 2
            left, right = children[:half], children[half:]
            mine, other = (right, left) if bit(key, level) else (left, right)
            low += half * bit(key, level)
            siblings.append(_fold(other).digest)
            children = mine
            if _fold(mine).loans < 2:
                return MapProof(tuple(siblings), _only(load, prefix, mine, low, key))
        prefix, node = f"{prefix}{low:x}", children[0]


def page_node(raw: bytes, prefix: str, version: int) -> Node:
    """The node of a page, computed from its content."""
    page = _parse(raw)
    return _bucket_node(page, prefix, version) if isinstance(page, list) else _branch_node(page, version)


class _Rewrite:
    """One update while it goes down the tree and comes back up."""

    def __init__(self, version: int, known: Mapping[PageName, Page]) -> None:
        self._version = version
        self._known = known
        self.update = MapUpdate()

    def take(self, prefix: str, node: Node, changes: Sequence[tuple[bytes, Change]]) -> Node:
        """Apply changes below a prefix to what stood there; returns what stands there now."""
        page = self._known[prefix, node.version] if node.loans else []
        if isinstance(page, list):
            return self._build(prefix, self._merged(page, changes))
        children, place = list(page), len(prefix)
        for digit, group in groupby(changes, key=lambda change: _digit(change[0], place)):
            children[digit] = self.take(f"{prefix}{digit:x}", children[digit], list(group))
        return self._branch(prefix, tuple(children))

    def _merged(self, loans: Loans, changes: Sequence[tuple[bytes, Change]]) -> Loans:
        states = dict(loans)
        for key, change in changes:
            before = states.get(key)
            if before != change.before:
                raise MapChangedError(
                    f"the entries continue loan {key.hex()[:12]}… of the map after "
                    f"{change.before.count if change.before else 0} entries, but the map knows "
                    f"{before.count if before else 0}; an entry of that loan was removed, repeated or altered"
                )
            self.update.new_loans += before is None
            states[key] = change.after
        return sorted(states.items())

    def _build(self, prefix: str, loans: Loans) -> Node:
        if len(loans) <= BUCKET:
            self.update.pages[prefix] = _bucket_bytes(loans)
            return _bucket_node(loans, prefix, self._version)
        children, place = [NOTHING] * 16, len(prefix)
        for digit, group in groupby(loans, key=lambda loan: _digit(loan[0], place)):
            children[digit] = self._build(f"{prefix}{digit:x}", list(group))
        return self._branch(prefix, tuple(children))

    def _branch(self, prefix: str, children: tuple[Node, ...]) -> Node:
        self.update.pages[prefix] = _branch_bytes(children)
        return _branch_node(children, self._version)


def _touched_pages(
    load: PageLoader, root: Node | None, changes: Sequence[tuple[bytes, Change]]
) -> dict[PageName, Page]:
    """Every page on the way to a changed loan, checked against its parent; one question to the store per level."""
    known: dict[PageName, Page] = {}
    level: list[tuple[str, Node, Sequence[tuple[bytes, Change]]]] = [("", root, changes)] if root else []
    while level:
        raw = load([(prefix, node.version) for prefix, node, _ in level])
        below: list[tuple[str, Node, Sequence[tuple[bytes, Change]]]] = []
        for prefix, node, mine in level:
            page = known[prefix, node.version] = _read(raw, prefix, node)
            if isinstance(page, list):
                continue
            place = len(prefix)
            for digit, group in groupby(mine, key=lambda change: _digit(change[0], place)):
                if page[digit].loans:
                    below.append((f"{prefix}{digit:x}", page[digit], list(group)))
        level = below
    return known


def _read(raw: Mapping[PageName, bytes], prefix: str, node: Node) -> Page:
    """A page, which must have the hash that its parent (or the map entry of the log) holds."""
    content = raw.get((prefix, node.version))
    where = f"page {prefix or 'root'!r} of version {node.version} of the loan map"
    if content is None:
        raise MapChangedError(f"{where} is missing from the database; restore it from a backup")
    page = _parse(content)
    made = _bucket_node(page, prefix, 0) if isinstance(page, list) else _branch_node(page, 0)
    if (made.digest, made.loans) != (node.digest, node.loans):
        raise MapChangedError(f"{where} was changed in the database; restore it from a backup")
    return page


def _parse(raw: bytes) -> Page:
    kind, body = raw[:1], raw[1:]
    if kind == b"L" and len(body) % LOAN_BYTES == 0:
        return [
            (body[at : at + 32], LoanState(int.from_bytes(body[at + 32 : at + 40], "big"), body[at + 40 : at + 72]))
            for at in range(0, len(body), LOAN_BYTES)
        ]
    if kind == b"N" and len(body) == 16 * CHILD_BYTES:
        children = tuple(
            Node(body[at], body[at + 1 : at + 33], int.from_bytes(body[at + 33 : at + 41], "big"))
            for at in range(0, len(body), CHILD_BYTES)
        )
        if all(one.loans in {1, 2} or one == NOTHING for one in children):
            return children
    raise MapChangedError("a page of the loan map is not in its form; restore the database from a backup")


def _bucket_bytes(loans: Loans) -> bytes:
    return b"L" + b"".join(key + state.count.to_bytes(8, "big") + state.last for key, state in loans)


def _branch_bytes(children: tuple[Node, ...]) -> bytes:
    return b"N" + b"".join(bytes([one.loans]) + one.digest + one.version.to_bytes(8, "big") for one in children)


def _bucket_node(loans: Loans, prefix: str, version: int) -> Node:
    hashes = [(key, loan_hash(key, state)) for key, state in loans]
    return Node(min(len(loans), 2), subtree_hash(hashes, DIGIT_BITS * len(prefix)), version)


def _branch_node(children: tuple[Node, ...], version: int) -> Node:
    folded = _fold(children)
    return Node(folded.loans, folded.digest, version)


def _fold(nodes: Sequence[Node]) -> Node:
    """Neighbours into one, level by level; a side with one loan or none next to an empty one stays as it is."""
    level = list(nodes)
    while len(level) > 1:
        level = [_join(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def _join(left: Node, right: Node) -> Node:
    if left.loans + right.loans < 2:
        return left if left.loans else right
    return Node(2, map_node(left.digest, right.digest), 0)


def _only(
    load: PageLoader, prefix: str, children: Sequence[Node], low: int, key: bytes
) -> LoanState | OtherLoan | None:
    """The single loan below these children, or None."""
    for digit, node in enumerate(children, low):
        if node.loans:
            name = f"{prefix}{digit:x}"
            page = _read(load([(name, node.version)]), name, node)
            if not isinstance(page, list):
                raise MapChangedError(f"page {name!r} of the loan map is a branch of one loan; restore the database")
            found, state = page[0]
            return state if found == key else OtherLoan(found, state)
    return None


def _prove_in_bucket(loans: Loans, key: bytes, depth: int, siblings: list[bytes]) -> MapProof:
    hashes = [(one, loan_hash(one, state)) for one, state in loans]
    while len(hashes) > 1:
        mine = [pair for pair in hashes if bit(pair[0], depth) == bit(key, depth)]
        siblings.append(subtree_hash([pair for pair in hashes if pair not in mine], depth + 1))
        hashes, depth = mine, depth + 1
    if not hashes:
        return MapProof(tuple(siblings), None)
    found = hashes[0][0]
    state = dict(loans)[found]
    return MapProof(tuple(siblings), state if found == key else OtherLoan(found, state))


def _digit(key: bytes, place: int) -> int:
    """The hex digit of a key at a place."""
    return key[place >> 1] & 15 if place & 1 else key[place >> 1] >> 4
