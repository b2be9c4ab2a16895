"""Drawing the overview: what happened, what a day changes, what a crash costs, what is hidden."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from litigation.adapters.evidence_door import history_of
from litigation.core.overview import Choice, LoanOverview
from litigation.portfolio_service import PortfolioService
from tests.web.legal.conftest import LENDER, Lender


class CrashError(Exception):
    """The process ends here."""


def service(lender: Lender) -> PortfolioService:
    return lender.instance.legal.portfolio


def lines(portfolio: PortfolioService) -> dict[str, LoanOverview]:
    found = portfolio.store.chosen(LENDER, Choice(min_days=0), portfolio.today(), 1000)
    return {one.overview.loan: one.overview for one in found}


def tell(lender: Lender, loan: str, kind: str, number: int = 0, **payload: Any) -> None:
    event = {
        "id": f"{kind}-{loan}-{number}",
        "institution": LENDER,
        "loan": loan,
        "type": kind,
        "type_version": 1,
        "occurred_at": f"2026-11-{number + 1:02d}T01:00:00Z",
        "actor": {"role": "staff", "org": LENDER},
        "source": {"system": "app", "mechanism": "manual", "version": "1"},
        "payload": payload,
    }
    (receipt,) = service(lender).evidence.submit([event])
    assert receipt.state != "rejected", receipt


def test_a_line_says_what_the_assessment_says_and_nothing_about_a_person(lender: Lender) -> None:
    portfolio, loan = service(lender), lender.overdue()[0]
    line, view = lines(portfolio)[loan], lender.instance.legal.cases("test").assess(LENDER, loan, lender.today)
    claim, limitation = view.assessment.claim, view.checked.limitation
    assert claim is not None
    assert limitation is not None
    assert (line.claim, line.days(lender.today), line.limitation) == (
        claim.total,
        view.overdue_days,
        limitation.last_day,
    )
    assert line.readiness.value == ("ready" if view.checked.ready else "blocked")
    history = history_of(LENDER, loan, portfolio.evidence.store.events_of_loan(LENDER, loan))
    applied = history.last("application.submitted")
    assert applied is not None
    for name in ("name", "id_no", "phone", "household_address"):
        assert str(applied.payload[name]) not in repr(line)


def test_only_loans_with_news_are_drawn_and_rebuilding_gives_the_same(lender: Lender) -> None:
    portfolio = service(lender)
    before, loans = lines(portfolio), lender.overdue()
    assert portfolio.refresh(LENDER).drawn == 0
    tell(lender, loans[0], "dispute.raised", forum="app")
    done = portfolio.refresh(LENDER)
    assert (done.drawn, done.left) == (1, 0)
    after = lines(portfolio)
    assert after[loans[0]].objection == date(2026, 11, 1)
    assert {loan: line for loan, line in after.items() if loan != loans[0]} == {
        loan: line for loan, line in before.items() if loan != loans[0]
    }
    portfolio.rebuild(LENDER)
    assert lines(portfolio) == after
    tell(lender, loans[0], "dispute.decided", number=1, result="upheld")
    told = {"from": "none", "to": "S4", "treatment": "sue", "decided_by": "model"}
    tell(lender, loans[0], "stratum.moved", number=2, **told)
    portfolio.refresh(LENDER)
    assert lines(portfolio)[loans[0]].objection is None
    found = portfolio.store.chosen(LENDER, Choice(stratum="S4"), portfolio.today(), 10)
    assert [one.overview.loan for one in found] == [loans[0]]


def test_a_new_day_draws_overdue_loans_and_those_whose_instalment_may_be_late(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio, before = service(lender), lines(service(lender))
    tomorrow = lender.today + timedelta(days=1)
    monkeypatch.setattr(portfolio, "today", lambda: tomorrow)
    done = portfolio.refresh(LENDER)
    due = [loan for loan, line in before.items() if line.changes_on is not None and line.changes_on <= tomorrow]
    assert done.drawn == len(due) > 0
    after = lines(portfolio)
    assert all(after[loan].as_of == tomorrow for loan in due)
    assert all(line.changes_on is None or line.changes_on > tomorrow for line in after.values())
    overdue = lender.overdue()[0]
    assert (after[overdue].claim or 0) > (before[overdue].claim or 0)
    assert after[overdue].overdue_since == before[overdue].overdue_since


def test_a_crash_between_lines_and_mark_draws_them_again(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio, loan = service(lender), lender.overdue()[0]
    tell(lender, loan, "dispute.raised", forum="app")

    def crash(*_: object) -> None:
        raise CrashError

    with monkeypatch.context() as patched:
        patched.setattr(portfolio.store, "set_mark", crash)
        with pytest.raises(CrashError):
            portfolio.refresh(LENDER)
    assert portfolio.behind(LENDER) == 1
    assert portfolio.refresh(LENDER).drawn == 1
    assert portfolio.behind(LENDER) == 0


def test_a_bounded_refresh_goes_on_where_the_last_one_stopped(lender: Lender) -> None:
    portfolio = service(lender)
    whole = lines(portfolio)
    portfolio.store.clear(LENDER)
    steps = 0
    while portfolio.refresh(LENDER, 300).left:
        steps += 1
        assert steps < 20
    assert steps > 1
    assert lines(portfolio) == whole


def test_a_restricted_loan_has_no_line(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio, loan = service(lender), lender.overdue()[0]
    monkeypatch.setattr(portfolio.evidence, "restricted_loans", lambda _: {loan})
    portfolio.refresh(LENDER)
    assert loan not in lines(portfolio)
    portfolio.rebuild(LENDER)
    assert loan not in lines(portfolio)


def test_an_objection_waits_until_it_is_answered_itself(lender: Lender) -> None:
    portfolio, loan = service(lender), lender.overdue()[0]
    whom = {"our_reference": f"{LENDER}:{loan}", "recipient": "defendant:1", "package_digest": "0" * 64}
    for number in (1, 2):
        words = {"invitation": "i", "ground": "amount", "text": "not so much"}
        tell(lender, loan, "objection.raised", number, **whom, **words)
    answer = {"our_reference": f"{LENDER}:{loan}", "recipient": "defendant:1", "result": "kept", "text": "no"}
    portfolio.refresh(LENDER)
    assert lines(portfolio)[loan].objection == date(2026, 11, 2)
    tell(lender, loan, "statement.answered", 3, **answer, answers=f"objection.raised-{loan}-1")
    portfolio.refresh(LENDER)
    assert lines(portfolio)[loan].objection == date(2026, 11, 3)
    tell(lender, loan, "statement.answered", 4, **answer, answers=f"objection.raised-{loan}-2")
    portfolio.refresh(LENDER)
    assert lines(portfolio)[loan].objection is None
