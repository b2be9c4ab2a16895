"""The judgment that enforcement is asked on: the newest one, less what was performed on it and on no other."""

from __future__ import annotations

from decimal import Decimal

from litigation.workflow.assemble import judgment_order
from tests.litigation.readiness.loans import history


def test_what_was_performed_on_an_older_judgment_is_not_taken_off_the_newest() -> None:
    loan = history(
        ("judgment.entered", {"case_number": "（2026）样1号", "kind": "judgment", "amount": "500.00"}),
        ("performance.made", {"amount": "500.00"}),
        ("judgment.entered", {"case_number": "（2026）样2号", "kind": "judgment", "amount": "900.00"}),
        ("performance.made", {"amount": "120.00"}),
        ("performance.made", {"amount": "30.00"}),
    )
    order = judgment_order(loan)
    assert order is not None
    assert (order.case_number, order.amount, order.performed) == ("（2026）样2号", Decimal("900.00"), Decimal("150.00"))
