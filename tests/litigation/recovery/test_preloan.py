"""Checks before a loan: what passes, fails and is not checked; a bureau's file; what a borrower is told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from litigation.adapters.bureau_file import BureauFileError, FileBureau
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.preloan import OwnLoan, evaluate
from litigation.rulebook import load_rules
from tests.litigation.corrections.conftest import Lender, lender, sample_home
from web.cli import main
from web.init_command import SAMPLE

__all__ = ["lender", "sample_home"]
DAY = date(2026, 6, 1)
GOOD: dict[str, dict[str, Any]] = {
    "identity.verified": {"result": "passed"},
    "information.verified": {"result": "通过"},
    "fraud.assessed": {"result": "passed"},
    "income.recorded": {"monthly_income": "8000.00", "monthly_liabilities": "4000.00"},
    "borrowing.checked": {"lenders": 5},
}


def results(changes: dict[str, dict[str, Any] | None], *own: OwnLoan, known: bool = True) -> dict[str, str]:
    told = {kind: said for kind, said in (GOOD | changes).items() if said is not None}
    at = datetime(2026, 5, 20, 4, tzinfo=UTC)
    events = [HistoryEvent(kind, kind, at, at, n, n, "", said, (), "") for n, (kind, said) in enumerate(told.items())]
    found = evaluate(LoanHistory("x", "L", tuple(events)), own if known else None, DAY, load_rules())
    return {one.code: one.result.value for one in found.checks} | {"outcome": found.outcome.value}


def test_at_every_limit_it_passes() -> None:
    assert set(results({}, OwnLoan("A", True, 30), OwnLoan("B", True, 0), OwnLoan("C", False, 0)).values()) == {
        "passed"
    }


@pytest.mark.parametrize(
    ("changes", "code", "result"),
    [
        ({"identity.verified": {"result": "failed"}}, "identity_verified", "failed"),
        ({"information.verified": None}, "information_verified", "not_checked"),
        ({"fraud.assessed": {}}, "fraud_assessed", "not_checked"),
        (
            {"income.recorded": {"monthly_income": "8000.00", "monthly_liabilities": "4000.01"}},
            "debt_to_income",
            "failed",
        ),
        ({"income.recorded": {"monthly_income": "0.00", "monthly_liabilities": "0.00"}}, "debt_to_income", "failed"),
        ({"income.recorded": {"monthly_income": "1.00"}}, "debt_to_income", "not_checked"),
        ({"borrowing.checked": {"lenders": 6}}, "lenders", "failed"),
        ({"borrowing.checked": {"result": "ok"}}, "lenders", "not_checked"),
    ],
)
def test_one_check_decides_the_outcome(changes: dict[str, dict[str, Any] | None], code: str, result: str) -> None:
    found = results(changes)
    assert (found[code], found["outcome"]) == (result, result)


def test_the_own_book_counts_open_and_late_loans_and_an_unknown_borrower_is_not_checked() -> None:
    assert results({}, *(OwnLoan(str(n), True, 0) for n in range(3)))["own_open"] == "failed"
    assert results({}, OwnLoan("A", True, 31))["own_overdue"] == "failed"
    assert results({}, known=False)["own_loans"] == "not_checked"


HEAD = "subject,lenders,outstanding,reference\n"


@pytest.mark.parametrize(
    "rows", ["subject,lenders\n", HEAD + "a,x,,r\n", HEAD + "a,-1,,r\n", HEAD + "a,1,,\n", HEAD + "a,1,,r\na,1,,r\n"]
)
def test_a_bureau_s_file_that_is_wrong_is_refused(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "b.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(BureauFileError):
        FileBureau(path, "B").ask("a")


def test_a_bureau_answers_or_knows_nobody(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(HEAD + "a,3,1200.50,R1\n", encoding="utf-8")
    answer = FileBureau(path, "B").ask("a")
    assert answer is not None
    assert (answer.lenders, answer.outstanding, answer.reference) == (3, Decimal("1200.50"), "R1")
    assert FileBureau(path, "B").ask("b") is None


def run(lender: Lender, *words: str) -> Any:
    done = CliRunner().invoke(main, ["--home", str(lender.home), *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_finding_is_logged_once_and_explained_in_both_languages(lender: Lender) -> None:
    evidence, loan = lender.litigation.evidence, lender.overdue[0]
    events = evidence.store.events_of_loan(SAMPLE, loan)
    day = next(one.occurred_at for one in events if one.type == "approval.granted").date().isoformat()
    words = ("preloan", "check", loan, "--as-of", day, "--log")
    first = run(lender, *words)
    size = evidence.log(SAMPLE).size
    assert run(lender, *words) == first
    assert evidence.log(SAMPLE).size == size
    assert {one["code"]: one["result"] for one in first["checks"]}["identity_verified"] == "passed"

    told = run(lender, "explain", loan)
    (mine,) = [one for one in told["decisions"] if one["kind"] == "preloan.assessed"]
    assert (mine["by"], mine["automatic"], mine["result"]) == ("policy preloan 1", True, first["outcome"])
    assert mine["reasons"]
    for lang, words_of in (("zh", "人工复核"), ("en", "review by a person")):
        page = CliRunner().invoke(main, ["--home", str(lender.home), "explain", loan, "--lang", lang])
        assert words_of in page.stdout
        assert told["lender"] in page.stdout


def test_a_bureau_s_answer_becomes_one_event(lender: Lender, tmp_path: Path) -> None:
    evidence, loan = lender.litigation.evidence, lender.overdue[0]
    path = tmp_path / "b.csv"
    path.write_text(HEAD + "nobody,1,,R1\n", encoding="utf-8")
    size = evidence.log(SAMPLE).size
    assert run(lender, "preloan", "check", loan, "--bureau", "B", str(path))["bureau"] is None
    assert evidence.log(SAMPLE).size == size
    subject = _subject(lender, loan)
    path.write_text(HEAD + f"{subject},9,5000.00,R2\n", encoding="utf-8")
    for _ in range(2):
        found = run(lender, "preloan", "check", loan, "--bureau", "B", str(path))
        assert evidence.log(SAMPLE).size == size + 1
    assert {one["code"]: one["result"] for one in found["checks"]}["lenders"] == "failed"


def _subject(lender: Lender, loan: str) -> str:
    from evidence_service.workflow.prove import body_of  # noqa: PLC0415 - only this test opens a body

    events = lender.litigation.evidence.store.events_of_loan(SAMPLE, loan)
    applied = next(one for one in events if one.type == "application.submitted")
    (found,) = [one for one in json.loads(body_of(applied))["subjects"] if one.startswith("borrower:")]
    return str(found)
