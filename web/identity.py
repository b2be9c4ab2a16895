"""Everything that the pages know of people: accounts, second factors, sessions, purposes, four-eyes requests."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Engine

from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.adapters.sql_api_keys import SqlApiKeys
from evidence_service.bootstrap import open_engine, require_database
from evidence_service.clock import now as clock_now
from evidence_service.settings import read_settings
from web.accounts import HASHER
from web.sealing import SecretBox, key_file
from web.settings import WebSettings, read_web_settings
from web.sql_accounts import SqlAccounts
from web.sql_approvals import SqlApprovals
from web.sql_factors import SqlFactors
from web.sql_pauses import SqlPauses
from web.sql_purposes import SqlPurposes
from web.sql_sessions import SqlSessions

FACTOR_KEY = "second-factor.key"


class Identity:
    """The stores of one instance, its settings, and how it hashes passwords."""

    def __init__(
        self,
        engine: Engine,
        box: SecretBox,
        settings: WebSettings,
        *,
        now: Callable[[], datetime] = clock_now,
        hasher: PasswordHasher = HASHER,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.settings, self.hasher, self.randomness = settings, hasher, randomness
        self._accesses, self._now = SqlAccessLog(engine), now
        self.accounts = SqlAccounts(engine, now)
        self.factors = SqlFactors(engine, box, randomness)
        self.sessions = SqlSessions(engine, randomness)
        self.pauses = SqlPauses(engine)
        self.purposes = SqlPurposes(engine)
        self.approvals = SqlApprovals(engine, randomness)
        self.api_keys = SqlApiKeys(engine)

    def note(self, who: str, action: str, what: str, institution: str = "", purpose: str = "accounts") -> None:
        """Put on record who did what to an account; raises where that is impossible, and then nothing is done."""
        at = self._now()
        self._accesses.add(who=who, action=action, institution=institution, object=what, purpose=purpose, at=at)


def identity_of(home: Path, keys: Path, engine: Engine) -> Identity:
    """The people of an instance whose database is open."""
    return Identity(engine, SecretBox(key_file(keys, FACTOR_KEY)), read_web_settings(home))


def open_identity(home: Path | None) -> Identity:
    """The people of the instance in a home folder."""
    settings = read_settings(home)
    require_database(settings)
    return identity_of(settings.home, settings.keys_dir, open_engine(settings))
