"""贷前: application, consents, checks, interview, score and approval of one sample loan.

Spec: docs/spec/event.md; what each event proves stands in the event catalogue. Posts are separated: the account
manager, the reviewer and the approver are three people.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from litigation.core.money import money_text
from litigation.sample import papers
from litigation.sample.happenings import (
    APP,
    APPROVERS,
    MANAGERS,
    REVIEWERS,
    SCORING,
    SYSTEM,
    Original,
    Person,
    Story,
    json_original,
    text_digest,
    wall,
)
from litigation.sample.press import Press

PRODUCT = "样例优享贷"
_CONSENTS = (
    ("personal_info", "个人信息处理授权书", False),
    ("face", "人脸信息单独同意书", True),
    ("credit_bureau", "征信查询及报送授权书", True),
    ("e_service", "电子送达确认书", True),
)
PDF = "application/pdf"


def tell_application(story: Story, press: Press) -> None:
    """Tell everything up to the approval. Applications run for one to three days before the money goes out."""
    plan = story.plan
    applied_on = plan.terms.disbursed_on - timedelta(days=story.rng.choice((1, 1, 2, 3)))
    start = wall(applied_on, story.rng.randint(8, 15), story.rng.randrange(60), story.rng.randrange(60))
    manager, reviewer, approver = story.staff(MANAGERS), story.staff(REVIEWERS), story.staff(APPROVERS)
    _apply(story, start)
    _verify(story, start, press)
    _decide(story, start, manager, reviewer, approver)


def _apply(story: Story, start: datetime) -> None:
    plan, person, rng = story.plan, story.person, story.rng
    story.tell(
        start,
        "application.submitted",
        story.borrower,
        {
            "name": person.name,
            "id_type": "居民身份证",
            "id_no": person.id_no,
            "gender": person.gender,
            "birth_date": person.birth_date.isoformat(),
            "ethnicity": person.ethnicity,
            "phone": person.phone,
            "email": person.email,
            "household_address": person.household_address,
            "residence_address": person.residence_address,
            "employer": person.employer,
            "job_title": person.job_title,
            "product": PRODUCT,
            "amount_requested": money_text(plan.terms.principal),
            "currency": "CNY",
            "term_months": plan.terms.term_months,
            "purpose": plan.purpose,
            "channel": "mobile app",
            "device": rng.choice(("Android 14 样机A", "Android 13 样机B", "iOS 17 样机C")),
            "ip": f"203.0.113.{rng.randrange(1, 255)}",
        },
        system=APP,
    )
    for number, (consent, title, separate) in enumerate(_CONSENTS, 1):
        story.tell(
            start + timedelta(minutes=number),
            "consent.granted",
            story.borrower,
            {
                "consent": consent,
                "separate": separate,
                "text_version": "2024-06",
                "text_digest": text_digest(f"样例 SAMPLE {title} 2024-06"),
                "dwell_seconds": rng.randint(12, 60),
                "attributes": {"title": title},
            },
            system=APP,
        )


def _verify(story: Story, start: datetime, press: Press) -> None:
    plan, person, rng = story.plan, story.person, story.rng
    robot = SYSTEM["loan-core"]
    checked, reference = start + timedelta(minutes=6), story.reference("ID")
    if plan.overdue:
        report = Original("实名核验报告.pdf", PDF, papers.identity_pdf(press, person, checked, reference))
    else:
        facts = {"reference": reference, "result": "一致", "method": "四要素"}
        report = json_original("实名核验报告.json", facts)
    story.tell(
        checked,
        "identity.verified",
        robot,
        {
            "method": "身份证联网核查、银行卡四要素",
            "result": "passed",
            "provider": "样例核验通道",
            "reference": reference,
            "name": person.name,
            "id_type": "居民身份证",
            "id_no": person.id_no,
        },
        originals=[report],
    )
    score = f"0.{rng.randint(9200, 9999)}"
    later: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "face.verified",
            {"result": "passed", "provider": "样例活体通道", "score": score, "reference": story.reference("FC")},
        ),
        (
            "credit.queried",
            {
                "bureau": "样例征信中心",
                "purpose": "贷款审批",
                "reference": story.reference("CR"),
                "result": "no bad record",
            },
        ),
        (
            "borrowing.checked",
            {
                "source": "样例征信中心",
                "lenders": rng.randint(0, 4),
                "outstanding": money_text(plan.terms.principal * rng.randint(0, 3)),
                "result": "within limits",
            },
        ),
        ("fraud.assessed", {"result": "passed", "method": "rules 2024.2"}),
        ("application.accepted", {"amount_requested": money_text(plan.terms.principal)}),
    )
    for number, (kind, payload) in enumerate(later, 7):
        story.tell(start + timedelta(minutes=number), kind, robot, payload)


def _decide(story: Story, start: datetime, manager: Person, reviewer: Person, approver: Person) -> None:
    plan, person, rng = story.plan, story.person, story.rng
    terms = plan.terms
    later = start + timedelta(minutes=rng.randint(30, 90))
    story.tell(
        later, "information.verified", manager, {"subject": "单位与住址", "result": "passed", "method": "电话核实"}
    )
    story.tell(
        later + timedelta(minutes=5),
        "income.recorded",
        manager,
        {
            "monthly_income": money_text(Decimal(person.monthly_income)),
            "monthly_liabilities": money_text(terms.principal / 100 * rng.randint(0, 6)),
            "source": "工资流水" if person.employer else "本人申报",
        },
    )
    story.tell(
        later + timedelta(minutes=12),
        "interview.held",
        manager,
        {"mode": "video", "duration_seconds": rng.randint(180, 900), "result": "真实意愿与用途一致"},
    )
    grade = rng.choice("AABBBC")
    story.tell(
        later + timedelta(minutes=14),
        "decision.scored",
        SYSTEM["scoring"],
        {
            "model": "ordered-logit",
            "model_version": "3.0",
            "score": f"0.{rng.randint(5500, 9500)}",
            "grade": grade,
            "inputs_digest": text_digest(f"{plan.loan}:inputs"),
            "reasons": ["收入稳定", "多头借贷在限额内"],
        },
        system=SCORING,
    )
    story.tell(later + timedelta(minutes=25), "validation.performed", reviewer, {"result": "passed"})
    story.tell(
        later + timedelta(minutes=40),
        "approval.granted",
        approver,
        {
            "amount": money_text(terms.principal),
            "annual_rate": str(terms.annual_rate),
            "term_months": terms.term_months,
            "grade": grade,
            "human_review": True,
            "opinion": "同意",
        },
    )
