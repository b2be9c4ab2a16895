"""The program against a second implementation of the spec page, on random loans: the same cents everywhere."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from random import Random
from typing import Any

from litigation.core.claim import compute_claim
from litigation.core.claim_json import claim_to_json
from litigation.debt_input import parse_debt
from litigation.errors import DebtInputError
from litigation.rulebook import load_rules
from tests.litigation.debt.oracle import LAW, NothingToAgreeOnError, Oracle

CASES = int(os.environ.get("PROOFDOCKET_DEBT_CASES", "400"))
RULES = load_rules()


def amount(random: Random, most: int) -> str:
    return f"{random.randint(1, most * 100) / 100:.2f}"


def rate(random: Random) -> str:
    return random.choice(["0", "0.12", "0.18", "0.234", "0.24", f"{random.randint(0, 5000) / 10000:.4f}"])


def random_loan(random: Random) -> dict[str, Any]:
    start = date(2023, 12, 1) + timedelta(days=random.randint(0, 100))

    def day(last: int = 420) -> str:
        return (start + timedelta(days=random.randint(0, last))).isoformat()

    agreements = sorted({day() for _ in range(random.choice([0, 0, 1, 1, 2]))})
    kinds = random.sample(LAW, 5)
    doc: dict[str, Any] = {
        "currency": "CNY",
        "principal": amount(random, 60_000),
        "disbursed_on": start.isoformat(),
        "annual_rate": rate(random),
        "term_months": random.randint(1, 14),
        "repayment": random.choice(["equal_instalment", "equal_principal", "bullet", "interest_monthly"]),
        "penalty_rate": rate(random),
        "compound": random.random() < 0.7,
        "day_count": random.choice([360, 365]),
        "payments": [
            {"on": day(), "amount": amount(random, random.choice([50, 4_000, 40_000]))}
            | ({} if random.random() < 0.6 else {"prepay": random.random() < 0.7})
            for _ in range(random.randint(0, 6))
        ],
        "prepay": random.random() < 0.3,
        "acceleration": {"effective_on": day()} if random.random() < 0.5 else None,
        "cutoff": day(480),
        "cap": {"annual": rate(random), "method": random.choice(["global", "per_line", "none"])},
        "allocation": None
        if random.random() < 0.4
        else {"kinds": kinds, "order": random.choice(["by_kind", "by_instalment"])},
        "costs": [
            {
                "on": day(),
                "amount": amount(random, 900),
                "kind": random.choice(["attorney_fee", "court_fee", "service_fee"]),
            }
            for _ in range(random.choice([0, 0, 1, 2]))
        ],
        "restructuring": [agreement(random, on) for on in agreements],
    }
    if random.random() < 0.2:
        doc["deducted_upfront"] = f"{float(doc['principal']) / 20:.2f}"
    return doc


def agreement(random: Random, on: str) -> dict[str, Any]:
    bullet = random.random() < 0.2
    told: dict[str, Any] = {
        "on": on,
        "first_due": (date.fromisoformat(on) + timedelta(days=random.choice([1, 17, 30, 31, 61, 92]))).isoformat(),
        "instalments": 1 if bullet else random.randint(1, 9),
        "repayment": "bullet" if bullet else random.choice(["equal_instalment", "equal_principal", "interest_monthly"]),
        "arrears": {
            kind: random.choice(["capitalised", "carried", "waived"]) for kind in ("interest", "penalty", "compound")
        },
    }
    for name in ("annual_rate", "penalty_rate"):
        if random.random() < 0.5:
            told[name] = rate(random)
    return told


def computable(doc: dict[str, Any]) -> bool:
    """No agreement on the day of the acceleration."""
    acceleration = doc["acceleration"]
    return not acceleration or all(one["on"] != acceleration["effective_on"] for one in doc["restructuring"])


def told_by_oracle(doc: dict[str, Any]) -> dict[str, Any] | str:
    try:
        return Oracle(doc).answer()
    except NothingToAgreeOnError:
        return "nothing to agree on"


def told_by_program(doc: dict[str, Any]) -> dict[str, Any] | str:
    asked = parse_debt(json.dumps(doc).encode())
    try:
        claim = compute_claim(asked.terms, asked.payments, asked.cutoff, rules=RULES)
    except DebtInputError as refused:
        return "nothing to agree on" if "nothing to agree on" in refused.problem else str(refused)
    answer = claim_to_json(claim)
    kept = {key: answer[key] for key in (*LAW, "total", "per_diem", "undue_principal", "allocations")}
    caps = {name: {key: answer["caps"][name][key] for key in ("allowed", "removed")} for name in ("global", "per_line")}
    lines = [[line["item"], line["due"], line["principal"], line["days"]] for line in answer["lines"]]
    return kept | {"caps": caps, "surplus": answer["paid"]["surplus"], "lines": lines}


def test_two_implementations_of_the_page_agree_to_the_cent() -> None:
    compared, agreements = 0, 0
    for number in range(CASES):
        doc = random_loan(Random(number))
        if not computable(doc):
            continue
        assert told_by_program(doc) == told_by_oracle(doc), f"loan {number}: {json.dumps(doc)}"
        compared += 1
        agreements += any(one["on"] <= doc["cutoff"] for one in doc["restructuring"])
    assert compared > CASES * 0.9
    assert agreements > CASES * 0.2
