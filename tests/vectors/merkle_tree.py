"""RFC 6962 trees: the shapes that its section 2.1.3 prints, and the eight leaves that CT implementations share."""

from __future__ import annotations

EMPTY_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""RFC 6962 2.1: the hash of an empty list is the hash of an empty string, SHA-256()."""

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
"""The reference leaves of Certificate Transparency (used by its C++, Python and Go implementations), in hex."""

ROOTS = [
    EMPTY_ROOT,
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""MTH of the first 0..8 of them (RFC 6962 2.1)."""

LEAF_HASH_OF_NOTHING = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
"""SHA-256(0x00), RFC 6962 2.1."""

NODES = {
    # RFC 6962 2.1.3, the final tree of seven leaves: name -> (level, index) of the complete subtree.
    "a": (0, 0), "b": (0, 1), "c": (0, 2), "d": (0, 3), "e": (0, 4), "f": (0, 5), "j": (0, 6),
    "g": (1, 0), "h": (1, 1), "i": (1, 2), "k": (2, 0),
}  # fmt: skip
AUDIT_PATHS = {0: ["b", "h", "l"], 3: ["c", "g", "l"], 4: ["f", "j", "k"], 6: ["i", "k"]}
"""RFC 6962 2.1.3: "the audit path for d0 is [b, h, l]" and so on; l is the node over i and j."""

CONSISTENCY = {3: ["c", "d", "g", "l"], 4: ["l"], 6: ["i", "j", "k"]}
"""RFC 6962 2.1.3: PROOF(3, D[7]) = [c, d, g, l], PROOF(4, D[7]) = [l], PROOF(6, D[7]) = [i, j, k]."""
