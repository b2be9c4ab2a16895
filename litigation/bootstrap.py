"""Wires the litigation room on top of the evidence room: the one place that knows its adapters."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine

from evidence_service.bootstrap import open_engine, open_evidence, require_database
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.filing_service import FilingService
from litigation.service import LitigationService

CHECKOUT = Path(__file__).resolve().parents[1]


def open_litigation(evidence: EvidenceService, engine: Engine) -> LitigationService:
    """Open the litigation room of an instance."""
    return LitigationService(evidence, SqlCaseStore(engine), fonts_folder(), CHECKOUT / "node_modules")


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


def fonts_folder() -> Path:
    """Where the rare-character font lies: PROOFDOCKET_FONTS, else var/fonts of the checkout."""
    return Path(os.environ.get("PROOFDOCKET_FONTS") or CHECKOUT / "var" / "fonts")
