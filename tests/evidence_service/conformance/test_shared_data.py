"""The real logs: numbers that a plain count of the same files gives, and those on record in the study of them."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence_service.conformance.core.engine import Evaluation, evaluate
from evidence_service.conformance.reading import read_histories
from evidence_service.conformance.rulebook import load_rules
from evidence_service.importing import load_profile, read_events

DATA = Path(__file__).parents[3].parent / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the wider data are not beside the checkout"),
]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
BPIC20 = {
    "DomesticDeclarations": (55_628, 9_912, 2),
    "InternationalDeclarations": (70_727, 6_078, 0),
    "RequestForPayment": (36_072, 6_187, 0),
}


def measured(rules: str, file: str) -> Evaluation:
    found = read_histories(read_events(DATA / file, load_profile(rules)), load_rules(rules).fields)
    assert found.rejected == 0
    result = evaluate(load_rules(rules), found.histories(), NOW)
    for tally in result.tallies:
        told = f"{tally.breaches:,} breaches, {tally.unordered:,} unordered, {tally.unknown:,} unknown"
        print(f"{rules} {tally.rule.id}: {tally.population:,} loans, {told}")
    return result


def numbers(result: Evaluation, rule: str) -> tuple[int, int, int, int]:
    one = next(tally for tally in result.tallies if tally.rule.id == rule)
    return one.population, one.breaches, one.unordered, one.unknown


def test_bpic12_whole() -> None:
    result = measured("bpic12", "bpic12/bpic12_events.csv.gz")
    assert (result.loans, result.events) == (13_087, 262_200)
    for rule, before, event in (
        ("approval-before-activation", "A_APPROVED", "A_ACTIVATED"),
        ("registration-before-activation", "A_REGISTERED", "A_ACTIVATED"),
        ("signed-offer-before-approval", "O_SENT_BACK", "A_APPROVED"),
        ("acceptance-before-approval", "O_ACCEPTED", "A_APPROVED"),
        ("acceptance-before-activation", "O_ACCEPTED", "A_ACTIVATED"),
        ("validation-completed-before-approval", "W_Valideren aanvraag", "A_APPROVED"),
    ):
        assert numbers(result, rule) == plain_precedence(before, event), rule
    assert numbers(result, "approver-is-not-creator-of-last-offer") == (2_246, 218, 0, 0)
    assert numbers(result, "approver-is-not-activator") == (2_246, 2_246, 0, 0)
    assert numbers(result, "approved-by-at-least-two-people") == (2_246, 20, 0, 0)
    assert numbers(result, "offer-sent-once") == (5_015, 1_438, 0, 0)


def plain_precedence(before: str, event: str) -> tuple[int, int, int, int]:
    """The same rule counted by hand over the rows of the file."""
    cases: dict[str, dict[str, datetime]] = defaultdict(dict)
    with gzip.open(DATA / "bpic12/bpic12_events.csv.gz", "rt", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            if row["lifecycle"] == "COMPLETE" and row["activity"] in (before, event):
                at, mine = datetime.fromisoformat(row["timestamp"]), cases[row["case_id"]]
                mine[row["activity"]] = min(at, mine.get(row["activity"], at))
    with_event = [case for case in cases.values() if event in case]
    breaches = sum(before not in case or case[before] > case[event] for case in with_event)
    return len(with_event), breaches, sum(case.get(before) == case[event] for case in with_event), 0


def test_rtfm_whole() -> None:
    result = measured("rtfm", "rtfm/rtfm_events.csv.gz")
    assert (result.loans, result.events) == (150_370, 561_470)
    assert numbers(result, "penalty-60-days-after-service") == (79_860, 0, 0, 0)
    for rule in ("sending-before-collection", "service-before-collection", "penalty-before-collection"):
        assert numbers(result, rule) == (59_013, 0, 0, 0)
    assert numbers(result, "sent-is-served") == (103_987, 103_987 - 79_860, 0, 0)
    assert numbers(result, "no-penalty-when-paid")[2] > 0  # paid on the very day of the penalty: unordered, no breach


@pytest.mark.parametrize("name", BPIC20)
def test_bpic20(name: str) -> None:
    result = measured("bpic20", f"bpic20_cleaned/{name}.csv.gz")
    events, paid, without_approval = BPIC20[name]
    assert result.events == events
    assert numbers(result, "final-approval-before-payment") == (paid, without_approval, 0, 0)
    population, breaches, _, unknown = numbers(result, "approver-is-not-claimant")
    assert (population, breaches) == (unknown, 0)  # the logs name nobody: unknown, never cleared
