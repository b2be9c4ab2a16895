"""Settings of one instance, read once from the environment and the home folder into a frozen value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence_service.errors import SettingsError

DEFAULT_HOME = "./var"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where an instance keeps its state and whom it talks to.

    `database_url` and `rpc_url` are empty for the embedded SQLite database and the instance's own local chain.
    `confirmations`: blocks upon an anchor's block before it counts as final.
    """

    home: Path
    database_url: str
    rpc_url: str
    chain_id: int
    confirmations: int
    origin_prefix: str
    witness_policy_file: str = ""

    @property
    def keys_dir(self) -> Path:
        """Private keys, readable by the owner only."""
        return self.home / "keys"

    @property
    def vault_dir(self) -> Path:
        """Originals by content address."""
        return self.home / "vault"

    @property
    def imports_dir(self) -> Path:
        """Reject lists of imports."""
        return self.home / "imports"

    @property
    def institutions_dir(self) -> Path:
        """Master data of each institution as plaintiff."""
        return self.home / "institutions"

    @property
    def witness_policy(self) -> Path:
        """The witness policy (C2SP tlog-policy); without the file no witness is asked."""
        return Path(self.witness_policy_file or self.home / "witness-policy.txt")

    @property
    def database_file(self) -> Path:
        """The embedded database, used where no URL is set."""
        return self.home / "proofdocket.db"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.database_file}"


def read_settings(home: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `home` wins over PROOFDOCKET_HOME, which wins over ./var."""
    env = os.environ if environ is None else environ
    folder = home or Path(env.get("PROOFDOCKET_HOME") or DEFAULT_HOME)
    return Settings(
        home=folder.expanduser().absolute(),
        database_url=env.get("PROOFDOCKET_DATABASE_URL", ""),
        rpc_url=env.get("PROOFDOCKET_RPC_URL", ""),
        chain_id=_number(env, "PROOFDOCKET_CHAIN_ID", 31337),
        confirmations=_number(env, "PROOFDOCKET_CONFIRMATIONS", 3),
        origin_prefix=env.get("PROOFDOCKET_ORIGIN_PREFIX", "proofdocket.example"),
        witness_policy_file=env.get("PROOFDOCKET_WITNESS_POLICY", ""),
    )


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"{name} must be a whole number")
    return int(text)
