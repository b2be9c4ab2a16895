"""The command `bundle`: court packages of overdue loans, many at once."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, operator, progress, refusals_exit_1
from evidence_service.errors import ProofDocketError
from evidence_service.service import require_initialised
from litigation.adapters.sql_batch_store import SqlBatchStore
from litigation.bootstrap import open_rooms
from litigation.core.condition import all_hold, condition_from
from litigation.core.disclosure_set import COURT
from litigation.core.late_exhibits import Earlier
from litigation.core.paper_kinds import EXTRA, ROUTES, PaperKind, papers_for
from litigation.errors import LitigationError
from litigation.service import LitigationService, PackageFile
from litigation.workflow.case_source import CaseSource, our_reference
from litigation.workflow.earlier_packages import read_earlier
from litigation.workflow.run_batch import (
    Failure,
    PackageNotWrittenError,
    failure_of,
    file_name,
    refuse_to_replace,
    run_cases,
    sole_writer,
    write_file,
)

CHUNK = 20
OVERDUE, NAMED = "overdue", "named by a person"
SHOWN_FAILURES = 10
GONE = "the package was moved, deleted or replaced before it was on record; run the command again"
FIRST_ESTIMATE = 5  # the first packages wait for the workers to start


class FutureCutoffError(LitigationError):
    """A claim cannot state what will be owed on a day that has not come."""

    code = "future-cutoff"


class CaseWorker:
    """One worker of a batch: its own connection, fonts and pinned source."""

    def __init__(
        self,
        home: str,
        institution: str,
        as_of: str,
        tree_size: int,
        draft: bool,
        out: str,
        recipient: str,
        seal: bool,
        earlier: tuple[Earlier, ...],
        papers: tuple[PaperKind, ...],
    ) -> None:
        self._service, engine = open_rooms(Path(home))
        self._batches = SqlBatchStore(engine)
        day = date.fromisoformat(as_of)
        self._source = self._service.pin(
            institution, day, draft=draft, tree_size=tree_size, recipient=recipient, earlier=earlier, papers=papers
        )
        self._out = Path(out)
        self._seal = seal

    def build(self, loan: str) -> PackageFile | Failure:
        """Build one case and write its package."""
        institution = self._source.log.institution
        reference = our_reference(institution, loan)
        source = self._source
        path = self._out / file_name(
            reference, source.as_of.isoformat(), source.recipient, len(source.earlier), source.papers
        )
        try:
            built = self._service.build(self._source, loan)
            built = self._service.seal(built) if self._seal else built
            with sole_writer(path):
                refuse_to_replace(path, built.sha256, lambda there: self._is_kept(there, draft=built.draft))
                write_file(path, built.content)
            # Crash here: the file is there and not on record; the next run builds, seals and writes it anew.
        except ProofDocketError as error:
            return failure_of(reference, error)
        return PackageFile(
            our_reference=reference,
            institution=institution,
            loan=loan,
            path=path,
            sha256=built.sha256,
            pdf_sha256=built.pdf_sha256,
            size=len(built.content),
            pages=built.pages,
            draft=built.draft,
        )

    def _is_kept(self, there: str, *, draft: bool) -> bool:
        """A case is built anew over its older package; not over one of a batch, nor a draft over a final one."""
        return self._batches.has_package(there) or (draft and self._service.cases.has_package(there, final=True))


_worker: list[CaseWorker] = []
recipient_option = click.option(
    "--recipient", default=COURT, show_default=True, help="Whose set: court, mediator, defendant:N or guarantor:N."
)

route_option = click.option(
    "--route",
    default="litigation",
    show_default=True,
    type=click.Choice(list(ROUTES)),
    help="Which way the case goes: it decides the leading paper.",
)
with_option = click.option(
    "--with",
    "extra",
    multiple=True,
    type=click.Choice([kind.value for kind in EXTRA]),
    help="Also this paper (may be repeated).",
)


def start_worker(*arguments: Any) -> None:
    """Prepare this process for building cases."""
    _worker[:] = [CaseWorker(*arguments)]


def build_case(loan: str) -> PackageFile | Failure:
    """Build one case in this process."""
    return _worker[0].build(loan)


where_option = click.option(
    "--where",
    multiple=True,
    metavar="TYPE.FIELD=VALUE",
    help="Of the chosen loans, take those whose newest event says this (may be repeated).",
)


@click.command("bundle")
@click.option("--overdue", is_flag=True, help="Take the loans that are overdue on the day.")
@click.option("--loan", "loans", multiple=True, help="Take this loan (may be repeated).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Cut-off day of the claims [today in China].")
@click.option(
    "--min-days", default=60, show_default=True, type=click.IntRange(min=1), help="Overdue for at least N days."
)
@where_option
@click.option("--limit", type=click.IntRange(min=1), help="Take at most N loans.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that build [the machine's cores].")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the packages.")
@click.option(
    "--draft", is_flag=True, help="Build cases with missing facts as drafts marked 不得提交 / NOT FOR FILING."
)
@recipient_option
@route_option
@with_option
@click.option(
    "--late",
    "earlier",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Build a supplement to this package: late exhibits, numbered and paged after it (one loan; in order).",
)
@click.option("--seal", is_flag=True, help="Seal each package's PDF with the seal of the instance.")
@click.option("--institution", help="Which log, where the instance has several.")
@json_option
@click.pass_context
@refusals_exit_1
def bundle_command(context: click.Context, /, out: Path, as_json: bool, **options: Any) -> None:
    """Build court packages: papers, originals, proofs, one signed ZIP per case.

    Exit 0 when every case was built, 1 when some were not (they are listed with the reason; the rest is done).
    """
    check_choice(options)
    service, _ = open_rooms(home_of(context))
    require_initialised(service.evidence)
    if options["seal"]:
        service.require_seal()
    started = time.monotonic()
    source = pin_as_asked(service, options)
    loans = chosen_loans(service, source, options)
    out.mkdir(parents=True, exist_ok=True)
    built, failures = build_packages(
        service,
        source,
        loans,
        out.resolve(),
        workers=options["workers"],
        draft=options["draft"],
        seal=options["seal"],
        reason=OVERDUE if options["overdue"] else NAMED,
    )
    answer = {
        "cases": len(loans),
        "built": len(built),
        "failed": len(failures),
        "drafts": sum(package.draft for package in built),
        "pages": sum(package.pages for package in built),
        "seconds": round(time.monotonic() - started, 3),
        "failures": [{"case": item.case, "code": item.code, "reason": item.reason} for item in failures],
        "institution": source.log.institution,
        "as_of": source.as_of.isoformat(),
        "tree_size": source.published.checkpoint.size,
        "recipient": source.recipient,
        "sealed": options["seal"],
        "out": str(out),
    }
    emit(as_json, answer, _lines(answer, failures))
    if failures:
        raise click.exceptions.Exit(1)


def check_choice(options: Mapping[str, Any]) -> None:
    """Loans are chosen in one of two ways."""
    if bool(options["overdue"]) == bool(options["loans"]):
        raise click.UsageError("say --overdue, or name loans with --loan")


def chosen_loans(service: LitigationService, source: CaseSource, options: Mapping[str, Any]) -> list[str]:
    """The loans that the options choose, put on record as looked at: their packages hold personal data."""
    conditions = [condition_from(text) for text in options["where"]]
    loans = list(options["loans"]) or service.overdue(source, options["min_days"])
    if conditions:
        loans = [loan for loan in loans if all_hold(conditions, service.history(source, loan))]
    chosen = loans[: options["limit"]] if options["limit"] else loans
    institution = source.log.institution
    service.evidence.record_accesses(
        [our_reference(institution, loan) for loan in chosen],
        who=operator(),
        action="bundle",
        institution=institution,
        purpose=f"court package for {source.recipient}",
    )
    return chosen


def pin_as_asked(service: LitigationService, options: Mapping[str, Any]) -> CaseSource:
    """Pin what the options ask for; a day that has not come is refused."""
    as_of: datetime | None = options["as_of"]
    today = service.today()
    if as_of and as_of.date() > today:
        raise FutureCutoffError(f"--as-of {as_of:%Y-%m-%d} is later than today in China ({today})")
    day = as_of.date() if as_of else today
    recipient = options["recipient"]
    return service.pin(
        options["institution"],
        day,
        draft=options["draft"],
        recipient=recipient,
        earlier=_earlier(service, options),
        papers=papers_for(options["route"], options["extra"]),
    )


def _earlier(service: LitigationService, options: Mapping[str, Any]) -> tuple[Earlier, ...]:
    """The packages that a supplement goes on from; they are of one loan."""
    paths = options.get("earlier", ())
    if paths and len(options["loans"]) != 1:
        raise click.UsageError("--late goes with one --loan")
    if not paths:
        return ()
    reference = our_reference(service.evidence.log(options["institution"]).institution, options["loans"][0])
    return tuple(read_earlier(path.read_bytes(), reference, options["recipient"]) for path in paths)


def build_packages(
    service: LitigationService,
    source: CaseSource,
    loans: Sequence[str],
    out: Path,
    *,
    workers: int | None = None,
    draft: bool = False,
    seal: bool = False,
    reason: str = OVERDUE,
) -> tuple[list[PackageFile], list[Failure]]:
    """Build the packages of these loans into a folder, record them, and return what was built and what was not.

    `reason` goes into the log with each new case: why this loan was chosen.
    """
    workers = min(workers or os.cpu_count() or 1, max(1, len(loans) // 4))
    arguments = (
        str(service.evidence.settings.home),
        source.log.institution,
        source.as_of.isoformat(),
        source.published.checkpoint.size,
        draft,
        str(out),
        source.recipient,
        seal,
        source.earlier,
        source.papers,
    )
    built: list[PackageFile] = []
    failures: list[Failure] = []
    waiting: list[PackageFile] = []
    gone: list[PackageFile] = []
    started = time.monotonic()
    with progress("packages:") as show:
        for result in run_cases(loans, workers, start_worker, arguments, build_case):
            if isinstance(result, Failure):
                failures.append(result)
            else:
                waiting.append(result)
                built.append(result)
            if len(waiting) >= CHUNK:
                gone += service.record(source, waiting, reason)
                waiting = []
            show(_estimate(len(built), len(failures), len(loans), time.monotonic() - started))
    gone += service.record(source, waiting, reason)
    failures += [Failure(package.our_reference, PackageNotWrittenError.code, GONE) for package in gone]
    built = [package for package in built if package not in gone]
    return sorted(built, key=lambda package: package.our_reference), sorted(failures, key=lambda item: item.case)


def _estimate(built: int, failed: int, total: int, seconds: float) -> str:
    done = built + failed
    left = f", about {seconds / done * (total - done):.0f} s left" if done >= FIRST_ESTIMATE else ""
    return f"{done} of {total}, {failed} failed{left}"


def _lines(answer: dict[str, Any], failures: Sequence[Failure]) -> list[str]:
    lines = [
        f"{answer['built']} of {answer['cases']} packages ({answer['pages']} pages, {answer['drafts']} drafts) "
        f"in {answer['seconds']:.1f} s, as of {answer['as_of']}, log size {answer['tree_size']}: {answer['out']}"
    ]
    lines += [f"  {item.case}: {item.reason}" for item in failures[:SHOWN_FAILURES]]
    if len(failures) > SHOWN_FAILURES:
        lines.append(f"  … and {len(failures) - SHOWN_FAILURES} more (--json lists all)")
    return lines
