"""Route: the complaint follows what a person decided, and no route that the rules bar."""

from __future__ import annotations

from collections.abc import Iterator

from litigation.core.contact import lost_contact
from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.routing import NAMES, SUITS, Route

NOT_WHEN_LOST = {Route.PAYMENT_ORDER: "route.payment_order", Route.SMALL_CLAIM: "route.small_claim"} | {
    Route.SUMMARY: "route.summary"
}


def route_defects(dossier: Dossier) -> Iterator[Defect]:
    """A decision for another way than a suit, or for one that a missing debtor bars."""
    decision = dossier.decision
    if decision is None or decision.route not in set(Route):
        return
    route = Route(decision.route)
    zh, en = NAMES[route]
    where = (f"事件 {decision.event}；case decide", f"event {decision.event}; case decide")
    if dossier.suing and route not in SUITS | {Route.PAYMENT_ORDER, Route.MEDIATION}:
        yield Defect(
            "route-not-suit",
            f"已决定走{zh}，本案暂不起诉",
            f"the decision is {en}: no complaint is filed for now",
            *where,
            blocking=True,
            basis=dossier.article("route.order"),
            subject="route.decided",
        )
    if route in NOT_WHEN_LOST and lost_contact(dossier.history, dossier.as_of, dossier.rules) is not None:
        yield Defect(
            "route-barred",
            f"债务人失联，不得适用{zh}",
            f"the debtor cannot be reached: no {en}",
            *where,
            blocking=True,
            basis=dossier.article(NOT_WHEN_LOST[route]),
            subject="route.decided",
        )
