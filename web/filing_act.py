"""Filing with four eyes: what one person asks for is a package and a court, by digest; a second one has it lodged.

Spec: docs/spec/file.md. The act is that of the command `file`, and safe to repeat: a package is lodged once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evidence_service.core.canonical import canonical_bytes, parse_strict
from litigation.core.filing import Court, DuplicateFilingError, Filing, court_of, digest_of
from web.approvals import ApprovalError, ApprovalRequest
from web.legal_desk import LegalDesk


@dataclass(frozen=True, slots=True)
class FilingWish:
    """What is to be filed where."""

    our_reference: str
    package_sha256: str
    court: str
    court_address: str


def wish_bytes(wish: FilingWish) -> bytes:
    """Exactly what a second person approves."""
    return canonical_bytes(
        {
            "court": wish.court,
            "court_address": wish.court_address,
            "kind": "proofdocket.filing-wish",
            "our_reference": wish.our_reference,
            "package_sha256": wish.package_sha256,
        }
    )


def read_wish(content: bytes) -> FilingWish:
    """What stands in a request."""
    body = parse_strict(content)
    if not isinstance(body, dict) or body.get("kind") != "proofdocket.filing-wish":
        raise ApprovalError("this request names no filing")
    return FilingWish(*(str(body[name]) for name in ("our_reference", "package_sha256", "court", "court_address")))


def carry_out_filing(desk: LegalDesk, request: ApprovalRequest) -> str:
    """Lodge what was approved and bring it to its court; where that was done already, say so."""
    wish = read_wish(request.content)
    row = desk.litigation.cases.package_by_digest(wish.package_sha256)
    path = Path(row.path)
    if row.our_reference != wish.our_reference or not path.is_file():
        raise ApprovalError("the package is no longer where it was built; build the case again and ask again")
    content = path.read_bytes()
    if digest_of(content) != wish.package_sha256:
        raise ApprovalError("the package was changed on disk since it was built; build the case again and ask again")
    filing = lodge(desk, content, court_of(wish.court, wish.court_address))
    return f"{filing.our_reference}: {filing.state.value}, filing {filing.filing_id}"


def lodge(desk: LegalDesk, content: bytes, court: Court) -> Filing:
    """Lodge and deliver; a package that was lodged with this court before is only brought there."""
    delivery = desk.delivery
    try:
        filing = delivery.filings.file(content, court)
    except DuplicateFilingError:
        known = delivery.filings.store.of_package(digest_of(content), court.address)
        if known is None:
            raise
        filing = known
        if known not in delivery.undelivered():
            return known
    delivery.deliver(filing)
    return filing
