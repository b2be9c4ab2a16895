"""A mapping profile: how the rows of one source become events, checked when it is loaded.

Spec: docs/guide/importing.md explains every key. A wrong key, kind, column or event type is a ProfileError that names
the file and the line; whatever passes here can only fail on the content of a row.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence_service.core.event import INSTITUTION
from evidence_service.importing.columns import Column, column_from
from evidence_service.importing.records import ProfileError
from evidence_service.importing.templates import EventTemplate, FileFacts, templates_from
from evidence_service.importing.yaml_nodes import Node, read_yaml

SHIPPED = Path(__file__).parent / "profiles"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
KINDS = ("csv", "xes")
TOP_KEYS = (
    "profile",
    "version",
    "title",
    "cite",
    "institution",
    "file",
    "withheld",
    "columns",
    "ignored",
    "event",
    "by",
    "table",
    "events",
)


@dataclass(frozen=True, slots=True)
class FileForm:
    """How the bytes of a source are read. `other_columns` is `refuse` or `attributes`."""

    kinds: tuple[str, ...]
    encoding: str
    delimiter: str
    multiline: bool
    other_columns: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile. Either `by` and `table` choose one event per row, or every entry of `events` whose
    conditions hold gives one. `withheld` names data that the source left out (such as `parties`)."""

    name: str
    version: str
    title: str
    cite: str
    institution: str
    institution_name: str
    source_system: str
    form: FileForm
    withheld: tuple[str, ...]
    columns: Mapping[str, Column]
    ignored: frozenset[str]
    by: str
    table: Mapping[str, EventTemplate]
    events: tuple[EventTemplate, ...]


def shipped_profiles() -> tuple[str, ...]:
    """Name the profiles that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def load_profile(name_or_path: str | Path) -> Profile:
    """Load a shipped profile by name, or any profile by the path of its YAML file."""
    path = Path(name_or_path)
    if path.suffix.lower() not in (".yaml", ".yml"):
        if str(name_or_path) not in shipped_profiles():
            known = ", ".join(shipped_profiles())
            raise ProfileError(f"no profile named {name_or_path}; shipped: {known}; or give the path of a .yaml file")
        path = SHIPPED / f"{name_or_path}.yaml"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_profile(raw, path.name)


def parse_profile(raw: bytes, file: str) -> Profile:
    """Check the bytes of a profile. `file` is only named in errors."""
    root = read_yaml(raw, file)
    keys = root.only(*TOP_KEYS)
    columns = {name: column_from(name, node) for name, node in root.need("columns").pairs().items()}
    if not columns:
        root.need("columns").fail("no column is named")
    institution = root.need("institution")
    institution.only("slug", "name")
    slug = institution.need("slug")
    if not INSTITUTION.match(slug.text()):
        slug.fail("a slug is 2 to 40 characters of a-z, 0-9 and hyphen")
    name = root.need("profile")
    if not NAME.match(name.text()):
        name.fail("a profile name is 1 to 40 characters of a-z, 0-9, hyphen and underscore")
    withheld = keys["withheld"].texts() if "withheld" in keys else ()
    facts = FileFacts(slug.text(), name.text(), root.need("version").text(), withheld, columns)
    by, table, events = templates_from(root, facts)
    _check_all_used(keys, columns, by, [*table.values(), *events])
    return Profile(
        name=name.text(),
        version=facts.version,
        title=root.need("title").text(),
        cite=keys["cite"].text() if "cite" in keys else "",
        institution=facts.institution,
        institution_name=institution.need("name").text(),
        source_system=next(iter([*table.values(), *events])).source_system,
        form=_form(keys.get("file")),
        withheld=withheld,
        columns=columns,
        ignored=frozenset(keys["ignored"].pairs()) if "ignored" in keys else frozenset(),
        by=by,
        table=table,
        events=events,
    )


def _form(node: Node | None) -> FileForm:
    if node is None:
        return FileForm(KINDS, "utf-8", ",", multiline=False, other_columns="refuse")
    keys = node.only("kinds", "encoding", "delimiter", "multiline", "other_columns")
    kinds = keys["kinds"].texts() if "kinds" in keys else KINDS
    for kind in kinds:
        if kind not in KINDS:
            keys["kinds"].fail(f"unknown kind of file {kind!r}; known: {', '.join(KINDS)}")
    delimiter = keys["delimiter"].text() if "delimiter" in keys else ","
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        keys["delimiter"].fail("the delimiter is one ASCII character other than a quote or a line end")
    other = keys["other_columns"].text() if "other_columns" in keys else "refuse"
    if other not in ("refuse", "attributes"):
        keys["other_columns"].fail("other_columns is refuse or attributes")
    multiline = keys["multiline"].flag() if "multiline" in keys else False
    return FileForm(kinds, _encoding(keys.get("encoding")), delimiter, multiline, other)


def _encoding(node: Node | None) -> str:
    name = node.text() if node else "utf-8"
    try:
        found = codecs.lookup(name).name
    except LookupError:
        found = ""
    # Only encodings in which a newline byte is never part of a character can be cut into lines as bytes.
    if found not in ("utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "ascii", "iso8859-1", "cp1252"):
        assert node is not None
        node.fail(f"encoding {name!r} is not supported; use utf-8 or gb18030")
    return "utf-8" if found == "utf-8-sig" else found


def _check_all_used(
    keys: Mapping[str, Node], columns: Mapping[str, Column], by: str, templates: list[EventTemplate]
) -> None:
    used = {by}.union(*(template.columns for template in templates))
    for name, node in keys["columns"].pairs().items():
        if name not in used:
            node.fail(f"column {name!r} goes into no event; use it, or name its source column under 'ignored'")
    if "ignored" in keys:
        read = {csv for column in columns.values() for csv in column.csv}
        for name, node in keys["ignored"].pairs().items():
            node.text()
            if name in read:
                node.fail(f"{name!r} is read under 'columns' and also named under 'ignored'")
