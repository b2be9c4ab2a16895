"""Wires served papers: the one place that knows their adapters."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine

from evidence_service.service import EvidenceService
from litigation.adapters.rule_folder import RuleFolder
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.bootstrap import open_rooms
from litigation.served.adapters.code_hash import Argon2CodeHash
from litigation.served.adapters.package_shelf import PackageShelf
from litigation.served.adapters.sql_served_store import SqlServedStore
from litigation.served.service import ServedService


def served_by(evidence: EvidenceService, engine: Engine) -> ServedService:
    """Open the served papers of an instance."""
    cases = SqlCaseStore(engine)
    return ServedService(
        evidence,
        cases,
        PackageShelf(engine, cases),
        SqlServedStore(engine),
        Argon2CodeHash(),
        RuleFolder(evidence.settings.home).rules,
        os.urandom,
    )


def open_served(home: Path | None = None) -> ServedService:
    """Open the served papers of a home folder."""
    litigation, engine = open_rooms(home)
    return served_by(litigation.evidence, engine)
