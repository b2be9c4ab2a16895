"""A finding: one rule, one loan, one verdict, and the events that show it. Its identity never depends on the run.

Spec: docs/spec/conformance.md (Findings). Who asks the same rule about the same events gets the same digest, so that a
decision about a finding (assigned, dismissed, closed) finds it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.rule import Rule
from evidence_service.conformance.core.verdict import Outcome, Verdict
from evidence_service.core.canonical import encode_checked


@dataclass(frozen=True, slots=True)
class Finding:
    """`digest` is its identity. The last event is that of the person whose duty it was."""

    digest: str
    rule: Rule
    verdict: Verdict
    loan: str
    events: tuple[Happening, ...]

    @property
    def accountable(self) -> Happening:
        """The event by which the rule had to be kept."""
        return self.events[-1]


def finding_of(rule: Rule, loan: str, outcome: Outcome) -> Finding:
    """The finding of an outcome that is no plain yes."""
    digest = finding_digest(rule.id, rule.version, loan, [one.id for one in outcome.events])
    return Finding(digest, rule, outcome.verdict, loan, outcome.events)


def finding_digest(rule: str, version: int, loan: str, event_ids: list[str]) -> str:
    """SHA-256 of `["proofdocket/finding/v1", rule, version, loan, [event ids, sorted]]` in canonical JSON."""
    return sha256(encode_checked(["proofdocket/finding/v1", rule, version, loan, sorted(event_ids)])).hexdigest()
