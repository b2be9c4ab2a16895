"""贷后, the loud part: default, demands, calls, and calling the whole loan due.

Spec: docs/spec/event.md; 诉讼时效规定 8, GB/T 45251 (calls by day), Civil Code 565, 征信业管理条例 15.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from litigation.core.money import money_text, to_cent, yuan
from litigation.core.schedule import ScheduleRow
from litigation.sample import clauses, papers
from litigation.sample.happenings import (
    COLLECTION,
    COLLECTORS,
    SYSTEM,
    Original,
    Story,
    json_original,
    text_digest,
    utc_text,
    wall,
)
from litigation.sample.institution import sample_institution
from litigation.sample.plan import Fate
from litigation.sample.press import Press
from litigation.sample.servicing import tell_payment

_SMS_DAYS = (3, 15, 33, 63, 93, 123, 183, 243, 303)
_CALL_DAYS = (7, 20, 45, 75)


def tell_collection(story: Story, press: Press) -> None:
    """Tell what happens after the first instalment that was not paid; nothing where all were."""
    plan = story.plan
    if plan.fate is Fate.ARREARS:
        row = plan.schedule[plan.paid]
        _tell_missed(story, row)
        _tell_sms(story, row, row.due + timedelta(days=3), 1)
        return
    if not plan.overdue:
        return
    first = plan.schedule[plan.paid]
    effective = _tell_acceleration(story, press, first.due) if plan.fate is not Fate.DEFAULT else None
    for row in plan.schedule[plan.paid :]:
        if row.due < story.as_of and (effective is None or row.due <= effective):
            _tell_missed(story, row)
    for number, days in enumerate(_SMS_DAYS, 1):
        _tell_sms(story, first, first.due + timedelta(days=days), number)
    _tell_letter(story, first, first.due + timedelta(days=36))
    _tell_calls(story, first)
    _tell_reports(story, first)
    _tell_partial_payment(story, first, effective)


def _tell_missed(story: Story, row: ScheduleRow) -> None:
    failed = {"amount": money_text(row.payment), "instalment": row.no, "reason": "余额不足"}
    story.tell(wall(row.due, 21), "payment.failed", SYSTEM["loan-core"], failed)
    overdue = {"instalment": row.no, "due_on": row.due.isoformat(), "amount_due": money_text(row.payment), "days": 1}
    story.tell(wall(row.due + timedelta(days=1), 0, 30), "instalment.overdue", SYSTEM["loan-core"], overdue)


def _tell_sms(story: Story, row: ScheduleRow, on: date, number: int) -> None:
    party, person = sample_institution().party, story.person
    sent = wall(on, story.rng.randint(9, 18), story.rng.randrange(60), story.rng.randrange(60))
    text = (
        f"【样例消费金融】样例 SAMPLE：您的借款（{story.plan.contract_no}）第 {row.no} 期 {yuan(row.payment)}"
        f"于 {row.due} 到期未还，请尽快还款，逾期将按合同计收罚息。咨询 {party.phone}。"
    )
    reference = story.reference("SM")
    reached = sent + timedelta(seconds=story.rng.randint(2, 40))
    log = (
        f"样例 / SAMPLE 催收短信发送记录\n流水号 {reference}\n接收号码 {person.phone}\n"
        f"发送时间 {sent:%Y-%m-%d %H:%M:%S} +08:00\n状态报告 {reached:%Y-%m-%d %H:%M:%S} +08:00 DELIVRD\n正文 {text}\n"
    )
    originals = (
        [Original(f"催收短信记录-{number}.txt", "text/plain", log.encode("utf-8"))] if story.plan.overdue else []
    )
    story.tell(
        sent,
        "demand.sent",
        SYSTEM["collection"],
        {
            "channel": "sms",
            "address": person.phone,
            "amount": money_text(row.payment),
            "reference": reference,
            "text_digest": text_digest(text),
        },
        system=COLLECTION,
        originals=originals,
    )
    arrived = {"channel": "sms", "reached_at": utc_text(reached), "reference": reference}
    story.tell(reached, "demand.reached", SYSTEM["collection"], arrived, system=COLLECTION)


def _tell_letter(story: Story, row: ScheduleRow, on: date) -> None:
    person, reference = story.person, story.reference("EM")
    sent = wall(on, 10, story.rng.randrange(60))
    posted = {
        "channel": "letter",
        "address": person.residence_address,
        "amount": money_text(row.payment),
        "cost": "20.00",
        "reference": reference,
    }
    story.tell(sent, "demand.sent", story.staff(COLLECTORS), posted, system=COLLECTION)
    if story.rng.random() < 0.7:
        reached = wall(on + timedelta(days=3), 15, story.rng.randrange(60))
        arrived = {"channel": "letter", "reached_at": utc_text(reached), "reference": reference}
        story.tell(reached, "demand.reached", SYSTEM["collection"], arrived, system=COLLECTION)


def _tell_calls(story: Story, first: ScheduleRow) -> None:
    rng, lost = story.rng, story.rng.random() < 0.25
    for number, days in enumerate(_CALL_DAYS):
        at = wall(first.due + timedelta(days=days), rng.randint(9, 18), rng.randrange(60))
        result = "无法接通" if lost and number else rng.choice(("已告知欠款", "承诺还款", "无人接听"))
        call = {"channel": "phone", "result": result, "duration_seconds": 0 if "接" in result else rng.randint(30, 300)}
        story.tell(at, "contact.made", story.staff(COLLECTORS), call, system=COLLECTION)
        if result == "承诺还款":
            promised = {
                "amount": money_text(first.payment),
                "due_on": (at.date() + timedelta(days=7)).isoformat(),
                "channel": "phone",
            }
            story.tell(at + timedelta(minutes=6), "promise.made", story.borrower, promised, system=COLLECTION)
    if lost:
        at = wall(first.due + timedelta(days=80), 17)
        gone = {"tried": 3, "last_contact": (first.due + timedelta(days=7)).isoformat()}
        story.tell(at, "contact.lost", SYSTEM["collection"], gone, system=COLLECTION)


def _tell_reports(story: Story, first: ScheduleRow) -> None:
    warned = {"rule": "30 days overdue", "level": "red", "source": "system", "reasons": ["连续逾期超过 30 天"]}
    at = wall(first.due + timedelta(days=31), 6)
    story.tell(at, "warning.raised", SYSTEM["scoring"], warned, system="scoring")
    told = {"channel": "sms", "bureau": "样例征信中心"}
    story.tell(
        wall(first.due + timedelta(days=32), 9, 5), "credit.reported", SYSTEM["collection"], told, system=COLLECTION
    )


def _tell_acceleration(story: Story, press: Press, first_due: date) -> date | None:
    """Three instalments are open: call the rest due. Return the effective day if the notice reached."""
    plan, person = story.plan, story.person
    written = first_due + timedelta(days=story.rng.randint(93, 108))
    effective = written + timedelta(days=10)
    left = plan.schedule[plan.paid - 1].balance if plan.paid else plan.terms.principal
    at = wall(written, 10, story.rng.randrange(60))
    channel = "e-service" if plan.fate is Fate.ACCELERATED else "letter"
    content = papers.notice_pdf(press, plan, person, written, effective, left)
    story.tell(
        at,
        "acceleration.noticed",
        story.staff(COLLECTORS),
        {
            "clause": clauses.CLAUSES["acceleration"],
            "effective_on": effective.isoformat(),
            "amount": money_text(left),
            "channel": channel,
            "address": person.email if channel == "e-service" else person.residence_address,
        },
        system=COLLECTION,
        originals=[Original("借款提前到期通知书.pdf", "application/pdf", content)],
    )
    if plan.fate is Fate.NOTICE_PENDING:
        return None
    reached = at + timedelta(minutes=story.rng.randint(1, 600))
    arrived = {"reached_at": utc_text(reached), "channel": channel, "effective_on": effective.isoformat()}
    receipt = json_original("电子送达回执.json", {"to": person.email, **arrived, "status": "DELIVERED"})
    story.tell(reached, "acceleration.reached", SYSTEM["collection"], arrived, system=COLLECTION, originals=[receipt])
    return effective


def _tell_partial_payment(story: Story, first: ScheduleRow, effective: date | None) -> None:
    """Some pay a part of what is due, before anything was called due or after that took effect."""
    if story.rng.random() >= 0.35 or story.plan.fate is Fate.NOTICE_PENDING:
        return
    on = (effective or first.due) + timedelta(days=story.rng.randint(12, 40))
    if on <= story.as_of:
        part = to_cent(first.payment * Decimal(story.rng.randint(30, 70)) / 100)
        tell_payment(story, on, part, first.no, "部分还款")
