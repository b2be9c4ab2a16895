"""Asking courts what happened shows nothing of another institution's filings."""

from __future__ import annotations

from litigation.core.filing import Filing, FilingState
from tests.web.legal.conftest import LENDER, OTHER, Lender
from web.filing_pages import ours


def filing(lender: Lender, institution: str, number: int) -> str:
    """A filing that is lodged."""
    desk, filing_id = lender.instance.legal, f"0x{number:064x}"
    now = desk.litigation.evidence.now()
    chain = (f"{number:064x}", filing_id, 1337, "0x" + "11" * 20, number, filing_id, b"raw", FilingState.SUBMITTED)
    desk.delivery.filings.store.add(
        Filing(0, f"{institution}:{number}", institution, "a court", "0x" + "22" * 20, *chain, 1, "00", now, "", now)
    )
    return filing_id


def test_what_a_sync_tells_is_of_one_institution(lender: Lender) -> None:
    mine, others = filing(lender, LENDER, 1), filing(lender, OTHER, 2)
    app = lender.app()
    with app.test_request_context("/filings"):
        assert ours(LENDER, mine)
        assert not ours(LENDER, others)
        assert ours(LENDER, "0x" + "ff" * 32)
