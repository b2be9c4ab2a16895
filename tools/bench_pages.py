"""Row: the legal staff's pages at 50,000 loans, 1,000 cases and 200 filings: the slowest one, by processor time.

Lists read the overview, whose rows are generated directly; the loan and the case behind them are a few real ones, since
a page of one loan reads that loan's history only.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import Engine, insert

from evidence_service.bootstrap import open_engine, open_evidence
from evidence_service.clock import now
from evidence_service.core.event import format_instant
from evidence_service.database import writing
from evidence_service.import_command import import_file
from evidence_service.settings import read_settings
from litigation.adapters import tables
from litigation.adapters.sql_loan_overview import SqlLoanOverview
from litigation.bootstrap import open_litigation, portfolio_of
from litigation.core.overview import CASE_STATES, Choice, LoanOverview, Readiness
from litigation.core.routing import Route
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio
from litigation.service import LitigationService
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes
from tools.bench_store import temporary_folder
from web.accounts import hash_password
from web.app import create_app
from web.ports import Role
from web.rooms import RoomsInstance

ROOT = Path(__file__).resolve().parents[1]
INSTITUTION = "sample-cf"
PASSWORD = "bench pages, nobody's password"
REAL_LOANS = 12
FULL = 50_000
LIMIT = Target("≤ 200 ms", 200, at_most=True)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
COURTS = ("样例省云汀市示范区人民法院", "样例省云汀市江北区人民法院", "样例省澜州市东湖区人民法院")
PRODUCTS = ("样例优享贷", "样例教育分期", "样例家装贷")


def pages_rows(sizes: Sizes) -> list[Row]:
    """Fill an instance, sign in, and open each page in turns."""
    with pages_instance(sizes.listed) as (client, loan):
        times = {name: _times(client, address, sizes.rounds) for name, address in addresses(loan).items()}
    medians = {name: median(taken) * 1000 for name, taken in times.items()}
    slowest = max(medians, key=lambda name: medians[name])
    told = ", ".join(f"{name} {taken:.0f}" for name, taken in medians.items())
    return [
        Row(
            "pages",
            f"slowest page at {sizes.listed:,} loans ({slowest})",
            medians[slowest],
            "ms",
            target=LIMIT,
            lacks="" if sizes.listed >= FULL else f"{FULL:,} loans",
            note=f"processor time in ms: {told}",
        )
    ]


def addresses(loan: str) -> dict[str, str]:
    """The pages that are measured."""
    return {
        "home": "/home",
        "portfolio": "/portfolio",
        "filtered": "/portfolio?min_days=60&readiness=ready&product=样例优享贷&order=claim&state=none",
        "everything": "/portfolio?min_days=0&order=limitation",
        "deep": "/portfolio?min_days=0&after=9999-12-31~SCF9000040000",
        "proposal": "/portfolio/proposal?institution=sample-cf&all=1",
        "loan": f"/loans/{INSTITUTION}/{loan}",
        "case": "/cases/1",
        "cases": "/cases",
        "batches": "/batches",
        "filings": "/filings",
        "charts": "/charts",
    }


@contextmanager
def pages_instance(loans: int) -> Iterator[tuple[FlaskClient, str]]:
    """An instance of that many loans and somebody signed in to its pages; one overdue loan that is real."""
    with temporary_folder() as folder:
        settings = read_settings(folder / "home", environ={})
        engine = open_engine(settings)
        try:
            litigation = _real_part(folder, engine)
            service = portfolio_of(litigation, engine)
            service.refresh(INSTITUTION)
            today = service.today()
            real = service.store.chosen(INSTITUTION, Choice(), today, 1)[0].overview.loan
            SqlLoanOverview(engine).put(list(generated(loans, today)))
            with writing(engine) as connection:
                cases = min(1000, loans // 10)
                connection.execute(insert(tables.case), list(_cases(cases, real, today)))
                connection.execute(insert(tables.filing), list(_filings(min(200, cases))))
            service.sums.keep_day(INSTITUTION, today)
            instance = RoomsInstance(litigation, engine)
            instance.identity.accounts.add("bench", hash_password(PASSWORD), Role.LEGAL, frozenset({INSTITUTION}))
            app = create_app(instance, secret_key=bytes(32), testing=True, secure_cookies=False)
            yield _signed_in(app.test_client()), real
        finally:
            engine.dispose()


def generated(loans: int, today: date) -> Iterator[LoanOverview]:
    """Lines of a portfolio as lenders have them: about 15 % overdue, most of them not for long."""
    rng = Random(f"pages:{loans}")
    for number in range(loans):
        days = 0 if rng.random() > 0.15 else int(rng.paretovariate(0.7) * 12) % 900 + 1
        principal = Decimal(rng.randint(5, 80) * 1000)
        blocking = 0 if rng.random() < 0.7 else rng.randint(1, 4)
        way = rng.choice(list(Route))
        month = (today - timedelta(days=rng.randint(30, 900))).strftime("%Y-%m")
        yield LoanOverview(
            institution=INSTITUTION,
            loan=f"SCF9{number:09d}",
            as_of=today,
            entries=rng.randint(12, 60),
            product=rng.choice(PRODUCTS),
            court=rng.choice(COURTS) if days else "",
            month=month,
            principal=principal,
            overdue_since=today - timedelta(days=days) if days else None,
            before_days=max(0, days - 30),
            claim=(principal * Decimal(rng.randint(20, 110)) / 100).quantize(Decimal("0.01")) if days else None,
            limitation=today + timedelta(days=rng.randint(-30, 1000)) if days else None,
            readiness=Readiness.UNASSESSED if not days else Readiness.BLOCKED if blocking else Readiness.READY,
            blocking=blocking if days else 0,
            warnings=rng.randint(0, 3) if days else 0,
            defects=("evidence-missing", "fact-missing")[:blocking] if days else (),
            recommended=way.value if days else "",
            reasons=("long-arrears",) if days else (),
            decided="",
            objection=today - timedelta(days=3) if days and rng.random() < 0.01 else None,
            changes_on=today + timedelta(days=1),
        )


def _real_part(folder: Path, engine: Engine) -> LitigationService:
    """A log with a few loans of the sample in it; no chain is needed to look."""
    settings = read_settings(folder / "home", environ={})
    evidence = open_evidence(settings, engine)
    settings.institutions_dir.mkdir(parents=True)
    sample = ROOT / "litigation" / "sample" / "institution.toml"
    shutil.copy(sample, settings.institutions_dir / f"{INSTITUTION}.toml")
    evidence.add_institution(INSTITUTION, "")
    write_portfolio(folder / "sample.ndjson", REAL_LOANS, DEFAULT_SEED, DEFAULT_AS_OF, ROOT / "node_modules")
    import_file(evidence, folder / "sample.ndjson", None)
    evidence.publish(INSTITUTION)
    return open_litigation(evidence, engine)


def _cases(number: int, real: str, today: date) -> Iterator[dict[str, object]]:
    states = CASE_STATES
    for at in range(number):
        loan = real if not at else f"SCF9{at * 7:09d}"
        yield {
            "our_reference": f"{INSTITUTION}:{loan}",
            "institution": INSTITUTION,
            "loan": loan,
            "state": states[at % len(states)] if at else "package_built",
            "opened_at": f"{today - timedelta(days=at % 60)}T01:00:00Z",
        }


def _filings(number: int) -> Iterator[dict[str, object]]:
    moment = now()
    for at in range(1, number):
        digest = f"{at:064x}"
        yield {
            "our_reference": f"{INSTITUTION}:SCF9{at * 7:09d}",
            "institution": INSTITUTION,
            "court": COURTS[at % 3],
            "court_address": "0x" + f"{1:040x}",
            "package_sha256": digest,
            "filing_id": f"0x{digest}",
            "chain_id": 31337,
            "registry": "0x" + f"{2:040x}",
            "nonce": at,
            "tx": f"0x{digest}",
            "raw_tx": b"",
            "state": "submitted",
            "block": at,
            "block_hash": f"0x{digest}",
            "lodged_at": format_instant(moment - timedelta(days=at % 40)),
            "outbox": "",
            "created_at": format_instant(moment - timedelta(days=at % 40)),
            "updated_at": format_instant(moment),
        }


def _signed_in(client: FlaskClient) -> FlaskClient:
    found = TOKEN.search(client.get("/sign-in").text)
    assert found
    form = {"csrf_token": found.group(1), "name": "bench", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def _times(client: FlaskClient, address: str, rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds + 1):
        began = time.process_time()
        answer = client.get(address)
        taken.append(time.process_time() - began)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return taken[1:]  # the first one loads templates
