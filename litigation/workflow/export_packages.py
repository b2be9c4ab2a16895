"""Export: packages that may be filed, in the profile of a court that takes them by other ways than ours.

Spec: docs/spec/export.md. Only a package that this instance built, whose checks do not fail and
that is no draft is exported. One refused package never stops the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence_service.core.container import read
from evidence_service.core.facts import parse_facts
from evidence_service.core.metadata import parse_metadata
from litigation.core.court_profile import CourtProfile, Split, distinct, safe_name
from litigation.core.plaintiff import ORGANISATION, PlaintiffData
from litigation.documents.templates import fill, template
from litigation.documents.volumes import chapters, opened, parts
from litigation.errors import LitigationError
from litigation.workflow.file_package import PackageCase, check_fileable

CAUSE = "金融借款合同纠纷"


class ExportFormError(LitigationError):
    """A package was made on another version of the official form than the court takes."""

    code = "export-form"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of an export: its name in the folder of the case, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ExportedCase:
    """One case of an export: its folder, files, and the row of the element table."""

    reference: str
    folder: str
    files: tuple[ExportedFile, ...]
    row: Mapping[str, str]


def export_case(
    package: bytes,
    number: int,
    profile: CourtProfile,
    plaintiff: Callable[[str], PlaintiffData],
    case_of: Callable[[str], PackageCase],
    now: datetime,
) -> ExportedCase:
    """Take one package apart as the profile says."""
    fileable = check_fileable(package, case_of, now)
    members = read(package)
    metadata = parse_metadata(members["data/package.json"])
    _check_form(profile, json.loads(members["data/ledger.json"]))
    row = _row(members, number, plaintiff(fileable.institution))
    row |= {"our_reference": metadata.our_reference, "package.sha256": fileable.sha256}
    folder = _named(profile.folder, profile, number=f"{number:04d}", reference=metadata.our_reference,
                    defendant=row.get("defendant.name", ""))  # fmt: skip
    return ExportedCase(metadata.our_reference, folder, _files(members["data/bundle.pdf"], profile), row)


def _check_form(profile: CourtProfile, ledger: Any) -> None:
    made = ledger.get("made_with") if isinstance(ledger, dict) else None
    version = (made or {}).get("templates", {}).get("complaint", {}).get("version", "")
    if version != profile.form:
        said = f"version {version}" if version else "a version it does not name"
        raise ExportFormError(
            f"profile {profile.name} takes the complaint form of version {profile.form}, this package was made on "
            f"{said}: build it again, or choose another profile"
        )


def _files(pdf_bytes: bytes, profile: CourtProfile) -> tuple[ExportedFile, ...]:
    """The PDF as the profile wants it: by paper, or as one volume; each below the limit."""
    found: list[ExportedFile] = []
    taken: set[str] = set()
    with opened(pdf_bytes) as pdf:
        if profile.split is Split.BY_PAPER:
            pieces = [(chapter.title, chapter.first, chapter.end) for chapter in chapters(pdf)]
        else:
            pieces = [(template("cover")["title"]["zh"], 0, len(pdf.pages))]
        for number, (title, first, end) in enumerate(pieces, 1):
            made = parts(pdf, first, end, profile.max_bytes)
            for part, content in enumerate(made, 1):
                mark = fill(profile.part, part=part, parts=len(made)) if len(made) > 1 else ""
                short = title[: max(4, profile.max_name - len(mark) - 4)]
                name = _named(profile.file, profile, number=f"{number:02d}", title=short, part=mark)
                found.append(ExportedFile(f"{distinct(name, taken)}.pdf", content))
    return tuple(found)


def _named(pattern: str, profile: CourtProfile, **values: str) -> str:
    known = {name: value for name, value in values.items() if f"{{{name}}}" in pattern}
    return safe_name(fill(pattern, **known), profile.max_name)


def _row(members: Mapping[str, bytes], number: int, plaintiff: PlaintiffData) -> dict[str, str]:
    """What the element table can show of a case: its facts, and what the plaintiff says of itself."""
    row = {fact.key: fact.value for fact in parse_facts(members["data/facts.json"])}
    defendants = {key.split(".")[0] for key in row if key.startswith("defendant")}
    row |= {f"plaintiff.{name}": getattr(plaintiff.organisation, name) for name in ORGANISATION}
    return row | {
        "number": str(number),
        "cause": CAUSE,
        "court": plaintiff.court,
        "defendants": str(len(defendants)),
    }
