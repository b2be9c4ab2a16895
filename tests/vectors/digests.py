"""Digests that the standards print: SM3 (GB/T 32905-2016) and SHA-256 (FIPS 180-4)."""

from __future__ import annotations

SM3 = {
    # GB/T 32905-2016 appendix A.1
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    # GB/T 32905-2016 appendix A.2: 64 bytes, so the padding fills a second block
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}
SHA256 = {
    # FIPS 180-4 examples (SHA-256): one block, two blocks
    b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": (
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
}
