"""The second factor: time-based codes (RFC 6238: HMAC-SHA-1, 30 seconds, six digits) and recovery codes.

A code counts once, and no code older than the last used one counts again (RFC 6238 5.2). One step of clock drift is
allowed to either side.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from hashlib import sha256

import pyotp

ISSUER = "ProofDocket"
STEP, DRIFT = 30, 1
SECRET_BYTES = 20  # RFC 4226 section 4, R6: 160 bits
RECOVERY_CODES, RECOVERY_BYTES = 10, 10


def new_secret(drawn: bytes) -> str:
    """The secret as authenticator apps take it, from 20 random bytes."""
    assert len(drawn) == SECRET_BYTES
    return base64.b32encode(drawn).decode()


def enrolment_address(secret: str, name: str, where: str = ISSUER) -> str:
    """What the QR code holds (otpauth://totp/…)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=where)


def used_step(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """The time step that a code belongs to, if it is right and later than the last one used; else None."""
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
        return None
    now, found = int(at.timestamp()) // STEP, None
    rule = pyotp.TOTP(secret)
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(rule.generate_otp(step), typed) and step > last_step:
            found = step
    return found


def recovery_codes(drawn: bytes) -> list[str]:
    """Ten codes of 80 random bits, as they are shown this once."""
    assert len(drawn) == RECOVERY_CODES * RECOVERY_BYTES
    texts = (base64.b32encode(drawn[at : at + RECOVERY_BYTES]).decode().lower() for at in range(0, len(drawn), 10))
    return ["-".join(text[at : at + 4] for at in range(0, 16, 4)) for text in texts]


def recovery_digest(typed: str) -> str:
    """What is kept of a recovery code. 80 random bits need no slow hash; spaces, hyphens and case do not matter."""
    return sha256("".join(typed.replace("-", "").split()).lower().encode()).hexdigest()
