"""What speaks for and against each route: one reason per question, with the article that asks it.

Spec: docs/spec/readiness.md section 5. A reason bars a route, advises it, or only tells; its article is the source of
the rule named beside it (litigation/rules/routing.toml), never a text of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from litigation.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Situation:
    """What routing looks at. None means *not known*: an unknown never speaks for a route."""

    as_of: date
    amount: Decimal | None
    overdue_days: int
    contact_lost: bool
    all_due: bool
    disputed: bool
    willing: bool
    mediation_failed: bool
    address_known: bool
    guaranteed: bool
    restructured: bool
    demanded: bool
    limitation_days: int | None
    small_ceiling: Decimal | None
    reminder_days: int
    limitation_alert: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: what it says, the rule and its article, and what it does to the route."""

    code: str
    zh: str
    en: str
    rule: str
    article: str
    bars: bool = False
    advises: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the situation; where the answer is yes, its reason stands."""

    code: str
    rule: str
    asks: Callable[[Situation], bool]
    zh: str
    en: str
    bars: bool = False
    advises: bool = False


def reasons_for(questions: Iterable[Question], situation: Situation, rules: Rules) -> tuple[Reason, ...]:
    """The reasons of a route in the order of its questions."""
    return tuple(
        Reason(
            one.code, one.zh, one.en, one.rule, rules.in_force(one.rule, situation.as_of).source, one.bars, one.advises
        )
        for one in questions
        if one.asks(situation)
    )


def _ending(situation: Situation) -> bool:
    """Limitation ends soon, or ended."""
    return situation.limitation_days is not None and situation.limitation_days <= situation.limitation_alert


def _small(situation: Situation) -> bool:
    return (
        situation.amount is not None
        and situation.small_ceiling is not None
        and situation.amount <= situation.small_ceiling
    )


def _too_large(situation: Situation) -> bool:
    return (
        situation.amount is not None
        and situation.small_ceiling is not None
        and situation.amount > situation.small_ceiling
    )


_LOST = "债务人失联"
_LOST_EN = "the debtor cannot be reached"
_ENDING = Question(
    "limitation-ending", "route.limitation_days", _ending,
    "诉讼时效将届满或已届满，应直接起诉或申请支付令",
    "limitation ends soon or has ended: sue, or apply for a payment order",
    bars=True,
)  # fmt: skip
_NO_CLAIM = Question(
    "no-claim", "route.payment_order", lambda s: s.amount is None,
    "欠款未能计算，金额不确定", "the debt cannot be computed: no fixed amount", bars=True,
)  # fmt: skip
REASONS: Mapping[str, tuple[Question, ...]] = MappingProxyType(
    {
        "reminder": (
            _ENDING,
            Question(
                "short-arrears", "route.reminder_days", lambda s: s.overdue_days <= s.reminder_days,
                "逾期时间短，先行提醒", "the arrears are young: remind first", advises=True,
            ),
            Question(
                "long-arrears", "route.reminder_days", lambda s: s.overdue_days > s.reminder_days,
                "逾期已超过提醒期限", "the arrears are older than the days for reminders", bars=True,
            ),
        ),
        "restructuring": (
            _ENDING,
            Question("contact-lost", "route.restructuring_signs", lambda s: s.contact_lost, _LOST, _LOST_EN, bars=True),
            Question(
                "restructured-before", "route.restructuring_signs", lambda s: s.restructured,
                "此前已重组展期", "restructured or extended before", bars=True,
            ),
            Question(
                "willing", "route.restructuring_signs", lambda s: s.willing,
                "债务人近期承诺还款或提出异议", "the debtor promised or objected lately", advises=True,
            ),
        ),
        "mediation": (
            _ENDING,
            Question("contact-lost", "route.mediation", lambda s: s.contact_lost, _LOST, _LOST_EN, bars=True),
            Question(
                "mediation-failed", "route.mediation", lambda s: s.mediation_failed,
                "此前调解不成", "mediation failed before", bars=True,
            ),
            Question(
                "disputed", "route.mediation", lambda s: s.disputed,
                "债务人提出异议，宜先行调解", "the debtor contests: mediation first", advises=True,
            ),
        ),
        "payment_order": (
            _NO_CLAIM,
            Question("contact-lost", "route.payment_order", lambda s: s.contact_lost, _LOST, _LOST_EN, bars=True),
            Question(
                "disputed", "route.payment_order", lambda s: s.disputed,
                "债务人已提出异议，支付令将失效", "the debtor contests: the order would lapse", bars=True,
            ),
            Question(
                "not-all-due", "route.payment_order", lambda s: not s.all_due,
                "部分款项未到期，支付令仅能就已到期部分申请；须有提前到期通知到达的证据",
                "a part is not due: an order covers what is due; the rest needs an acceleration notice that reached",
            ),
            Question(
                "no-address", "route.payment_order", lambda s: not s.address_known,
                "没有可送达的地址", "no address for service", bars=True,
            ),
            Question(
                "due-and-fixed", "route.payment_order",
                lambda s: s.amount is not None and s.all_due and s.demanded and not s.guaranteed,
                "金额确定、全部到期、已催收、无其他债务纠纷",
                "fixed, all due, demanded, no other dispute", advises=True,
            ),
            Question(
                "guaranteed", "route.payment_order", lambda s: s.guaranteed,
                "有担保人：支付令对担保人没有约束力", "guaranteed: the order does not bind the guarantor",
            ),
        ),
        "small_claim": (
            _NO_CLAIM,
            Question("contact-lost", "route.small_claim", lambda s: s.contact_lost, _LOST, _LOST_EN, bars=True),
            Question(
                "above-ceiling", "route.small_claim", _too_large,
                "标的额超过小额诉讼上限", "above the ceiling of small claims", bars=True,
            ),
            Question(
                "ceiling-unknown", "route.small_claim", lambda s: s.small_ceiling is None,
                "未录入本省上年度就业人员年平均工资，无法判断上限",
                "the province's average wage is not entered: the ceiling is not known", bars=True,
            ),
            Question(
                "within-ceiling", "route.small_claim", _small,
                "金钱给付、标的额在小额诉讼上限内", "a money claim within the ceiling", advises=True,
            ),
        ),
        "summary": (
            _NO_CLAIM,
            Question("contact-lost", "route.summary", lambda s: s.contact_lost, _LOST, _LOST_EN, bars=True),
            Question(
                "clear", "route.summary", lambda s: s.amount is not None and not s.disputed,
                "事实清楚、权利义务明确、争议不大", "facts and duties are clear, little is disputed", advises=True,
            ),
        ),
        "ordinary": (
            _NO_CLAIM,
            Question(
                "contact-lost", "route.ordinary", lambda s: s.contact_lost,
                "债务人失联：普通程序，公告送达三十日；可先作失联修复",
                "the debtor cannot be reached: ordinary procedure with public notice of 30 days; try to find him first",
                advises=True,
            ),
            Question(
                "always-open", "route.ordinary", lambda _: True,
                "其他路径均不适用时仍可适用", "stands where no other way does", advises=True,
            ),
        ),
    }
)  # fmt: skip
