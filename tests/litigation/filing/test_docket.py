"""From the court's answer on the real chain to the docket, the log and the case; and every way the books can differ."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.core.chain import PreparedTx
from evidence_service.core.trust import PinnedCourt
from evidence_service.errors import ChainError
from litigation.adapters.filing_registry import FilingRegistry
from litigation.core.docket import CourtAnswer, DocketKind
from litigation.core.filing import FilingState
from litigation.workflow.file_package import FilingDoors, check_fileable, file_package
from litigation.workflow.sync_docket import Synced, sync_docket
from tests.evidence_service.chain.conftest import kill_everything
from tests.litigation.filing.conftest import Instance
from tests.litigation.filing.court import ACCEPTED, IN_PART, RETURNED
from tests.litigation.filing.crash import Crash, Failing

pytestmark = pytest.mark.chain

NUMBER = "（2026）闽0503民初1234号"


def codes(synced: Synced) -> list[str]:
    return [difference.code for difference in synced.differences]


def test_an_accepted_filing_gets_its_case_number_in_the_docket_the_log_and_the_case(instance: Instance) -> None:
    filing = instance.file()
    digest = instance.court.answer(filing.filing_id, ACCEPTED, {"case_number": "(2026)闽0503民初1234号", "note": "ok"})
    synced = instance.filings().sync(instance.details())
    assert codes(synced) == []
    (entry,) = synced.new
    assert (entry.kind, entry.case_number, entry.detail_digest) == (DocketKind.ACCEPTED, NUMBER, digest)
    (_, (kind, payload)) = instance.payloads(filing.our_reference)
    assert kind == "filing.accepted"
    assert payload["case_number"] == NUMBER
    assert payload["detail_digest"] == digest
    assert instance.case_state(filing.our_reference) == "accepted"
    (line,) = instance.filings().docket()
    assert (line.filing.state, line.case_number, line.days) == (FilingState.ACCEPTED, NUMBER, 0)


def test_a_second_sync_records_nothing_twice(instance: Instance) -> None:
    filing = instance.file()
    instance.court.answer(filing.filing_id, ACCEPTED, {"case_number": NUMBER})
    instance.filings().sync(instance.details())
    again = instance.filings().sync(instance.details())
    assert (again.new, codes(again), len(again.entries)) == ([], [], 1)
    assert len(instance.events(filing.our_reference)) == 2


def test_a_partial_acceptance_is_an_acceptance_that_says_so(instance: Instance) -> None:
    filing = instance.file()
    instance.court.answer(filing.filing_id, IN_PART)
    synced = instance.filings().sync({})
    assert synced.new[0].kind is DocketKind.ACCEPTED_IN_PART
    (_, (kind, payload)) = instance.payloads(filing.our_reference)
    assert kind == "filing.accepted"
    assert payload["attributes"]["decision"] == "accepted_in_part"
    assert "detail_digest" not in payload
    assert instance.case_state(filing.our_reference) == "accepted_in_part"


def test_a_returned_filing_is_mended_and_filed_anew_and_its_history_is_kept(instance: Instance, tmp_path: Path) -> None:
    first = instance.file()
    instance.court.answer(first.filing_id, RETURNED, {"defects": ["缺少送达地址确认书"], "cure_by": "2026-12-31"})
    instance.filings().sync(instance.details())
    assert instance.case_state(first.our_reference) == "returned"
    instance.publish_and_anchor()
    mended = instance.rebuild(first.our_reference.split(":", 1)[1], tmp_path / "mended")
    second = instance.filings().file(mended.read_bytes(), instance.where)
    assert second.filing_id != first.filing_id
    assert instance.case_state(first.our_reference) == "filed"
    instance.court.answer(second.filing_id, ACCEPTED, {"case_number": NUMBER})
    synced = instance.filings().sync(instance.details())
    assert codes(synced) == []
    assert [entry.kind for entry in synced.entries] == [DocketKind.RETURNED, DocketKind.ACCEPTED]
    assert [line.filing.state for line in instance.filings().docket()] == [FilingState.RETURNED, FilingState.ACCEPTED]
    payloads = instance.payloads(first.our_reference)
    assert [kind for kind, _ in payloads] == [
        "filing.submitted",
        "filing.returned",
        "filing.submitted",
        "filing.accepted",
    ]
    assert payloads[1][1]["defects"] == ["缺少送达地址确认书"]
    assert payloads[1][1]["cure_by"] == "2026-12-31"


def test_reasons_that_come_later_complete_the_record_and_change_nothing_in_it(instance: Instance) -> None:
    filing = instance.file()
    instance.court.answer(filing.filing_id, ACCEPTED, {"case_number": NUMBER})
    before = instance.filings().sync({}).entries
    synced = instance.filings().sync(instance.details())
    assert [entry.kind for entry in synced.entries] == [DocketKind.ACCEPTED, DocketKind.DETAIL]
    assert synced.entries[0] == before[0]
    assert instance.filings().docket()[0].case_number == NUMBER
    events = instance.events(filing.our_reference)
    assert b'"corrects":"' + events[1].event_id.encode() in events[2].body
    assert instance.filings().sync(instance.details()).new == []


@pytest.mark.parametrize("late", [False, True], ids=["reasons at hand", "reasons later"])
def test_a_ruling_not_to_take_the_suit_is_a_refusal(instance: Instance, late: bool) -> None:
    filing = instance.file()
    instance.court.answer(filing.filing_id, RETURNED, {"ruling": "refused", "reason": "不属于本院管辖"})
    if late:
        instance.filings().sync({})
        assert instance.case_state(filing.our_reference) == "returned"
    instance.filings().sync(instance.details())
    assert instance.filings().docket()[0].filing.state is FilingState.REFUSED
    assert instance.case_state(filing.our_reference) == "refused"
    kind, payload = instance.payloads(filing.our_reference)[-1]
    assert (kind, payload["reason"]) == ("filing.refused", "不属于本院管辖")


def test_an_answer_that_was_recorded_survives_kill_9_of_the_chain(instance: Instance) -> None:
    filing = instance.file()
    instance.court.answer(filing.filing_id, ACCEPTED)
    instance.filings().sync({})
    kill_everything(instance.home)
    again = instance.filings().sync({})
    assert (codes(again), again.new, len(again.entries)) == ([], [], 1)


@pytest.mark.parametrize(
    ("door", "method", "after"),
    [
        ("chain", "secure", False),
        ("chain", "secure", True),
        ("journal", "write", False),
        ("journal", "write", True),
        ("store", "add_entry", False),
        ("store", "add_entry", True),
    ],
)
def test_a_crash_while_an_answer_is_recorded_loses_and_doubles_nothing(
    instance: Instance, door: str, method: str, after: bool
) -> None:
    filing = instance.file()
    instance.court.answer(filing.filing_id, ACCEPTED, {"case_number": NUMBER})
    doors = instance.doors()
    broken: dict[str, Any] = {door: Failing(getattr(doors, door), method, after=after)}
    with pytest.raises(Crash):
        sync_docket(replace(doors, **broken), instance.details())
    synced = instance.filings().sync(instance.details())
    assert (codes(synced), len(synced.entries)) == ([], 1)
    assert [kind for kind, _ in instance.payloads(filing.our_reference)] == ["filing.submitted", "filing.accepted"]
    assert instance.case_state(filing.our_reference) == "accepted"


def test_a_lodging_that_the_database_does_not_know_is_shown_with_its_answer(instance: Instance) -> None:
    """Somebody used our account past this instance, and the court answered."""
    instance.file()
    registry = FilingRegistry(instance.chain().open())
    prepared = registry.prepare_lodge("ab" * 32, instance.court.address)
    registry.send(prepared)
    registry.wait(prepared.tx_hash)
    instance.court.answer(registry.filing_id("ab" * 32, instance.court.address), RETURNED)
    synced = instance.filings().sync({})
    assert sorted(codes(synced)) == ["answer-without-filing", "filing-unknown"]
    assert synced.entries == []


def test_a_chain_that_lost_our_filing_is_shown_and_nothing_is_sent(instance: Instance, tmp_path: Path) -> None:
    chain = instance.chain()
    chain.open()
    chain.local.stop()
    shutil.copytree(instance.home / "chain", tmp_path / "older")
    instance.file()
    chain.local.stop()
    shutil.rmtree(instance.home / "chain")
    shutil.copytree(tmp_path / "older", instance.home / "chain")
    head = chain.open().head_block()
    assert codes(instance.filings().sync({})) == ["filing-not-on-chain"]
    assert chain.open().head_block() == head


class Answering(Failing):
    """A chain whose answers are given by the test."""

    def __init__(self, real: Any, given: list[CourtAnswer]) -> None:
        super().__init__(real, "")
        self._given = given

    def answers(self, _filing_ids: object, _since: int) -> list[CourtAnswer]:
        return self._given


def answered(doors: FilingDoors, filing_id: str, court: str, decision: int, block: int = 1) -> FilingDoors:
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    answer = CourtAnswer(filing_id, court, decision, "00" * 32, "0x" + "11" * 32, block, "0x" + "22" * 32, moment)
    chain: Any = Answering(doors.chain, [answer])
    return replace(doors, chain=chain)


def test_an_answer_by_another_address_is_nobodys_answer(instance: Instance) -> None:
    """The contract does not let it happen; we look all the same."""
    filing = instance.file()
    synced = sync_docket(answered(instance.doors(), filing.filing_id, "0x" + "ab" * 20, ACCEPTED), {})
    assert codes(synced) == ["answer-by-another"]
    assert synced.entries == []
    assert instance.case_state(filing.our_reference) == "filed"


def test_a_decision_of_a_later_contract_is_shown_and_not_guessed(instance: Instance) -> None:
    filing = instance.file()
    synced = sync_docket(answered(instance.doors(), filing.filing_id, filing.court_address, 4), {})
    assert codes(synced) == ["decision-unknown"]
    assert synced.entries == []


def test_an_answer_waits_until_its_block_is_deep_enough(instance: Instance) -> None:
    filing = instance.file()
    doors = instance.doors()
    shallow = answered(doors, filing.filing_id, filing.court_address, ACCEPTED, doors.chain.settled_block() + 100)
    synced = sync_docket(shallow, {})
    assert (synced.waiting, synced.entries, codes(synced)) == (1, [], [])


def test_an_answer_that_the_chain_took_back_is_shown_and_kept(instance: Instance) -> None:
    filing = instance.file()
    sync_docket(answered(instance.doors(), filing.filing_id, filing.court_address, ACCEPTED), {})
    synced = instance.filings().sync({})
    assert codes(synced) == ["answer-not-on-chain"]
    assert len(synced.entries) == 1


def test_reasons_that_no_answer_names_are_shown(instance: Instance) -> None:
    instance.file()
    digest = instance.court.write_detail({"note": "for somebody else"})
    (difference,) = instance.filings().sync(instance.details()).differences
    assert difference.code == "detail-without-answer"
    assert digest in difference.reason


def test_many_filings_are_asked_for_in_several_questions(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_service.adapters.contract_client.BLOCKS_PER_QUESTION", 2)
    monkeypatch.setattr("evidence_service.adapters.contract_client.VALUES_PER_QUESTION", 1)
    for number in (0, 1):
        instance.court.answer(instance.file(number).filing_id, ACCEPTED)
    synced = instance.filings().sync({})
    assert (len(synced.new), codes(synced)) == (2, [])
    assert [entry.block for entry in synced.new] == sorted(entry.block for entry in synced.new)


def test_a_registry_with_other_code_is_refused(instance: Instance) -> None:
    opened = instance.chain().open()
    registry = FilingRegistry(opened)
    JsonRpc(opened.url).call("hardhat_setCode", registry.registry, "0x00")
    with pytest.raises(ChainError, match="is not FilingRegistry as shipped"):
        instance.file()


def test_a_transaction_in_no_block_yet_is_said_so_and_found_later(instance: Instance) -> None:
    opened = instance.chain().open()
    JsonRpc(opened.url).call("evm_setAutomine", False)
    doors = instance.doors()
    hasty: Any = Hasty(doors.chain)
    package = check_fileable(instance.packages[0].read_bytes(), instance.filings().case_of, doors.now)
    with pytest.raises(ChainError, match="in no block yet"):
        file_package(package, instance.where, replace(doors, chain=hasty))
    (begun,) = instance.filings().store.filings()
    assert begun.state is FilingState.SENT
    JsonRpc(opened.url).call("evm_setAutomine", True)
    instance.chain().local.mine(1)
    assert instance.file().tx == begun.tx


class Hasty(Failing):
    """Does not wait."""

    def __init__(self, real: Any) -> None:
        super().__init__(real, "")

    def wait(self, tx_hash: str) -> Any:
        return self.outcome(tx_hash)


def test_the_registry_speaks_of_a_filing_as_we_do(instance: Instance) -> None:
    filing = instance.file()
    registry = FilingRegistry(instance.chain().open())
    lodging = registry.lodging(filing.filing_id)
    assert lodging is not None
    assert lodging.court == filing.court_address
    assert lodging.filer == registry.filer
    assert registry.lodging("0x" + "00" * 32) is None
    assert isinstance(registry.outcome(filing.tx).gas_used, int)
    registry.send(PreparedTx(filing.nonce, filing.tx, filing.raw_tx))  # known already: no error, no second lodging
    assert len(registry.lodgings(0)) == 1


def test_a_court_whose_address_the_trust_file_does_not_pin_is_shown(instance: Instance) -> None:
    filing = instance.file()
    doors = answered(instance.doors(), filing.filing_id, filing.court_address, ACCEPTED)
    chain_id = doors.chain.chain_id
    mine = PinnedCourt(filing.court, chain_id, filing.court_address.lower())
    other, elsewhere = replace(mine, address="0x" + "ab" * 20), replace(mine, chain_id=chain_id + 1)
    assert [(codes(found), found.courts) for found in (sync_docket(doors, {}, pins) for pins in ([mine], [other]))] == [
        ([], "compared"),
        (["court-not-pinned"], "compared"),
    ]
    assert [sync_docket(doors, {}, pins).courts for pins in ([elsewhere], [], None)] == [
        "none-pinned",
        "none-pinned",
        "no-trust-file",
    ]
