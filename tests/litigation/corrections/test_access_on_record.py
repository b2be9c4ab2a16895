"""Commands that open personal data leave a record first: who, which case, and what for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.errors import StoreError
from litigation.bundle_command import chosen_loans
from litigation.sample.portfolio import DEFAULT_AS_OF
from litigation.workflow.case_source import our_reference
from tests.litigation.corrections.conftest import Lender
from web.cli import main
from web.init_command import SAMPLE

OPTIONS: dict[str, Any] = {"overdue": True, "loans": (), "min_days": 60, "where": (), "limit": 2}


def test_choosing_loans_for_packages_is_on_record_case_by_case(lender: Lender) -> None:
    chosen = chosen_loans(lender.litigation, lender.source(), OPTIONS)
    rows = SqlAccessLog(lender.engine).newest(10)
    assert [(row.action, row.object) for row in rows] == [("bundle", our_reference(SAMPLE, loan)) for loan in chosen]
    assert rows[0].who.startswith("cli:")
    assert rows[0].purpose == "court package for court"


def test_a_debt_read_from_the_log_is_on_record_and_audit_access_shows_it(lender: Lender) -> None:
    loan = lender.overdue[0]
    words = ["--home", str(lender.home)]
    asked = CliRunner().invoke(main, [*words, "debt", "--loan", loan, "--as-of", str(DEFAULT_AS_OF), "--json"])
    assert asked.exit_code == 0, asked.output
    shown = CliRunner().invoke(main, [*words, "audit", "access", "--json"])
    row = json.loads(shown.stdout)["accesses"][-1]
    assert (row["action"], row["object"], row["purpose"]) == ("debt", our_reference(SAMPLE, loan), "debt calculation")


def test_without_a_record_nothing_is_chosen(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_names: object, **_what: object) -> None:
        raise StoreError("the access could not be recorded")

    monkeypatch.setattr(SqlAccessLog, "add_all", refuse)
    with pytest.raises(StoreError, match="could not be recorded"):
        chosen_loans(lender.litigation, lender.source(), OPTIONS)
