"""Digests of content: SHA-256 and SM3 (GB/T 32905), always both, always in lower-case hex."""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives import hashes


def sha256_hex(content: bytes) -> str:
    """SHA-256 of content, 64 hexadecimal digits."""
    return sha256(content).hexdigest()


def sm3_hex(content: bytes) -> str:
    """SM3 of content (GB/T 32905-2016), 64 hexadecimal digits."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()
