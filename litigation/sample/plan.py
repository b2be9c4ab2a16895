"""What each sample loan is and what becomes of it: terms, schedule, fate. Pure: the as-of date is an argument.

Spec: docs/spec/debt.md for schedules. Loans are spread evenly over 24 months before the as-of date; the fates are
dealt by quota, so that a portfolio of any size has about 15 % overdue.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from litigation.core.calendar_days import add_months
from litigation.core.schedule import ScheduleRow, schedule_for
from litigation.core.terms import Cap, CapMethod, LoanTerms, Repayment

WINDOW_MONTHS = 24
DEFAULT_SHARE, ARREARS_SHARE = Decimal("0.14"), Decimal("0.01")
SERIOUS_DAYS = 60
"""A loan counts as in default when an instalment has been open for more days than this."""
MIN_AGE_DEFAULT = 130  # days from disbursement to as-of: a month to the first due date and more than 60 days after
MIN_AGE_ACCELERATED = 215
_RATES = ("0.1200", "0.1440", "0.1560", "0.1680", "0.1800", "0.1980", "0.2160", "0.2340", "0.2400")
_TERMS = (6, 12, 12, 18, 24, 24, 36)
_FACTORS = ("1.30", "1.30", "1.40", "1.50")
_PURPOSES = ("家庭装修", "购买家用电器", "教育培训", "旅游出行", "婚庆支出", "医疗美容", "购买数码产品")


class Fate(StrEnum):
    """What becomes of a loan by the as-of date."""

    PERFORMING = "performing"
    PREPAID_AHEAD = "prepaid_ahead"  # two instalments paid at once; the money waits for its due date
    SETTLED_EARLY = "settled_early"
    ARREARS = "arrears"  # late by days, not weeks: nothing for a court
    DEFAULT = "default"
    ACCELERATED = "accelerated"
    NOTICE_PENDING = "notice_pending"  # notice was sent and did not reach: not accelerated


IN_DEFAULT = frozenset({Fate.DEFAULT, Fate.ACCELERATED, Fate.NOTICE_PENDING})


@dataclass(frozen=True, slots=True)
class LoanPlan:
    """One sample loan. `paid` is how many instalments were paid in full before a default."""

    index: int
    loan: str
    contract_no: str
    fate: Fate
    terms: LoanTerms
    schedule: tuple[ScheduleRow, ...]
    purpose: str
    paid: int

    @property
    def overdue(self) -> bool:
        """Say whether the loan is in default at the as-of date."""
        return self.fate in IN_DEFAULT


def plan_portfolio(loans: int, seed: int, as_of: date) -> list[LoanPlan]:
    """Deal dates and fates to a number of loans; the same arguments give the same plans."""
    rng = Random(f"{seed}:portfolio:{loans}:{as_of}")  # noqa: S311 -- reproducible fiction, not a secret
    days = [_disbursement_day(index, loans, rng, as_of) for index in range(1, loans + 1)]
    fates = _fates(days, rng, as_of)
    return [_plan(index, day, fate, seed, as_of) for index, (day, fate) in enumerate(zip(days, fates, strict=True), 1)]


def _disbursement_day(index: int, loans: int, rng: Random, as_of: date) -> date:
    """Spread loans over the window, up to five days before as-of; one in forty on the 31st of a month."""
    first = add_months(as_of, -WINDOW_MONTHS) + timedelta(days=7)
    span = (as_of - first).days - 5
    day = first + timedelta(days=min(span, (index - 1) * span // max(loans - 1, 1) + rng.randrange(3)))
    if index % 40 in (2, 21):
        end = monthrange(day.year, day.month)[1]
        last = day.replace(day=end)
        if end == 31 and last <= as_of - timedelta(days=5):
            return last
    return day


def _fates(days: list[date], rng: Random, as_of: date) -> list[Fate]:
    fates = [_ordinary_fate(day, rng, as_of) for day in days]
    old_enough = [place for place, day in enumerate(days) if (as_of - day).days >= MIN_AGE_DEFAULT]
    wanted = min(len(old_enough), max(1, round(len(days) * DEFAULT_SHARE)))
    chosen = rng.sample(old_enough, wanted)
    for number, place in enumerate(chosen):
        long_ago = (as_of - days[place]).days >= MIN_AGE_ACCELERATED
        fates[place] = (
            (Fate.NOTICE_PENDING if number % 9 == 4 else Fate.ACCELERATED)
            if long_ago and number % 3 != 2
            else Fate.DEFAULT
        )
    late = [place for place, fate in enumerate(fates) if fate is Fate.PERFORMING and _can_be_late(days[place], as_of)]
    for place in rng.sample(late, min(len(late), round(len(days) * ARREARS_SHARE))):
        fates[place] = Fate.ARREARS
    return fates


def _ordinary_fate(day: date, rng: Random, as_of: date) -> Fate:
    age, roll = (as_of - day).days, rng.random()
    if age > 120 and roll < 0.05:
        return Fate.SETTLED_EARLY
    if age > 120 and roll < 0.09:
        return Fate.PREPAID_AHEAD
    return Fate.PERFORMING


def _can_be_late(day: date, as_of: date) -> bool:
    """A due date lies 5 to 29 days back."""
    months = (as_of.year - day.year) * 12 + as_of.month - day.month
    due = [add_months(day, number) for number in range(max(1, months - 1), months + 1)]
    return any(5 <= (as_of - one).days < 30 for one in due)


def _plan(index: int, day: date, fate: Fate, seed: int, as_of: date) -> LoanPlan:
    rng = Random(f"{seed}:plan:{index}")  # noqa: S311 -- reproducible fiction, not a secret
    rate = Decimal(rng.choice(_RATES))
    # A loan that is called due early, or is late now, must still be running; 24 months are enough for the former.
    longer = {Fate.ACCELERATED: (24, 36), Fate.NOTICE_PENDING: (24, 36), Fate.ARREARS: (36,)}
    term = rng.choice(longer.get(fate, _TERMS))
    terms = LoanTerms(
        principal=Decimal(rng.randint(5, 80) * 1000).quantize(Decimal("0.01")),
        disbursed_on=day,
        annual_rate=rate,
        term_months=term,
        repayment=Repayment.EQUAL_INSTALMENT,
        penalty_rate=(rate * Decimal(rng.choice(_FACTORS))).quantize(Decimal("0.0001")),
        compound=True,
        day_count=360,
        cap=Cap(Decimal("0.24"), CapMethod.GLOBAL),
    )
    schedule = schedule_for(terms)
    return LoanPlan(
        index=index,
        loan=f"SCF{day:%Y%m}{index:06d}",
        contract_no=f"样贷字{day:%Y}第{index:06d}号",
        fate=fate,
        terms=terms,
        schedule=schedule,
        purpose=_PURPOSES[rng.randrange(len(_PURPOSES))],
        paid=_paid_before_default(fate, schedule, rng, as_of),
    )


def _paid_before_default(fate: Fate, schedule: tuple[ScheduleRow, ...], rng: Random, as_of: date) -> int:
    """How many instalments are paid in full: all that fell due, or fewer where the loan is behind."""
    due = [row.no for row in schedule if row.due <= as_of]
    if fate is Fate.ARREARS:
        late = [row.no for row in schedule if 5 <= (as_of - row.due).days < 30]
        return late[0] - 1
    if fate not in IN_DEFAULT:
        return len(due)
    wanted = SERIOUS_DAYS + 1 if fate is Fate.DEFAULT else 150
    stops = [row.no - 1 for row in schedule if (as_of - row.due).days >= wanted]
    return stops[rng.randrange(min(len(stops), 10))]
