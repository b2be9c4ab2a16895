"""The debt as a party reads it: the sums of its package's own ledger, line by line, each with the sum behind it.

Spec: docs/spec/served.md section 4. Nothing is computed here but sums of what `data/ledger.json` says
(docs/spec/debt.md section 12): the page and the papers cannot say two things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from evidence_service.core.canonical import parse_strict
from litigation.core.ledger_state import ACCELERATED
from litigation.core.money import total_of
from litigation.served.errors import PapersClosedError

KINDS = ("principal", "interest", "penalty", "compound", "costs")


@dataclass(frozen=True, slots=True)
class Growth:
    """A sum that grew by days: base × yearly rate × days ÷ days of a year."""

    kind: str
    base: Decimal
    rate: Decimal
    first: date
    until: date
    days: int
    basis: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DebtLine:
    """One line of the debt: what fell due when, what grew on it by which sums, and what is open of each."""

    item: str
    due: date
    days: int
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    compound: Decimal
    growth: tuple[Growth, ...]

    @property
    def total(self) -> Decimal:
        """What is open of the line."""
        return total_of((self.principal, self.interest, self.penalty, self.compound))

    @property
    def accelerated(self) -> bool:
        """Whether this line is the rest of the loan that was called due."""
        return self.item == ACCELERATED

    @property
    def numbered(self) -> bool:
        """Whether the line is an instalment with a number."""
        return self.item.isascii() and self.item.isdigit()

    def off(self, kind: str) -> Decimal:
        """What was paid, waived or cut of a kind that grew by days."""
        grown = total_of(one.amount for one in self.growth if one.kind == kind)
        return grown - (self.penalty if kind == "penalty" else self.compound)


@dataclass(frozen=True, slots=True)
class Stated:
    """A total that the source states without dates: shown as it is, nothing is computed from it."""

    zh: str
    en: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Loan:
    """What the contract says, as the debt was computed from it."""

    principal: Decimal
    disbursed_on: date
    annual_rate: Decimal
    penalty_rate: Decimal
    term_months: int
    day_count: int


@dataclass(frozen=True, slots=True)
class Debt:
    """The whole debt at its cut-off. `parts` holds each kind of sum, `paid` what was paid of each."""

    cutoff: date
    currency: str
    total: Decimal
    per_diem: Decimal
    parts: Mapping[str, Decimal]
    paid: Mapping[str, Decimal]
    overdue_since: date | None
    overdue_days: int
    accelerated: bool
    cap_annual: Decimal
    cap_method: str
    cap_cut: Decimal
    lines: tuple[DebtLine, ...]
    loan: Loan

    @property
    def paid_total(self) -> Decimal:
        """Everything that was paid until the cut-off."""
        return total_of(self.paid.values())


@dataclass(frozen=True, slots=True)
class Statement:
    """What the package says of the debt: computed, or totals as the source states them."""

    debt: Debt | None
    stated: tuple[Stated, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The lines that an objection may name."""
        return tuple(line.item for line in self.debt.lines) if self.debt else ()

    @property
    def currency(self) -> str:
        """In which currency a proposal is made."""
        if self.debt is not None:
            return self.debt.currency
        return self.stated[0].currency if self.stated else "CNY"


def read_statement(ledger: bytes) -> Statement:
    """Read `data/ledger.json` of a package of this instance; its bytes were checked against the record before."""
    value = parse_strict(ledger)
    try:
        stated = tuple(
            Stated(one["label_zh"], one["label"], Decimal(one["amount"]), one["currency"])
            for one in value["stated_totals"]
        )
        return Statement(_debt(value["claim"], value["input"]) if value["claim"] else None, stated)
    except (KeyError, TypeError, ArithmeticError) as error:
        raise PapersClosedError("data/ledger.json: not as docs/spec/debt.md section 12 says") from error


def _debt(claim: Mapping[str, Any], terms: Mapping[str, Any]) -> Debt:
    applied = claim["applied_cap"]
    cut = {"global": "global", "per_line": "per_line"}.get(applied, "")
    since = claim["overdue_since"]
    return Debt(
        cutoff=date.fromisoformat(claim["cutoff"]),
        currency=claim["currency"],
        total=Decimal(claim["total"]),
        per_diem=Decimal(claim["per_diem"]),
        parts={kind: Decimal(claim[kind]) for kind in KINDS},
        paid={kind: Decimal(claim["paid"][kind]) for kind in KINDS},
        overdue_since=date.fromisoformat(since) if since else None,
        overdue_days=claim["overdue_days"],
        accelerated=claim["accelerated"],
        cap_annual=Decimal(claim["caps"]["annual"]),
        cap_method=applied,
        cap_cut=Decimal(claim["caps"][cut]["cut"]) if cut else Decimal(0),
        lines=tuple(_line(one) for one in claim["lines"]),
        loan=Loan(
            principal=Decimal(terms["principal"]),
            disbursed_on=date.fromisoformat(terms["disbursed_on"]),
            annual_rate=Decimal(terms["annual_rate"]),
            penalty_rate=Decimal(terms["penalty_rate"]),
            term_months=terms["term_months"],
            day_count=terms["day_count"],
        ),
    )


def _line(one: Mapping[str, Any]) -> DebtLine:
    growth = [_growth(kind, part) for kind in ("penalty", "compound") for part in one[f"{kind}_segments"]]
    return DebtLine(
        item=one["item"],
        due=date.fromisoformat(one["due"]),
        days=one["days"],
        principal=Decimal(one["principal"]),
        interest=Decimal(one["interest"]),
        penalty=Decimal(one["penalty"]),
        compound=Decimal(one["compound"]),
        growth=tuple(growth),
    )


def _growth(kind: str, part: Mapping[str, Any]) -> Growth:
    return Growth(
        kind=kind,
        base=Decimal(part["base"]),
        rate=Decimal(part["rate"]),
        first=date.fromisoformat(part["from"]),
        until=date.fromisoformat(part["to"]),
        days=part["days"],
        basis=part["basis"],
        amount=Decimal(part["amount"]),
    )
