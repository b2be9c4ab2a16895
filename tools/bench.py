"""Measure what DESIGN section 6 names, as far as it exists: every number beside a yardstick of the same run.

Usage: python -m tools.bench [--quick] [--json] [--only NAME]... Spec: docs/performance.md. Medians of rounds that take
turns; nothing outside temporary folders is touched. NAME is a row or a group; the table names the rows in its notes,
--list names all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tools.bench_row import Row
from tools.bench_sizes import DEFAULT, QUICK, TINY, Sizes
from tools.bench_table import table_lines

KEPT = "PROOFDOCKET_FONTS"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are measured together. The module is read when it is needed: a worker process needs none."""

    name: str
    module: str
    function: str
    rows: tuple[str, ...]

    def measure(self, sizes: Sizes) -> list[Row]:
        """Run the group's measurements."""
        measure: Callable[[Sizes], list[Row]] = getattr(import_module(f"tools.{self.module}"), self.function)
        return measure(sizes)


GROUPS = (
    Group("hashing", "bench_hashing", "hashing_rows", ("leaf-hash", "tree-build")),
    Group(
        "ingest",
        "bench_ingest",
        "ingest_rows",
        ("ingest", "stage-prepare", "stage-take", "growth"),
    ),
    Group("index", "bench_index", "index_rows", ("index-sqlite", "index-postgres")),
    Group("proofs", "bench_proofs", "proof_rows", ("proof-make", "proof-verify")),
    Group("map", "bench_map", "map_rows", ("map-first", "map-publish", "map-proof")),
    Group("anchor", "bench_anchor", "anchor_rows", ("anchor-gas",)),
    Group("papers", "bench_papers", "layout_rows", ("layout",)),
    Group(
        "packages",
        "bench_packages",
        "package_rows",
        ("final-13", "final-sealed", "final-portfolio", "batch", "verify-packages"),
    ),
    Group("pages", "bench_pages", "pages_rows", ("pages",)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.list:
        for group in GROUPS:
            print(f"{group.name}: {', '.join(group.rows)}")
        return 0
    wanted = set(options.only or [])
    unknown = wanted - {name for group in GROUPS for name in (group.name, *group.rows)}
    if unknown:
        print(f"no such row: {', '.join(sorted(unknown))}; --list names all", file=sys.stderr)
        return 2
    _forget_settings()
    started = time.monotonic()
    rows = measure(options.sizes, wanted)
    seconds = time.monotonic() - started
    if options.json:
        print(json.dumps({"machine": machine(), "seconds": round(seconds, 1), "rows": [row.as_json() for row in rows]}))
    else:
        print("\n".join(["", *table_lines(rows), "", f"{machine_text()}; {seconds:.0f} s in all"]))
    return 0


def measure(sizes: Sizes, wanted: set[str]) -> list[Row]:
    """The rows that are wanted (all, if none is named), group by group."""
    rows: list[Row] = []
    for group in GROUPS:
        names = group.rows if not wanted or group.name in wanted else wanted.intersection(group.rows)
        if names:
            print(f"{group.name} …", file=sys.stderr, flush=True)
            rows += [row for row in group.measure(sizes) if row.name in names]
    return rows


def machine() -> dict[str, Any]:
    """What was measured on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def machine_text() -> str:
    """What was measured on, for people."""
    at = machine()
    return f"{at['cores']} cores, load {at['load']}, Python {at['python']}, {at['system']}"


def _forget_settings() -> None:
    """Somebody's database or chain is never measured, nor written to."""
    for name in [name for name in os.environ if name.startswith("PROOFDOCKET_") and name != KEPT]:
        del os.environ[name]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").partition("\n")[0])
    parser.set_defaults(sizes=DEFAULT)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="sizes", action="store_const", const=QUICK, help="under one minute, fewer rounds")
    size.add_argument("--tiny", dest="sizes", action="store_const", const=TINY, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--only", action="append", metavar="NAME", help="this row or group (may be repeated)")
    parser.add_argument("--list", action="store_true", help="name the rows and groups")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
