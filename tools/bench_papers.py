"""Row: bare layout of a 13-page bundle of papers, per core; the case is the one that the tests of the papers use."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from itertools import count

from litigation.bootstrap import CHECKOUT, fonts_folder
from litigation.core.casefile import CaseFile
from litigation.core.paper_kinds import PaperKind
from litigation.documents import FontSet, render_package
from tests.litigation.documents.cases import o4_claim, ordinary_case
from tools.bench_rounds import take_turns
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes

PAGES = 13
"""Of the case that is laid out, as in the study: cover, complaint, list of evidence, ledger, certificate."""
STUDY_PAGES = 13
PAPERS = (PaperKind.COMPLAINT, PaperKind.EVIDENCE_LIST, PaperKind.LEDGER, PaperKind.CERTIFICATE)
NAMES = ("王小明", "李样例", "张三丰", "赵四海", "陈建国", "林志远", "黄晓东", "吴国强", "周美玲", "徐文静")
RECORDED = 67
"""Packages a minute of docxtpl and LibreOffice, 13 pages, PDF only, as an earlier study recorded it."""
RECORDED_NAME = "docxtpl + LibreOffice"


@cache
def fonts() -> FontSet:
    """The fonts of the papers, loaded once."""
    folder = fonts_folder()
    return FontSet.load(folder if folder.is_dir() else None, CHECKOUT / "node_modules")


def short_case(number: int = 0) -> CaseFile:
    """A short case without exhibits; another number is another borrower, contract and loan, as in a batch."""
    case = ordinary_case()
    name = NAMES[number % len(NAMES)] + NAMES[number // len(NAMES) % len(NAMES)][0]
    return replace(
        case,
        exhibits=(),
        facts=(),
        events=case.events[:1],
        claim=o4_claim(6, 1),
        papers=PAPERS,
        our_reference=f"PD-2026-{number:06d}",
        loan=f"L{number:06d}",
        defendants=(replace(case.defendants[0], name=name),),
        contract=replace(case.contract, number=f"QA-2025-{number:08d}", borrower=name),
    )


def layout_rows(sizes: Sizes) -> list[Row]:
    """Lay out one case after the other; fonts are loaded before, as a batch loads them once."""
    loaded = fonts()
    pages = render_package(short_case(), loaded).pages
    if pages != PAGES:
        raise AssertionError(f"the case for the layout has {pages} pages, not {PAGES}")
    numbers = count()  # each one is another borrower's, as in a batch: what repeats is the form, not the facts
    spent = take_turns(
        sizes.rounds,
        {"layout": lambda _: [render_package(short_case(next(numbers)), loaded) for _ in range(sizes.laid_out)]},
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
