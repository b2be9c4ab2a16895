"""The fictional lender, read from institution.toml: the plaintiff of the sample cases and its agent."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litigation.core.party import Agent, Organisation

INSTITUTION_FILE = Path(__file__).with_name("institution.toml")


@dataclass(frozen=True, slots=True)
class SampleInstitution:
    """The lender as a party, the court it agrees on in its contracts, and its short name in the log."""

    slug: str
    party: Organisation
    agent: Agent
    court: str


@cache
def sample_institution() -> SampleInstitution:
    """Read the master data that ships with the program."""
    found = tomllib.loads(INSTITUTION_FILE.read_text("utf-8"))
    agent = found.pop("agent")
    slug, court = found.pop("slug"), found.pop("court")
    found.pop("sample")
    return SampleInstitution(slug, Organisation(**found), Agent(**agent), court)
