"""The dossier: everything that the pre-filing checks look at, gathered once, as values.

Spec: docs/spec/readiness.md section 4. No check reads anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from litigation.core.casefile import Fact, FactState
from litigation.core.claim import Claim
from litigation.core.completeness import MatrixRow
from litigation.core.derived_debt import DerivedDebt
from litigation.core.history import LoanHistory
from litigation.core.jurisdiction import JurisdictionCheck
from litigation.core.limitation import LimitationState
from litigation.core.plaintiff import PlaintiffData
from litigation.core.routing import RouteDecision, RouteOption
from litigation.core.rules import Rules
from litigation.core.terms import LoanTerms, Payment


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case on its cut-off day. `missing` says why there is no claim; `decision` is a person's, if any.

    `suing`: a complaint or another first application is to be filed; an application for enforcement is not.
    `asked`: the route that the papers stand for, as the rules see it; None where none are asked for, or a suit is.
    """

    history: LoanHistory
    facts: tuple[Fact, ...]
    claim: Claim | None
    terms: LoanTerms | None
    payments: tuple[Payment, ...]
    missing: str
    plaintiff: PlaintiffData
    as_of: date
    rules: Rules
    matrix: tuple[MatrixRow, ...]
    jurisdiction: JurisdictionCheck
    limitation: LimitationState | None
    decision: RouteDecision | None
    suing: bool = True
    asked: RouteOption | None = None
    derived: DerivedDebt | None = None

    @property
    def known(self) -> Mapping[str, str]:
        """Value of every fact that something supports."""
        return {fact.key: fact.value for fact in self.facts if fact.state is not FactState.UNSUPPORTED}

    def article(self, rule: str) -> str:
        """The legal source of a rule on the cut-off day."""
        return self.rules.in_force(rule, self.as_of).source
