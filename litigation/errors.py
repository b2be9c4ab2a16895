"""The error family of the litigation room.

An error names the field, the rule or the case, says what is wrong and what to do next; lawyers
read it too. No message holds personal data. Spec: docs/spec/debt.md section 2 for debt input.
"""

from __future__ import annotations

from typing import ClassVar

from evidence_service.errors import ProofDocketError


class LitigationError(ProofDocketError):
    """Anything that goes wrong in the litigation room."""

    code: ClassVar[str] = "litigation-error"


class DebtInputError(LitigationError):
    """A term, payment or cost cannot be calculated with; `field` says which."""

    code: ClassVar[str] = "debt-input"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class RulebookError(LitigationError):
    """A rule file is malformed: a gap, an overlap, an unknown key, or no source."""

    code: ClassVar[str] = "rulebook"


class RuleMissingError(LitigationError):
    """No rule is recorded for that day: somebody must look it up and enter it with its source."""

    code: ClassVar[str] = "rule-missing"


class TermsMissingError(LitigationError):
    """The history does not hold what a claim is computed from."""

    code: ClassVar[str] = "terms-missing"
