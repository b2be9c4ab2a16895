"""One press and one portfolio for all tests of the sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, sample_lines
from litigation.sample.press import Press

NODE_MODULES = Path(__file__).parents[3] / "node_modules"


@pytest.fixture(scope="session")
def press() -> Press:
    return Press(NODE_MODULES)


@pytest.fixture(scope="session")
def lines(press: Press) -> list[bytes]:
    """The portfolio of the demonstration: 300 loans."""
    return list(sample_lines(300, DEFAULT_SEED, DEFAULT_AS_OF, press))


@pytest.fixture(scope="session")
def events(lines: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def by_loan(events: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    loans: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        loans.setdefault(event["loan"], []).append(event)
    return loans
