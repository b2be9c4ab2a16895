"""A folder at once: everything lodged in rows, nothing twice, and what stands in the way of one stops no other."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence_service.errors import ChainError
from litigation.adapters.filing_registry import FilingRegistry
from litigation.bootstrap import open_delivery
from litigation.core.filing import FilingState
from litigation.filing_carrier import FolderFiled
from litigation.filing_run import file_folder
from litigation.workflow.file_package import FilingDoors, check_fileable
from litigation.workflow.lodge_many import Lodged, lodge_many
from tests.litigation.filing.conftest import Instance
from tests.litigation.filing.crash import Crash, Failing
from web.tamper import flip_one_byte

pytestmark = pytest.mark.chain


def run(instance: Instance, folder: Path) -> FolderFiled:
    told: list[int] = []
    delivery = open_delivery(instance.home)
    paths = sorted(folder.glob("*.zip"))
    found = file_folder(delivery, paths, instance.where, lambda state: told.append(state.done), 2)
    assert told[-1] == found.done == len(paths)
    return found


def lodge(instance: Instance, doors: FilingDoors) -> list[Lodged]:
    service = instance.filings()
    row = [check_fileable(path.read_bytes(), service.case_of, doors.now) for path in instance.packages]
    with ThreadPoolExecutor(1) as pool:
        return lodge_many(row, instance.where, doors, pool, pause=lambda _: None)


def assert_each_lodged_once(instance: Instance) -> None:
    """One row, one lodging, one event for each package."""
    filings = instance.filings().store.filings()
    assert [one.state for one in filings] == [FilingState.SUBMITTED] * len(instance.packages)
    lodgings = FilingRegistry(instance.chain().open()).lodgings(0)
    assert sorted(one.filing_id for one in lodgings) == sorted(one.filing_id for one in filings)
    assert {(one.filing_id, one.tx, one.block) for one in lodgings} == {
        (one.filing_id, one.tx, one.block) for one in filings
    }
    for one in filings:
        assert [event.type for event in instance.events(one.our_reference)] == ["filing.submitted"]
        assert sha256((Path(one.outbox) / "package.zip").read_bytes()).hexdigest() == one.package_sha256
        assert instance.case_state(one.our_reference) == "filed"


def test_bad_packages_stop_no_other_and_a_second_run_files_nothing_twice(instance: Instance, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for path in instance.packages:
        shutil.copy(path, folder)
    shutil.copy(instance.packages[0], folder / "twice.zip")
    shutil.copy(instance.draft, folder / "draft.zip")
    flip_one_byte(instance.packages[0], folder / "a-flipped.zip")
    (folder / "b-nothing.zip").write_bytes(b"")
    found = run(instance, folder)
    assert len(found.filed) == 2
    assert {one.package: one.code for one in found.refused} == {
        "a-flipped.zip": "check-failed",
        "b-nothing.zip": "check-failed",
        "draft.zip": "draft-not-for-filing",
        "twice.zip": "duplicate-filing",
    }
    assert_each_lodged_once(instance)
    again = run(instance, folder)
    assert (len(again.filed), len(again.already), len(again.refused)) == (0, 2, 4)
    assert_each_lodged_once(instance)


@pytest.mark.parametrize(
    ("part", "method", "after"),
    [
        ("store", "add_all", True),
        ("outbox", "put", True),
        ("chain", "send", False),
        ("chain", "send", True),
        ("chain", "secure", True),
        ("journal", "write_all", True),
    ],
)
def test_a_run_that_dies_anywhere_is_finished_by_the_next_and_lodges_nothing_twice(
    instance: Instance, part: str, method: str, after: bool
) -> None:
    doors = instance.doors()
    failing: Any = {part: Failing(getattr(doors, part), method, after=after)}
    with pytest.raises(Crash):
        lodge(instance, replace(doors, **failing))
    ends = lodge(instance, instance.doors())
    assert [one.error for one in ends] == [None, None]
    assert_each_lodged_once(instance)


def test_a_refused_transaction_leaves_no_gap_and_the_row_is_finished_one_by_one(instance: Instance) -> None:
    doors = instance.doors()
    refusing: Any = Failing(doors.chain, "send", error=ChainError("the node takes nothing at the moment"))
    ends = lodge(instance, replace(doors, chain=refusing))
    assert [one.error for one in ends] == [None, None]
    assert_each_lodged_once(instance)


def test_a_chain_that_is_away_ends_the_run_and_nothing_is_lost(instance: Instance, tmp_path: Path) -> None:
    doors = instance.doors()
    away: Any = Failing(doors.chain, "check", error=ChainError("away"))
    with pytest.raises(ChainError):
        lodge(instance, replace(doors, chain=away))
    assert not instance.filings().store.filings()
    assert len(run(instance, instance.packages[0].parent).filed) == 2
    assert_each_lodged_once(instance)
