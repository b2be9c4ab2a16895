"""Guarantee period: a guarantor who is not held to it in time is free (Civil Code 692, 693).

No event says which period a guarantee agrees on, or that the guarantor was asked: the period without agreement is
counted, from the acceleration where there was one, else from the last instalment, and a lawyer is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from litigation.core.calendar_days import add_months
from litigation.core.defect import Defect
from litigation.core.dossier import Dossier

PERIOD, ALERT = "guarantee.default_months", "filing.limitation_days"


def guarantee_defects(dossier: Dossier) -> Iterator[Defect]:
    """The period has run out, or soon will."""
    signed = dossier.history.last("guarantee.signed")
    if signed is None or dossier.claim is None or not dossier.suing:
        return
    accelerated = dossier.terms.accelerated_on if dossier.terms else None
    due = accelerated or dossier.claim.schedule[-1].due
    months = dossier.rules.in_force(PERIOD, dossier.as_of).number
    alert = dossier.rules.in_force(ALERT, dossier.as_of).number
    assert months is not None
    assert alert is not None
    last = add_months(due, int(months))
    if (last - dossier.as_of).days > alert:
        return
    yield Defect(
        "guarantee-period",
        f"保证合同未另行约定的，保证期间自 {due} 起计至 {last}；"
        "是否已在期间内向保证人主张（一般保证：对债务人起诉或仲裁），须核实",
        f"unless the guarantee agrees otherwise, its period runs from {due} to {last}; make sure that the guarantor "
        "was held to it by then (a general guarantor: that the debtor was sued)",
        f"事件 {signed.event_id}；保证合同、向保证人催收的凭证",
        f"event {signed.event_id}; the guarantee contract, proof of demands on the guarantor",
        blocking=False,
        basis=dossier.article(PERIOD),
        subject="guarantee.signed",
    )
