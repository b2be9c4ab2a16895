"""Condition: what a loan's newest event of a type must say for the loan to be chosen.

Spec: docs/spec/bundle.md. Written `TYPE.FIELD=VALUE`, for example `loan.charged_off.status=Charged Off`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evidence_service.core.catalogue import CATALOGUE
from litigation.core.fact_table import fact_text
from litigation.core.history import LoanHistory
from litigation.errors import LitigationError


class ConditionError(LitigationError):
    """A condition is not written as TYPE.FIELD=VALUE, or names no field of the catalogue."""

    code = "condition"


@dataclass(frozen=True, slots=True)
class Condition:
    """The newest current event of `type` says exactly `value` in `field`."""

    type: str
    field: str
    value: str

    def holds(self, history: LoanHistory) -> bool:
        """Say whether it holds; a loan without such an event does not meet it."""
        event = history.last(self.type)
        return event is not None and self.field in event.payload and fact_text(event.payload[self.field]) == self.value


def condition_from(text: str) -> Condition:
    """Read a condition; its type and field must be of the catalogue."""
    left, equals, value = text.partition("=")
    kind, _, field = left.rpartition(".")
    known = CATALOGUE.get(kind)
    if not equals or known is None or known.field(field) is None:
        raise ConditionError(
            "say TYPE.FIELD=VALUE with a type and field of the event catalogue, "
            "for example loan.charged_off.status=Charged Off"
        )
    return Condition(kind, field, value)


def all_hold(conditions: Iterable[Condition], history: LoanHistory) -> bool:
    """Whether a loan meets every condition."""
    return all(condition.holds(history) for condition in conditions)
