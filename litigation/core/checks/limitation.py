"""Limitation: a suit that is late by every reading needs a lawyer's decision (Civil Code 188, 189, 192, 195).

The court does not raise limitation by itself (Civil Code 193), so a person may accept this defect in `route.decided`.
"""

from __future__ import annotations

from collections.abc import Iterator

from litigation.core.defect import Defect
from litigation.core.dossier import Dossier

ALERT = "filing.limitation_days"
WHERE_ZH = "demand.reached、payment.received、promise.made 等中断时效的事件（催收系统、信贷核心系统）"
WHERE_EN = "events that interrupt it: demand.reached, payment.received, promise.made (collection system, loan core)"


def limitation_defects(dossier: Dossier) -> Iterator[Defect]:
    """Late, late by the careful reading, or soon late."""
    state = dossier.limitation
    if state is None:
        return
    alert = dossier.rules.in_force(ALERT, dossier.as_of).number
    assert alert is not None
    if state.late(dossier.as_of):
        yield _defect(
            dossier,
            "limitation-expired",
            f"诉讼时效按任一算法均已届满（最晚 {state.latest_day}）",
            f"limitation has run out on every reading (at the latest on {state.latest_day})",
            blocks=True,
        )
    elif state.doubtful(dossier.as_of):
        yield _defect(
            dossier,
            "limitation-doubtful",
            f"按提前到期起算，诉讼时效已于 {state.last_day} 届满；按最后一期起算至 {state.latest_day}",
            f"counted from the acceleration limitation ended on {state.last_day}, from the last instalment it ends on "
            f"{state.latest_day}",
            blocks=False,
        )
    elif state.days_left <= alert:
        yield _defect(
            dossier,
            "limitation-ending",
            f"诉讼时效将于 {state.last_day} 届满，尚余 {state.days_left} 日",
            f"limitation ends on {state.last_day}, in {state.days_left} days",
            blocks=False,
        )


def _defect(dossier: Dossier, code: str, zh: str, en: str, *, blocks: bool) -> Defect:
    return Defect(code, zh, en, WHERE_ZH, WHERE_EN, blocks, dossier.article("limitation.years"), "limitation")
