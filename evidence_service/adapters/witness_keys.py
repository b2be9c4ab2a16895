"""A witness's own keys: the private key in FILE (PKCS#8 PEM, owner only), its verifier key in FILE.vkey beside it.

Spec: docs/spec/witness.md (Keys). The verifier key bears the witness's name; both must belong together.
"""

from __future__ import annotations

from pathlib import Path

from evidence_service.adapters.key_files import open_key
from evidence_service.core.cosignature import is_cosigner
from evidence_service.core.note import VerifierKey, parse_vkey
from evidence_service.errors import NotFoundError, SettingsError
from evidence_service.workflow.add_checkpoint import WitnessKey


def make_witness_key(path: Path, name: str, algorithm: int, passphrase: bytes | None) -> VerifierKey:
    """Make a key; one that is there is never replaced."""
    beside = vkey_file(path)
    if path.exists() or beside.exists():
        raise SettingsError(
            f"{path} or {beside.name} is there already; a witness keeps its key, a new one has a new name"
        )
    _, verifier = open_key(path, name, algorithm, passphrase)
    if not is_cosigner(verifier):
        raise SettingsError("the name of a witness has at most 255 bytes")
    # Crash here: a private key without its verifier key, which `serve` refuses by name; remove it and begin anew.
    beside.write_text(f"{verifier}\n", encoding="utf-8")
    return verifier


def load_witness_key(path: Path, passphrase: bytes | None) -> WitnessKey:
    """The key in a file; its verifier key beside it must be its own."""
    beside = vkey_file(path)
    if not path.is_file() or not beside.is_file():
        raise NotFoundError(f"{path} and {beside.name} are not there; `proofdocket witness keygen` makes them")
    stated = parse_vkey(beside.read_text("utf-8", "replace").strip())
    key, verifier = open_key(path, stated.name, stated.algorithm, passphrase)
    if verifier != stated or not is_cosigner(stated):
        raise SettingsError(f"{beside} does not belong to {path.name}, or is no key of a witness")
    return WitnessKey(verifier, key.sign)


def vkey_file(path: Path) -> Path:
    """Where the verifier key of a private key lies."""
    return path.with_name(f"{path.name}.vkey")
