"""Wires the evidence room: the one place that knows every adapter."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.instance_chain import InstanceChain
from evidence_service.adapters.kek_file import kek_from
from evidence_service.adapters.observed_environment import observe
from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.adapters.sql_anchor_store import SqlAnchorStore
from evidence_service.adapters.sql_corrections import SqlCorrections
from evidence_service.adapters.sql_cosignatures import SqlCosignatureStore
from evidence_service.adapters.sql_environments import SqlEnvironments
from evidence_service.adapters.sql_erasures import SqlErasures
from evidence_service.adapters.sql_histories import SqlHistories
from evidence_service.adapters.sql_loan_map import SqlLoanMap
from evidence_service.adapters.sql_log_audit import SqlLogAuditReader
from evidence_service.adapters.sql_log_keys import SqlLogKeys
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.adapters.sql_source_keys import SqlSourceKeys
from evidence_service.adapters.sql_subject_keys import open_subject_keys
from evidence_service.adapters.sql_timestamp_store import SqlTimestampStore
from evidence_service.adapters.surviving_copies import SurvivingCopies
from evidence_service.adapters.timestamp_authority import read_authorities
from evidence_service.adapters.witness_client import HttpWitnessDoor
from evidence_service.api_door import ApiDoor
from evidence_service.clock import now
from evidence_service.database import migrate, open_database
from evidence_service.errors import NotAnInstanceError
from evidence_service.service import Edges, EvidenceService
from evidence_service.settings import Settings, read_settings
from evidence_service.workflow.timestamp import Stamping


def open_evidence(settings: Settings, engine: Engine) -> EvidenceService:
    """Open the evidence room of an instance on its database."""
    passphrase = os.environ.get("PROOFDOCKET_KEY_PASSPHRASE", "").encode() or None
    keys = open_subject_keys(settings.home, engine, kek_from(settings.keys_dir / "kek.key", passphrase))
    store = SqlLogStore(engine, keys)
    edges = Edges(
        settings=settings,
        store=store,
        log_keys=SqlLogKeys(engine),
        log_audit=SqlLogAuditReader(engine, store),
        histories=SqlHistories(engine, store),
        anchors=SqlAnchorStore(engine),
        maps=SqlLoanMap(engine),
        vault=FileVault(settings.vault_dir, engine, keys),
        erasures=SqlErasures(engine),
        copies=SurvivingCopies(engine, settings.home),
        accesses=SqlAccessLog(engine),
        corrections=SqlCorrections(engine),
        chain=InstanceChain(settings),
        cosignatures=SqlCosignatureStore(engine),
        witnesses=HttpWitnessDoor(),
        sources=SqlSourceKeys(engine),
        environments=SqlEnvironments(engine),
        observe=partial(observe, session=os.urandom(8).hex()),
        stamping=Stamping(SqlTimestampStore(engine), read_authorities(settings.home), now, os.urandom),
        now=now,
        randomness=os.urandom,
        passphrase=passphrase,
    )
    return EvidenceService(edges)


def open_engine(settings: Settings) -> Engine:
    """Open the instance's database and bring it to the newest migration."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_database(settings.database)
    migrate(engine)
    return engine


def open_home(home: Path | None = None, *, new: bool = False) -> EvidenceService:
    """Open the evidence room of a home folder. Only with `new` may the folder be made an instance."""
    settings = read_settings(home)
    if not new:
        require_database(settings)
    return open_evidence(settings, open_engine(settings))


def open_door(home: Path | None = None) -> ApiDoor:
    """Open the evidence room of a home folder as the HTTP API uses it."""
    settings = read_settings(home)
    require_database(settings)
    engine = open_engine(settings)
    passphrase = os.environ.get("PROOFDOCKET_KEY_PASSPHRASE", "").encode() or None
    keys = open_subject_keys(settings.home, engine, kek_from(settings.keys_dir / "kek.key", passphrase))
    return ApiDoor(open_evidence(settings, engine), engine, keys, os.urandom)


def require_database(settings: Settings) -> None:
    """Refuse a folder that nobody initialised, before anything is written into it."""
    if not settings.database_url and not settings.database_file.is_file():
        raise NotAnInstanceError(f"{settings.home} is not an instance yet; run `proofdocket init`")
