"""The originals of a sample loan as PDF: contract, cost disclosure, identity report, receipt, notice.

Every page bears 样例 / SAMPLE; what the papers say is what the events of the same loan say.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from litigation.core.money import uppercase_rmb, yuan
from litigation.sample import clauses
from litigation.sample.institution import sample_institution
from litigation.sample.people import Borrower
from litigation.sample.plan import LoanPlan
from litigation.sample.press import SMALL, Paper, Press

_PAIR = (22.0, 78.0)
_FORM_WORDS = (
    "贷款人借款人证件号码手机地址统一社会信用代码法定"
    "代表人签署时间合同编号姓名项目内容证书序列号电子签章附件计划表次应合剩余"
)
_COST_WORDS = (
    "综合融资成本明示表收费主体费用标准借款本金利息年化除上述外不收取其他任何正常履约违约时可能发生按合同约定"
    "本人已阅读并确认停留秒手续保险担保无罚复展示逾期合计"
)
_IDENTITY_WORDS = "实名核验报告方式结果来源要素一致身份证联网核查银行卡四人脸活体比对通过流水参考时间通道"
_RECEIPT_WORDS = "放款电子回单付款方收款账户户名金额大写小写起息日用途流水银行样例清算中心交易状态成功发放个人消费"
_NOTICE_WORDS = (
    "借款提前到期通知书致你于签订的截至今日已连续逾期依据合同第六条宣布全部未剩余本金自起请在收到立即清偿利息罚复"
    "并按继续计算至实际之日止如有异议可联系本公司特此壹贰叁肆伍陆柒捌玖拾佰仟万元角分整零"
)


def contract_pdf(press: Press, plan: LoanPlan, person: Borrower, signed_at: datetime, serial: str) -> bytes:
    """Set the loan contract. `signed_at` is the local time of the borrower's signature."""
    party = sample_institution().party
    paper = Paper(press, clauses.fixed_words() + _FORM_WORDS)
    paper.title(clauses.CONTRACT_NAME, f"合同编号：{plan.contract_no}")
    paper.table(
        [
            ("贷款人", f"{party.name}（统一社会信用代码 {party.credit_code}）"),
            ("地址", party.address),
            ("借款人", person.name),
            ("证件号码", f"居民身份证 {person.id_no}"),
            ("手机", f"{person.phone}  {person.email}"),
            ("送达地址", person.residence_address),
        ],
        _PAIR,
    )
    for heading, text in clauses.articles(plan, person):
        paper.heading(heading)
        paper.text(text)
    paper.keep(70)
    paper.gap(6)
    paper.table(
        [
            ("签署", f"{clauses.SIGN_PLACE}  {signed_at:%Y-%m-%d %H:%M:%S}"),
            ("借款人", f"{person.name}（电子签名，证书序列号 {serial}）"),
            ("贷款人", f"{party.name}（电子签章）法定代表人 {party.representative}"),
        ],
        _PAIR,
    )
    paper.keep(24 + 18.4 * (len(plan.schedule) + 1))
    paper.heading("附件  还款计划表")
    head = ("期次", "还款日", "本金", "利息", "应还合计", "剩余本金")
    rows = [
        (
            str(row.no),
            str(row.due),
            *(f"{part:,.2f}" for part in (row.principal, row.interest, row.payment, row.balance)),
        )
        for row in plan.schedule
    ]
    paper.table([head, *rows], (10, 20, 18, 16, 18, 18), size=8.5)
    return paper.finish(f"样例 SAMPLE {clauses.CONTRACT_NAME} {plan.contract_no}")


def cost_pdf(press: Press, plan: LoanPlan, person: Borrower, shown_at: datetime, dwell: int) -> bytes:
    """Set the statement of all costs that was shown before signing (金规〔2026〕2号)."""
    terms, party = plan.terms, sample_institution().party
    interest = sum((row.interest for row in plan.schedule), Decimal(0))
    paper = Paper(press, _COST_WORDS + party.name)
    paper.title("综合融资成本明示表", f"合同编号：{plan.contract_no}")
    paper.table(
        [
            ("项目", "收费主体", "标准"),
            ("借款本金", "—", yuan(terms.principal)),
            ("利息", party.name, f"年利率 {clauses.percent(terms.annual_rate)}，合计 {yuan(interest)}"),
            ("手续费、担保费、保险费", "无", "0.00 元"),
            ("年化综合融资成本", "正常履约", clauses.percent(terms.annual_rate)),
            ("逾期罚息、复利", party.name, f"年利率 {clauses.percent(terms.penalty_rate)}，违约时发生"),
        ],
        (28, 36, 46),
    )
    paper.text("除上述项目外，不收取其他任何费用。")
    paper.gap(6)
    paper.text(f"本人已阅读并确认：{person.name}  {shown_at:%Y-%m-%d %H:%M:%S}，停留 {dwell} 秒。")
    return paper.finish(f"样例 SAMPLE 综合融资成本明示表 {plan.contract_no}")


def identity_pdf(press: Press, person: Borrower, checked_at: datetime, reference: str) -> bytes:
    """Set the report of the identity check."""
    paper = Paper(press, _IDENTITY_WORDS)
    paper.title("实名核验报告", f"流水号：{reference}")
    paper.table(
        [
            ("姓名", person.name),
            ("证件号码", f"居民身份证 {person.id_no}"),
            ("手机", person.phone),
            ("核验方式", "身份证联网核查；银行卡四要素；人脸活体比对"),
            ("核验结果", "一致，通过"),
            ("核验时间", f"{checked_at:%Y-%m-%d %H:%M:%S}"),
        ],
        _PAIR,
    )
    return paper.finish(f"样例 SAMPLE 实名核验报告 {reference}")


def receipt_pdf(press: Press, plan: LoanPlan, person: Borrower, paid_at: datetime, receipt: str) -> bytes:
    """Set the bank's receipt of the disbursement."""
    party, principal = sample_institution().party, plan.terms.principal
    paper = Paper(press, _RECEIPT_WORDS + party.name)
    paper.title("放款电子回单", f"流水号：{receipt}")
    paper.table(
        [
            ("付款方", party.name),
            ("收款户名", person.name),
            ("收款账户", person.bank_card),
            ("金额（小写）", f"人民币 {yuan(principal)}"),
            ("金额（大写）", uppercase_rmb(principal)),
            ("起息日", str(plan.terms.disbursed_on)),
            ("用途", f"发放个人消费借款 {plan.contract_no}"),
            ("交易时间", f"{paid_at:%Y-%m-%d %H:%M:%S}"),
            ("交易状态", "成功"),
        ],
        _PAIR,
    )
    paper.text("样例银行清算中心", SMALL)
    return paper.finish(f"样例 SAMPLE 放款电子回单 {receipt}")


def notice_pdf(
    press: Press, plan: LoanPlan, person: Borrower, written_on: date, effective_on: date, principal: Decimal
) -> bytes:
    """Set the notice that calls the whole loan due (Civil Code 565; article 6 of the contract)."""
    party = sample_institution().party
    paper = Paper(press, _NOTICE_WORDS + party.name)
    first = plan.schedule[plan.paid]
    paper.title("借款提前到期通知书", f"合同编号：{plan.contract_no}")
    paper.text(f"致：{person.name}（{person.id_no}）")
    paper.text(
        f"你与{party.name}签订的《{clauses.CONTRACT_NAME}》项下借款，自 {first.due} 起已连续逾期。"
        f"依据合同{clauses.CLAUSES['acceleration']}，本公司宣布：全部未到期借款自 {effective_on} 起提前到期。"
    )
    paper.gap(6)
    paper.table(
        [
            ("未还本金", f"{yuan(principal)}（{uppercase_rmb(principal)}）"),
            ("到期日", str(effective_on)),
            ("利息、罚息、复利", "按合同约定计算至实际清偿之日止"),
        ],
        (28, 72),
    )
    paper.text(f"请收到本通知后立即清偿。如有异议，可联系本公司：{party.phone}。")
    paper.gap(8)
    paper.text(f"{party.name}  {written_on}")
    return paper.finish(f"样例 SAMPLE 借款提前到期通知书 {plan.contract_no}")
