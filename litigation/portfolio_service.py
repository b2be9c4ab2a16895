"""The portfolio as pages and commands see it: draw the overview from the log, choose loans, sum them up.

Spec: docs/spec/portfolio.md. Assessing every loan anew for every look would take minutes; the overview is drawn once,
then only the loans that something happened to, and those that a new day changes. It is derived: whatever is filed
is drawn from the log again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from evidence_service.errors import NotFoundError
from evidence_service.institution_files import read_institution
from evidence_service.service import EvidenceService
from litigation.adapters.evidence_door import history_of
from litigation.adapters.overview_sums import OverviewSums
from litigation.adapters.sql_loan_overview import SqlLoanOverview
from litigation.case_service import CaseView, view_of
from litigation.core.court_settings import cap_entry
from litigation.core.history import LoanHistory
from litigation.core.loan_terms import terms_of
from litigation.core.overview import ROLL_DAYS, LoanOverview, Mark
from litigation.core.plaintiff import PlaintiffData, plaintiff_from
from litigation.core.rules import Rules
from litigation.core.terms import LoanTerms
from litigation.errors import DebtInputError, TermsMissingError
from litigation.service import LitigationService
from litigation.workflow.assess import contract_day, overdue_days
from litigation.workflow.draw_overview import Judged, draw, quiet

STEP = 200
"""Loans that are drawn between two writes: what a crash costs."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many loans a refresh drew; `left` is 0 where nothing is left for the next one."""

    drawn: int
    left: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class _Day:
    """What every line of one drawing shares."""

    institution: str
    today: date
    rules: Rules
    plaintiff: PlaintiffData


class PortfolioService:
    """One instance's overview of loans."""

    def __init__(self, litigation: LitigationService, store: SqlLoanOverview, sums: OverviewSums) -> None:
        self._litigation = litigation
        self.store = store
        self.sums = sums

    @property
    def evidence(self) -> EvidenceService:
        """The evidence room."""
        return self._litigation.evidence

    def today(self) -> date:
        """Today's date for a court (Asia/Shanghai)."""
        return self._litigation.today()

    def behind(self, institution: str) -> int:
        """How many entries of the log the overview does not know yet."""
        mark = self.store.mark(institution)
        return self.evidence.log(institution).size - (mark.size if mark else 0)

    def rebuild(self, institution: str, tell: Callable[[int, int], None] = lambda done, of: None) -> Refreshed:
        """Forget the overview of an institution and draw every loan."""
        self.store.clear(institution)
        return self.refresh(institution, None, tell)

    def refresh(
        self, institution: str, most: int | None = None, tell: Callable[[int, int], None] = lambda done, of: None
    ) -> Refreshed:
        """Draw what something happened to since last time, and what a new day changes.

        `most` bounds the entries read and the loans drawn for the day's sake, so that a page can ask for it.
        """
        size, mark = self.evidence.log(institution).size, self.store.mark(institution)
        start = mark.size if mark else 0
        end = size if most is None else min(size, start + most)
        day = self._day(institution)
        happened = self.evidence.store.loans_between(institution, start, end)
        aged = self.store.stale(institution, day.today, most)
        loans = list(dict.fromkeys([*happened, *aged]))
        self.store.drop(institution, sorted(self.evidence.restricted_loans(institution)))
        self._record(institution, len(loans))
        for at in range(0, len(loans), STEP):
            self._draw(day, loans[at : at + STEP])
            # Crash here: these lines are new already; the mark is not moved, so the next run draws them again.
            tell(min(at + STEP, len(loans)), len(loans))
        reached = Mark(end, day.today)
        self.store.set_mark(institution, reached, self.evidence.now())
        left = size - end + len(self.store.stale(institution, day.today, 1))
        if not left:
            self.sums.keep_day(institution, day.today)
        return Refreshed(len(loans), left, reached)

    def note(self, view: CaseView, history: LoanHistory) -> None:
        """Somebody looked at a loan as the log stands now: its line becomes what he saw, where it is of today."""
        day = self._day(view.institution)
        if view.as_of == day.today:
            self.store.put([_line(day, history, view)])

    def _day(self, institution: str) -> _Day:
        data = read_institution(self.evidence.settings.institutions_dir, institution) or {}
        return _Day(institution, self.today(), self._litigation.rules(), plaintiff_from(data))

    def _record(self, institution: str, loans: int) -> None:
        self.evidence.record_accesses(
            [f"{loans} loans"], who="overview", action="overview", institution=institution, purpose="overview of loans"
        )

    def _draw(self, day: _Day, loans: Sequence[str]) -> None:
        restricted = self.evidence.restricted_loans(day.institution)
        self.store.put(list(self._lines(day, [loan for loan in loans if loan not in restricted])))

    def _lines(self, day: _Day, loans: Iterable[str]) -> Iterable[LoanOverview]:
        for loan in loans:
            try:
                events = self.evidence.store.events_of_loan(day.institution, loan)
            except NotFoundError:
                continue
            history = history_of(day.institution, loan, events)
            if history.first(*LOAN_EVENTS) is not None or any(event.erased for event in history.events):
                yield _line(day, history, None)


LOAN_EVENTS = (
    "application.submitted",
    "contract.signed",
    "loan.disbursed",
    "loan.issued",
    "loan.charged_off",
)
"""What makes a loan number a loan: the house keeps rules and templates in the log under numbers of their own."""


def _line(day: _Day, history: LoanHistory, view: CaseView | None) -> LoanOverview:
    """One line; a loan that is not overdue is not assessed: nobody sues for it."""
    late = view.overdue_days if view else overdue_days(history, day.today, day.rules)
    terms = _terms(history, day)
    lent = terms is not None and terms.disbursed_on <= day.today - timedelta(days=ROLL_DAYS)
    before = overdue_days(history, day.today - timedelta(days=ROLL_DAYS), day.rules) if lent else 0
    if not late:
        return quiet(history, day.today, terms, before)
    seen = view or view_of(history, day.today, day.plaintiff, day.rules)
    return draw(history, day.today, terms, before, judged_of(seen))


def judged_of(view: CaseView) -> Judged:
    """What an assessment says of a loan, in the words of the overview."""
    checked, claim = view.checked, view.assessment.claim
    way = checked.routing.recommended
    return Judged(
        overdue_days=view.overdue_days,
        court=checked.jurisdiction.court,
        claim=claim.total if claim else None,
        limitation=checked.limitation.last_day if checked.limitation else None,
        blocking=tuple(one.code for one in checked.defects if one.blocking),
        warnings=tuple(one.code for one in checked.defects if not one.blocking),
        recommended=way.value if way else "",
        reasons=tuple(one.code for one in checked.routing.option(way).reasons) if way else (),
        decided=checked.decision.route if checked.decision else "",
    )


def _terms(history: LoanHistory, day: _Day) -> LoanTerms | None:
    cap = cap_entry(day.rules, contract_day(history, day.today), "").number
    if cap is None:
        return None
    try:
        return terms_of(history, cap, day.today)
    except (TermsMissingError, DebtInputError):
        return None
