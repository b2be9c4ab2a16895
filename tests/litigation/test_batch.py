"""Names and files of a batch."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from litigation.workflow.run_batch import PackageNotWrittenError, file_name, write_file


def test_no_two_loans_share_a_package_name() -> None:
    """Numbers that differ only in characters a file name cannot hold would overwrite each other's packages."""
    loans = ["借款一", "借款二", "a/b", "a_b", "a:b", "..", "../b", "", "a b", "a\u202eb"]
    names = {file_name(f"lender:{loan}", "2026-10-31") for loan in loans}
    assert len(names) == len(loans)


def test_a_package_name_stays_in_its_folder_and_is_short_enough() -> None:
    """Whatever a loan number holds, its file lies in the folder that was asked for."""
    for loan in ("../../../../tmp/x", "/etc/passwd", "..", "x" * 128, "借" * 128, "a\\b"):
        name = file_name(f"{'i' * 40}:{loan}", "2026-10-31")
        assert Path(name).name == name
        assert len(name.encode()) < 240


def test_a_package_that_cannot_be_written_is_an_error_of_its_case_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A full disk or a name that is a folder fails one case; the batch goes on."""
    (tmp_path / "p.zip").mkdir()
    with pytest.raises(PackageNotWrittenError, match="cannot be written"):
        write_file(tmp_path / "p.zip", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["p.zip"]
    with pytest.raises(PackageNotWrittenError):
        write_file(tmp_path / "gone" / "p.zip", b"x")


def test_a_package_has_its_name_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is synced after the rename, not before it."""
    synced: list[tuple[bool, bool]] = []
    fsync = os.fsync

    def seen(handle: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(handle).st_mode), (tmp_path / "p.zip").is_file()))
        fsync(handle)

    monkeypatch.setattr("litigation.workflow.run_batch.os.fsync", seen)
    write_file(tmp_path / "p.zip", b"x")
    assert synced == [(False, False), (True, True)]
