"""Thousands of inputs for both verifiers: valid, altered and malformed, each from a small honest package."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import rfc8785

from evidence_service.core import container
from tests.evidence_service.verify.world import World, reseal

Edit = tuple[str, bytes]
VALUES: tuple[Any, ...] = (None, True, 0, -1, 2**53, "", "x", "2026-02-30", [], {}, [None], {"a": 1})


def flipped(raw: bytes, rng: random.Random, count: int) -> Iterator[Edit]:
    """Single bits, sampled evenly over the file."""
    for _ in range(count):
        bit = rng.randrange(len(raw) * 8)
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << (bit % 8)
        yield f"bit {bit}", bytes(changed)


def cut(raw: bytes, rng: random.Random, count: int) -> Iterator[Edit]:
    """Files that end early, begin late, or hold something twice or too much."""
    for _ in range(count):
        a, b = sorted(rng.sample(range(len(raw)), 2))
        yield f"end at {a}", raw[:a]
        yield f"without {a}-{b}", raw[:a] + raw[b:]
        yield f"{a}-{b} twice", raw[:b] + raw[a:]
        yield f"{a} zeroes at {b}", raw[:b] + bytes(a % 64) + raw[b:]


def edited(value: Any, rng: random.Random, share: float) -> Iterator[tuple[str, Any]]:
    """The value with each member in turn removed, replaced by others, or joined by another."""
    for place in list(_places(value)):
        name = "/".join(map(str, place))
        here = _at(value, place)
        choices: list[Any] = [other for other in VALUES if other != here or type(other) is not type(here)]
        if isinstance(here, str) and here:
            choices += [
                here[:-1],
                here + "0",
                here[:-1] + chr(ord(here[-1]) ^ 1),
                here.upper(),
                here + "\n",
                " " + here,
            ]
        if isinstance(here, int) and not isinstance(here, bool):
            choices += [here + 1, here - 1, str(here)]
        if isinstance(here, list) and here:
            choices += [here[:-1], here[::-1], [*here, here[-1]]]
        if isinstance(here, dict) and here:
            choices += [here | {"extra": 1}, dict(list(here.items())[1:])]
        for number, choice in enumerate(choices):
            if rng.random() < share:
                yield f"{name} #{number} {str(choice)[:20]!r}", _with(value, place, choice)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in items:
        yield from _places(part, (*place, name))


def _at(value: Any, place: Sequence[Any]) -> Any:
    for name in place:
        value = value[name]
    return value


def _with(value: Any, place: Sequence[Any], new: Any) -> Any:
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = _with(value[place[0]], place[1:], new)
    return copy


def canonical(value: Any) -> bytes:
    """Canonical bytes, or the nearest where the value has none."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, ValueError):
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def members_of(package: bytes) -> dict[str, bytes]:
    return dict(container.read(package))


def json_edits(world: World, package: bytes, rng: random.Random, share: float) -> Iterator[Edit]:
    """Every JSON member edited; the package resealed by its own key, so that the deeper checks are asked too."""
    members = members_of(package)
    for name, raw in members.items():
        if not name.endswith(".json"):
            continue
        for label, value in edited(json.loads(raw), rng, share):
            changed = {**members, name: canonical(value)}
            yield f"{name} {label}", reseal(world, changed, sign=rng.random() < 0.8)


def doubled_names(world: World, package: bytes) -> Iterator[Edit]:
    """Each JSON member with one name twice, which most parsers pass over in silence."""
    members = members_of(package)
    for name, raw in members.items():
        if name.endswith(".json"):
            yield (
                f"doubled name in {name}",
                reseal(
                    world, {**members, name: raw.replace(b"{", b'{"exhibit":1,', 1)}, sign=name != "data/package.json"
                ),
            )


def text_edits(world: World, package: bytes, rng: random.Random, count: int) -> Iterator[Edit]:
    """Bits and lines of each member changed, and the package resealed around them."""
    members = members_of(package)
    for name, raw in members.items():
        if not raw:
            continue
        for label, changed in [*flipped(raw, rng, count), *cut(raw, rng, max(1, count // 6)), *_lines(raw, rng)]:
            yield f"{name} {label}", reseal(world, {**members, name: changed})


def _lines(raw: bytes, rng: random.Random) -> Iterator[Edit]:
    lines = raw.split(b"\n")
    if len(lines) < 3:
        return
    at = rng.randrange(len(lines) - 1)
    swapped = [*lines]
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    yield f"lines {at} and {at + 1} swapped", b"\n".join(swapped)
    yield f"line {at} twice", b"\n".join([*lines[: at + 1], *lines[at:]])
    yield f"line {at} gone", b"\n".join(lines[:at] + lines[at + 1 :])
    yield "windows lines", raw.replace(b"\n", b"\r\n")


def shuffles(world: World, package: bytes, other: bytes) -> Iterator[Edit]:
    """Members removed, added, renamed, swapped with each other and with another package's; sealed and not."""
    members, foreign = members_of(package), members_of(other)
    names = list(members)
    for name in names:
        rest = {key: value for key, value in members.items() if key != name}
        yield f"without {name}", reseal(world, rest) if name != "data/package.json" else container.build(rest)
        yield f"without {name}, not resealed", container.build(rest)
        yield f"{name} renamed", container.build({**rest, name + "x": members[name]})
        yield f"{name} empty", reseal(world, {**members, name: b""})
        if name in foreign and foreign[name] != members[name]:
            yield f"{name} of another", reseal(world, {**members, name: foreign[name]})
            yield f"{name} of another, not resealed", container.build({**members, name: foreign[name]})
    for one, two in pairwise(names):
        yield f"{one} and {two} swapped", reseal(world, {**members, one: members[two], two: members[one]})
    for name in (
        "extra.txt",
        "data/extra",
        "data/evidence/0.leaf.json",
        "data/evidence/000009.leaf.json",
        "data/verify.html",
        "data/evidence/0000001.tlog-proof",
        "data/originals/" + "0" * 64 + ".pdf",
        "data/log/other.json",
    ):
        yield f"with {name}", reseal(world, {**members, name: b"x"})


def zip_surgery(package: bytes, rng: random.Random, count: int) -> Iterator[Edit]:
    """Header fields of the container set to other values, in the directory, the entries and the end record."""
    end = len(package) - 22
    start = struct.unpack_from("<I", package, end + 16)[0]
    fields = [(at, width) for at, width in _fields(package, start, end)]
    for at, width in rng.sample(fields, min(count, len(fields))):
        old = int.from_bytes(package[at : at + width], "little")
        for new in {0, 1, 8, old + 1, old - 1, old ^ 8, 0x0800 | old, (1 << (8 * width)) - 1}:
            if 0 <= new < 1 << (8 * width) and new != old:
                yield (
                    f"u{8 * width} at {at}: {old} to {new}",
                    package[:at] + new.to_bytes(width, "little") + package[at + width :],
                )


def _fields(package: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        offset = struct.unpack_from("<I", package, at + 42)[0]
        name, extra, comment = struct.unpack_from("<HHH", package, at + 28)
        layout = (
            (4, 2),
            (6, 2),
            (8, 2),
            (10, 2),
            (12, 2),
            (14, 2),
            (16, 4),
            (20, 4),
            (24, 4),
            (28, 2),
            (30, 2),
            (32, 2),
        )
        yield from ((at + place, width) for place, width in (*layout, (34, 2), (36, 2), (38, 4), (42, 4)))
        local = ((4, 2), (6, 2), (8, 2), (10, 2), (12, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2))
        yield from ((offset + place, width) for place, width in local)
        at += 46 + name + extra + comment
    yield from ((end + place, width) for place, width in ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)))


def rezipped(package: bytes, write: Callable[[Mapping[str, bytes]], bytes]) -> bytes:
    return write(members_of(package))
