"""erase: the keys of a subject are destroyed, its originals deleted, and the log says so; what was proven stays proven.

Spec: docs/spec/erasure.md. The order is: intent, keys, originals, events, done. A crash after any step is completed by
the same call: it finds the intent and does what is left. Until a key is destroyed, hold and statutes are asked anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from evidence_service.core.erased import Erased
from evidence_service.core.event import format_instant
from evidence_service.errors import EvidenceError, StoreError
from evidence_service.ports.erasure import Copy, Erasure, ErasureState, EventMark
from evidence_service.ports.log import StoredEvent
from evidence_service.workflow.privacy import (
    LoanStanding,
    PrivacyDoors,
    checked_reason,
    house_event,
    id_of,
    loans_of,
    log_house_events,
    marks_of_subject,
    standing_of,
)
from evidence_service.workflow.restrict import restrict

REASONS = (
    "retention-expired",
    "purpose-achieved",
    "consent-withdrawn",
    "service-ended",
    "unlawful-processing",
    "request",
)
"""Reason codes (个人信息保护法 47 (1) to (5), 45); any other line is taken as it stands."""


class LegalHoldError(EvidenceError):
    """Nothing is erased while a case is open or a hold stands."""

    code = "legal-hold"


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would destroy, and what stands in its way.

    `subjects` are the subject itself and the loans' own (``loan:…``) that go with their last subject.
    """

    institution: str
    subject: str
    subjects: tuple[str, ...]
    key_ids: tuple[int, ...]
    marks: tuple[EventMark, ...]
    loans: tuple[str, ...]
    originals: int
    shared_originals: int
    copies: tuple[Copy, ...]
    standings: tuple[LoanStanding, ...]

    @property
    def held(self) -> tuple[LoanStanding, ...]:
        """Loans under legal hold."""
        return tuple(one for one in self.standings if one.holds)

    @property
    def kept(self) -> tuple[LoanStanding, ...]:
        """Loans that a statute still keeps."""
        return tuple(one for one in self.standings if one.retention.kept)


@dataclass(frozen=True, slots=True)
class ErasureOutcome:
    """What became of it: `state` is erased, already-erased, restricted, or planned."""

    state: str
    plan: ErasurePlan | None
    record: Erasure | None


def plan_erasure(subject: str, doors: PrivacyDoors) -> ErasurePlan:
    """What erasing a subject would do. Reads only; nothing is opened."""
    marks = marks_of_subject(subject, doors)
    loans = loans_of(marks)
    ids = set(_living(doors.keys.ids_of(doors.institution, subject), doors))
    subjects = [subject]
    for loan in loans if ids else ():
        own = f"loan:{loan}"
        own_ids = set(_living(doors.keys.ids_of(doors.institution, own), doors))
        if own != subject and own_ids and not _others_live(loan, ids | own_ids, doors):
            subjects.append(own)
            ids |= own_ids
    key_ids = tuple(sorted(ids))
    gone, shared = doors.vault.erasable(doors.institution, key_ids)
    return ErasurePlan(
        institution=doors.institution,
        subject=subject,
        subjects=tuple(subjects),
        key_ids=key_ids,
        marks=tuple(doors.erasures.marks_of_keys(doors.institution, key_ids)),
        loans=loans,
        originals=gone,
        shared_originals=shared,
        copies=tuple(doors.copies.surviving(doors.institution, loans)),
        standings=tuple(standing_of(loan, doors) for loan in loans),
    )


def erase(subject: str, reason: str, doors: PrivacyDoors) -> ErasureOutcome:
    """Erase a subject, or complete an erasure that was cut off.

    LegalHoldError while a loan of the subject is held. Where a statute still keeps one, the data is restricted to
    storage instead (outcome `restricted`).
    """
    said = checked_reason(reason)
    plan = plan_erasure(subject, doors)
    begun = _begun(subject, doors)
    if begun is None and not plan.key_ids:
        records = doors.erasures.of_keys(doors.institution, doors.keys.ids_of(doors.institution, subject))
        return ErasureOutcome("already-erased", None, records[-1] if records else None)
    if begun is None or set(_living(begun.key_ids, doors)) == set(begun.key_ids):  # nothing is destroyed yet
        _refuse_held(plan)
        if plan.kept:
            restrict(subject, said, doors, kept=plan.kept)
            return ErasureOutcome("restricted", plan, None)
    record = begun or doors.erasures.begin(_intent(plan, said, doors.now))
    # Crash here: the intent is stored, nothing is destroyed; the next call asks holds and statutes again and goes on.
    return ErasureOutcome("erased", plan, finish_erasure(subject, record, doors))


def finish_erasure(subject: str, record: Erasure, doors: PrivacyDoors) -> Erasure:
    """Do what is left of an erasure whose intent is stored."""
    for one in (subject, *(f"loan:{loan}" for loan in record.loans)):
        ids = set(doors.keys.ids_of(doors.institution, one)) & set(record.key_ids)
        if _living(ids, doors):  # a key made after the destruction belongs to what was logged since: it stays
            doors.keys.destroy(doors.institution, one)
    # Crash here: some or all keys are gone; the next call destroys the others.
    living = _living(record.key_ids, doors)
    if living:
        raise StoreError("a key of this subject is still there after it was destroyed; run the same command again")
    doors.vault.erase(doors.institution, record.key_ids)
    # Crash here: originals are deleted, the log does not say so; the next call deletes none and logs the events.
    log_house_events(_erased_events(record, doors), doors)
    # Crash here: logged, the record says started; the next call logs them again, which changes nothing.
    doors.erasures.lift(doors.institution, subject)
    done = replace(record, state=ErasureState.DONE, done_at=doors.now)
    doors.erasures.finish(done)
    return done


def erased_form(event: StoredEvent, doors: PrivacyDoors) -> Erased | None:
    """What stands in place of an event's disclosures; None where it can still be opened."""
    if not event.erased:
        return None
    records = doors.erasures.of_keys(event.institution, [event.key_id])
    if not records:
        raise StoreError(f"log {event.institution}: the key of entry {event.index} is gone, and no erasure says why")
    return Erased(format_instant(records[-1].started_at), records[-1].reason)


def _refuse_held(plan: ErasurePlan) -> None:
    if not plan.held:
        return
    first = plan.held[0].holds[0]
    what = "a case is open" if first.kind == "open-case" else "a legal hold stands"
    raise LegalHoldError(
        f"{len(plan.held)} loan(s) of this subject are held: {what} since event {first.event_id}; nothing was erased. "
        "Close the case (event case.closed) or release the hold (`proofdocket hold release`) first"
    )


def _begun(subject: str, doors: PrivacyDoors) -> Erasure | None:
    ids = doors.keys.ids_of(doors.institution, subject)
    records = doors.erasures.of_keys(doors.institution, ids)
    return next((one for one in records if one.state is ErasureState.STARTED), None)


def _intent(plan: ErasurePlan, reason: str, now: datetime) -> Erasure:
    return Erasure(
        id=0,
        institution=plan.institution,
        reason=reason,
        state=ErasureState.STARTED,
        key_ids=plan.key_ids,
        loans=plan.loans,
        events=len(plan.marks),
        originals=plan.originals,
        copies=plan.copies,
        started_at=now,
        done_at=None,
    )


def _erased_events(record: Erasure, doors: PrivacyDoors) -> list[dict[str, Any]]:
    marks = doors.erasures.marks_of_keys(doors.institution, record.key_ids)
    events = []
    for loan in record.loans:
        payload = {
            "reason": record.reason,
            "events": sum(mark.loan == loan for mark in marks),
            "originals": record.originals,
            "keys": len(record.key_ids),
            "copies": sum(copy.known for copy in record.copies),
            "started_at": format_instant(record.started_at),
        }
        event_id = id_of("subject.erased", record.id, format_instant(record.started_at), loan)
        events.append(house_event("subject.erased", event_id, loan, record.started_at, payload, doors))
    return events


def _living(key_ids: Sequence[int] | set[int], doors: PrivacyDoors) -> list[int]:
    return [key_id for key_id, key in doors.keys.by_id(key_ids).items() if key is not None] if key_ids else []


def _others_live(loan: str, going: set[int], doors: PrivacyDoors) -> bool:
    """Whether a loan has an event of another subject that stays readable."""
    marks = doors.erasures.marks_of_loan(doors.institution, loan)
    return bool(_living({key_id for mark in marks for key_id in mark.key_ids} - going, doors))
