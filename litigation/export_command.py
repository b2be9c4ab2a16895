"""The command `export`: packages in the profile of a court that takes files on a platform or a disk.

Spec: docs/spec/export.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from evidence_service.errors import ProofDocketError
from evidence_service.institution_files import read_institution
from evidence_service.settings import read_settings
from litigation.adapters.package_reread import reread_package
from litigation.bootstrap import open_rooms
from litigation.core.court_profile import CourtProfile, CourtProfileError, distinct, profile_on
from litigation.core.plaintiff import PlaintiffData, plaintiff_from
from litigation.documents.element_table import element_table
from litigation.profile_book import load_profiles
from litigation.service import LitigationService
from litigation.workflow.export_packages import ExportedCase, export_case
from litigation.workflow.file_package import PackageCase
from litigation.workflow.run_batch import Failure, failure_of, write_file

SUMS = "SHA256SUMS.txt"


@click.command("export")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.argument("out", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--profile", "name", default="general", show_default=True, help="Which court profile.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of filing, which picks the version [today].")
@click.option("--list", "listed", is_flag=True, help="List the profiles with source and mark, and do nothing else.")
@json_option
@click.pass_context
@refusals_exit_1
def export_command(
    context: click.Context, path: Path | None, out: Path | None, *, name: str, day: datetime | None,
    listed: bool, as_json: bool,
) -> None:  # fmt: skip
    """Export PATH (a package or a folder of them) into OUT as a court's profile asks: PDFs by name and size, 要素表.

    Only packages that this instance built are exported, no draft, and none with a failed check; one refused package
    never stops the rest. A seal lies in the package, not in the parts. Exit 1 when some were refused.
    """
    home = read_settings(home_of(context)).home
    profiles = load_profiles(home / "court_profiles")
    if listed:
        _list(profiles, as_json)
        return
    if path is None or out is None:
        raise click.UsageError("say what to export and whither: PATH OUT")
    if name not in profiles:
        raise CourtProfileError(f"no profile is called {name!r}; `proofdocket export --list` names them")
    service, engine = open_rooms(home_of(context))
    try:
        on = day.date() if day else service.today()
        profile = profile_on(profiles[name], on)
        packages = sorted(path.glob("*.zip")) if path.is_dir() else [path]
        rows, files, failures = export_packages(service, packages, profile, out, on)
    finally:
        engine.dispose()
    answer = {
        "profile": profile.name,
        "version": profile.starts.isoformat(),
        "mark": profile.mark.value,
        "exported": len(rows),
        "files": files,
        "table": profile.table if rows else "",
        "failures": [{"case": item.case, "code": item.code, "reason": item.reason} for item in failures],
        "out": str(out),
    }
    emit(as_json, answer, _lines(answer, profile, failures))
    if failures:
        raise click.exceptions.Exit(1)


def export_packages(
    service: LitigationService, packages: Iterable[Path], profile: CourtProfile, out: Path, day: date
) -> tuple[list[Mapping[str, str]], int, list[Failure]]:
    """Export packages one after another; then the table of those that went, and the digests of all files.

    Returns the rows of the table, how many files were written, and what was refused.
    """
    rows: list[Mapping[str, str]] = []
    failures: list[Failure] = []
    taken: set[str] = set()
    sums: list[str] = []
    with progress("export:") as show:
        for path in packages:
            try:
                case = _export(service, path, len(rows) + 1, profile)
            except ProofDocketError as error:
                failures.append(failure_of(path.name, error))
                continue
            folder = distinct(case.folder, taken)
            _write_case(out / folder, case)
            sums += [f"{sha256(file.content).hexdigest()}  {folder}/{file.name}" for file in case.files]
            rows.append(case.row)
            show(f"{len(rows)} exported, {len(failures)} refused")
    if rows:
        table = element_table(profile, rows, day)
        write_file(out / profile.table, table)
        sums.append(f"{sha256(table).hexdigest()}  {profile.table}")
        write_file(out / SUMS, ("\n".join(sorted(sums)) + "\n").encode())
    return rows, len(sums), failures


def _export(service: LitigationService, path: Path, number: int, profile: CourtProfile) -> ExportedCase:
    now = service.evidence.now()
    package = path.read_bytes()
    exported = export_case(package, number, profile, _plaintiffs(service), _cases(service), now)
    reread_package(service.evidence, service.cases, sha256(package).hexdigest())
    return exported


def _write_case(folder: Path, case: ExportedCase) -> None:
    """Put the files of a case in place as a whole: a folder that was begun and not finished never has its name."""
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for file in case.files:
        write_file(draft / file.name, file.content)
    # Crash here: the draft lies beside; the next run begins it anew.
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _cases(service: LitigationService) -> Callable[[str], PackageCase]:
    def case_of(digest: str) -> PackageCase:
        row = service.cases.package_by_digest(digest)
        return PackageCase(row.our_reference, row.institution, row.draft)

    return case_of


def _plaintiffs(service: LitigationService) -> Callable[[str], PlaintiffData]:
    def plaintiff(institution: str) -> PlaintiffData:
        return plaintiff_from(read_institution(service.evidence.settings.institutions_dir, institution) or {})

    return plaintiff


def _list(profiles: dict[str, tuple[CourtProfile, ...]], as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "profile": one.name,
            "title": one.title,
            "from": one.starts.isoformat(),
            "until": one.until.isoformat() if one.until else None,
            "mark": one.mark.value,
            "source": one.source,
            "form": one.form,
            "max_bytes": one.max_bytes,
        }
        for versions in profiles.values()
        for one in versions
    ]
    emit(
        as_json,
        {"profiles": rows},
        [f"{r['profile']}  {r['from']}..{r['until'] or ''}  [{r['mark']}]  {r['title']}  {r['source']}" for r in rows],
    )


def _lines(answer: dict[str, Any], profile: CourtProfile, failures: list[Failure]) -> list[str]:
    lines = [
        f"{answer['exported']} cases, {answer['files']} files, profile {profile.name} of {answer['version']} "
        f"[{answer['mark']}]: {answer['out']}"
    ]
    if profile.mark.value == "O":
        lines.append("this profile is not confirmed by a court: ask before filing")
    return lines + [f"  {item.case}: {item.reason}" for item in failures]
