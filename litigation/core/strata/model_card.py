"""The model card: what a model was made of and how well it did, beside the plain rule and a challenger.

Everything that a compliance officer or a court would ask of it, as strict JSON (numbers are decimal strings) and as a
page of Markdown. Spec: docs/spec/strata.md section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evidence_service.core.canonical import canonical_bytes
from litigation.core.strata.model import Model, text
from litigation.core.strata.specification import Specification

FORMAT = "proofdocket-model-card-1"


@dataclass(frozen=True, slots=True)
class Measures:
    """How one way of ranking did on rows that it had not seen. `brier` is None for a rule: it gives no probability.

    `auc`, `ks` and `brier` are about leaving the best class; `kappa` is Cohen's, with quadratic weights, of the classes
    assigned by cuts that give each class as often as the training rows have it.
    """

    auc: float
    ks: float
    kappa: float
    brier: float | None


@dataclass(frozen=True, slots=True)
class Decile:
    """One tenth of the unseen rows by predicted probability of leaving the best class: what was said, what came."""

    rows: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Odds:
    """Proportional-odds check of one column: its weight at each cut, and Brant's test (1990) of their equality."""

    column: str
    weights: tuple[float, ...]
    chi2: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Trial:
    """All that was measured. `counts` are rows per class, in training and unseen; `left_out` had no class."""

    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    left_out: int
    model: Measures
    rule: Measures
    challenger: Measures
    challenger_name: str
    calibration: tuple[Decile, ...]
    odds: tuple[Odds, ...]
    libraries: tuple[str, ...]


def card_of(spec: Specification, model: Model, trial: Trial) -> dict[str, Any]:
    """The card as strict JSON."""
    return {
        "format": FORMAT,
        "model": model.name,
        "version": model.version,
        "title": spec.title,
        "purpose": spec.purpose,
        "classes_are": "derived from other fields" if model.derived else "given",
        "model_digest": model.digest,
        "spec_digest": model.spec_digest,
        "data_digest": model.data_digest,
        "classes": [one.value for one in model.logit.classes],
        "training_rows": list(trial.train_counts),
        "unseen_rows": list(trial.test_counts),
        "rows_without_class": trial.left_out,
        "coefficients": [
            {"name": one.name, "weight": text(one.weight), "error": None if one.error is None else text(one.error)}
            for one in model.logit.columns
        ],
        "thresholds": [text(one) for one in model.logit.thresholds],
        "measures": {
            "model": _measures(trial.model),
            "plain_rule": {"title": spec.plain_rule.title, **_measures(trial.rule)},
            "challenger": {"title": trial.challenger_name, **_measures(trial.challenger)},
        },
        "calibration": [
            {"rows": one.rows, "predicted": text(one.predicted), "observed": text(one.observed)}
            for one in trial.calibration
        ],
        "proportional_odds": [
            {
                "name": one.column,
                "weights": [text(weight) for weight in one.weights],
                "chi2": None if one.chi2 is None else text(one.chi2),
                "p_value": None if one.p_value is None else text(one.p_value),
            }
            for one in trial.odds
        ],
        "libraries": list(trial.libraries),
    }


def card_digest(card: dict[str, Any]) -> str:
    """SHA-256 of the card's canonical bytes: what the log holds."""
    return sha256(canonical_bytes(card)).hexdigest()


def as_markdown(card: dict[str, Any]) -> str:
    """The card for people."""
    lines = [
        f"# {card['title']}",
        "",
        card["purpose"],
        "",
        f"Model `{card['model']}` version `{card['version']}`; classes {card['classes_are']}.",
        "",
        f"- model SHA-256 `{card['model_digest']}`",
        f"- specification SHA-256 `{card['spec_digest']}`",
        f"- data SHA-256 `{card['data_digest']}`",
        f"- fitted with {', '.join(card['libraries'])}",
        "",
        *_table(
            ("Class", "Training rows", "Unseen rows"),
            zip(card["classes"], card["training_rows"], card["unseen_rows"], strict=True),
        ),
        "",
        f"{card['rows_without_class']} rows had no class and were left out.",
        "",
        "## On rows it had not seen",
        "",
        *_table(
            ("", "AUC", "KS", "Brier", "Quadratic kappa"),
            [
                (title, *(_short(measures[key]) for key in ("auc", "ks", "brier", "kappa")))
                for title, measures in (
                    ("Ordered logit", card["measures"]["model"]),
                    (f"Plain rule: {card['measures']['plain_rule']['title']}", card["measures"]["plain_rule"]),
                    (f"Challenger: {card['measures']['challenger']['title']}", card["measures"]["challenger"]),
                )
            ],
        ),
        "",
        "AUC, KS and Brier are about leaving the best class; kappa compares the classes assigned with those that came.",
        "",
        "## Calibration, by tenths",
        "",
        *_table(
            ("Tenth", "Rows", "Predicted", "Observed"),
            [
                (number, one["rows"], _short(one["predicted"]), _short(one["observed"]))
                for number, one in enumerate(card["calibration"], 1)
            ],
        ),
        "",
        "## Coefficients",
        "",
        "In log-odds towards worse classes, per spread of the column (a 0-or-1 column: against 0).",
        "",
        *_table(
            ("Column", "Weight", "Standard error"),
            [(one["name"], _short(one["weight"]), _short(one["error"])) for one in card["coefficients"]],
        ),
        "",
        f"Thresholds: {', '.join(_short(one) for one in card['thresholds'])}",
        "",
        "## Proportional odds",
        "",
        "The model says that a column weighs alike at every cut. Weights of separate models per cut, and Brant's test:",
        "",
        *_table(
            ("Column", "Weights per cut", "chi2", "p"),
            [
                (
                    one["name"],
                    " / ".join(_short(x) for x in one["weights"]),
                    _short(one["chi2"]),
                    _short(one["p_value"]),
                )
                for one in card["proportional_odds"]
            ],
        ),
        "",
    ]
    return "\n".join(lines)


def _measures(one: Measures) -> dict[str, Any]:
    return {
        "auc": text(one.auc),
        "ks": text(one.ks),
        "kappa": text(one.kappa),
        "brier": None if one.brier is None else text(one.brier),
    }


def _short(value: str | None) -> str:
    return "-" if value is None else format(float(value), ".4f")


def _table(head: Sequence[str], rows: Any) -> list[str]:
    cells = [[str(cell).replace("|", "/") for cell in row] for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in cells)]
