"""Who a court's instance is: name, court code, registry, what it takes; kept as court.toml in the court's home.

Spec: docs/spec/filing.md, "The court". The address that answers on the registry and the key that signs entries are made
on the court's machine and never leave it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass

from evidence_service.core import shape
from evidence_service.core.note import valid_key_name
from evidence_service.errors import ProofDocketError
from litigation.core.case_number import parse_case_number
from litigation.core.filing import ADDRESS, checksummed
from litigation.errors import LitigationError

MAX_PACKAGE = 200 * 1024 * 1024
NAMES = frozenset({"name", "code", "key_name", "kind", "rpc_url", "chain_id", "registry", "largest_package"})
KIND = re.compile(r"[\u4e00-\u9fa5]{1,6}\Z")


class CourtFileError(LitigationError):
    """court.toml is missing or wrong; the message names the member."""

    code = "court-file"


@dataclass(frozen=True, slots=True)
class CourtFile:
    """One court. `code` is its 代字 (闽0503), `kind` the type of a first-instance civil case (民初).

    `registry` is empty where the court gives no answer on a chain; `largest_package` in bytes.
    """

    name: str
    code: str
    key_name: str
    kind: str
    rpc_url: str
    chain_id: int
    registry: str
    largest_package: int

    @property
    def on_chain(self) -> bool:
        """Whether the court answers on a FilingRegistry."""
        return bool(self.registry)

    def number(self, year: int, number: int) -> str:
        """A case number of this court: （2026）闽0503民初1号."""
        return f"（{year}）{self.code}{self.kind}{number}号"


def court_file(values: dict[str, object]) -> CourtFile:
    """Check the members of a court's file. Raises CourtFileError that names the wrong one."""
    try:
        found = shape.members_of(values, NAMES, "court")
        made = CourtFile(
            name=_name(found["name"]),
            code=shape.text(found["code"], "court.code"),
            key_name=shape.text(found["key_name"], "court.key_name"),
            kind=shape.text(found["kind"], "court.kind", KIND),
            rpc_url=shape.text(found["rpc_url"], "court.rpc_url"),
            chain_id=shape.whole(found["chain_id"], "court.chain_id"),
            registry=_registry(found["registry"]),
            largest_package=shape.whole(found["largest_package"], "court.largest_package", least=1024),
        )
        if not valid_key_name(made.key_name):
            raise CourtFileError(
                "court.key_name: a key name such as court.example/fengze, without spaces and plus signs"
            )
        if made.registry and not made.rpc_url:
            raise CourtFileError("court.rpc_url: a registry is asked through the court's own node; name its address")
        parse_case_number(made.number(2026, 1))
    except CourtFileError:
        raise
    except ProofDocketError as error:
        raise CourtFileError(str(error)) from error
    return made


def read_court_file(raw: bytes) -> CourtFile:
    """Read court.toml."""
    try:
        return court_file(tomllib.loads(raw.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CourtFileError(f"court.toml cannot be read: {error}") from error


def court_toml(court: CourtFile) -> str:
    """Write court.toml; texts hold no quotes (`court_file` checked them)."""
    return (
        "# This court. `proofdocket court init` wrote it; texts may be changed by hand, keys are beside it.\n"
        f'name = "{court.name}"\n'
        f'code = "{court.code}"\n'
        f'kind = "{court.kind}"\n'
        f'key_name = "{court.key_name}"\n'
        f'rpc_url = "{court.rpc_url}"\n'
        f"chain_id = {court.chain_id}\n"
        f'registry = "{court.registry}"\n'
        f"largest_package = {court.largest_package}\n"
    )


def _name(value: object) -> str:
    name = unicodedata.normalize("NFC", shape.text(value, "court.name", shape.LINE).strip())
    if not name or any(char in name for char in '"\\'):
        raise CourtFileError("court.name: the name of the court, without quotes")
    return name


def _registry(value: object) -> str:
    if value == "":
        return ""
    return checksummed(shape.text(value, "court.registry", ADDRESS))
