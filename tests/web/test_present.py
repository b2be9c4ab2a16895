"""How values look: one presenter each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from web import present
from web.language import texts

ZH, EN = texts("zh"), texts("en")
NOON = datetime(2026, 1, 5, 16, 30, tzinfo=UTC)


def test_an_instant_is_beijing_time_and_may_be_the_next_day() -> None:
    assert present.instant(NOON) == (
        '<time datetime="2026-01-05T16:30:00Z" title="2026-01-05 16:30:00 UTC">2026-01-06 00:30:00</time>'
    )


@pytest.mark.parametrize(
    ("length", "en", "zh"),
    [
        (timedelta(0), "0 s", "0 秒"),
        (timedelta(seconds=59), "59 s", "59 秒"),
        (timedelta(minutes=1), "1 min", "1 分"),
        (timedelta(hours=1, seconds=5), "1 h", "1 小时"),
        (timedelta(days=1234, hours=3, minutes=9), "1,234 d 3 h", "1,234 天 3 小时"),
        (-timedelta(minutes=2), "−2 min", "−2 分"),
    ],
)
def test_a_duration_has_its_two_largest_units(length: timedelta, en: str, zh: str) -> None:
    assert present.duration(length, EN) == en
    assert present.duration(length, ZH) == zh


def test_a_gap_of_a_day_is_late_and_one_second_less_is_not() -> None:
    assert "late" in present.gap(NOON - timedelta(days=1), NOON, EN)
    assert "late" not in present.gap(NOON - timedelta(days=1) + timedelta(seconds=1), NOON, EN)
    assert "before it happened" in present.gap(NOON + timedelta(seconds=1), NOON, EN)


def test_age_has_one_unit_and_never_runs_backwards() -> None:
    assert present.ago(NOON, NOON + timedelta(hours=25), EN) == "1 d ago"
    assert present.ago(NOON, NOON, EN) == "just now"
    assert present.ago(NOON + timedelta(hours=1), NOON, ZH) == "刚刚"


def test_a_digest_is_short_but_its_full_value_is_there_without_scripts() -> None:
    value = "ab" * 32
    shown = present.digest(value, EN)
    assert "abababab…ababab" in shown
    assert f'<code class="digest-full">{value}</code>' in shown
    assert present.digest("0x" + value, EN).count("0x" + value) == 3


def test_a_digest_cannot_smuggle_markup() -> None:
    shown = present.digest('"><script>alert(1)</script>aaaaaaaaaaaaaa', EN)
    assert "<script>" not in shown


def test_a_long_identifier_is_shortened_and_a_usual_one_is_not() -> None:
    assert present.identifier("SCF202411000009-0017", EN) == "SCF202411000009-0017"
    assert "package.built:997f76…1600b5" in present.identifier("package.built:997f765272bde33461d3c4f2bf08ac1600b5", EN)


def test_money_has_its_currency_and_cents() -> None:
    assert present.money(Decimal("1234567.5"), ZH) == "1,234,567.50 元"
    assert present.money(Decimal("1234567.5"), EN) == "CNY 1,234,567.50"
    assert present.money(Decimal("0.10"), ZH, "USD") == "USD 0.10"


def test_sizes_days_counts_and_types() -> None:
    assert [present.file_size(n) for n in (5, 2048, 3 * 1024 * 1024)] == ["5 B", "2.0 KB", "3.0 MB"]
    assert present.day(date(2026, 1, 5)) == '<time datetime="2026-01-05">2026-01-05</time>'
    assert present.count(1234567) == "1,234,567"
    assert present.event_type("payment.received", "zh") == "收到还款"
    assert present.event_type("no.such", "en") == "no.such"


def test_a_leaf_that_is_no_json_is_shown_as_text() -> None:
    assert present.pretty_json(b'{"b":1,"a":2}') == '{\n  "a": 2,\n  "b": 1\n}'
    assert present.pretty_json(b"\xff<x>") == "\ufffd<x>"
