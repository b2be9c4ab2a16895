"""How much is measured: the usual size (under five minutes), the quick one (under one), and a tiny one for tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rounds, and how many things each group of rows handles.

    `hashed`: leaves of the hashing rows (a power of two). `ingested`: events per round. `proved`: entries in the log
    that proofs are made from. `anchored`: events per anchor. `loans`: of the sample portfolio. `laid_out`: layouts
    per round. `verified`: packages verified in all. `postgres`: whether its server is started too.
    `listed`: loans in the lists of the pages.
    """

    rounds: int
    hashed: int
    ingested: int
    proved: int
    anchored: int
    loans: int
    laid_out: int
    verified: int
    postgres: bool
    listed: int


DEFAULT = Sizes(
    rounds=5, hashed=1 << 17, ingested=20_000, proved=50_000, anchored=10_000, loans=300, laid_out=15, verified=1000,
    postgres=True, listed=50_000,
)  # fmt: skip
QUICK = Sizes(
    rounds=3, hashed=1 << 15, ingested=3_000, proved=6_000, anchored=10_000, loans=40, laid_out=5, verified=12,
    postgres=False, listed=50_000,
)  # fmt: skip
TINY = Sizes(
    rounds=2,
    hashed=1 << 8,
    ingested=40,
    proved=300,
    anchored=40,
    loans=12,
    laid_out=1,
    verified=2,
    postgres=False,
    listed=300,
)
FULL_ANCHOR = 10_000
FULL_BATCH = 1000
