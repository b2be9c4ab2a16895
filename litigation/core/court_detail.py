"""What each kind of a court's docket entry says: its members, which of them must be there, and of what form.

Spec: docs/spec/filing.md, "Details". Members that are not listed are the court's own: kept, never read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from evidence_service.core.event import parse_instant
from evidence_service.errors import ProofDocketError
from litigation.core.case_number import parse_case_number
from litigation.errors import LitigationError

MAX_TEXT = 4000
MAX_ITEMS = 200
AMOUNT = re.compile(r"(0|[1-9]\d{0,12})\.\d{2}", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = (1950, 2200)
"""Days outside are slips of the keyboard; nothing could be counted from them."""
MAX_DETAIL = 64 * 1024
HEX = re.compile(r"[0-9a-f]{64}")


class CourtDetailError(LitigationError):
    """A member of a docket entry's detail is missing or not in its form; the message names it."""

    code = "court-detail"


def check_detail(kind: str, detail: Mapping[str, Any]) -> None:
    """Refuse a detail that lacks a member of its kind, or has one in another form. Raises CourtDetailError."""
    if len(json.dumps(detail, ensure_ascii=False).encode("utf-8", "replace")) > MAX_DETAIL:
        raise CourtDetailError(f"{kind}: larger than {MAX_DETAIL >> 10} KiB")
    for spec in SCHEMAS.get(kind, ""), COMMON:
        for word in spec.split():
            name, _, form = word.partition(":")
            required, form = form.endswith("!"), form.rstrip("!")
            if name not in detail:
                if required:
                    raise CourtDetailError(f"{kind}: {name} is missing")
                continue
            reason = FORMS[form](detail[name])
            if reason:
                raise CourtDetailError(f"{kind}: {name}: {reason}")


def members_of(kind: str) -> tuple[tuple[str, str, bool], ...]:
    """(name, form, required) of each known member of a kind, in order."""
    words = [word.partition(":") for word in f"{SCHEMAS.get(kind, '')} {COMMON}".split()]
    return tuple((name, form.rstrip("!"), form.endswith("!")) for name, _, form in words)


def is_day(value: object) -> bool:
    """Whether a value is a day of the calendar from 1950 to 2200, such as 2026-01-05."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return False
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    return YEARS[0] <= day.year <= YEARS[1]


def _text(value: Any) -> str:
    good = isinstance(value, str) and 0 < len(value) <= MAX_TEXT
    return "" if good else f"a text of 1 to {MAX_TEXT} characters"


def _texts(value: Any) -> str:
    good = isinstance(value, list) and 0 < len(value) <= MAX_ITEMS and not any(_text(one) for one in value)
    return "" if good else f"a list of 1 to {MAX_ITEMS} texts"


def _day(value: Any) -> str:
    return "" if is_day(value) else "a day such as 2026-01-05"


def _instant(value: Any) -> str:
    try:
        parse_instant(value, "at")
    except ProofDocketError:
        return "an instant in UTC such as 2026-01-05T02:03:04Z"
    return ""


def _amount(value: Any) -> str:
    good = isinstance(value, str) and AMOUNT.fullmatch(value) and Decimal(value) >= 0
    return "" if good else 'an amount such as "1250.00"'


def _digest(value: Any) -> str:
    return "" if isinstance(value, str) and HEX.fullmatch(value) else "a SHA-256 in 64 lower-case hex digits"


def _whole(value: Any) -> str:
    return "" if type(value) is int and value >= 0 else "a whole number"


def _case_number(value: Any) -> str:
    if not isinstance(value, str):
        return "a case number"
    try:
        return "" if parse_case_number(value).text == value else "its brackets are full width: （2026）…"
    except ProofDocketError as error:
        return str(error)


def _one_of(*words: str) -> Callable[[Any], str]:
    return lambda value: "" if value in words else f"one of {', '.join(words)}"


def _objects(names: frozenset[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        good = isinstance(value, list) and len(value) <= MAX_ITEMS
        good = good and all(isinstance(one, dict) and names <= set(one) for one in value)
        return "" if good else f"a list of at most {MAX_ITEMS} objects with {', '.join(sorted(names))}"

    return check


FORMS: Mapping[str, Callable[[Any], str]] = {
    "text": _text,
    "texts": _texts,
    "day": _day,
    "instant": _instant,
    "amount": _amount,
    "digest": _digest,
    "whole": _whole,
    "case_number": _case_number,
    "result": _one_of("passed", "failed", "incomplete"),
    "ruling": _one_of("refused"),
    "judgment": _one_of("judgment", "ruling", "mediation", "withdrawal", "payment_order"),
    "agreed": _one_of("agreed", "failed"),
    "enforced": _one_of("accepted", "terminated", "settled", "paid", "closed"),
    "checks": _objects(frozenset({"n", "state", "code"})),
    "findings": _objects(frozenset({"code", "zh", "en", "blocking"})),
    "documents": _objects(frozenset({"name", "accepted"})),
}
"""Form of a member -> what is wrong with a value, empty where nothing is."""

SCHEMAS: Mapping[str, str] = {
    "received": "package_sha256:digest! size:whole! letter_sha256:digest! our_reference:text! filer:text!",
    "examined": "result:result! checks:checks! findings:findings!",
    "accepted": "case_number:case_number! cause:text documents:documents",
    "accepted_in_part": "case_number:case_number! documents:documents! cause:text",
    "returned": "defects:texts! cure_by:day! reasons:texts documents:documents",
    "refused": "ruling:ruling! reason:text!",
    "cured": "filing:text!",
    "amended": "package_sha256:digest what:text!",
    "withdrawn": "ruling_text:text",
    "payment_noted": "amount:amount! on:day!",
    "fee_notice": "amount:amount! due_on:day case_number:case_number",
    "fee_paid": "amount:amount! on:day! case_number:case_number",
    "fee_refunded": "amount:amount! on:day! case_number:case_number",
    "evidence_period": "until:day! case_number:case_number",
    "hearing": "at:instant! place:text! case_number:case_number",
    "served": "document:text! channel:text! served_on:day! recipient:text case_number:case_number",
    "preserved": "until:day! amount:amount case_number:case_number",
    "mediated": "result:agreed! organisation:text amount:amount case_number:case_number",
    "judgment": "kind:judgment! case_number:case_number! effective_on:day amount:amount",
    "appealed": "forum:text case_number:case_number",
    "enforcement": "step:enforced! case_number:case_number! on:day recovered:amount",
    "closed": "reason:text!",
}
"""Kind -> its members as name:form, `!` where it must be there."""
COMMON = "note:text"
"""Members that every kind may have."""
