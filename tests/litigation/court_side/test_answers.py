"""A decision and the registry: the node is away, the program dies before or after sending, another answer stands."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.core.chain import PreparedTx
from evidence_service.errors import ChainError
from litigation.core.court_entry import detail_bytes
from litigation.court_side.adapters.registry_answer import RegistryAnswer
from litigation.court_side.service import CourtService
from litigation.delivery_service import DeliveryService
from tests.litigation.court_side.conftest import CourtHouse
from tests.litigation.court_side.test_two_instances import file
from tests.litigation.filing.conftest import Instance

pytestmark = pytest.mark.chain


class DiesAtSending:
    """The court's chain, which kills its program when it sends: before the node has it, or after."""

    def __init__(self, inner: RegistryAnswer, *, after: bool) -> None:
        self._inner, self._after = inner, after

    def send(self, prepared: PreparedTx) -> None:
        if self._after:
            self._inner.send(prepared)
        raise KeyboardInterrupt

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def with_chain(court: CourtService, chain: object) -> CourtService:
    return CourtService(replace(court.doors, chain=chain), bytes)  # type: ignore[arg-type]


def test_a_decision_reaches_the_registry_once_whatever_happens_on_the_way(
    instance: Instance, court_house: CourtHouse, delivery: DeliveryService
) -> None:
    first, second = file(delivery, instance, 0), file(delivery, instance, 1)
    court = court_house.service()
    chain = court.doors.chain
    assert isinstance(chain, RegistryAnswer)
    before = chain.next_nonce()

    account = ChainAccount.in_file(court_house.home / "keys" / "court-chain.key")
    away = RegistryAnswer("http://127.0.0.1:9", court.doors.court.chain_id, court.doors.court.registry, account)
    entry = court.record(first.filing_id, "accepted", {}, "clerk")
    (answered,) = with_chain(court, away).answer()
    assert answered.state == "pending"
    assert "did not answer" in answered.problem
    for after in (False, True):
        with pytest.raises(KeyboardInterrupt):
            with_chain(court_house.service(), DiesAtSending(chain, after=after)).answer()
        stored = court.doors.store.answer(first.filing_id)
        assert stored is not None
        assert stored.state == "prepared"
    (done,) = court_house.service().answer()
    assert (done.state, done.problem) == ("lodged", "")
    assert chain.next_nonce() == before + 1, "three attempts, one transaction"
    package, decision, detail = chain.standing(first.filing_id)
    assert (package, decision) == (first.package_sha256, 1)
    said = court.doors.store.entries(first.filing_id)[-1]
    assert said.note == entry.note
    assert detail == sha256(detail_bytes({"case_number": court.submission(first.filing_id).case_number})).hexdigest()

    court.record(second.filing_id, "refused", {"ruling": "refused", "reason": "不属于本院管辖"}, "clerk")
    foreign = chain.prepare_answer(second.filing_id, 1, "11" * 32)
    chain.send(foreign)
    chain.wait(foreign.tx_hash)
    (other,) = court_house.service().answer()
    assert other.state == "failed"
    assert "another answer" in other.problem
    assert not court_house.service().answer(), "reported once, left alone"
    with pytest.raises(ChainError):
        chain.prepare_answer(second.filing_id, 3, "22" * 32)
