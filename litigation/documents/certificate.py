"""The evidence certificate: log state, the ten checks, provenance, all logged events, and how to verify.

Spec: docs/spec/papers.md section 10; Online Rules 16 to 18. It says *unaltered since T* and nothing more; not
checked is never shown as passed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import segno

from evidence_service.core.event import parse_instant
from evidence_service.core.event_times import LATE
from litigation.core.casefile import CaseFile, CheckLine, LoggedEvent, LogState
from litigation.documents.flow import SMALL, Flow
from litigation.documents.fonts import Role
from litigation.documents.papertable import column_heads, pair_table, text_cell
from litigation.documents.provenance_sheet import draw_provenance
from litigation.documents.sheets import LEFT, Book
from litigation.documents.tables import Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.text import RED, Style
from litigation.documents.writing import instant, words_of

DESTINATION = "certificate"
_TINY = Style(Role.REGULAR, 7)
_STATE_STYLES = {"passed": SMALL.but(role=Role.BOLD), "failed": SMALL.but(role=Role.BOLD, color=RED)}
_EVENT_WIDTHS = (26.0, 96.0, 60.0, 60.0, 52.0, 38.0)
_QR_SIDE = 112.0
_QR_MASK = 2  # fixed: scoring all eight masks costs more than the page


def draw_certificate(book: Book, case: CaseFile) -> None:
    """Draw the certificate."""
    form = book.texts["certificate"]
    flow = Flow(book)
    book.mark(form["title"]["zh"], DESTINATION, 0)
    flow.title(form["title"]["zh"], form["title"]["en"])
    _scope(flow, form, case)
    _log_state(flow, form, case.log)
    _checks(flow, form, case.checks)
    draw_provenance(flow, case.provenance)
    _events(flow, form, case)
    _verify(flow, form, case)


def _heading(flow: Flow, part: dict[str, dict[str, str]]) -> None:
    flow.heading(part["heading"]["zh"], part["heading"]["en"])


def _scope(flow: Flow, form: Template, case: CaseFile) -> None:
    """Say what the certificate says, and what it does not; after a failed check it says nothing of the kind."""
    part, log = form["scope"], case.log
    if any(check.state == "failed" for check in case.checks):
        flow.text(part["failed"], SMALL.but(size=9.5, color=RED))
        flow.text(part["failed_en"], SMALL.but(size=8))
        return
    since = f"{instant(log.checkpoint_at)}（UTC+8）"
    flow.text(fill(part["text"], since=since, tree_size=log.tree_size), SMALL.but(size=9.5))
    flow.space(2)
    flow.text(fill(part["en"], since=f"{instant(log.checkpoint_at)} UTC+8", tree_size=log.tree_size), SMALL.but(size=8))


def _log_state(flow: Flow, form: Template, log: LogState) -> None:
    part = form["log"]
    _heading(flow, part)
    anchored = bool(log.tx_hash)
    values = {
        "origin": log.origin,
        "tree_size": str(log.tree_size),
        "root": log.root,
        "checkpoint_at": f"{instant(log.checkpoint_at)}（UTC+8）",
        "chain_id": str(log.chain_id) if anchored else "—",
        "contract": log.contract or "—",
        "tx_hash": log.tx_hash or "—",
        "block_number": str(log.block_number) if anchored else "—",
        "anchor_state": part["states"].get(log.anchor_state, log.anchor_state),
    }
    pair_table(flow, [(label, values[name]) for label, name in part["rows"]], 140)


def _checks(flow: Flow, form: Template, checks: tuple[CheckLine, ...]) -> None:
    """Print the ten checks with state and reason."""
    part = form["checks"]
    _heading(flow, part)
    if not checks:
        flow.text(part["none"], SMALL)
        return
    widths = (28.0, 166.0, 60.0, flow.width - 254)
    rows = []
    for check in checks:
        state = part["states"].get(check.state, check.state)
        reason = f"{check.reason}（{check.code}）" if check.code else check.reason
        style = _STATE_STYLES.get(check.state, SMALL)
        rows.append(
            Row(
                widths,
                (
                    text_cell(flow, str(check.number), widths[0], "center"),
                    text_cell(flow, f"{check.zh}\n{check.en}", widths[1]),
                    text_cell(flow, state, widths[2], "center", style),
                    text_cell(flow, reason, widths[3]),
                ),
            )
        )
    draw_table(flow, rows, column_heads(flow, part["columns"], widths))
    flow.space(3)
    flow.text(part["note"], SMALL)


def _events(flow: Flow, form: Template, case: CaseFile) -> None:
    """List every logged event of the loan, so that an omission shows."""
    part = form["events"]
    _heading(flow, part)
    if not case.events:
        flow.text(part["none"], SMALL)
        return
    flow.text(part["note"], SMALL.but(size=8))
    flow.text(_logged(case, part), SMALL.but(size=8))
    flow.space(3)
    widths = (*_EVENT_WIDTHS, flow.width - sum(_EVENT_WIDTHS))
    rows = []
    for event in case.events:
        texts = [str(event.sequence), f"{event.zh}\n{event.type}{_remark(event, part)}", instant(event.occurred_at)]
        waited = words_of(flow.book.texts).gap(event.occurred_at, event.captured_at)
        late = f"\n{part['late']}" if event.captured_at - event.occurred_at > LATE else ""
        texts += [instant(event.captured_at), waited + late, str(event.index)]
        cells = [
            text_cell(flow, text, width, "left" if number == 1 else "center", _TINY)
            for number, (text, width) in enumerate(zip(texts, widths, strict=False))
        ]
        cells.append(text_cell(flow, event.leaf_hash, widths[-1], style=_TINY.but(size=6.2)))
        rows.append(Row(widths, tuple(cells), whole=True))
    draw_table(flow, rows, column_heads(flow, part["columns"], widths))


def _logged(case: CaseFile, part: Any) -> str:
    """Who other than the lender first saw the checkpoint that holds every event, and where it is anchored."""
    seen = [one.values for one in case.provenance.headings.get("witness", ()) if one.values.get("time")]
    if not seen:
        return str(part["unseen"])
    first = min(seen, key=lambda values: parse_instant(values["time"], "time"))
    return fill(part["seen"], name=first["name"], time=instant(parse_instant(first["time"], "time")))


def _remark(event: LoggedEvent, part: Any) -> str:
    """A line below an event that no longer counts, or whose content is gone."""
    if event.erased:
        return f"\n{part['erased']}"
    return "" if event.corrected_by is None else "\n" + fill(part["corrected"], number=str(event.corrected_by))


def _verify(flow: Flow, form: Template, case: CaseFile) -> None:
    """Print the QR code beside the instructions."""
    part = form["verify"]
    flow.need(_QR_SIDE + 50)
    _heading(flow, part)
    top = flow.y
    flow.sheet.operators.append(qr_code(qr_text(case.log), LEFT, top - _QR_SIDE, _QR_SIDE))
    indent = _QR_SIDE + 14
    for text in part["lines"]:
        flow.text("· " + text, SMALL, indent=indent)
    labels = words_of(flow.book.texts).listed(flow.book.texts.labels)
    for text in part["fields"]:
        mentioned = {"reference": case.our_reference, "templates": labels}
        flow.text(fill(text, **mentioned), SMALL.but(size=7.2), indent=indent)
    flow.y = min(flow.y, top - _QR_SIDE)


def qr_text(log: LogState) -> str:
    """Return what the code holds: origin, tree size and root, one a line."""
    return f"{log.origin}\n{log.tree_size}\n{log.root}\n"


def qr_code(text: str, x: float, y: float, side: float) -> str:
    """Write a QR code with its lower left corner at a place."""
    return f"q 1 0 0 1 {x:.2f} {y:.2f} cm {_modules(text, side)} Q"


@lru_cache(maxsize=8)
def _modules(text: str, side: float) -> str:
    """Filled rectangles, one for each run of dark modules; a batch has one text for all cases."""
    matrix = segno.make(text, error="m", micro=False, mask=_QR_MASK).matrix
    size = len(matrix)
    step = side / (size + 4)
    operators = ["0 0 0 rg"]
    for row, modules in enumerate(matrix):
        column = 0
        while column < size:
            end = column
            while end < size and modules[end]:
                end += 1
            if end > column:
                left, low = (column + 2) * step, side - (row + 3) * step
                operators.append(f"{left:.2f} {low:.2f} {(end - column) * step:.2f} {step:.2f} re")
            column = max(end, column + 1)
    return " ".join(operators) + " f"
