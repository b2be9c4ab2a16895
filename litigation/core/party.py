"""Parties of a suit: the lender as plaintiff, its agents, everybody who is sued, third parties.

Fields follow the 2025 official complaint for financial loan contracts, block 当事人信息. An empty value
means *not known to us*; whether that blocks filing is decided in readiness, never here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MAX_AGENTS = 2  # CPL 61: one or two agents ad litem


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
    """An agent ad litem. `special_powers` is True only where the power of attorney lists them (CPL 62). `licence_no`
    is that of a lawyer, `id_no` that of an employee's identity card."""

    name: str
    organisation: str
    title: str
    phone: str
    special_powers: bool
    licence_no: str = ""
    id_no: str = ""


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


Party = NaturalPerson | Organisation
NOBODY = NaturalPerson("", "", None, "", "", "", "", "", "", "", "")


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A guarantee (保证). `guarantor` counts the defendants from 1; `mode` is 连带责任保证, 一般保证 or empty."""

    guarantor: int
    mode: str
    contract_name: str
    contract_number: str
    signed_on: date | None
    scope: str
    maximum: Decimal | None


@dataclass(frozen=True, slots=True)
class Security:
    """A mortgage or pledge. `owner` counts the defendants from 1; `kind` is 抵押 or 质押; `registration` is 正式登记,
    预告登记, 未登记 or empty; `maximum` says whether it secures up to a limit (最高额)."""

    owner: int
    kind: str
    thing: str
    contract_name: str
    contract_number: str
    signed_on: date | None
    maximum: bool
    determined_on: date | None
    limit: Decimal | None
    registration: str
    certificate_no: str


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where the plaintiff itself receives court papers; what it says of itself, never inferred."""

    recipient: str = ""
    postcode: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where the plaintiff is to be paid."""

    holder: str = ""
    bank: str = ""
    number: str = ""


NO_SERVICE, NO_ACCOUNT = ServiceAddress(), BankAccount()
