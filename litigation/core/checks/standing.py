"""Standing: events after which this plaintiff may not sue this defendant, and a suit that is open or decided.

Ground: Civil Code 557, 1161, 546; 民诉法解释 247.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.duplicates import decided_suit, open_suit

STOPS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "loan.closed": ("贷款已结清，不得起诉", "the loan is closed: no suit lies", "民法典 第五百五十七条"),
        "borrower.deceased": (
            "借款人已死亡，被告须变更",
            "the borrower died: the defendant changes",
            "民法典 第一千一百六十一条",
        ),
        "borrower.insolvent": (
            "借款人已进入破产程序，个别诉讼应停止",
            "the borrower is insolvent: individual suits stop",
            "企业破产法",
        ),
        "settlement.agreed": (
            "双方已达成和解，须先确认是否履行",
            "a settlement was agreed: find out first whether it is kept",
            "民法典 第五百四十三条",
        ),
        "mediation.agreed": (
            "双方已达成调解，须先确认是否履行",
            "a mediation was agreed: find out first whether it is kept",
            "民事诉讼法 第二百零五条",
        ),
        "claim.assigned": (
            "债权已转让，原告不再是债权人",
            "the claim was assigned: the plaintiff is no longer the creditor",
            "民法典 第五百四十六条",
        ),
    }
)


def standing_defects(dossier: Dossier) -> Iterator[Defect]:
    """What ended or changed the right to sue, then the suit that is open or decided."""
    for kind, (zh, en, basis) in STOPS.items():
        event = dossier.history.last(kind)
        if event is not None:
            yield Defect(
                "right-to-sue",
                f"{zh}（{kind}）",
                f"{en} ({kind})",
                f"事件 {event.event_id}",
                f"event {event.event_id}",
                blocking=True,
                basis=basis,
                subject=kind,
            )
    if not dossier.suing:
        return
    decided = decided_suit(dossier.history, dossier.as_of, dossier.rules)
    if decided is not None:
        yield Defect(
            "suit-decided",
            "已有裁判（judgment.entered），不得就同一债务重复起诉",
            "a court has decided (judgment.entered): no second suit on the same debt",
            f"事件 {decided.event_id}",
            f"event {decided.event_id}",
            blocking=True,
            basis=dossier.article("suit.repeated"),
            subject="judgment.entered",
        )
        return
    opened = open_suit(dossier.history, dossier.as_of, dossier.rules)
    if opened is not None:
        yield Defect(
            "duplicate-suit",
            f"本笔贷款已有未终结的诉讼（{opened.type}）",
            f"a suit on this loan is open ({opened.type})",
            f"事件 {opened.event_id}；撤诉、退回或驳回后方可再次起诉",
            f"event {opened.event_id}; another may be brought after its return, withdrawal or dismissal",
            blocking=True,
            basis=dossier.article("suit.repeated"),
            subject=opened.type,
        )
