"""The complaint reproduces the official 2025 form, character for character."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from litigation.documents import FontSet, RenderedPackage, render_package
from litigation.documents.expansion import Filling
from litigation.documents.templates import template
from litigation.documents.text import Style
from tests.litigation.documents import cases
from tests.litigation.documents.reading import flat, opened, page_text

OFFICIAL = Path(__file__).resolve().parents[4] / "shared" / "law" / "complaint-financial-loan-2025.txt"
# SHA-256 over the sorted characters of our blank form, taken when it was last compared with the official text.
COMPARED_FORM = "da9fbc832398140b90bcacf3ddfbd9d9a82df7f70e15e8bd183d3148ba4bf4b2"
# The printed form repeats these two labels where a row continues on its next page.
REPEATED = "第三人（法人、非法人组织）是否了解先行调解解决纠纷的好处"


def form_lines() -> list[str]:
    """Return every line of our form, blank, in the order in which it is drawn."""
    form, blank = template("complaint"), Filling({}, {}, 2)

    def expand(text: str) -> str:
        return "".join(span.text for span in blank.spans(text, Style()))

    lines = [form["title"]["zh"], form["subtitle"], form["note"]["heading"], *form["note"]["lines"]]
    for row in form["rows"]:
        lines += [expand(text) for text in row_texts(form, row)]
    return [*lines, *form["signature"]]


def row_texts(form: Any, row: dict[str, Any]) -> list[str]:
    """Return the printed texts of one row."""
    texts: list[str] = [row[key] for key in ("heading", "box", "label") if key in row]
    if "block" in row:
        texts += form["blocks"][row["block"]]
    for line in row.get("lines", []):
        texts += [line] if isinstance(line, str) else line["lines"]
    return texts


def bare(text: str) -> str:
    return "".join(text.split())


def official_text(path: Path) -> str:
    """Return the official form without its page numbers (98 to 103)."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().isdigit()]
    return bare("".join(lines))


def test_blank_form_is_the_one_that_was_compared_with_the_official_text() -> None:
    ours = "".join(sorted(bare("".join(form_lines())) + REPEATED))
    assert sha256(ours.encode()).hexdigest() == COMPARED_FORM


@pytest.mark.shared
def test_blank_form_has_exactly_the_characters_of_the_official_one() -> None:
    ours = Counter(bare("".join(form_lines())) + REPEATED)
    assert ours == Counter(official_text(OFFICIAL))


@pytest.mark.shared
def test_every_line_of_the_official_form_stands_in_ours_in_its_words() -> None:
    ours = bare("".join(form_lines()))
    official = OFFICIAL.read_text(encoding="utf-8").splitlines()
    chunks = [bare(chunk) for line in official for chunk in line.split("  ") if not line.strip().isdigit()]
    assert [words for words in chunks if words and not stands_in(words, ours)] == []


def stands_in(words: str, ours: str) -> bool:
    """Say whether words stand in our form; a line of the print may hold a label and then its content."""
    return words in ours or any(words[:at] in ours and words[at:] in ours for at in range(1, len(words)))


def test_all_rows_of_the_form_are_drawn_even_when_nothing_is_known(emptiest: RenderedPackage) -> None:
    pdf = opened(emptiest.pdf)
    section = next(part for part in emptiest.sections if part.title.startswith("民事起诉状"))
    drawn = "".join(
        flat(pdf.pages[number - 1]) for number in range(section.first_page, section.first_page + section.pages)
    )
    form = template("complaint")
    for row in form["rows"]:
        for text in row_texts(form, row):
            for part in text.replace("{", "\n{").replace("}", "}\n").splitlines():
                if not part.startswith("{"):
                    assert bare(part) in drawn, part


def test_ticks_follow_the_case_and_stand_where_the_form_has_its_box(ordinary: RenderedPackage) -> None:
    text = complaint_text(ordinary)
    for ticked in (
        "股份有限公司√",
        "男√女□",
        "民营√",
        "等额本息√",
        "一般授权√特别授权□",
        "提前还款（加速到期）√/解除合同□",
    ):
        assert ticked in text
    assert "有限责任公司□" in text


def test_mediation_declarations_and_signature_are_never_filled(ordinary: RenderedPackage) -> None:
    text = complaint_text(ordinary)
    declarations = text[text.index("对纠纷解决方式的意愿") :]
    assert "√" not in declarations
    assert declarations.count("了解□不了解□") == 6
    assert declarations.index("具状人（签字、盖章）：日期：")


def test_a_demand_that_was_corrected_or_erased_is_not_among_the_remarks(fonts: FontSet) -> None:
    standing, corrected, erased = cases.event(8), cases.event(20), cases.event(32)
    events = (standing, replace(corrected, corrected_by=40), replace(erased, erased=True))
    text = complaint_text(render_package(cases.ordinary_case(events=events, exhibits=()), fonts))
    assert f"存证序号{standing.index}" in text
    assert f"存证序号{corrected.index}" not in text
    assert f"存证序号{erased.index}" not in text


def test_values_are_plain_text_and_never_markup(fonts: FontSet) -> None:
    name = "<b>甲&amp;{court}</b>[证1](x)\\n"
    case = cases.ordinary_case(court=name)
    assert name in "".join(page_text(page) for page in opened(render_package(case, fonts).pdf).pages)


def complaint_text(package: RenderedPackage) -> str:
    pdf = opened(package.pdf)
    section = next(part for part in package.sections if part.title.startswith("民事起诉状"))
    pages = range(section.first_page - 1, section.first_page + section.pages - 1)
    return "".join(flat(pdf.pages[number]) for number in pages)


@pytest.mark.parametrize("case", ["ordinary", "longest", "emptiest"])
def test_no_heading_of_the_form_stands_alone_at_the_foot_of_a_page(case: str, request: pytest.FixtureRequest) -> None:
    pdf = opened(request.getfixturevalue(case).pdf)
    hints = {"诉讼请求": "可完整表述诉讼请求", "事实与理由": "可完整表述纠纷涉及的事实与理由"}
    pages = [flat(page) for page in pdf.pages]
    for heading, hint in hints.items():
        page = next(text for text in pages if hint in text)
        assert page.index(heading) < page.index(hint)
