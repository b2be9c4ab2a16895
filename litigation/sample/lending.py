"""放款: cost disclosure, notice of clauses, signature, disbursement and schedule of one sample loan.

Spec: docs/spec/event.md; 金规〔2026〕2号 (cost), 通则解释 10 (notice), 电子签名法 13 (signature), Civil Code 670.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from evidence_service.core.digest import sha256_hex
from litigation.core.money import money_text
from litigation.sample import clauses, papers
from litigation.sample.happenings import APP, SYSTEM, Original, Story, json_original, wall
from litigation.sample.institution import sample_institution
from litigation.sample.press import Press

PDF = "application/pdf"


def tell_lending(story: Story, press: Press) -> None:
    """Tell what happened on the day of the money: shown, explained, signed, paid out, scheduled."""
    minute, second = story.rng.randrange(60), story.rng.randrange(60)
    signed = wall(story.plan.terms.disbursed_on, story.rng.randint(9, 11), minute, second)
    _disclose(story, signed, press)
    _sign(story, signed, press)
    _disburse(story, signed + timedelta(minutes=story.rng.randint(20, 180)), press)


def _disclose(story: Story, signed: datetime, press: Press) -> None:
    plan, rng = story.plan, story.rng
    dwell, shown = rng.randint(11, 75), signed - timedelta(minutes=6)
    originals = []
    if plan.overdue:
        content = papers.cost_pdf(press, plan, story.person, shown, dwell)
        originals = [Original("综合融资成本明示表.pdf", PDF, content)]
    story.tell(
        shown,
        "cost.disclosed",
        story.borrower,
        {
            "annualised": str(plan.terms.annual_rate),
            "items": ["利息", "手续费 0.00", "担保费 0.00"],
            "dwell_seconds": dwell,
            "confirmed": True,
        },
        system=APP,
        originals=originals,
    )
    story.tell(
        signed - timedelta(minutes=3),
        "clause.notified",
        story.borrower,
        {
            "clauses": list(clauses.KEY_CLAUSES),
            "method": "弹窗加粗提示并强制阅读",
            "dwell_seconds": rng.randint(15, 90),
            "confirmed": True,
        },
        system=APP,
    )


def _sign(story: Story, signed: datetime, press: Press) -> None:
    plan, person, terms = story.plan, story.person, story.plan.terms
    serial = story.reference("5A")
    content = papers.contract_pdf(press, plan, person, signed, serial)
    record = {
        "ca": "样例电子认证服务机构",
        "certificate_serial": serial,
        "contract_no": plan.contract_no,
        "document_sha256": sha256_hex(content),
        "intent": "人脸活体通过后手写签名",
        "signed_at": f"{signed.isoformat()}+08:00",
    }
    story.tell(
        signed,
        "contract.signed",
        story.borrower,
        {
            "contract_name": clauses.CONTRACT_NAME,
            "contract_no": plan.contract_no,
            "lender": sample_institution().party.name,
            "borrower": person.name,
            "sign_place": clauses.SIGN_PLACE,
            "principal": money_text(terms.principal),
            "currency": "CNY",
            "annual_rate": str(terms.annual_rate),
            "penalty_rate": str(terms.penalty_rate),
            "compound": terms.compound,
            "day_count": terms.day_count,
            "term_months": terms.term_months,
            "repayment": str(terms.repayment),
            "term_start": terms.disbursed_on.isoformat(),
            "term_end": plan.schedule[-1].due.isoformat(),
            "clauses": dict(clauses.CLAUSES),
            "clause_texts": clauses.clause_texts(plan),
            "ca": record["ca"],
            "certificate_serial": serial,
            "sign_method": "电子签名（人脸活体意愿认证）",
            "service_address": person.residence_address,
            "e_service": True,
        },
        system=APP,
        originals=[Original(f"{clauses.CONTRACT_NAME}.pdf", PDF, content), json_original("电子签名记录.json", record)],
    )
    reference = {"reference": story.reference("GL")}
    story.tell(signed + timedelta(minutes=2), "contract.registered", SYSTEM["loan-core"], reference)


def _disburse(story: Story, paid: datetime, press: Press) -> None:
    plan, person = story.plan, story.person
    amount, receipt = money_text(plan.terms.principal), story.reference("FK")
    original = json_original("放款回单.json", {"receipt_no": receipt, "amount": amount, "status": "成功"})
    if plan.overdue:
        original = Original("放款电子回单.pdf", PDF, papers.receipt_pdf(press, plan, person, paid, receipt))
    story.tell(
        paid,
        "loan.disbursed",
        SYSTEM["loan-core"],
        {
            "amount": amount,
            "currency": "CNY",
            "value_date": plan.terms.disbursed_on.isoformat(),
            "account": person.bank_card,
            "receipt_no": receipt,
            "bank": "样例银行",
            "payee": person.name,
        },
        originals=[original],
    )
    rows = [
        {"no": row.no, "due": row.due.isoformat(), "principal": str(row.principal), "interest": str(row.interest)}
        for row in plan.schedule
    ]
    table = json_original("还款计划表.json", {"contract_no": plan.contract_no, "instalments": rows})
    story.tell(
        paid + timedelta(minutes=1),
        "schedule.set",
        SYSTEM["loan-core"],
        {
            "instalments": len(plan.schedule),
            "first_due": plan.schedule[0].due.isoformat(),
            "last_due": plan.schedule[-1].due.isoformat(),
            "instalment_amount": money_text(plan.schedule[0].payment),
            "schedule_digest": sha256_hex(table.content),
        },
        originals=[table],
    )
