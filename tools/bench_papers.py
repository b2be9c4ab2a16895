"""Row: bare layout of a 13-page bundle of papers, per core; the case is the one that the tests of the papers use."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache

from litigation.bootstrap import CHECKOUT, fonts_folder
from litigation.core.casefile import CaseFile
from litigation.documents import FontSet, render_package
from tests.litigation.documents.cases import ordinary_case
from tools.bench_rounds import take_turns
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes

PAGES = 15
"""Of the case that is laid out: the study's 13, and the provenance sheet that the certificate has had since."""
STUDY_PAGES = 13
RECORDED = 67
"""Packages a minute of docxtpl and LibreOffice, 13 pages, PDF only, as an earlier study recorded it."""
RECORDED_NAME = "docxtpl + LibreOffice"


@cache
def fonts() -> FontSet:
    """The fonts of the papers, loaded once."""
    folder = fonts_folder()
    return FontSet.load(folder if folder.is_dir() else None, CHECKOUT / "node_modules")


def short_case() -> CaseFile:
    """A case whose papers fill 15 pages: cover, complaint, list, ledger of 24 instalments, certificate."""
    case = ordinary_case()
    return replace(case, exhibits=(), facts=(), events=case.events[:4])


def layout_rows(sizes: Sizes) -> list[Row]:
    """Lay out the same papers again and again; fonts are loaded before, as a batch loads them once."""
    case, loaded = short_case(), fonts()
    pages = render_package(case, loaded).pages
    if pages != PAGES:
        raise AssertionError(f"the case for the layout has {pages} pages, not {PAGES}")
    spent = take_turns(
        sizes.rounds, {"layout": lambda _: [render_package(case, loaded) for _ in range(sizes.laid_out)]}
    )["layout"]
    per_minute = 60 * sizes.laid_out / spent.cpu
    return [
        Row(
            "layout",
            f"bare layout, {PAGES} pages",
            measured=per_minute,
            unit="/min per core",
            yardstick=RECORDED,
            yardstick_name=RECORDED_NAME,
            recorded=True,
            ratio=per_minute * PAGES / (RECORDED * STUDY_PAGES),
            target=Target("≥ 2,000/min", 2_000),
            note=f"{60 / per_minute * 1000:.0f} ms of processor each",
        )
    ]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))
