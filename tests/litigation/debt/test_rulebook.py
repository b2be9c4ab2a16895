"""The rulebook: dated, sourced, marked, without gaps or overlaps, and refused where malformed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from litigation.core.rules import Mark
from litigation.errors import RulebookError, RuleMissingError
from litigation.rulebook import load_rules, read_rules

ENTRY = 'from = 2020-01-01\nsource = "s"\nmark = "V"\nnumber = "1"\n'
HEAD = '[rule]\ntitle = "t"\ncontinuous = true\n'


def one_rule(*entries: str) -> bytes:
    return (HEAD + "".join(f"[[rule.entry]]\n{entry}" for entry in entries)).encode()


def test_every_shipped_value_has_a_source_and_a_mark() -> None:
    rules = load_rules()
    assert len(rules.series) >= 20
    for entries in rules.series.values():
        for entry in entries:
            assert entry.source
            assert isinstance(entry.mark, Mark)


def test_every_day_between_first_and_last_has_exactly_one_value() -> None:
    for name, entries in load_rules().series.items():
        day, last = entries[0].starts, (entries[-1].until or date(2026, 11, 21))
        while day < last:
            assert sum(entry.holds_on(day) for entry in entries) == 1, (name, day)
            day += timedelta(days=1 if len(entries) > 1 else 97)


@pytest.mark.parametrize(
    ("day", "rate", "four_times"),
    [
        (date(2020, 8, 20), "0.0385", "0.154"),
        (date(2024, 10, 21), "0.0310", "0.124"),
        (date(2025, 5, 19), "0.0310", "0.124"),
        (date(2025, 5, 20), "0.0300", "0.12"),
        (date(2025, 12, 22), "0.0300", "0.12"),
    ],
)
def test_lpr_and_its_fourfold(day: date, rate: str, four_times: str) -> None:
    rules = load_rules()
    lpr = rules.number("lpr.one_year", day)
    assert lpr == Decimal(rate)
    assert lpr * rules.number("cap.lpr_multiple", day) == Decimal(four_times)


def test_an_lpr_that_nobody_checked_is_not_guessed() -> None:
    with pytest.raises(RuleMissingError, match="2025-12-23"):
        load_rules().number("lpr.one_year", date(2025, 12, 23))


def test_the_24_percent_line_is_marked_unverified() -> None:
    cap = load_rules().at("cap.financial", date(2025, 3, 10))
    assert (cap.number, cap.mark) == (Decimal("0.24"), Mark.UNVERIFIED)


def test_any_changed_byte_changes_the_digest() -> None:
    one, other = read_rules({"a.toml": one_rule(ENTRY)}), read_rules({"a.toml": one_rule(ENTRY) + b"\n"})
    assert one.digest != other.digest
    assert one.digest == read_rules({"a.toml": one_rule(ENTRY)}).digest


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (one_rule(ENTRY, ENTRY.replace("2020", "2021")), "overlap before 2021-01-01"),
        (
            one_rule(ENTRY + "until = 2020-12-31\n", ENTRY.replace("2020", "2021")),
            "gap before 2021-01-01",
        ),
        (one_rule(ENTRY + 'extra = "1"\n'), "unknown extra"),
        (one_rule(ENTRY + 'text = "1"\n'), "exactly one of"),
        (one_rule(ENTRY.replace('number = "1"\n', "")), "exactly one of"),
        (one_rule(ENTRY.replace('source = "s"\n', "")), "source must be text"),
        (one_rule(ENTRY.replace('"V"', '"W"')), "mark must be V, S or O"),
        (one_rule(ENTRY.replace('"1"', "0.24")), "number must be text"),
        (one_rule(ENTRY.replace('"1"', '"many"')), "decimal number"),
        (one_rule(ENTRY.replace('"1"', '"-1"')), "negative"),
        (one_rule(ENTRY.replace("2020-01-01", "2020-01-01T00:00:00")), "from must be a day"),
        (one_rule(ENTRY + "until = 2019-12-31\n"), "until must be after from"),
        (b'[rule]\ntitle = "t"\ncontinuous = true\nentry = []\n', "has no entry"),
        (b'[rule]\ntitle = "t"\n', "needs exactly"),
        (b"[rule", "no valid TOML"),
    ],
)
def test_a_malformed_rule_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(RulebookError, match=problem):
        read_rules({"a.toml": content})


def test_a_rule_may_stand_in_one_file_only() -> None:
    with pytest.raises(RulebookError, match="twice"):
        read_rules({"a.toml": one_rule(ENTRY), "b.toml": one_rule(ENTRY)})
