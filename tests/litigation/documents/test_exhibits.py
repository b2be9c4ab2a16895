"""Exhibits: shown where they can be, named where they cannot, never left out; and the embedded twin."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litigation.core.casefile import Exhibit
from litigation.documents import FontSet, RenderedPackage, embed_evidence, render_package
from litigation.documents.exhibit_images import read_picture
from litigation.documents.exhibit_pdfs import read_pdf
from litigation.documents.exhibit_texts import indent_json, read_text
from litigation.documents.problems import PdfInputError
from tests.litigation.documents import cases
from tests.litigation.documents.reading import flat, opened


def with_exhibits(fonts: FontSet, *exhibits: Exhibit) -> RenderedPackage:
    """Render the ordinary case with other exhibits."""
    return render_package(cases.ordinary_case(exhibits=exhibits, facts=()), fonts)


@pytest.mark.parametrize(
    ("media", "content", "words"),
    [
        ("application/pdf", b"%PDF-1.7\nbroken", "已损坏"),
        ("application/pdf", cases.encrypted_pdf(), "已加密"),
        ("image/jpeg", cases.photo_jpeg()[:900], "图片文件已损坏"),
        ("image/png", b"not a png", "图片文件已损坏"),
        ("audio/mpeg", b"ID3", "不能打印"),
        ("application/octet-stream", b"\0\1", "不能打印"),
        ("text/plain", b"\xff\xff\xff\x00\x80", "编码无法识别"),
        ("application/pdf", b"", "没有取得原始文件"),
    ],
)
def test_what_cannot_be_shown_gets_a_cover_sheet_with_its_digest(
    fonts: FontSet, media: str, content: bytes, words: str
) -> None:
    exhibit = cases.exhibit(1, "某证据", media, content, "file.bin")
    package = with_exhibits(fonts, exhibit)
    pdf = opened(package.pdf)
    text = flat(pdf.pages[-1])
    assert words in text
    assert exhibit.sha256 in text
    assert "证据1第1／1页" in text


def test_a_repaired_pdf_is_shown_behind_a_sheet_that_says_so(fonts: FontSet) -> None:
    package = with_exhibits(fonts, cases.exhibit(1, "合同", "application/pdf", cases.contract_pdf(2)[:400], "a.pdf"))
    section = package.sections[-1]
    assert section.pages == 3
    pdf = opened(package.pdf)
    assert "可能不完整" in flat(pdf.pages[section.first_page - 1])


def test_pages_of_a_pdf_are_stamped_and_counted(ordinary: RenderedPackage) -> None:
    pdf = opened(ordinary.pdf)
    first = next(part for part in ordinary.sections if part.title.startswith("证据 1"))
    assert first.pages == 3
    for page in range(3):
        sheet = pdf.pages[first.first_page - 1 + page]
        assert f"证据1第{page + 1}／3页卷内第{first.first_page + page}页" in flat(sheet)
        assert "/Exhibit" in sheet.obj.Resources.XObject


def test_scripts_links_and_attachments_of_an_exhibit_are_not_carried_over(fonts: FontSet) -> None:
    pdf = opened(cases.contract_pdf(1))
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    pdf.attachments["x.exe"] = b"MZ"
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://tracker.example/"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([link]))
    out = BytesIO()
    pdf.save(out)
    package = with_exhibits(fonts, cases.exhibit(1, "合同", "application/pdf", out.getvalue(), "a.pdf"))
    for word in (b"app.alert", b"tracker.example", b"x.exe", b"JavaScript"):
        assert word not in package.pdf


def test_turned_pages_are_read_as_they_are_seen() -> None:
    pdf = opened(cases.contract_pdf(1))
    pdf.pages[0].rotate(90, relative=False)
    out = BytesIO()
    pdf.save(out)
    opened_pdf = read_pdf(out.getvalue())
    assert not isinstance(opened_pdf, str)
    assert opened_pdf.pages[0].landscape


def test_jpeg_goes_in_byte_for_byte_and_keeps_its_orientation(fonts: FontSet) -> None:
    photo = cases.photo_jpeg()
    picture = read_picture(photo)
    assert picture is not None
    assert picture.shown == (480, 640)
    package = with_exhibits(fonts, cases.exhibit(1, "照片", "image/jpeg", photo, "p.jpg"))
    assert photo in package.pdf


def test_text_without_glyph_is_shown_by_its_code_point_and_counted(fonts: FontSet, ordinary: RenderedPackage) -> None:
    pdf = opened(ordinary.pdf)
    text = flat(pdf.pages[-1])
    assert "[U+F1234]" in text
    assert "有1个字符没有字形" in text


def test_gb18030_text_is_read(fonts: FontSet) -> None:
    printout = read_text("还款短信".encode("gb18030"), is_json=False, fonts=fonts)
    assert printout is not None
    assert printout.lines == ("还款短信",)


def test_long_text_is_cut_openly(fonts: FontSet) -> None:
    content = b"\n".join(b"%d" % number for number in range(5100))
    package = with_exhibits(fonts, cases.exhibit(1, "日志", "text/plain", content, "a.log"))
    pdf = opened(package.pdf)
    first = next(part for part in package.sections if part.title.startswith("证据 1")).first_page
    assert "原件共5100行，此处仅显示前5000行" in flat(pdf.pages[first - 1])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(value=_JSON, spaced=st.booleans())
def test_re_indented_json_says_the_same_and_keeps_its_tokens(value: object, spaced: bool) -> None:
    text = json.dumps(value, indent=2 if spaced else None)
    shown = indent_json(text)
    plain = re.sub(r"\s+(?=(?:[^\"\\]|\\.|\"(?:[^\"\\]|\\.)*\")*$)", "", shown) if '"' not in text else shown
    assert json.loads(shown.replace("\u2003", " ") if '"' not in text else _spaced(shown)) == value
    assert plain


def _spaced(shown: str) -> str:
    """Turn the em spaces that begin lines into plain ones, as JSON allows no others."""
    return re.sub(r"(?m)^\u2003+", lambda found: " " * len(found.group()), shown)


def test_evidence_is_read_back_from_the_pdf_alone(ordinary: RenderedPackage) -> None:
    twin = b'{"proofs":[]}' * 1000
    data = embed_evidence(ordinary.pdf, twin)
    pdf = opened(data)
    assert bytes(pdf.attachments["evidence.json"].get_file().read_bytes()) == twin
    file = pdf.Root.AF[0]
    assert file.AFRelationship == pikepdf.Name.Data
    assert file.UF == "evidence.json"
    assert len(pdf.pages) == ordinary.pages


def test_embedding_is_deterministic_and_needs_no_object_streams(ordinary: RenderedPackage) -> None:
    data = embed_evidence(ordinary.pdf, b"{}")
    assert data == embed_evidence(ordinary.pdf, b"{}")
    assert b"/ObjStm" not in data
    assert b"/Type /XRef" not in data
    start = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    assert data[start : start + 4] == b"xref"
    assert data != embed_evidence(ordinary.pdf, b"{} ")


def test_embedding_into_something_else_is_refused() -> None:
    with pytest.raises(PdfInputError):
        embed_evidence(b"no pdf", b"{}")


def test_exhibit_of_forty_pages_keeps_index_and_pages_true(fonts: FontSet) -> None:
    package = with_exhibits(
        fonts,
        cases.exhibit(1, "长合同", "application/pdf", cases.contract_pdf(40), "a.pdf"),
        replace(cases.exhibit(2, "回单", "image/png", cases.receipt_png(), "b.png"), number=2),
    )
    one, two = (part for part in package.sections if part.title.startswith("证据 "))
    assert one.pages == 40
    assert two.first_page == one.first_page + 40
