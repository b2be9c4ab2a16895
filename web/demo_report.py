"""What the demo prints: steps with their times, the checks, the table at the end, where the files lie."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from evidence_service.console import say
from evidence_service.core.reasons import CHECK_NAMES, CheckState
from evidence_service.ports import AnchorRecord
from evidence_service.verifier.folder import FolderReport, counts_text

Result = TypeVar("Result")


@dataclass(slots=True)
class Figures:
    """What the table at the end shows."""

    loans: int = 0
    events: int = 0
    rejected: int = 0
    tree_size: int = 0
    overdue: int = 0
    packages: int = 0
    failed: int = 0
    pages: int = 0
    anchors: list[AnchorRecord] = field(default_factory=list)

    @property
    def gas_per_event(self) -> float:
        """Gas of all anchors over all events that they cover."""
        return sum(record.gas or 0 for record in self.anchors) / max(1, self.tree_size)


def step(number: int, title: str, work: Callable[[], Result]) -> Result:
    """Announce a step, do it, say how long it took."""
    say(f"[{number}] {title} …")
    started = time.monotonic()
    result = work()
    say(f"    done in {time.monotonic() - started:.1f} s")
    return result


def show_checks(report: FolderReport) -> list[str]:
    """Print the ten checks over all packages; returns the names of those that were not checked."""
    unchecked = []
    for n, (name, _) in CHECK_NAMES.items():
        check, counts = report.merged(n)
        say(f"    {n:>2}  {name:<46} {counts_text(counts, 'en')}")
        if check is not None and check.state is CheckState.NOT_CHECKED:
            unchecked.append(f"{n} {name}: {check.reason}")
    return unchecked


def print_table(figures: Figures, result: str, seconds: float) -> None:
    """The short table at the end, on standard output."""
    last = figures.anchors[-1]
    rows = [
        ("loans", f"{figures.loans:,}"),
        ("events", f"{figures.events:,} logged, {figures.rejected:,} set aside"),
        ("tree size", f"{figures.tree_size:,}"),
        ("anchors", f"{len(figures.anchors)} ({last.state.value}; the last in block {last.block})"),
        ("gas per event", _gas(figures)),
        ("overdue loans", f"{figures.overdue:,} ({figures.overdue / max(1, figures.loans):.0%})"),
        ("packages", f"{figures.packages:,} built, {figures.failed} failed"),
        ("pages", f"{figures.pages:,}"),
        ("verification", result),
        ("seconds", f"{seconds:.0f}"),
    ]
    print()
    for name, value in rows:
        print(f"  {name:<14} {value}")


def _gas(figures: Figures) -> str:
    """Gas per event of the large first anchor, and over all anchors."""
    first = figures.anchors[0]
    alone = (first.gas or 0) / first.size
    return f"{alone:.1f} ({first.gas:,} for {first.size:,} events; {figures.gas_per_event:.1f} over all anchors)"


def print_places(places: list[tuple[str, Path]], unchecked: list[str]) -> None:
    """Where the files lie, and what this version does not check."""
    print("\n  The result is incomplete because these are not checked:")
    for line in unchecked:
        print(f"    {line}")
    print("\n  Files:")
    for name, path in places:
        print(f"    {name:<24} {path}")
    print("\n  The local chain is saved and stopped; it starts again when something needs it.")
    print("  Next: `make run` opens the web application; docs and README say what each check means.")
