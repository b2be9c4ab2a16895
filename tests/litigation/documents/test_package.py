"""The package as a whole: one PDF whose numbers, links and bookmarks are true, the same bytes every time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from litigation.documents import FontSet, MissingFactError, MissingGlyphError, RenderedPackage, render_package
from litigation.documents.sheets import A4, BOTTOM, LEFT
from tests.litigation.documents import cases
from tests.litigation.documents.conftest import FONTS, ROOT
from tests.litigation.documents.reading import all_fonts, bookmarks, flat, links, opened, page_text, runs

PACKAGES = ("ordinary", "longest", "emptiest")


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> RenderedPackage:
    found: RenderedPackage = request.getfixturevalue(request.param)
    return found


def test_every_page_carries_its_own_pdf_page_number(package: RenderedPackage) -> None:
    pdf = opened(package.pdf)
    assert len(pdf.pages) == package.pages
    for number, page in enumerate(pdf.pages, 1):
        assert f"第{number}页共{package.pages}页" in flat(page)


def test_bookmarks_are_the_sections_and_lead_to_their_first_pages(package: RenderedPackage) -> None:
    assert bookmarks(opened(package.pdf)) == [(part.title, part.first_page) for part in package.sections]


def test_every_line_of_the_index_is_printed_with_the_page_it_leads_to(package: RenderedPackage) -> None:
    pdf = opened(package.pdf)
    cover = next(part for part in package.sections if part.title == "诉讼材料")
    targets = {
        part.title: (part.first_page, part.pages)
        for part in package.sections
        if part.title not in ("诉讼材料", "证据材料", "草稿：缺项清单")
    }
    pages = [pdf.pages[number] for number in range(cover.first_page - 1, cover.first_page - 1 + cover.pages)]
    text = "".join(flat(page) for page in pages)
    for number, (title, (first, length)) in enumerate(targets.items(), 1):
        assert f"{number}{''.join(title.split())}{first}{length}" in text
    assert {target for page in pages for _, target in links(pdf, page)} == {first for first, _ in targets.values()}


def test_a_fact_in_the_complaint_leads_to_the_page_that_its_link_names(ordinary: RenderedPackage) -> None:
    pdf = opened(ordinary.pdf)
    exhibit = {part.title[:4]: part.first_page for part in ordinary.sections if part.title.startswith("证据 ")}
    cited = 0
    for page in pdf.pages:
        targets = links(pdf, page)
        for run in runs(page):
            if run.text.startswith("[证"):
                number, shown = run.text.strip("[]").removeprefix("证").split("·p.")
                assert int(shown) == exhibit[f"证据 {number}"]
                assert any(box[0] <= run.x + 1 <= box[2] and target == int(shown) for box, target in targets)
                cited += 1
    assert cited >= 8


def test_nothing_is_drawn_outside_the_margins(package: RenderedPackage) -> None:
    for page in opened(package.pdf).pages:
        width = float(page.mediabox[2])
        for run in runs(page):
            turned = run.size > 40
            if turned or run.y < BOTTOM - 8 or run.y > float(page.mediabox[3]) - 40:
                continue  # watermark, foot and stamp have their own places
            assert run.x >= LEFT - 0.5
            assert run.x + run.width <= width - LEFT + 0.5, run.text


def test_lines_of_text_never_lie_over_each_other(package: RenderedPackage) -> None:
    for page in opened(package.pdf).pages:
        placed = [run for run in runs(page) if run.text.strip() and run.size <= 40]
        for one, other in pairwise(placed):
            same_line = abs(one.y - other.y) < 0.01
            if same_line and one.x <= other.x:
                assert one.x + one.width <= other.x + 0.6, (one.text, other.text)


def test_only_embedded_fonts_are_used(package: RenderedPackage) -> None:
    pdf = opened(package.pdf)
    found = all_fonts(pdf)
    assert found
    for font in found:
        assert str(font.Subtype) == "/Type0"
        assert font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()[:4] == b"\0\1\0\0"
    assert b"Helvetica" not in package.pdf


def test_rare_characters_are_drawn_and_found_again(longest: RenderedPackage) -> None:
    pdf = opened(longest.pdf)
    text = "".join(flat(page) for page in pdf.pages[:12])
    for char in "𬱖𱁬䶮㛃𫠠":
        assert char in text


def test_same_case_gives_same_bytes_after_other_cases(fonts: FontSet, longest: RenderedPackage) -> None:
    first = render_package(cases.ordinary_case(), fonts).pdf
    render_package(cases.stated_case(), fonts)
    assert render_package(cases.ordinary_case(), fonts).pdf == first
    assert render_package(cases.longest_case(), fonts).pdf == longest.pdf


def test_same_case_gives_same_bytes_in_another_process(ordinary: RenderedPackage) -> None:
    code = (
        "from hashlib import sha256; from pathlib import Path; from litigation.documents import *;"
        "from tests.litigation.documents import cases;"
        f"fonts = FontSet.load(Path({str(FONTS)!r}), Path({str(ROOT / 'node_modules')!r}));"
        "print(sha256(render_package(cases.ordinary_case(), fonts).pdf).hexdigest())"
    )
    surroundings = {**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1700000000", "TZ": "Asia/Tokyo"}
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == sha256(ordinary.pdf).hexdigest()


def test_another_fact_gives_other_bytes(fonts: FontSet, ordinary: RenderedPackage) -> None:
    case = cases.ordinary_case()
    other = replace(case, defendants=(replace(cases.BORROWER, phone="13800000001"),))
    assert render_package(other, fonts).pdf != ordinary.pdf


def test_missing_facts_are_all_named_and_stop_filing(fonts: FontSet) -> None:
    case = replace(cases.emptiest_case(), draft=False)
    with pytest.raises(MissingFactError) as caught:
        render_package(case, fonts)
    assert caught.value.code == "missing-fact"
    for name in ("付款日期", "被告姓名", "合同编号", "借款利率", "实际发放金额", "尚欠本金"):
        assert name in str(caught.value)


def test_draft_is_marked_on_every_page_and_lists_its_defects_first(emptiest: RenderedPackage) -> None:
    pdf = opened(emptiest.pdf)
    pages = pdf.pages
    for defect in cases.emptiest_case().defects:
        assert "".join(defect.split()) in flat(pages[0])
    for page in pages:
        assert "不得提交" in flat(page)
        assert "NOTFORFILING" in flat(page)


def test_draft_mark_lies_on_exhibit_pages_too(fonts: FontSet) -> None:
    draft = render_package(cases.ordinary_case(draft=True, defects=("x",)), fonts)
    assert all("不得提交" in flat(page) for page in opened(draft.pdf).pages)


def test_sample_is_marked_on_every_page_and_a_real_case_on_none(fonts: FontSet, ordinary: RenderedPackage) -> None:
    assert all("样例/SAMPLE" in flat(page) for page in opened(ordinary.pdf).pages)
    real = render_package(cases.ordinary_case(sample=False), fonts)
    assert not any("样例/SAMPLE" in flat(page) for page in opened(real.pdf).pages)


def test_missing_glyph_names_character_code_point_and_field(fonts: FontSet) -> None:
    case = cases.ordinary_case()
    case = replace(case, defendants=(replace(cases.BORROWER, name="侯\U0003147c"),))
    with pytest.raises(MissingGlyphError) as caught:
        render_package(case, fonts)
    assert caught.value.code == "missing-glyph"
    assert "U+3147C" in str(caught.value)
    assert "\U0003147c" in str(caught.value)
    assert "defendants[0].name" in str(caught.value)


def test_without_the_rare_font_a_rare_name_is_refused_and_the_way_out_is_named(plain_fonts: FontSet) -> None:
    case = cases.ordinary_case(court="𱁬县人民法院")
    with pytest.raises(MissingGlyphError, match=r"U\+3106C.*court.*fetch_fonts"):
        render_package(case, plain_fonts)


def test_without_the_rare_font_ordinary_names_print(plain_fonts: FontSet) -> None:
    case = cases.ordinary_case()
    case = replace(
        case,
        defendants=(replace(cases.BORROWER, name="王样例"),),
        contract=replace(case.contract, borrower="王样例"),
    )
    pdf = opened(render_package(case, plain_fonts).pdf)
    assert "王样例" in page_text(pdf.pages[0])


def test_pages_are_a4_upright_or_lying(package: RenderedPackage) -> None:
    for page in opened(package.pdf).pages:
        size = tuple(round(float(value), 2) for value in page.mediabox[2:])
        assert size in (A4, (A4[1], A4[0]))


def test_render_needs_no_network_and_no_home(tmp_path: Path, fonts: FontSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    render_package(cases.emptiest_case(), fonts)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "char", ["\u0000", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u2028", "\u00ad", "\u0007"]
)
def test_a_character_that_nobody_sees_stops_a_paper(fonts: FontSet, char: str) -> None:
    """A name that reads otherwise to a program than to a judge is refused, even where a font has an empty glyph."""
    case = cases.ordinary_case()
    hidden = replace(case, defendants=(replace(cases.BORROWER, name=f"王{char}五"),))
    with pytest.raises(MissingGlyphError, match=rf"U\+{ord(char):04X}.*defendants\[0\].name"):
        render_package(hidden, fonts)
