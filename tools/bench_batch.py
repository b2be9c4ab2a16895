"""Measure the batch at its true size: from the button to sealed packages on disk, then each of them verified offline.

Usage: python -m tools.bench_batch [--cases N] [--kind short|sample] [--workers N] [--json]. Spec: docs/performance.md.
The cases are all different. Printed are wall, processor time of all processes, load, and the largest sum of their
memory; the local chain is stopped before, because neither part asks it anything.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from evidence_service.clock import now
from evidence_service.core.report import Result
from evidence_service.institution_files import credit_codes
from evidence_service.verifier.folder import Task, verify_folder
from litigation.adapters.seal_keys import make_sample_key
from litigation.batch_service import Order
from litigation.batch_worker import Workers
from litigation.bootstrap import CHECKOUT, open_batches
from litigation.core.batch import BatchItem, ItemState
from litigation.sample.portfolio import DEFAULT_AS_OF
from litigation.sample.press import Press
from litigation.service import LitigationService
from tools.bench_cases import KINDS, SHORT, write_cases
from tools.bench_instance import import_into, temporary_instance
from tools.bench_memory import Watched, processor_seconds
from tools.bench_papers import cores
from web.init_command import initialise

SEALER = "样例消费金融有限公司"
MIN_OVERDUE_DAYS = 60
WALL_SECONDS, MEMORY = 90.0, 1_500_000_000
VERIFY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Took:
    """What one part took: seconds on the wall, of the processor in all processes, load, largest memory of all."""

    wall: float
    cpu: float
    load: float
    peak: int


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    with _instance(options.kind, options.cases) as (service, folder):
        made, batch = built(service, folder, options.workers)
        verified = verify(service, folder, options.workers)
    print("\n".join(lines(options.kind, made, batch, verified)))
    if options.json:
        print(json.dumps({"cases": len(made), "batch": asdict(batch), "verify": asdict(verified)}))
    return 0


def built(service: LitigationService, folder: Path, workers: int) -> tuple[list[BatchItem], Took]:
    """As `batch start --overdue --seal` does: selection, workers, seals, files synced, packages logged and recorded."""
    batches, _ = open_batches(service.evidence.settings.home)
    made: list[BatchItem] = []

    def run() -> None:
        source = batches.litigation.pin(None, DEFAULT_AS_OF, draft=False)
        loans = batches.litigation.overdue(source, MIN_OVERDUE_DAYS)
        batch = batches.start(source, Order(loans, folder, "bench", sealed=True))
        processes = Workers(batches.litigation.evidence.settings, workers)
        try:
            while processes.tend():
                processes.rest()
        finally:
            processes.close()
        made.extend(batches.store.items(batch.id))

    took = _measured(run)
    failed = [f"{item.code}: {item.reason}" for item in made if item.state is not ItemState.BUILT or not item.recorded]
    if failed:
        raise SystemExit(f"{len(failed)} of {len(made)} cases were not built and recorded: {failed[0]}")
    return made, took


def verify(service: LitigationService, folder: Path, workers: int) -> Took:
    """Every package of the folder once, offline, with a trust file."""
    evidence = service.evidence
    task = Task(evidence.trust_file(credit_codes(evidence.settings.institutions_dir)), None, now())
    paths = sorted(folder.glob("*.zip"))
    results: list[Result] = []

    def run() -> None:
        results.append(verify_folder(paths, task, workers=workers, progress=lambda _text: None).result)

    took = _measured(run)
    if results != [Result.INCOMPLETE]:  # offline checks 7, 8 and 10 cannot pass; any other one that fails, fails all
        raise SystemExit(f"the packages verified as {results[0].value}")
    return took


def lines(kind: str, made: Sequence[BatchItem], batch: Took, verified: Took) -> list[str]:
    """What came out, for people."""
    pages, size, count = sum(item.pages for item in made), sum(item.size for item in made), len(made)
    return [
        f"{count:,} {kind} cases, sealed: {pages:,} pages ({pages / count:.1f} and {size / count / 1e3:,.0f} kB each)",
        f"  batch   {_text(batch, count)}; target {WALL_SECONDS:.0f} s and {MEMORY / 1e9:.1f} GB for 1,000",
        f"  verify  {_text(verified, count)}; target {VERIFY_SECONDS:.0f} s for 1,000",
    ]


def _text(took: Took, count: int) -> str:
    return (
        f"{took.wall:.1f} s on the wall at load {took.load:.1f}, {took.cpu:.1f} s of processor "
        f"({took.cpu / count * 1000:.0f} ms each), at most {took.peak / 1e6:,.0f} MB in all processes"
    )


def _measured(work: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), processor_seconds()
    with Watched() as watched:
        work()
    return Took(time.perf_counter() - wall, processor_seconds() - cpu, os.getloadavg()[0], watched.peak)


@contextmanager
def _instance(kind: str, cases: int) -> Iterator[tuple[LitigationService, Path]]:
    """An instance with the cases in its log, published and anchored, and a seal; nothing of this is timed."""
    with temporary_instance() as (evidence, _engine):
        initialise(evidence)
        home = evidence.settings.home
        path = home / "cases.ndjson"
        events = write_cases(path, kind, cases, Press(CHECKOUT / "node_modules"))
        print(f"{cases:,} cases, {events:,} events: importing …", file=sys.stderr, flush=True)
        import_into(evidence, path)
        path.unlink()
        institution = evidence.log().institution
        evidence.publish(institution)
        evidence.anchor(institution)
        evidence.chain.local.stop()  # what follows asks the chain nothing; its memory is none of the batch's
        make_sample_key(evidence.settings.keys_dir, SEALER, now(), None, use_rsa=False)
        folder = home / "packages"
        folder.mkdir()
        service, _ = open_batches(home)
        yield service.litigation, folder


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_batch", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1000, metavar="N", help="how many (default: 1000)")
    parser.add_argument("--kind", choices=KINDS, default=SHORT, help="short: some 13 pages; sample: the sample's own")
    parser.add_argument("--workers", type=int, default=cores(), metavar="N", help="default: one for each core")
    parser.add_argument("--json", action="store_true", help="one JSON object more")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
