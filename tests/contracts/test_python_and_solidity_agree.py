"""The consistency vectors that Hardhat runs on the contract, run on the Python verifier: same answers."""

from __future__ import annotations

import json
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.merkle import check_consistency
from evidence_service.errors import EvidenceError
from tools.make_merkle_vectors import TARGET, proof, root


def accepts(old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    try:
        check_consistency(old_size, new_size, old_root, new_root, path)
    except EvidenceError:
        return False
    return True


def test_python_accepts_and_refuses_what_the_vectors_say() -> None:
    cases = json.loads(TARGET.read_bytes())["cases"]
    assert len(cases) > 3000
    for one in cases:
        path = [bytes.fromhex(node) for node in one["proof"]]
        roots = bytes.fromhex(one["old_root"]), bytes.fromhex(one["new_root"])
        found = accepts(one["old_size"], one["new_size"], *roots, path)
        assert found is one["valid"], f"{one['old_size']} -> {one['new_size']}: {one['why']}"


@given(st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), st.binary(max_size=4))
def test_python_accepts_every_true_proof_of_the_recursive_definition(sizes: tuple[int, int], salt: bytes) -> None:
    m, n = sizes
    entries = [sha256(salt + index.to_bytes(4, "big")).digest() for index in range(n)]
    assert accepts(m, n, root(entries[:m]), root(entries), proof(m, entries))
