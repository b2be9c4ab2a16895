"""A court changes its signing key: filers follow the note of both keys, and old entries stay readable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.core.note import format_note, parse_vkey
from evidence_service.errors import SettingsError
from litigation.core.court_entry import CourtEntryError, read_entry
from litigation.core.court_key import CourtKeyError, KeyChange, change_text, read_change, windows
from litigation.core.court_note import read_of_court
from litigation.core.registered_court import read_registered, registered_court, registered_toml
from litigation.court_side.bootstrap import open_court
from tests.litigation.court_side.desk import COURT, CourtDesk

SINCE = datetime(2026, 6, 1, tzinfo=UTC)
ADDRESS = "0x" + "c0" * 20


@pytest.fixture
def desk(tmp_path: Path) -> CourtDesk:
    return CourtDesk(tmp_path / "court")


def test_after_a_change_every_program_of_the_court_signs_with_the_new_key(desk: CourtDesk) -> None:
    first = desk.court.describe()["vkey"]
    filing_id = desk.receive("lender", "sample-cf:L1")
    change = open_court(desk.home).rotate_key()  # another program than the one that goes on below
    desk.court.examine_waiting()
    said = desk.court.describe()
    assert said["vkey"] == change.vkey != first
    old, new = (entry.note for entry in desk.court.entries(filing_id))
    read_entry(old, parse_vkey(first))
    entry, _text = read_entry(new, parse_vkey(change.vkey))
    before, after = windows(first, said["address"], said["keys"])
    assert (before.vkey, before.until, after.vkey, after.until) == (first, change.since, change.vkey, None)
    assert after.holds(entry.at)
    assert not before.holds(entry.at + timedelta(seconds=1))
    second = desk.court.rotate_key()
    changes = desk.court.describe()["keys"]
    assert [one.vkey for one in windows(first, said["address"], changes)] == [first, change.vkey, second.vkey]
    assert [one.vkey for one in windows(change.vkey, said["address"], changes)] == [change.vkey, second.vkey]


def test_the_lender_s_book_keeps_both_windows_and_reads_old_and_new_notes(desk: CourtDesk) -> None:
    said = desk.court.describe()
    filing_id = desk.receive("lender", "sample-cf:L1")
    old_signer = KeyFileSigner(desk.home / "keys" / "court.pem", COURT.key_name)
    change = desk.court.rotate_key()
    desk.court.examine_waiting()
    values = {name: said[name] for name in ("name", "address", "vkey")} | {"url": "https://court.example/api/court/v1"}
    pinned = registered_court(values)
    knowing = registered_court({**values, "changes": [change.note]})
    assert read_registered(registered_toml(knowing).encode(), "x") == knowing
    assert read_registered(registered_toml(pinned).encode(), "x") == pinned
    old, new = (entry.note for entry in desk.court.entries(filing_id))
    assert [read_of_court(note, knowing)[0].n for note in (old, new)] == [1, 2]
    assert read_of_court(old, pinned)[0].n == 1
    with pytest.raises(CourtEntryError):
        read_of_court(new, pinned)
    backdated = old_signer.sign_note(new.split("\n\n")[0] + "\n")
    with pytest.raises(CourtEntryError, match="not in force at its instant"):
        read_of_court(backdated, knowing)
    stolen = registered_court(values | {"vkey": change.vkey})
    assert len(stolen.windows) == 1
    with pytest.raises(CourtKeyError):
        registered_court({**values, "changes": [change.note.replace('"since"', '"sinse"')]})


def test_a_key_file_that_is_not_the_one_in_force_signs_nothing(desk: CourtDesk) -> None:
    desk.court.rotate_key()
    path = desk.home / "keys" / "court-2.pem"
    path.unlink()
    with pytest.raises(SettingsError, match="court-2"):
        _ = open_court(desk.home).doors.signer.vkey


def test_only_a_change_by_both_keys_of_this_court_that_follows_is_believed(tmp_path: Path) -> None:
    keys = [KeyFileSigner(tmp_path / f"{number}.pem", "court.example/x") for number in range(3)]
    first, second, third = (key.vkey for key in keys)

    def note(change: KeyChange, *signers: KeyFileSigner) -> str:
        text = change_text(change)
        return format_note(text, [signer.signature(text) for signer in signers])

    change = KeyChange("court", ADDRESS, first, second, SINCE)
    good = note(change, keys[0], keys[1])
    assert read_change(good) == change
    for signers in ((keys[0],), (keys[1],), (keys[0], keys[2])):
        with pytest.raises(CourtKeyError, match="not signed by"):
            read_change(note(change, *signers))
    with pytest.raises(CourtKeyError, match="same key twice"):
        read_change(note(replace(change, new=first), keys[0]))
    for broken in ("", "x", good.replace("court-key", "court-kez"), good.replace('"old"', '"odl"')):
        with pytest.raises(CourtKeyError):
            read_change(broken)
    later = KeyChange("court", ADDRESS, second, third, SINCE + timedelta(days=1))
    assert len(windows(first, ADDRESS, [good, note(later, keys[1], keys[2])])) == 3
    assert len(windows(third, ADDRESS, [good])) == 1, "a key that is in no change has no history"
    for wrong in (
        replace(later, address="0x" + "11" * 20),
        replace(later, since=SINCE),
    ):
        with pytest.raises(CourtKeyError, match=r"does not follow|not later"):
            windows(first, ADDRESS, [good, note(wrong, keys[1], keys[2])])
    stray = note(replace(later, old=third, new=second), keys[1], keys[2])
    with pytest.raises(CourtKeyError, match="does not follow"):
        windows(first, ADDRESS, [good, stray])
