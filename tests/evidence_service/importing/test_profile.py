"""Mapping profiles: every mistake is found when the profile is loaded, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_service.core.catalogue import CATALOGUE
from evidence_service.importing import ProfileError, load_profile, shipped_profiles
from evidence_service.importing.profile import parse_profile
from tests.evidence_service.importing.files import PROFILE, toy_profile


def test_the_shipped_profiles_load() -> None:
    assert shipped_profiles() == ("bpic12", "bpic20", "lendingclub", "rtfm")
    for name in shipped_profiles():
        profile = load_profile(name)
        assert profile.name == profile.institution == profile.source_system == name
        assert {template.type.code for template in [*profile.table.values(), *profile.events]} <= set(CATALOGUE)


def test_lendingclub_says_that_the_parties_are_withheld() -> None:
    assert load_profile("lendingclub").withheld == ("parties",)


def test_a_profile_of_ones_own_is_loaded_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(PROFILE, "utf-8")
    assert load_profile(path).institution_name == "Toy lender"
    assert load_profile(str(path)).name == "toy"


def test_an_unknown_profile_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="shipped: bpic12, bpic20, lendingclub, rtfm"):
        load_profile("nope")
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(tmp_path / "none.yaml")


@pytest.mark.parametrize("name", ["../../core/x", "/etc/passwd", "bpic12.yaml/..", ""])
def test_a_name_is_no_path_into_the_disk(name: str) -> None:
    with pytest.raises(ProfileError, match="no profile named"):
        load_profile(name)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("title:", "titel:", 3, "unknown key 'titel'"),
        ("title: A toy source\n", "", 1, "key 'title' is missing"),
        ("slug: toy,", "slug: Toy Bank,", 4, "a slug is"),
        ("profile: toy", "profile: Toy!", 1, "a profile name is"),
        ("money: {kind: amount}", "money: {kind: float}", 10, "unknown kind 'float'"),
        ("money: {kind: amount}", "money: {kind: amount, format: iso}", 10, "'format' has no meaning"),
        ("at: {kind: instant}", "at: {kind: instant, format: sometimes}", 8, "unknown format"),
        ("at: {kind: instant}", "at: {kind: instant, zone: Mars/Olympus}", 8, "no time zone"),
        ("who: {kind: text}", "who: {kind: text, other: x}", 11, "'other' needs 'values'"),
        ("who: {kind: text}", "who: {kind: text}\n  spare: {kind: text}", 12, "'spare' goes into no event"),
        ("type: payment.received", "type: payment.recieved", 20, "no event type"),
        ('amount: "{money}", currency', 'sum: "{money}", currency', 20, "has no field 'sum'"),
        ('amount: "{money}", currency: CNY, ', 'amount: "{money}", ', 20, "needs payload.currency"),
        ('amount: "{money}", currency', 'amount: "{gold}", currency', 20, "no column 'gold'"),
        ('amount: "{money}", currency', 'amount: "{who}", currency', 20, "takes amount"),
        ('amount: "{money}", currency', 'amount: "{money} yuan", currency', 20, "takes one column"),
        ("time: at", "time: who", 15, "not a column of kind instant or date"),
        ("time: at", "time: day", 15, "a day or month is no moment"),
        ("mechanism: imported", "mechanism: magic", 17, "mechanism is automatic, manual or imported"),
        ('actor: {id: "{who}", role: staff, org: toy}', 'actor: {id: "{who}", org: toy}', 16, "key 'role' is missing"),
        ("by: what", "by: whatever", 18, "no column 'whatever'"),
        ("by: what\ntable:", "events:", 18, "a list is expected"),
        ("  asked:", "  paid:", 21, "stands here twice"),
        ('version: "1"', 'version: &v "1"', 2, "anchors and aliases"),
        ('version: "1"', 'version: !!python/object:os.system "1"', 2, "tags are not allowed"),
        ("title: A toy source", "title: {a: b", 4, "not YAML"),
        ("columns:\n", "file: {encoding: utf-16}\ncolumns:\n", 5, "encoding 'utf-16' is not supported"),
        ("columns:\n", "file: {delimiter: ';;'}\ncolumns:\n", 5, "one ASCII character"),
        ("columns:\n", "file: {kinds: [xlsx]}\ncolumns:\n", 5, "unknown kind of file"),
        ("columns:\n", "ignored: {money: twice}\ncolumns:\n", 5, "also named under 'ignored'"),
    ],
)
def test_a_mistake_names_file_and_line(old: str, new: str, line: int, problem: str) -> None:
    with pytest.raises(ProfileError) as caught:
        toy_profile(old, new)
    assert str(caught.value).startswith(f"toy.yaml, line {line}: "), str(caught.value)
    assert problem in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"- a\n- b\n", b"just text", b"\x00", b"a: [", b"x" * 2_000_000])
def test_what_is_no_profile_is_one_kind_of_error(raw: bytes) -> None:
    with pytest.raises(ProfileError, match=r"x\.yaml"):
        parse_profile(raw, "x.yaml")


def test_scalars_are_text_and_never_turn_into_something_else() -> None:
    profile = toy_profile(
        "  asked:", "  NO: {type: application.accepted}\n  1.10: {type: application.declined}\n  asked:"
    )
    assert {"NO", "1.10"} <= set(profile.table)


def test_several_events_of_a_row_each_need_an_id() -> None:
    events = "events:\n  - {type: loan.closed}\n  - {type: application.accepted, id: x}\n"
    text = PROFILE[: PROFILE.index("by: what")] + events
    with pytest.raises(ProfileError, match=r"line 19: key 'id' is missing"):
        parse_profile(text.encode(), "toy.yaml")
