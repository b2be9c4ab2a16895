"""What is asked of the overview of loans, as SQL: choices, places in a list, how late a loan is."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, literal, or_, select

from litigation.adapters import tables
from litigation.adapters.overview_rows import FEN, NEVER
from litigation.adapters.tables_overview import loan_overview as table
from litigation.core.overview import EDGES, Bucket, Choice, Order, Place, Readiness, latest_due

C = table.c
CASE = tables.case.c
COLUMN: dict[Order, ColumnElement[Any]] = {
    Order.OVERDUE: C.overdue_since,
    Order.CLAIM: C.claim,
    Order.LIMITATION: C.limitation,
}


def with_case(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the case of each loan, where it has one."""
    same = and_(CASE.institution == C.institution, CASE.loan == C.loan)
    return query.select_from(table.outerjoin(tables.case, same))


def joined(query: Select[*tuple[Any, ...]], choice: Choice) -> Select[*tuple[Any, ...]]:
    """With the case only where the choice asks for it: a count then reads one table."""
    return with_case(query) if choice.state else query.select_from(table)


def lines(institution: str, choice: Choice, today: date) -> Select[*tuple[Any, ...]]:
    """The lines of a choice, with their cases."""
    return with_case(select(table, CASE.id, CASE.state)).where(*conditions(institution, choice, today))


def conditions(institution: str, choice: Choice, today: date) -> list[ColumnElement[bool]]:
    """A choice as conditions."""
    found: list[ColumnElement[bool]] = [C.institution == institution]
    if choice.min_days > 0:
        found.append(C.overdue_since <= latest_due(today, choice.min_days).isoformat())
    if choice.max_days is not None:
        found.append(C.overdue_since >= latest_due(today, choice.max_days).isoformat())
    if choice.min_claim is not None:
        found.append(C.claim >= int(choice.min_claim * FEN))
    if choice.max_claim is not None:
        found.append(and_(C.claim <= int(choice.max_claim * FEN), C.claim >= 0))
    for name in ("product", "court", "stratum"):
        if wish := getattr(choice, name):
            found.append(C[name] == wish)
    if choice.route:
        found.append(or_(C.decided == choice.route, and_(C.decided == "", C.recommended == choice.route)))
    if choice.readiness is not None:
        found.append(_READINESS[choice.readiness])
    if choice.state == "none":
        found.append(CASE.id.is_(None))
    elif choice.state:
        found.append(CASE.state == choice.state)
    if choice.objected:
        found.append(C.objection < NEVER)
    if choice.loan:
        found.append(C.loan.startswith(choice.loan, autoescape=True))
    return found


_READINESS = {
    Readiness.READY: C.blocking == 0,
    Readiness.BLOCKED: C.blocking > 0,
    Readiness.UNASSESSED: C.blocking < 0,
}


def typed(order: Order, value: str) -> str | int:
    """A place's value as its column has it."""
    return int(value) if order is Order.CLAIM else value


def beyond(
    column: ColumnElement[Any], value: str | int, loan: str, order: Order, backwards: bool
) -> ColumnElement[bool]:
    """Further on in the list than a place, or before it."""
    falling = (order is Order.CLAIM) != backwards
    further = column < literal(value) if falling else column > literal(value)
    return or_(further, and_(column == literal(value), C.loan < loan if backwards else C.loan > loan))


def place_of(row: Any, order: Order, *, backwards: bool) -> Place:
    """The place of a row in the list."""
    value = {Order.OVERDUE: row.overdue_since, Order.CLAIM: row.claim, Order.LIMITATION: row.limitation}[order]
    return Place(str(value), row.loan, backwards)


def bucket_on(today: date) -> ColumnElement[str]:
    """How late a loan is today, by the day since which it is."""
    edges = [(C.overdue_since >= latest_due(today, last).isoformat(), bucket.value) for bucket, last in EDGES]
    return case(*edges, else_=Bucket.OVER_180.value)


def bucket_of_days(column: ColumnElement[int]) -> ColumnElement[str]:
    """The bucket of a column that holds days."""
    return case(*[(column <= last, bucket.value) for bucket, last in EDGES], else_=Bucket.OVER_180.value)
