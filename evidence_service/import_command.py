"""The command `import FILE`: events from NDJSON, CSV or XES into the log, bad rows set aside one by one."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from evidence_service.importing.profile import Profile, load_profile
from evidence_service.importing.reading import read_events
from evidence_service.institution_files import note_source
from evidence_service.service import EvidenceService, file_beside, require_initialised
from evidence_service.workflow.import_events import ImportCounts, Reject

SHOWN_REJECTS = 5


class RejectFile:
    """The list of records that were not taken; the file is made with the first one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first: list[Reject] = []
        self._handle: TextIO | None = None

    def add(self, reject: Reject) -> None:
        """Write one reject: line of the source, stable code, reason."""
        if self._handle is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = self.path.open("w", encoding="utf-8")
        if len(self.first) < SHOWN_REJECTS:
            self.first.append(reject)
        row = {"line": reject.line, "code": reject.code, "reason": reject.reason}
        self._handle.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Put the list on disk."""
        if self._handle is not None:
            self._handle.flush()
            os.fsync(self._handle.fileno())
            self._handle.close()

    @property
    def written(self) -> bool:
        """Whether anything was rejected."""
        return self._handle is not None


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option(
    "--profile", "profile_name", help="Mapping profile for CSV and XES: bpic12, bpic20, rtfm, lendingclub, or a file."
)
@json_option
@click.pass_context
@refusals_exit_1
def import_command(context: click.Context, file: Path, profile_name: str | None, as_json: bool) -> None:
    """Import events from FILE (.ndjson, .csv, .xes, each also .gz). Importing a file twice adds nothing.

    Exit 0 when the file was read to its end, also where some rows were set aside; they are listed with line and
    reason in the rejects file.
    """
    service = open_home(home_of(context))
    require_initialised(service)
    answer, rejects = import_file(service, file, profile_name)
    emit(as_json, answer, _lines(answer, rejects))


def import_file(service: EvidenceService, file: Path, profile_name: str | None) -> tuple[dict[str, Any], RejectFile]:
    """Import a file; returns the command's answer and the list of what was set aside."""
    profile = load_profile(profile_name) if profile_name else None
    if profile is not None:
        service.add_institution(profile.institution, profile.institution_name)
        note_source(service.settings.institutions_dir, profile.institution, profile.institution_name, profile.withheld)
    started = time.monotonic()
    with _reject_file(service, file) as rejects, progress(f"{file.name}:") as show:
        counts = service.import_records(
            read_events(file, profile),
            find_file=file_beside(file),
            reject=rejects.add,
            progress=lambda done: show(f"{done.read:,} read, {done.accepted:,} logged, {done.rejected:,} set aside"),
        )
    return _answer(service, profile, counts, rejects, time.monotonic() - started), rejects


@contextmanager
def _reject_file(service: EvidenceService, file: Path) -> Iterator[RejectFile]:
    stamp = service.now().strftime("%Y%m%dT%H%M%S.%fZ")
    rejects = RejectFile(service.settings.imports_dir / f"{stamp}-{file.name}.rejects.ndjson")
    try:
        yield rejects
    finally:
        rejects.close()


def _answer(
    service: EvidenceService, profile: Profile | None, counts: ImportCounts, rejects: RejectFile, seconds: float
) -> dict[str, Any]:
    institutions = counts.institutions or ({profile.institution} if profile else {service.log().institution})
    sizes = {log.institution: log.size for log in service.logs() if log.institution in institutions}
    return {
        "read": counts.read,
        "accepted": counts.accepted,
        "duplicates": counts.duplicates,
        "rejected": counts.rejected,
        "rejects_file": str(rejects.path) if rejects.written else None,
        "tree_size": sum(sizes.values()),
        "logs": sizes,
        "seconds": round(seconds, 3),
    }


def _lines(answer: dict[str, Any], rejects: RejectFile) -> list[str]:
    lines = [
        f"read {answer['read']:,}, logged {answer['accepted']:,}, known already {answer['duplicates']:,}, "
        f"set aside {answer['rejected']:,} in {answer['seconds']:.1f} s",
        *(f"log of {name}: {size:,} entries" for name, size in answer["logs"].items()),
    ]
    lines += [f"  line {reject.line}: {reject.reason}" for reject in rejects.first]
    if answer["rejects_file"]:
        lines.append(f"all rows that were set aside: {answer['rejects_file']}")
    return lines
