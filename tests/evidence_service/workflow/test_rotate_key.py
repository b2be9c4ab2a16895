"""A log's keys are changed by a command: both stay known with their windows, and a crash between steps is made good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence_service.bootstrap import open_engine, open_home
from evidence_service.core.checks.log_keys import Moment, log_signature
from evidence_service.core.independent_time import TimeSource, TimeStatement
from evidence_service.core.key_history import key_at, key_history
from evidence_service.core.note import ML_DSA_44
from evidence_service.core.verify import verify_proof
from evidence_service.log_key_commands import _doors
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from evidence_service.workflow.rotate_key import LOAN, KeyChangeError, Rotated, RotationDoors, rotate_key
from tests.evidence_service.examples import INSTITUTION, event_value

NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def service(tmp_path: Path) -> EvidenceService:
    open_engine(read_settings(tmp_path, {})).dispose()
    made = open_home(tmp_path)
    made.add_institution(INSTITUTION)
    return made


def grow(service: EvidenceService, first: int) -> int:
    service.submit([event_value(id=f"E-{first + at}") for at in range(3)])
    return service.publish(INSTITUTION).checkpoint.size


def rotate(service: EvidenceService, stolen_since: datetime | None = None, reason: str = "yearly change") -> Rotated:
    log = service.log(INSTITUTION)
    return rotate_key(log, reason, stolen_since, _doors(service, log))


def test_what_is_signed_from_then_on_bears_the_new_pair_and_the_old_one_is_kept(service: EvidenceService) -> None:
    before = grow(service, 0)
    done = rotate(service)
    after = grow(service, 10)
    old, new = service.log_keys(service.log(INSTITUTION))
    assert done.completed
    assert old.vkey != new.vkey
    assert old.mldsa_vkey != new.mldsa_vkey
    assert service.log(INSTITUTION).vkey == new.vkey
    assert (old.last_size, new.after_size) == (done.last_size, done.last_size)
    assert before < done.last_size < after
    pins = service.trust_file({}).logs[0].keys
    assert [pin.vkey for pin in pins] == [old.vkey, old.mldsa_vkey, new.vkey, new.mldsa_vkey]
    for size, key in ((before, old), (done.last_size, old), (after, new)):
        published = service.store.checkpoint_at(INSTITUTION, size)
        assert published is not None
        log = replace(service.trust_file({}).logs[0], keys=key.pins())
        assert log_signature(published.note, log, Moment(service.now(), None)).finding is None
        assert service.log_as_signed(service.log(INSTITUTION), published).vkey == key.vkey


def test_the_change_is_an_event_under_the_last_checkpoint_of_the_old_key(service: EvidenceService) -> None:
    grow(service, 0)
    done = rotate(service)
    (event,) = service.store.events_of_loan(INSTITUTION, LOAN)
    assert event.type == "key.rotated"
    assert event.index < done.last_size


def test_an_old_proof_still_verifies_and_a_late_signature_of_the_old_key_fails(service: EvidenceService) -> None:
    grow(service, 0)
    evidence = service.prove(service.event("E-0"))
    rotate(service)
    later = service.now() + timedelta(days=1)
    trust = service.trust_file({INSTITUTION: "91350000MA0000000X"})
    pinned = trust.logs[0]
    seen = TimeStatement(service.now() - timedelta(seconds=1), TimeSource.WITNESS, "court.example", "witness")
    late = replace(seen, time=later)
    note = evidence.published.note
    assert log_signature(note, pinned, Moment(later, seen)).finding is None
    found = log_signature(note, pinned, Moment(later, late)).finding
    assert found is not None
    assert found.code == "log-key-too-late"
    unseen = log_signature(note, pinned, Moment(later, None)).finding
    assert unseen is not None
    assert unseen.code == "log-key-time-unknown"
    report = verify_proof(evidence.proof.text().encode(), evidence.leaf, trust, None, later)
    assert {check.n: check.code for check in report.checks}[6] == "log-key-time-unknown"


def test_a_stolen_key_signs_nothing_more_and_is_revoked_in_the_trust_file(service: EvidenceService) -> None:
    before = grow(service, 0)
    stolen = service.now() - timedelta(hours=2)
    done = rotate(service, stolen)
    assert done.last_size == before
    latest = service.store.latest_checkpoint(INSTITUTION)
    assert latest is not None
    assert latest.checkpoint.size > before  # the event of the change, under the new key
    pins = service.trust_file({}).logs[0].keys
    assert [pin.revoked_at for pin in pins] == [stolen, stolen, None, None]
    assert pins[0].reason == "yearly change"
    with pytest.raises(KeyChangeError, match="future"):
        rotate(service, service.now() + timedelta(days=1), "again")


class Crash(Exception):
    """The process dies."""


STEPS = ("submit", "close", "switch", "succeed", "complete")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_change_that_was_cut_off_is_completed_once(service: EvidenceService, step: str, done: bool) -> None:
    grow(service, 0)
    log = service.log(INSTITUTION)
    with pytest.raises(Crash):
        rotate_key(log, "yearly change", None, broken(_doors(service, log), step, done))
    grow(service, 20)  # whoever runs meanwhile signs with the key that counts
    finished = rotate(service)
    keys = service.log_keys(service.log(INSTITUTION))
    assert finished.completed
    assert [key.number for key in keys] == [1, 2]
    assert len(service.store.events_of_loan(INSTITUTION, LOAN)) == 1
    newest = service.key_changes.newest(INSTITUTION)
    assert newest is not None
    assert newest.completed
    assert service.audit_log(INSTITUTION, ask_chain=False).clean
    assert service.log(INSTITUTION).vkey == keys[-1].vkey


def broken(doors: RotationDoors, step: str, done: bool) -> RotationDoors:
    """The doors with one that fails: before it did its work, or after."""

    def failing(call: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*words: object) -> object:
            if done:
                call(*words)
            raise Crash

        return wrapped

    if step in ("switch", "complete"):
        store = doors.store

        class Failing:
            keys, newest, begin = store.keys, store.newest, store.begin
            switch = failing(store.switch) if step == "switch" else store.switch
            complete = failing(store.complete) if step == "complete" else store.complete

        return replace(doors, store=Failing)  # type: ignore[arg-type]
    return replace(doors, **{step: failing(getattr(doors, step))})  # type: ignore[arg-type]


def test_a_checkpoint_signed_while_the_key_was_changed_is_refused(service: EvidenceService) -> None:
    grow(service, 0)
    log = service.log(INSTITUTION)
    old = service.key_pair(INSTITUTION, log.origin, 1)
    rotate(service)
    grow(service, 10)
    published = service.store.latest_checkpoint(INSTITUTION)
    assert published is not None
    late = replace(published.checkpoint, size=published.checkpoint.size + 1, root=b"r" * 32)
    signed = replace(published, checkpoint=late, note=old.sign_note(late.text()))
    with pytest.raises(Exception, match="its key was changed meanwhile"):
        service.store.add_checkpoint(INSTITUTION, signed)


def test_the_audit_knows_which_key_signs_which_size(service: EvidenceService) -> None:
    grow(service, 0)
    rotate(service)
    grow(service, 10)
    rotate(service, reason="another laptop")
    grow(service, 20)
    keys = service.log_keys(service.log(INSTITUTION))
    assert [key.number for key in keys] == [1, 2, 3]
    assert service.audit_log(INSTITUTION, ask_chain=False).clean
    assert [key_at(keys, size).number for size in (1, keys[0].last_size or 0, (keys[1].last_size or 0), 10**6)] == [
        1,
        1,
        2,
        3,
    ]
    assert keys[0].pins()[1].key.algorithm == ML_DSA_44
    assert key_history(("a", "b"), ())[0].pins()[0].not_after is None


def test_an_instance_opened_again_goes_on_with_the_new_key(service: EvidenceService) -> None:
    grow(service, 0)
    rotate(service)
    again = open_home(service.settings.home)
    assert again.add_institution(INSTITUTION).vkey == service.log(INSTITUTION).vkey
    grow(again, 10)
