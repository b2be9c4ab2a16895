"""The statement of debt and interest ledger: every amount with the sum that made it.

Spec: docs/spec/papers.md section 9; docs/spec/debt.md. Nothing is computed here: the claim is printed. The totals
tie to the rows of the complaint; both cap methods stand side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litigation.core.cap import CapResult
from litigation.core.casefile import CaseFile
from litigation.core.claim import Claim, ClaimLine
from litigation.core.interest import Segment
from litigation.core.money import total_of
from litigation.core.terms import CapMethod, Kind
from litigation.documents.derived_ledger import draw_derived
from litigation.documents.flow import SMALL, Flow
from litigation.documents.fonts import Role
from litigation.documents.papertable import HEAD_FILL, column_heads, text_cell
from litigation.documents.restructured_ledger import draw_restructured, item_name
from litigation.documents.sheets import Book
from litigation.documents.tables import Cell, Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.text import Style
from litigation.documents.writing import amount, percent, short_day, words_of

DESTINATION = "ledger"
_LINE_WIDTHS = (52.0, 62.0, 68.0, 60.0, 34.0, 60.0, 56.0)
_PLAN_WIDTHS = (48.0, 84.0, 84.0, 76.0, 84.0)
_FORMULA = Style(Role.REGULAR, 7.6, "0.25 0.25 0.25")
_TOTAL = Style(Role.BOLD, 8.5)


def draw_ledger(book: Book, case: CaseFile) -> None:
    """Draw the ledger, or say why there is none."""
    form = book.texts["ledger"]
    flow = Flow(book)
    book.mark(form["title"]["zh"], DESTINATION, 0)
    flow.title(form["title"]["zh"], form["title"]["en"])
    if case.claim is None:
        _stated(flow, form, case)
        return
    _totals(flow, form, case.claim)
    _terms(flow, form, case, case.claim)
    _lines(flow, form, case.claim)
    _caps(flow, form, case.claim)
    _schedule(flow, form, case.claim)
    _payments(flow, form, case.claim)
    draw_restructured(flow, form, case.claim)


def _heading(flow: Flow, form: Template, name: str, **values: object) -> None:
    words = form["headings"][name]
    flow.heading(fill(words["zh"], **values), words["en"])


def _stated(flow: Flow, form: Template, case: CaseFile) -> None:
    """Without payment dates nothing is computed; what the source states is shown as such."""
    if not case.stated_totals:
        flow.text(form["stated"]["none"])
        return
    _heading(flow, form, "stated")
    widths = (flow.width - 130, 130.0)
    rows = [
        Row(
            widths,
            (
                text_cell(flow, f"{total.label_zh} {total.label_en}", widths[0]),
                text_cell(flow, words_of(flow.book.texts).money(total.amount, total.currency), widths[1], "right"),
            ),
        )
        for total in case.stated_totals
    ]
    draw_table(flow, rows, column_heads(flow, form["stated"]["columns"], widths))
    flow.space(6)
    if case.derived is None:
        flow.text(form["stated"]["note"])
    else:
        draw_derived(flow, form, case.derived)


def _totals(flow: Flow, form: Template, claim: Claim) -> None:
    """Print the sums and the row of the complaint that each one is."""
    _heading(flow, form, "totals", cutoff=words_of(flow.book.texts).day(claim.cutoff))
    part = form["totals"]
    widths = (flow.width - 260, 120.0, 140.0)
    rows = []
    for label, name, target in part["rows"]:
        style = _TOTAL if name == "total" else SMALL
        rows.append(
            Row(
                widths,
                (
                    text_cell(flow, label, widths[0], style=style),
                    text_cell(flow, amount(getattr(claim, name)), widths[1], "right", style),
                    text_cell(flow, target, widths[2], "center"),
                ),
                whole=True,
            )
        )
    draw_table(flow, rows, column_heads(flow, part["columns"], widths))
    flow.space(4)
    fees = {"court_fee": amount(claim.court_fee), "court_fee_half": amount(claim.court_fee_half)}
    for text in part["after"]:
        flow.text(fill(text, per_diem=amount(claim.per_diem), **fees), SMALL)


def _terms(flow: Flow, form: Template, case: CaseFile, claim: Claim) -> None:
    """Print the terms, the rules of rounding and the digest of the rule files."""
    _heading(flow, form, "terms")
    contract = case.contract
    values = {
        "principal": amount(contract.principal),
        "annual_rate": percent(contract.annual_rate),
        "penalty_rate": percent(contract.penalty_rate),
        "compound": form["compound_words"]["agreed" if contract.compound else "none"],
        "undue": amount(claim.undue_principal),
        "paid_through": words_of(flow.book.texts).day(claim.paid_through),
        "overdue_since": words_of(flow.book.texts).day(claim.overdue_since),
        "overdue_days": claim.overdue_days,
        "simple": percent(claim.annual_cost.simple),
        "effective": percent(claim.annual_cost.effective),
        "rules_digest": claim.rules_digest,
    }
    for text in form["terms"]:
        flow.text("· " + fill(text, **values), SMALL)


def _lines(flow: Flow, form: Template, claim: Claim) -> None:
    """Print each line, under it the sums that a judge can redo."""
    _heading(flow, form, "lines")
    words = form["lines"]
    widths = (*_LINE_WIDTHS, flow.width - sum(_LINE_WIDTHS))
    rows: list[Row] = []
    for line in claim.lines:
        rows.extend(_line_rows(flow, words, line, claim.caps.chosen(claim.applied_cap), widths))
    sums = {
        name: total_of(getattr(line, name) for line in claim.lines)
        for name in ("principal", "interest", "penalty", "compound")
    }
    total = [words["total"], "", amount(sums["principal"]), amount(sums["interest"]), ""]
    total += [amount(sums["penalty"]), amount(sums["compound"]), amount(total_of(sums.values()))]
    rows.append(_money_row(flow, total, widths, _TOTAL, HEAD_FILL))
    draw_table(flow, rows, column_heads(flow, words["columns"], widths))
    if claim.costs:
        flow.space(3)
        flow.text(fill(words["costs"], costs=amount(claim.costs), total=amount(claim.total)), SMALL)


def _line_rows(flow: Flow, words: Any, line: ClaimLine, cap: CapResult, widths: tuple[float, ...]) -> list[Row]:
    sums = line.principal + line.interest + line.penalty + line.compound
    texts = [
        item_name(flow.book.texts["ledger"], line.item),
        short_day(line.due),
        amount(line.principal),
        amount(line.interest),
        str(line.days),
    ]
    texts += [amount(line.penalty), amount(line.compound), amount(sums)]
    formulas = _formulas(words, line, cap)
    row = _money_row(flow, texts, widths, SMALL)
    height = len(formulas) * 11.0 + 6
    figures = Row(row.widths, row.cells, row.whole, keep_with_next=height)
    return [figures, Row((flow.width,), (_formula_cell(flow, formulas),))] if formulas else [row]


def _formulas(words: Any, line: ClaimLine, cap: CapResult) -> list[str]:
    """Write base × rate × days ÷ basis = amount for each stretch, then what was paid or cut."""
    texts = []
    for kind, shown, segments in (
        (Kind.PENALTY, line.penalty, line.penalty_segments),
        (Kind.COMPOUND, line.compound, line.compound_segments),
    ):
        name = words[kind.value]
        texts += [name + _segment(words, part) for part in segments]
        accrued, cut = total_of(part.amount for part in segments), cap.removed_from(line.item, kind)
        if accrued != shown:
            gone = line.released(kind)
            less = {"accrued": amount(accrued), "paid": amount(accrued - cut - shown - gone), "cut": amount(cut)}
            form = words["less_restructured" if gone else "less"]
            texts.append(name + fill(form, **less, released=amount(gone), shown=amount(shown)))
    cut = cap.removed_from(line.item, Kind.INTEREST)
    if cut:
        texts.append(fill(words["interest_cut"], cut=amount(cut)))
    return texts


def _segment(words: Any, part: Segment) -> str:
    stretch = f"{short_day(part.first)} {words['term']['until']} {short_day(part.until)}"
    sums = f"{amount(part.base)} × {percent(part.rate)}% × {part.days} ÷ {part.basis} = {amount(part.amount)}"
    return f"{sums}（{stretch}）"


def _formula_cell(flow: Flow, texts: Sequence[str]) -> Cell:
    return text_cell(flow, "\n".join(texts), flow.width, style=_FORMULA)


def _money_row(flow: Flow, texts: Sequence[str], widths: tuple[float, ...], style: Style, fill: str = "") -> Row:
    cells = [
        text_cell(flow, text, width, "center" if number < 2 else "right", style, fill)
        for number, (text, width) in enumerate(zip(texts, widths, strict=True))
    ]
    return Row(widths, tuple(cells), whole=True)


def _caps(flow: Flow, form: Template, claim: Claim) -> None:
    """Print both methods of the cap and say which one is applied."""
    _heading(flow, form, "caps")
    words = form["caps"]
    intro = fill(
        words["intro"],
        rate=percent(claim.caps.annual),
        applied=words[claim.applied_cap.value],
        stricter=words[claim.caps.stricter.value],
        safe=amount(claim.safe_total),
    )
    flow.text(intro, SMALL)
    flow.space(4)
    widths = (flow.width - 300, 100.0, 90.0, 110.0)
    rows = []
    for method in (CapMethod.GLOBAL, CapMethod.PER_LINE):
        result = claim.caps.chosen(method)
        after = claim.uncapped.total - result.cut
        texts = [words[method.value], amount(result.allowed), amount(result.cut), amount(after)]
        cells = [
            text_cell(flow, text, width, "right" if number else "left")
            for number, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        rows.append(Row(widths, tuple(cells), whole=True))
    draw_table(flow, rows, column_heads(flow, words["columns"], widths))


def _schedule(flow: Flow, form: Template, claim: Claim) -> None:
    """Print the plan of the contract."""
    _heading(flow, form, "schedule")
    widths = (*_PLAN_WIDTHS, flow.width - sum(_PLAN_WIDTHS))
    rows = [
        _money_row(
            flow,
            [
                str(row.no),
                short_day(row.due),
                amount(row.payment),
                amount(row.interest),
                amount(row.principal),
                amount(row.balance),
            ],
            widths,
            SMALL,
        )
        for row in claim.schedule
    ]
    draw_table(flow, rows, column_heads(flow, form["schedule"]["columns"], widths))


def _payments(flow: Flow, form: Template, claim: Claim) -> None:
    """Print what each payment extinguished."""
    if not claim.allocations:
        return
    _heading(flow, form, "payments")
    words = form["payments"]
    widths = (flow.width / 4,) * 4
    rows = []
    for part in claim.allocations:
        texts = [
            short_day(part.on),
            item_name(form, part.item),
            words["kinds"][Kind(part.kind).value],
            amount(part.amount),
        ]
        cells = [
            text_cell(flow, text, width, "right" if number == 3 else "center")
            for number, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        rows.append(Row(widths, tuple(cells), whole=True))
    draw_table(flow, rows, column_heads(flow, words["columns"], widths))
    flow.space(4)
    flow.text(words["more"], SMALL)
