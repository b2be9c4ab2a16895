"""How much one filer may bring: requests a minute, bytes a day, filings that wait for their examination.

Spec: docs/spec/filing.md, "Quotas". They keep one filer from standing in the way of the others; nothing is lost by
reaching one: the same request is taken later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from litigation.errors import LitigationError

COURT_TIME = ZoneInfo("Asia/Shanghai")
NEXT_EXAMINATION = 30
"""Seconds after which a filer may ask again while its filings wait for their examination."""


class QuotaError(LitigationError):
    """The filer has reached one of its limits; nothing was kept. Send the same again after `retry_after` seconds."""

    code = "quota-reached"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(f"{message}; send the same again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits of one filer."""

    requests_per_minute: int = 1_200
    bytes_per_day: int = 50 * 1024**3
    packages_waiting: int = 2_000


@dataclass(frozen=True, slots=True)
class OwnQuota:
    """What a court set for one filer; None where the general limit holds."""

    requests_per_minute: int | None = None
    bytes_per_day: int | None = None
    packages_waiting: int | None = None

    def over(self, general: Quota) -> Quota:
        """The limits that hold: the filer's own before the general ones."""
        return Quota(
            general.requests_per_minute if self.requests_per_minute is None else self.requests_per_minute,
            general.bytes_per_day if self.bytes_per_day is None else self.bytes_per_day,
            general.packages_waiting if self.packages_waiting is None else self.packages_waiting,
        )


GENERAL = Quota()


def court_day(now: datetime) -> str:
    """The day that bytes are counted for."""
    return now.astimezone(COURT_TIME).date().isoformat()


def to_midnight(now: datetime) -> int:
    """Whole seconds until the next day begins."""
    here = now.astimezone(COURT_TIME)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - here).total_seconds()))
