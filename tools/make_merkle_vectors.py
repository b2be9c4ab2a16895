"""Write the consistency-proof vectors that Python and Solidity both read.

Usage: python tools/make_merkle_vectors.py [--check]. Trees and proofs are built by the recursive
definitions of RFC 9162 2.1.1 and 2.1.4.1, not by any code of the product. Every refused case is a
true proof with one thing broken that a collision-free hash must notice. Case kinds in `why`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "merkle" / "consistency.json"
LARGEST = 20
# RFC 9162 roots do not commit to their size: a true proof is also a proof for these claimed new sizes.
OTHER_SIZES = ((1, 3, 4), (2, 3, 4), (1, 4, 3), (1, 5, 7))


def leaves(count: int) -> list[bytes]:
    return [b"leaf-%d" % i for i in range(count)]


def root(entries: list[bytes]) -> bytes:
    """RFC 9162 2.1.1."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + root(entries[:k]) + root(entries[k:])).digest()


def split(n: int) -> int:
    """The largest power of two below n."""
    return 1 << ((n - 1).bit_length() - 1)


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    """RFC 9162 2.1.4.1."""
    return subproof(m, entries, complete=True)


def subproof(m: int, entries: list[bytes], *, complete: bool) -> list[bytes]:
    n = len(entries)
    if m == n:
        return [] if complete else [root(entries)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], complete=complete), root(entries[k:])]
    return [*subproof(m - k, entries[k:], complete=False), root(entries[:k])]


def wide(m: int, n: int, seed: str) -> tuple[bytes, bytes, list[bytes]]:
    """Old root, new root and proof (RFC 9162 2.1.4.1) of trees far too large to be built.

    Every subtree that the definition does not look into is a hash made of the seed, its place and its size.
    """

    def whole(start: int, size: int) -> bytes:
        return sha256(f"{seed}/{start}/{size}".encode()).digest()

    def both(left: bytes, right: bytes) -> bytes:
        return sha256(b"\x01" + left + right).digest()

    def walk(old: int, start: int, size: int, *, complete: bool) -> tuple[bytes, bytes, list[bytes]]:
        if old == size:
            same = whole(start, size)
            return same, same, [] if complete else [same]
        k = split(size)
        if old <= k:
            before, after, path = walk(old, start, k, complete=complete)
            right = whole(start + k, size - k)
            return before, both(after, right), [*path, right]
        before, after, path = walk(old - k, start + k, size - k, complete=False)
        left = whole(start, k)
        return both(left, before), both(left, after), [*path, left]

    return walk(m, 0, n, complete=True)


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


Case = dict[str, Any]


def case(m: int, n: int, old: bytes, new: bytes, path: list[bytes], *, valid: bool, why: str) -> Case:
    return {
        "old_size": m,
        "new_size": n,
        "old_root": old.hex(),
        "new_root": new.hex(),
        "proof": [node.hex() for node in path],
        "valid": valid,
        "why": why,
    }


def broken(m: int, n: int, old: bytes, new: bytes, path: list[bytes]) -> Iterator[Case]:
    """One true proof, broken in every way that must be noticed."""

    def no(
        why: str,
        *,
        sizes: tuple[int, int] = (m, n),
        roots: tuple[bytes, bytes] = (old, new),
        nodes: list[bytes] = path,
    ) -> Case:
        return case(*sizes, *roots, nodes, valid=False, why=why)

    middle = len(path) // 2
    yield no("a bit of a node is flipped", nodes=[*path[:middle], flipped(path[middle]), *path[middle + 1 :]])
    yield no("the first node is missing", nodes=path[1:])
    yield no("the last node is missing", nodes=path[:-1])
    yield no("a node too many at the end", nodes=[*path, path[-1]])
    yield no("a strange node in front", nodes=[sha256(b"stranger").digest(), *path])
    yield no("no proof at all", nodes=[])
    yield no("old root is another", roots=(flipped(old), new))
    yield no("new root is another", roots=(old, flipped(new)))
    yield no("roots are swapped", roots=(new, old))
    yield no("sizes are swapped: a log that shrinks", sizes=(n, m))
    yield no("sizes are equal and there is a proof", sizes=(n, n))
    yield no("the empty tree has no consistency proof", sizes=(0, n))
    yield no("the claimed new size is far too large", sizes=(m, 8 * n))
    other = m + 1 if m + 1 < n else m - 1
    if other:
        yield no("the old size is one off", sizes=(other, n))
    if path != path[::-1]:
        yield no("nodes are in reverse order", nodes=path[::-1])


def cases() -> Iterator[Case]:
    entries = leaves(LARGEST)
    for n in range(2, LARGEST + 1):
        for m in range(1, n):
            old, new, path = root(entries[:m]), root(entries[:n]), proof(m, entries[:n])
            yield case(m, n, old, new, path, valid=True, why="a true proof")
            yield from broken(m, n, old, new, path)
            # A fork: the newest leaf of the old tree was rewritten after it was published.
            forged = [*entries[: m - 1], b"rewritten", *entries[m:n]]
            why = "a fork: the past was rewritten"
            yield case(m, n, old, root(forged), proof(m, forged), valid=False, why=why)
    for m, true_n, claimed in OTHER_SIZES:
        old, new, path = root(entries[:m]), root(entries[:true_n]), proof(m, entries[:true_n])
        why = f"true size {true_n}: a root does not commit to its size"
        yield case(m, claimed, old, new, path, valid=True, why=why)


def rendered() -> str:
    """One case a line: small and diffable."""
    lines = ",\n".join(json.dumps(one) for one in cases())
    return '{"cases":[\n' + lines + "\n]}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is stale")
    text = rendered()
    if parser.parse_args().check:
        return 0 if TARGET.is_file() and TARGET.read_text("utf-8") == text else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
