"""A loan whose terms were changed, or that was judged, from its events to the debt command and to the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from evidence_service.core import container
from litigation.core.claim import compute_claim
from litigation.core.claim_json import claim_to_json
from litigation.debt_input import parse_debt
from litigation.rulebook import load_rules
from tests.litigation.corrections.conftest import Lender
from web.cli import main
from web.init_command import SAMPLE

MOMENT = "2026-09-01T02:00:00Z"


def house_event(lender: Lender, loan: str, kind: str, payload: dict[str, Any]) -> None:
    """An event of the lender's own system, and a checkpoint over it."""
    body = json.loads(lender.litigation.evidence.store.events_of_loan(SAMPLE, loan)[0].body or b"")
    kept = {key: body[key] for key in ("institution", "loan", "type_version", "actor", "source", "subjects")}
    value = {**kept, "id": f"{loan}:{kind}", "type": kind, "occurred_at": MOMENT, "payload": payload}
    assert lender.submit(value) == ["accepted"]
    lender.publish()


def debt(lender: Lender, loan: str, as_of: str, *more: str) -> Result:
    asked = ["--home", str(lender.home), "debt", "--loan", loan, "--as-of", as_of, *more]
    return CliRunner().invoke(main, asked)


def test_a_package_of_a_restructured_loan_holds_the_agreement_and_computes_again(
    lender: Lender, tmp_path: Path
) -> None:
    loan = lender.overdue[0]
    agreed = {"effective_on": "2026-09-01", "first_due": "2026-10-05", "instalments": 12, "new_rate": "0.12"}
    arrears = {"interest_arrears": "capitalised", "penalty_arrears": "waived", "compound_arrears": "waived"}
    house_event(lender, loan, "loan.restructured", {"kind": "extension", **agreed, **arrears})
    answer = json.loads(debt(lender, loan, "2026-10-31", "--json").stdout)
    (done,) = answer["restructured"]
    assert done["on"] == "2026-09-01"
    assert [line["due"] for line in answer["lines"]] == ["2026-10-05"]
    package = lender.package(loan, tmp_path)
    members = container.read(package.path.read_bytes())
    ledger = json.loads(next(data for name, data in members.items() if name.endswith("data/ledger.json")))
    assert ledger["claim"] == answer
    asked = parse_debt(json.dumps(ledger["input"]).encode())
    assert claim_to_json(compute_claim(asked.terms, asked.payments, asked.cutoff, rules=load_rules())) == answer


def test_after_a_judgment_the_debt_is_that_of_the_judgment(lender: Lender) -> None:
    loan = lender.overdue[0]
    ordered = {"amount": "10000.00", "effective_on": "2026-09-01", "perform_days": 4}
    house_event(lender, loan, "judgment.entered", {"case_number": "（2026）样1号", "kind": "judgment", **ordered})
    answer = json.loads(debt(lender, loan, "2026-10-31", "--json").stdout)
    assert (answer["perform_by_counted"], answer["perform_by"]) == ("2026-09-05", "2026-09-07")  # a Saturday
    assert answer["doubled"] == "94.50"  # 54 days from the 8th
    assert "Perform by       2026-09-07" in debt(lender, loan, "2026-10-31").stdout


def test_a_judgment_without_its_period_is_refused_by_name(lender: Lender) -> None:
    loan = lender.overdue[0]
    ordered = {"amount": "10000.00", "effective_on": "2026-09-01"}
    house_event(lender, loan, "judgment.entered", {"case_number": "（2026）样1号", "kind": "judgment", **ordered})
    result = debt(lender, loan, "2026-10-31", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "terms-missing"
    assert "judgment.entered without perform_days" in result.stderr


def test_a_file_or_a_loan_must_be_named_and_a_loan_without_events_is_not_found(lender: Lender) -> None:
    assert CliRunner().invoke(main, ["--home", str(lender.home), "debt"]).exit_code == 2
    missing = debt(lender, "no-such-loan", "2026-10-31")
    assert missing.exit_code == 1
    assert "no events" in missing.stderr
