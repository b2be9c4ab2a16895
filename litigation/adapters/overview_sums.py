"""Sums over the overview of loans: how late, since which month, what rolled where, and what needs somebody today.

Spec: docs/spec/portfolio.md. No line of a loan leaves the first four; the last two are short lists.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine, case, delete, func, insert, or_, select

from evidence_service.database import reading, writing
from litigation.adapters.overview_query import CASE, C, bucket_of_days, bucket_on, with_case
from litigation.adapters.overview_rows import FEN, NEVER, line, yuan
from litigation.adapters.tables_overview import loan_overview as table
from litigation.adapters.tables_overview import overview_day
from litigation.core.overview import AT_COURT, Bucket, LoanLine, Roll, Total, Vintage

OWED = func.sum(case((C.claim > 0, C.claim), else_=0))


class OverviewSums:
    """Sums on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def buckets(self, institution: str, today: date) -> dict[Bucket, Total]:
        """How many lent loans are late by how much today, and what they owe."""
        now = bucket_on(today).label("bucket")
        query = select(now, func.count(), OWED).where(C.institution == institution, C.month != "").group_by(now)
        with reading(self._engine) as connection:
            return {Bucket(bucket): Total(int(n), yuan(owed or 0)) for bucket, n, owed in connection.execute(query)}

    def keep_day(self, institution: str, today: date) -> None:
        """Keep today's sums: the past cannot be drawn again from lines of today."""
        rows = [
            {
                "institution": institution,
                "day": today.isoformat(),
                "bucket": bucket.value,
                "loans": total.loans,
                "amount": int(total.claim * FEN),
            }
            for bucket, total in self.buckets(institution, today).items()
        ]
        columns = overview_day.c
        with writing(self._engine) as connection:
            mine = (columns.institution == institution) & (columns.day == today.isoformat())
            connection.execute(delete(overview_day).where(mine))
            if rows:
                connection.execute(insert(overview_day), rows)

    def days(self, institution: str, limit: int) -> dict[date, dict[Bucket, Total]]:
        """The kept days, oldest first, at most so many of the newest."""
        columns = overview_day.c
        mine = columns.institution == institution
        newest = select(columns.day).where(mine).distinct().order_by(columns.day.desc()).limit(limit)
        with reading(self._engine) as connection:
            days = sorted(row.day for row in connection.execute(newest))
            rows = list(connection.execute(select(overview_day).where(mine, columns.day.in_(days))))
        found: dict[date, dict[Bucket, Total]] = {date.fromisoformat(day): {} for day in days}
        for row in rows:
            found[date.fromisoformat(row.day)][Bucket(row.bucket)] = Total(row.loans, yuan(row.amount))
        return found

    def roll(self, institution: str, today: date) -> list[Roll]:
        """From which bucket to which loans went in the 30 days before their line was drawn."""
        before, now = bucket_of_days(C.before_days).label("before"), bucket_on(today).label("now")
        late = or_(C.before_days > 0, C.overdue_since < today.isoformat())
        query = select(before, now, func.count(), OWED).where(C.institution == institution, late).group_by(before, now)
        with reading(self._engine) as connection:
            return [
                Roll(Bucket(one), Bucket(other), int(n), yuan(owed or 0))
                for one, other, n, owed in connection.execute(query)
            ]

    def vintages(self, institution: str, today: date) -> list[Vintage]:
        """Every month of disbursement with how late its loans are, oldest first."""
        now = bucket_on(today).label("now")
        mine = (C.institution == institution) & (C.month != "")
        query = select(C.month, now, func.count()).where(mine).group_by(C.month, now).order_by(C.month)
        found: dict[str, dict[Bucket, int]] = {}
        with reading(self._engine) as connection:
            for month, bucket, number in connection.execute(query):
                found.setdefault(month, {})[Bucket(bucket)] = int(number)
        return [Vintage(month, sum(late.values()), late) for month, late in found.items()]

    def ending(self, institution: str, today: date, within: int, limit: int) -> list[LoanLine]:
        """Overdue loans whose limitation ends within so many days, or ended, and that no court has yet."""
        query = (
            with_case(select(table, CASE.id, CASE.state))
            .where(
                C.institution == institution,
                C.limitation <= (today + timedelta(days=within)).isoformat(),
                C.overdue_since < today.isoformat(),
                or_(CASE.state.is_(None), CASE.state.not_in(sorted(AT_COURT))),
            )
            .order_by(C.limitation, C.loan)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [line(row) for row in connection.execute(query)]

    def objected(self, institution: str, limit: int) -> list[LoanLine]:
        """Loans with an objection or dispute that nobody answered, the oldest first."""
        query = (
            with_case(select(table, CASE.id, CASE.state))
            .where(C.institution == institution, C.objection < NEVER)
            .order_by(C.objection, C.loan)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [line(row) for row in connection.execute(query)]
