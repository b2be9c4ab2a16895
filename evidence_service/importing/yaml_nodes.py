"""A YAML file as texts, lists and maps that know their line.

Spec: docs/guide/importing.md. Scalars stay text (no `NO` that turns into false, no `1.10` that turns into 1.1);
anchors, aliases, tags and duplicate keys are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import yaml

from evidence_service.importing.records import ProfileError

MAX_PROFILE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file and where it stands."""

    file: str
    line: int
    value: str | list[Node] | dict[str, Node]

    def fail(self, problem: str) -> NoReturn:
        """Raise a ProfileError that names this place."""
        raise ProfileError(f"{self.file}, line {self.line}: {problem}")

    def text(self) -> str:
        """Return a scalar."""
        if not isinstance(self.value, str):
            self.fail("a single value is expected here")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """Return a list of scalars; one scalar stands for a list of one."""
        if isinstance(self.value, str):
            return (self.value,)
        return tuple(item.text() for item in self.items())

    def items(self) -> list[Node]:
        """Return a list."""
        if not isinstance(self.value, list):
            self.fail("a list is expected here")
        return self.value

    def pairs(self) -> dict[str, Node]:
        """Return a map."""
        if not isinstance(self.value, dict):
            self.fail("a map of keys and values is expected here")
        return self.value

    def only(self, *known: str) -> dict[str, Node]:
        """Return a map that may hold no other keys than these."""
        pairs = self.pairs()
        for key, node in pairs.items():
            if key not in known:
                node.fail(f"unknown key {key!r}; known here: {', '.join(known)}")
        return pairs

    def need(self, key: str) -> Node:
        """Return the value of a key that must be there."""
        found = self.pairs().get(key)
        if found is None:
            self.fail(f"key {key!r} is missing")
        return found

    def flag(self) -> bool:
        """Return yes or no (also true, false)."""
        answers = {"true": True, "yes": True, "false": False, "no": False}
        answer = answers.get(self.text())
        if answer is None:
            self.fail("true or false is expected here")
        return answer


def read_yaml(raw: bytes, file: str) -> Node:
    """Read one YAML document; anything unclear is a ProfileError with the line."""
    if len(raw) > MAX_PROFILE_BYTES:
        raise ProfileError(f"{file}: larger than 1 MiB; a mapping profile is a short file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ProfileError(f"{file}, line {line}: not UTF-8") from None
    try:
        _refuse_tricks(text, file)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{file}, line {mark.line + 1}" if mark else file
        raise ProfileError(f"{place}: not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError:
        raise ProfileError(f"{file}: not YAML: a control character stands in the text") from None
    if tree is None:
        raise ProfileError(f"{file}, line 1: the file is empty")
    return _node(tree, file)


def _refuse_tricks(text: str, file: str) -> None:
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        mark = event.start_mark
        line = mark.line + 1 if mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ProfileError(f"{file}, line {line}: anchors and aliases are not allowed; write it out")
        if getattr(event, "tag", None):
            raise ProfileError(f"{file}, line {line}: tags are not allowed")


def _node(tree: yaml.Node, file: str) -> Node:
    line = tree.start_mark.line + 1
    if isinstance(tree, yaml.ScalarNode):
        return Node(file, line, tree.value)
    if isinstance(tree, yaml.SequenceNode):
        return Node(file, line, [_node(item, file) for item in tree.value])
    pairs: dict[str, Node] = {}
    for key_tree, value_tree in tree.value:
        key = _node(key_tree, file)
        if key.text() in pairs:
            key.fail(f"key {key.text()!r} stands here twice")
        value = _node(value_tree, file)
        pairs[key.text()] = Node(file, key.line, value.value)
    return Node(file, line, pairs)
