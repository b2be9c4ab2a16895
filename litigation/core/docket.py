"""The docket: what courts answered to our filings, in the order of time, and where the books differ.

Spec: docs/spec/docket.md. The registry holds a decision and the digest of the court's reasons; the reasons themselves
(a *detail*) come as a file and count only when their SHA-256 is that digest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from evidence_service.core.canonical import parse_strict
from evidence_service.errors import ProofDocketError
from litigation.core.case_number import CaseNumberError, parse_case_number
from litigation.core.filing import Filing, FilingState
from litigation.errors import LitigationError

NO_DETAIL = "0" * 64
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MAX_TEXT = 4000
MAX_DEFECTS = 200


class DetailError(LitigationError):
    """A detail file is not what the court's answer names, or cannot be read; the message names the file."""

    code = "detail"


class DocketKind(StrEnum):
    """What a docket entry records. *detail*: the court's reasons came after its answer was recorded."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    RETURNED = "returned"
    REFUSED = "refused"
    DETAIL = "detail"


DECISIONS: Mapping[int, DocketKind] = {
    1: DocketKind.ACCEPTED,
    2: DocketKind.ACCEPTED_IN_PART,
    3: DocketKind.RETURNED,
}
"""FilingRegistry's decisions. A ruling not to take the suit (不予受理) is 3 with a detail that says `refused`."""


@dataclass(frozen=True, slots=True)
class Lodging:
    """A filing as the registry logged it. Digests in hex; `filing_id` and hashes with 0x."""

    filing_id: str
    filer: str
    court: str
    package_sha256: str
    tx: str
    block: int
    block_hash: str


@dataclass(frozen=True, slots=True)
class CourtAnswer:
    """An answer as the registry logged it. `detail_digest` is 64 zeros where the court gave no reasons."""

    filing_id: str
    court: str
    decision: int
    detail_digest: str
    tx: str
    block: int
    block_hash: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Detail:
    """The court's reasons. `text` is the file as it came; the rest is what we read in it."""

    digest: str
    text: str
    case_number: str
    note: str
    reason: str
    defects: tuple[str, ...]
    cure_by: str
    refused: bool


@dataclass(frozen=True, slots=True)
class DocketEntry:
    """One line of the docket. `id` is 0 until it is stored; `detail` is empty while the reasons are not here."""

    id: int
    our_reference: str
    institution: str
    court: str
    filing_id: str
    kind: DocketKind
    detail_digest: str
    detail: str
    case_number: str
    tx: str
    block: int
    answered_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """Two books that do not agree: a stable code, the filing, and a sentence for a person."""

    code: str
    filing_id: str
    reason: str


def read_detail(name: str, raw: bytes) -> Detail:
    """Read a detail file named <SHA-256>.json. Raises DetailError that names the file."""
    expected = name.removesuffix(".json").removeprefix("0x").lower()
    found = sha256(raw).hexdigest()
    if expected != found:
        raise DetailError(f"{name}: its SHA-256 is {found}, not the digest that it is named by; it was changed")
    try:
        value = parse_strict(raw)
        if not isinstance(value, dict):
            raise DetailError(f"{name}: not a JSON object")
        return _detail(found, raw.decode(), value)
    except DetailError:
        raise
    except ProofDocketError as error:
        raise DetailError(f"{name}: {error}") from error


def _detail(digest: str, text: str, value: dict[str, Any]) -> Detail:
    """Members that we do not know are the court's own; they are kept in the text."""
    number = _text(value, "case_number")
    cure_by = _text(value, "cure_by")
    if cure_by and not _is_day(cure_by):
        raise LitigationError("cure_by: a day such as 2026-01-05")
    ruling = _text(value, "ruling")
    if ruling not in ("", "refused"):
        raise LitigationError('ruling: "refused" (不予受理) or left out')
    defects = value.get("defects", [])
    if not isinstance(defects, list) or len(defects) > MAX_DEFECTS or not all(_is_text(item) for item in defects):
        raise LitigationError(f"defects: a list of at most {MAX_DEFECTS} texts")
    return Detail(
        digest=digest,
        text=text,
        case_number=_case_number(number) if number else "",
        note=_text(value, "note"),
        reason=_text(value, "reason"),
        defects=tuple(defects),
        cure_by=cure_by,
        refused=ruling == "refused",
    )


def kind_of(answer: CourtAnswer, detail: Detail | None) -> DocketKind | None:
    """What an answer means; None for a decision that this version does not know."""
    kind = DECISIONS.get(answer.decision)
    if kind is DocketKind.RETURNED and detail is not None and detail.refused:
        return DocketKind.REFUSED
    return kind


def state_after(kind: DocketKind) -> FilingState:
    """The state of a filing after an answer of this kind."""
    return FilingState(kind.value)


def answer_event(
    filing: Filing, kind: DocketKind, answer: CourtAnswer, detail: Detail | None
) -> tuple[str, dict[str, Any]]:
    """Type and payload of the event that says so. A partial acceptance is an acceptance with an attribute."""
    payload: dict[str, Any] = {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "attributes": {"filing_id": filing.filing_id, "tx": answer.tx, "decision": kind.value},
    }
    if answer.detail_digest != NO_DETAIL:
        payload["detail_digest"] = answer.detail_digest
    code = "filing.accepted" if kind is DocketKind.ACCEPTED_IN_PART else f"filing.{kind.value}"
    if detail is None:
        return code, payload
    given: dict[str, dict[str, Any]] = {
        "filing.accepted": {"case_number": detail.case_number},
        "filing.returned": {"defects": list(detail.defects), "cure_by": detail.cure_by},
        "filing.refused": {"reason": detail.reason},
    }
    payload |= {name: value for name, value in given[code].items() if value}
    return code, payload


def answer_event_id(code: str, answer: CourtAnswer, *, with_detail: bool) -> str:
    """The one id of an answer's event. With the court's reasons it is another event than without."""
    return f"{code}:{answer.filing_id[2:]}:{answer.tx[2:18]}" + (":detail" if with_detail else "")


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name, "")
    if not _is_text(text):
        raise LitigationError(f"{name}: a text of at most {MAX_TEXT} characters")
    return str(text)


def _case_number(text: str) -> str:
    try:
        return parse_case_number(text).text
    except CaseNumberError as error:
        raise LitigationError(f"case_number: {error}") from error


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _is_day(text: str) -> bool:
    if not DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
