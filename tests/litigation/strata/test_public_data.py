"""The shipped specifications on public data: what docs/models.md says was measured comes out again."""

from __future__ import annotations

import pytest

from litigation.adapters.model_folder import SHIPPED, read_specification, read_table
from litigation.adapters.model_training import train
from tests.conftest import SHARED

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the wider data are not beside the checkout"),
]


@pytest.mark.parametrize(
    ("name", "file", "rows", "auc", "rule", "kappa"),
    [
        ("lendingclub", "lendingclub_2007_2011/loans.csv.gz", (18_065, 21_721), 0.685, 0.658, 0.226),
        ("uci-taiwan", "uci_taiwan/UCI_Credit_Card.csv.gz", (21_024, 8_976), 0.900, 0.697, 0.691),
    ],
)
def test_what_was_measured_comes_out_again(
    name: str, file: str, rows: tuple[int, int], auc: float, rule: float, kappa: float
) -> None:
    spec, _ = read_specification(SHIPPED / f"{name}.yaml")
    table, digest = read_table(SHARED / "data" / file)
    model, trial = train(spec, table, digest)
    assert (sum(trial.train_counts), sum(trial.test_counts)) == rows
    assert (trial.model.auc, trial.rule.auc) == (pytest.approx(auc, abs=0.001), pytest.approx(rule, abs=0.001))
    assert trial.model.kappa == pytest.approx(kappa, abs=0.002)
    assert trial.model.kappa > trial.rule.kappa
    assert model.derived
