"""The five loan classes, and how one is derived from other fields of a row.

Ground: 商业银行金融资产风险分类办法 (2023) articles 6, 10 to 13. A class that a lender's people or system assigned is
*given*; one that a rule reads off other fields is *derived*, and is called so wherever it is shown.
Spec: docs/spec/strata.md section 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from litigation.errors import LitigationError


class LoanClass(StrEnum):
    """From no doubt to no hope; the order is the order of the model."""

    NORMAL = "normal"
    ATTENTION = "special-mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"

    @property
    def rank(self) -> int:
        """0 for normal to 4 for loss."""
        return tuple(LoanClass).index(self)

    @property
    def zh(self) -> str:
        """The name in the statute."""
        return ("正常", "关注", "次级", "可疑", "损失")[self.rank]


class ModelDataError(LitigationError):
    """A row, a column or a specification that a model cannot be made of; the message names it."""

    code = "model-data"


@dataclass(frozen=True, slots=True)
class FieldTest:
    """One condition on a row: `field`, or `field` divided by `over`, is one of `among`, or lies in [least, below)."""

    field: str
    over: str = ""
    among: tuple[str, ...] = ()
    least: float | None = None
    below: float | None = None

    def holds(self, row: Mapping[str, str]) -> bool:
        """Whether the row meets it; a missing or empty number does not."""
        if self.among:
            return row.get(self.field, "") in self.among
        value = number(row, self.field)
        if value is None:
            return False
        if self.over:
            share = number(row, self.over)
            if not share:
                return False
            value /= share
        return (self.least is None or value >= self.least) and (self.below is None or value < self.below)


@dataclass(frozen=True, slots=True)
class Derivation:
    """A class, and the tests that must all hold for it."""

    loan_class: LoanClass
    when: tuple[FieldTest, ...]


def derive(row: Mapping[str, str], rules: Sequence[Derivation]) -> LoanClass | None:
    """The class of the first rule that holds; None where none does: such a row is left out and counted."""
    return next((rule.loan_class for rule in rules if all(test.holds(row) for test in rule.when)), None)


def number(row: Mapping[str, str], field: str) -> float | None:
    """A field as a finite number; None where it is empty or absent. ModelDataError names a field that is no number."""
    text = row.get(field, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise ModelDataError(f"field {field} holds a value that is no number") from error
    if not math.isfinite(value):
        raise ModelDataError(f"field {field} holds a value that is not finite")
    return value
