"""The sample portfolio: every loan told from application to default, written as one NDJSON file.

The same number of loans, seed and as-of date give the same bytes on any machine: nothing reads the clock, and each
loan draws from a generator of its own. Loans follow one another in the file, each in order of time; memory is flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from litigation.sample.applying import tell_application
from litigation.sample.collecting import tell_collection
from litigation.sample.happenings import Story
from litigation.sample.lending import tell_lending
from litigation.sample.people import borrower
from litigation.sample.plan import LoanPlan, plan_portfolio
from litigation.sample.press import Press
from litigation.sample.servicing import tell_servicing

DEFAULT_SEED = 20261031
DEFAULT_AS_OF = date(2026, 10, 31)


@dataclass(frozen=True, slots=True)
class SampleCount:
    """What was written."""

    loans: int
    events: int


def sample_lines(loans: int, seed: int, as_of: date, press: Press) -> Iterator[bytes]:
    """Give the lines of the portfolio, loan by loan."""
    for plan in plan_portfolio(loans, seed, as_of):
        yield from loan_lines(plan, seed, as_of, press)


def loan_lines(plan: LoanPlan, seed: int, as_of: date, press: Press) -> list[bytes]:
    """Tell one loan and write its events."""
    rng = Random(f"{seed}:loan:{plan.index}")  # noqa: S311 -- reproducible fiction, not a secret
    story = Story(plan, borrower(plan.index, rng), rng, as_of)
    tell_application(story, press)
    tell_lending(story, press)
    tell_servicing(story)
    tell_collection(story, press)
    return story.lines()


def write_portfolio(out: Path, loans: int, seed: int, as_of: date, node_modules: Path) -> SampleCount:
    """Write the portfolio to a file, which appears only when it is whole."""
    press = Press(node_modules)
    part = out.with_name(out.name + ".part")
    events = 0
    with part.open("wb") as file:
        for line in sample_lines(loans, seed, as_of, press):
            file.write(line)
            events += 1
    # A crash before this line leaves a .part file and no portfolio; the next run overwrites it.
    part.replace(out)
    return SampleCount(loans, events)
