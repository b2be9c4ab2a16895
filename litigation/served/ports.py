"""What the outside promises to served papers: a store of invitations, and a hash for codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from litigation.served.core.invitation import Invitation, Opening, Session


class InvitationStore(Protocol):
    """Keeps invitations, openings and sessions. Each method is one transaction."""

    def add(self, invitation: Invitation) -> None:
        """Store a new invitation."""
        ...

    def find(self, invitation: str) -> Invitation | None:
        """The invitation of that id."""
        ...

    def all(self, our_reference: str = "") -> Sequence[Invitation]:
        """Every invitation, or those of a case, oldest first."""
        ...

    def take_attempt(self, token_digest: str, now: datetime) -> Invitation | None:
        """Count one attempt before its code is compared; None where nothing open has this token, or it is locked."""
        ...

    def forgive(self, invitation: str) -> None:
        """The code was right: wrong ones before it do not count any more."""
        ...

    def lock(self, invitation: str, now: datetime) -> None:
        """Note when the last wrong code locked an invitation that has no attempt left."""
        ...

    def open(self, invitation: str, now: datetime) -> Opening | None:
        """Count one opening; None where it opens nothing any more."""
        ...

    def openings(self, invitation: str) -> Sequence[Opening]:
        """Every opening, in order."""
        ...

    def begin(self, cookie_digest: str, session: Session) -> None:
        """Begin a session; an earlier one of the same invitation ends, and those past their end are forgotten."""
        ...

    def session(self, cookie_digest: str) -> Session | None:
        """The session of a cookie, also one past its end."""
        ...

    def end(self, cookie_digest: str) -> None:
        """End a session."""
        ...

    def withdraw(self, invitation: str, now: datetime) -> Invitation | None:
        """Withdraw an invitation and end its session; the invitation as it is then, None where there is none."""
        ...


class CodeHash(Protocol):
    """A slow hash of codes."""

    def make(self, code: str) -> str:
        """The hash of a new code."""
        ...

    def matches(self, code_hash: str | None, code: str) -> bool:
        """Whether it is the code; with None the same work is done, and it is not."""
        ...
