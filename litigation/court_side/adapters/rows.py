"""Rows of a court's tables as the values that they are."""

from __future__ import annotations

from typing import Any

from evidence_service.core.event import parse_instant
from litigation.court_side.core.filer import Filer
from litigation.court_side.core.quota import OwnQuota
from litigation.court_side.core.submission import Submission, SubmissionState

FIXED = ("filing_id", "filer", "institution", "our_reference", "loan", "package_sha256", "size", "letter", "cures")
MOVING = ("urgent", "assigned_to", "case_number", "result", "due_on", "due_what", "flags")


def submission_of_row(row: Any) -> Submission:
    """A submission."""
    values = {name: getattr(row, name) for name in (*FIXED, *MOVING) if name != "letter"}
    return Submission(
        **values,
        letter=bytes(row.letter),
        state=SubmissionState(row.state),
        received_at=parse_instant(row.received_at, "received_at"),
        moved_at=parse_instant(row.moved_at, "moved_at"),
    )


def filer_of_row(row: Any) -> Filer:
    """A filer with its own limits."""
    revoked = None if row.revoked_at is None else parse_instant(row.revoked_at, "revoked_at")
    return Filer(
        id=row.id,
        name=row.name,
        institution=row.institution,
        credit_code=row.credit_code,
        digest=bytes(row.digest),
        added_at=parse_instant(row.added_at, "added_at"),
        revoked_at=revoked,
        quota=OwnQuota(row.requests_per_minute, row.bytes_per_day, row.packages_waiting),
    )
