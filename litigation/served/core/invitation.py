"""An invitation to read one package: a link and a code for one party, how often and how long they open it.

Spec: docs/spec/served.md sections 2 and 3. Time and randomness are arguments.
"""

from __future__ import annotations

import re
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from litigation.served.errors import InvitationError

TOKEN_BYTES, COOKIE_BYTES = 32, 32
CODE_DIGITS = 8
MAX_FAILURES = 5
"""So many wrong codes in a row lock the invitation; the legal staff makes a new one."""
DAYS, MAX_DAYS = 30, 180
OPENINGS, MAX_OPENINGS = 10, 100
SESSION = timedelta(hours=1)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\Z", re.ASCII)
CODE = re.compile(r"\d{8}\Z", re.ASCII)
ONCE = re.compile(r"[0-9a-f]{32}\Z", re.ASCII)
PARTY = re.compile(r"(defendant|guarantor):[1-9][0-9]?\Z", re.ASCII)
SITE = re.compile(
    r"(https://[a-z0-9.-]{1,253}(:\d{1,5})?|http://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?)(/[A-Za-z0-9/._~-]*)?\Z",
    re.ASCII | re.IGNORECASE,
)


class Standing(StrEnum):
    """Whether an invitation still opens anything."""

    OPEN = "open"
    EXPIRED = "expired"
    USED_UP = "used_up"
    LOCKED = "locked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One party's way to one package. `failed` counts wrong codes since the last right one; digests are hex."""

    id: str
    token_digest: str
    code_hash: str
    our_reference: str
    institution: str
    loan: str
    recipient: str
    package_sha256: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    openings: int
    max_openings: int
    failed: int
    locked_at: datetime | None
    withdrawn_at: datetime | None

    def standing(self, now: datetime) -> Standing:
        """Whether it opens anything now; what a person did counts before what time did."""
        if self.withdrawn_at is not None:
            return Standing.WITHDRAWN
        if now >= self.expires_at:
            return Standing.EXPIRED
        if self.failed >= MAX_FAILURES:
            return Standing.LOCKED
        return Standing.OPEN if self.openings < self.max_openings else Standing.USED_UP

    def readable(self, now: datetime) -> bool:
        """Whether a session that began may go on: a used-up or locked invitation does not end it."""
        return self.withdrawn_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Opening:
    """The n-th time that an invitation was opened."""

    invitation: str
    n: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie stands for: an invitation, until the end of the session."""

    invitation: str
    began_at: datetime
    ends_at: datetime


def invitation_id(random: bytes) -> str:
    """A short name for lists and logs: it opens nothing."""
    return "s-" + b32encode(random[:5]).decode().lower()


def token_of(random: bytes) -> str:
    """The secret part of a link: 256 random bits."""
    return urlsafe_b64encode(random).decode().rstrip("=")


def code_of(number: int) -> str:
    """The code: eight digits from a random number below 10^8."""
    return f"{number:0{CODE_DIGITS}d}"


def shown_code(code: str) -> str:
    """The code as a person reads it out."""
    return f"{code[:4]} {code[4:]}"


def secret_digest(secret: str) -> str:
    """What is kept of a token or cookie: 256 random bits need no salt and no stretching."""
    return sha256(secret.encode()).hexdigest()


def read_token(text: str) -> str:
    """The token of what somebody pasted: the token itself or the whole link; empty where it holds none."""
    tail = text.strip()[-512:].rpartition("#")[2]
    return tail if TOKEN.match(tail) else ""


def read_code(text: str) -> str:
    """The code of what somebody typed, with blanks, hyphens and full-width digits forgiven; empty where it is none."""
    plain = "".join(
        str(int(char)) if char.isdecimal() else char for char in text[:64] if char not in " -\u3000\u2003\t"
    )
    return plain if CODE.match(plain) else ""


def link_of(site: str, token: str) -> str:
    """The link. The token stands after the #: browsers send it to no server, so no log of any server holds it."""
    if not SITE.match(site):
        raise InvitationError("--site: https://host of the pages (http only on this machine, for trying out)")
    return f"{site.rstrip('/')}/served#{token}"


def check_party(recipient: str) -> str:
    """A recipient that is a party and may be invited."""
    if not PARTY.match(recipient):
        raise InvitationError("--recipient: defendant:N or guarantor:N; court and mediator get their package otherwise")
    return recipient
