"""What a person should know of the chain of an instance: identity, account, and each log's anchors and backlog.

Spec: docs/spec/anchor.md (Status). `asks` are the things that need a person, each with what to do next.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from evidence_service.core.chain import ChainStatus, LogWitnesses
from evidence_service.core.event import format_instant


@dataclass(frozen=True, slots=True)
class Identity:
    """Which chain this is. `problem` is empty where all is as known, or nothing was asked.

    `node` is the address of the local chain's node while it runs; another's may hold a password and is not shown.
    """

    kind: str
    chain_id: int
    genesis: str
    contract: str
    code_hash: str
    grade: str
    confirmations: int
    asked: bool
    problem: str
    registry: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class Funds:
    """The account that anchors; what it holds and what one anchor may cost at most, in the chain's smallest unit."""

    account: str
    balance: int
    anchor_may_cost: int

    @property
    def enough(self) -> bool:
        """Whether the next anchor can be paid."""
        return self.balance >= self.anchor_may_cost


@dataclass(frozen=True, slots=True)
class Intent:
    """An anchor transaction that is not final yet."""

    size: int
    state: str
    tx: str
    since: datetime


@dataclass(frozen=True, slots=True)
class LogOnChain:
    """One log: its newest anchor, what waits behind it, and what is stored of proof."""

    institution: str
    log_id: str
    anchored_size: int
    block: int | None
    depth: int | None
    anchored_at: datetime | None
    published_size: int
    waiting: int
    waiting_since: datetime | None
    intents: tuple[Intent, ...]
    material_stored: int
    material_missing: int
    witnesses: LogWitnesses
    attested_size: int

    def as_json(self) -> dict[str, Any]:
        """The log as `chain status --json` prints it."""
        value = asdict(self)
        for name in ("anchored_at", "waiting_since"):
            value[name] = None if value[name] is None else format_instant(value[name])
        value["intents"] = [{**one, "since": format_instant(one["since"])} for one in value["intents"]]
        value["witnesses"] = list(self.witnesses.accounts)
        value["threshold"] = self.witnesses.threshold
        return value


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Everything that `chain status` says. `asks` need a person; `notes` do not."""

    status: ChainStatus
    identity: Identity | None
    funds: Funds | None
    logs: tuple[LogOnChain, ...]
    asks: tuple[str, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer of `chain status --json`."""
        return {
            **self.status.as_json(),
            "identity": None if self.identity is None else asdict(self.identity),
            "account": None if self.funds is None else {**asdict(self.funds), "enough": self.funds.enough},
            "logs": [one.as_json() for one in self.logs],
            "asks": list(self.asks),
            "notes": list(self.notes),
        }
