"""贷后, the quiet part: payments, checks, five-class grades and closing of one sample loan.

Spec: docs/spec/event.md; grades by days overdue as in 金融资产风险分类办法 (2023), article 10 to 12.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from litigation.core.calendar_days import add_months
from litigation.core.money import money_text, to_cent
from litigation.core.schedule import ScheduleRow
from litigation.sample.happenings import MANAGERS, SYSTEM, Story, wall
from litigation.sample.plan import Fate


def tell_servicing(story: Story) -> date | None:
    """Tell the payments and checks; return the day the loan was closed, if it was."""
    closed = _tell_payments(story)
    _tell_checks(story, closed or story.as_of)
    _tell_grades(story, closed or story.as_of)
    return closed


def tell_payment(story: Story, on: date, amount: Decimal, instalment: int, method: str) -> None:
    """Tell that money came in on a day."""
    at = wall(on, story.rng.randint(8, 20), story.rng.randrange(60), story.rng.randrange(60))
    story.tell(
        at,
        "payment.received",
        SYSTEM["loan-core"],
        {
            "amount": money_text(amount),
            "currency": "CNY",
            "received_on": on.isoformat(),
            "instalment": instalment,
            "method": method,
            "receipt_no": story.reference("HK"),
        },
    )


def _tell_payments(story: Story) -> date | None:
    plan, rng = story.plan, story.rng
    due = plan.schedule[: plan.paid]
    if plan.fate is Fate.SETTLED_EARLY and 2 <= len(due) < len(plan.schedule):
        return _tell_early_end(story, due[: rng.randint(2, len(due))])
    ahead = rng.randint(2, len(due) - 1) if plan.fate is Fate.PREPAID_AHEAD and len(due) >= 3 else 0
    for row in due:
        if row.no == ahead:
            together = row.payment + plan.schedule[row.no].payment
            tell_payment(story, row.due - timedelta(days=9), together, row.no, "提前支付两期")
        elif not ahead or row.no != ahead + 1:
            _tell_instalment(story, row)
    if len(due) == len(plan.schedule):
        return _tell_closing(story, due[-1].due, "正常结清")
    return None


def _tell_instalment(story: Story, row: ScheduleRow) -> None:
    """One instalment on its day; a performing borrower is sometimes late by days and pays the penalty for them."""
    terms = story.plan.terms
    late = story.rng.choice((1, 2, 3)) if story.rng.random() < 0.06 else 0
    if late and story.plan.fate is Fate.PERFORMING and row.due + timedelta(days=late) <= story.as_of:
        failed = {"amount": money_text(row.payment), "instalment": row.no, "reason": "余额不足"}
        story.tell(wall(row.due, 21), "payment.failed", SYSTEM["loan-core"], failed)
        factor = terms.penalty_rate * late / terms.day_count
        charge = to_cent(row.principal * factor) + to_cent(row.interest * factor)
        tell_payment(story, row.due + timedelta(days=late), row.payment + charge, row.no, "主动还款")
    else:
        tell_payment(story, row.due, row.payment, row.no, "自动扣款")


def _tell_early_end(story: Story, rows: tuple[ScheduleRow, ...]) -> date | None:
    *before, last = rows
    for row in before:
        _tell_instalment(story, row)
    tell_payment(story, last.due, last.payment + last.balance, last.no, "提前结清")
    return _tell_closing(story, last.due, "提前结清")


def _tell_closing(story: Story, on: date, reason: str) -> date:
    closed = min(on + timedelta(days=4), story.as_of)
    story.tell(wall(closed, 23, 30), "loan.closed", SYSTEM["loan-core"], {"reason": reason})
    return closed


def _tell_checks(story: Story, until: date) -> None:
    start = story.plan.terms.disbursed_on
    for months, subject in ((1, "资金用途"), (7, "还款能力"), (13, "还款能力"), (19, "还款能力")):
        day = add_months(start, months) + timedelta(days=story.rng.randrange(6))
        if day <= until:
            at = wall(day, story.rng.randint(9, 17), story.rng.randrange(60))
            checked = {"subject": subject, "result": "未见异常", "method": "电话与数据核查"}
            story.tell(at, "loan.checked", story.staff(MANAGERS), checked)
    if story.rng.random() < 0.04:
        day = start + timedelta(days=story.rng.randint(40, 300))
        if day <= until:
            raised = {"rule": "multi-head rise", "level": "yellow", "source": "system", "reasons": ["多头借贷增加"]}
            story.tell(wall(day, 6), "warning.raised", SYSTEM["scoring"], raised, system="scoring")


def _tell_grades(story: Story, until: date) -> None:
    plan = story.plan
    first_open = plan.schedule[plan.paid].due if plan.overdue else None
    quarter = date(plan.terms.disbursed_on.year, 3, 31)
    while quarter <= until:
        if quarter > plan.terms.disbursed_on:
            days = (quarter - first_open).days if first_open else 0
            graded = {"grade": _grade(days), "derived": True, "reasons": [f"逾期 {max(days, 0)} 天"]}
            story.tell(wall(quarter, 23, 50), "loan.classified", SYSTEM["scoring"], graded, system="scoring")
        following = add_months(quarter.replace(day=1), 4)
        quarter = following - timedelta(days=1)


def _grade(days: int) -> str:
    for limit, grade in ((360, "损失"), (270, "可疑"), (90, "次级"), (0, "关注")):
        if days > limit:
            return grade
    return "正常"
