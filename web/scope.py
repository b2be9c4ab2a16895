"""What one account sees of an instance: its institutions. Everything of another institution is not there (404).

Every argument of a closed address must say here whose it is; one that does not is closed, and a test names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from evidence_service.errors import NotFoundError
from web.ports import AnchorRow, CaseRow, CheckpointRow, Counts, EntryDetail, EntryRow, Instance, LogRow, PackageRow

Owner = Callable[[Instance, Any], str]

OWNERS: dict[str, Owner] = {
    "request_id": lambda whole, value: whole.identity.approvals.find(str(value)).request.institution,
    "key_id": lambda whole, value: institution_of_key(whole, str(value)),
}
"""Argument of an address -> the institution that it belongs to; every other argument is asked of the instance."""

BESIDE = frozenset({"index", "loan", "sha256", "digest", "move"})
"""Arguments that mean something only beside one that has an owner; alone in an address they are closed."""

BY_THE_VIEW = frozenset({"account"})
"""Arguments that belong to no single institution; their view decides (web/account_admin.py)."""

OF_THE_INSTANCE = ""
"""What an instance answers for a thing that is everybody's who may sign in there: a court's filings."""


def owners(whole: Instance, arguments: Mapping[str, Any]) -> frozenset[str]:
    """The institutions that an address speaks of; NotFoundError where it names something that is not there."""
    found: set[str] = set()
    asked = [name for name in arguments if name not in BY_THE_VIEW and name not in BESIDE]
    for name in asked:
        if name in OWNERS:
            found.add(OWNERS[name](whole, arguments[name]))
        else:
            found.add(whole.owner_of(name, arguments[name]))
    if not asked and any(name in BESIDE for name in arguments):
        raise NotFoundError("nobody owns this")
    return frozenset(found - {OF_THE_INSTANCE})


def institution_of_key(whole: Instance, key_id: str) -> str:
    """Whose API key it is; NotFoundError if there is none."""
    key = whole.identity.api_keys.find(key_id)
    if key is None:
        raise NotFoundError("no API key has this id")
    return key.institution


class Scoped:
    """An instance as one account sees it; views get this one (`web.current.instance`)."""

    def __init__(self, whole: Instance, institutions: Set[str]) -> None:
        self._whole, self.institutions = whole, frozenset(institutions)

    @property
    def legal(self) -> Any:
        """The legal staff's desk (web/legal_desk.py); its views take their institution from `logs` or the address."""
        return getattr(self._whole, "legal", None)

    @property
    def compliance(self) -> Any:
        """The compliance officers' desk (web/compliance_desk.py); its views take their institution the same way."""
        return getattr(self._whole, "compliance", None)

    def counts(self) -> Counts:
        """How much there is."""
        return self._whole.counts(self.institutions)

    def logs(self) -> Sequence[LogRow]:
        """The logs of one's institutions, oldest first."""
        return [row for row in self._whole.logs() if row.institution in self.institutions]

    def entries(self, institution: str, before_index: int | None, limit: int) -> Sequence[EntryRow]:
        """Entries below an index (all of them for None), newest first."""
        return self._whole.entries(self._mine(institution), before_index, limit)

    def entry(self, institution: str, index: int) -> EntryDetail:
        """One entry; NotFoundError if there is none."""
        return self._whole.entry(self._mine(institution), index)

    def proof(self, institution: str, index: int) -> str:
        """The tlog-proof of an entry as text; NotFoundError while no checkpoint covers it."""
        return self._whole.proof(self._mine(institution), index)

    def checkpoints(self, institution: str, limit: int) -> Sequence[CheckpointRow]:
        """The newest checkpoints of a log."""
        return self._whole.checkpoints(self._mine(institution), limit)

    def anchors(self, institution: str, limit: int) -> Sequence[AnchorRow]:
        """The newest anchors of a log."""
        return self._whole.anchors(self._mine(institution), limit)

    def cases(self, limit: int, before: int | None) -> Sequence[CaseRow]:
        """Cases with an id below `before`, newest first."""
        return self._whole.cases(limit, before, self.institutions)

    def packages(self, limit: int, before: int | None) -> Sequence[PackageRow]:
        """Packages with an id below `before`, newest first."""
        return self._whole.packages(limit, before, self.institutions)

    def package_bytes(self, package_id: int) -> tuple[str, Path]:
        """File name and place of a package's ZIP; NotFoundError if there is none of one's own."""
        self._mine(self._whole.owner_of("package_id", package_id))
        return self._whole.package_bytes(package_id)

    def _mine(self, institution: str) -> str:
        if institution not in self.institutions:
            raise NotFoundError("there is no such institution")
        return institution
