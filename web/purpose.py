"""What somebody looks at personal data for: a word from a fixed list, with a reference of the house if he likes.

For the people whose daily work it is, the purpose follows from the role. Others (PROOFDOCKET_PURPOSE_ROLES) state it
once per session and case, or once for the session. The access log keeps it with every page.
"""

from __future__ import annotations

import re
from enum import StrEnum

from evidence_service.errors import MalformedInputError
from web.ports import Role

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}\Z")


class PurposeError(MalformedInputError):
    """A purpose that is not on the list, or whose reference holds more than letters, digits, spaces and `./-`."""

    code = "purpose"


class Purpose(StrEnum):
    """What for."""

    PROCEEDINGS = "proceedings"
    COURT_REVIEW = "court-review"
    AUDIT = "audit"
    SUPERVISION = "supervision"
    COMPLAINT = "complaint"
    DATA_SUBJECT = "data-subject"
    OPERATION = "operation"


BY_ROLE = {
    Role.LEGAL: Purpose.PROCEEDINGS,
    Role.LEAD: Purpose.PROCEEDINGS,
    Role.CLERK: Purpose.COURT_REVIEW,
    Role.COMPLIANCE: Purpose.AUDIT,
    Role.REGULATOR: Purpose.SUPERVISION,
    Role.OPERATOR: Purpose.OPERATION,
    Role.INTEGRATOR: Purpose.OPERATION,
}


def purpose_text(word: str, reference: str) -> str:
    """The purpose as the access log keeps it; the reference is a number of the house, never a person."""
    if word not in set(Purpose):
        raise PurposeError("choose a purpose from the list")
    number = " ".join(reference.split())
    if number and not REFERENCE.match(number):
        raise PurposeError("a reference has at most 40 letters, digits, spaces, dots, slashes or hyphens")
    return f"{word} {number}".strip()
