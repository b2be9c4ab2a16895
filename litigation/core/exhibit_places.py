"""Where an original stands in the evidence list, and what it is offered to prove, by the type of its event.

The order follows what courts expect for online loans: identity, consents, contract with notices, cost, approval,
disbursement, payments, arrears and demand, acceleration (Evidence Rules 19).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """How an event type stands in the evidence list: its place, and the object of proof in the filing language."""

    place: int
    proves: str


PURPOSES: dict[str, Purpose] = {
    "application.submitted": Purpose(10, "被告本人提出借款申请及其申请内容"),
    "identity.verified": Purpose(20, "被告身份经过核验，申请以其身份提交"),
    "face.verified": Purpose(21, "签约人系被告本人"),
    "consent.granted": Purpose(30, "被告就相关事项作出单独同意"),
    "credit.queried": Purpose(31, "原告依授权查询征信"),
    "borrowing.checked": Purpose(32, "原告对被告其他负债尽到审慎调查义务"),
    "income.recorded": Purpose(33, "原告对被告还款能力进行了调查"),
    "interview.held": Purpose(34, "原告履行面谈程序，确认借款意愿"),
    "visit.made": Purpose(35, "原告进行实地调查"),
    "decision.scored": Purpose(36, "授信决策的依据与过程"),
    "cost.disclosed": Purpose(40, "原告已明示综合融资成本，被告确认知悉"),
    "clause.notified": Purpose(41, "原告已就格式条款履行提示说明义务"),
    "contract.signed": Purpose(42, "双方借款合同关系成立及合同约定内容"),
    "approval.granted": Purpose(50, "贷款经有权人员审批"),
    "loan.disbursed": Purpose(60, "原告已按约发放贷款，本金数额"),
    "schedule.set": Purpose(61, "双方约定的还款计划"),
    "payment.received": Purpose(70, "被告已还款项"),
    "payment.failed": Purpose(71, "原告扣款未成，被告未按期还款"),
    "instalment.overdue": Purpose(80, "被告逾期的事实与起算日"),
    "demand.sent": Purpose(81, "原告已发出催告"),
    "demand.reached": Purpose(82, "催告到达被告，诉讼时效中断"),
    "contact.made": Purpose(83, "原告催收的经过"),
    "promise.made": Purpose(84, "被告承认债务"),
    "acceleration.noticed": Purpose(90, "原告宣布借款提前到期"),
    "acceleration.reached": Purpose(91, "提前到期通知到达被告"),
}
LAST = Purpose(95, "与本案有关的其他事实")


def purpose_of(event_type: str) -> Purpose:
    """The place and object of proof of an event type."""
    return PURPOSES.get(event_type, LAST)
