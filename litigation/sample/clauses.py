"""The articles of the fictional loan contract: one text for the paper, the event and the complaint.

Spec: Civil Code 496, 565, 670, 674 to 676; docs/spec/debt.md (day count, order of payment, compound interest).
"""

from __future__ import annotations

from decimal import Decimal

from litigation.core.money import yuan
from litigation.sample.institution import sample_institution
from litigation.sample.people import Borrower
from litigation.sample.plan import LoanPlan

CONTRACT_NAME = "个人消费借款合同"
SIGN_PLACE = "样例省云汀市示范区（线上签署）"
CLAUSES = {
    "rate": "第三条",
    "penalty": "第五条",
    "compound": "第五条",
    "acceleration": "第六条",
    "fees": "第七条",
    "service": "第八条",
    "jurisdiction": "第九条",
    "e_evidence": "第十条",
}
"""Topic to article, as the complaint cites it."""

KEY_CLAUSES = ("利率与罚息", "提前到期", "送达地址", "管辖")
JURISDICTION = "因本合同发生的争议，由双方协商解决；协商不成的，向贷款人住所地有管辖权的人民法院起诉。"
SERVICE = "借款人确认本合同所列手机号码、电子邮箱和地址为送达地址，同意电子送达，适用于一审、二审、执行等全部程序。"
ACCELERATION = (
    "借款人连续两期或者累计三期未足额还款的，贷款人有权宣布全部未到期借款提前到期，"
    "并以书面或者数据电文形式通知借款人，自通知载明的日期起全部借款到期。"
)
FEES = "借款人违约的，贷款人为实现债权支出的合理费用由借款人承担。"
E_EVIDENCE = "双方同意以电子签名方式签署本合同，与纸质合同具有同等效力；电子数据经存证后可以作为证据使用。"
_WORDS = (
    E_EVIDENCE,
    "年利率（单利），日利率按年利率除以 360 计算，在合同期限内固定不变。0123456789.,-%—：",
    "逾期本金自逾期之日起按罚息年利率计收罚息；未按时支付的利息按同一利率计收复利。按实际天数计算，算头不算尾。",
    "借款金额人民币元，用于不得用于投资、购房等禁止用途。贷款人将借款发放至借款人本人账户*",
    "第一二三四五六七八九十条与期限个月自起至止利率还款罚息复利提前到期费用送达管辖电子签名证据每期末",
)
REPAYMENT = (
    "等额本息，自放款日次月起每月与放款日相同的日期为还款日，该月无此日的以该月最后一日为还款日。"
    "还款按费用、罚息、复利、利息、本金的顺序抵扣；提前支付的款项于还款日入账。"
)


def percent(fraction: Decimal) -> str:
    """Write an annual fraction as a percentage: 0.234 is 23.4%."""
    return f"{(fraction * 100).normalize():f}%"


def rate_text(plan: LoanPlan) -> str:
    """Write article 3."""
    return f"年利率（单利）{percent(plan.terms.annual_rate)}，日利率按年利率除以 360 计算，在合同期限内固定不变。"


def penalty_text(plan: LoanPlan) -> str:
    """Write article 5."""
    return (
        f"逾期本金自逾期之日起按罚息年利率 {percent(plan.terms.penalty_rate)} 计收罚息；"
        "未按时支付的利息按同一利率计收复利。按实际天数计算，算头不算尾。"
    )


def clause_texts(plan: LoanPlan) -> dict[str, str]:
    """Give the wording of the articles that a court is asked to look at."""
    return {
        "rate": rate_text(plan),
        "penalty": penalty_text(plan),
        "acceleration": ACCELERATION,
        "fees": FEES,
        "service": SERVICE,
        "jurisdiction": JURISDICTION,
        "e_evidence": E_EVIDENCE,
    }


def articles(plan: LoanPlan, person: Borrower) -> list[tuple[str, str]]:
    """Give heading and text of all ten articles."""
    terms = plan.terms
    last = plan.schedule[-1]
    return [
        (
            "第一条  借款金额与用途",
            f"借款金额人民币 {yuan(terms.principal)}，用于{plan.purpose}，不得用于投资、购房等禁止用途。"
            f"贷款人将借款发放至借款人本人账户 {person.bank_card}。",
        ),
        ("第二条  借款期限", f"{terms.term_months} 个月，自 {terms.disbursed_on} 起至 {last.due} 止。"),
        ("第三条  利率", rate_text(plan)),
        ("第四条  还款", f"{REPAYMENT}每期还款 {yuan(plan.schedule[0].payment)}，末期 {yuan(last.payment)}。"),
        ("第五条  罚息与复利", penalty_text(plan)),
        ("第六条  提前到期", ACCELERATION),
        ("第七条  费用", FEES),
        ("第八条  送达", SERVICE),
        ("第九条  管辖", JURISDICTION),
        ("第十条  电子签名与电子证据", E_EVIDENCE),
    ]


def fixed_words() -> str:
    """Every word of the contract that is the same for all loans (for the shared font subset)."""
    party = sample_institution().party
    known = (party.name, party.address, party.representative, party.credit_code, party.phone)
    return "".join((*known, CONTRACT_NAME, SIGN_PLACE, REPAYMENT, ACCELERATION, FEES, SERVICE, JURISDICTION, *_WORDS))
