"""Recovery after charge-off of LendingClub loans, roll rates of Taiwan cards: by the program's own tables."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from litigation.core.recovery.tables import ChargedOff, rates, recovery_of

DATA = Path(__file__).parents[3].parent / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the wider data are not beside the checkout"),
]


def rows(file: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / file, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def test_lendingclub_loans_that_were_charged_off_brought_back_8_91_percent_and_7_67_net() -> None:
    found = recovery_of(
        ChargedOff(
            Decimal(row["funded_amnt"]) - Decimal(row["total_rec_prncp"]),
            Decimal(row["recoveries"]),
            Decimal(row["collection_recovery_fee"]),
        )
        for row in rows("lendingclub_2007_2011/loans.csv.gz")
        if row["loan_status"].endswith("Charged Off")
    )
    assert found.loans == 6_431
    assert round(found.principal) == 48_741_262
    assert (round(found.recovered), round(found.fee)) == (4_341_988, 604_840)
    assert (found.gross, found.net) == (Decimal("0.0891"), Decimal("0.0767"))


def bucket(status: str) -> int:
    return min(3, max(0, int(status)))


def test_taiwan_cards_rolled_from_april_to_september_as_an_earlier_study_counted() -> None:
    moves: Counter[tuple[int, int]] = Counter()
    months = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")
    for row in rows("uci_taiwan/UCI_Credit_Card.csv.gz"):
        states = [bucket(row[month]) for month in months]
        moves.update(pairwise(states))
    found = rates(moves)
    begun = Counter[int]()
    for (before, _), count in moves.items():
        begun[before] += count
    assert [begun[one] for one in range(4)] == [131_792, 34, 16_297, 1_877]
    assert [found[pair] for pair in ((0, 0), (0, 2), (2, 0), (2, 2), (2, 3), (3, 0), (3, 3))] == [
        Decimal(text) for text in ("0.9388", "0.0471", "0.2534", "0.5805", "0.0633", "0.1066", "0.5306")
    ]
