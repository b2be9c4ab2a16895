"""A loan in whose file nothing is missing, and ways to change one thing in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from litigation.core.defect import Defect
from litigation.core.fact_table import facts_of
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.identity_number import id_check_character
from litigation.core.party import Organisation
from litigation.core.plaintiff import PlaintiffData
from litigation.core.rules import Rules
from litigation.matrix_file import load_matrix
from litigation.rulebook import load_rules
from litigation.workflow.assess import assess, overdue_days
from litigation.workflow.preflight import Case, Preflight, preflight

RULES = load_rules()
AS_OF = date(2026, 2, 10)
BODY = "99010119900307" + "123"
ID_NO = BODY + id_check_character(BODY)
LENDER = "样例消费金融有限公司"
COURT = "样例省云汀市示范区人民法院"
ADDRESS = "样例省云汀市示范区金融大道1号"
ELSEWHERE = "示例省岚山市清源县听涛街2号"

Happening = tuple[str, dict[str, Any]]
APPLIED: Happening = (
    "application.submitted",
    {
        "name": "王伟",
        "id_type": "居民身份证",
        "id_no": ID_NO,
        "gender": "男",
        "birth_date": "1990-03-07",
        "phone": "12000000001",
        "household_address": ELSEWHERE,
        "residence_address": ELSEWHERE,
    },
)
NOTIFIED: Happening = (
    "clause.notified",
    {
        "clauses": ["利率与罚息", "提前到期", "送达地址", "管辖"],
        "method": "弹窗加粗提示并强制阅读",
        "dwell_seconds": 40,
        "confirmed": True,
    },
)
CLAUSES = {"rate": "三", "penalty": "五", "acceleration": "六", "service": "八", "jurisdiction": "九"}
SIGNED: Happening = (
    "contract.signed",
    {
        "contract_no": "样贷字第1号",
        "lender": LENDER,
        "borrower": "王伟",
        "sign_place": "样例省云汀市示范区（线上签署）",
        "principal": "12000.00",
        "currency": "CNY",
        "annual_rate": "0.12",
        "penalty_rate": "0.156",
        "compound": True,
        "day_count": 360,
        "term_months": 12,
        "repayment": "equal_instalment",
        "term_start": "2025-01-10",
        "term_end": "2026-01-10",
        "clauses": CLAUSES,
        "clause_texts": {"jurisdiction": "协商不成的，向贷款人住所地有管辖权的人民法院起诉。"},
        "service_address": ELSEWHERE,
        "e_service": True,
    },
)
DISBURSED: Happening = ("loan.disbursed", {"amount": "12000.00", "currency": "CNY", "value_date": "2025-01-10"})
PAID: Happening = ("payment.received", {"amount": "1066.19", "currency": "CNY", "received_on": "2025-02-10"})
LATER: tuple[Happening, ...] = (
    ("loan.checked", {"subject": "用途", "result": "未见异常"}),
    ("instalment.overdue", {"instalment": 2, "due_on": "2025-03-10", "amount_due": "1066.19"}),
    ("demand.sent", {"channel": "sms"}),
    ("demand.reached", {"channel": "sms", "reached_at": "2025-03-13T02:00:00Z"}),
    ("credit.reported", {"channel": "sms"}),
)
EARLIER: tuple[Happening, ...] = (
    ("consent.granted", {"consent": "personal_info"}),
    ("consent.granted", {"consent": "face"}),
    ("consent.granted", {"consent": "credit_bureau"}),
    ("identity.verified", {"method": "四要素", "result": "passed", "name": "王伟", "id_no": ID_NO}),
    ("face.verified", {"result": "passed"}),
    ("credit.queried", {"bureau": "b", "purpose": "p"}),
    ("borrowing.checked", {"source": "s", "result": "r"}),
    ("income.recorded", {"source": "s"}),
    ("interview.held", {"mode": "video"}),
    ("decision.scored", {"model": "m", "model_version": "1"}),
    ("approval.granted", {}),
    ("cost.disclosed", {"annualised": "0.12", "confirmed": True}),
)
SCHEDULE: Happening = (
    "schedule.set",
    {"instalments": 12, "first_due": "2025-02-10", "last_due": "2026-01-10", "instalment_amount": "1066.19"},
)
WHOLE: tuple[Happening, ...] = (APPLIED, *EARLIER, NOTIFIED, SIGNED, DISBURSED, SCHEDULE, PAID, *LATER)
LOST: Happening = ("contact.lost", {"tried": 3, "last_contact": "2025-04-01"})
PLAINTIFF = PlaintiffData(
    organisation=Organisation(
        LENDER, "91999901DEM000014H", ADDRESS, ADDRESS, "安知行", "董事长", "0000-88880000", "有限责任公司", "民营"
    ),
    agent=None,
    court=COURT,
    sample=True,
    withheld=(),
)


def history(*told: Happening, days: Mapping[str, date] = {}) -> LoanHistory:
    """A loan's events one hour apart from its first day; `days` moves events of a type to a day."""
    start = datetime(2025, 1, 10, 2, tzinfo=UTC)
    events = []
    for number, (kind, payload) in enumerate(told):
        at = start + timedelta(hours=number)
        if kind in days:
            at = datetime.combine(days[kind], at.time(), UTC)
        events.append(HistoryEvent(f"e{number}", kind, at, at, number, number, "", payload, (), ""))
    return LoanHistory("lender", "L1", tuple(events))


def whole(*more: Happening, without: str = "", days: Mapping[str, date] = {}, **changed: Happening) -> LoanHistory:
    """The loan in which nothing is missing, with more told, a type left out, or one happening changed.

    A change is named after the type, with `_` for the dot: ``contract_signed=...``.
    """
    kept = [one for one in WHOLE if one[0] != without]
    kept = [changed.get(one[0].replace(".", "_"), one) for one in kept]
    return history(*kept, *more, days=days)


def altered(happening: Happening, **fields: Any) -> Happening:
    """A happening with other fields; None takes a field away."""
    kind, payload = happening
    merged = payload | fields
    return kind, {name: value for name, value in merged.items() if value is not None}


def checked(
    loan: LoanHistory,
    *,
    as_of: date = AS_OF,
    plaintiff: PlaintiffData = PLAINTIFF,
    rules: Rules = RULES,
    suing: bool = True,
    route: str = "",
) -> Preflight:
    """Run the whole preflight over a history."""
    assessment = assess(loan, as_of, rules, plaintiff.court_code)
    facts = facts_of(loan, assessment.claim, ())
    late = overdue_days(loan, as_of, rules)
    return preflight(Case(loan, facts, assessment, plaintiff, as_of, rules, late, suing, route), load_matrix())


def at_court(court: str) -> PlaintiffData:
    """The plaintiff, suing at another court."""
    return replace(PLAINTIFF, court=court)


def named(found: Preflight, code: str) -> Defect:
    """The one defect of a code."""
    (defect,) = [one for one in found.defects if one.code == code]
    return defect


def codes(found: Preflight) -> set[str]:
    """All codes that were found."""
    return {one.code for one in found.defects}
