"""Files of key posts and thresholds: YAML in, a checked book out; errors name post (or threshold) and field.

Spec: docs/spec/conformance.md (Post files). Shipped: `posts/lending.yaml`, `posts/bpic12.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from evidence_service.conformance.core.post import Bound, Indicator, Post, PostBook, Threshold
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
from evidence_service.importing.times import zone_named
from evidence_service.importing.yaml_nodes import Node, read_yaml

SHIPPED = Path(__file__).parent / "posts"
MARKS = ("V", "S", "O")
COMMON = "minimum off_hours fast_seconds burst_seconds bands amount visit book default default_days complaint".split()
TOP = ("posts", "version", "title", "zone", *COMMON, "list", "thresholds")
POST = tuple("id names duty acts grants declines opened_by rework conflicts counterpart except_roles".split())
THRESHOLD = ("post", "indicator", "over", "under", "apart", "from", "until", "source", "mark")
Found = TypeVar("Found")


def shipped_posts() -> tuple[str, ...]:
    """Names of the books of posts that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def load_posts(name_or_path: str) -> PostBook:
    """Load a shipped book by name, or any by the path of its YAML file."""
    path = Path(name_or_path)
    if path.suffix.lower() not in (".yaml", ".yml"):
        if name_or_path not in shipped_posts():
            raise RuleFileError(
                f"no book of posts named {name_or_path[:60]}; shipped: {', '.join(shipped_posts())}; or a .yaml file"
            )
        path = SHIPPED / f"{name_or_path}.yaml"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RuleFileError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_posts(raw, path.name)


def parse_posts(raw: bytes, file: str) -> PostBook:
    """Check the bytes of a book of posts. `file` is only named in errors."""
    with field_of("(posts)", "(file)"):
        root = read_yaml(raw, file)
        keys = root.only(*TOP)
        zone_node = root.need("zone")
        try:
            zone = zone_named(zone_node.text())
        except ValueError:
            zone_node.fail(f"no time zone {zone_node.text()[:60]!r} on this machine")
        hours = root.need("off_hours")
        hours.only("earliest", "latest", "weekdays")
        amount = root.need("amount")
        amount.only("of", "field")
        of = selector_from(amount.need("of"))
        types = frozenset[str]().union(*(pattern.types for pattern in of.patterns))
        if "default" in keys and not ("book" in keys and "default_days" in keys):
            keys["default"].fail("'default' needs 'book' (when the money went out) and 'default_days'")
        posts = tuple(_post(node, place) for place, node in enumerate(root.need("list").items(), start=1))
        known = frozenset(post.id for post in posts)
        if len(known) != len(posts) or not posts:
            root.need("list").fail("every post has an id of its own, and there is at least one")
        return PostBook(
            name=root.need("posts").text(),
            version=root.need("version").text(),
            title=names_from(root.need("title")),
            zone=zone,
            posts=posts,
            thresholds=tuple(_threshold(node, known) for node in root.need("thresholds").items()),
            minimum=whole_number(root.need("minimum"), 1),
            earliest=clock_from(hours.need("earliest")),
            latest=clock_from(hours.need("latest")),
            weekdays=weekdays_from(hours.need("weekdays")),
            fast_seconds=whole_number(root.need("fast_seconds"), 1),
            burst_seconds=whole_number(root.need("burst_seconds"), 1),
            bands=tuple(float(decimal_from(one)) for one in root.need("bands").items()),
            amount=of,
            amount_field=field_name(amount, amount.need("field").text(), types, number=True),
            visit=selector_from(keys["visit"]) if "visit" in keys else None,
            book=selector_from(keys["book"]) if "book" in keys else None,
            default=selector_from(keys["default"]) if "default" in keys else None,
            default_days=whole_number(keys["default_days"], 1) if "default_days" in keys else 0,
            complaint=selector_from(keys["complaint"]) if "complaint" in keys else None,
        )


def _post(node: Node, place: int) -> Post:
    with field_of(f"(post number {place})", "id"):
        node.only(*POST)
        name = node.need("id").text()

    def read(field: str, how: Callable[[Node], Found]) -> Found | None:
        with field_of(f"(post {name})", field):
            return how(node.pairs()[field]) if field in node.pairs() else None

    def need(field: str, how: Callable[[Node], Found]) -> Found:
        with field_of(f"(post {name})", field):
            return how(node.need(field))

    return Post(
        id=name,
        names=need("names", names_from),
        duty=need("duty", names_from),
        acts=need("acts", selector_from),
        grants=read("grants", selector_from),
        declines=read("declines", selector_from),
        opened_by=read("opened_by", selector_from),
        rework=read("rework", selector_from),
        conflicts=read("conflicts", selector_from),
        counterpart=read("counterpart", selector_from),
        except_roles=frozenset(read("except_roles", Node.texts) or ()),
    )


def _threshold(node: Node, posts: frozenset[str]) -> Threshold:
    with field_of(f"(threshold in line {node.line})", "(all)"):
        keys = node.only(*THRESHOLD)
        bounds = [one for one in Bound if one in keys]
        if len(bounds) != 1:
            node.fail(f"exactly one of {', '.join(Bound)}")
        if node.need("post").text() not in posts:
            node.need("post").fail("no such post in 'list'")
        mark = node.need("mark")
        if mark.text() not in MARKS:
            mark.fail(f"a mark is one of {', '.join(MARKS)}")
        return Threshold(
            post=node.need("post").text(),
            indicator=choice_from(node.need("indicator"), Indicator),
            bound=bounds[0],
            value=float(decimal_from(keys[bounds[0]])),
            since=day_from(keys["from"]) if "from" in keys else None,
            until=day_from(keys["until"]) if "until" in keys else None,
            source=node.need("source").text(),
            mark=mark.text(),
        )
