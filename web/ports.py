"""What an instance promises to the pages: rows to show, proofs and packages to hand out, accounts to check.

The pages know this file only; the real instance stands on the rooms below, the one in tests lives in memory.
Instants are aware and in UTC; digests are lower-case hex. Lists come newest first.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from web.approvals import ApprovalKind, ApprovalRequest
    from web.identity import Identity


class Role(StrEnum):
    """Who somebody is at work; what a role may do stands in web/permissions.py."""

    LEGAL = "legal"
    LEAD = "lead"  # the legal lead: the second pair of eyes
    CLERK = "clerk"
    COMPLIANCE = "compliance"
    REGULATOR = "regulator"  # reads, changes nothing
    OPERATOR = "operator"
    INTEGRATOR = "integrator"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, over the institutions that were asked for."""

    checkpoints: int
    anchors: int
    cases: int
    packages: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """One institution's log. `size` counts every entry, `published_size` those under the newest checkpoint."""

    institution: str
    name: str
    origin: str
    vkey: str
    size: int
    published_size: int
    loans: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One log entry and the event it stands for. `index` is its leaf index, `sequence` its number within the loan."""

    index: int
    event_id: str
    type: str
    loan: str
    sequence: int
    occurred_at: datetime
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """One log entry with its exact leaf bytes and their hash (hex)."""

    index: int
    event_id: str
    type: str
    loan: str
    sequence: int
    occurred_at: datetime
    captured_at: datetime
    leaf: bytes
    leaf_hash: str


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """One signed checkpoint; `note` is the signed note, byte for byte."""

    institution: str
    size: int
    root: str
    created_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """One anchor transaction and how far it has come."""

    institution: str
    size: int
    root: str
    tx: str
    block: int | None
    state: str
    gas: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case. `id` only orders and pages."""

    id: int
    our_reference: str
    institution: str
    loan: str
    state: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package that was built. `size` is in bytes, `tree_size` the log state it was built from."""

    id: int
    our_reference: str
    institution: str
    file_name: str
    sha256: str
    pages: int
    as_of: date
    draft: bool
    built_at: datetime
    tree_size: int
    size: int


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in, and where he belongs. `failed` counts wrong passwords since the last good one.

    `issuer` and `subject` name the person at an identity provider; such an account has no password here.
    """

    name: str
    password_hash: str
    role: Role
    failed: int
    locked_until: datetime | None
    institutions: frozenset[str] = frozenset()
    disabled_at: datetime | None = None
    must_change: bool = False
    issuer: str = ""
    subject: str = ""


class Accounts(Protocol):
    """Keeps accounts. A recorded failure must not be lost when two arrive together."""

    def find(self, name: str) -> Account | None:
        """The account of that name, or None."""
        ...

    def add(
        self,
        name: str,
        password_hash: str,
        role: Role,
        institutions: frozenset[str] = frozenset(),
        *,
        must_change: bool = False,
    ) -> None:
        """Make an account; ConflictError if the name is taken."""
        ...

    def record_failure(self, name: str, now: datetime) -> None:
        """Count one wrong password and lock by web.accounts.after_failure."""
        ...

    def record_success(self, name: str, now: datetime) -> None:
        """Forget the failures and the lock."""
        ...

    def set_password(self, name: str, password_hash: str, *, must_change: bool = False) -> None:
        """Give an account another password; failures and lock are forgotten."""
        ...

    def rehash(self, name: str, password_hash: str) -> None:
        """Keep the same password under a hash of other costs."""
        ...


class Instance(Protocol):
    """One instance of the product as the pages see it."""

    @property
    def identity(self) -> Identity:
        """Accounts, second factors, sessions, purposes, four-eyes requests."""
        ...

    def counts(self, institutions: Set[str]) -> Counts:
        """How much there is of these institutions."""
        ...

    def logs(self) -> Sequence[LogRow]:
        """Every log, oldest first."""
        ...

    def entries(self, institution: str, before_index: int | None, limit: int) -> Sequence[EntryRow]:
        """Entries below an index (all of them for None), newest first."""
        ...

    def entry(self, institution: str, index: int) -> EntryDetail:
        """One entry; NotFoundError if there is none."""
        ...

    def proof(self, institution: str, index: int) -> str:
        """The tlog-proof of an entry as text; NotFoundError while no checkpoint covers it."""
        ...

    def checkpoints(self, institution: str, limit: int) -> Sequence[CheckpointRow]:
        """The newest checkpoints of a log."""
        ...

    def anchors(self, institution: str, limit: int) -> Sequence[AnchorRow]:
        """The newest anchors of a log."""
        ...

    def cases(self, limit: int, before: int | None, institutions: Set[str]) -> Sequence[CaseRow]:
        """Cases of these institutions with an id below `before` (all of them for None), newest first."""
        ...

    def packages(self, limit: int, before: int | None, institutions: Set[str]) -> Sequence[PackageRow]:
        """Packages of these institutions with an id below `before` (all of them for None), newest first."""
        ...

    def record_access(self, *, who: str, action: str, institution: str, object: str, purpose: str) -> None:
        """Put on record who opens which page, before it is shown; raises where that is impossible."""
        ...

    def owner_of(self, argument: str, value: Any) -> str:
        """The institution of what an address names; "" where it is the instance's own; NotFoundError else."""
        ...

    def propose(self, kind: ApprovalKind, institution: str, name: str, content: bytes, by: str) -> None:
        """Check a file of rules or a template as it would stand in force, and let it wait for a second person."""
        ...

    def file_in_force(self, kind: ApprovalKind, name: str) -> bytes | None:
        """The file of that name that is in force here, to compare a proposal with."""
        ...

    def carry_out(self, request: ApprovalRequest, approved_by: str) -> str:
        """Do what a second person approved; says what was done. Safe to repeat."""
        ...

    def package_bytes(self, package_id: int) -> tuple[str, Path]:
        """File name and place of a package's ZIP; NotFoundError if there is none."""
        ...
