"""Court profiles: dated, sourced, strict; names lead nowhere else."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litigation.core.court_profile import CourtProfileError, distinct, profile_on, safe_name
from litigation.profile_book import load_profiles, read_profile

GENERAL = (files("litigation.court_profiles") / "general.toml").read_text("utf-8")


def test_shipped_profiles_name_source_and_mark_and_none_claims_to_be_confirmed() -> None:
    for versions in load_profiles().values():
        for one in versions:
            assert one.source
            assert one.mark.value == "O"


def test_a_day_without_a_version_stops_the_export() -> None:
    with pytest.raises(CourtProfileError, match="2025-07-13"):
        profile_on(load_profiles()["general"], date(2025, 7, 13))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('mark = "O"', 'mark = "X"'),
        ("source = ", "sauce = "),
        ("max_bytes = 20_000_000", "max_bytes = 5"),
        ('{number}_{reference}"', '{number}_{loan}"'),
        ('kind = "money"', 'kind = "formula"'),
        ("from = 2025-07-14", 'from = "2025-07-14"'),
    ],
)
def test_a_malformed_profile_is_refused(old: str, new: str) -> None:
    assert old in GENERAL
    with pytest.raises(CourtProfileError):
        read_profile("general", GENERAL.replace(old, new, 1).encode())


def test_overlapping_versions_are_refused() -> None:
    _, _, version = GENERAL.partition("[[version]]")
    with pytest.raises(CourtProfileError, match="overlap"):
        read_profile("general", f"{GENERAL}\n[[version]]{version}".encode())


def test_a_profile_of_the_instance_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "general.toml").write_text(GENERAL.replace("要素表.xlsx", "own.xlsx"), encoding="utf-8")
    assert load_profiles(tmp_path)["general"][0].table == "own.xlsx"


@given(st.text(min_size=0, max_size=300))
def test_a_name_never_leads_out_of_its_folder(text: str) -> None:
    name = safe_name(text, 60)
    assert name
    assert Path(name).name == name
    assert name not in (".", "..")
    assert not set(name) & set('\\/:*?"<>|\0')
    assert len(name.encode()) <= 181


def test_two_equal_names_are_told_apart() -> None:
    taken: set[str] = set()
    assert [distinct(name, taken) for name in ("a", "A", "a")] == ["a", "A_2", "a_3"]
