"""What a package discloses of each event: what a court needs to test the facts, and no more.

Spec: docs/spec/package.md, PIPL Article 6 (minimisation). Left closed: device and network traces, free remarks, the
lender's internal environment, attributes beyond the catalogue, and income figures.
"""

from __future__ import annotations

from collections.abc import Iterable

from evidence_service.core.commitment import Disclosure

CLOSED = frozenset(
    {
        "payload.device",
        "payload.ip",
        "payload.remark",
        "payload.attributes",
        "payload.email",
        "payload.monthly_income",
        "payload.monthly_liabilities",
    }
)
CLOSED_GROUPS = ("environment.", "subjects.")


def for_court(disclosures: Iterable[Disclosure]) -> tuple[Disclosure, ...]:
    """The disclosures that go into the court's package, in their order."""
    return tuple(item for item in disclosures if item.name not in CLOSED and not item.name.startswith(CLOSED_GROUPS))
