"""Matrix file: reads the completeness matrix strictly and knows its digest.

Spec: docs/spec/readiness.md section 3. Refused: an unknown key, stage, need or mark, an event type that
the catalogue does not have or has at another stage, and two rows for the same event.
"""

from __future__ import annotations

import tomllib
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from evidence_service.core.catalogue import CATALOGUE, Stage
from litigation.core.completeness import Expectation, Matrix, Need
from litigation.core.rules import Mark
from litigation.errors import RulebookError

FILE = "completeness.toml"
_KEYS = {"type", "need", "missing", "zh", "en", "system_zh", "system_en", "hook", "mark"}
_MISSING = {"blocks": True, "warns": False}


@cache
def load_matrix() -> Matrix:
    """Read the matrix that ships with the program."""
    return read_matrix((files("litigation") / FILE).read_bytes())


def read_matrix(content: bytes) -> Matrix:
    """Read a matrix: one table per stage, one entry per expected event."""
    try:
        stages = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{FILE}: no valid TOML: {error}") from error
    rows = []
    for stage, entries in stages.items():
        if stage not in set(Stage) or not isinstance(entries, list):
            raise RulebookError(f"{FILE}: {stage} is no stage with rows")
        rows += [_row(f"{FILE}: {stage} row {number}", stage, raw) for number, raw in enumerate(entries, 1)]
    named = [(row.type, row.where) for row in rows]
    if len(set(named)) != len(named):
        raise RulebookError(f"{FILE}: an event is expected twice")
    return Matrix(tuple(rows), sha256(content).hexdigest())


def _row(place: str, stage: str, raw: Any) -> Expectation:
    if not isinstance(raw, dict) or set(raw) - {"where"} != _KEYS:
        raise RulebookError(f"{place}: needs exactly {', '.join(sorted(_KEYS))}, and where if it is narrowed")
    if not all(isinstance(raw[key], str) and raw[key].strip() for key in _KEYS):
        raise RulebookError(f"{place}: every value must be text")
    kind = CATALOGUE.get(raw["type"])
    if kind is None or kind.stage.value != stage:
        raise RulebookError(f"{place}: the catalogue has no {raw['type']} at that stage")
    if raw["need"] not in set(Need) or raw["missing"] not in _MISSING or raw["mark"] not in set(Mark):
        raise RulebookError(f"{place}: unknown need, missing or mark")
    return Expectation(
        stage=stage,
        type=raw["type"],
        where=_where(place, raw.get("where"), raw["type"]),
        need=Need(raw["need"]),
        blocking=_MISSING[raw["missing"]],
        zh=raw["zh"],
        en=raw["en"],
        system_zh=raw["system_zh"],
        system_en=raw["system_en"],
        hook=raw["hook"],
        mark=raw["mark"],
    )


def _where(place: str, raw: Any, kind: str) -> tuple[str, str] | None:
    if raw is None:
        return None
    field, _, value = str(raw).partition("=")
    if not value or CATALOGUE[kind].field(field) is None:
        raise RulebookError(f"{place}: where must be FIELD=VALUE of a field of {kind}")
    return field, value
