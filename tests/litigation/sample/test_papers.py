"""The originals: marked as samples, searchable, with embedded fonts, small, the same bytes each time."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import Any

import pikepdf
import pytest

from litigation.documents.problems import MissingGlyphError
from litigation.sample import papers
from litigation.sample.people import borrower
from litigation.sample.plan import LoanPlan, plan_portfolio
from litigation.sample.press import Paper, Press
from tests.litigation.sample.conftest import NODE_MODULES

NOW = datetime(2025, 1, 2, 10, 30)  # noqa: DTZ001 -- a wall time of China


@pytest.fixture(scope="module")
def plan() -> LoanPlan:
    return replace(plan_portfolio(20, 1, date(2026, 10, 31))[6], paid=2)


def text_of(pdf: bytes) -> str:
    """Decode a paper through its own ToUnicode maps, as a reader's search does."""
    found: list[str] = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            fonts = {name: _codes(font) for name, font in page.Resources.Font.items()}
            name = ""
            for step in pikepdf.parse_content_stream(page):
                operator = str(step.operator)
                if operator == "Tf":
                    name = str(step.operands[0])
                elif operator == "Tj":
                    raw = bytes(step.operands[0])
                    found.extend(fonts[name][raw[at : at + 2]] for at in range(0, len(raw), 2))
                elif operator == "ET":
                    found.append("\n")
    return "".join(found)


def _codes(font: Any) -> dict[bytes, str]:
    lines = bytes(font.ToUnicode.read_bytes()).decode("ascii")
    pairs = re.findall(r"^<([0-9A-F]{4})> <([0-9A-F]+)>$", lines, re.MULTILINE)
    return {bytes.fromhex(code): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def all_papers(press: Press, plan: LoanPlan) -> dict[str, bytes]:
    person = borrower(7, Random(1))
    return {
        "contract": papers.contract_pdf(press, plan, person, NOW, "5A01"),
        "cost": papers.cost_pdf(press, plan, person, NOW, 30),
        "identity": papers.identity_pdf(press, person, NOW, "ID1"),
        "receipt": papers.receipt_pdf(press, plan, person, NOW, "FK1"),
        "notice": papers.notice_pdf(press, plan, person, NOW.date(), NOW.date(), plan.terms.principal),
    }


def test_every_page_of_every_paper_is_marked_and_names_the_borrower(press: Press, plan: LoanPlan) -> None:
    person = borrower(7, Random(1))
    assert any(ord(char) > 0xFFFF for char in person.name)
    for name, pdf in all_papers(press, plan).items():
        text = text_of(pdf)
        with pikepdf.open(io.BytesIO(pdf)) as document:
            pages = len(document.pages)
            assert str(document.docinfo.Title).startswith("样例 SAMPLE")
        assert text.count("样例 / SAMPLE\n") == pages, name
        assert text.count("fictional data") == pages, name
        assert person.name in text, name


def test_fonts_are_embedded_subsets_of_noto_serif_sc_and_nothing_else(press: Press, plan: LoanPlan) -> None:
    for pdf in all_papers(press, plan).values():
        assert b"Helvetica" not in pdf
        with pikepdf.open(io.BytesIO(pdf)) as document:
            assert document.check_pdf_syntax() == []
            for page in document.pages:
                for font in page.Resources.Font.values():
                    assert re.match(r"/[A-Z]{6}\+NotoSerifSC", str(font.BaseFont))
                    assert len(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()) > 1000


def test_papers_are_small(press: Press, plan: LoanPlan) -> None:
    sizes = {name: len(pdf) for name, pdf in all_papers(press, plan).items()}
    assert sizes.pop("contract") < 90_000  # some 350 different characters at 220 bytes each
    assert max(sizes.values()) < 40_000, sizes


def test_the_same_paper_is_the_same_bytes_in_any_order(press: Press, plan: LoanPlan) -> None:
    other = Press(NODE_MODULES)
    papers.identity_pdf(other, borrower(40, Random(5)), NOW, "ID9")
    assert all_papers(press, plan) == all_papers(other, plan)


def test_a_missing_glyph_is_an_error_that_names_it(press: Press) -> None:
    with pytest.raises(MissingGlyphError, match="10FFFF"):
        Paper(press, "").text("a\U0010ffff")


def test_values_are_text_and_never_markup(press: Press) -> None:
    paper = Paper(press, "")
    paper.text("<b>&amp;</b> (x) \\ ) Tj ET")
    assert "<b>&amp;</b> (x) \\ ) Tj ET" in text_of(paper.finish("t"))


def test_long_tables_run_over_pages(press: Press) -> None:
    paper = Paper(press, "")
    paper.table([(str(number), "x" * 200) for number in range(60)], (20, 80))
    pdf = paper.finish("t")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) > 1
    assert "59" in text_of(pdf)


def test_the_schedule_on_the_contract_is_the_schedule_of_the_events(by_loan: dict[str, list[dict[str, Any]]]) -> None:
    loan = next(iter(by_loan.values()))
    contract = next(event for event in loan if event["type"] == "contract.signed")
    table = next(event for event in loan if event["type"] == "schedule.set")
    text = text_of(base64.b64decode(contract["attachments"][0]["content"]))
    payload = table["payload"]
    assert payload["first_due"] in text
    assert payload["last_due"] in text
    assert f"{float(payload['instalment_amount']):,.2f}" in text
    assert payload["schedule_digest"] == table["attachments"][0]["sha256"]
