"""Parties of a suit: the lender as plaintiff, its agent, the borrower as defendant.

Fields follow the 2025 official complaint for financial loan contracts, block 当事人信息. An empty value
means *not known to us*; whether that blocks filing is decided in readiness, never here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal person. `kind` and `ownership` are the words of the form, e.g. 有限责任公司 and 民营."""

    name: str
    credit_code: str
    address: str
    registered_address: str
    representative: str
    representative_title: str
    phone: str
    kind: str
    ownership: str


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent ad litem. `special_powers` is True only where the power of attorney lists them (CPL 62)."""

    name: str
    organisation: str
    title: str
    phone: str
    special_powers: bool


@dataclass(frozen=True, slots=True)
class NaturalPerson:
    """A natural person as the form asks for one."""

    name: str
    gender: str
    birth_date: date | None
    ethnicity: str
    employer: str
    job_title: str
    phone: str
    household_address: str
    residence_address: str
    id_type: str
    id_no: str
