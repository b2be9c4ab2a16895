"""Merkle trees: the answers of RFC 6962, proofs for every pair of sizes, and what a changed proof must not do."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pymerkle  # type: ignore[import-untyped]
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evidence_service.core.merkle import (
    EMPTY_ROOT,
    GrowingTree,
    ProofError,
    check_consistency,
    check_inclusion,
    complete_subtrees,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_hash,
    root_from_inclusion,
    root_hash,
    root_of,
)
from tests.evidence_service.core.trees import leaves, reader, twin_reader
from tests.vectors import merkle_tree as known

SMALL = 70
CONSISTENCY_FILE = Path(__file__).parents[2] / "vectors" / "merkle" / "consistency.json"
KNOWN_LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in known.LEAVES]
SIZES = st.integers(1, 2**40) | st.integers(0, 40).map(lambda power: 2**power) | st.integers(1, 300)


def test_the_root_of_no_leaves_is_the_hash_of_nothing_as_rfc_6962_2_1_says() -> None:
    assert EMPTY_ROOT.hex() == known.EMPTY_ROOT
    assert root_of([]) == GrowingTree().root() == root_hash(reader([]), 0) == EMPTY_ROOT


def test_an_empty_leaf_is_not_an_empty_tree() -> None:
    assert leaf_hash(b"").hex() == known.LEAF_HASH_OF_NOTHING != known.EMPTY_ROOT


@pytest.mark.parametrize("size", range(9))
def test_the_reference_leaves_give_the_reference_roots(size: int) -> None:
    tree = GrowingTree()
    for leaf in KNOWN_LEAVES[:size]:
        tree.add(leaf)
    assert root_of(KNOWN_LEAVES[:size]).hex() == known.ROOTS[size]
    assert root_hash(reader(KNOWN_LEAVES), size).hex() == known.ROOTS[size]
    assert tree.root().hex() == known.ROOTS[size]


def named_nodes() -> tuple[list[bytes], dict[str, bytes]]:
    """The tree of seven leaves that RFC 6962 2.1.3 draws, with its letters."""
    seven = leaves(7)
    read = reader(seven)
    nodes = {name: read(level, index) for name, (level, index) in known.NODES.items()}
    nodes["l"] = node_hash(nodes["i"], nodes["j"])
    return seven, nodes


@pytest.mark.parametrize("index", known.AUDIT_PATHS)
def test_audit_paths_are_those_of_rfc_6962_2_1_3(index: int) -> None:
    seven, nodes = named_nodes()
    assert inclusion_proof(reader(seven), index, 7) == tuple(nodes[name] for name in known.AUDIT_PATHS[index])


@pytest.mark.parametrize("old_size", known.CONSISTENCY)
def test_consistency_proofs_are_those_of_rfc_6962_2_1_3(old_size: int) -> None:
    seven, nodes = named_nodes()
    assert consistency_proof(reader(seven), old_size, 7) == tuple(nodes[name] for name in known.CONSISTENCY[old_size])


def test_python_agrees_with_every_consistency_case_that_the_contract_runs() -> None:
    cases = json.loads(CONSISTENCY_FILE.read_text())["cases"]
    for case in cases:
        arguments = (
            case["old_size"],
            case["new_size"],
            bytes.fromhex(case["old_root"]),
            bytes.fromhex(case["new_root"]),
            [bytes.fromhex(node) for node in case["proof"]],
        )
        if case["valid"]:
            check_consistency(*arguments)
        else:
            with pytest.raises(ProofError):
                check_consistency(*arguments)
    assert len(cases) > 1000
    assert {case["valid"] for case in cases} == {True, False}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31, 64, 65, 100])
def test_roots_agree_with_another_implementation(size: int) -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(size):
        other.append_entry(b"leaf %d" % number)
    assert root_of(leaves(size)) == other.get_root()


def test_inclusion_holds_for_every_leaf_of_every_tree_up_to_70() -> None:
    all_leaves = leaves(SMALL)
    read = reader(all_leaves)
    for size in range(1, SMALL + 1):
        root = root_of(all_leaves[:size])
        assert root_hash(read, size) == root
        for index in range(size):
            check_inclusion(all_leaves[index], index, size, inclusion_proof(read, index, size), root)


def test_consistency_holds_for_every_pair_of_sizes_up_to_70() -> None:
    all_leaves = leaves(SMALL)
    read = reader(all_leaves)
    roots = [root_of(all_leaves[:size]) for size in range(SMALL + 1)]
    for new in range(1, SMALL + 1):
        for old in range(1, new + 1):
            check_consistency(old, new, roots[old], roots[new], consistency_proof(read, old, new))


def test_no_proof_of_a_small_tree_serves_another_leaf_index_or_older_size() -> None:
    all_leaves = leaves(20)
    read = reader(all_leaves)
    for size in range(2, 21):
        root = root_of(all_leaves[:size])
        for index in range(size):
            path = inclusion_proof(read, index, size)
            for other in range(size):
                if other != index:
                    with pytest.raises(ProofError):
                        check_inclusion(all_leaves[other], index, size, path, root)
                    with pytest.raises(ProofError):
                        check_inclusion(all_leaves[index], other, size, path, root)


@given(SIZES, st.data())
def test_inclusion_holds_in_trees_of_any_size(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1) | st.sampled_from([0, size - 1, size // 2]))
    read = twin_reader()
    path = inclusion_proof(read, index, size)
    assert len(path) <= 41
    check_inclusion(read(0, index), index, size, path, root_hash(read, size))


@given(SIZES, SIZES)
def test_consistency_holds_between_any_two_sizes(one: int, other: int) -> None:
    old, new = sorted((one, other))
    read = twin_reader()
    path = consistency_proof(read, old, new)
    assert len(path) <= 43
    check_consistency(old, new, root_hash(read, old), root_hash(read, new), path)


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[bytes], int]:
    """Leaf hashes of a tree and the index of one of them."""
    size = draw(st.integers(1, 200))
    return leaves(size), draw(st.integers(0, size - 1))


@given(trees(), st.data())
def test_any_flipped_bit_of_leaf_path_or_root_is_noticed(tree: tuple[list[bytes], int], data: st.DataObject) -> None:
    hashes, index = tree
    path, root = inclusion_proof(reader(hashes), index, len(hashes)), root_of(hashes)
    parts = [hashes[index], *path, root]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = (int.from_bytes(parts[which], "big") ^ 1 << bit).to_bytes(32, "big")
    with pytest.raises(ProofError):
        check_inclusion(parts[0], index, len(hashes), parts[1:-1], parts[-1])


@given(trees(), st.data())
def test_a_path_with_a_node_more_less_doubled_or_swapped_is_refused(
    tree: tuple[list[bytes], int], data: st.DataObject
) -> None:
    hashes, index = tree
    size, root = len(hashes), root_of(hashes)
    path = list(inclusion_proof(reader(hashes), index, size))
    node = data.draw(st.sampled_from([*path, root, hashes[index], EMPTY_ROOT, bytes(32)]))
    at = data.draw(st.integers(0, len(path)))
    wrong = [[*path[:at], node, *path[at:]]]
    if path:
        wrong.append(path[:at] + path[at + 1 :] if at < len(path) else path[:-1])
    if len(path) > 1:
        wrong.append([path[1], path[0], *path[2:]])
    for other in wrong:
        with pytest.raises(ProofError):
            check_inclusion(hashes[index], index, size, other, root)


@given(st.integers(1, 150), st.integers(1, 150), st.data())
def test_a_changed_consistency_proof_or_root_is_refused(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    hashes = leaves(new)
    path = list(consistency_proof(reader(hashes), old, new))
    parts = [root_of(hashes[:old]), root_of(hashes), *path]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    flipped = parts.copy()
    flipped[which] = (int.from_bytes(parts[which], "big") ^ 1 << bit).to_bytes(32, "big")
    longer = [*path, data.draw(st.sampled_from([*path, parts[0], parts[1]]))]
    with pytest.raises(ProofError):
        check_consistency(old, new, flipped[0], flipped[1], flipped[2:])
    with pytest.raises(ProofError):
        check_consistency(old, new, parts[0], parts[1], longer)
    if path:
        with pytest.raises(ProofError):
            check_consistency(old, new, parts[0], parts[1], path[:-1])
        with pytest.raises(ProofError):
            check_consistency(old, new, parts[0], parts[1], path[1:])


@given(st.integers(1, 60), st.integers(0, 60), st.data())
def test_growth_never_rewrites_the_past(before: int, more: int, data: st.DataObject) -> None:
    """A tree that grew keeps its old root and old proofs; one whose past was rewritten cannot prove consistency."""
    hashes = leaves(before + more)
    old_root = root_of(hashes[:before])
    read = reader(hashes)
    assert root_hash(read, before) == old_root
    index = data.draw(st.integers(0, before - 1))
    assert inclusion_proof(read, index, before) == inclusion_proof(reader(hashes[:before]), index, before)
    rewritten = [*hashes[:index], leaf_hash(b"rewritten"), *hashes[index + 1 :]]
    with pytest.raises(ProofError):
        check_consistency(
            before,
            before + more,
            old_root,
            root_of(rewritten),
            consistency_proof(reader(rewritten), before, before + more),
        )


def test_an_inner_node_cannot_pose_as_a_leaf() -> None:
    """The second preimage that trees without prefixes allow: two children written as if they were an entry."""
    hashes = leaves(4)
    left, right = node_hash(*hashes[:2]), node_hash(*hashes[2:])
    posing = leaf_hash(hashes[0] + hashes[1])
    with pytest.raises(ProofError):
        check_inclusion(posing, 0, 2, [right], root_of(hashes))
    assert node_hash(left, right) == root_of(hashes)


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, b"x" * 33, b"x" * 64])
def test_a_hash_that_has_not_32_bytes_is_refused_wherever_it_stands(wrong: bytes) -> None:
    good = bytes(32)
    for leaf, path in ((wrong, []), (wrong, [good]), (good, [wrong]), (good, [good, wrong])):
        with pytest.raises(ProofError):
            check_inclusion(leaf, 0, 1 << len(path), path, wrong)
    for old, new, path in ((wrong, good, [good]), (good, wrong, [good]), (good, good, [wrong])):
        with pytest.raises(ProofError):
            check_consistency(1, 1 + len(path), old, new, path)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (5, 3), (-1, 4)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofError, match="not in a tree"):
        inclusion_proof(twin_reader(), index, size)
    with pytest.raises(ProofError, match="not in a tree"):
        root_from_inclusion(bytes(32), index, size, [])


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (5, 4), (-1, 3)])
def test_there_is_no_consistency_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="no consistency"):
        consistency_proof(twin_reader(), old, new)
    with pytest.raises(ProofError, match="no consistency"):
        check_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


def test_the_same_size_needs_the_same_root_and_an_empty_proof() -> None:
    root, other = root_of(leaves(5)), root_of(leaves(6))
    check_consistency(5, 5, root, root, [])
    for arguments in ((root, other, []), (root, root, [root])):
        with pytest.raises(ProofError, match="same size"):
            check_consistency(5, 5, *arguments)


@given(st.integers(0, 2**20), st.integers(0, 2000))
def test_complete_subtrees_cover_a_range_once_in_order_and_aligned(start: int, length: int) -> None:
    assume(start + length > 0)
    position = start
    for level, index in complete_subtrees(start, start + length):
        assert index << level == position
        position += 1 << level
    assert position == start + length


@given(st.integers(0, 200))
def test_a_growing_tree_has_the_root_of_the_definition_at_every_size(size: int) -> None:
    hashes, tree = leaves(size), GrowingTree()
    for number, leaf in enumerate(hashes):
        assert tree.root() == root_of(hashes[:number])
        tree.add(leaf)
    assert tree.root() == root_of(hashes)
    assert tree.size == size


def test_a_range_hash_is_the_root_of_that_subtree() -> None:
    hashes = leaves(16)
    read = reader(hashes)
    assert range_hash(read, 8, 13) == root_of(hashes[8:13])
    assert range_hash(read, 4, 4) == EMPTY_ROOT == sha256(b"").digest()
