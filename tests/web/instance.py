"""An instance in memory: real leaves, proofs and checkpoints from the pure core, real files, accounts with real rules.

A simulator of what the pages ask for, not a mock: it keeps the promises of web/ports.py.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import leaf_hash
from evidence_service.database import migrate, open_database
from evidence_service.errors import NotFoundError, StoreError
from litigation.adapters.rule_folder import RuleFolder
from tests.evidence_service.verify.world import World, make_world
from web.approvals import ApprovalKind, ApprovalRequest
from web.identity import Identity
from web.ports import (
    AnchorRow,
    CaseRow,
    CheckpointRow,
    Counts,
    EntryDetail,
    EntryRow,
    LogRow,
    PackageRow,
)
from web.sealing import SecretBox
from web.settings import WebSettings
from web.sql_accounts import SqlAccounts

XSS = '<script>window.hit=1</script><img src=x onerror="window.hit=1">"\'><svg onload=window.hit=1>'
PUBLISHED_AT = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
ANCHOR_STATES = ("prepared", "sent", "mined", "final", "final", "lost", "failed")


CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""argon2id at the least cost: the tests hash many passwords, and none protects anything."""
RELAXED = WebSettings(second_factor_roles=frozenset(), purpose_roles=frozenset())
BOX = SecretBox(b"k" * 32)


def make_identity(folder: Path, settings: WebSettings = RELAXED) -> Identity:
    """The real stores of accounts on an SQLite database of their own."""
    path = folder / "people.db"
    if not path.exists():
        path.write_bytes(_database())
    return Identity(open_database(f"sqlite:///{path}"), BOX, settings, hasher=CHEAP)


@cache
def _database() -> bytes:
    """An empty database of the newest schema, made once."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/new.db")
        migrate(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return (Path(folder) / "new.db").read_bytes()


@dataclass
class MemoryLog:
    """One institution: its world, its name, how much of it is published."""

    world: World
    name: str
    published: bool = True


@dataclass
class MemoryInstance:
    """What the pages see. `away` makes every read fail as a lost database does."""

    folder: Path
    all_logs: list[MemoryLog] = field(default_factory=list)
    all_cases: list[CaseRow] = field(default_factory=list)
    all_packages: list[PackageRow] = field(default_factory=list)
    settings: WebSettings = RELAXED
    away: bool = False
    accesses: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    carried: list[tuple[str, str, str]] = field(default_factory=list)
    owned: dict[tuple[str, Any], str] = field(default_factory=dict)

    @cached_property
    def identity(self) -> Identity:
        return make_identity(self.folder, self.settings)

    @property
    def accounts(self) -> SqlAccounts:
        return self.identity.accounts

    def record_access(self, *, who: str, action: str, institution: str, object: str, purpose: str) -> None:
        if self.away:
            raise StoreError("the database is away")
        self.accesses.append((who, action, institution, object, purpose))

    def counts(self, institutions: Set[str]) -> Counts:
        logs = [one for one in self.all_logs if one.world.institution in institutions]
        published = sum(one.published for one in logs)
        anchors = sum(len(self.anchors(one.world.institution, 1000)) for one in logs)
        cases, packages = (
            sum(row.institution in institutions for row in rows) for rows in (self.all_cases, self.all_packages)
        )
        return Counts(published, anchors, cases, packages)

    def logs(self) -> Sequence[LogRow]:
        if self.away:
            raise StoreError("the database is away")
        return [
            LogRow(
                institution=one.world.institution,
                name=one.name,
                origin=one.world.log.name,
                vkey=one.world.log.vkey,
                size=len(one.world.entries),
                published_size=len(one.world.entries) if one.published else 0,
                loans=2,
            )
            for one in self.all_logs
        ]

    def entries(self, institution: str, before_index: int | None, limit: int) -> Sequence[EntryRow]:
        size = len(self._log(institution).world.entries)
        top = size if before_index is None else min(before_index, size)
        return [self._row(institution, index) for index in range(top - 1, max(-1, top - 1 - limit), -1)]

    def entry(self, institution: str, index: int) -> EntryDetail:
        world = self._log(institution).world
        if index >= len(world.entries):
            raise NotFoundError(f"no entry {index}")
        row, leaf = self._row(institution, index), world.entries[index].leaf
        return EntryDetail(
            row.index,
            row.event_id,
            row.type,
            row.loan,
            row.sequence,
            row.occurred_at,
            row.captured_at,
            leaf,
            leaf_hash(leaf).hex(),
        )

    def proof(self, institution: str, index: int) -> str:
        one = self._log(institution)
        if not one.published or index >= len(one.world.entries):
            raise NotFoundError("no checkpoint covers this entry")
        return one.world.proof(index)

    def checkpoints(self, institution: str, limit: int) -> Sequence[CheckpointRow]:
        one = self._log(institution)
        if not one.published:
            return []
        world = one.world
        rows = [
            CheckpointRow(institution, len(world.entries), world.root.hex(), PUBLISHED_AT, world.checkpoint),
        ]
        return rows[:limit]

    def anchors(self, institution: str, limit: int) -> Sequence[AnchorRow]:
        one = self._log(institution)
        if not one.published:
            return []
        rows = []
        for number, state in enumerate(ANCHOR_STATES):
            done = state in ("mined", "final")
            tx = "0x" + sha256(f"{institution}{number}".encode()).hexdigest()
            when = PUBLISHED_AT - timedelta(hours=number)
            size = len(one.world.entries) - number
            rows.append(
                AnchorRow(
                    institution,
                    size,
                    one.world.root.hex(),
                    tx,
                    120 - number if done else None,
                    state,
                    76_120 if done else None,
                    when,
                )
            )
        return rows[:limit]

    def cases(self, limit: int, before: int | None, institutions: Set[str]) -> Sequence[CaseRow]:
        mine = [row for row in self.all_cases if row.institution in institutions]
        return [row for row in mine if before is None or row.id < before][:limit]

    def packages(self, limit: int, before: int | None, institutions: Set[str]) -> Sequence[PackageRow]:
        mine = [row for row in self.all_packages if row.institution in institutions]
        return [row for row in mine if before is None or row.id < before][:limit]

    def owner_of(self, argument: str, value: Any) -> str:
        if argument == "institution":
            return str(value)
        for row in self.all_packages:
            if argument == "package_id" and row.id == value:
                return row.institution
        if (argument, value) not in self.owned:
            raise NotFoundError(f"no {argument} {value}")
        return self.owned[argument, value]

    def propose(self, kind: ApprovalKind, institution: str, name: str, content: bytes, by: str) -> None:
        RuleFolder(self.folder).check({name: content})

    def file_in_force(self, kind: ApprovalKind, name: str) -> bytes | None:
        return None

    def carry_out(self, request: ApprovalRequest, approved_by: str) -> str:
        self.carried.append((request.object, request.digest, approved_by))
        return f"{request.object} is in force"

    def package_bytes(self, package_id: int) -> tuple[str, Path]:
        for row in self.all_packages:
            if row.id == package_id:
                return row.file_name, self.folder / f"{row.id}.zip"
        raise NotFoundError(f"no package {package_id}")

    def _log(self, institution: str) -> MemoryLog:
        for one in self.all_logs:
            if one.world.institution == institution:
                return one
        raise NotFoundError(f"no log of {institution}")

    def _row(self, institution: str, index: int) -> EntryRow:
        world = self._log(institution).world
        leaf = parse_leaf(world.entries[index].leaf)
        mine = index in world.mine
        event_id = json.loads(_decode(world.entries[index].disclosures["id"]))[2]
        loan = "LOAN-mine" if mine else "LOAN-other"
        return EntryRow(index, event_id, leaf.type, loan, leaf.sequence, leaf.occurred_at, leaf.captured_at)


def _decode(disclosure: str) -> bytes:
    return base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))


def empty_instance(folder: Path) -> MemoryInstance:
    """Nothing but the accounts to come."""
    return MemoryInstance(folder)


def full_instance(folder: Path) -> MemoryInstance:
    """Two lenders, 180 entries, 120 cases and packages; one name and one reference that try to run a script."""
    sample, second, content = _worlds()
    instance = MemoryInstance(
        folder,
        all_logs=[
            MemoryLog(sample, "样例消费金融有限公司（演示）"),
            MemoryLog(second, XSS, published=False),
        ],
    )
    for number in range(120, 0, -1):
        reference = f"PD-2026-{number:06d}" if number != 119 else XSS
        when = PUBLISHED_AT - timedelta(hours=120 - number)
        state = ("package_built", "submitted", "accepted", "returned", "refused")[number % 5]
        instance.all_cases.append(CaseRow(number, reference, "sample-cf", f"XJ2025{number:08d}", state, when))
        instance.all_packages.append(
            PackageRow(
                id=number,
                our_reference=reference,
                institution="sample-cf",
                file_name=f"PD-2026-{number:06d}.zip",
                sha256=sha256(content).hexdigest(),
                pages=13 + number % 7,
                as_of=date(2026, 10, 31),
                draft=number % 4 == 0,
                built_at=when + timedelta(minutes=5),
                tree_size=len(sample.entries),
                size=len(content) * (1 + number % 3),
            )
        )
        if number == 120:
            (folder / "120.zip").write_bytes(content)
    return instance


@cache
def _worlds() -> tuple[World, World, bytes]:
    sample = make_world(events=60, others=2, occurred=_late_now_and_then)
    second = make_world("other", institution="second-cf", origin="log.example.test/second-cf", events=2, others=1)
    return sample, second, sample.package_zip()


def _late_now_and_then(position: int) -> datetime:
    captured = datetime(2026, 1, 5, 2, 3, 4, tzinfo=UTC) + timedelta(minutes=position)
    return captured - (timedelta(days=412, hours=3) if position % 9 == 0 else timedelta(seconds=40 + position))
