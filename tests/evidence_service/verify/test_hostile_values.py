"""Whoever holds the package key may write anything into it: any value anywhere ends in a report, never in a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core import container
from evidence_service.core.reasons import REASONS, CheckState
from evidence_service.core.report import Report
from evidence_service.core.twin import twin_bytes
from evidence_service.core.verify import verify_package, verify_proof, verify_twin
from tests.evidence_service.verify.world import NOW, Chain, make_world, reseal

WORLD = make_world(events=2, others=0)
MEMBERS = container.read(WORLD.package_zip())
TWIN = twin_bytes(WORLD.metadata, WORLD.packaged, WORLD.material)
JSON_MEMBERS = sorted(name for name in MEMBERS if name.endswith(".json") and name != "data/ledger.json")
EDGES = st.sampled_from(
    [
        "",
        "0",
        "\x1b[31m",
        "9999-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00Z",
        "0x",
        "A" * 22,
        "ff" * 32,
        -1,
        2**53 - 1,
    ]
)
VALUES = st.recursive(
    EDGES | st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8).filter(str.isascii),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["v", "seq", "x"]), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container and key in a JSON value."""
    found: list[tuple[Any, Any]] = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        found.append((value, key))
        found += places(inner)
    return found


def with_another_value(data: st.DataObject, raw: bytes) -> bytes:
    value = json.loads(raw)
    holder, key = data.draw(st.sampled_from(places(value)))
    holder[key] = data.draw(VALUES)
    return rfc8785.dumps(value)


def readable(report: Report) -> None:
    assert len(report.checks) == 10
    for check in report.checks:
        assert check.n in REASONS[check.code].checks
        for text in (check.reason, check.reason_zh):
            assert text.isprintable()
    json.dumps(report.as_json("zh"))
    assert all(where.as_json() for where in report.where)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_value_in_any_json_of_a_package_ends_in_a_report(data: st.DataObject) -> None:
    member = data.draw(st.sampled_from(JSON_MEMBERS))
    changed = dict(MEMBERS) | {member: with_another_value(data, MEMBERS[member])}
    readable(verify_package(reseal(WORLD, changed), WORLD.trust(), Chain(WORLD), NOW))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_value_in_a_twin_ends_in_a_report(data: st.DataObject) -> None:
    readable(verify_twin(with_another_value(data, TWIN), WORLD.trust(), Chain(WORLD), NOW))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_value_in_a_leaf_fails_a_proof_unless_it_is_the_same(data: st.DataObject) -> None:
    leaf = WORLD.entries[0].leaf
    changed = with_another_value(data, leaf)
    report = verify_proof(WORLD.proof(0).encode(), changed, WORLD.trust(), None, NOW)
    readable(report)
    assert changed == leaf or report.check(5).state is CheckState.FAILED


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300), st.none() | st.binary(max_size=100))
def test_any_bytes_end_in_a_failed_report(proof: bytes, leaf: bytes, disclosures: bytes | None) -> None:
    report = verify_proof(proof, leaf, None, None, NOW, disclosures=disclosures)
    readable(report)
    assert report.check(1).state is CheckState.FAILED


@pytest.mark.parametrize("name", ["occurred_at", "captured_at"])
def test_the_last_instant_of_the_calendar_is_compared_without_overflow(name: str) -> None:
    leaf = json.loads(WORLD.entries[0].leaf) | {name: "9999-12-31T23:59:59Z"}
    report = verify_proof(WORLD.proof(0).encode(), rfc8785.dumps(leaf), WORLD.trust(), None, NOW)
    assert report.check(9).code == ("occurred-after-capture" if name == "occurred_at" else "late")


@pytest.mark.parametrize("day", ["2026-04-31", "2026-02-29", "0000-01-01", "2026-13-01", "2026-00-10"])
def test_a_cut_off_day_that_does_not_exist_is_a_malformed_package(day: str) -> None:
    members = dict(MEMBERS)
    value = json.loads(members["data/package.json"]) | {"as_of": day}
    members["data/package.json"] = rfc8785.dumps(value)
    report = verify_package(reseal(WORLD, members), WORLD.trust(), Chain(WORLD), NOW)
    assert report.check(1).code == "package-malformed"
    assert "as_of: there is no such day" in report.check(1).reason
