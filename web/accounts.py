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

HASHER = PasswordHasher()  # argon2id, 64 MiB, t=3, p=4 (RFC 9106 section 4)
_slots = BoundedSemaphore(2)  # at most two hashes, 128 MiB, at a time


class PasswordRefusedError(MalformedInputError):
    """The password is too short or too long."""

    code = "password-refused"


def hash_password(password: str, hasher: PasswordHasher = HASHER) -> str:
    """Hash a new password; refuses one outside 12 to 1024 characters."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PasswordRefusedError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    return _hashed(password, hasher)


def authenticate(
    accounts: Accounts, name: str, password: str, now: datetime, hasher: PasswordHasher = HASHER
) -> Account | None:
    """The account if name and password are right and it is open; otherwise None, without saying why.

    Failures are forgotten by `record_success` once the person is in, second factor included: else whoever has the
    password could try codes for ever."""
    account = accounts.find(name) if 0 < len(name) <= MAX_NAME else None
    kept = account.password_hash if account and account.password_hash else _nobody(hasher)
    right = _matches(hasher, kept, password[: MAX_PASSWORD + 1])
    if account is None or account.disabled_at is not None or not account.password_hash or is_paused(account, now):
        return None
    if not right:
        accounts.record_failure(name, now)
        return None
    if hasher.check_needs_rehash(account.password_hash):  # made with other costs: an older version, or a newer
        accounts.rehash(name, _hashed(password, hasher))
    return account


def after_failure(failed: int, now: datetime) -> tuple[int, datetime | None]:
    """The counter and the lock after one more wrong password; every fifth pauses the account."""
    failed += 1
    return failed, now + LOCK_FOR if failed % MAX_FAILURES == 0 else None


def is_paused(account: Account, now: datetime) -> bool:
    """Whether an account is paused after wrong passwords."""
    return account.locked_until is not None and now < account.locked_until


def _hashed(password: str, hasher: PasswordHasher) -> str:
    with _slots:
        return hasher.hash(password)


def _matches(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
    with _slots:
        try:
            return hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody(hasher: PasswordHasher) -> str:
    """A hash that no password opens in practice; made once so that unknown names cost the same."""
    return hasher.hash("nobody has this password \x00")
