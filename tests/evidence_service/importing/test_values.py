"""Amounts stay exact and times become UTC instants."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.payload import DECIMAL
from evidence_service.importing.decimals import exact_decimal, exact_difference, exact_product
from evidence_service.importing.records import RowError
from evidence_service.importing.times import (
    in_utc,
    instant_from_offset,
    instant_reader,
    iso_day,
    start_of_day,
    written_day,
    zone_named,
)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("22583.2667671403", "22583.2667671403"),
        ("0.11220000000000001", "0.11220000000000001"),
        ("35.0", "35.0"),
        ("-0.50", "-0.50"),
        ("1e3", "1000"),
        ("1.50E-5", "0.0000150"),
        ("2.2583e+4", "22583"),
        ("+7", "7"),
        (".5", "0.5"),
        ("007.10", "7.10"),
    ],
)
def test_a_number_keeps_its_digits(text: str, exact: str) -> None:
    assert exact_decimal(text, "c") == exact


@pytest.mark.parametrize(
    "text",
    ["NaN", "nan", "inf", "Infinity", "1,000", "1 000", "", "1.2.3", "0x10", "1_000", "٣", "1e9999", "1e300", "--1"],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(RowError) as caught:
        exact_decimal(text, "c")
    assert caught.value.reason_code == "bad-amount"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=12))
def test_no_digit_is_lost_in_scientific_notation(number: Decimal) -> None:
    exact = exact_decimal(f"{number:E}", "c")
    assert Decimal(exact) == number
    assert DECIMAL.match(exact)


def test_products_and_differences_are_exact() -> None:
    assert exact_product("49.98", Decimal("0.01")) == "0.4998"
    assert exact_difference("20000", "17416.7332328597") == "2583.2667671403"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2011-10-01T00:38:44.546+02:00", "2011-09-30T22:38:44.546Z"),
        ("2011-10-01T00:38:44.500+02:00", "2011-09-30T22:38:44.500Z"),
        ("2011-10-01T00:38:44Z", "2011-10-01T00:38:44Z"),
        ("2011-10-01 00:38:44-0730", "2011-10-01T08:08:44Z"),
        ("2012-02-29T23:59:59.123456+00:00", "2012-02-29T23:59:59.123456Z"),
    ],
)
def test_an_offset_time_becomes_utc_with_its_fraction(text: str, utc: str) -> None:
    assert instant_from_offset(text) == utc


@pytest.mark.parametrize(
    "text",
    [
        "2011-10-01T00:38:44",
        "2011-13-01T00:00:00Z",
        "2011-02-29T00:00:00Z",
        "2011-10-01T25:00:00Z",
        "2011-10-01",
        "20111001T000000Z",
        "2011-10-01T00:00:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "2011-10-01T00:00:00.1234567Z",
        "２011-10-01T00:00:00Z",
    ],
)
def test_an_unreal_time_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        instant_from_offset(text)


def test_local_times_are_read_in_the_zone_of_the_profile() -> None:
    assert instant_reader("%d/%m/%Y %H:%M", zone_named("Asia/Shanghai"))("05/01/2024 07:30") == "2024-01-04T23:30:00Z"
    assert instant_reader("%Y-%m-%d", zone_named("+08:00"))("2024-01-05") == "2024-01-04T16:00:00Z"
    assert start_of_day("2007-12-01", zone_named("UTC")) == "2007-12-01T00:00:00Z"
    assert start_of_day("2007-12-01", zone_named("-05:00")) == "2007-12-01T05:00:00Z"


def test_a_time_that_the_clock_skipped_is_refused_and_a_double_one_is_the_first() -> None:
    rome = zone_named("Europe/Rome")
    with pytest.raises(ValueError, match="skipped"):
        in_utc(datetime(2024, 3, 31, 2, 30), rome)  # noqa: DTZ001 -- a local time is the point
    assert in_utc(datetime(2024, 10, 27, 2, 30), rome) == "2024-10-27T00:30:00Z"  # noqa: DTZ001


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "+25:00", "Z8"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the caller names the line of the profile
        zone_named(name)


def test_the_written_day_is_the_writers_day() -> None:
    assert written_day("2006-07-24T00:00:00+02:00") == "2006-07-24"
    assert iso_day("2012-02-29") == "2012-02-29"
    for text in ("2011-02-29", "2011-2-9", "20110209", "2011-02-09T00:00:00Z"):
        with pytest.raises(ValueError):  # noqa: PT011 -- the column reader words it
            iso_day(text)
