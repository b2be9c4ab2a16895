"""A trained model as a file: what it weighs, which data and which specification made it, and the digest that names it.

Numbers are decimal strings of 12 significant digits, so the canonical form (RFC 8785) has no floats and two machines
name the same model alike. Spec: docs/spec/strata.md section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evidence_service.core.canonical import canonical_bytes
from litigation.core.strata.feature import Feature, Kind, Scale
from litigation.core.strata.loan_class import LoanClass, ModelDataError
from litigation.core.strata.ordered_logit import Column, OrderedLogit

FORMAT = "proofdocket-strata-model-1"


@dataclass(frozen=True, slots=True)
class Model:
    """An ordered logit with its origin. Digests are SHA-256 in hexadecimal; `derived` says what the classes are."""

    name: str
    version: str
    spec_digest: str
    data_digest: str
    rows: int
    derived: bool
    logit: OrderedLogit

    @property
    def digest(self) -> str:
        """SHA-256 of the model's canonical bytes: the name that decisions quote."""
        return sha256(self.content()).hexdigest()

    def content(self) -> bytes:
        """The file `model.json`, canonical."""
        return canonical_bytes(as_json(self))


def text(value: float) -> str:
    """A number as the model stores it."""
    return format(value, ".12g")


def rounded(value: float) -> float:
    """A number as it comes back from the file: what is scored right after training equals what is scored later."""
    return float(text(value))


def as_json(model: Model) -> dict[str, Any]:
    """The model as strict JSON without floats."""
    logit = model.logit
    return {
        "format": FORMAT,
        "name": model.name,
        "version": model.version,
        "spec_digest": model.spec_digest,
        "data_digest": model.data_digest,
        "rows": model.rows,
        "derived": model.derived,
        "classes": [one.value for one in logit.classes],
        "thresholds": [text(value) for value in logit.thresholds],
        "cuts": [text(value) for value in logit.cuts],
        "features": [_feature_json(one) for one in logit.features],
        "columns": [
            {
                "name": one.name,
                "centre": text(one.scale.centre),
                "spread": text(one.scale.spread),
                "weight": text(one.weight),
                "error": None if one.error is None else text(one.error),
            }
            for one in logit.columns
        ],
    }


def model_from(data: Mapping[str, Any]) -> Model:
    """Read `model.json` back; ModelDataError says that it is not one."""
    try:
        if data["format"] != FORMAT:
            raise ModelDataError(f"a model file says {FORMAT}")
        logit = OrderedLogit(
            tuple(LoanClass(one) for one in data["classes"]),
            tuple(float(one) for one in data["thresholds"]),
            tuple(float(one) for one in data["cuts"]),
            tuple(_feature_from(one) for one in data["features"]),
            tuple(
                Column(
                    one["name"],
                    Scale(float(one["centre"]), float(one["spread"])),
                    float(one["weight"]),
                    None if one["error"] is None else float(one["error"]),
                )
                for one in data["columns"]
            ),
        )
        return Model(
            str(data["name"]),
            str(data["version"]),
            str(data["spec_digest"]),
            str(data["data_digest"]),
            int(data["rows"]),
            bool(data["derived"]),
            logit,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelDataError("this is no model file of this program; train it again") from error


def _feature_json(one: Feature) -> dict[str, Any]:
    return {
        "name": one.name,
        "field": one.field,
        "kind": one.kind.value,
        "low": None if one.low is None else text(one.low),
        "high": None if one.high is None else text(one.high),
        "levels": list(one.levels),
        "zh": one.zh,
        "en": one.en,
    }


def _feature_from(data: Mapping[str, Any]) -> Feature:
    return Feature(
        str(data["name"]),
        str(data["field"]),
        Kind(data["kind"]),
        None if data["low"] is None else float(data["low"]),
        None if data["high"] is None else float(data["high"]),
        tuple(str(one) for one in data["levels"]),
        str(data["zh"]),
        str(data["en"]),
    )
