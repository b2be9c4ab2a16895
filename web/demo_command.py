"""The command `demo`: the whole way on a sample portfolio, from events to packages that a stranger verifies.

Everything is real: chain, database, keys, signatures, PDFs. No clock is faked: events of past months that are logged
today show as late. Checks that this version does not run are named, and the result is honestly *incomplete*.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from pathlib import Path

import click

from evidence_service.bootstrap import open_home
from evidence_service.clock import now
from evidence_service.console import home_of, progress, refusals_exit_1, say
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import TrustFile
from evidence_service.core.trust_json import trust_bytes
from evidence_service.errors import EvidenceError
from evidence_service.import_command import import_file
from evidence_service.institution_files import credit_codes
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.folder import FolderReport, Task, verify_folder
from evidence_service.verifier.inputs import verify_file
from evidence_service.workflow.trust_file import Others
from litigation.bootstrap import open_portfolio, open_rooms
from litigation.bundle_command import build_packages
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio
from web.account_admin import add_account
from web.demo_audit import audit_in_the_demo
from web.demo_report import Figures, print_places, print_table, show_checks, step
from web.init_command import initialise
from web.ports import Role
from web.sql_accounts import open_accounts
from web.tamper import flip_one_byte

NODE_MODULES = Path(__file__).resolve().parents[1] / "node_modules"
MARK = "This instance was made by `proofdocket demo`; the next demo replaces it.\n"
MIN_OVERDUE_DAYS = 60


@click.command("demo")
@click.option("--loans", default=300, show_default=True, type=click.IntRange(8, 5000), help="Size of the portfolio.")
@click.option("--seed", default=DEFAULT_SEED, show_default=True, type=int, help="Same seed, same portfolio.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that build.")
@click.pass_context
@refusals_exit_1
def demo_command(context: click.Context, loans: int, seed: int, workers: int) -> None:
    """Walk the whole way once on sample data: import, log, anchor, packages, verification, one flipped byte."""
    started = time.monotonic()
    home = read_settings(home_of(context)).home
    folder, figures = _fresh(home), Figures()
    portfolio, packages, trust_path = folder / "sample.ndjson", folder / "packages", folder / "trust.json"
    service = step(1, "instance: database, keys, chain, contracts", lambda: initialise(open_home(home, new=True))[0])
    step(2, f"sample portfolio of {loans} loans", lambda: _write(portfolio, loans, seed, figures))
    step(3, "import: every event checked, committed, logged", lambda: _import(service, portfolio, figures))
    step(4, "checkpoint signed, and anchored on the chain", lambda: _publish(service, figures))
    auditor = step(5, "loan map audited out of static tiles", lambda: audit_in_the_demo(service, folder))
    step(6, "court packages of the overdue loans", lambda: _bundle(home, packages, workers, figures))
    step(7, "the packages' digests logged, published, anchored", lambda: _publish(service, figures))
    trust = _write_trust(service, trust_path, auditor)
    report = step(8, "every package verified offline", lambda: _verify(packages, trust))
    unchecked = show_checks(report)
    on_chain = step(9, "one package verified with the chain at hand", lambda: _ask_chain(service, packages, trust))
    say(f"    check 8: {on_chain.check(8).state.value.replace('_', ' ')}. {on_chain.check(8).reason}")
    caught = step(10, "one byte flipped in a copy", lambda: _tamper(packages, folder / "tampered", trust))
    step(11, "overview of loans, which the pages list", lambda: _overview(home))
    account = _account(home, folder)
    service.chain.local.stop()
    print_table(figures, report.result.value, time.monotonic() - started)
    places = [
        ("packages", packages),
        ("trust file", trust_path),
        ("copy with a changed byte", caught[1]),
        ("sample portfolio", portfolio),
        ("sign-in of `make run`", account),
    ]
    print_places(places, unchecked)
    if figures.failed or report.result is Result.FAILED or on_chain.result is Result.FAILED or not caught[0]:
        raise EvidenceError("the demonstration did not go as it should; see the lines above")


def _fresh(home: Path) -> Path:
    """An empty home with the demo's folder in it; an instance that is not a demo's is never touched."""
    mark = home / "demo" / "README.txt"
    if home.exists() and any(home.iterdir()):
        if not mark.is_file() or mark.read_text("utf-8") != MARK:
            raise EvidenceError(f"{home} holds something else; name an empty folder with --home")
        open_home(home).chain.local.stop()
        shutil.rmtree(home)
    mark.parent.mkdir(parents=True)
    home.chmod(0o700)
    mark.write_text(MARK, encoding="utf-8")
    return mark.parent


def _write(portfolio: Path, loans: int, seed: int, figures: Figures) -> None:
    count = write_portfolio(portfolio, loans, seed, DEFAULT_AS_OF, NODE_MODULES)
    figures.loans = count.loans


def _import(service: EvidenceService, portfolio: Path, figures: Figures) -> None:
    answer, _ = import_file(service, portfolio, None)
    figures.events, figures.rejected = answer["accepted"], answer["rejected"]


def _publish(service: EvidenceService, figures: Figures) -> None:
    institution = service.log().institution
    service.publish(institution)
    record = service.anchor(institution)
    figures.anchors.append(record)
    figures.tree_size = record.size


def _bundle(home: Path, packages: Path, workers: int, figures: Figures) -> None:
    litigation, _ = open_rooms(home)
    source = litigation.pin(None, DEFAULT_AS_OF, draft=False)
    loans = litigation.overdue(source, MIN_OVERDUE_DAYS)
    packages.mkdir(parents=True)
    built, failures = build_packages(litigation, source, loans, packages, workers=workers)
    figures.overdue, figures.packages, figures.failed = len(loans), len(built), len(failures)
    figures.pages = sum(package.pages for package in built)
    for failure in failures:
        say(f"    {failure.case}: {failure.reason}")


def _write_trust(service: EvidenceService, path: Path, auditor: str) -> TrustFile:
    trust = service.trust_file(credit_codes(service.settings.institutions_dir), Others(auditors=(auditor,)))
    path.write_bytes(trust_bytes(trust))
    return trust


def _verify(packages: Path, trust: TrustFile) -> FolderReport:
    with progress("    verified") as update:
        return verify_folder(
            sorted(packages.glob("*.zip")), Task(trust, None, now()), workers=os.cpu_count() or 1, progress=update
        )


def _ask_chain(service: EvidenceService, packages: Path, trust: TrustFile) -> Report:
    reader = RpcChainReader(service.chain.open().url)
    return verify_file(min(packages.glob("*.zip")), trust, reader, now())


def _tamper(packages: Path, folder: Path, trust: TrustFile) -> tuple[bool, Path]:
    original = min(packages.glob("*.zip"))
    copy = folder / original.name
    member, offset = flip_one_byte(original, copy)
    report = verify_file(copy, trust, None, now())
    say(f"    flipped one bit of byte {offset:,} of {member}")
    for n in sorted({place.n for place in report.where}):
        codes = ", ".join(place.code for place in report.where if place.n == n)
        say(f"    check {n} {report.check(n).state.value} ({codes}): {report.check(n).reason}")
    caught = report.result is Result.FAILED and any(place.member == member for place in report.where)
    return caught, copy


def _overview(home: Path) -> None:
    portfolio = open_portfolio(home)
    drawn = portfolio.refresh(portfolio.evidence.log().institution).drawn
    say(f"    {drawn:,} loans drawn")


def _account(home: Path, folder: Path) -> Path:
    """An account to look around with; its password is made here and written to a file that only the owner reads."""
    password, path = secrets.token_urlsafe(15), folder / "account.txt"
    everywhere = {log.institution for log in open_home(home).logs()}
    add_account(open_accounts(home), "demo", password, Role.LEGAL, everywhere)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(f"name: demo\npassword: {password}\nrole: legal staff\n")
    return path
