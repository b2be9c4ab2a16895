"""Setting text: lines never too wide, nothing lost, Chinese punctuation where it belongs; fonts and templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litigation.documents import FontSet
from litigation.documents.fontobjects import to_unicode_map
from litigation.documents.fonts import RARE_FILE, Role
from litigation.documents.problems import FontFileError, TemplateError
from litigation.documents.templates import NAMES, fill, parts_of, shipped, template
from litigation.documents.text import Span, Style, fit, plain
from litigation.documents.writing import percent, words_of
from tests.litigation.documents import cases
from tests.litigation.documents.conftest import ROOT

TEXTS = st.text(st.sampled_from("中文，。（）「」“”ABC abc 0123,.-/√□\n 人民法院：；"), max_size=120)


@given(text=TEXTS, width=st.floats(30, 300), size=st.sampled_from([6.5, 8.5, 10.5, 22.0]))
def test_no_line_is_wider_than_its_column_and_nothing_is_lost(
    plain_fonts: FontSet, text: str, width: float, size: float
) -> None:
    lines = plain(text, Style(size=size), width, plain_fonts.widths)
    assert all(line.width <= width + 0.02 for line in lines)
    drawn = "".join(piece.text for line in lines for piece in line.pieces)
    assert drawn.replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(plain_fonts: FontSet) -> None:
    text = "判令被告（借款人）偿还本金、利息，并承担《合同》约定的费用。" * 6
    for width in range(60, 260, 7):
        for line in plain(text, Style(), width, plain_fonts.widths):
            shown = "".join(piece.text for piece in line.pieces)
            assert shown[0] not in "，。、）》"
            assert shown[-1] not in "（《"


def test_latin_words_and_numbers_stay_whole_where_they_fit(plain_fonts: FontSet) -> None:
    lines = plain("金额 39,121.91 元 reference PD-2026-000123", Style(), 90, plain_fonts.widths)
    shown = ["".join(piece.text for piece in line.pieces) for line in lines]
    assert any("39,121.91" in line for line in shown)
    assert any("PD-2026-000123" in line for line in shown)


def test_a_digest_without_spaces_wraps_anywhere(plain_fonts: FontSet) -> None:
    lines = plain("0f" * 64, Style(), 100, plain_fonts.widths)
    assert len(lines) > 3
    assert "".join(piece.text for line in lines for piece in line.pieces) == "0f" * 64


def test_a_link_is_never_broken(plain_fonts: FontSet) -> None:
    link = Span("[证12·p.345]", Style(size=7, whole=True))
    for width in range(60, 160, 5):
        lines = fit((Span("借款人：王样例王样例王样例", Style()), link), width, plain_fonts.widths)
        assert sum(piece.text == link.text for line in lines for piece in line.pieces) == 1


def test_to_unicode_map_writes_two_units_beyond_the_first_plane() -> None:
    cmap = to_unicode_map(("𬭎", "中"))
    assert "<0001> <D872DF4E>" in cmap
    assert "<0002> <4E2D>" in cmap


def test_to_unicode_blocks_hold_at_most_a_hundred_entries() -> None:
    cmap = to_unicode_map(tuple(chr(0x4E00 + number) for number in range(250)))
    assert [line for line in cmap.splitlines() if line.endswith("beginbfchar")] == [
        "100 beginbfchar",
        "100 beginbfchar",
        "50 beginbfchar",
    ]


def test_every_character_of_the_templates_is_in_the_fonts(plain_fonts: FontSet) -> None:
    for name in NAMES:
        text = (ROOT / "litigation" / "templates" / f"{name}.yaml").read_text(encoding="utf-8")
        assert plain_fonts.missing(text.replace("\n", "")) == set(), name


def test_both_weights_cover_the_same_characters(plain_fonts: FontSet) -> None:
    regular, bold = plain_fonts.faces[Role.REGULAR][0], plain_fonts.faces[Role.BOLD][0]
    assert set(regular.glyph_of) == set(bold.glyph_of)


def test_a_changed_rare_font_is_refused(tmp_path: Path) -> None:
    (tmp_path / RARE_FILE).write_bytes(b"\0\1\0\0 another font")
    with pytest.raises(FontFileError, match="pinned"):
        FontSet.load(tmp_path, ROOT / "node_modules")


def test_a_missing_font_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FontFileError, match="npm ci"):
        FontSet.load(None, tmp_path)


def test_a_stray_brace_in_a_template_is_an_error() -> None:
    with pytest.raises(TemplateError, match="brace"):
        parts_of("姓名：{p.name")


def test_a_template_text_with_an_unknown_value_is_an_error() -> None:
    with pytest.raises(TemplateError, match="nobody"):
        fill("{nobody}", somebody="x")


def test_a_template_names_what_it_lacks() -> None:
    with pytest.raises(TemplateError, match="complaint-financial-loan: nothing is missing"):
        template("complaint")["nothing"]


def test_rates_of_sources_with_seventeen_digits_are_shown_with_four() -> None:
    claim = cases.o4_claim()
    assert percent(claim.caps.annual) == "24"
    assert percent(claim.caps.annual.from_float(0.1122)) == "11.22"


def test_gap_between_event_and_capture_is_said_in_words() -> None:
    events = cases.longest_case().events
    assert words_of(shipped()).gap(events[0].occurred_at, events[0].captured_at) == "7 秒"
    assert words_of(shipped()).gap(events[1].occurred_at, events[1].captured_at) == "11 小时 6 分"
    assert words_of(shipped()).gap(events[5].occurred_at, events[5].captured_at) == "2 天 7 小时"
    assert words_of(shipped()).gap(events[0].captured_at, events[0].occurred_at) == "−7 秒"
