"""A hundred exhibits of every kind, and files made to do harm: each is shown or named, and every number is true."""

from __future__ import annotations

import time
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from litigation.core.casefile import CaseFile
from litigation.documents import FontSet, RenderedPackage, embed_evidence, render_package
from tests.litigation.documents import cases, foreign
from tests.litigation.documents.reading import bookmarks, flat, links, opened, runs
from tests.litigation.documents.test_pdfa import TWIN, claim, failures

HUNDRED = 100
LOG = "\n".join(f"2025-03-10T02:03:{number:02d}Z 扣款完成 <b>&amp;</b> {number}" for number in range(60)).encode()
FORM = pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])


def hundred() -> CaseFile:
    """Return a case with a hundred exhibits; every fact is proven by another one."""
    kinds = [
        ("application/pdf", cases.contract_pdf(3), "pdf"),
        ("image/jpeg", cases.photo_jpeg(), "jpg"),
        ("image/png", cases.receipt_png(), "png"),
        ("text/plain", LOG, "log"),
        ("audio/mpeg", b"ID3" + bytes(3000), "mp3"),
        ("application/pdf", foreign.scan(), "pdf"),
        ("application/json", cases.ROWS, "json"),
        ("application/pdf", cases.contract_pdf(1, landscape=True), "pdf"),
        ("application/pdf", cases.encrypted_pdf(), "pdf"),
        ("application/pdf", foreign.bomb(), "pdf"),
    ]
    files = [kinds[number % len(kinds)] for number in range(HUNDRED)]
    exhibits = tuple(
        cases.exhibit(number, f"证据材料之{number}", media, content, f"{number}.{end}", event=number)
        for number, (media, content, end) in enumerate(files, 1)
    )
    case = cases.ordinary_case(exhibits=exhibits)
    facts = tuple(replace(fact, exhibit=100 - 7 * number) for number, fact in enumerate(case.facts))
    return replace(case, facts=facts)


@pytest.fixture(scope="module")
def package(fonts: FontSet) -> RenderedPackage:
    return render_package(hundred(), fonts)


def test_index_and_bookmarks_of_a_hundred_exhibits_are_true_in_the_final_file(package: RenderedPackage) -> None:
    pdf = opened(embed_evidence(package.pdf, TWIN))
    marks = [(title, page) for title, page in bookmarks(pdf) if title.startswith("证据 ")]
    assert len(marks) == HUNDRED
    cover = "".join(flat(page) for page in pdf.pages[:8])
    for number, (title, page) in enumerate(marks, 1):
        shown = flat(pdf.pages[page - 1])
        assert f"证据{number}第1／" in shown
        assert f"卷内第{page}页" in shown
        assert f"{''.join(title.split())}{page}" in cover
        if page > 1:
            assert f"证据{number}第" not in flat(pdf.pages[page - 2])


def test_every_page_of_every_exhibit_is_stamped_with_its_own_number(package: RenderedPackage) -> None:
    pdf = opened(package.pdf)
    parts = [part for part in package.sections if part.title.startswith("证据 ")]
    for number, part in enumerate(parts, 1):
        for page in range(part.pages):
            at = part.first_page + page
            assert f"证据{number}第{page + 1}／{part.pages}页卷内第{at}页" in flat(pdf.pages[at - 1])
    assert parts[-1].first_page + parts[-1].pages - 1 == package.pages


def test_facts_lead_to_the_pages_of_their_exhibits_among_a_hundred(package: RenderedPackage) -> None:
    pdf = opened(package.pdf)
    cited = set()
    for page in pdf.pages[:20]:
        for run in runs(page):
            if run.text.startswith("[证"):
                number, shown = run.text.strip("[]").removeprefix("证").split("·p.")
                assert f"证据{number}第1／" in flat(pdf.pages[int(shown) - 1])
                assert any(box[0] <= run.x + 1 <= box[2] and to == int(shown) for box, to in links(pdf, page))
                cited.add(int(number))
    assert len(cited) >= 5


def test_a_hundred_exhibits_are_one_archive_file_that_keeps_its_claim(package: RenderedPackage) -> None:
    data = embed_evidence(package.pdf, TWIN)
    assert claim(data) == "3U"
    assert failures(data, "3u") == []


def _changed(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def _many_pages() -> bytes:
    pdf = opened(cases.contract_pdf(1))
    pdf.Root.Pages.Kids = pikepdf.Array([pdf.pages[0].obj] * 100_000)
    pdf.Root.Pages.Count = 100_000
    return _changed(pdf)


def _circle() -> bytes:
    pdf = opened(cases.contract_pdf(1))
    form = pdf.make_stream(b"/Self Do", FORM)
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Self=form))
    pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Self=form))
    return _changed(pdf)


def _lzw_content() -> bytes:
    pdf = opened(cases.contract_pdf(1))
    stream = pdf.make_stream(b"")
    stream.write(b"\x80\x0b\x60\x50\x22" * 100_000, filter=pikepdf.Name.LZWDecode)
    pdf.pages[0].obj.Contents = stream
    return _changed(pdf)


@pytest.mark.parametrize(
    ("media", "content", "words"),
    [
        ("application/pdf", foreign.bomb, "解压后异常庞大"),
        ("application/pdf", _many_pages, "解压后异常庞大"),
        ("application/pdf", _lzw_content, "解压后异常庞大"),
        ("application/pdf", lambda: b"%PDF-1.7" + bytes(65 * 1024 * 1024), "文件过大"),
        ("audio/mpeg", lambda: b"ID3" + bytes(500), "录音录像不能打印"),
        ("video/mp4", lambda: bytes(500), "录音录像不能打印"),
        ("text/plain", lambda: b"x" * 5_000_000, "第1行过长，其余4600000个字符未显示"),
        (
            "application/pdf",
            lambda: b"%PDF-1.7\n1 0 obj <</Pages 1 0 R /Kids [1 0 R]>> endobj trailer<</Root 1 0 R>>",
            "PDF",
        ),
    ],
)
def test_a_file_made_to_do_harm_is_named_and_costs_little(
    fonts: FontSet, media: str, content: object, words: str
) -> None:
    assert callable(content)
    exhibit = cases.exhibit(1, "某证据", media, content(), "file.bin")
    started = time.process_time()
    package = render_package(cases.ordinary_case(exhibits=(exhibit,), facts=()), fonts)
    assert time.process_time() - started < 15
    part = package.sections[-1]
    pdf = opened(package.pdf)
    assert words in flat(pdf.pages[part.first_page - 1])


def test_a_form_that_draws_itself_stops_nothing(fonts: FontSet) -> None:
    exhibit = cases.exhibit(1, "某证据", "application/pdf", _circle(), "file.pdf")
    package = render_package(cases.ordinary_case(exhibits=(exhibit,), facts=()), fonts)
    assert package.sections[-1].pages == 1
    assert opened(package.pdf).check_pdf_syntax() == []
