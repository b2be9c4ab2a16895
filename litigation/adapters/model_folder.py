"""Models of an instance as files: home/models/NAME/VERSION/{model.json, card.json, card.md, spec.yaml}.

A version is written once and never changed; training it again must give the same bytes. What is in force is said by
the log (`model.adopted`), not by a file. Spec: docs/spec/strata.md section 8.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import yaml

from evidence_service.core.canonical import canonical_bytes
from litigation.core.strata.loan_class import ModelDataError
from litigation.core.strata.model import Model, model_from
from litigation.core.strata.model_card import as_markdown, card_digest
from litigation.core.strata.specification import Specification, specification_from
from litigation.errors import LitigationError

MAX_SPEC = 200_000
SHIPPED = Path(__file__).resolve().parents[1] / "model_specs"


class ModelStateError(LitigationError):
    """A model that is not there, was changed on the disk, waits for nobody, or exists already with other content."""

    code = "model-state"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that somebody wants in force, and what he read: its card, by digest."""

    model: str
    version: str
    card_digest: str
    institution: str
    reason: str
    proposed_by: str
    proposed_at: str


class ModelFolder:
    """The models of a home folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "models"

    def versions(self) -> list[tuple[str, str]]:
        """Every model and version that is here."""
        return sorted((path.parent.parent.name, path.parent.name) for path in self._folder.glob("*/*/model.json"))

    def keep(self, model: Model, card: dict[str, Any], spec: bytes) -> bool:
        """Write a version once; False where the same model is here already. Another content is refused."""
        place = self._place(model.name, model.version)
        if (place / "model.json").exists():
            if self.model(model.name, model.version).digest == model.digest:
                return False
            raise ModelStateError(
                f"{model.name} {model.version} is here with other content: give the specification a new version"
            )
        making = place.with_name(f".{place.name}.{os.getpid()}")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        for name, content in (
            ("model.json", model.content()),
            ("card.json", canonical_bytes(card)),
            ("card.md", as_markdown(card).encode()),
            ("spec.yaml", spec),
        ):
            _write(making / name, content)
        # Crash here: a folder with a leading full stop remains; the version does not exist and is trained again.
        making.rename(place)
        return True

    def model(self, name: str, version: str) -> Model:
        """Read a version; ModelStateError where it is not here or its file was changed since its card."""
        model = model_from(self._json(name, version, "model.json"))
        if self.card(name, version)["model_digest"] != model.digest:
            raise ModelStateError(f"{name} {version}: model.json is not the one that its card names; train it again")
        return model

    def card(self, name: str, version: str) -> dict[str, Any]:
        """The card of a version."""
        return self._json(name, version, "card.json")

    def card_digest(self, name: str, version: str) -> str:
        """The digest that is proposed, read and approved."""
        return card_digest(self.card(name, version))

    def propose(self, proposal: Proposal) -> None:
        """Let a version wait for a second person."""
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self._waiting(proposal.institution), json.dumps(asdict(proposal), ensure_ascii=False).encode())

    def waiting(self, institution: str) -> Proposal | None:
        """What waits for a second person."""
        path = self._waiting(institution)
        if not path.exists():
            return None
        try:
            return Proposal(**json.loads(path.read_bytes()))
        except (ValueError, TypeError) as error:
            raise ModelStateError(f"{path.name} cannot be read: propose the model again") from error

    def settle(self, institution: str) -> None:
        """Nothing waits any more."""
        self._waiting(institution).unlink(missing_ok=True)

    def _waiting(self, institution: str) -> Path:
        return self._folder / f"waiting-{institution}.json"

    def _place(self, name: str, version: str) -> Path:
        return self._folder / name / version

    def _json(self, name: str, version: str, file: str) -> dict[str, Any]:
        if (name, version) not in self.versions():
            raise ModelStateError(f"there is no model {name} {version} here: `proofdocket model list` shows all")
        try:
            found = json.loads((self._place(name, version) / file).read_bytes())
        except (OSError, ValueError) as error:
            raise ModelStateError(f"{name} {version}: {file} cannot be read: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise ModelStateError(f"{name} {version}: {file} is not what it was")
        return found


def read_specification(path: Path) -> tuple[Specification, bytes]:
    """Read a YAML specification; ModelDataError names what is wrong."""
    content = path.read_bytes()
    if len(content) > MAX_SPEC:
        raise ModelDataError(f"{path.name}: a specification has at most {MAX_SPEC} bytes")
    try:
        data = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise ModelDataError(f"{path.name} is no YAML: {str(error).splitlines()[0]}") from error
    try:
        return specification_from(data, sha256(content).hexdigest()), content
    except ModelDataError as error:
        raise ModelDataError(f"{path.name}: {error}") from error


def read_table(path: Path) -> tuple[list[dict[str, str]], str]:
    """All rows of a CSV file with a header line (also gzip), and its SHA-256. ModelDataError names a bad line."""
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return list(rows_of(path)), digest


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows one by one."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            if not reader.fieldnames or len(set(reader.fieldnames)) != len(reader.fieldnames):
                raise ModelDataError(f"{path.name}: the first line must name each column once")
            for row in reader:
                if None in row or None in row.values():
                    raise ModelDataError(f"{path.name}, line {reader.line_num}: not as many fields as the header")
                yield row
    except (UnicodeDecodeError, csv.Error, EOFError, gzip.BadGzipFile) as error:
        raise ModelDataError(f"{path.name} is no CSV file in UTF-8: {error}") from error


def _write(path: Path, content: bytes) -> None:
    making = path.with_name(f".{path.name}.new")
    with making.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    making.rename(path)
