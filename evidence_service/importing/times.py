"""Times from a source: offsets and local clocks become UTC instants, days and months become dates.

Spec: docs/guide/importing.md. Fractions of a second are kept. A local time that the zone skipped does not exist
and is refused; one that it had twice is read as the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OFFSET_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)\Z", re.ASCII)
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
FIXED_ZONE = re.compile(r"([+-])(\d\d):(\d\d)\Z", re.ASCII)
_ZERO = timedelta(0)


def zone_named(name: str) -> tzinfo:
    """Find a time zone: `UTC`, a fixed offset such as `+08:00`, or a name such as `Asia/Shanghai`.

    Raises ValueError where there is none of that name on this machine.
    """
    if name in ("UTC", "Z"):
        return UTC
    if fixed := FIXED_ZONE.match(name):
        minutes = int(fixed[2]) * 60 + int(fixed[3])
        if minutes >= 24 * 60:
            raise ValueError(name)
        return timezone(timedelta(minutes=-minutes if fixed[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(name) from error


def instant_from_offset(text: str) -> str:
    """Turn `2011-10-01T00:38:44.546+02:00` into `2011-09-30T22:38:44.546Z`. Raises ValueError."""
    match = OFFSET_TIME.match(text)
    if match is None:
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    fraction = match[1] or ""
    offset = moment.utcoffset() or _ZERO
    return utc_text(moment.replace(tzinfo=None) - offset, fraction)


def utc_text(moment: datetime, fraction: str = "") -> str:
    """Write a naive UTC time; the fraction (`.546`) is kept as it was written."""
    return moment.replace(microsecond=0).isoformat() + fraction + "Z"


def instant_reader(pattern: str, zone: tzinfo) -> Callable[[str], str]:
    """Make a reader of local times in a strptime pattern and a zone."""

    def read(text: str) -> str:
        local = datetime.strptime(text, pattern)  # noqa: DTZ007 -- the zone is the profile's, next line
        return in_utc(local, zone)

    return read


def in_utc(local: datetime, zone: tzinfo) -> str:
    """Convert a local time; a time that the zone skipped is a ValueError."""
    moment = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    if local.tzinfo is None and moment.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError("the local clock skipped this time")
    naive = moment.replace(tzinfo=None)
    fraction = f".{naive.microsecond:06d}".rstrip("0") if naive.microsecond else ""
    return utc_text(naive, fraction)


def day_reader(pattern: str) -> Callable[[str], str]:
    """Make a reader of days (or months, which mean their first day) in a strptime pattern."""
    return lambda text: datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 -- a day has no zone


def iso_day(text: str) -> str:
    """Check a day such as 2011-12-01. Raises ValueError."""
    if not ISO_DAY.match(text):
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def written_day(text: str) -> str:
    """Take the calendar day out of an offset time, as its writer saw it."""
    if not OFFSET_TIME.match(text):
        raise ValueError(text)
    return iso_day(text[:10])


def start_of_day(day: str, zone: tzinfo) -> str:
    """Return the first instant of a day in a zone, in UTC."""
    return in_utc(datetime.fromisoformat(day), zone)
