"""The sample portfolio: reproducible, valid, about 15 % overdue, with the edge cases that papers must survive."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import event_from, parse_event
from evidence_service.importing import Accepted, read_events
from litigation.core.identity_number import id_check_character
from litigation.core.schedule import schedule_for
from litigation.core.terms import Cap, CapMethod, LoanTerms, Payment, Repayment
from litigation.core.triage import OverdueState, assess_overdue
from litigation.sample.people import all_name_characters
from litigation.sample.plan import IN_DEFAULT, Fate, plan_portfolio
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, loan_lines
from litigation.sample.press import Press
from litigation.sample_commands import sample

ROOT = Path(__file__).parents[3]
Loan = list[dict[str, Any]]


def first(loan: Loan, kind: str) -> dict[str, Any]:
    """The payload of the first event of a kind."""
    payload: dict[str, Any] = next(event["payload"] for event in loan if event["type"] == kind)
    return payload


def of_kind(loan: Loan, kind: str) -> Loan:
    return [event for event in loan if event["type"] == kind]


def terms_of(loan: Loan) -> LoanTerms:
    """The terms as the signed contract of the events states them, not as the generator planned them."""
    signed = first(loan, "contract.signed")
    return LoanTerms(
        principal=Decimal(signed["principal"]),
        disbursed_on=date.fromisoformat(first(loan, "loan.disbursed")["value_date"]),
        annual_rate=Decimal(signed["annual_rate"]),
        term_months=signed["term_months"],
        repayment=Repayment(signed["repayment"]),
        penalty_rate=Decimal(signed["penalty_rate"]),
        compound=signed["compound"],
        day_count=signed["day_count"],
        cap=Cap(Decimal("0.24"), CapMethod.GLOBAL),
    )


def overdue(loan: Loan, as_of: date = DEFAULT_AS_OF) -> OverdueState:
    payments = [
        Payment(date.fromisoformat(event["payload"]["received_on"]), Decimal(event["payload"]["amount"]))
        for event in of_kind(loan, "payment.received")
    ]
    return assess_overdue(schedule_for(terms_of(loan)), payments, as_of)


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for number in (1, 2):
        out = tmp_path / f"{number}.ndjson"
        command = [sys.executable, "-c", "from litigation.sample_commands import sample; sample()"]
        done = subprocess.run(
            [*command, "--loans", "12", "--out", str(out), "--json"],
            env={**os.environ, "PYTHONHASHSEED": str(number), "TZ": ("UTC", "Asia/Shanghai")[number - 1]},
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        digests.append(hashlib.sha256(out.read_bytes()).hexdigest())
        assert json.loads(done.stdout) == {"loans": 12, "events": len(out.read_bytes().splitlines())}
    assert digests[0] == digests[1]


def test_another_seed_or_day_gives_another_portfolio(tmp_path: Path) -> None:
    contents = set()
    for number, options in enumerate(([], ["--seed", "7"], ["--as-of", "2026-09-30"])):
        out = tmp_path / f"{number}.ndjson"
        result = CliRunner().invoke(sample, ["--loans", "3", "--out", str(out), *options])
        assert result.exit_code == 0, result.output
        contents.add(out.read_bytes())
    assert len(contents) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--loans", "0", "--out", "x"],
        ["--loans", "2"],
        ["--out", "x"],
        ["--loans", "2", "--out", "x", "--as-of", "soon"],
    ],
)
def test_wrong_use_is_exit_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(sample, arguments).exit_code == 2


def test_a_file_that_cannot_be_written_is_exit_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(sample, ["--loans", "1", "--out", str(tmp_path / "no" / "x.ndjson")])
    assert result.exit_code == 1
    assert "cannot be written" in result.output


def test_three_hundred_loans_give_more_than_eight_thousand_events(by_loan: dict[str, Loan], events: Loan) -> None:
    assert len(by_loan) == 300
    assert len(events) >= 8_000
    assert len({event["id"] for event in events}) == len(events)
    assert len({event["type"] for event in events}) >= 30


def test_every_event_is_valid_and_every_attachment_is_what_its_digests_say(events: Loan) -> None:
    for event in events:
        bare = {name: value for name, value in event.items() if name != "attachments"}
        bare["attachments"] = []
        for attachment in event.get("attachments", []):
            content = base64.b64decode(attachment["content"], validate=True)
            assert len(content) == attachment["size"] > 0
            assert sha256_hex(content) == attachment["sha256"]
            assert sm3_hex(content) == attachment["sm3"]
            bare["attachments"].append({name: value for name, value in attachment.items() if name != "content"})
        assert event_from(bare).institution == "sample-cf"


def test_the_file_is_read_by_the_import_reader(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "s.ndjson"
    path.write_bytes(b"".join(lines[:500]))
    records = list(read_events(path, None))
    assert len(records) == 500
    for record in records:
        assert isinstance(record, Accepted)
        assert record.raw is not None
        if b'"attachments"' not in record.raw:
            parse_event(record.raw)


def test_a_loan_is_told_in_order_of_time_and_not_beyond_the_as_of_date(by_loan: dict[str, Loan]) -> None:
    end = (datetime.combine(DEFAULT_AS_OF, datetime.min.time()) + timedelta(hours=16)).isoformat() + "Z"
    for loan in by_loan.values():
        times = [event["occurred_at"] for event in loan]
        assert times == sorted(times)
        assert times[-1] < end


def test_about_fifteen_percent_are_overdue_by_the_rules_of_the_debt_engine(by_loan: dict[str, Loan]) -> None:
    states = {name: overdue(loan) for name, loan in by_loan.items() if not of_kind(loan, "loan.closed")}
    behind = [state for state in states.values() if state.is_overdue]
    serious = [state for state in behind if state.days > 60]
    assert 0.13 <= len(behind) / len(by_loan) <= 0.17
    assert 0.12 <= len(serious) / len(by_loan) <= 0.16
    assert {state.days > 60 for state in behind} == {True, False}


def test_a_closed_loan_owes_nothing_more_than_its_unearned_interest(by_loan: dict[str, Loan]) -> None:
    closed = [loan for loan in by_loan.values() if of_kind(loan, "loan.closed")]
    assert len(closed) > 20
    for loan in closed:
        paid = sum(Decimal(event["payload"]["amount"]) for event in of_kind(loan, "payment.received"))
        assert paid >= Decimal(first(loan, "contract.signed")["principal"])


def test_acceleration_has_its_clause_its_notice_and_mostly_its_arrival(by_loan: dict[str, Loan]) -> None:
    noticed = [loan for loan in by_loan.values() if of_kind(loan, "acceleration.noticed")]
    reached = [loan for loan in noticed if of_kind(loan, "acceleration.reached")]
    assert 10 <= len(reached) < len(noticed)
    assert len(noticed) < sum(overdue(loan).days > 60 for loan in by_loan.values() if not of_kind(loan, "loan.closed"))
    for loan in noticed:
        notice, contract = first(loan, "acceleration.noticed"), first(loan, "contract.signed")
        assert notice["clause"] == contract["clauses"]["acceleration"]
        assert "提前到期" in contract["clause_texts"]["acceleration"]
        assert [item["media_type"] for item in of_kind(loan, "acceleration.noticed")[0]["attachments"]] == [
            "application/pdf"
        ]
    for loan in reached:
        arrival = first(loan, "acceleration.reached")
        assert (
            arrival["effective_on"] == first(loan, "acceleration.noticed")["effective_on"] > arrival["reached_at"][:10]
        )
        assert arrival["effective_on"] < first(loan, "contract.signed")["term_end"]


def test_the_contract_event_carries_what_the_complaint_needs(by_loan: dict[str, Loan]) -> None:
    for loan in by_loan.values():
        signed, asked = first(loan, "contract.signed"), first(loan, "application.submitted")
        rate, penalty = Decimal(signed["annual_rate"]), Decimal(signed["penalty_rate"])
        assert Decimal("0.12") <= rate <= Decimal("0.24")
        assert Decimal("1.3") <= penalty / rate <= Decimal("1.5")
        assert {"rate", "penalty", "compound", "acceleration", "fees", "jurisdiction", "service", "e_evidence"} <= set(
            signed["clauses"]
        )
        assert signed["clause_texts"]["jurisdiction"]
        assert signed["borrower"] == asked["name"] == first(loan, "loan.disbursed")["payee"]
        assert signed["term_end"] == first(loan, "schedule.set")["last_due"]
        assert id_check_character(asked["id_no"][:17]) == asked["id_no"][17]
        assert asked["id_no"].startswith("99")
        assert int(asked["id_no"][16]) % 2 == (asked["gender"] == "男")


def test_consents_are_separate_and_the_posts_are_separated(by_loan: dict[str, Loan]) -> None:
    for loan in by_loan.values():
        consents = {
            event["payload"]["consent"]: event["payload"]["separate"] for event in of_kind(loan, "consent.granted")
        }
        assert set(consents) == {"personal_info", "face", "credit_bureau", "e_service"}
        assert consents["face"] is True
        posts = {
            kind: of_kind(loan, kind)[0]["actor"]
            for kind in ("interview.held", "validation.performed", "approval.granted")
        }
        assert len({actor["id"] for actor in posts.values()}) == 3
        assert [actor["role"] for actor in posts.values()] == ["account_manager", "reviewer", "approver"]
        order = [event["type"] for event in loan]
        assert order.index("consent.granted") < order.index("credit.queried") < order.index("approval.granted")
        assert order.index("cost.disclosed") < order.index("contract.signed") < order.index("loan.disbursed")


def test_the_edge_cases_are_there(by_loan: dict[str, Loan]) -> None:
    asked = [first(loan, "application.submitted") for loan in by_loan.values()]
    assert any("employer" not in one for one in asked)
    assert any(len(one["residence_address"]) > 80 for one in asked)
    assert any("·" in one["name"] and len(one["name"]) > 10 for one in asked)
    assert any(any(ord(char) > 0xFFFF for char in one["name"]) for one in asked)
    assert any(first(loan, "loan.disbursed")["value_date"].endswith("-31") for loan in by_loan.values())
    assert any(of_kind(loan, "contact.lost") for loan in by_loan.values())
    methods = Counter(
        event["payload"]["method"] for loan in by_loan.values() for event in of_kind(loan, "payment.received")
    )
    assert {"提前结清", "提前支付两期", "部分还款", "主动还款"} <= set(methods)
    reasons = {first(loan, "loan.closed")["reason"] for loan in by_loan.values() if of_kind(loan, "loan.closed")}
    assert reasons == {"正常结清", "提前结清"}


def test_collection_calls_are_made_by_day(by_loan: dict[str, Loan]) -> None:
    for loan in by_loan.values():
        for event in of_kind(loan, "contact.made"):
            hour = (int(event["occurred_at"][11:13]) + 8) % 24
            assert 8 <= hour < 22  # GB/T 45251


def test_overdue_loans_have_all_their_papers(by_loan: dict[str, Loan]) -> None:
    for loan in by_loan.values():
        names = {item["name"] for event in loan for item in event.get("attachments", [])}
        assert {"个人消费借款合同.pdf", "电子签名记录.json", "还款计划表.json"} <= names
        if not of_kind(loan, "loan.closed") and overdue(loan).days > 60:
            assert {"综合融资成本明示表.pdf", "实名核验报告.pdf", "放款电子回单.pdf", "催收短信记录-1.txt"} <= names


@pytest.mark.parametrize("loans", [1, 2, 7, 40])
def test_small_portfolios_work(loans: int) -> None:
    plans = plan_portfolio(loans, 3, DEFAULT_AS_OF)
    assert len({plan.loan for plan in plans}) == loans
    assert (loans < 2) or any(plan.overdue for plan in plans)
    assert all(plan.terms.disbursed_on < DEFAULT_AS_OF for plan in plans)


@pytest.mark.parametrize("as_of", [date(2024, 2, 29), date(2025, 1, 31), date(2026, 6, 30)])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_fate_can_be_told_for_any_day(press: Press, as_of: date, seed: int) -> None:
    told: set[Fate] = set()
    for plan in plan_portfolio(400, seed, as_of):
        if plan.fate not in told:
            told.add(plan.fate)
            loan = [json.loads(line) for line in loan_lines(plan, seed, as_of, press)]
            assert plan.loan == loan[0]["loan"]
            if plan.fate in IN_DEFAULT:
                assert overdue(loan, as_of).days > 60
    assert told == set(Fate)


def test_every_character_of_a_name_or_place_is_in_the_font(press: Press) -> None:
    assert [char for char in sorted(all_name_characters()) if not press.covers(char)] == []


def test_the_default_is_the_last_day_of_october_2026() -> None:
    assert date(2026, 10, 31) == DEFAULT_AS_OF
    assert DEFAULT_SEED == 20261031
