"""A loan as one party may see it: its history, the party's disclosure set, and under whose key its words lie."""

from __future__ import annotations

from dataclasses import dataclass

from litigation.core.disclosure_set import Selection
from litigation.core.history import LoanHistory


@dataclass(frozen=True, slots=True)
class PartyLoan:
    """A loan's history with the party's view of it. `subject` is the party in the events."""

    history: LoanHistory
    selection: Selection
    subject: str
