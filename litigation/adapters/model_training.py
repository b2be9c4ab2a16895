"""Fit an ordered logit with statsmodels, and try it beside the plain rule and scikit-learn's gradient boosting.

The libraries fit and measure; what is stored is scored by litigation/core/strata alone. Spec: docs/spec/strata.md.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from scipy.stats import chi2 as chi2_law
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import brier_score_loss, cohen_kappa_score, roc_auc_score, roc_curve
from statsmodels.discrete.discrete_model import Logit
from statsmodels.miscmodels.ordinal_model import OrderedModel
from threadpoolctl import threadpool_limits

from litigation.core.strata.feature import column_names, raw_columns, scale_of
from litigation.core.strata.loan_class import LoanClass, ModelDataError
from litigation.core.strata.model import Model, rounded
from litigation.core.strata.model_card import Decile, Measures, Odds, Trial
from litigation.core.strata.ordered_logit import Column, OrderedLogit, matching_cuts
from litigation.core.strata.specification import MIN_ROWS, Specification

Row = Mapping[str, str]
CHALLENGER = "gradient-boosted trees (scikit-learn HistGradientBoostingClassifier, 200 rounds)"
LIBRARIES = ("statsmodels", "scikit-learn", "numpy", "scipy")
RARE = 20
"""A column of levels that fewer training rows have says nothing and is not weighed."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows with their ranks among the classes that occur, raw numbers and scaled numbers."""

    rows: list[Row]
    ranks: Any
    raw: Any
    scaled: Any


def train(spec: Specification, rows: Sequence[Row], data_digest: str) -> tuple[Model, Trial]:
    """Fit and try a model; ModelDataError says what is wrong with the rows. The same rows give the same model."""
    with threadpool_limits(1):  # several threads add up in another order each time
        return _train(spec, rows, data_digest)


def _train(spec: Specification, rows: Sequence[Row], data_digest: str) -> tuple[Model, Trial]:
    kept = [row for row in rows if all(test.holds(row) for test in spec.keep)]
    classed = [(row, found) for row in kept if (found := spec.target.of(row)) is not None]
    seen = [(row, one) for row, one in classed if not spec.split.is_test(row)]
    unseen = [(row, one) for row, one in classed if spec.split.is_test(row)]
    classes = [one for one in LoanClass if any(one is found for _, found in seen)]
    if len(seen) < MIN_ROWS or not unseen or len(classes) < 2:
        raise ModelDataError(
            f"{len(seen)} training rows, {len(unseen)} unseen rows, {len(classes)} classes: a model needs "
            f"{MIN_ROWS}, one and two at least"
        )
    unseen = [(row, one) for row, one in unseen if one in classes]
    names = column_names(spec.features)
    raw = np.array([raw_columns(spec.features, row) for row, _ in seen])
    scales = [
        scale_of(raw[:, at].tolist(), indicator=":missing" in name or "=" in name) for at, name in enumerate(names)
    ]

    def part(pairs: list[tuple[Row, LoanClass]]) -> _Part:
        numbers = np.array([raw_columns(spec.features, row) for row, _ in pairs])
        scaled = np.array([[scale.of(v) for scale, v in zip(scales, line, strict=True)] for line in numbers.tolist()])
        return _Part([row for row, _ in pairs], np.array([classes.index(one) for _, one in pairs]), numbers, scaled)

    training, trying = part(seen), part(unseen)
    weighed = [at for at, name in enumerate(names) if _speaks(training.scaled[:, at], name)]
    if not weighed:
        raise ModelDataError("no feature differs between the training rows")
    weights, errors, thresholds = _fit(training, weighed, len(classes))
    points = [
        math.fsum(w * line[at] for w, at in zip(weights, weighed, strict=True)) for line in training.scaled.tolist()
    ]
    columns = tuple(
        Column(
            name,
            type(scales[at])(rounded(scales[at].centre), rounded(scales[at].spread)),
            rounded(weights[weighed.index(at)]) if at in weighed else 0.0,
            rounded(errors[weighed.index(at)]) if at in weighed else None,
        )
        for at, name in enumerate(names)
    )
    cuts = tuple(rounded(one) for one in matching_cuts(points, training.ranks.tolist(), len(classes)))
    logit = OrderedLogit(tuple(classes), tuple(rounded(one) for one in thresholds), cuts, spec.features, columns)
    model = Model(spec.name, spec.version, spec.digest, data_digest, len(seen), spec.target.derived, logit)
    return model, _try(spec, logit, training, trying, weighed, names, len(kept) - len(classed))


def _speaks(values: Any, name: str) -> bool:
    """Whether a column tells rows apart: a rare level does not."""
    if ":missing" in name or "=" in name:
        return bool(RARE <= values.sum() <= len(values) - RARE)
    return bool(values.std() > 0)


def _fit(part: _Part, weighed: list[int], classes: int) -> tuple[list[float], list[float], list[float]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said by the convergence flag, which is looked at
        found = OrderedModel(part.ranks, part.scaled[:, weighed], distr="logit").fit(
            method="bfgs", maxiter=1000, disp=0
        )
    if not found.mle_retvals["converged"]:
        raise ModelDataError("the fit did not converge: leave out features that say the same, or rare levels")
    count = len(weighed)
    thresholds = found.model.transform_threshold_params(found.params)[1:classes]
    return found.params[:count].tolist(), found.bse[:count].tolist(), thresholds.tolist()


def _try(
    spec: Specification,
    logit: OrderedLogit,
    training: _Part,
    trying: _Part,
    weighed: list[int],
    names: list[str],
    left_out: int,
) -> Trial:
    """Measure model, rule and challenger on rows that none of them has seen."""
    scores = [logit.score(row) for row in trying.rows]
    left_best = np.array([1.0 - score.probabilities[0] for score in scores])
    ours = np.array([logit.classes.index(logit.assigned(score.points)) for score in scores])
    rule_train = [spec.plain_rule.points(row) for row in training.rows]
    rule_test = np.array([spec.plain_rule.points(row) for row in trying.rows])
    boosted = HistGradientBoostingClassifier(max_iter=200, learning_rate=0.05, max_leaf_nodes=15, random_state=0)
    boosted.fit(training.raw, training.ranks)
    ranks = np.arange(len(logit.classes))
    theirs_train, theirs = boosted.predict_proba(training.raw), boosted.predict_proba(trying.raw)
    return Trial(
        _counts(training.ranks, len(ranks)),
        _counts(trying.ranks, len(ranks)),
        left_out,
        _measures(trying.ranks, left_best, ours, probability=True),
        _measures(
            trying.ranks, rule_test, _assigned(rule_train, rule_test, training.ranks, len(ranks)), probability=False
        ),
        _measures(
            trying.ranks,
            1.0 - theirs[:, 0],
            _assigned((theirs_train @ ranks).tolist(), theirs @ ranks, training.ranks, len(ranks)),
            probability=True,
        ),
        CHALLENGER,
        _calibration(trying.ranks, left_best),
        _odds(training, weighed, names, len(ranks)),
        tuple(f"{name} {version(name)}" for name in LIBRARIES),
    )


def _counts(ranks: Any, classes: int) -> tuple[int, ...]:
    return tuple(int((ranks == rank).sum()) for rank in range(classes))


def _assigned(train_points: Sequence[float], points: Any, ranks: Any, classes: int) -> Any:
    """Classes by cuts that match the training shares: the same way for the rule, the challenger and the model."""
    cuts = matching_cuts(train_points, ranks.tolist(), classes)
    return np.array([sum(1 for cut in cuts if value >= cut) for value in points])


def _measures(ranks: Any, points: Any, assigned: Any, *, probability: bool) -> Measures:
    left = (ranks > 0).astype(int)
    if left.min() == left.max():
        raise ModelDataError("all unseen rows are of one kind: nothing can be measured on them")
    false_alarm, caught, _ = roc_curve(left, points)
    return Measures(
        float(roc_auc_score(left, points)),
        float((caught - false_alarm).max()),
        float(cohen_kappa_score(ranks, assigned, weights="quadratic")),
        float(brier_score_loss(left, points)) if probability else None,
    )


def _calibration(ranks: Any, chances: Any) -> tuple[Decile, ...]:
    order = np.argsort(chances, kind="stable")
    return tuple(
        Decile(len(tenth), float(chances[tenth].mean()), float((ranks[tenth] > 0).mean()))
        for tenth in np.array_split(order, 10)
        if len(tenth)
    )


def _odds(part: _Part, weighed: list[int], names: list[str], classes: int) -> tuple[Odds, ...]:
    """Separate logits per cut, and Brant's Wald test for each column; one cut leaves nothing to compare."""
    design = np.column_stack([np.ones(len(part.ranks)), part.scaled[:, weighed]])
    fits, chances = [], []
    for cut in range(1, classes):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fitted = Logit((part.ranks >= cut).astype(float), design).fit(disp=0, maxiter=200)
            except np.linalg.LinAlgError:
                return ()
        fits.append(fitted.params)
        chances.append(fitted.predict(design))
    covariance = _brant_covariance(design, chances)
    answers = []
    for place, at in enumerate(weighed):
        weights = np.array([fit[place + 1] for fit in fits])
        chi2, p_value = _wald(weights, covariance[:, :, place + 1]) if len(fits) > 1 else (None, None)
        answers.append(Odds(names[at], tuple(float(one) for one in weights), chi2, p_value))
    return tuple(answers)


def _brant_covariance(design: Any, chances: list[Any]) -> Any:
    """Variances of each column's weight across cuts: [cut, cut, column] (Brant 1990, eq. 7)."""
    inverses = [np.linalg.pinv(design.T @ (design * (one * (1 - one))[:, None])) for one in chances]
    count = len(chances)
    answer = np.zeros((count, count, design.shape[1]))
    for low in range(count):
        for high in range(low, count):
            both = chances[high] - chances[low] * chances[high]  # P(above both) = P(above the higher)
            middle = inverses[low] @ (design.T @ (design * both[:, None])) @ inverses[high]
            answer[low, high] = answer[high, low] = np.diag(middle)
    return answer


def _wald(weights: Any, covariance: Any) -> tuple[float | None, float | None]:
    """Wald statistic that all weights are equal, and its p-value; None where it cannot be computed."""
    contrast = np.eye(len(weights))[:-1] - np.eye(len(weights))[1:]
    difference = contrast @ weights
    spread = contrast @ covariance @ contrast.T
    try:
        value = float(difference @ np.linalg.solve(spread, difference))
    except np.linalg.LinAlgError:
        return None, None
    if not math.isfinite(value) or value < 0:
        return None, None
    return value, float(chi2_law.sf(value, len(difference)))
