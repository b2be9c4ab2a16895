"""Lines of the overview of loans as rows: fen for money, ISO 8601 for days, a far day for none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from litigation.core.overview import LoanLine, LoanOverview, Readiness

NEVER = "9999-12-31"
UNKNOWN = -1
FEN = Decimal(100)


def yuan(amount: int | Decimal) -> Decimal:
    """Fen as yuan."""
    return Decimal(int(amount)) / FEN


def fen(amount: Decimal | None) -> int:
    """Yuan as fen; UNKNOWN for none."""
    return UNKNOWN if amount is None else int(amount * FEN)


def _day(value: date | None) -> str:
    return NEVER if value is None else value.isoformat()


def values(row: LoanOverview) -> dict[str, Any]:
    """A line as a row."""
    return {
        "institution": row.institution,
        "loan": row.loan,
        "as_of": row.as_of.isoformat(),
        "entries": row.entries,
        "product": row.product,
        "stratum": row.stratum,
        "court": row.court,
        "month": row.month,
        "principal": fen(row.principal),
        "overdue_since": _day(row.overdue_since),
        "before_days": row.before_days,
        "claim": fen(row.claim),
        "limitation": _day(row.limitation),
        "blocking": UNKNOWN if row.readiness is Readiness.UNASSESSED else row.blocking,
        "warnings": row.warnings,
        "defects": " ".join(row.defects),
        "recommended": row.recommended,
        "reasons": " ".join(row.reasons),
        "decided": row.decided,
        "objection": _day(row.objection),
        "changes_on": _day(row.changes_on),
    }


def line(row: Any) -> LoanLine:
    """A row, joined with its case, as a line."""
    overview = LoanOverview(
        institution=row.institution,
        loan=row.loan,
        as_of=date.fromisoformat(row.as_of),
        entries=row.entries,
        product=row.product,
        stratum=row.stratum,
        court=row.court,
        month=row.month,
        principal=_known(row.principal),
        overdue_since=_date(row.overdue_since),
        before_days=row.before_days,
        claim=_known(row.claim),
        limitation=_date(row.limitation),
        readiness=_readiness(row.blocking),
        blocking=max(0, row.blocking),
        warnings=row.warnings,
        defects=tuple(row.defects.split()),
        recommended=row.recommended,
        reasons=tuple(row.reasons.split()),
        decided=row.decided,
        objection=_date(row.objection),
        changes_on=_date(row.changes_on),
    )
    return LoanLine(overview, row.id, row.state or "")


def _readiness(blocking: int) -> Readiness:
    if blocking < 0:
        return Readiness.UNASSESSED
    return Readiness.BLOCKED if blocking else Readiness.READY


def _known(amount: int) -> Decimal | None:
    return None if amount == UNKNOWN else yuan(amount)


def _date(text: str) -> date | None:
    return None if text == NEVER else date.fromisoformat(text)
