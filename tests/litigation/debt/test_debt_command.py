"""The debt command: the worked example of the spec, O-4 from a file, and every refusal with its field."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from litigation.core.schedule import schedule_for
from litigation.debt_commands import debt
from litigation.debt_input import parse_debt
from litigation.errors import DebtInputError
from litigation.rulebook import load_rules
from tests.litigation.debt.loans import loan_o2

SPEC = Path(__file__).parents[3] / "docs" / "spec" / "debt.md"
O4: dict[str, Any] = {
    "currency": "CNY",
    "principal": "50000.00",
    "disbursed_on": "2025-03-10",
    "annual_rate": "0.18",
    "term_months": 24,
    "repayment": "equal_instalment",
    "penalty_rate": "0.234",
    "compound": True,
    "day_count": 360,
    "payments": [{"on": row.due.isoformat(), "amount": str(row.payment)} for row in schedule_for(loan_o2())[:6]],
    "prepay": False,
    "acceleration": {"effective_on": "2026-01-10"},
    "cutoff": "2026-02-10",
    "cap": {"annual": "0.24", "method": "global"},
    "allocation": None,
    "costs": [],
}


def run(folder: Path, content: str | bytes, *options: str) -> Result:
    file = folder / "loan.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CliRunner().invoke(debt, [str(file), *options])


def changed(**changes: Any) -> str:
    return json.dumps(O4 | changes)


def agreed(**changes: Any) -> str:
    """The O-4 loan with one agreement; a change of None leaves the field out."""
    told = {"on": "2025-12-20", "first_due": "2026-02-20", "instalments": 6} | changes
    return changed(restructuring=[{key: value for key, value in told.items() if value is not None}])


MONEY = re.compile(r"[0-9]+\.[0-9]{2}")
SUMS = ("principal", "interest", "penalty", "compound", "costs", "total", "per_diem", "court_fee", "court_fee_half")


@pytest.mark.parametrize("repayment", ["equal_instalment", "equal_principal", "bullet", "interest_monthly"])
@pytest.mark.parametrize("method", ["global", "per_line", "none"])
@pytest.mark.parametrize(
    "allocation",
    [None, {"kinds": ["costs", "penalty", "compound", "interest", "principal"], "order": "by_instalment"}],
    ids=["by law", "by contract"],
)
def test_a_file_of_exactly_the_agreed_keys_is_answered_with_all_agreed_keys(
    tmp_path: Path, repayment: str, method: str, allocation: Any
) -> None:
    """The keys that other programs rely on: amounts are strings with two decimals, `cut` names its items."""
    costs = [{"on": "2026-01-20", "amount": "300.00", "kind": "attorney_fee"}]
    asked = O4 | {
        "repayment": repayment,
        "allocation": allocation,
        "costs": costs,
        "cap": {"annual": "0.10", "method": method},
    }
    result = run(tmp_path, json.dumps(asked), "--json")
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert all(MONEY.fullmatch(answer[key]) for key in SUMS)
    assert answer["applied_cap"] == method
    for caps in (answer["caps"]["global"], answer["caps"]["per_line"]):
        assert MONEY.fullmatch(caps["allowed"])
        assert Decimal(caps["cut"]) == sum(Decimal(part["amount"]) for part in caps["removed"])
    assert Decimal(answer["caps"]["global"]["cut"]) > 0
    assert answer["schedule"]
    for line in answer["lines"]:
        assert {"item", "due", "principal", "interest", "days", "penalty", "compound", "rule"} <= line.keys()
    parts = sum(Decimal(answer[key]) for key in SUMS[:5])
    cut = Decimal(0) if method == "none" else Decimal(answer["caps"][method]["cut"])
    assert parts == Decimal(answer["total"]) == Decimal(answer["uncapped"]["total"]) - cut


def test_the_worked_example_of_the_spec_is_what_the_command_answers(tmp_path: Path) -> None:
    asked, expected = re.findall(r"```json\n(.*?)\n```", SPEC.read_text(encoding="utf-8"), re.DOTALL)
    result = run(tmp_path, asked, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer.pop("rules_digest") == load_rules().digest
    told = json.loads(expected)
    del told["rules_digest"]
    used, shown = answer.pop("rules_used"), told.pop("rules_used")
    assert answer == told
    assert used[: len(shown)] == shown
    assert all(entry["source"] and entry["mark"] in {"V", "S", "O"} for entry in used)


def test_o4_from_a_file_as_json(tmp_path: Path) -> None:
    result = run(tmp_path, json.dumps(O4), "--json")
    answer = json.loads(result.stdout)
    told = {key: answer[key] for key in ("principal", "interest", "penalty", "compound", "total", "per_diem")}
    assert told == {
        "principal": "39121.91", "interest": "2173.75", "penalty": "1018.95", "compound": "111.69",
        "total": "42426.30", "per_diem": "25.43",
    }  # fmt: skip
    assert (answer["court_fee"], answer["court_fee_half"]) == ("860.66", "430.33")
    assert answer["applied_cap"] == "global"
    assert (answer["caps"]["global"]["allowed"], answer["caps"]["global"]["cut"]) == ("3990.43", "0.00")
    assert (answer["caps"]["per_line"]["allowed"], answer["caps"]["per_line"]["cut"]) == ("1028.92", "101.72")
    assert answer["paid"]["interest_paid_through"] == "2025-09-10"
    assert (answer["overdue_since"], answer["overdue_days"]) == ("2025-10-10", 123)


def test_o4_from_a_file_as_a_table(tmp_path: Path) -> None:
    result = run(tmp_path, json.dumps(O4))
    assert result.exit_code == 0
    assert "42,426.30 元 (肆万贰仟肆佰贰拾陆元叁角整)" in result.stdout


BAD: list[tuple[str, str, str]] = [
    ("unknown field", changed(principle="1.00"), "principle"),
    ("restructuring is no list", changed(restructuring={}), "restructuring"),
    ("restructuring without a first day", agreed(first_due=None), "restructuring[0].first_due"),
    ("restructuring with more", agreed(rate="0.1"), "restructuring[0].rate"),
    ("restructuring in half instalments", agreed(instalments=1.5), "restructuring[0].instalments"),
    ("rate of a restructuring in percent", agreed(annual_rate="12"), "restructuring[0].annual_rate"),
    ("arrears of principal", agreed(arrears={"principal": "waived"}), "restructuring[0].arrears.principal"),
    ("arrears forgotten", agreed(arrears={"penalty": "forgotten"}), "restructuring[0].arrears.penalty"),
    ("arrears not named", agreed(), "restructuring[0].arrears.interest"),
    ("restructuring before disbursement", agreed(on="2025-03-09"), "restructuring[0].on"),
    ("restructuring on the day of acceleration", agreed(on="2026-01-10"), "restructuring[0].on"),
    ("money as float", changed(principal=50000.0), "principal"),
    ("money as whole number", changed(principal=50000), "principal"),
    ("money with three decimals", changed(principal="1.005"), "principal"),
    ("money with separators", changed(principal="50,000.00"), "principal"),
    ("money in full-width digits", changed(principal="５００"), "principal"),
    ("nothing lent", changed(principal="0.00"), "principal"),
    ("negative principal", changed(principal="-1.00"), "principal"),
    ("NaN", changed(principal=float("nan")), "principal"),
    ("NaN as text", changed(principal="NaN"), "principal"),
    ("infinite rate", changed(annual_rate=float("inf")), "annual_rate"),
    ("rate as float", changed(annual_rate=0.18), "annual_rate"),
    ("rate in percent", changed(annual_rate="18"), "annual_rate"),
    ("negative rate", changed(penalty_rate="-0.1"), "penalty_rate"),
    ("rate in exponent form", changed(penalty_rate="1e-1"), "penalty_rate"),
    ("other currency", changed(currency="USD"), "currency"),
    ("currency as number", changed(currency=1), "currency"),
    ("term of nothing", changed(term_months=0), "term_months"),
    ("term as float", changed(term_months=24.0), "term_months"),
    ("term as text", changed(term_months="24"), "term_months"),
    ("term as truth", changed(term_months=True), "term_months"),
    ("other repayment", changed(repayment="balloon"), "repayment"),
    ("compound as text", changed(compound="true"), "compound"),
    ("prepay as number", changed(prepay=0), "prepay"),
    ("other day count", changed(day_count=366), "day_count"),
    ("no day", changed(disbursed_on="2025-02-30"), "disbursed_on"),
    ("day in another form", changed(disbursed_on="20250310"), "disbursed_on"),
    ("day with time", changed(cutoff="2026-02-10T00:00:00Z"), "cutoff"),
    ("cut-off before disbursement", changed(cutoff="2025-03-09"), "cutoff"),
    ("payment before disbursement", changed(payments=[{"on": "2025-03-09", "amount": "1.00"}]), "payments[0].on"),
    ("payment of nothing", changed(payments=[{"on": "2025-04-10", "amount": "0"}]), "payments[0].amount"),
    ("negative payment", changed(payments=[{"on": "2025-04-10", "amount": "-5.00"}]), "payments[0].amount"),
    ("payment as float", changed(payments=[{"on": "2025-04-10", "amount": 1.5}]), "payments[0].amount"),
    ("payment without day", changed(payments=[{"amount": "1.00"}]), "payments[0].on"),
    ("payment with more", changed(payments=[{"on": "2025-04-10", "amount": "1", "x": 1}]), "payments[0].x"),
    ("prepay of a payment", changed(payments=[{"on": "2025-04-10", "amount": "1", "prepay": 1}]), "payments[0].prepay"),
    ("payments as object", changed(payments={}), "payments"),
    ("acceleration as day", changed(acceleration="2026-01-10"), "acceleration"),
    (
        "acceleration before disbursement",
        changed(acceleration={"effective_on": "2025-03-09"}),
        "acceleration.effective_on",
    ),
    ("cap method", changed(cap={"annual": "0.24", "method": "both"}), "cap.method"),
    ("cap without rate", changed(cap={"method": "none"}), "cap.annual"),
    ("cap rate as float", changed(cap={"annual": 0.24, "method": "none"}), "cap.annual"),
    ("cap missing", json.dumps({key: O4[key] for key in O4 if key != "cap"}), "cap"),
    ("allocation of four", changed(allocation={"kinds": ["costs"], "order": "by_kind"}), "allocation.kinds"),
    (
        "allocation kind unknown",
        changed(allocation={"kinds": ["fees"], "order": "by_kind"}),
        "allocation.kinds[0]",
    ),
    ("cost kind of two words", changed(costs=[{"on": "2026-01-01", "amount": "1", "kind": "a b"}]), "costs[0].kind"),
    ("cost before disbursement", changed(costs=[{"on": "2025-01-01", "amount": "1", "kind": "a"}]), "costs[0].on"),
    ("deduction of everything", changed(deducted_upfront="50000.00"), "deducted_upfront"),
    ("duplicate key", json.dumps(O4)[:-1] + ', "principal": "1.00"}', "principal"),
    ("no object", "[]", "file"),
    ("no JSON", "{", "file"),
    ("empty", "", "file"),
    ("deep nesting", "[" * 100_000, "file"),
    ("endless number", '{"principal": ' + "9" * 5000 + "}", "file"),
]


@pytest.mark.parametrize(("content", "field"), [pytest.param(*case[1:], id=case[0]) for case in BAD])
def test_bad_input_is_refused_with_its_field(tmp_path: Path, content: str, field: str) -> None:
    result = run(tmp_path, content, "--json")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {field}: ")
    assert result.stderr.count("\n") == 1
    assert json.loads(result.stdout)["error"]["field"] == field


def test_bytes_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    assert "file: is not UTF-8" in run(tmp_path, b"\xff{}").stderr


def test_without_json_a_refusal_prints_nothing_on_standard_output(tmp_path: Path) -> None:
    result = run(tmp_path, "{}")
    assert (result.exit_code, result.stdout) == (1, "")


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert CliRunner().invoke(debt, [str(tmp_path / "none.json")]).exit_code == 2


def test_fields_with_a_default_may_be_left_out() -> None:
    optional = {"payments", "prepay", "acceleration", "allocation", "costs"}
    asked = parse_debt(json.dumps({key: O4[key] for key in O4 if key not in optional}).encode())
    assert asked.payments == ()
    assert asked.terms.accelerated_on is None


def test_an_error_does_not_repeat_the_value() -> None:
    with pytest.raises(DebtInputError) as caught:
        parse_debt(changed(principal="张三 350521199001011234").encode())
    assert "350521" not in str(caught.value)
