"""Reads the dated duties to keep and to delete from evidence_service/retention.toml, strictly.

Refused: an unknown or missing key, an unknown kind, mark or event type, a rule that ends before it begins.
"""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.retention import Duty, DutyKind
from evidence_service.errors import SettingsError

NAME = "retention.toml"
REQUIRED = frozenset({"kind", "zh", "en", "source", "mark", "years", "from", "applies", "starts", "ends"})
OPTIONAL = frozenset({"until", "note"})
MARKS = frozenset({"V", "S", "O"})


class RetentionFileError(SettingsError):
    """The retention calendar does not follow its form; the message names the duty and the key."""

    code = "retention-calendar"


@cache
def load_duties() -> tuple[Duty, ...]:
    """The duties that ship with the program."""
    return read_duties((files("evidence_service") / NAME).read_bytes())


def read_duties(raw: bytes) -> tuple[Duty, ...]:
    """Read a calendar; its duties in the order of the file."""
    try:
        value = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RetentionFileError(f"{NAME}: no valid TOML: {error}") from None
    return tuple(_duty(name, body) for name, body in value.items())


def _duty(name: str, body: Any) -> Duty:
    place = f"{NAME}: {name}"
    if not isinstance(body, dict) or REQUIRED - set(body) or set(body) - REQUIRED - OPTIONAL:
        raise RetentionFileError(f"{place}: needs exactly {', '.join(sorted(REQUIRED))}; may have until and note")
    texts = {key: body.get(key, "") for key in ("kind", "zh", "en", "source", "mark", "note")}
    for key, text in texts.items():
        if not isinstance(text, str) or (not text and key != "note"):
            raise RetentionFileError(f"{place}: {key}: a text")
    if texts["kind"] not in list(DutyKind) or texts["mark"] not in MARKS:
        raise RetentionFileError(f"{place}: kind is keep, delete or warn; mark is V, S or O")
    years = body["years"]
    if not isinstance(years, int) or isinstance(years, bool) or not 0 <= years <= 100:
        raise RetentionFileError(f"{place}: years: a whole number up to 100")
    since, until = _day(body["from"], place), None if "until" not in body else _day(body["until"], place)
    if until is not None and until <= since:
        raise RetentionFileError(f"{place}: until: not after from")
    return Duty(
        id=name,
        kind=DutyKind(texts["kind"]),
        zh=texts["zh"],
        en=texts["en"],
        source=texts["source"],
        mark=texts["mark"],
        years=years,
        since=since,
        until=until,
        applies=_types(body["applies"], place),
        starts=_types(body["starts"], place),
        ends=_types(body["ends"], place),
        note=texts["note"],
    )


def _day(value: Any, place: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise RetentionFileError(f"{place}: from and until are days such as 2025-01-01")
    return value


def _types(value: Any, place: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) and name in CATALOGUE for name in value):
        raise RetentionFileError(f"{place}: applies, starts and ends are lists of event types of the catalogue")
    return frozenset(value)
