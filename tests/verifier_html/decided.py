"""Inputs on which two readings of the spec once differed: each is decided there, and both verifiers hold to it."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from evidence_service.core.trust import PinnedAuthority
from tests.evidence_service.verify.world import NOW, make_world, reseal
from tests.verifier_html.mutations import canonical, members_of
from tests.verifier_html.scenarios import DAY, LENDER, case
from tests.verifier_html.second import Case


def decided() -> Iterator[Case]:
    yield from _disclosures()
    yield from _lists()
    yield from _sequences()
    yield from _keys()
    yield from _maps()
    yield from _containers()


def _opening(name: str, value: Any) -> str:
    raw = canonical(["c2FsdHNhbHRzYWx0c2FsdA", name, value])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _disclosures() -> Iterator[Case]:
    """Malformed, unmatched and repeated ones in every order; attachments named twice, late, or by odd numbers."""
    world, member = LENDER.world, "data/evidence/000000.disclosures.json"
    members = members_of(LENDER.package)
    own = json.loads(members[member])
    fields = [json.loads(base64.urlsafe_b64decode(one + "==")) for one in own]
    named = {name: value for _, name, value in fields}
    digest = next((value for name, value in named.items() if name.endswith(".sha256")), "a" * 64)
    bad, lost, again = "!", _opening("x", 1), own[0]
    attachments = [(3, 9, "b"), (20, 8, "c"), (100, 7, "d")]
    many = [_opening(f"attachments.{at}.{part}", value) for at, size, sm3 in reversed(attachments)
            for part, value in (("sha256", digest), ("size", size), ("sm3", sm3 * 64))]  # fmt: skip
    odd = [_opening(f"attachments.{at}.{part}", digest if part == "sha256" else None)
           for at in ("01", "9" * 5000, "-1", "1e3", "") for part in ("sha256", "size", "sm3")]  # fmt: skip
    lists = {
        "unmatched, malformed": [*own, lost, bad],
        "malformed, unmatched": [bad, lost, *own],
        "twice malformed": [bad, bad, *own],
        "repeated, malformed, unmatched": [*own, again, bad, lost],
        "another value first": [_opening(fields[0][1], "other"), *own],
        "another value last": [*own, _opening(fields[0][1], "other")],
        "many attachments": [*many, *own],
        "many attachments last": [*own, *many],
        "odd attachments": [*odd, *own],
        "attachments without size": [_opening("attachments.0.sha256", digest), *own],
        "an attachment of null": [*many[:1], _opening("attachments.100.size", None), many[2]],
    }
    for label, value in lists.items():
        raw = reseal(world, {**members, member: canonical(value)})
        yield case(f"disclosures: {label}", raw, LENDER.trust())
    for key in ("a\n", "\x7f", "\x85", "a\u2028", "x" * 200, "x" * 201, "\U0001f600" * 200, ""):
        facts = json.loads(members["data/facts.json"])
        facts[0]["key"] = key
        yield case(f"a fact's key {key[:3]!r}", reseal(world, {**members, "data/facts.json": canonical(facts)}), None)


def _lists() -> Iterator[Case]:
    """package.json that lists other events than are here, or one of them twice."""
    members = members_of(LENDER.package)
    metadata = json.loads(members["data/package.json"])
    events = metadata["events"]
    other = [{**one, "type": "loan.closed", "index": 1} for one in events]
    for label, value in {
        "none": [],
        "the first": events[:1],
        "others": [{**one, "seq": one["seq"] + 10} for one in events],
        "twice, the last other": [*events, *other],
        "twice, the first other": [*other, *events],
    }.items():
        changed = canonical({**metadata, "events": value, "institution": "other-cf", "loan": "A" * 22})
        yield case(f"listed events: {label}", reseal(LENDER.world, {**members, "data/package.json": changed}), None)


def _sequences() -> Iterator[Case]:
    """Broken links before a hole, and indexes that fall."""
    world = make_world(events=5)
    for order in ((0, 2, 1, 4), (1, 0, 2), (0, 1, 3, 2), (2, 1, 0)):
        mine = tuple(world.mine[at] for at in order)
        yield case(f"entries {order}", replace(world, mine=mine).package_zip(), world.trust())
    members = members_of(world.package_zip())
    for gone in (1, 2, 3):
        kept = {name: raw for name, raw in members.items() if f"/00000{gone}." not in name}
        yield case(f"hole at {gone}", reseal(world, kept), world.trust())
        one, two = [seq for seq in range(5) if seq != gone][:2]
        for part in ("leaf.json", "tlog-proof", "disclosures.json"):
            names = [f"data/evidence/{seq:06d}.{part}" for seq in (one, two)]
            kept[names[0]], kept[names[1]] = kept[names[1]], kept[names[0]]
        yield case(f"exchange, and hole at {gone}", reseal(world, kept), world.trust())


def _keys() -> Iterator[Case]:
    """Package keys that ended, with the container written anew; one token under two pinned authorities."""
    base = LENDER.trust(issued_at=NOW - 30 * DAY)
    log = base.logs[0]
    anew = io.BytesIO()
    with zipfile.ZipFile(anew, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members_of(LENDER.package).items():
            made.writestr(name, content)
    for days in (-200, -1, 1):
        end = NOW + timedelta(days=days)
        windows: tuple[dict[str, Any], ...] = ({"not_after": end}, {"revoked_at": end}, {"not_before": end})
        for window in windows:
            trust = replace(base, logs=(replace(log, package_keys=(replace(log.package_keys[0], **window),)),))
            for label, raw in (("as it was", LENDER.package), ("written anew", anew.getvalue())):
                yield case(f"package key {days} {[*window]}, container {label}", raw, trust)
    first = base.authorities[0]
    signer = PinnedAuthority("the signer itself", LENDER.authority.signer.der)
    for name, pair in {
        "the first revoked": (replace(first, revoked_at=NOW - DAY), signer),
        "both": (first, signer),
    }.items():
        yield case(f"two authorities, {name}", LENDER.package, replace(base, authorities=pair))


def _maps() -> Iterator[Case]:
    """Proofs of the loan map that no honest map gives, and more notes of auditors than are read."""
    members, name = members_of(LENDER.package), "data/log/map.json"
    if name not in members:
        return
    value = json.loads(members[name])
    membership = value["membership"]
    depth = membership["depth"] + 1
    longer = {**membership, "depth": depth, "bitmap": membership["bitmap"].ljust(2 * -(-depth // 8), "0")}
    for label, changed in {
        "a longer path": {**value, "membership": longer},
        "no entries": {**value, "membership": {**membership, "end": {**membership["end"], "count": 0}}},
        "itself as another": {**value, "membership": {**membership, "end": {
            **membership["end"], "kind": "other", "key": "00" * 32}}},
        "17 notes": {**value, "audits": (value["audits"] * 17)[:17]},
        "16 notes": {**value, "audits": (value["audits"] * 16)[:16]},
    }.items():  # fmt: skip
        yield case(f"map: {label}", reseal(LENDER.world, {**members, name: canonical(changed)}), LENDER.trust())


def _containers() -> Iterator[Case]:
    """Two things wrong in one container: the spec says which is told."""
    package = LENDER.package
    end = len(package) - 22
    start = int.from_bytes(package[end + 16 : end + 20], "little")
    for label, edits in {
        "another mark and an odd name": {0: 0, 46: 0x2E},
        "encrypted and by an unknown method": {8: 1, 10: 9},
        "an unknown method and a link": {10: 9, 41: 0xA1},
        "an odd name and encrypted": {46: 0x3A, 8: 1},
        "on another disk and encrypted": {34: 1, 8: 1},
        "ZIP64 and an unknown method": {20: 255, 21: 255, 22: 255, 23: 255, 10: 9},
    }.items():
        raw = bytearray(package)
        for at, value in edits.items():
            raw[start + at] = value
        yield case(f"container: {label}", bytes(raw), None)
    many = bytearray(package)
    many[end + 8 : end + 12] = b"\xff\xff\xff\xff"
    yield case("container: too many members", bytes(many), None)
    many[end + 10] = 0
    yield case("container: too many members, and their numbers differ", bytes(many), None)
