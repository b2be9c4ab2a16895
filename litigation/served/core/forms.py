"""What a party sends through its case page: an objection, or a proposal of instalments; read strictly, bounded.

Spec: docs/spec/served.md section 5. A refusal names the field and the key of a sentence for the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from litigation.core.submissions import OBJECTED, PROPOSED
from litigation.served.core.invitation import ONCE
from litigation.served.errors import FormRefusedError

MAX_TEXT = 2000
MAX_INSTALMENTS = 60
MAX_AHEAD = timedelta(days=366)
AMOUNT = re.compile(r"(0|[1-9]\d{0,11})(\.\d{1,2})?\Z", re.ASCII)
NUMBER = re.compile(r"[1-9]\d?\Z", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Ground(StrEnum):
    """What a party contests."""

    AMOUNT = "amount"
    PAID = "paid"
    IDENTITY = "identity"
    TERMS = "terms"
    EVIDENCE = "evidence"
    DATA = "personal_data"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Objection:
    """What is contested, at which lines of the debt, in the party's own words. `once` names the form."""

    once: str
    ground: Ground
    items: tuple[str, ...]
    text: str

    kind = OBJECTED

    def said(self) -> dict[str, Any]:
        """The payload fields of what the party said."""
        return {"ground": self.ground.value, "items": list(self.items), "text": self.text}


@dataclass(frozen=True, slots=True)
class Proposal:
    """So many equal monthly instalments from a first day on. `once` names the form."""

    once: str
    instalments: int
    amount: Decimal
    currency: str
    first_due: date
    text: str

    kind = PROPOSED

    @property
    def total(self) -> Decimal:
        """What the plan pays in all."""
        return self.amount * self.instalments

    def said(self) -> dict[str, Any]:
        """The payload fields of what the party said."""
        fields: dict[str, Any] = {
            "instalments": self.instalments,
            "amount": f"{self.amount:.2f}",
            "currency": self.currency,
            "first_due": self.first_due.isoformat(),
        }
        return fields | ({"text": self.text} if self.text else {})


Form = Objection | Proposal


def read_objection(sent: Mapping[str, str], items: Sequence[str], known: Collection[str]) -> Objection:
    """Read an objection. `items` are the lines that were ticked, `known` those that the debt has."""
    once = _once(sent)
    if sent.get("ground", "") not in set(Ground):
        raise FormRefusedError("ground", "served.form.ground")
    chosen = tuple(dict.fromkeys(items))
    if not set(chosen) <= set(known):
        raise FormRefusedError("items", "served.form.items")
    text = _text(sent)
    if not text:
        raise FormRefusedError("text", "served.form.text_missing")
    return Objection(once, Ground(sent["ground"]), chosen, text)


def read_proposal(sent: Mapping[str, str], currency: str, today: date) -> Proposal:
    """Read a proposal; the first instalment is due after today and within a year."""
    once = _once(sent)
    number, amount, day = (_plain(sent.get(name, "")) for name in ("instalments", "amount", "first_due"))
    if not NUMBER.match(number) or int(number) > MAX_INSTALMENTS:
        raise FormRefusedError("instalments", "served.form.instalments")
    if not AMOUNT.match(amount) or not Decimal(amount):
        raise FormRefusedError("amount", "served.form.amount")
    return Proposal(once, int(number), Decimal(amount), currency, _first_due(day, today), _text(sent))


def _first_due(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if DAY.match(text) else None
    except ValueError:
        day = None
    if day is None or not today < day <= today + MAX_AHEAD:
        raise FormRefusedError("first_due", "served.form.first_due")
    return day


def _once(sent: Mapping[str, str]) -> str:
    once = sent.get("once", "")
    if not ONCE.match(once):
        raise FormRefusedError("once", "served.form.once")
    return once


def _text(sent: Mapping[str, str]) -> str:
    """A party's own words: NFC, line ends as one, no control characters, bounded."""
    text = unicodedata.normalize("NFC", sent.get("text", "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > MAX_TEXT:
        raise FormRefusedError("text", "served.form.text_long")
    if any(unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") and char != "\n" for char in text):
        raise FormRefusedError("text", "served.form.text_control")
    return text


def _plain(text: str) -> str:
    """A number as typed: full-width digits and thousands separators forgiven."""
    return unicodedata.normalize("NFKC", text[:64]).strip().replace(",", "")
