"""The list of evidence (证据清单): number, name, source, page, form, object of proof; log index, result, digests.

Spec: docs/spec/papers.md section 8; Evidence Rules 19. Page numbers lead to the exhibits.
"""

from __future__ import annotations

from litigation.core.casefile import CaseFile, CheckLine, Exhibit
from litigation.documents.expansion import Filling, exhibit_destination
from litigation.documents.flow import SMALL, Flow
from litigation.documents.papertable import cell, column_heads
from litigation.documents.sheets import Book
from litigation.documents.tables import Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.text import BLUE, Span, plain

_WIDTHS = (26.0, 80.0, 62.0, 40.0, 60.0, 76.0, 78.0)
DESTINATION = "evidence-list"


def draw_evidence_list(book: Book, case: CaseFile, filling: Filling, page_counts: dict[int, int]) -> None:
    """Draw the list; `page_counts` says how many pages each exhibit takes."""
    form = book.texts["evidence_list"]
    flow = Flow(book)
    book.mark(form["title"]["zh"], DESTINATION, 0)
    flow.title(form["title"]["zh"], form["title"]["en"])
    unknown = book.texts["cover"]["unknown"]
    flow.text(
        fill(
            form["intro"],
            **{
                "plaintiff.name": case.plaintiff.name or unknown,
                "court": case.court or unknown,
                "copies": len(case.defendants),
            },
        ),
        SMALL,
    )
    flow.space(4)
    if not case.exhibits:
        flow.text(form["empty"])
        return
    widths = (*_WIDTHS, flow.width - sum(_WIDTHS))
    head = column_heads(flow, form["columns"], widths)
    rows = [
        row
        for exhibit in case.exhibits
        for row in _rows(flow, form, case, exhibit, widths, page_counts[exhibit.number], filling)
    ]
    draw_table(flow, rows, head)
    flow.space(4)
    flow.text(form["note"], SMALL)
    flow.need(80)
    flow.space(18)
    for text in form["signature"]:
        flow.lines(plain(text, SMALL.but(size=10.5), 200, flow.widths), 24, indent=flow.width - 220)


def _rows(
    flow: Flow,
    form: Template,
    case: CaseFile,
    exhibit: Exhibit,
    widths: tuple[float, ...],
    pages: int,
    filling: Filling,
) -> list[Row]:
    destination = exhibit_destination(exhibit.number)
    link = SMALL.but(color=BLUE, link=destination)
    page = Span("#" * filling.page_digits, link, destination)
    last = [Span(fill(form["more_pages"], pages=pages), SMALL)] if pages > 1 else []
    remark = fill(form["remark"], index=exhibit.index)
    digests = fill(
        form["digests"],
        reference=case.our_reference,
        index=exhibit.index,
        result=check_result(form, case.checks),
        file=exhibit.file_name,
        sha256=exhibit.sha256,
        sm3=exhibit.sm3,
    )
    style = SMALL
    cells = (
        cell(flow, [Span(str(exhibit.number), style)], widths[0], "center"),
        cell(flow, [Span(exhibit.title, style)], widths[1]),
        cell(flow, [Span(exhibit.source, style)], widths[2]),
        cell(flow, [page, *last], widths[3], "center"),
        cell(flow, [Span(form["original_electronic"], style)], widths[4]),
        cell(flow, [Span(exhibit.object_of_proof, style)], widths[5]),
        cell(flow, [Span(exhibit.summary, style)], widths[6]),
        cell(flow, [Span(remark, style)], widths[7]),
    )
    under = cell(flow, [Span(digests, style.but(size=6.6))], flow.width, leading=9.4, fill="0.97 0.97 0.98")
    return [Row(widths, cells, keep_with_next=under.height), Row((flow.width,), (under,), whole=True)]


def check_result(form: Template, checks: tuple[CheckLine, ...]) -> str:
    """The ten checks in a word: which failed, else how many passed. *Not checked* never counts as passed."""
    words = form["results"]
    failed = [str(check.number) for check in checks if check.state == "failed"]
    passed = sum(check.state == "passed" for check in checks)
    if failed:
        return fill(words["failed"], numbers="、".join(failed))
    if not passed:
        return str(words["none"])
    return str(words["all"]) if passed == len(checks) else fill(words["some"], passed=passed, rest=len(checks) - passed)
