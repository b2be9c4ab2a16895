"""Wires a court's instance: the one place that knows its adapters. Its home folder is its own, no filer's."""

from __future__ import annotations

import os
from pathlib import Path

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.bootstrap import open_engine, require_database
from evidence_service.clock import now
from evidence_service.settings import Settings, read_settings
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.trust_store import load_trust
from litigation.court_side.adapters.court_keys import CourtKeys
from litigation.court_side.adapters.one_at_a_time import OneAtATime
from litigation.court_side.adapters.package_folder import PackageFolder
from litigation.court_side.adapters.pdf_outline import read_outline
from litigation.court_side.adapters.registry_answer import RegistryAnswer
from litigation.court_side.adapters.sql_court_store import SqlCourtStore
from litigation.court_side.core.court_file import CourtFile, CourtFileError, court_toml, read_court_file
from litigation.court_side.service import CourtService
from litigation.court_side.workflow.record import CourtDoors


def make_court(home: Path | None, court: CourtFile) -> CourtService:
    """Make a court's instance: court.toml, keys and database. Safe to repeat with the same values."""
    settings = read_settings(home)
    path = _path(settings)
    text = court_toml(court)
    if path.exists() and read_court_file(path.read_bytes()) != court:
        raise CourtFileError(f"{path} says something else already; change it there, or choose another home")
    open_engine(settings).dispose()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(f".court.toml.{os.getpid()}")
        with temporary.open("w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    return open_court(home)


def open_court(home: Path | None) -> CourtService:
    """Open the court's instance in a home folder. Raises CourtFileError where there is none."""
    settings = read_settings(home)
    path = _path(settings)
    if not path.is_file():
        raise CourtFileError(f"{settings.home} is no court's instance; run `proofdocket court init` there")
    court = read_court_file(path.read_bytes())
    require_database(settings)
    passphrase = os.environ.get("PROOFDOCKET_KEY_PASSPHRASE", "").encode() or None
    account = ChainAccount.in_file(settings.keys_dir / "court-chain.key")
    store = SqlCourtStore(open_engine(settings))
    keys = CourtKeys(settings.keys_dir, court.key_name, passphrase, store.key_changes)
    doors = CourtDoors(
        court=court,
        address=account.address,
        store=store,
        shelf=PackageFolder(settings.home / "court" / "packages"),
        signer=keys,
        chain=RegistryAnswer(court.rpc_url, court.chain_id, court.registry, account) if court.on_chain else None,
        reader=RpcChainReader(court.rpc_url) if court.rpc_url else None,
        trust=lambda: load_trust(settings.home, None, ""),
        now=now,
        depth=lambda: _depth(settings, court),
        outline=read_outline,
        answering=OneAtATime(settings.home / "court" / "answer.lock").hold,
    )
    return CourtService(doors, os.urandom, keys)


def _depth(settings: Settings, court: CourtFile) -> int:
    """Blocks upon an answer before it is lodged: what the court's trust file says of its chain, else the setting."""
    trust = load_trust(settings.home, None, "")
    said = [chain.confirmations for chain in trust.chains if chain.chain_id == court.chain_id] if trust else []
    return max(said, default=settings.confirmations)


def is_court(home: Path | None) -> bool:
    """Whether a home folder is a court's instance."""
    return _path(read_settings(home)).is_file()


def _path(settings: Settings) -> Path:
    return settings.home / "court.toml"
