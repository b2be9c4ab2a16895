"""Recovery of a book: a ranked proposal within capacity, what came of filed cases, what came back after charge-offs.

Spec: docs/spec/recovery.md. The proposal reads the overview of loans; outcomes and recovery read the log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from litigation.adapters.evidence_door import history_of
from litigation.core.history import LoanHistory
from litigation.core.overview import Bucket, Choice, Vintage
from litigation.core.recovery.outcomes import Outcomes, outcomes_of
from litigation.core.recovery.proposal import Proposal, propose
from litigation.core.recovery.tables import RecoveryTable, charged_off, rates, recovery_of
from litigation.core.rules import Rules
from litigation.model_service import HELD_BACK
from litigation.portfolio_service import PortfolioService

MOST = 200_000
"""Loans that a proposal looks at."""


@dataclass(frozen=True, slots=True)
class BookTables:
    """Roll of the last 30 days as counts and shares, cure rate by bucket, vintages."""

    roll: dict[tuple[Bucket, Bucket], int]
    shares: dict[tuple[Bucket, Bucket], Decimal]
    vintages: tuple[Vintage, ...]

    def cured(self, bucket: Bucket) -> Decimal | None:
        """The share of a late bucket that is current 30 days later; None where nobody was in it."""
        if not any(before is bucket for before, _ in self.roll):
            return None
        return self.shares.get((bucket, Bucket.CURRENT), Decimal("0.0000"))


class RecoveryService:
    """What may be won, what was proposed, what came of it."""

    def __init__(self, portfolio: PortfolioService, rules: Rules) -> None:
        self.portfolio = portfolio
        self.rules = rules

    def propose(self, institution: str, weeks: int) -> Proposal:
        """Rank the overdue loans of the overview within the capacity of so many weeks."""
        today = self.portfolio.today()
        lines = self.portfolio.store.chosen(institution, Choice(), today, MOST)
        return propose(lines, self.rules, today, weeks)

    def tables(self, institution: str) -> BookTables:
        """Roll, cure and vintage from the overview."""
        today, sums = self.portfolio.today(), self.portfolio.sums
        roll = {(one.before, one.now): one.loans for one in sums.roll(institution, today)}
        # The overview's roll names late loans only; those that were and are current are the rest of the lent ones.
        current = sums.buckets(institution, today).get(Bucket.CURRENT)
        cured = sum(count for (before, now), count in roll.items() if now is Bucket.CURRENT and before is not now)
        if current is not None and current.loans > cured:
            roll[Bucket.CURRENT, Bucket.CURRENT] = current.loans - cured
        return BookTables(roll, rates(roll), tuple(sums.vintages(institution, today)))

    def outcomes(self, institution: str) -> Outcomes:
        """Times to filing, judgment and cash, and returns by defect."""
        return outcomes_of(self._histories(institution))

    def recovery(self, institution: str) -> dict[str, RecoveryTable]:
        """What came back after charge-offs, by year of the charge-off; "all" is the sum."""
        groups = defaultdict(list)
        for history in self._histories(institution):
            one = charged_off(history)
            if one is not None:
                groups[one.group].append(one)
        found = {year: recovery_of(loans) for year, loans in sorted(groups.items())}
        return found | {"all": recovery_of(one for loans in groups.values() for one in loans)}

    def _histories(self, institution: str) -> Iterator[LoanHistory]:
        evidence = self.portfolio.evidence
        restricted = evidence.restricted_loans(institution)
        loans = evidence.store.loans_between(institution, 0, evidence.log(institution).size)
        evidence.record_accesses(
            [f"{len(loans)} loans"], who="recovery", action="sum", institution=institution, purpose="recovery of a book"
        )
        for loan in dict.fromkeys(loans):
            if loan not in restricted and not loan.startswith(HELD_BACK):
                yield history_of(institution, loan, evidence.store.events_of_loan(institution, loan))
