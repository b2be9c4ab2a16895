"""Readiness: one consolidated list of everything that keeps a case from being filed, or that a lawyer should see.

Spec: docs/spec/readiness.md section 4, in its order. Ground: CPL 124 and the 2025 form; 在线诉讼规则 9 (one list).
"""

from __future__ import annotations

from dataclasses import replace

from litigation.core.checks.facts import fact_defects, plaintiff_defects
from litigation.core.checks.guarantees import guarantee_defects
from litigation.core.checks.identity import identity_defects
from litigation.core.checks.jurisdiction import jurisdiction_defects
from litigation.core.checks.limitation import limitation_defects
from litigation.core.checks.notices import notice_defects
from litigation.core.checks.route import route_defects
from litigation.core.checks.standing import standing_defects
from litigation.core.checks.totals import total_defects
from litigation.core.completeness import missing_defects
from litigation.core.defect import Defect
from litigation.core.dossier import Dossier

ACCEPTABLE = frozenset({"limitation-expired", "minor", "name-differs", "schedule-differs"})
"""Defects that a person may accept by name in `route.decided`: the law leaves them to a judgment."""


def defects_of(dossier: Dossier) -> tuple[Defect, ...]:
    """Run every check; blocking defects first, each group in the order of the page."""
    found = [
        *fact_defects(dossier),
        *plaintiff_defects(dossier),
        *identity_defects(dossier),
        *standing_defects(dossier),
        *jurisdiction_defects(dossier),
        *limitation_defects(dossier),
        *guarantee_defects(dossier),
        *total_defects(dossier),
        *notice_defects(dossier),
        *route_defects(dossier),
    ]
    named = {defect.subject.split(".")[0] for defect in found if defect.code == "fact-missing"}
    told = {defect.subject for defect in found}
    found += [
        one for one in missing_defects(dossier.matrix) if one.subject not in told and not (one.blocking and named)
    ]
    accepted = dossier.decision.accepted if dossier.decision else ()
    judged = [_accepted(defect, dossier) if defect.code in accepted else defect for defect in found]
    return tuple(sorted(judged, key=lambda defect: not defect.blocking))


def _accepted(defect: Defect, dossier: Dossier) -> Defect:
    """A defect that a person took upon himself stays in the list and blocks no more."""
    if defect.code not in ACCEPTABLE or not defect.blocking:
        return defect
    event = dossier.decision.event if dossier.decision else ""
    return replace(
        defect,
        blocking=False,
        text_zh=f"{defect.text_zh}（已由人工决定接受，事件 {event}）",
        text_en=f"{defect.text_en} (accepted by a person, event {event})",
    )
