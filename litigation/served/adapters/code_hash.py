"""The hash of codes: argon2id (RFC 9106 section 4), two at a time, and the same work where there is no code."""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()  # 64 MiB, t=3, p=4
_slots = BoundedSemaphore(2)


class Argon2CodeHash:
    """`CodeHash` with argon2id."""

    def make(self, code: str) -> str:
        """The hash of a new code."""
        with _slots:
            return _hasher.hash(code)

    def matches(self, code_hash: str | None, code: str) -> bool:
        """Whether it is the code; an unknown link costs the same work as a wrong code."""
        with _slots:
            try:
                return _hasher.verify(code_hash or _nothing(), code) and code_hash is not None
            except (VerificationError, InvalidHashError):
                return False


@cache
def _nothing() -> str:
    return _hasher.hash("no code is this \x00")
