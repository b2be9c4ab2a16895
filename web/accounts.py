"""Passwords and the sign-in rule: argon2id, one answer for every refusal, a pause after repeated failures.

An unknown name costs the same work as a wrong password, so neither the answer nor its time tells which it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from evidence_service.errors import MalformedInputError
from web.ports import Account, Accounts

MAX_FAILURES = 5
LOCK_FOR = timedelta(minutes=15)
MIN_PASSWORD = 12
MAX_PASSWORD = 1024
MAX_NAME = 64

_hasher = PasswordHasher()  # argon2id, 64 MiB, t=3, p=4 (RFC 9106 section 4)
_slots = BoundedSemaphore(2)  # at most two hashes, 128 MiB, at a time


class PasswordRefusedError(MalformedInputError):
    """The password is too short or too long."""

    code = "password-refused"


def hash_password(password: str) -> str:
    """Hash a new password; refuses one outside 12 to 1024 characters."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PasswordRefusedError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    return _hasher.hash(password)


def authenticate(accounts: Accounts, name: str, password: str, now: datetime) -> Account | None:
    """The account if name and password are right and it is not paused; otherwise None, without saying why."""
    account = accounts.find(name) if 0 < len(name) <= MAX_NAME else None
    right = _matches(account.password_hash if account else _nobody(), password[: MAX_PASSWORD + 1])
    if account is None or _paused(account, now):
        return None
    if not right:
        accounts.record_failure(name, now)
        return None
    accounts.record_success(name, now)
    return account


def after_failure(failed: int, now: datetime) -> tuple[int, datetime | None]:
    """The counter and the lock after one more wrong password; every fifth pauses the account."""
    failed += 1
    return failed, now + LOCK_FOR if failed % MAX_FAILURES == 0 else None


def _paused(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and now < account.locked_until


def _matches(password_hash: str, password: str) -> bool:
    with _slots:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    """A hash that no password opens in practice; made once so that unknown names cost the same."""
    return _hasher.hash("nobody has this password \x00")
