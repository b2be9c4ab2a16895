"""The risk model: it finds what made the data, scores as its library would, names itself, and two people adopt it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from statsmodels.miscmodels.ordinal_model import OrderedModel

from evidence_service.core.canonical import canonical_bytes
from litigation.adapters.model_folder import ModelFolder, ModelStateError, read_specification
from litigation.adapters.model_training import train
from litigation.core.strata.feature import raw_columns
from litigation.core.strata.loan_class import FieldTest, LoanClass, ModelDataError
from litigation.core.strata.model import Model, as_json, model_from
from litigation.core.strata.model_card import Trial, as_markdown, card_of
from litigation.core.strata.ordered_logit import OrderedLogit, matching_cuts
from litigation.core.strata.specification import Specification
from tests.litigation.corrections.conftest import Lender, open_lender
from web.cli import main
from web.init_command import SAMPLE

SPEC = """
model: made-up
version: "1"
title: Made-up loans
purpose: A test that knows the truth.
target: {column: class}
features:
  - {name: income, field: income.recorded.monthly_income, kind: log, low: 0, zh: 收入, en: income}
  - {name: queries, low: 0, high: 12, zh: 查询次数, en: queries}
  - {name: home, kind: level, levels: [own, rent]}
split: {field: id, test_share: 0.3, seed: s}
plain_rule: {field: queries, title: number of queries}
"""
INCOME = "income.recorded.monthly_income"
CLASSES = ("normal", "special-mention", "loss")
TRUTH = {"income": -0.8, "queries": 0.5, "home=rent": 0.7}


@cache
def rows() -> list[dict[str, str]]:
    random = Random(7)
    made = []
    for number in range(3_000):
        income, queries = math.exp(random.gauss(8, 0.7)), random.randint(0, 8)
        home = random.choice(["own", "rent"])
        points = -0.8 * (math.log1p(income) - 8) / 0.7 + 0.5 * (queries - 4) / 2.58 + 0.7 * (home == "rent")
        drawn = points + math.log((u := random.random()) / (1 - u))
        place = 0 if drawn < 1 else 1 if drawn < 2 else 2
        made.append(
            {
                "id": str(number),
                INCOME: "" if number % 50 == 0 else f"{income:.2f}",
                "queries": str(queries),
                "home": home,
                "class": CLASSES[place],
            }
        )
    return made


@cache
def made() -> tuple[Specification, Model, Trial]:
    spec = specification(SPEC)
    model, trial = train(spec, rows(), "d" * 64)
    return spec, model, trial


def specification(text: str) -> Specification:
    import tempfile  # noqa: PLC0415 - a specification is read from a file only

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return read_specification(path)[0]


def weights() -> dict[str, tuple[float, float]]:
    return {one.name: (one.weight, one.error or 0.0) for one in made()[1].logit.columns}


def test_it_finds_the_weights_that_made_the_data() -> None:
    for name, truth in TRUTH.items():
        weight, error = weights()[name]
        assert abs(weight - truth) < 4 * error, name
    assert weights()["home=other"] == (0.0, 0.0)  # a level that nobody has weighs nothing


def test_our_plain_arithmetic_gives_the_library_s_probabilities() -> None:
    spec, model, _ = made()
    logit = model.logit
    seen = [row for row in rows() if not spec.split.is_test(row)]
    weighed = [at for at, one in enumerate(logit.columns) if one.weight]
    table = np.array(
        [
            [logit.columns[at].scale.of(values[at]) for at in weighed]
            for values in (raw_columns(spec.features, row) for row in seen)
        ]
    )
    ranks = np.array([CLASSES.index(row["class"]) for row in seen])
    theirs = OrderedModel(ranks, table, distr="logit").fit(method="newton", disp=0).predict(table[:200])
    ours = np.array([logit.score(row).probabilities for row in seen[:200]])
    assert np.abs(ours - theirs).max() < 1e-4
    assert np.abs(ours.sum(axis=1) - 1).max() < 1e-12


def test_training_again_gives_the_same_bytes_and_the_file_comes_back_whole() -> None:
    spec, model, _ = made()
    again, _ = train(spec, rows(), "d" * 64)
    assert again.content() == model.content()
    assert model_from(json.loads(model.content())) == model
    assert train(spec, rows()[:-1], "e" * 64)[0].digest != model.digest


def test_the_card_says_how_it_did_beside_the_rule_and_the_challenger() -> None:
    spec, model, trial = made()
    card = card_of(spec, model, trial)
    assert trial.model.auc > trial.rule.auc > 0.5
    assert sum(one.rows for one in trial.calibration) == sum(trial.test_counts)
    assert all(abs(one.predicted - one.observed) < 0.15 for one in trial.calibration)
    assert {one.column for one in trial.odds} >= set(TRUTH)
    assert all(one.p_value is not None and one.p_value > 0.001 for one in trial.odds)  # the data has proportional odds
    page = as_markdown(card)
    assert model.digest in page
    assert "Plain rule: number of queries" in page
    assert card["classes_are"] == "given"


def test_a_weight_that_differs_between_cuts_is_noticed() -> None:
    odd = [dict(row) for row in rows()]
    random = Random(3)
    for row in odd:  # whoever is late at all is lost if he rents, and only then
        if row["class"] != "normal":
            row["class"] = "loss" if (row["home"] == "rent") == (random.random() < 0.9) else "special-mention"
    _, trial = train(made()[0], odd, "d" * 64)
    (home,) = [one for one in trial.odds if one.column == "home=rent"]
    assert home.p_value is not None
    assert home.p_value < 1e-6


def test_classes_are_assigned_as_often_as_they_occur() -> None:
    spec, model, trial = made()
    seen = [row for row in rows() if not spec.split.is_test(row)]
    found = [model.logit.assigned(model.logit.score(row).points) for row in seen]
    for one, count in zip(model.logit.classes, trial.train_counts, strict=True):
        assert abs(sum(1 for grade in found if grade is one) - count) <= 2
    assert matching_cuts([3.0, 1.0, 2.0, 4.0], [0, 0, 1, 2], 3) == (3.0, 4.0)


def test_reasons_are_what_added_most() -> None:
    score = made()[1].logit.score({INCOME: "200", "queries": "8", "home": "rent"})
    assert [one.feature for one in score.reasons] == sorted(
        ["income", "queries", "home"], key=lambda name: -next(r.points for r in score.reasons if r.feature == name)
    )
    assert made()[1].logit.score({INCOME: "900000", "queries": "0", "home": "own"}).reasons == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version:", "Version:", "'Version' is not known"),
        ("kind: log", "kind: root", "features[0].kind"),
        ("{column: class}", "{derived: [{class: bad}]}", "target.derived[0].class"),
        ("levels: [own, rent]", "levels: [own]", "features[2].levels"),
        ("test_share: 0.3", "test_share: 0.9", "split"),
        ("model: made-up", "model: ../up", "model: at most 60"),
        ("purpose: A test", "purpose: [", "no YAML"),
    ],
)
def test_a_specification_that_is_wrong_names_the_place(old: str, new: str, says: str) -> None:
    with pytest.raises(ModelDataError) as refused:
        specification(SPEC.replace(old, new))
    assert says in str(refused.value)


@pytest.mark.parametrize("value", ["abc", "inf", "nan"])
def test_a_number_that_is_none_names_the_field_and_not_the_value(value: str) -> None:
    with pytest.raises(ModelDataError) as refused:
        made()[1].logit.score({INCOME: value})
    assert INCOME in str(refused.value)
    assert value not in str(refused.value)


def test_derived_classes_follow_the_first_rule_that_holds() -> None:
    text = SPEC.replace(
        "{column: class}",
        "{derived: [{class: loss, when: [{field: paid, over: lent, below: 0.5}]}, {class: normal}]}",
    )
    target = specification(text).target
    assert target.of({"paid": "4", "lent": "10"}) is LoanClass.LOSS
    assert target.of({"paid": "5", "lent": "10"}) is LoanClass.NORMAL
    assert target.of({"paid": "5", "lent": "0"}) is LoanClass.NORMAL  # a share of nothing is no share
    assert target.derived
    assert not FieldTest("x", least=1.0).holds({})


def test_too_few_rows_and_one_class_are_refused() -> None:
    with pytest.raises(ModelDataError, match="training rows"):
        train(made()[0], rows()[:100], "d" * 64)
    alike = [row | {"class": "normal"} for row in rows()]
    with pytest.raises(ModelDataError, match="1 classes"):
        train(made()[0], alike, "d" * 64)


def test_a_model_whose_thresholds_fall_is_refused() -> None:
    logit = made()[1].logit
    with pytest.raises(ModelDataError, match="rise"):
        replace(logit, thresholds=tuple(reversed(logit.thresholds)))
    assert isinstance(logit, OrderedLogit)


@pytest.fixture
def lender(tmp_path: Path) -> Iterator[Lender]:
    opened = open_lender(tmp_path / "home")
    opened.litigation.evidence.add_institution(SAMPLE)
    yield opened
    opened.engine.dispose()


def run(lender: Lender, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(lender.home), *words])


def answer(lender: Lender, *words: str) -> Any:
    done = run(lender, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def income(loan: str, amount: str) -> dict[str, Any]:
    return {
        "id": f"{loan}:{amount}",
        "institution": SAMPLE,
        "loan": loan,
        "type": "income.recorded",
        "type_version": 1,
        "occurred_at": "2026-01-05T08:00:00Z",
        "actor": {"role": "account-manager", "org": SAMPLE},
        "source": {"system": "los", "mechanism": "automatic", "version": "1"},
        "payload": {"monthly_income": amount, "source": "payslip"},
    }


def files(folder: Path) -> tuple[str, str]:
    spec, table = folder / "spec.yaml", folder / "rows.csv"
    spec.write_text(SPEC, encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows()[0]))
        writer.writeheader()
        writer.writerows(rows())
    return str(spec), str(table)


def test_a_model_is_trained_proposed_approved_by_a_second_person_and_scores(lender: Lender, tmp_path: Path) -> None:
    spec, table = files(tmp_path)
    first = answer(lender, "model", "train", spec, "--data", table)
    assert first["new"]
    again = answer(lender, "model", "train", spec, "--data", table)
    assert (again["new"], again["card"]["model_digest"]) == (False, first["card"]["model_digest"])

    assert json.loads(run(lender, "model", "score", "--json").stdout)["error"]["code"] == "model-state"  # none in force
    waiting = answer(lender, "model", "propose", "made-up", "1", "--by", "Li", "--reason", "first")
    assert waiting["card_digest"] == first["card_digest"]
    own = run(lender, "model", "approve", "--by", " li ", "--card", waiting["card_digest"])
    assert (own.exit_code, "second person" in own.output) == (1, True)
    assert run(lender, "model", "approve", "--by", "Wang", "--card", "0" * 64).exit_code == 1
    answer(lender, "model", "approve", "--by", "Wang", "--card", waiting["card_digest"])
    assert answer(lender, "model", "list")["models"][0]["in_force"]

    out = tmp_path / "scores.csv"
    assert answer(lender, "model", "score", "--table", table, "--id", "id", "--out", str(out))["rows"] == 3_000
    (one, *_) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert one["grade"] in CLASSES
    assert float(one["p_normal"]) == pytest.approx(made()[1].logit.score(rows()[0]).probabilities[0], abs=1e-6)

    assert lender.submit(income("A", "300.00"), income("B", "90000.00")) == ["accepted", "accepted"]
    scored = answer(lender, "model", "score", "A", "B", "--log")
    assert (scored["loans"], scored["logged"]) == (2, 2)
    poor, rich = scored["scores"]
    assert float(poor["probabilities"][0]) < float(rich["probabilities"][0])
    shown = {INCOME: "300.00", "queries": "", "home": ""}
    assert poor["inputs_digest"] == sha256(canonical_bytes(shown)).hexdigest()
    event = lender.litigation.evidence.store.events_of_loan(SAMPLE, "A")[-1]
    payload = json.loads(event.body or b"")["payload"]
    assert (payload["inputs_digest"], payload["grade"]) == (poor["inputs_digest"], poor["grade"])
    assert payload["reasons"][0] == "收入"
    assert answer(lender, "model", "score", "--log")["logged"] == 0  # the same model on the same inputs decided already
    lender.submit(income("A", "310.00"))
    assert answer(lender, "model", "score", "--log")["logged"] == 1

    path = lender.home / "models" / "made-up" / "1" / "model.json"
    changed = as_json(made()[1]) | {"rows": 1}
    path.write_text(json.dumps(changed), encoding="utf-8")
    assert json.loads(run(lender, "model", "score", "--json").stdout)["error"]["code"] == "model-state"


def test_a_version_is_written_once(tmp_path: Path) -> None:
    spec, model, trial = made()
    folder = ModelFolder(tmp_path)
    assert folder.keep(model, card_of(spec, model, trial), b"x")
    assert not folder.keep(model, card_of(spec, model, trial), b"x")
    other = replace(model, rows=1)
    with pytest.raises(ModelStateError, match="new version"):
        folder.keep(other, card_of(spec, other, trial), b"x")
    assert folder.versions() == [("made-up", "1")]
