"""Provenance for the case files of the tests: what an ordinary loan shows, and what strains the sheet. Fictional."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from evidence_service.core.environment import Answer, Environment, SelfCheck
from evidence_service.core.provenance import Confirmation, EventOrigin, Provenance, provenance
from litigation.core.casefile import LoggedEvent

STAMPED = datetime(2026, 2, 10, 8, 0, 3, tzinfo=UTC)
CLAUSE = ("第十条", "双方同意以电子签名方式签署本合同；电子数据经存证后可以作为证据使用。")


def environment(number: int = 0, *, clean: bool = True) -> Environment:
    """What was observed on a machine of the tests."""
    answers = {"no-proxy": Answer.GOOD, "no-debugger": Answer.GOOD if clean else Answer.BAD}
    return Environment(
        observed_at=datetime(2025, 3, 1 + number, tzinfo=UTC),
        host=f"evidence-{number:02d}.quanan.example",
        system="Linux-6.1.0-31-amd64-x86_64-with-glibc2.36",
        runtime="CPython 3.11.7",
        build="proofdocket 0.1.0",
        build_digest=f"{number:02x}" * 32,
        clock=Answer.GOOD if clean else Answer.UNKNOWN,
        self_check=tuple(SelfCheck(name, answer) for name, answer in answers.items()),
        session=f"process {4000 + number}, account 1000, 0f3a5c7e9b2d4f60",
    )


def origins(events: Sequence[LoggedEvent], *, systems: int = 2) -> list[EventOrigin]:
    """One origin for each event, from several systems."""
    return [
        EventOrigin(
            event_id=event.event_id,
            type=event.type,
            sequence=event.sequence,
            occurred_at=event.occurred_at,
            captured_at=event.captured_at,
            system=("core-banking", "app", "collection-agency-platform")[number % systems % 3] + f"-{number % systems}",
            version="5.2",
            mechanism=("automatic", "automatic", "manual", "imported")[number % 4],
            environment=number % 3 == 0,
            key="core-banking+4096b7c1" if number % 2 else "",
            corroborates=(events[number - 1].event_id,) if number % 5 == 4 else (),
            originals=number % 2,
        )
        for number, event in enumerate(events)
    ]


def ordinary_provenance(events: Sequence[LoggedEvent]) -> Provenance:
    """Two systems, one signs; a token and an anchor; a clause in the contract; one machine."""
    confirmations = (
        Confirmation("token", "样例时间戳中心", STAMPED, "20481"),
        Confirmation("anchor", "31337", None, "12"),
    )
    return provenance(origins(events), confirmations, [environment()], CLAUSE)


def longest_provenance(events: Sequence[LoggedEvent]) -> Provenance:
    """Twelve systems, every link, six confirmations with long names, three machines, a long clause."""
    confirmations = tuple(
        Confirmation(kind, f"样例{'见证' * 12}机构第 {number} 号", STAMPED, "9" * 40)
        for number, kind in enumerate(("token", "cosignature", "token", "cosignature", "cosignature", "anchor"))
    )
    clause = ("第十条", CLAUSE[1] * 12)
    machines = [environment(number, clean=number != 1) for number in range(3)]
    return provenance(origins(events, systems=12), confirmations, machines, clause)
