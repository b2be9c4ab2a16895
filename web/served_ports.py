"""What the case page of a party asks of an instance; an instance that serves no papers lets nobody in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from evidence_service.core.report import Report
from litigation.core.submissions import Submission
from litigation.served.core.changes import Changes
from litigation.served.core.forms import Form
from litigation.served.core.invitation import Opening
from litigation.served.core.papers import Papers
from litigation.served.workflow.enter import Entered, Visit
from litigation.served.workflow.speak import Received


class ServedDoor(Protocol):
    """Served papers as the pages use them. Nothing in it names a case: a visit is all that a reader brings."""

    def enter(self, link: str, code: str) -> Entered | None:
        """Begin a session with a link and a code; None for every refusal."""
        ...

    def visit(self, cookie: str) -> Visit | None:
        """The running session of a cookie."""
        ...

    def leave(self, cookie: str) -> None:
        """End a session."""
        ...

    def record(self, reader: Visit, page: str) -> None:
        """Put on record that a page is opened, before it is shown."""
        ...

    def papers(self, reader: Visit) -> Papers:
        """The papers of a visit."""
        ...

    def changes(self, reader: Visit, papers: Papers) -> Changes:
        """What happened since they were drawn."""
        ...

    def report(self, papers: Papers) -> Report:
        """The ten checks on them."""
        ...

    def openings(self, reader: Visit) -> Sequence[Opening]:
        """When they were opened."""
        ...

    def said(self, reader: Visit) -> Sequence[Submission]:
        """What the party said, with the answers."""
        ...

    def speak(self, reader: Visit, form: Form) -> Received:
        """Log what the party says."""
        ...


@runtime_checkable
class ServesPapers(Protocol):
    """An instance that serves papers to parties."""

    @property
    def served(self) -> ServedDoor:
        """The door of the case pages."""
        ...
