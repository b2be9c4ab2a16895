"""Route: the complaint follows what a person decided, and no paper takes a route that the rules bar."""

from __future__ import annotations

from collections.abc import Iterator

from litigation.core.contact import lost_contact
from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.routing import NAMES, SUITS, Route, Standing

NOT_WHEN_LOST = {Route.PAYMENT_ORDER: "route.payment_order", Route.SMALL_CLAIM: "route.small_claim"} | {
    Route.SUMMARY: "route.summary"
}


def route_defects(dossier: Dossier) -> Iterator[Defect]:
    """Papers for a barred way; a decision for another way than a suit, or for one that a missing debtor bars."""
    asked = _asked_defect(dossier)
    if asked is not None:
        yield asked
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
    told = asked is not None and dossier.asked is not None and dossier.asked.route is route
    if not told and route in NOT_WHEN_LOST and lost_contact(dossier.history, dossier.as_of, dossier.rules) is not None:
        yield Defect(
            "route-barred",
            f"债务人失联，不得适用{zh}",
            f"the debtor cannot be reached: no {en}",
            *where,
            blocking=True,
            basis=dossier.article(NOT_WHEN_LOST[route]),
            subject="route.decided",
        )


def _asked_defect(dossier: Dossier) -> Defect | None:
    """The papers that were asked for take a way that the rules bar; every reason that bars it is named."""
    asked = dossier.asked
    if asked is None or asked.standing is not Standing.BARRED:
        return None
    zh, en = NAMES[asked.route]
    bars = [reason for reason in asked.reasons if reason.bars]
    return Defect(
        "route-barred",
        f"不得适用{zh}：{'；'.join(one.zh for one in bars)}",
        f"no {en}: {'; '.join(one.en for one in bars)}",
        "bundle --route",
        "bundle --route",
        blocking=True,
        basis="；".join(dict.fromkeys(one.article for one in bars)),
        subject="route",
    )
