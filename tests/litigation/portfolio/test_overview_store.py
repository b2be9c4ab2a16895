"""The overview's sums and lists, on SQLite and PostgreSQL: buckets, roll, vintage, alarms, days that were kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert

from evidence_service.clock import now
from evidence_service.database import writing
from litigation.adapters import tables
from litigation.adapters.overview_sums import OverviewSums
from litigation.adapters.sql_loan_overview import SqlLoanOverview
from litigation.core.overview import Bucket, Choice, LoanOverview, Mark, Order, Place, Readiness, Total, bucket_of

TODAY = date(2026, 11, 22)
LENDER = "sample-cf"


def line(
    loan: str, days: int, *, before: int = 0, limitation: int | None = None, month: str = "2025-03"
) -> LoanOverview:
    return LoanOverview(
        institution=LENDER,
        loan=loan,
        as_of=TODAY,
        entries=10,
        product="P",
        court="C" if days else "",
        month=month,
        principal=Decimal("1000.00"),
        overdue_since=TODAY - timedelta(days=days) if days else None,
        before_days=before,
        claim=Decimal(f"{days}.05") if days else None,
        limitation=None if limitation is None else TODAY + timedelta(days=limitation),
        readiness=Readiness.READY if days else Readiness.UNASSESSED,
        blocking=0,
        warnings=0,
        defects=(),
        recommended="summary" if days else "",
        reasons=(),
        decided="",
        objection=TODAY if loan == "L5" else None,
        changes_on=TODAY + timedelta(days=1),
    )


LINES = [
    line("L0", 0),
    line("L1", 30, before=0),
    line("L2", 31, before=1, limitation=5),
    line("L3", 91, before=61, limitation=-2, month="2025-04"),
    line("L4", 181, before=151, limitation=500),
    line("L5", 0, before=45),
]


@pytest.fixture
def store(engine: Engine) -> SqlLoanOverview:
    made = SqlLoanOverview(engine)
    made.put(LINES)
    return made


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "0"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "91-180"),
     (180, "91-180"), (181, "181+"), (4000, "181+")],
)  # fmt: skip
def test_a_day_belongs_to_one_bucket(days: int, bucket: str) -> None:
    assert bucket_of(days).value == bucket


def test_what_is_written_is_read_back_and_written_again_in_place(store: SqlLoanOverview) -> None:
    assert [one.overview for one in store.named(LENDER, ["L3", "L2", "nobody"])] == [LINES[2], LINES[3]]
    store.put([line("L3", 0)])
    assert store.named(LENDER, ["L3"])[0].overview.overdue_since is None
    assert store.total(LENDER, Choice(min_days=0), TODAY).loans == 6
    assert store.total("other", Choice(min_days=0), TODAY) == Total(0, Decimal(0))


def test_sums_agree_with_the_lines_and_with_the_day(store: SqlLoanOverview, engine: Engine) -> None:
    sums = OverviewSums(engine)
    buckets = sums.buckets(LENDER, TODAY)
    assert {bucket: total.loans for bucket, total in buckets.items()} == {
        Bucket.CURRENT: 2,
        Bucket.TO_30: 1,
        Bucket.TO_60: 1,
        Bucket.TO_180: 1,
        Bucket.OVER_180: 1,
    }
    assert buckets[Bucket.TO_180].claim == Decimal("91.05")
    tomorrow = sums.buckets(LENDER, TODAY + timedelta(days=1))
    assert tomorrow[Bucket.TO_60].loans == 2  # one more day, and nothing was drawn anew
    rolled = {(one.before, one.now): one.loans for one in sums.roll(LENDER, TODAY)}
    assert rolled == {
        (Bucket.CURRENT, Bucket.TO_30): 1,
        (Bucket.TO_30, Bucket.TO_60): 1,
        (Bucket.TO_90, Bucket.TO_180): 1,
        (Bucket.TO_180, Bucket.OVER_180): 1,
        (Bucket.TO_60, Bucket.CURRENT): 1,
    }
    first, second = sums.vintages(LENDER, TODAY)
    assert (first.month, first.loans, first.share(Bucket.TO_60)) == ("2025-03", 5, Decimal("0.4"))
    assert (second.month, second.share(Bucket.OVER_180)) == ("2025-04", Decimal(0))


def test_a_day_that_was_kept_stays_when_the_lines_change(store: SqlLoanOverview, engine: Engine) -> None:
    sums = OverviewSums(engine)
    sums.keep_day(LENDER, TODAY)
    sums.keep_day(LENDER, TODAY)  # once more the same day
    store.put([line("L1", 0)])
    sums.keep_day(LENDER, TODAY + timedelta(days=1))
    days = sums.days(LENDER, 10)
    assert list(days) == [TODAY, TODAY + timedelta(days=1)]
    assert days[TODAY][Bucket.TO_30].loans == 1
    assert Bucket.TO_30 not in days[TODAY + timedelta(days=1)]
    assert list(sums.days(LENDER, 1)) == [TODAY + timedelta(days=1)]


def test_limitation_alarms_leave_out_what_a_court_has(store: SqlLoanOverview, engine: Engine) -> None:
    sums = OverviewSums(engine)
    assert [one.overview.loan for one in sums.ending(LENDER, TODAY, 90, 10)] == ["L3", "L2"]
    with writing(engine) as connection:
        for loan, state in (("L3", "filed"), ("L2", "returned")):
            values = {"our_reference": f"{LENDER}:{loan}", "institution": LENDER, "loan": loan, "state": state}
            connection.execute(insert(tables.case).values(**values, opened_at="2026-11-01T00:00:00Z"))
    assert [(one.overview.loan, one.case_state) for one in sums.ending(LENDER, TODAY, 90, 10)] == [("L2", "returned")]
    assert [one.overview.loan for one in sums.objected(LENDER, 10)] == ["L5"]
    assert store.total(LENDER, Choice(state="filed"), TODAY).loans == 1
    assert store.total(LENDER, Choice(state="none"), TODAY).loans == 2


@pytest.mark.parametrize("order", list(Order))
def test_paging_back_from_any_line_gives_the_page_before_it(store: SqlLoanOverview, order: Order) -> None:
    choice = Choice(min_days=0, order=order)
    whole = [one.overview.loan for one in store.page(LENDER, choice, TODAY, None, 10).lines]
    first = store.page(LENDER, choice, TODAY, None, 2)
    assert first.earlier is None
    assert first.later is not None
    second = store.page(LENDER, choice, TODAY, first.later, 2)
    assert [one.overview.loan for one in (*first.lines, *second.lines)] == whole[:4]
    assert second.earlier is not None
    back = store.page(LENDER, choice, TODAY, second.earlier, 2)
    assert back.lines == first.lines
    assert back.earlier is None
    assert (
        store.page(LENDER, choice, TODAY, Place(second.earlier.value, "zzz"), 50).lines[-1].overview.loan == whole[-1]
    )


def test_the_mark_never_goes_back(store: SqlLoanOverview) -> None:
    store.set_mark(LENDER, Mark(100, TODAY), now())
    store.set_mark(LENDER, Mark(40, TODAY), now())
    assert store.mark(LENDER) == Mark(100, TODAY)
    store.clear(LENDER)
    assert store.mark(LENDER) is None
    assert store.total(LENDER, Choice(min_days=0), TODAY).loans == 0
