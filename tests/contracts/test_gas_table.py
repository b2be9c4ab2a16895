"""The gas table of the spec is what the contract costs on the real chain, within one part in a hundred."""

from __future__ import annotations

import re

import pytest

from tests.contracts.conftest import ROOT
from tools.chain_gas import HEADING, measure

pytestmark = pytest.mark.chain


def test_the_gas_table_of_the_spec_is_measured() -> None:
    spec = (ROOT / "docs" / "spec" / "anchor.md").read_text("utf-8")
    table = spec.partition(HEADING + "\n")[2].partition("\n\n")[0]
    written = [[int(cell.replace(",", "")) for cell in re.findall(r"[0-9,]+", line)] for line in table.splitlines()]
    first, rows = measure()
    measured = [[row.nodes, row.cheapest, row.typical, row.dearest, row.attested] for row in rows]
    assert [row[0] for row in written] == [row[0] for row in measured]
    for said, found in zip(written, measured, strict=True):
        assert said == pytest.approx(found, rel=0.01), f"run python -m tools.chain_gas and write its table: {found}"
    said_first = re.search(r"first anchor ([0-9,]+)", spec)
    assert said_first
    assert int(said_first[1].replace(",", "")) == pytest.approx(first, rel=0.01)
    # An anchor of 10,000 events at a million to ten million leaves has some 20 proof nodes: at most 10 gas per event.
    assert rows[2].dearest / 10_000 <= 10
