"""What a court's entry becomes in the log: the type and payload of the event that says so.

Spec: docs/spec/filing.md, "Entries as events". An entry that the catalogue has a type for becomes that event, any other
`court.recorded`. The event names the entry's digest; the entry itself, signed, is kept beside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evidence_service.core.event import format_instant
from litigation.core.court_entry import CourtEntry, EntryKind
from litigation.core.filing import Filing

CURRENCY = "CNY"
TAKEN_FROM_REGISTRY = frozenset({EntryKind.ACCEPTED, EntryKind.ACCEPTED_IN_PART, EntryKind.RETURNED, EntryKind.REFUSED})
"""Where the court answers on the registry, these wait for it: the docket takes the answer there."""


def news_id(entry: CourtEntry) -> str:
    """The one id of an entry's event."""
    return f"court.entry:{entry.filing_id[2:]}:{entry.n}"


def news_event(filing: Filing, entry: CourtEntry, digest: str) -> tuple[str, dict[str, Any]]:
    """Type and payload of the event for one entry; `digest` is the SHA-256 of the text that the court signed."""
    made = TYPES[entry.kind](filing, entry) if entry.kind in TYPES else None
    attributes = {"filing_id": filing.filing_id, "entry": entry.n, "entry_digest": digest}
    if made is not None:
        code, payload = made
        return code, {**{name: value for name, value in payload.items() if value}, "attributes": attributes}
    if entry.kind is EntryKind.RECEIVED:
        return "filing.received", {
            "our_reference": filing.our_reference,
            "court": filing.court,
            "filing_id": filing.filing_id[2:],
            "package_digest": entry.detail["package_sha256"],
            "receipt_digest": digest,
            "received_at": format_instant(entry.at),
        }
    payload = {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "filing_id": filing.filing_id[2:],
        "kind": entry.kind.value,
        "entry": entry.n,
        "entry_digest": digest,
        "case_number": _text(entry.detail.get("case_number")),
    }
    return "court.recorded", {name: value for name, value in payload.items() if value != ""}


def _text(value: Any) -> str:
    """A member that is the court's own in this kind of entry, where it is a text."""
    return value if isinstance(value, str) else ""


def _fee(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]]:
    detail = entry.detail
    return "fee.paid", {"amount": detail["amount"], "currency": CURRENCY, "case_number": detail.get("case_number")}


def _hearing(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]]:
    detail = entry.detail
    return "hearing.scheduled", {name: detail.get(name) for name in ("at", "place", "case_number")}


def _served(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]]:
    detail = entry.detail
    return "service.made", {name: detail.get(name) for name in ("document", "channel", "served_on", "case_number")}


def _judgment(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]]:
    detail = entry.detail
    return "judgment.entered", {name: detail.get(name) for name in ("case_number", "kind", "effective_on", "amount")}


def _appeal(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]]:
    return "appeal.lodged", {name: entry.detail.get(name) for name in ("forum", "case_number")}


def _mediated(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]]:
    detail = entry.detail
    if detail["result"] == "agreed":
        return "mediation.agreed", {name: detail.get(name) for name in ("organisation", "amount")}
    return "mediation.failed", {"organisation": detail.get("organisation"), "reason": detail.get("note")}


def _enforcement(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]] | None:
    detail = entry.detail
    if detail["step"] == "accepted":
        return "enforcement.applied", {"case_number": detail["case_number"]}
    recovered = {"recovered": detail.get("recovered")}
    return "enforcement.closed", {"case_number": detail["case_number"], "result": detail["step"], **recovered}


def _closed(filing: Filing, entry: CourtEntry) -> tuple[str, dict[str, Any]]:
    return "case.closed", {"our_reference": filing.our_reference, "reason": entry.detail["reason"]}


TYPES: Mapping[EntryKind, Callable[[Filing, CourtEntry], tuple[str, dict[str, Any]] | None]] = {
    EntryKind.FEE_PAID: _fee,
    EntryKind.HEARING: _hearing,
    EntryKind.SERVED: _served,
    EntryKind.JUDGMENT: _judgment,
    EntryKind.APPEALED: _appeal,
    EntryKind.MEDIATED: _mediated,
    EntryKind.ENFORCEMENT: _enforcement,
    EntryKind.CLOSED: _closed,
}
"""Kinds of entries that have an event type of their own."""
