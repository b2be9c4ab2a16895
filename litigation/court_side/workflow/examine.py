"""Examine what arrived: the ten checks with the court's own trust file and node, then the pre-checks.

Spec: docs/spec/filing.md, "Examination". It follows the receipt and may be repeated; the entry is written once.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from evidence_service.core.verify import verify_package
from evidence_service.errors import ProofDocketError
from litigation.core.court_entry import EntryKind
from litigation.core.filing_letter import read_letter
from litigation.court_side.core.examination import Arrival, examine, report_rows
from litigation.court_side.core.submission import ENDED, Submission, SubmissionState
from litigation.court_side.workflow.receive import metadata_of
from litigation.court_side.workflow.record import CourtDoors, submission_of, write_entry

AT_ONCE = 1000


def examine_filing(filing_id: str, doors: CourtDoors) -> Submission:
    """Examine one filing, unless that was done; returns it as it stands then."""
    submission = submission_of(filing_id, doors)
    if submission.state is not SubmissionState.RECEIVED:
        return submission
    package = doors.shelf.read(submission.package_sha256)
    report = verify_package(package, doors.trust(), doors.reader, doors.now())
    filer = doors.store.filer(submission.filer)
    letter = read_letter(submission.letter)
    others = [
        other
        for other in doors.store.of_loan(submission.institution, submission.loan)
        if submission.loan and other.filing_id != submission.filing_id and other.state not in ENDED
    ]
    arrival = Arrival(metadata_of(package), letter, doors.court.name, filer.credit_code if filer else "", others)
    detail = {
        "result": report.result.value,
        "checks": report_rows(report),
        "findings": [asdict(finding) for finding in examine(report, arrival)],
    }
    # Crash here: nothing is recorded; the next look at the queue examines it.
    with doors.store.unit():
        fresh = submission_of(filing_id, doors)
        if fresh.state is SubmissionState.RECEIVED:
            write_entry(replace(fresh, result=report.result.value), EntryKind.EXAMINED, detail, "", doors)
    return submission_of(filing_id, doors)


def examine_waiting(doors: CourtDoors) -> list[tuple[str, str]]:
    """Examine everything that arrived and was not examined; (filing id, reason) of those that could not be."""
    problems = []
    for submission in doors.store.submissions([SubmissionState.RECEIVED.value], AT_ONCE):
        try:
            examine_filing(submission.filing_id, doors)
        except ProofDocketError as error:
            problems.append((submission.filing_id, str(error)))  # one that is lost on the disk stops no other
    return problems
