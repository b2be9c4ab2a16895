"""A court that takes filings over HTTP, as the lender wrote it down: name, address, key, where its intake is.

Spec: docs/spec/filing.md, "The lender's book of courts". Address and key come from the reader's trust, or another way
than the intake itself; what the intake says of itself must agree with them.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from evidence_service.core import shape
from evidence_service.core.note import ED25519, VerifierKey, parse_vkey
from evidence_service.errors import ProofDocketError
from litigation.core.court_key import KeyWindow, windows
from litigation.core.filing import court_of
from litigation.errors import LitigationError

URL = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?(/[A-Za-z0-9._~-]+)*", re.ASCII)
EXPORT = re.compile(r"export:[A-Za-z0-9._-]{1,60}", re.ASCII)
"""A court that takes files, in a profile of docs/spec/export.md."""
NAMES = frozenset({"name", "address", "vkey", "url"})


class CourtBookError(LitigationError):
    """A court in the book is wrong, or is not there, or its intake says that it is another one."""

    code = "court-book"


@dataclass(frozen=True, slots=True)
class RegisteredCourt:
    """One court. `url` is its intake, such as https://court.example/api/court/v1, without a slash at the end; or
    `export:<profile>` where it takes files."""

    name: str
    address: str
    vkey: str
    url: str
    changes: tuple[str, ...] = ()
    """Changes of its key since `vkey`, as signed notes (litigation/core/court_key.py)."""

    @property
    def windows(self) -> tuple[KeyWindow, ...]:
        """Its keys and the time of each."""
        return windows(self.vkey, self.address, self.changes)

    @property
    def key(self) -> VerifierKey:
        """The key that signs its receipts and entries."""
        return parse_vkey(self.vkey)

    @property
    def profile(self) -> str:
        """The profile of a court that takes files; empty where it takes filings over HTTP."""
        return self.url.removeprefix("export:") if EXPORT.fullmatch(self.url) else ""

    @property
    def file_name(self) -> str:
        """The name of its files: the address in lower case."""
        return self.address.lower()


def registered_court(values: dict[str, Any]) -> RegisteredCourt:
    """Check a court's members. Raises CourtBookError that names the wrong one."""
    try:
        changes = values.get("changes", [])
        if not isinstance(changes, list) or not all(isinstance(note, str) for note in changes):
            raise CourtBookError("court.changes: a list of signed notes")
        found = shape.members_of({name: one for name, one in values.items() if name != "changes"}, NAMES, "court")
        where = court_of(shape.text(found["name"], "court.name"), shape.text(found["address"], "court.address"))
        key = parse_vkey(shape.text(found["vkey"], "court.vkey"))
        url = shape.text(found["url"], "court.url").rstrip("/")
    except ProofDocketError as error:
        raise CourtBookError(f"the court cannot be registered: {error}") from error
    if key.algorithm != ED25519:
        raise CourtBookError("court.vkey: an Ed25519 verifier key")
    if not URL.fullmatch(url) and not EXPORT.fullmatch(url):
        raise CourtBookError("court.url: the address of the intake, such as https://court.example/api/court/v1")
    made = RegisteredCourt(where.name, where.address, str(key), url, tuple(changes))
    _ = made.windows  # changes that do not follow are refused where they come in
    return made


def read_registered(raw: bytes, name: str) -> RegisteredCourt:
    """Read a file of the book."""
    try:
        return registered_court(tomllib.loads(raw.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CourtBookError(f"{name}: cannot be read ({error})") from error


def registered_toml(court: RegisteredCourt) -> str:
    """Write a file of the book."""
    name = court.name.replace("\\", "").replace('"', "")
    text = f'name = "{name}"\naddress = "{court.address}"\nvkey = "{court.vkey}"\nurl = "{court.url}"\n'
    notes = ", ".join(json.dumps(note) for note in court.changes)  # TOML takes JSON's spelling of a text
    return f"{text}changes = [{notes}]\n" if notes else text
