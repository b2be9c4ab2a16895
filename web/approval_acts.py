"""What happens when a second person approves: one act per kind. A page of another part adds its own kind here.

The act is the same code that the command runs; it is safe to repeat, so an approval that could not be carried out
can be tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from evidence_service.errors import ProofDocketError
from web.account_admin import carry_out_role
from web.approvals import Approval, ApprovalError, ApprovalKind, ApprovalRequest
from web.identity import Identity


class Hands(Protocol):
    """What an instance does on approval: files of rules and templates, filings, erasures, keys."""

    def carry_out(self, request: ApprovalRequest, approved_by: str) -> str:
        """Do it; says what was done. ApprovalError for a kind that this instance cannot do."""
        ...


def carry_out(people: Identity, hands: Callable[[], Hands], approval: Approval, by: str, now: datetime) -> bool:
    """Carry out what was approved and keep how it ended. The outcome is on record also where it failed."""
    request = approval.request
    if approval.decision is None or not approval.decision.approved:
        raise ApprovalError("nobody approved this request")
    try:
        if request.kind is ApprovalKind.ROLE:
            detail = carry_out_role(people, request, f"account:{by}", now)
        else:
            detail = hands().carry_out(request, by)
    except ProofDocketError as error:
        people.approvals.record(request.id, done=False, detail=f"{error.code}: {error}", now=now)
        return False
    # Crash here: it is done and stands as not done; trying again finds it done and says so.
    people.approvals.record(request.id, done=True, detail=detail, now=now)
    return True
