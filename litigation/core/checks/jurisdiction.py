"""Jurisdiction: a court without a connection returns the case (CPL 35, (2023)最高法民辖36号)."""

from __future__ import annotations

from collections.abc import Iterator

from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.jurisdiction import ARBITRATION, STATUTORY, JurisdictionCheck, Place

PLACES = {
    Place.DEFENDANT_DOMICILE: "被告住所地",
    Place.HABITUAL_RESIDENCE: "被告经常居住地",
    Place.PERFORMANCE: "合同履行地（接收货币一方所在地）",
    Place.PLAINTIFF_DOMICILE: "原告住所地",
    Place.SIGNING: "合同签订地",
}
_COURT_ZH, _COURT_EN = (
    "institutions/ 下的机构资料的 court；contract.signed",
    "court of the institution; contract.signed",
)


def jurisdiction_defects(dossier: Dossier) -> Iterator[Defect]:
    """The clause, the court, and what is left when a consumer pleads that he was not told of the clause."""
    check = dossier.jurisdiction
    if not check.court:
        return  # named by the check of the plaintiff
    if ARBITRATION in check.agreed:
        yield _defect(
            dossier,
            "arbitration-agreed",
            "合同约定仲裁，不得向法院起诉",
            "the contract agrees on arbitration: no suit lies",
            "jurisdiction.arbitration",
        )
    if not check.comparable:
        yield _defect(
            dossier,
            "jurisdiction-not-checked",
            "受诉法院名称不含行政区划，管辖连接点未核对",
            "the court's name holds no area: the connection was not checked",
            "jurisdiction.connections",
            blocks=False,
        )
        return
    yield from _connection_defects(dossier, check)
    if check.clause and not check.clause_notified:
        needed = not STATUTORY & set(check.connected)
        yield _defect(
            dossier,
            "jurisdiction-clause-not-notified",
            "未见管辖格式条款的提示说明，消费者可主张该条款无效",
            "nothing shows that the clause on jurisdiction was brought to notice: a consumer may plead that it is void",
            "jurisdiction.format_clause",
            blocks=needed,
            where=("clause.notified 的 clauses", "clause.notified, field clauses"),
        )


def _connection_defects(dossier: Dossier, check: JurisdictionCheck) -> Iterator[Defect]:
    connected = set(check.connected)
    if connected == {Place.SIGNING}:
        yield _defect(
            dossier,
            "jurisdiction-signing-only",
            "受诉法院仅与合同签订地相连，双方均不在该地，约定无效",
            "only the place of signing connects the court; neither party is there: such a choice is invalid",
            "jurisdiction.signing_place_alone",
        )
    elif not connected:
        yield _defect(
            dossier,
            "jurisdiction-no-connection",
            "受诉法院与争议没有实际联系的地点（原告住所地、被告住所地、履行地、签订地均不在该院辖区）",
            "no place connects the court with the dispute: neither party's domicile, nor performance, nor signing",
            "jurisdiction.connections",
        )
    elif not check.clause and not STATUTORY & connected:
        yield _defect(
            dossier,
            "jurisdiction-not-agreed",
            "合同没有约定管辖，受诉法院既非被告住所地也非合同履行地",
            "no court was agreed, and the court is neither at the defendant's domicile nor at the place of performance",
            "jurisdiction.contract_place",
        )
    elif other := _points_elsewhere(check):
        yield _defect(
            dossier,
            "jurisdiction-other-court",
            f"管辖条款指向{PLACES[other]}，受诉法院不在该地",
            f"the clause points at the {other.value.replace('_', ' ')}; the court is not there",
            "jurisdiction.connections",
        )


def _points_elsewhere(check: JurisdictionCheck) -> Place | None:
    """The agreed place at which the court is not, where the clause names one place that can be compared."""
    places = [Place(word) for word in check.agreed if word in set(Place)]
    if not places or any(check.at(place).here is not False for place in places):
        return None
    return places[0]


def _defect(
    dossier: Dossier,
    code: str,
    zh: str,
    en: str,
    rule: str,
    *,
    blocks: bool = True,
    where: tuple[str, str] = (_COURT_ZH, _COURT_EN),
) -> Defect:
    return Defect(code, zh, en, *where, blocking=blocks, basis=dossier.article(rule), subject="jurisdiction")
