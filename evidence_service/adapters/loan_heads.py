"""Heads of loans kept in memory between two write transactions, as long as nobody else wrote to the log.

A log state is known by its size and its newest leaf hash. What was kept for another state is forgotten, so another
process, a transaction that was rolled back or a restored backup can never be answered from memory.
"""

from __future__ import annotations

from evidence_service.ports import LoanHead

KEPT_LOANS = 100_000
State = tuple[int, bytes]


class LoanHeads:
    """What is kept, per log. Whoever takes it owns it until it is given back."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[State, dict[str, LoanHead]]] = {}

    def take(self, log_id: int, state: State) -> dict[str, LoanHead]:
        """The heads that hold in this state of the log; none, if they were kept for another."""
        kept = self._kept.pop(log_id, None)
        return kept[1] if kept is not None and kept[0] == state else {}

    def keep(self, log_id: int, state: State, heads: dict[str, LoanHead]) -> None:
        """Give heads back after a commit; beyond the bound everything is forgotten."""
        if len(heads) <= KEPT_LOANS:
            self._kept[log_id] = (state, heads)
