"""Notices: standard terms brought to notice, a service address agreed, a demand and an acceleration that reached.

Ground: Civil Code 496, 565; 合同编通则解释 10; 民诉法解释 136, 137; 在线诉讼规则 29; 诉讼时效规定 8.
"""

from __future__ import annotations

from collections.abc import Iterator

from litigation.core.contact import lost_contact
from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.history import HistoryEvent

KEY_CLAUSES, BARE = "notice.key_clauses", "notice.bare_methods"
TOPICS = {
    "rate": ("利率", "the rate"),
    "penalty": ("罚息", "the penalty"),
    "acceleration": ("提前到期", "acceleration"),
    "service": ("送达地址", "the service address"),
    "jurisdiction": ("管辖", "jurisdiction"),
}
SERVICE_BASIS = "民诉法解释 第一百三十六条、第一百三十七条；在线诉讼规则 第二十九条"
APP_ZH, APP_EN = "签约系统（clause.notified）", "the signing system (clause.notified)"


def notice_defects(dossier: Dossier) -> Iterator[Defect]:
    """Notice of terms, service address, demand, acceleration, lost contact: in the order in which a case meets them."""
    yield from _term_defects(dossier)
    yield from _service_defects(dossier)
    yield from _demand_defects(dossier)
    yield from _acceleration_defects(dossier)


def _term_defects(dossier: Dossier) -> Iterator[Defect]:
    signed, notices = dossier.history.last("contract.signed"), dossier.history.all("clause.notified")
    if signed is None or not notices:
        return  # a missing notice stands in the completeness matrix
    told = [event for event in notices if event.payload.get("confirmed") is True]
    basis = dossier.article(KEY_CLAUSES)
    open_topics = _untold_topics(dossier, told)
    if open_topics:
        zh, en = (
            "、".join(TOPICS[topic][0] for topic in open_topics),
            ", ".join(TOPICS[topic][1] for topic in open_topics),
        )
        yield Defect(
            "clause-not-notified",
            f"下列格式条款未见提示说明：{zh}",
            f"nothing shows that these standard terms were brought to notice: {en}",
            APP_ZH,
            APP_EN,
            blocking=False,
            basis=basis,
            subject="clause.notified",
        )
    if told and all(event.occurred_at > signed.occurred_at for event in told):
        yield Defect(
            "clause-notified-late",
            "提示说明晚于合同签订",
            "the terms were brought to notice after the signature",
            APP_ZH,
            APP_EN,
            blocking=False,
            basis=basis,
            subject="clause.notified",
        )
    if told and all(_is_bare(event, dossier) for event in told):
        yield Defect(
            "clause-notice-bare",
            "提示方式仅为勾选或弹窗，单凭此不足以证明已尽提示说明义务",
            "the notice was a tick box or a pop-up only: that alone does not prove it",
            "clause.notified 的 method、dwell_seconds（签约系统）",
            "clause.notified, fields method and dwell_seconds (signing system)",
            blocking=False,
            basis=dossier.article(BARE),
            subject="clause.notified",
        )


def _untold_topics(dossier: Dossier, told: list[HistoryEvent]) -> list[str]:
    """Topics of the contract's own clauses that no confirmed notice names."""
    words = [pair.partition("=") for pair in dossier.rules.in_force(KEY_CLAUSES, dossier.as_of).words]
    signed = dossier.history.last("contract.signed")
    clauses = signed.payload.get("clauses", {}) if signed else {}
    named = "、".join(str(clause) for event in told for clause in event.payload.get("clauses", ()))
    return [topic for topic, _, word in words if topic in clauses and topic in TOPICS and word not in named]


def _is_bare(event: HistoryEvent, dossier: Dossier) -> bool:
    """Nothing but a tick box or pop-up: no time of reading, and no word of the method beyond it."""
    if event.payload.get("dwell_seconds"):
        return False
    method = str(event.payload.get("method", ""))
    for word in dossier.rules.in_force(BARE, dossier.as_of).words:
        method = method.replace(word, "")
    return not method.strip("、，,/ ")


def _service_defects(dossier: Dossier) -> Iterator[Defect]:
    signed = dossier.history.last("contract.signed")
    if signed is None:
        return
    if not signed.payload.get("service_address"):
        yield Defect(
            "service-address-missing",
            "合同未约定送达地址，可能需要公告送达",
            "no service address was agreed: public notice may be needed",
            "contract.signed 的 service_address（签约系统）",
            "contract.signed, field service_address (signing system)",
            blocking=False,
            basis=SERVICE_BASIS,
            subject="defendant.service_address",
        )
    if signed.payload.get("e_service") is not True:
        yield Defect(
            "e-service-not-agreed",
            "借款人未同意电子送达",
            "the borrower did not agree to electronic service",
            "contract.signed 的 e_service；consent.granted（e_service）",
            "contract.signed, field e_service; consent.granted (e_service)",
            blocking=False,
            basis=SERVICE_BASIS,
            subject="defendant.e_service",
        )


def _demand_defects(dossier: Dossier) -> Iterator[Defect]:
    history = dossier.history
    sent, reached = history.first("demand.sent"), history.first("demand.reached")
    if sent is not None and reached is None:
        yield Defect(
            "demand-not-reached",
            "催收已发出，未见任何一次到达",
            "demands were sent, none is shown to have reached",
            "demand.reached（催收系统：短信回执、邮递签收）",
            "demand.reached (collection system: delivery report, postal receipt)",
            blocking=False,
            basis="民法典 第一百九十五条；诉讼时效规定 第八条",
            subject="demand.reached",
        )
    lost = lost_contact(history, dossier.as_of, dossier.rules)
    if lost is not None:
        yield Defect(
            "contact-lost",
            "债务人失联：不得适用支付令、小额诉讼和简易程序，应适用普通程序并公告送达；可先作失联修复",
            "the debtor cannot be reached: no payment order, small claim or summary procedure; ordinary procedure with "
            "public notice, after trying to find him",
            "contact.lost 之后的 contact.made、promise.made（催收系统）",
            "contact.made or promise.made after contact.lost (collection system)",
            blocking=False,
            basis=dossier.article("route.summary"),
            subject="contact.lost",
        )


def _acceleration_defects(dossier: Dossier) -> Iterator[Defect]:
    history = dossier.history
    noticed, reached = history.last("acceleration.noticed"), history.last("acceleration.reached")
    signed = history.last("contract.signed")
    basis = "民法典 第五百六十五条、第五百七十八条"
    if noticed is not None and reached is None:
        yield Defect(
            "acceleration-not-reached",
            "提前到期通知已发出，未见到达：本案只主张已到期部分",
            "the acceleration notice is not shown to have reached: only what fell due is claimed",
            "acceleration.reached（电子送达回执、邮递签收）",
            "acceleration.reached (e-service or postal receipt)",
            blocking=False,
            basis=basis,
            subject="acceleration.reached",
        )
    if reached is not None and signed is not None and "acceleration" not in signed.payload.get("clauses", {}):
        yield Defect(
            "acceleration-no-clause",
            "主张提前到期，但合同条款中未见提前到期的约定",
            "the loan was called due, but no clause of the contract allows it",
            "contract.signed 的 clauses（签约系统）",
            "contract.signed, field clauses (signing system)",
            blocking=True,
            basis=basis,
            subject="contract.clauses",
        )
