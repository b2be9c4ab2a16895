"""Import millions of events into one log and say how the rate, the memory, the proofs and the disk grow with it.

Usage: python -m tools.bench_large [--events N] [--folder DIR] [--minutes M] [--keep]. Spec: docs/performance.md,
*A large log*. Events are made window by window (not timed), imported as `proofdocket import` does, and deleted again.
Every window is written down: the same command with the same --folder goes on where it was stopped. It stops by itself
where the disk would get too full, and removes what it made unless --keep is given.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.merkle import check_inclusion, inclusion_proof, root_hash
from evidence_service.database import open_database
from tools.bench_events import INSTITUTION, write_events
from tools.bench_memory import Watched, processor_seconds
from tools.bench_store import empty_store, import_file, open_store

FIRST = 100_000
WINDOW = 1_000_000
PER_LOAN = 20
PROOFS = 500
RESERVE = 10 << 30
"""Bytes of the disk that stay free for others."""


@dataclass(frozen=True, slots=True)
class Window:
    """What one stretch of the import took. `size` is the log's at its end; `bytes` is everything in the folder then."""

    size: int
    events: int
    wall: float
    cpu: float
    peak_rss: int
    bytes: int
    proof_cold: float
    proof_warm: float

    @property
    def rate(self) -> float:
        """Events per second on the wall."""
        return self.events / self.wall

    @property
    def cpu_per_event(self) -> float:
        """Microseconds of processor per event, of all processes."""
        return self.cpu / max(1, self.events) * 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    with ExitStack() as stack:
        folder = options.folder or Path(tempfile.mkdtemp(prefix="proofdocket-bench-large-"))
        folder.mkdir(parents=True, exist_ok=True)
        if not options.keep:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        windows = measure(folder, options.events, options.loans or max(1, options.events // PER_LOAN), options.minutes)
    print("\n".join(summary_lines(windows, options.events)))
    return 0 if windows and windows[-1].size >= options.events else 1


def measure(folder: Path, events: int, loans: int, minutes: float) -> list[Window]:
    """Go on from what the folder holds until the log has so many events, the time is up or the disk too full."""
    until = time.monotonic() + 60 * minutes
    done = _written(folder)
    print(f"{events:,} events over {loans:,} loans in {folder}", flush=True)
    for window in done:
        print(_line(window), flush=True)
    while (start := done[-1].size if done else 0) < events and time.monotonic() < until:
        end = next(size for size in _ends(events) if size > start)
        if not _fits(folder, done, end):
            break
        window = _import(folder, start, end, loans)
        done.append(window)
        with (folder / "windows.ndjson").open("a") as handle:
            handle.write(json.dumps(asdict(window)) + "\n")
        print(_line(window), flush=True)
    return done


def summary_lines(windows: Sequence[Window], wanted: int) -> list[str]:
    """What came out, for people."""
    if not windows:
        return ["nothing was measured"]
    first, last = windows[0], windows[-1]
    lines = [
        f"growth from {first.size:,} to {last.size:,} events: {last.rate / first.rate:.2f} of the rate on the wall, "
        f"{first.cpu_per_event / last.cpu_per_event:.2f} by processor time",
        f"memory: {_mega(last.peak_rss)} MB at the end, {_mega(max(one.peak_rss for one in windows))} MB at most",
        f"disk: {last.bytes / last.size:,.0f} bytes per event, {last.bytes / (1 << 30):.1f} GB in all",
    ]
    return lines if last.size >= wanted else [*lines, f"stopped before {wanted:,}: time or disk; run it again to go on"]


def _import(folder: Path, start: int, end: int, loans: int) -> Window:
    source = folder / "events.ndjson"
    with _store(folder) as store:
        # Stopped in the middle of a window: what is there already is not measured again.
        start = max(start, store.log(INSTITUTION).size)
        write_events(source, end - start, seed=start << 32 | end, loans=loans)
        with Watched() as watched:
            wall, cpu = time.perf_counter(), processor_seconds()
            accepted = import_file(store, source)
            wall, cpu = time.perf_counter() - wall, processor_seconds() - cpu
        source.unlink()
        if accepted != end - start or store.log(INSTITUTION).size != end:
            raise AssertionError("not every event that was timed is in the log")
    cold, warm = _prove(folder, end)
    return Window(end, accepted, wall, cpu, watched.peak, _bytes(folder), cold, warm)


def _prove(folder: Path, size: int) -> tuple[float, float]:
    """Processor seconds per proof at random places: from a database opened anew, and again from what it then keeps."""
    spent = []
    with _store(folder) as store:
        root = root_hash(store.tree(INSTITUTION, size), size)
        places = Random(size).sample(range(size), min(PROOFS, size))
        for _ in range(2):
            started = time.process_time()
            paths = [inclusion_proof(store.tree(INSTITUTION, size), place, size) for place in places]
            spent.append((time.process_time() - started) / len(places))
        for place, path in zip(places[:20], paths, strict=False):
            digest = next(digest for _, _, digest in store.leaves(INSTITUTION, place, place + 1))
            check_inclusion(digest, place, size, path, root)
    return spent[0], spent[1]


@contextmanager
def _store(folder: Path) -> Iterator[SqlLogStore]:
    path = folder / "log.db"
    url = f"sqlite:///{path}"
    if not path.exists():
        with empty_store(url) as store:
            yield store
        return
    engine = open_database(url)
    try:
        yield open_store(engine)
    finally:
        engine.dispose()


def _fits(folder: Path, done: Sequence[Window], end: int) -> bool:
    """Whether the next window fits the disk, by what an event took so far (4 KB before anything is known)."""
    per_event = done[-1].bytes / done[-1].size if done else 4096.0
    coming = end - (done[-1].size if done else 0)
    return shutil.disk_usage(folder).free - coming * (per_event + 1024) > RESERVE


def _ends(events: int) -> list[int]:
    """Where windows end: 100,000 first, then each million."""
    ends = [FIRST, WINDOW // 2, *range(WINDOW, events, WINDOW)]
    return [*(end for end in ends if end < events), events]


def _written(folder: Path) -> list[Window]:
    path = folder / "windows.ndjson"
    return [Window(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def _line(window: Window) -> str:
    return (
        f"{window.size:>11,}  {window.rate:>8,.0f}/s  {window.cpu_per_event:6.1f} µs processor/event  "
        f"{_mega(window.peak_rss):>5} MB memory  {window.bytes / window.size:>6,.0f} B/event  "
        f"proof {window.proof_cold * 1e6:,.0f} µs, again {window.proof_warm * 1e6:,.0f} µs"
    )


def _mega(count: int) -> int:
    return count >> 20


def _bytes(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_large", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=10 * WINDOW, metavar="N", help="how many (default 10 million)")
    parser.add_argument("--loans", type=int, metavar="N", help="over how many loans (default: 20 events each)")
    parser.add_argument("--minutes", type=float, default=600, metavar="M", help="begin no window after M minutes")
    parser.add_argument("--folder", type=Path, help="work here, and go on from what is here (default: a new folder)")
    parser.add_argument("--keep", action="store_true", help="leave the folder, so that it can go on later")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
