"""An instance in memory: real leaves, proofs and checkpoints from the pure core, real files, accounts with real rules.

A simulator of what the pages ask for, not a mock: it keeps the promises of web/ports.py.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import leaf_hash
from evidence_service.errors import ConflictError, NotFoundError, StoreError
from tests.evidence_service.verify.world import World, make_world
from web.accounts import after_failure
from web.ports import (
    Account,
    AnchorRow,
    CaseRow,
    CheckpointRow,
    Counts,
    EntryDetail,
    EntryRow,
    LogRow,
    PackageRow,
    Role,
)

XSS = '<script>window.hit=1</script><img src=x onerror="window.hit=1">"\'><svg onload=window.hit=1>'
PUBLISHED_AT = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
ANCHOR_STATES = ("prepared", "sent", "mined", "final", "final", "lost", "failed")


class MemoryAccounts:
    """Accounts in a dictionary; a lock keeps counting right."""

    def __init__(self) -> None:
        self._rows: dict[str, Account] = {}
        self._lock = Lock()

    def find(self, name: str) -> Account | None:
        return self._rows.get(name)

    def add(self, name: str, password_hash: str, role: Role) -> None:
        if name in self._rows:
            raise ConflictError(f"the account {name} exists")
        self._rows[name] = Account(name, password_hash, role, 0, None)

    def record_failure(self, name: str, now: datetime) -> None:
        with self._lock:
            row = self._rows[name]
            failed, until = after_failure(row.failed, now)
            self._rows[name] = replace(row, failed=failed, locked_until=until or row.locked_until)

    def record_success(self, name: str, now: datetime) -> None:
        with self._lock:
            self._rows[name] = replace(self._rows[name], failed=0, locked_until=None)

    def set_password_hash(self, name: str, password_hash: str) -> None:
        self._rows[name] = replace(self._rows[name], password_hash=password_hash)


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
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    away: bool = False
    accesses: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def record_access(self, *, who: str, action: str, institution: str, object: str, purpose: str) -> None:
        if self.away:
            raise StoreError("the database is away")
        self.accesses.append((who, action, institution, object, purpose))

    def counts(self) -> Counts:
        published = sum(one.published for one in self.all_logs)
        anchors = sum(len(self.anchors(one.world.institution, 1000)) for one in self.all_logs)
        return Counts(published, anchors, len(self.all_cases), len(self.all_packages))

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

    def cases(self, limit: int, before: int | None) -> Sequence[CaseRow]:
        return [row for row in self.all_cases if before is None or row.id < before][:limit]

    def packages(self, limit: int, before: int | None) -> Sequence[PackageRow]:
        return [row for row in self.all_packages if before is None or row.id < before][:limit]

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
