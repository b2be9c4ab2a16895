"""Examine what arrived: the ten checks with the court's own trust file and node, then the pre-checks.

Spec: docs/spec/filing.md, "Examination". It follows the receipt and may be repeated; the entry is written once. Each
attempt is stored before it begins, so that a package which ends the program that reads it is set aside after a few.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

from evidence_service.core.verify import verify_package
from evidence_service.errors import ProofDocketError
from litigation.core.court_entry import EntryKind
from litigation.core.filing_letter import read_letter
from litigation.court_side.core.examination import Arrival, examine, report_rows
from litigation.court_side.core.sheet import PDF, make_sheet, members_of, sheet_text
from litigation.court_side.core.submission import ENDED, Submission, SubmissionState
from litigation.court_side.ports import StoredAttempt
from litigation.court_side.workflow.receive import metadata_of
from litigation.court_side.workflow.record import CourtDoors, submission_of, write_entry

MOST_ATTEMPTS = 3
"""After so many that came to no end, a person has to ask for the next one (`court examine FILING`, or the page)."""
WAIT = timedelta(seconds=20)
AT_ONCE = 50
INTERRUPTED = "the examination did not come to an end"


def examine_filing(filing_id: str, doors: CourtDoors) -> Submission:
    """Examine one filing, unless that was done; returns it as it stands then."""
    submission = submission_of(filing_id, doors)
    if submission.state is not SubmissionState.RECEIVED:
        return submission
    attempt = _begin(submission.filing_id, doors)
    try:
        _examine(submission, doors)
    except ProofDocketError as error:
        doors.store.set_attempt(replace(attempt, problem=str(error)[:300]))
        raise
    return submission_of(filing_id, doors)


def examine_waiting(doors: CourtDoors, limit: int = AT_ONCE) -> list[tuple[str, str]]:
    """Examine what arrived and may be tried now; (filing id, reason) of those that could not be."""
    problems = []
    for filing_id in doors.store.unexamined(doors.now(), MOST_ATTEMPTS, limit):
        try:
            examine_filing(filing_id, doors)
        except ProofDocketError as error:
            problems.append((filing_id, str(error)))  # one that is lost on the disk stops no other
    return problems


def _examine(submission: Submission, doors: CourtDoors) -> None:
    package = doors.shelf.read(submission.package_sha256)
    report = verify_package(package, doors.trust(), doors.reader, doors.now())
    filer = doors.store.filer(submission.filer)
    letter = read_letter(submission.letter)
    others = [
        other
        for other in doors.store.of_loan(submission.institution, submission.loan)
        if submission.loan and other.filing_id != submission.filing_id and other.state not in ENDED
    ]
    metadata = metadata_of(package)
    arrival = Arrival(metadata, letter, doors.court.name, filer.credit_code if filer else "", others)
    findings = examine(report, arrival)
    detail = {
        "result": report.result.value,
        "checks": report_rows(report),
        "findings": [asdict(finding) for finding in findings],
    }
    members = members_of(package)
    sheet = make_sheet(report, members, doors.outline(members.get(PDF, b"")), len(metadata.events) if metadata else 0)
    flags = ",".join(dict.fromkeys(finding.code for finding in findings if finding.blocking))
    # Crash here: an attempt is recorded and nothing else; the next look at the queue examines it again.
    with doors.store.unit():
        fresh = submission_of(submission.filing_id, doors)
        doors.store.add_sheet(fresh.filing_id, sheet_text(sheet))
        if fresh.state is SubmissionState.RECEIVED:
            found = replace(fresh, result=report.result.value, flags=flags)
            write_entry(found, EntryKind.EXAMINED, detail, "", doors)


def _begin(filing_id: str, doors: CourtDoors) -> StoredAttempt:
    """Store that an attempt begins, so that one which ends this program is counted."""
    known = doors.store.attempt(filing_id)
    made = known.attempts + 1 if known else 1
    attempt = StoredAttempt(filing_id, made, INTERRUPTED, doors.now() + WAIT * made)
    doors.store.set_attempt(attempt)
    return attempt
