"""A second evaluator, written from docs/spec/conformance.md only and as plainly as can be: the oracle of the engine.

It knows no early exits, no indexes by type and no shared code but the event itself; every rule is a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, permutations

from evidence_service.conformance.core.happening import Happening

ORDER = ("breach", "unordered", "unknown", "satisfied")


def of(loan: Sequence[Happening], kind: str) -> list[Happening]:
    return [one for one in loan if one.type == kind]


def orders(loan: Sequence[Happening]) -> list[list[Happening]]:
    """Every order of a loan's events that their times allow: the events of one instant in any order."""
    return [
        list(order) for order in permutations(loan) if all(first.at <= second.at for first, second in pairwise(order))
    ]


def by_orders(loan: Sequence[Happening], holds_in: list[bool]) -> str:
    """Kept in every order: satisfied. In none: a breach. In some: unordered."""
    return "satisfied" if all(holds_in) else ("unordered" if any(holds_in) else "breach")


def precedence(loan: Sequence[Happening], before: str, event: str) -> str:
    if not of(loan, event):
        return "none"
    kept = []
    for order in orders(loan):
        kinds = [one.type for one in order]
        kept.append(before in kinds[: kinds.index(event)])
    return by_orders(loan, kept)


def response(loan: Sequence[Happening], event: str, after: str) -> str:
    """After the last `event`."""
    if not of(loan, event):
        return "none"
    kept = []
    for order in orders(loan):
        kinds = [one.type for one in order]
        last = len(kinds) - 1 - kinds[::-1].index(event)
        kept.append(after in kinds[last:])
    return by_orders(loan, kept)


def not_while(loan: Sequence[Happening], event: str, opens: str, ends: str) -> str:
    """For each `event` by itself, then the heaviest."""
    if not of(loan, event):
        return "none"
    answers = []
    for one in of(loan, event):
        kept = []
        for order in orders(loan):
            before = [other.type for other in order[: order.index(one)]]
            rest = before[len(before) - before[::-1].index(opens) :] if opens in before else None
            kept.append(rest is None or ends in rest)
        answers.append(by_orders(loan, kept))
    return min(answers, key=ORDER.index)


def different(loan: Sequence[Happening], first: str, second: str) -> str:
    """`first` (any) and the last `second`."""
    if not of(loan, first) or not of(loan, second):
        return "none"
    newest = max(one.at for one in of(loan, second))
    lasts = [one for one in of(loan, second) if one.at == newest]
    same = [any(one.actor == last.actor and one.actor is not None for one in of(loan, first)) for last in lasts]
    if all(same):
        return "breach"
    if any(same):
        return "unordered"
    if any(one.actor is None for one in (*of(loan, first), *lasts)):
        return "unknown"
    return "satisfied"
