"""A share with its interval and its peers, and whether somebody should look: never from small numbers.

Spec: docs/spec/conformance.md (Intervals). Wilson's interval at 95 %: honest also near 0 and 1 and for few cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from evidence_service.conformance.core.post import Bound, Indicator, Threshold

Z95 = 1.959963984540054


class Standing(StrEnum):
    """What a measure says. TOO_FEW is no verdict: the interval is shown, nobody is judged."""

    NORMAL = "normal"
    NOTABLE = "notable"
    TOO_FEW = "too_few"
    NO_THRESHOLD = "no_threshold"


@dataclass(frozen=True, slots=True)
class Measure:
    """`hits` of `of`; `unmeasured` could not be told. `peers` is the share of everybody else in the post; `expected`
    what his own mix of cases would give at the peers' rates."""

    indicator: Indicator
    hits: int
    of: int
    unmeasured: int
    share: float | None
    low: float | None
    high: float | None
    peers: float | None
    expected: float | None
    standing: Standing


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's score interval of a share at 95 %."""
    share, spread = hits / of, Z95 * Z95 / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 / (1 + spread) * sqrt(share * (1 - share) / of + spread / (4 * of))
    # Exactly 0 and 1 at the ends: what is left of rounding must not count as beyond a threshold of 0.
    return (max(0.0, middle - half) if hits else 0.0), (min(1.0, middle + half) if hits < of else 1.0)


def measure(
    indicator: Indicator,
    counted: tuple[int, int, int],
    others: tuple[int, int],
    threshold: Threshold | None,
    minimum: int,
    expected: float | None = None,
) -> Measure:
    """A measure of (hits, of, unmeasured) beside (hits, of) of the peers."""
    hits, of, unmeasured = counted
    peers = others[0] / others[1] if others[1] else None
    if not of:
        return Measure(indicator, 0, 0, unmeasured, None, None, None, peers, expected, Standing.TOO_FEW)
    low, high = wilson(hits, of)
    standing = _standing(hits / of, low, high, expected if expected is not None else peers, threshold)
    if of < minimum:
        standing = Standing.TOO_FEW
    return Measure(indicator, hits, of, unmeasured, hits / of, low, high, peers, expected, standing)


def _standing(share: float, low: float, high: float, expected: float | None, threshold: Threshold | None) -> Standing:
    """Notable only where the whole interval lies beyond the threshold (or beside what is expected)."""
    if threshold is None:
        return Standing.NO_THRESHOLD
    match threshold.bound:
        case Bound.OVER:
            notable = low > threshold.value
        case Bound.UNDER:
            notable = high < threshold.value
        case Bound.APART:
            if expected is None:
                return Standing.TOO_FEW
            notable = abs(share - expected) >= threshold.value and not low <= expected <= high
    return Standing.NOTABLE if notable else Standing.NORMAL
