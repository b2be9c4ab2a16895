"""What a verifier says of entries whose content was erased: checks 2 to 4 read erased, all others as ever."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785

from evidence_service.core import container
from evidence_service.core.erased import Erased
from evidence_service.core.erasure_material import erasure_text, supports
from evidence_service.core.leaf import parse_leaf
from evidence_service.core.material import material_bytes
from evidence_service.core.metadata import PackageMetadata
from evidence_service.core.package import PackagedEvent
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Report, Result
from evidence_service.core.twin import parse_twin, twin_bytes
from evidence_service.core.verify import verify_package, verify_proof, verify_twin
from tests.evidence_service.verify.world import NOW, Chain, Entry, make_world, reseal

WORLD = make_world()


def _as_erasure(entry: Entry, at: int) -> Entry:
    """The loan's last entry as one of the type that is logged after an erasure."""
    if at != WORLD.mine[-1]:
        return entry
    return replace(entry, leaf=rfc8785.dumps(json.loads(entry.leaf) | {"type": "subject.erased"}))


TOLD = replace(WORLD, entries=tuple(_as_erasure(entry, at) for at, entry in enumerate(WORLD.entries)))
"""The same world, where the log itself says that content of the loan was erased."""
GONE = Erased("2026-05-01T00:00:00Z", "retention-expired")
FORM = rfc8785.dumps(GONE.as_json())
CODES = ["files-erased", "entries-erased", "disclosures-erased"]
OPEN_1 = "data/evidence/000001.disclosures.json"


def erased_events(*gone: int) -> tuple[PackagedEvent, ...]:
    return tuple(replace(event, disclosures=(), erased=GONE) if event.seq in gone else event for event in TOLD.packaged)


def packaged(*gone: int) -> bytes:
    """A package whose second event was erased; nothing proven rests on that event."""
    return TOLD.package_zip(replace(TOLD.contents, events=erased_events(*gone)))


def verified(raw: bytes) -> Report:
    return verify_package(raw, TOLD.trust(), Chain(TOLD), NOW)


def codes(report: Report) -> list[str]:
    return [report.check(n).code for n in (2, 3, 4)]


def proof(disclosures: bytes, leaf: bytes | None = None) -> Report:
    event = TOLD.packaged[1]
    trust, chain = TOLD.trust(), Chain(TOLD)
    return verify_proof(event.proof.encode(), leaf or event.leaf, trust, chain, NOW, disclosures=disclosures)


def test_checks_2_to_4_read_erased_and_check_5_passes_in_a_package() -> None:
    report = verified(packaged(1))
    assert codes(report) == CODES
    assert {report.check(n).state for n in (2, 3, 4)} == {CheckState.ERASED}
    assert [report.check(n).state for n in (1, 5, 6, 8, 9)] == [CheckState.PASSED] * 5
    assert report.result is Result.INCOMPLETE
    assert "retention-expired" in report.check(4).reason
    assert "2026-05-01" in report.check(4).reason_zh


def test_a_bare_proof_of_an_erased_event_still_shows_its_place_in_the_log() -> None:
    report = proof(FORM)
    assert codes(report) == ["erasure-unsupported"] * 3  # nothing beside it shows that the log says so
    assert report.check(5).state is CheckState.PASSED
    assert not report.where


def test_the_twin_carries_the_erased_form() -> None:
    raw = twin_bytes(TOLD.metadata, erased_events(0, 1), {})
    metadata, events, _ = parse_twin(raw)
    assert isinstance(metadata, PackageMetadata)
    assert [event.erased for event in events] == [GONE, GONE, None]
    report = verify_twin(raw, TOLD.trust(), Chain(TOLD), NOW)
    # An erased entry must not hide that the pages of a PDF are not covered by what lies in it.
    assert codes(report) == ["pdf-pages-not-covered", *CODES[1:]]


def test_a_reader_sees_which_entries_are_called_erased_and_erased_is_read_only_where_the_log_says_so_too() -> None:
    """Whoever packages may call an unwelcome exhibit erased: it is his word, and of which."""
    gone = tuple(replace(event, disclosures=(), erased=GONE) if event.seq == 1 else event for event in WORLD.packaged)
    raw = WORLD.package_zip(replace(WORLD.contents, events=gone))
    report = verify_package(raw, WORLD.trust(), Chain(WORLD), NOW)
    assert codes(report) == ["erasure-unsupported"] * 3
    assert {report.check(n).state for n in (2, 3, 4)} == {CheckState.NOT_CHECKED}
    assert "calls the content of 1 log entry(ies) (1) erased" in report.check(4).reason
    events = tuple(replace(event, disclosures=(), erased=GONE) if event.seq else event for event in TOLD.packaged)
    raw = TOLD.package_zip(replace(TOLD.contents, events=events))
    report = verify_package(raw, TOLD.trust(), Chain(TOLD), NOW)
    # The erasure's own entry is called erased as well, and nothing later says so of that one.
    assert "calls the content of 1 log entry(ies) (2) erased" in report.check(4).reason


@pytest.mark.parametrize(
    "change", [{"loan": "A" * 22}, {"institution": "other-cf"}, {"seq": 1}, {"type": "hold.placed"}]
)
def test_an_entry_of_something_else_supports_no_erasure(change: dict[str, Any]) -> None:
    told = TOLD.packaged[2]
    leaf = rfc8785.dumps(json.loads(told.leaf) | change)
    assert not supports([parse_leaf(leaf)], parse_leaf(TOLD.packaged[1].leaf))
    assert supports([parse_leaf(told.leaf)], parse_leaf(TOLD.packaged[1].leaf))


def test_the_material_beside_a_proof_counts_only_with_a_proof_under_the_same_checkpoint() -> None:
    event, told = TOLD.packaged[1], TOLD.packaged[2]
    other = WORLD.packaged[2]

    def read(entry: bytes, under: str) -> str:
        material = material_bytes({"erasure": erasure_text(entry, under)})
        trust, chain = TOLD.trust(), Chain(TOLD)
        report = verify_proof(event.proof.encode(), event.leaf, trust, chain, NOW, disclosures=FORM, material=material)
        return report.check(4).code

    assert read(told.leaf, told.proof) == "disclosures-erased"
    assert read(told.leaf, other.proof) == "erasure-unsupported"  # another log's checkpoint
    assert read(told.leaf, event.proof) == "erasure-unsupported"  # another entry's place
    assert read(other.leaf, told.proof) == "erasure-unsupported"


def test_an_erasure_hides_no_failure() -> None:
    """A forged entry, a changed file and a wrong disclosure beside an erased one fail as they always do."""
    members = container.read(packaged(1))
    members["data/evidence/000002.disclosures.json"] = members["data/evidence/000000.disclosures.json"]
    report = verified(reseal(TOLD, members))
    assert report.check(4).code == "disclosure-unmatched"
    assert report.result is Result.FAILED
    members = container.read(packaged(1))
    members["data/bundle.pdf"] += b" "
    assert verified(container.build(members)).check(2).code == "digest-mismatch"
    assert proof(FORM, leaf=TOLD.packaged[1].leaf + b" ").check(3).code == "leaf-not-canonical"
    assert proof(FORM, leaf=TOLD.packaged[2].leaf).check(5).code == "inclusion-invalid"


def test_a_fact_of_an_erased_event_is_unsupported() -> None:
    """Event 0 carries the proven fact: who erased it can no longer call it proven."""
    contents = replace(TOLD.contents, events=erased_events(0), originals={})
    report = verified(TOLD.package_zip(contents))
    assert report.check(4).code == "fact-unsupported"


def test_an_original_of_an_erased_event_is_unbound() -> None:
    report = verified(packaged(0))
    assert report.check(2).code == "original-unbound"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"erased": {}},
        {"erased": {"at": "2026-05-01T00:00:00Z"}},
        {"erased": {"at": "2026-05-01", "reason": "x"}},
        {"erased": {"at": "2026-05-01T00:00:00Z", "reason": ""}},
        {"erased": {"at": "2026-05-01T00:00:00Z", "reason": "two\nlines"}},
        {"erased": {"at": "2026-05-01T00:00:00Z", "reason": 1}},
        {"erased": {"at": "2026-05-01T00:00:00Z", "reason": "x", "who": "y"}},
        {"erased": GONE.as_json()["erased"], "disclosures": []},
        {"erased": True},
    ],
)
def test_an_erased_form_with_anything_else_in_it_fails_check_1(value: Any) -> None:
    report = proof(rfc8785.dumps(value))
    assert report.check(1).code == "package-malformed"
    assert report.check(4).code == "not-reached"
    members = container.read(packaged(1))
    members[OPEN_1] = rfc8785.dumps(value)
    assert verified(reseal(TOLD, members)).check(1).code == "package-malformed"
