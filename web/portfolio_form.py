"""The portfolio's filter as an address: read strictly from a query, and written back to one.

Spec: docs/spec/portfolio.md section 5. A value that makes no sense is a 400, never silently another filter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from evidence_service.errors import MalformedInputError
from litigation.core.overview import CASE_STATES, Bucket, Choice, Order, Place, Readiness
from litigation.core.routing import Route

NO_CASE = "none"
STATES = (NO_CASE, *CASE_STATES)
DAYS = re.compile(r"[0-9]{1,5}\Z")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?\Z")
LONGEST = 200
FIELDS = (
    "min_days",
    "max_days",
    "min_claim",
    "max_claim",
    "product",
    "court",
    "stratum",
    "readiness",
    "route",
    "state",
    "objected",
    "loan",
    "order",
)
EDGES: Mapping[Bucket, tuple[int, int | None]] = {
    Bucket.CURRENT: (0, 0),
    Bucket.TO_30: (1, 30),
    Bucket.TO_60: (31, 60),
    Bucket.TO_90: (61, 90),
    Bucket.TO_180: (91, 180),
    Bucket.OVER_180: (181, None),
}
Word = TypeVar("Word", bound=StrEnum)


class FilterError(MalformedInputError):
    """A filter says something that makes no sense."""

    code = "filter"


def choice_of(query: Mapping[str, str]) -> Choice:
    """Read a filter; what is not named keeps its default."""
    return Choice(
        min_days=_days(query, "min_days", 1) or 0,
        max_days=_days(query, "max_days", None),
        min_claim=_amount(query, "min_claim"),
        max_claim=_amount(query, "max_claim"),
        product=_text(query, "product"),
        court=_text(query, "court"),
        stratum=_text(query, "stratum"),
        readiness=_word(query, "readiness", Readiness),
        route=_word(query, "route", Route) or "",
        state=_state(query),
        objected=bool(query.get("objected")),
        loan=_text(query, "loan"),
        order=_word(query, "order", Order) or Order.OVERDUE,
    )


def arguments_of(query: Mapping[str, str]) -> dict[str, str]:
    """The arguments of a query that belong to the filter, without empty ones."""
    return {name: query[name] for name in FIELDS if query.get(name)}


def query_of(query: Mapping[str, str]) -> str:
    """The filter of a query as text, to be saved."""
    return urlencode(arguments_of(query))


def place_of(query: Mapping[str, str]) -> Place | None:
    """Where the page begins: `after` or `before`, the value and the loan of a line."""
    for name in ("after", "before"):
        value, mark, loan = query.get(name, "").partition("~")
        if mark and value and loan and len(loan) <= LONGEST:
            if query.get("order") == Order.CLAIM.value and not re.fullmatch(r"-?[0-9]{1,18}", value):
                raise FilterError(f"{name}: not a place of this list")
            return Place(value[:LONGEST], loan, name == "before")
    return None


def place_text(place: Place | None) -> str | None:
    """A place as an address holds it."""
    return None if place is None else f"{place.value}~{place.loan}"


def bucket_query(bucket: Bucket) -> dict[str, int | None]:
    """The days of a bucket as arguments."""
    first, last = EDGES[bucket]
    return {"min_days": first, "max_days": last}


def _days(query: Mapping[str, str], name: str, default: int | None) -> int | None:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not DAYS.match(text):
        raise FilterError(f"{name}: a whole number of days")
    return int(text)


def _amount(query: Mapping[str, str], name: str) -> Decimal | None:
    text = query.get(name, "").replace(",", "").strip()
    if not text:
        return None
    if not AMOUNT.match(text):
        raise FilterError(f"{name}: an amount in yuan, such as 5000 or 5000.00")
    return Decimal(text)


def _text(query: Mapping[str, str], name: str) -> str:
    text = query.get(name, "").strip()
    if len(text) > LONGEST or not (text.isprintable() or not text):
        raise FilterError(f"{name}: at most {LONGEST} characters on one line")
    return text


def _word(query: Mapping[str, str], name: str, words: type[Word]) -> Word | None:
    text = query.get(name, "")
    if not text:
        return None
    if text not in set(words):
        raise FilterError(f"{name}: one of {', '.join(words)}")
    return words(text)


def _state(query: Mapping[str, str]) -> str:
    text = query.get("state", "")
    if text and text not in STATES:
        raise FilterError(f"state: one of {', '.join(STATES)}")
    return text
