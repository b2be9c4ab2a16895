"""The debt by both engines: the worked case of the spec, and loans drawn at random, to the cent and line by line."""

from __future__ import annotations

import json
import random
import re
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.conftest import ROOT
from tests.verifier_html.second import CLI
from web.cli import main

TOTALS = ("principal", "interest", "penalty", "compound", "costs", "total", "per_diem", "undue_principal")
LINE = ("item", "due", "principal", "interest", "penalty", "compound")
KINDS = ["costs", "penalty", "compound", "interest", "principal"]


def drawn(rng: random.Random) -> dict[str, Any]:
    """A loan with everything that this page computes."""
    start = date(2024, 1, 1) + timedelta(rng.randrange(360))
    cutoff = start + timedelta(rng.randrange(900))

    def day() -> str:
        return (start + timedelta(rng.randrange((cutoff - start).days + 40))).isoformat()

    def money(most: int) -> str:
        return f"{rng.randrange(1, most)}.{rng.randrange(100):02d}"

    kinds = rng.sample(KINDS, 5)
    return {
        "currency": "CNY",
        "principal": money(90_000),
        "disbursed_on": start.isoformat(),
        "annual_rate": rng.choice(["0", "0.144", "0.24"]),
        "term_months": rng.randrange(1, 25),
        "repayment": rng.choice(["equal_instalment", "equal_principal", "bullet", "interest_monthly"]),
        "penalty_rate": rng.choice(["0", "0.1872", "0.5"]),
        "compound": rng.random() < 0.6,
        "day_count": rng.choice([360, 365]),
        "cutoff": cutoff.isoformat(),
        "cap": {"annual": rng.choice(["0.24", "0.10"]), "method": rng.choice(["global", "per_line", "none"])},
        "prepay": rng.random() < 0.3,
        "payments": [{"on": day(), "amount": money(8_000)} for _ in range(rng.randrange(6))],
        "costs": [
            {"on": day(), "amount": money(900), "kind": rng.choice(["attorney_fee", "court_fee", "notary_fee"])}
            for _ in range(rng.randrange(3))
        ],
        "acceleration": {"effective_on": day()} if rng.random() < 0.4 else None,
        "allocation": {"kinds": kinds, "order": rng.choice(["by_instalment", "by_kind"])}
        if rng.random() < 0.4
        else None,
    }


def agreed(rng: random.Random, value: dict[str, Any]) -> dict[str, Any]:
    """The loan with agreements on new terms: of every kind of arrears, deferred, at other rates, of other plans."""
    start, cutoff = date.fromisoformat(value["disbursed_on"]), date.fromisoformat(value["cutoff"])
    agreements = []
    for _ in range(rng.choice([1, 1, 2, 3])):
        on = start + timedelta(rng.randrange((cutoff - start).days + 30))
        same_day = on.replace(day=min(on.day, 28), month=on.month % 12 + 1, year=on.year + on.month // 12)
        one: dict[str, Any] = {
            "on": on.isoformat(),
            "first_due": rng.choice([on + timedelta(rng.randrange(1, 200)), same_day]).isoformat(),
            "instalments": rng.choice([1, 1, rng.randrange(1, 15)]),
            "arrears": {
                kind: rng.choice(["capitalised", "waived", "carried"])
                for kind in ("interest", "penalty", "compound")
                if rng.random() < 0.97
            },
        }
        for name, choices in (
            ("annual_rate", ["0", "0.12"]),
            ("penalty_rate", ["0", "0.156"]),
            ("repayment", ["equal_instalment", "equal_principal", "bullet", "interest_monthly"]),
            ("principal", ["1000.00"] if rng.random() < 0.1 else []),
        ):
            if choices and rng.random() < 0.5:
                one[name] = rng.choice(choices)
        agreements.append(one)
    return {**value, "restructuring": agreements}


def figures(claim: dict[str, Any]) -> dict[str, Any]:
    lines = [{name: line[name] for name in LINE} for line in claim["lines"]]
    return {name: claim[name] for name in TOTALS} | {"lines": lines}


def by_first(value: dict[str, Any], folder: Path) -> dict[str, Any]:
    file = folder / "loan.json"
    file.write_text(json.dumps(value))
    answer: dict[str, Any] = json.loads(CliRunner().invoke(main, ["debt", str(file), "--json"]).stdout)
    return {"error": True} if "error" in answer else figures(answer)


def by_second(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    text = "".join(json.dumps(value) + "\n" for value in values)
    done = subprocess.run(
        ["node", str(CLI), "--debt"], input=text.encode(), capture_output=True, check=True, cwd=ROOT, timeout=60
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [{"error": True} if "error" in one else one for one in answers]


def test_the_worked_case_of_the_spec_comes_out_to_the_cent() -> None:
    page = (ROOT / "docs" / "spec" / "debt.md").read_text()
    value = json.loads(re.findall(r"```json\n(.*?)```", page, re.S)[0])
    claim = by_second([value])[0]
    assert [claim[name] for name in TOTALS] == [
        "2452.84",
        "37.50",
        "68.75",
        "0.00",
        "200.00",
        "2759.09",
        "1.64",
        "0.00",
    ]


def test_both_engines_agree_on_loans_drawn_at_random(tmp_path: Path) -> None:
    rng = random.Random(20261122)
    values = [drawn(rng) for _ in range(60)]
    assert by_second(values) == [by_first(value, tmp_path) for value in values]


def test_both_engines_agree_on_loans_with_new_terms(tmp_path: Path) -> None:
    rng = random.Random(543678)
    values = [agreed(rng, drawn(rng)) for _ in range(70)]
    second = by_second(values)
    assert second == [by_first(value, tmp_path) for value in values]
    assert 20 <= sum("error" not in one for one in second) < 70  # both refuse the same ones


def test_what_is_out_of_form_is_refused() -> None:
    value = drawn(random.Random(1))
    agreement = {**value, "restructuring": [{"on": "2024-05-01", "first_due": "2024-05-01", "instalments": 3}]}
    refused = by_second([agreement, {"judgment": {}}, {**value, "unknown": 1}, {**value, "principal": 3000}])
    assert ["error" in one for one in refused] == [True] * 4
