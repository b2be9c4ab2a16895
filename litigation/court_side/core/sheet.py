"""The sheet of a filing: what its examination read, kept so that a clerk's page opens at once.

Spec: docs/spec/filing.md, "Examination". The signed entry holds states and codes; the sheet holds the sentences, the
places, the facts that a clerk looks at first, and the papers by their bookmarks. It is the court's own note and signed
by nobody: the package can be examined again at any time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence_service.core import container
from evidence_service.core.report import Report
from evidence_service.errors import ProofDocketError

PDF = "data/bundle.pdf"
FACTS = "data/facts.json"
MAX_DOCUMENTS = 400
MAX_TITLE = 300
SHOWN = frozenset(
    {
        "defendant.name",
        "defendant.id_no",
        "defendant.residence_address",
        "contract.number",
        "contract.lender",
        "contract.principal",
        "claim.cutoff",
        "claim.principal",
        "claim.interest",
        "claim.penalty",
        "claim.compound",
        "claim.total",
        "overdue_since",
    }
)
"""Facts of the papers that stand on a clerk's page."""


@dataclass(frozen=True, slots=True)
class SheetDocument:
    """One paper or exhibit: its bookmark, its first page, its level (1: a paper, 2: an exhibit)."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class Outline:
    """How many pages a PDF has, and its bookmarks in order."""

    pages: int
    documents: tuple[SheetDocument, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the examination read. `checks` and `where` are JSON values in both languages; `facts` by their keys."""

    result: str
    checks: tuple[dict[str, Any], ...]
    where: tuple[dict[str, Any], ...]
    unaltered_since: str
    pages: int
    documents: tuple[SheetDocument, ...]
    facts: Mapping[str, tuple[str, str]]
    events: int


EMPTY = Outline(0, ())


def make_sheet(report: Report, members: Mapping[str, bytes], outline: Outline, events: int) -> Sheet:
    """Put together what a report and a package say."""
    return Sheet(
        result=report.result.value,
        checks=tuple(
            {
                "n": check.n,
                "state": check.state.value,
                "code": check.code,
                "name": {"zh": check.name_zh, "en": check.name},
                "reason": {"zh": check.reason_zh, "en": check.reason},
            }
            for check in report.checks
        ),
        where=tuple(place.as_json() for place in report.where),
        unaltered_since="" if report.unaltered_since is None else report.unaltered_since.time.isoformat(),
        pages=outline.pages,
        documents=outline.documents[:MAX_DOCUMENTS],
        facts=_facts(members.get(FACTS, b"[]")),
        events=events,
    )


def members_of(package: bytes) -> Mapping[str, bytes]:
    """The members of a package; none where it cannot be read."""
    try:
        return container.read(package)
    except ProofDocketError:
        return {}


def sheet_text(sheet: Sheet) -> str:
    """A sheet as it is kept."""
    value = {
        "v": 1,
        "result": sheet.result,
        "checks": list(sheet.checks),
        "where": list(sheet.where),
        "unaltered_since": sheet.unaltered_since,
        "pages": sheet.pages,
        "documents": [[one.title, one.page, one.level] for one in sheet.documents],
        "facts": {key: list(value) for key, value in sheet.facts.items()},
        "events": sheet.events,
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def read_sheet(text: str) -> Sheet:
    """A sheet that was kept."""
    value = json.loads(text)
    return Sheet(
        result=value["result"],
        checks=tuple(value["checks"]),
        where=tuple(value["where"]),
        unaltered_since=value["unaltered_since"],
        pages=value["pages"],
        documents=tuple(SheetDocument(title, page, level) for title, page, level in value["documents"]),
        facts={key: (said[0], said[1]) for key, said in value["facts"].items()},
        events=value["events"],
    )


def papers(documents: Sequence[SheetDocument]) -> tuple[SheetDocument, ...]:
    """What a clerk accepts or not, one by one: the papers, and each exhibit."""
    return tuple(one for one in documents if one.title)


def _facts(raw: bytes) -> dict[str, tuple[str, str]]:
    """(value, state) of the facts that are shown; of a form that is not one, none."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, tuple[str, str]] = {}
    for one in value if isinstance(value, list) else []:
        if isinstance(one, dict) and one.get("key") in SHOWN and isinstance(one.get("value"), str):
            found[one["key"]] = (one["value"][:MAX_TITLE], str(one.get("state", ""))[:20])
    return found
