"""Templates: the text of the papers, read from YAML once per process, in the filing language and as a reading copy.

Spec: docs/spec/papers.md section 2. A template has an id, a version, a date and its legal basis. The English
reading copy is the Chinese template with the texts of ``en/NAME.yaml`` laid over it. In its text ``{key}`` is a
fact, ``{key:6}`` one with a blank six characters wide, ``{□ key=value}`` a box of the form, ``{@key}`` a link to
the exhibit that proves the fact, ``{#}`` a running number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from litigation.documents.problems import TemplateError

NAMES = (
    "complaint",
    "payment_order",
    "mediation",
    "enforcement",
    "preservation",
    "evidence_list",
    "power_of_attorney",
    "representative",
    "service_address",
    "ledger",
    "certificate",
    "provenance",
    "cover",
    "defects",
    "exhibit",
)
FORM = ("title", "subtitle", "note", "blocks", "rows", "signature")  # of the official complaint: nobody changes these
_REQUIRED = ("id", "version", "dated", "legal_basis")
_MARK = re.compile(
    r"\{(?:(?P<box>□) (?P<bkey>[\w.]+)=(?P<value>[^}]+)|@(?P<cite>[\w.]+)|(?P<count>#)"
    r"|(?P<key>[\w.]+)(?::(?P<wide>\d+))?)\}"
)


class Language(StrEnum):
    """Chinese is the filing language, English the reading copy."""

    ZH = "zh"
    EN = "en"


class PartKind(StrEnum):
    """What a part of a template line is."""

    TEXT = "text"
    FACT = "fact"
    BOX = "box"
    CITE = "cite"
    COUNT = "count"


class Part(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """The templates that the papers of one case are made with."""

    language: Language
    templates: Mapping[str, Template]

    def __getitem__(self, name: str) -> Template:
        return self.templates[name]

    @property
    def labels(self) -> tuple[str, ...]:
        """How the certificate names them all."""
        return tuple(self.templates[name].label for name in NAMES)

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all files, by name."""
        lines = "".join(f"{name} {self.templates[name].digest}\n" for name in NAMES)
        return sha256(lines.encode()).hexdigest()

    def overridden(self, contents: Mapping[str, bytes]) -> TemplateSet:
        """The same set with files of an instance in place of shipped ones; a bad one is an error that names it."""
        if self.language is not Language.ZH and contents:
            raise TemplateError("only the filing language can be overridden")
        return replace(
            self, templates={**self.templates, **{name: _override(name, contents[name]) for name in contents}}
        )


@cache
def shipped(language: Language = Language.ZH) -> TemplateSet:
    """The templates as they ship."""
    if language is Language.ZH:
        return TemplateSet(language, {name: template(name) for name in NAMES})
    return TemplateSet(language, {name: _reading_copy(name, language) for name in NAMES})


@cache
def template(name: str) -> Template:
    """Read one shipped template in the filing language; a malformed one is an error that names it."""
    return parse_template(name, (files("litigation.templates") / f"{name}.yaml").read_bytes())


def parse_template(name: str, data: bytes) -> Template:
    """Read a template from its bytes."""
    body = _mapping(name, data)
    lacking = [key for key in _REQUIRED if not body.get(key)]
    if lacking:
        raise TemplateError(f"template {name}: lacks {', '.join(lacking)}")
    basis = tuple(str(line) for line in body["legal_basis"])
    return Template(body["id"], str(body["version"]), str(body["dated"]), basis, sha256(data).hexdigest(), body)


def _mapping(name: str, data: bytes) -> dict[str, Any]:
    try:
        body = yaml.safe_load(data)
    except yaml.YAMLError as problem:
        raise TemplateError(f"template {name}: not YAML: {problem}") from problem
    if not isinstance(body, dict):
        raise TemplateError(f"template {name}: must be a mapping")
    return body


def _override(name: str, data: bytes) -> Template:
    """An instance's own template: the id of the shipped one, another version, the official form as it is."""
    if name not in NAMES:
        raise TemplateError(f"template {name}: no paper has that name; the names are {', '.join(NAMES)}")
    own, known = parse_template(name, data), template(name)
    if own.id != known.id:
        raise TemplateError(f"template {name}: its id must stay {known.id}")
    if own.version == known.version:
        raise TemplateError(f"template {name}: another text needs another version than {known.version}")
    missing = [key for key in known.body if key not in own.body]
    if missing:
        raise TemplateError(f"template {name}: lacks {', '.join(missing)}")
    if name == "complaint" and any(own[part] != known[part] for part in FORM):
        raise TemplateError(f"template {name}: the official form must not change ({', '.join(FORM)})")
    for line in _lines(own.body):
        parts_of(line)
    return own


def _lines(value: Any) -> list[str]:
    """Every text of a template."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [line for item in inner for line in _lines(item)]


def _reading_copy(name: str, language: Language) -> Template:
    """The reading copy: captions become the main text, then the texts of the language file lie over them."""
    base = template(name)
    data = (files("litigation.templates") / language / f"{name}.yaml").read_bytes()
    body = _laid_over(_turned(base.body), _mapping(f"{language}/{name}", data))
    return replace(base, digest=sha256(data).hexdigest(), body=body)


def _turned(value: Any) -> Any:
    """Swap main text and caption wherever both stand."""
    if isinstance(value, dict):
        turned = {key: _turned(item) for key, item in value.items()}
        main = next((key for key in ("zh", "head") if key in turned and turned.get("en")), "")
        return {**turned, main: turned["en"], "en": turned[main]} if main else turned
    return [_turned(item) for item in value] if isinstance(value, list) else value


def _laid_over(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: _laid_over(base.get(key), item) for key, item in over.items()}}
    return over


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
