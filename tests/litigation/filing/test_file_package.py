"""Filing on the real chain: what is refused, what is lodged, and both failures of every outside write."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence_service.adapters.json_rpc import ChainUnreachableError
from evidence_service.bootstrap import open_evidence
from evidence_service.errors import ChainError, NotFoundError, StoreError
from litigation.adapters.filing_registry import FilingRegistry
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.adapters.sql_filing_store import SqlFilingStore
from litigation.core.filing import (
    CheckFailedError,
    DraftFilingError,
    DuplicateFilingError,
    FilingRefusedError,
    FilingState,
    court_of,
)
from litigation.filing_service import FilingService
from litigation.workflow.file_package import FilingDoors, check_fileable, file_package
from tests.evidence_service.chain.conftest import kill_everything
from tests.litigation.filing.conftest import Instance
from tests.litigation.filing.crash import Crash, Failing
from web.tamper import flip_one_byte

pytestmark = pytest.mark.chain


def assert_filed_once(instance: Instance, number: int = 0) -> None:
    """One row, one lodging, one event, one folder; the case is filed."""
    service = instance.filings()
    digest = sha256(instance.packages[number].read_bytes()).hexdigest()
    (filing,) = [one for one in service.store.filings() if one.package_sha256 == digest]
    assert filing.state is FilingState.SUBMITTED
    registry = FilingRegistry(instance.chain().open())
    (lodging,) = [one for one in registry.lodgings(0) if one.package_sha256 == digest]
    assert (lodging.filing_id, lodging.tx, lodging.block) == (filing.filing_id, filing.tx, filing.block)
    (event,) = instance.payloads(filing.our_reference)
    assert event[0] == "filing.submitted"
    assert event[1]["filing_id"] == filing.filing_id[2:]
    assert event[1]["package_digest"] == digest
    assert instance.case_state(filing.our_reference) == "filed"
    folder = Path(filing.outbox)
    assert sorted(path.name for path in folder.iterdir()) == ["filing.json", "package.zip"]
    assert [path for path in folder.parent.iterdir() if path != folder] == []


def test_a_package_is_lodged_logged_and_laid_out_for_the_court(instance: Instance) -> None:
    filing = instance.file()
    assert_filed_once(instance)
    letter = json.loads((Path(filing.outbox) / "filing.json").read_bytes())
    package = (Path(filing.outbox) / "package.zip").read_bytes()
    assert package == instance.packages[0].read_bytes()
    assert letter["package"] == {"name": "package.zip", "sha256": filing.package_sha256, "size": len(package)}
    assert (letter["court"], letter["court_address"]) == (instance.court.name, instance.court.address)
    assert letter["filing_id"] == filing.filing_id
    assert Path(filing.outbox).parent.parent == instance.home / "outbox"


def test_a_lodged_filing_survives_kill_9_of_the_chain(instance: Instance) -> None:
    instance.file()
    kill_everything(instance.home)
    assert_filed_once(instance)


def test_the_same_package_is_not_filed_twice_with_the_same_court(instance: Instance) -> None:
    instance.file()
    with pytest.raises(DuplicateFilingError, match="this package was filed with this court"):
        instance.file()
    assert_filed_once(instance)


def test_a_second_suit_on_one_loan_is_refused_with_any_court(instance: Instance) -> None:
    instance.file()
    other = court_of("泉州市中级人民法院", "0x" + "ab" * 20)
    with pytest.raises(DuplicateFilingError, match="a second suit on one loan is refused"):
        instance.filings().file(instance.packages[0].read_bytes(), other)
    assert_filed_once(instance)


def test_a_draft_is_refused_and_says_so(instance: Instance) -> None:
    with pytest.raises(DraftFilingError, match="不得提交"):
        instance.filings().file(instance.draft.read_bytes(), instance.where)
    assert instance.filings().store.filings() == []


def test_a_tampered_package_is_refused_by_the_check_that_fails(instance: Instance, tmp_path: Path) -> None:
    copy = tmp_path / "changed.zip"
    flip_one_byte(instance.packages[0], copy)
    with pytest.raises(CheckFailedError, match=r"check \(2\) .* failed"):
        instance.filings().file(copy.read_bytes(), instance.where)
    with pytest.raises(CheckFailedError, match=r"check \(1\)"):
        instance.filings().file(b"no package", instance.where)
    assert not (instance.home / "outbox").exists()


def test_a_package_that_this_instance_did_not_build_is_refused(instance: Instance, tmp_path: Path) -> None:
    """Sound in itself, but nobody here knows it."""
    (instance.home / "proofdocket.db").rename(tmp_path / "kept.db")
    with pytest.raises(NotFoundError, match="was built by this instance"):
        instance.filings().file(instance.packages[0].read_bytes(), instance.where)


def test_our_own_address_is_no_court(instance: Instance) -> None:
    ours = court_of("某法院", instance.chain().open().account)
    with pytest.raises(FilingRefusedError, match="our own address"):
        instance.filings().file(instance.packages[0].read_bytes(), ours)
    assert instance.filings().store.filings() == []


CRASHES = [
    ("store", "add", False, 1),
    ("store", "add", True, 1),
    ("outbox", "put", False, 1),
    ("outbox", "put", True, 1),
    ("chain", "send", False, 1),
    ("chain", "send", True, 1),
    ("store", "move", True, 1),
    ("chain", "secure", False, 1),
    ("chain", "secure", True, 1),
    ("journal", "write", False, 1),
    ("journal", "write", True, 1),
    ("store", "move", False, 2),
    ("store", "move", True, 2),
]


@pytest.mark.parametrize(("door", "method", "after", "nth"), CRASHES)
def test_a_crash_beside_any_outside_write_loses_and_doubles_nothing(
    instance: Instance, door: str, method: str, after: bool, nth: int
) -> None:
    doors = instance.doors()
    broken: dict[str, Any] = {door: Failing(getattr(doors, door), method, after=after, nth=nth)}
    with pytest.raises(Crash):
        file_with(instance, replace(doors, **broken))
    done = (door, method, after, nth) == ("store", "move", True, 2)
    if done:  # everything was recorded; only the answer at the terminal was lost
        with pytest.raises(DuplicateFilingError):
            instance.file()
    else:
        instance.file()
    assert_filed_once(instance)


def file_with(instance: Instance, doors: FilingDoors) -> None:
    service = instance.filings()
    package = check_fileable(instance.packages[0].read_bytes(), service.case_of, doors.now)
    file_package(package, instance.where, doors)


@pytest.mark.parametrize("after", [False, True], ids=["not done", "done and not told"])
def test_a_node_that_does_not_answer_the_sending_is_a_clear_error_and_the_next_call_finishes(
    instance: Instance, after: bool
) -> None:
    doors = instance.doors()
    silence = ChainUnreachableError("the chain did not answer")
    with pytest.raises(ChainError, match="did not answer"):
        file_with(instance, replace(doors, chain=Failing(doors.chain, "send", after=after, error=silence)))
    (begun,) = instance.filings().store.filings()
    assert begun.state is FilingState.PREPARED
    filing = instance.file()
    assert filing.tx == begun.tx
    assert_filed_once(instance)


def test_a_lodging_that_the_chain_lost_before_its_save_is_sent_again_with_the_same_bytes(instance: Instance) -> None:
    doors = instance.doors()
    with pytest.raises(Crash):
        file_with(instance, replace(doors, chain=Failing(doors.chain, "secure", after=False)))
    (begun,) = instance.filings().store.filings()
    assert begun.state is FilingState.SENT
    kill_everything(instance.home)
    assert instance.file().tx == begun.tx
    assert_filed_once(instance)


def test_a_stored_intent_whose_nonce_an_anchor_took_is_signed_anew(instance: Instance) -> None:
    doors = instance.doors()
    with pytest.raises(Crash):
        file_with(instance, replace(doors, chain=Failing(doors.chain, "send", after=False)))
    (begun,) = instance.filings().store.filings()
    instance.publish_and_anchor()
    filing = instance.file()
    assert filing.tx != begun.tx
    assert filing.nonce == begun.nonce + 1
    assert_filed_once(instance)


class Overtaken(Failing):
    """Another program uses our account between signing and sending."""

    def __init__(self, real: Any) -> None:
        super().__init__(real, "")
        self._registry = real
        self._overtaken = False

    def send(self, prepared: Any) -> None:
        if not self._overtaken:
            self._overtaken = True
            rival = self._registry.prepare_lodge("ab" * 32, self._registry.filer)
            self._registry.send(rival)
            self._registry.wait(rival.tx_hash)
        self._registry.send(prepared)


def test_a_nonce_that_another_program_took_at_the_last_moment_is_replaced(instance: Instance) -> None:
    doors = instance.doors()
    overtaken: Any = Overtaken(doors.chain)
    before = doors.chain.next_nonce()
    file_with(instance, replace(doors, chain=overtaken))
    assert instance.filings().store.filings()[0].nonce == before + 1
    assert_filed_once(instance)


def test_the_docket_finishes_a_lodging_that_was_begun(instance: Instance) -> None:
    doors = instance.doors()
    with pytest.raises(Crash):
        file_with(instance, replace(doors, chain=Failing(doors.chain, "send", after=True)))
    assert instance.filings().sync({}).differences == []
    assert_filed_once(instance)


def test_a_chain_that_is_away_is_a_clear_error_and_the_next_call_finishes(instance: Instance) -> None:
    service = instance.filings()
    away = replace(service.evidence.settings, rpc_url="http://127.0.0.1:9")
    evidence = open_evidence(away, instance.engines[-1])
    cut_off = FilingService(evidence, SqlCaseStore(instance.engines[-1]), instance.engines[-1])
    with pytest.raises(ChainUnreachableError, match="did not answer"):
        cut_off.file(instance.packages[0].read_bytes(), instance.where)
    with pytest.raises(ChainUnreachableError, match="did not answer"):
        cut_off.sync({})
    assert service.store.filings() == []
    instance.file()
    assert_filed_once(instance)


def test_a_filing_that_an_older_backup_forgot_is_found_on_the_registry_and_not_lodged_again(
    instance: Instance, tmp_path: Path
) -> None:
    database = instance.home / "proofdocket.db"
    copy_database(database, tmp_path / "backup.db")
    first = instance.file()
    instance.close()
    for path in instance.home.glob("proofdocket.db*"):
        path.unlink()
    copy_database(tmp_path / "backup.db", database)
    (unknown,) = instance.filings().sync({}).differences
    assert unknown.code == "filing-unknown"
    again = instance.file()
    assert (again.filing_id, again.tx, again.block) == (first.filing_id, first.tx, first.block)
    assert_filed_once(instance)


def copy_database(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)


def test_a_filing_that_the_registry_refuses_in_its_block_can_be_filed_again(instance: Instance) -> None:
    """Out of gas is what a refusal after a good simulation looks like."""
    doors = instance.doors()
    starved: Any = Starved(doors.chain)
    with pytest.raises(ChainError, match="was refused by the registry"):
        file_with(instance, replace(doors, chain=starved))
    assert instance.filings().store.filings()[0].state is FilingState.FAILED
    instance.file()
    assert_filed_once(instance)


class Starved(Failing):
    """Signs a lodge call with too little gas to finish."""

    def __init__(self, real: Any) -> None:
        super().__init__(real, "")
        self._registry = real

    def prepare_lodge(self, package_sha256: str, court_address: str) -> object:
        client = self._registry._contract._client
        data = self._registry._contract._contract().encode_abi("lodge", [bytes.fromhex(package_sha256), court_address])
        return client._sign(client._fields(60_000) | {"to": self._registry.registry, "data": data})


def test_a_changed_outbox_is_reported_and_not_overwritten(instance: Instance) -> None:
    doors = instance.doors()
    with pytest.raises(Crash):
        file_with(instance, replace(doors, outbox=Failing(doors.outbox, "put", after=True)))
    (begun,) = instance.filings().store.filings()
    (Path(begun.outbox) / "package.zip").write_bytes(b"something else")
    with pytest.raises(StoreError, match="was changed"):
        instance.file()
    shutil.rmtree(begun.outbox)
    instance.file()
    assert_filed_once(instance)


def test_the_database_itself_keeps_a_second_open_filing_out(instance: Instance) -> None:
    filing = instance.file()
    store: SqlFilingStore = instance.filings().store
    rival = replace(filing, id=0, package_sha256="11" * 32, filing_id="0x" + "22" * 32)
    with pytest.raises(DuplicateFilingError):
        store.add(rival)
    assert len(store.filings()) == 1


def test_gas_of_a_lodging_is_as_the_spec_says(instance: Instance) -> None:
    filing = instance.file()
    gas = instance.chain().open().outcome(filing.tx).gas_used
    assert gas is not None
    assert gas < 150_000
    print(f"gas of a lodging: {gas}")
