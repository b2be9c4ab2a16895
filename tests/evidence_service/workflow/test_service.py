"""The evidence room as others call it: one instance in a folder, from `init` to a proof, and what restarts change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import proofbundle
import pytest

from evidence_service.adapters.sql_anchor_store import SqlAnchorStore
from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.errors import EvidenceError, NotFoundError, SettingsError
from evidence_service.ports import AnchorState
from evidence_service.service import EvidenceService, file_beside, require_initialised
from evidence_service.settings import read_settings
from tests.evidence_service.adapters.test_anchor_store import intent
from tests.evidence_service.examples import INSTITUTION, event_value


def open_at(home: Path) -> EvidenceService:
    """The evidence room of a process that has just started on this folder."""
    settings = read_settings(home, environ={})
    return open_evidence(settings, open_engine(settings))


@pytest.fixture
def service(tmp_path: Path) -> EvidenceService:
    made = open_at(tmp_path / "home")
    made.add_institution(INSTITUTION, "样例消费金融")
    return made


def test_a_folder_that_is_no_instance_says_so(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="run `proofdocket init`"):
        require_initialised(open_at(tmp_path / "home"))
    with pytest.raises(NotFoundError, match="no log yet"):
        open_at(tmp_path / "home").log()


def test_an_institution_is_added_once_and_keeps_its_keys_after_a_restart(service: EvidenceService) -> None:
    log = service.log(INSTITUTION)
    assert service.add_institution(INSTITUTION) == log
    again = open_at(service.settings.home)
    assert again.add_institution(INSTITUTION) == again.log(INSTITUTION) == log
    assert log.origin == "proofdocket.example/sample-cf"
    assert log.vkey.startswith("proofdocket.example/sample-cf+")
    assert log.package_vkey.startswith("proofdocket.example/sample-cf/package+")


@pytest.mark.parametrize("name", ["", "A", "Sample", "a b", "样例", "../x", "x" * 41])
def test_an_institution_with_a_name_that_no_log_can_have_is_refused(service: EvidenceService, name: str) -> None:
    before = sorted(service.settings.keys_dir.iterdir())
    with pytest.raises(SettingsError, match="2 to 40 characters"):
        service.add_institution(name)
    assert sorted(service.settings.keys_dir.iterdir()) == before


def test_receipts_come_in_the_order_of_the_events_also_across_institutions(service: EvidenceService) -> None:
    service.add_institution("another-cf")
    names = [INSTITUTION, "another-cf", INSTITUTION, "another-cf", INSTITUTION]
    receipts = service.submit(event_value(id=f"E-{at}", institution=name) for at, name in enumerate(names))
    assert [receipt.event_id for receipt in receipts] == [f"E-{at}" for at in range(5)]
    assert [receipt.index for receipt in receipts] == [0, 0, 1, 1, 2]


def test_an_event_is_logged_published_and_proven_and_a_restart_proves_it_with_the_same_bytes(
    service: EvidenceService,
) -> None:
    service.submit([event_value(id="E-1"), event_value(id="E-2")])
    published = service.publish(INSTITUTION)
    made = service.prove(service.event("E-2"))
    log = service.log(INSTITUTION)
    assert proofbundle.verify_tlog_proof(made.proof.text(), made.leaf, log.vkey, expected_origin=log.origin)["ok"]
    again = open_at(service.settings.home)
    assert again.publish(INSTITUTION) == published
    assert again.prove(again.event("E-2")) == made


def test_without_a_name_the_first_log_that_has_entries_is_meant(service: EvidenceService) -> None:
    service.add_institution("another-cf")
    assert service.log().institution == INSTITUTION
    service.submit([event_value(institution="another-cf")])
    assert service.log().institution == "another-cf"


@pytest.mark.parametrize("state", AnchorState)
def test_a_size_is_covered_only_by_an_anchor_that_is_on_the_chain(service: EvidenceService, state: AnchorState) -> None:
    anchors = service.anchors
    assert isinstance(anchors, SqlAnchorStore)
    stored = anchors.add(intent(1, size=7))
    anchors.move(replace(stored, state=state, block=3), service.now())
    for nonce in range(2, 220):
        anchors.add(intent(nonce, size=100 + nonce))
    found = service.anchor_covering(INSTITUTION, 7)
    assert (found is not None) is (state in (AnchorState.MINED, AnchorState.FINAL))
    assert service.anchor_covering(INSTITUTION, 8) is None


def test_originals_are_found_beside_the_import_file_under_their_digest_only(tmp_path: Path) -> None:
    folder = tmp_path / "events.ndjson.attachments"
    folder.mkdir()
    (folder / "ab").write_bytes(b"content")
    find = file_beside(tmp_path / "events.ndjson")
    assert find("ab") == b"content"
    assert find("cd") is None
