"""Wires the litigation room on top of the evidence room: the one place that knows its adapters."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from evidence_service.adapters.timestamp_authority import read_authorities
from evidence_service.bootstrap import open_engine, open_evidence, require_database
from evidence_service.service import EvidenceService, require_initialised
from evidence_service.settings import read_settings
from litigation.adapters.job_slots import Slots
from litigation.adapters.model_folder import ModelFolder
from litigation.adapters.overview_sums import OverviewSums
from litigation.adapters.prepared_folder import PreparedFolder
from litigation.adapters.seal_keys import read_key
from litigation.adapters.sql_batch_store import SqlBatchStore
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.adapters.sql_loan_overview import SqlLoanOverview
from litigation.batch_service import BatchService
from litigation.delivery_service import DeliveryService
from litigation.documents.fonts import FontSet
from litigation.filing_service import FilingService
from litigation.model_service import ModelService
from litigation.portfolio_service import PortfolioService
from litigation.ports import JobEngine
from litigation.preloan_service import PreloanService
from litigation.recovery_service import RecoveryService
from litigation.rulebook import load_rules
from litigation.service import LitigationService
from litigation.strata_service import StrataService
from litigation.workflow.seal_package import BundleSealer

CHECKOUT = Path(__file__).resolve().parents[1]


def open_litigation(evidence: EvidenceService, engine: Engine) -> LitigationService:
    """Open the litigation room of an instance."""
    settings = evidence.settings
    return LitigationService(
        evidence,
        SqlCaseStore(engine),
        fonts_folder(),
        CHECKOUT / "node_modules",
        lambda fonts: _sealer(settings.home, settings.keys_dir, fonts, stamp=False),
    )


def open_rooms(home: Path | None = None) -> tuple[LitigationService, Engine]:
    """Open both rooms of a home folder, and the database they share."""
    settings = read_settings(home)
    require_database(settings)
    engine = open_engine(settings)
    return open_litigation(open_evidence(settings, engine), engine), engine


def open_filings(home: Path | None = None) -> FilingService:
    """Open filing and docket of a home folder."""
    settings = read_settings(home)
    require_database(settings)
    engine = open_engine(settings)
    return FilingService(open_evidence(settings, engine), SqlCaseStore(engine), engine)


def open_batches(home: Path | None = None) -> tuple[BatchService, Callable[[], JobEngine]]:
    """Open the batches of a home folder, and what makes a worker's job engine: only workers load it."""
    settings = read_settings(home)
    litigation, engine = open_rooms(home)
    folder = settings.home / "batches"

    def job_engine() -> JobEngine:
        from litigation.adapters.job_dbos import DbosEngine  # noqa: PLC0415 - a second and a half to load

        return DbosEngine(settings.database_url, folder / "jobs.db")

    return BatchService(litigation, SqlBatchStore(engine), Slots(folder / "slots")), job_engine


def open_portfolio(home: Path | None = None) -> PortfolioService:
    """Open the overview of loans of a home folder."""
    litigation, engine = open_rooms(home)
    return portfolio_of(litigation, engine)


def portfolio_of(litigation: LitigationService, engine: Engine) -> PortfolioService:
    """The overview of loans of rooms that are open."""
    return PortfolioService(litigation, SqlLoanOverview(engine), OverviewSums(engine))


def open_preloan(home: Path | None = None) -> PreloanService:
    """Open checks before a loan, and explanations, of a home folder."""
    litigation, _ = open_rooms(home)
    require_initialised(litigation.evidence)
    return PreloanService(litigation.evidence, litigation.rules)


def open_recovery(home: Path | None = None) -> RecoveryService:
    """Open what a book may bring and what came of it."""
    litigation, engine = open_rooms(home)
    require_initialised(litigation.evidence)
    return RecoveryService(portfolio_of(litigation, engine), litigation.rules())


def open_models(home: Path | None = None) -> ModelService:
    """Open the risk models of a home folder."""
    litigation, _ = open_rooms(home)
    return ModelService(litigation.evidence, ModelFolder(litigation.evidence.settings.home), litigation.rules)


def open_strata(home: Path | None = None) -> StrataService:
    """Open the strata of a home folder."""
    models = open_models(home)
    require_initialised(models.evidence)
    return StrataService(models.evidence, models, models.rules)


def open_delivery(home: Path | None = None) -> DeliveryService:
    """Open filing, docket and the delivery to courts of a home folder."""
    settings = read_settings(home)
    require_database(settings)
    engine = open_engine(settings)
    cases = SqlCaseStore(engine)
    filings = FilingService(open_evidence(settings, engine), cases, engine)
    return DeliveryService(filings, cases, engine, load_rules)


def open_sealer(home: Path | None, *, timestamp: bool) -> BundleSealer:
    """Open the seal of a home folder; the first of its timestamp authorities stamps, where there is one."""
    settings = read_settings(home)
    folder = fonts_folder()
    fonts = FontSet.load(folder if folder.is_dir() else None, CHECKOUT / "node_modules")
    return _sealer(settings.home, settings.keys_dir, fonts, stamp=timestamp)


def _sealer(home: Path, keys: Path, fonts: FontSet, *, stamp: bool) -> BundleSealer:
    """The provider that the instance names, else the key in its files."""
    # Half a second of libraries that few commands need.
    from litigation.adapters.seal_pyhanko import KeyFileProvider  # noqa: PLC0415
    from litigation.adapters.seal_remote import RemoteProvider, read_provider  # noqa: PLC0415

    remote = read_provider(home)
    if remote is not None:
        token = os.environ.get("PROOFDOCKET_SEAL_TOKEN", "")
        return BundleSealer(RemoteProvider(remote, token), fonts, PreparedFolder(home / "seals"))
    authorities = read_authorities(home) if stamp else ()
    return BundleSealer(KeyFileProvider(read_key(keys, passphrase()), authorities[0] if authorities else None), fonts)


def passphrase() -> bytes | None:
    """What the instance's private keys are locked with, if anything."""
    return os.environ.get("PROOFDOCKET_KEY_PASSPHRASE", "").encode() or None


def fonts_folder() -> Path:
    """Where the rare-character font lies: PROOFDOCKET_FONTS, else var/fonts of the checkout."""
    return Path(os.environ.get("PROOFDOCKET_FONTS") or CHECKOUT / "var" / "fonts")
