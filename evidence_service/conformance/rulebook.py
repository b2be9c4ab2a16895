"""Rule files: YAML in, checked rules out; anything unclear is refused with the names of rule and field.

Spec: docs/spec/conformance.md (Rule files). Shipped: `rules/lending.yaml` and one for each public data set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from evidence_service.conformance.core.amounts import COMPARE, Amounts, Gather, Term
from evidence_service.conformance.core.count import Absence, Balance, Existence, NotCoexistence
from evidence_service.conformance.core.order import NotWhile, Precedence, Response, Within
from evidence_service.conformance.core.people import ActorPair, People
from evidence_service.conformance.core.rule import Check, Rule, RuleSet, Severity
from evidence_service.conformance.core.selector import Selector, Which
from evidence_service.conformance.core.timing import Hours, Unit, Window
from evidence_service.conformance.core.verdict import TiePolicy
from evidence_service.conformance.rule_nodes import (
    RuleFileError,
    choice_from,
    clock_from,
    day_from,
    decimal_from,
    field_name,
    field_of,
    names_from,
    selector_from,
    weekdays_from,
    whole_number,
)
from evidence_service.core.canonical import encode_checked
from evidence_service.importing.records import ProfileError
from evidence_service.importing.times import zone_named
from evidence_service.importing.yaml_nodes import Node, read_yaml

SHIPPED = Path(__file__).parent / "rules"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\Z", re.ASCII)
MARKS = ("V", "S", "O")
TOP = ("rules", "version", "title", "zone", "cite", "list")
COMMON = ("id", "version", "kind", "title", "source", "mark", "duty", "severity", "tie", "from", "until", "unless")
LEAST_PEOPLE = 2
Found = TypeVar("Found")


def shipped_rules() -> tuple[str, ...]:
    """Names of the rule sets that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def load_rules(name_or_path: str) -> RuleSet:
    """Load a shipped rule set by name, or any by the path of its YAML file."""
    path = Path(name_or_path)
    if path.suffix.lower() not in (".yaml", ".yml"):
        if name_or_path not in shipped_rules():
            known = ", ".join(shipped_rules())
            raise RuleFileError(f"no rule set named {name_or_path[:60]}; shipped: {known}; or the path of a .yaml file")
        path = SHIPPED / f"{name_or_path}.yaml"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RuleFileError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_rules(raw, path.name)


def parse_rules(raw: bytes, file: str) -> RuleSet:
    """Check the bytes of a rule file. `file` is only named in errors."""
    try:
        root = read_yaml(raw, file)
        root.only(*TOP)
        name = root.need("rules")
        if not NAME.match(name.text()):
            name.fail("a rule set is named by 1 to 60 characters of a-z, 0-9 and hyphen")
        entries = root.need("list").items()
        if not entries:
            root.need("list").fail("no rule is listed")
        zone_node = root.need("zone")
        try:
            zone = zone_named(zone_node.text())
        except ValueError:
            zone_node.fail(f"no time zone {zone_node.text()[:60]!r} on this machine")
        version, title = root.need("version").text(), names_from(root.need("title"))
    except ProfileError as error:
        raise RuleFileError(str(error)) from None
    rules = [rule_from(entry, place) for place, entry in enumerate(entries, start=1)]
    twice = {one.id for one in rules if [other.id for other in rules].count(one.id) > 1}
    if twice:
        raise RuleFileError(f"{file}: rule {', '.join(sorted(twice))}, field id: two rules of one id")
    return RuleSet(name.text(), version, title, zone, tuple(rules), sha256(encode_checked(plain(root))).hexdigest())


def plain(node: Node) -> Any:
    """A node as plain lists, maps and texts: what a digest of a rule is made of, whatever its layout."""
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return node.value if isinstance(node.value, str) else [plain(item) for item in node.value]


def rule_from(node: Node, place: int) -> Rule:
    """One entry of `list`; its `kind` says which further fields it takes."""
    with field_of(f"number {place}", "id"):
        name = node.need("id")
        if not NAME.match(name.text()):
            name.fail("a rule is named by 1 to 60 characters of a-z, 0-9 and hyphen")
    fields = _Fields(name.text(), node)
    kind = fields.one_of("kind", tuple(KINDS))
    own, make = KINDS[kind]
    with field_of(fields.rule, "(all)"):
        node.only(*COMMON, *own, *(() if "given" in own else ("given",)))
    since, until = fields.given("from", day_from), fields.given("until", day_from)
    if since is not None and until is not None and until < since:
        with field_of(fields.rule, "until"):
            node.need("until").fail("the rule ends before it begins")
    return Rule(
        id=fields.rule,
        version=fields.need("version", lambda one: whole_number(one, 1)),
        kind=kind,
        title=fields.need("title", names_from),
        source=fields.need("source", _filled),
        mark=fields.one_of("mark", MARKS),
        duty=fields.need("duty", names_from),
        severity=fields.need("severity", lambda one: choice_from(one, Severity)),
        tie=fields.given("tie", lambda one: choice_from(one, TiePolicy)) or TiePolicy.UNORDERED,
        since=since,
        until=until,
        check=make(fields),
        given=None if "given" in own else fields.given("given", selector_from),
        unless=fields.given("unless", selector_from),
        digest=sha256(encode_checked(plain(node))).hexdigest(),
    )


class _Fields:
    """The fields of one rule, each read with an error that names it."""

    def __init__(self, rule: str, node: Node) -> None:
        self.rule, self.node = rule, node

    def need(self, field: str, read: Callable[[Node], Found]) -> Found:
        """A field that must be there."""
        with field_of(self.rule, field):
            return read(self.node.need(field))

    def given(self, field: str, read: Callable[[Node], Found]) -> Found | None:
        """A field that may be there."""
        if field not in self.node.pairs():
            return None
        with field_of(self.rule, field):
            return read(self.node.pairs()[field])

    def one_of(self, field: str, known: tuple[str, ...]) -> str:
        """A field that holds one of these words."""

        def read(node: Node) -> str:
            if node.text() not in known:
                node.fail(f"{node.text()[:40]!r} is none of {', '.join(known)}")
            return node.text()

        return self.need(field, read)

    def selector(self, field: str, default: Which = Which.EVERY) -> Selector:
        """A field that says which events are meant."""
        return self.need(field, lambda node: selector_from(node, default))


def _filled(node: Node) -> str:
    if not node.text().strip():
        node.fail("is empty: name the law, or say that it is the house's own rule")
    return node.text()


def _precedence(fields: _Fields) -> Check:
    return Precedence(fields.selector("event", Which.FIRST), fields.selector("before"))


def _response(fields: _Fields) -> Check:
    return Response(fields.selector("event"), fields.selector("after"), fields.given("within", _within))


def _within(node: Node) -> Within:
    keys = node.only("days", "hours", "minutes")
    if len(keys) != 1:
        node.fail("exactly one of days, hours, minutes")
    unit, count = next((name, whole_number(value, 1)) for name, value in keys.items())
    return Within(days=count) if unit == "days" else Within(timedelta(**{unit: count}))


def _not_while(fields: _Fields) -> Check:
    return NotWhile(fields.selector("event"), fields.selector("opened_by"), fields.given("ended_by", selector_from))


def _existence(fields: _Fields) -> Check:
    least = fields.given("at_least", lambda one: whole_number(one, 1)) or 1
    return Existence(fields.selector("given", Which.FIRST), fields.selector("event"), least)


def _absence(fields: _Fields) -> Check:
    most = fields.given("at_most", whole_number) or 0
    given = fields.given("given", selector_from)
    if given is None and not most:
        with field_of(fields.rule, "given"):
            fields.node.fail("key 'given' is missing: of which loans may the event never be?")
    return Absence(fields.selector("event"), most, given)


def _not_coexistence(fields: _Fields) -> Check:
    return NotCoexistence(fields.selector("first"), fields.selector("second"))


def _balance(fields: _Fields) -> Check:
    by = fields.given("by", lambda node: field_name(node, node.text(), frozenset()))
    return Balance(fields.selector("first"), fields.selector("second"), by or "")


def _window(fields: _Fields) -> Check:
    least, most = fields.given("at_least", decimal_from), fields.given("at_most", decimal_from)
    if least is None and most is None:
        with field_of(fields.rule, "at_most"):
            fields.node.fail("a window needs at_least, at_most or both")
    unit = fields.need("unit", lambda node: choice_from(node, Unit))
    return Window(fields.selector("start", Which.FIRST), fields.selector("end", Which.FIRST), unit, least, most)


def _hours(fields: _Fields) -> Check:
    first, last = fields.need("earliest", clock_from), fields.need("latest", clock_from)
    if first >= last:
        with field_of(fields.rule, "latest"):
            fields.node.need("latest").fail("must be later than 'earliest'")
    days = fields.given("weekdays", weekdays_from)
    return Hours(fields.selector("event"), first, last, days if days is not None else frozenset(range(7)))


def _pair(fields: _Fields, *, same: bool) -> Check:
    apart = frozenset(fields.given("except_roles", Node.texts) or ())
    return ActorPair(fields.selector("first"), fields.selector("second"), same, apart)


def _people(fields: _Fields) -> Check:
    apart = frozenset(fields.given("except_roles", Node.texts) or ())
    least = fields.need("at_least", lambda one: whole_number(one, LEAST_PEOPLE))
    return People(fields.selector("given", Which.FIRST), fields.selector("among"), least, apart)


def _amounts(fields: _Fields) -> Check:
    must = fields.one_of("must", tuple(COMPARE))
    whole = fields.given("whole", Node.flag) or False
    left, right = fields.need("left", _terms), fields.need("right", _terms)
    return Amounts(fields.selector("event", Which.FIRST), left, must, right, whole)


def _terms(node: Node) -> tuple[Term, ...]:
    terms = []
    for item in node.items():
        keys = item.only("of", *Gather)
        gather = next((one for one in Gather if one in keys), None)
        if gather is None or len(keys) != 2:
            item.fail(f"a term has 'of' and one of {', '.join(Gather)}")
        of = selector_from(item.need("of"))
        types = frozenset[str]().union(*(pattern.types for pattern in of.patterns))
        named = gather is not Gather.COUNT
        terms.append(Term(gather, field_name(item, keys[gather].text(), types, number=True) if named else "", of))
    if not terms:
        node.fail("no term is given")
    return tuple(terms)


KINDS: Mapping[str, tuple[tuple[str, ...], Callable[[_Fields], Check]]] = {
    "precedence": (("event", "before"), _precedence),
    "response": (("event", "after", "within"), _response),
    "not_while": (("event", "opened_by", "ended_by"), _not_while),
    "existence": (("given", "event", "at_least"), _existence),
    "absence": (("given", "event", "at_most"), _absence),
    "not_coexistence": (("first", "second"), _not_coexistence),
    "balance": (("first", "second", "by"), _balance),
    "window": (("start", "end", "unit", "at_least", "at_most"), _window),
    "hours": (("event", "earliest", "latest", "weekdays"), _hours),
    "different_actor": (("first", "second", "except_roles"), lambda fields: _pair(fields, same=False)),
    "same_actor": (("first", "second", "except_roles"), lambda fields: _pair(fields, same=True)),
    "people": (("given", "among", "at_least", "except_roles"), _people),
    "amounts": (("event", "left", "must", "right", "whole"), _amounts),
}
"""Each kind: the fields that are its own, and how its check is made."""
