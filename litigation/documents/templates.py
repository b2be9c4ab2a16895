"""Templates: the text of the papers, read from YAML once per process.

Spec: docs/spec/papers.md section 2. A template has an id, a version, a date and its legal basis. In its text
``{key}`` is a fact, ``{key:6}`` one with a blank six characters wide, ``{□ key=value}`` a box of the form,
``{@key}`` a link to the exhibit that proves the fact, ``{#}`` a running number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import yaml

from litigation.documents.problems import TemplateError

NAMES = ("complaint", "evidence_list", "ledger", "certificate", "provenance", "cover", "defects", "exhibit")
_REQUIRED = ("id", "version", "dated", "legal_basis")
_MARK = re.compile(
    r"\{(?:(?P<box>□) (?P<bkey>[\w.]+)=(?P<value>[^}]+)|@(?P<cite>[\w.]+)|(?P<count>#)"
    r"|(?P<key>[\w.]+)(?::(?P<wide>\d+))?)\}"
)


class PartKind(StrEnum):
    """What a part of a template line is."""

    TEXT = "text"
    FACT = "fact"
    BOX = "box"
    CITE = "cite"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a template line. `value` is the text, or the option of a box; `blank` the width of a blank."""

    kind: PartKind
    key: str
    value: str = ""
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """One paper's text, with the digest of its file."""

    id: str
    version: str
    dated: str
    legal_basis: tuple[str, ...]
    digest: str
    body: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        try:
            return self.body[name]
        except KeyError:
            raise TemplateError(f"template {self.id}: {name} is missing") from None

    @property
    def label(self) -> str:
        """Name the template as the certificate prints it."""
        return f"{self.id} {self.version}（{self.digest[:12]}）"


@cache
def template(name: str) -> Template:
    """Read one template; a malformed one is an error that names it."""
    data = (files("litigation.templates") / f"{name}.yaml").read_bytes()
    try:
        body = yaml.safe_load(data)
    except yaml.YAMLError as problem:
        raise TemplateError(f"template {name}: not YAML: {problem}") from problem
    if not isinstance(body, dict):
        raise TemplateError(f"template {name}: must be a mapping")
    lacking = [key for key in _REQUIRED if not body.get(key)]
    if lacking:
        raise TemplateError(f"template {name}: lacks {', '.join(lacking)}")
    basis = tuple(str(line) for line in body["legal_basis"])
    return Template(body["id"], str(body["version"]), str(body["dated"]), basis, sha256(data).hexdigest(), body)


@cache
def parts_of(line: str) -> tuple[Part, ...]:
    """Take a template line apart; a stray brace is an error."""
    parts: list[Part] = []
    at = 0
    for mark in _MARK.finditer(line):
        _add_text(parts, line[at : mark.start()], line)
        at = mark.end()
        if mark["box"]:
            parts.append(Part(PartKind.BOX, mark["bkey"], mark["value"]))
        elif mark["cite"]:
            parts.append(Part(PartKind.CITE, mark["cite"]))
        elif mark["count"]:
            parts.append(Part(PartKind.COUNT, "#"))
        else:
            parts.append(Part(PartKind.FACT, mark["key"], blank=int(mark["wide"] or 0)))
    _add_text(parts, line[at:], line)
    return tuple(parts)


def fill(text: str, **values: object) -> str:
    """Put plain values into a template text; a name the template does not know is an error."""

    def value_of(mark: re.Match[str]) -> str:
        name = mark["key"]
        if name is None or name not in values:
            raise TemplateError(f"template text {text!r}: no value for {mark.group()}")
        return str(values[name])

    return _MARK.sub(value_of, text)


def _add_text(parts: list[Part], text: str, line: str) -> None:
    if "{" in text or "}" in text:
        raise TemplateError(f"template line {line!r}: a brace that opens no known mark")
    if text:
        parts.append(Part(PartKind.TEXT, "", text))
