"""Case numbers as courts write them, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litigation.core.case_number import CaseNumber, CaseNumberError, parse_case_number


@pytest.mark.parametrize(
    ("text", "year", "court", "special", "kind", "number"),
    [
        ("（2026）闽0503民初1234号", 2026, "闽0503", "", "民初", 1234),
        ("(2021)川0104民诉前调801号", 2021, "川0104", "", "民诉前调", 801),
        ("（2019）最高法知民终1号", 2019, "最高法知", "", "民终", 1),
        ("（2019）最高法民申12345号", 2019, "最高法", "", "民申", 12345),
        ("（2020）闽05民特7号", 2020, "闽05", "", "民特", 7),
        ("（2024）京0491知民初88号", 2024, "京0491", "知", "民初", 88),
        ("（2026）闽0503执恢12号之一", 2026, "闽0503", "", "执恢", 12),
        ("（2026）闽0582民督33号之2", 2026, "闽0582", "", "民督", 33),
        ("（2022）军1民初5号", 2022, "军1", "", "民初", 5),
        ("（2022）兵0101民初5号", 2022, "兵0101", "", "民初", 5),
    ],
)
def test_a_case_number_is_read_in_its_parts(
    text: str, year: int, court: str, special: str, kind: str, number: int
) -> None:
    found = parse_case_number(text)
    assert (found.year, found.court, found.special, found.kind, found.number) == (year, court, special, kind, number)


@pytest.mark.parametrize("text", ["(2026)闽0503民初1234号", "（2026)闽0503民初1234号", " (2026）闽0503民初1234号\n"])
def test_brackets_are_written_full_width(text: str) -> None:
    assert str(parse_case_number(text)) == "（2026）闽0503民初1234号"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026闽0503民初1234号",
        "（2026）闽0503民初1234",
        "（2026）闽0503民初号",
        "（1826）闽0503民初1号",
        "（2026）闽05030民初1号",
        "（2026）x0503民初1号",
        "（2026）闽0503民初１２３号",
        "（2026）闽0503民初123456789号",
        "（2026）闽0503civil1号",
        "（2026）闽0503民初1号 其他",
        "（2026）闽0503民初1号\n（2026）闽0503民初2号",
    ],
)
def test_what_is_no_case_number_is_refused(text: str) -> None:
    with pytest.raises(CaseNumberError, match="this is no case number"):
        parse_case_number(text)


@given(
    st.integers(1900, 2099),
    st.sampled_from(["闽", "闽05", "闽0503", "最高法", "京04"]),
    st.sampled_from(["民初", "民终", "民督", "财保", "民诉前调"]),
    st.integers(0, 10**8 - 1),
)
def test_writing_and_reading_agree(year: int, court: str, kind: str, number: int) -> None:
    text = f"（{year}）{court}{kind}{number}号"
    found = parse_case_number(text)
    assert found == CaseNumber(year, court, "", kind, number, text)
    assert parse_case_number(found.text) == found
