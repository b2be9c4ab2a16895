"""Jurisdiction: whether the court of a case is connected with it, by which place, and what the clause is worth.

Spec: docs/spec/readiness.md section 4.1; CPL 22, 24, 35; 民诉法解释 3, 4, 18, 31, 32; (2023)最高法民辖36号. A place
is compared by the area in the court's name. What cannot be compared is *not checked*, never connected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from litigation.core.history import LoanHistory
from litigation.core.rules import Rules

_COURT = re.compile(r"(?P<area>.+?)(?:高级|中级|基层|互联网|金融|知识产权)*人民法院\Z")
_SPECIAL = ("互联网法院", "金融法院", "知识产权法院", "海事法院", "铁路运输法院")
_NUMBERED = re.compile(r"第(?:[一二三四五六七八九十]+|[0-9]+)\Z")
"""What a court of a city is numbered by: 北京市第一中级人民法院."""
_DIVISION = re.compile(r"[省市区县旗州盟]\Z")
_PROVINCE = re.compile(r"\A.+?(?:省|自治区)")
CLAUSE_WORDS = "jurisdiction.clause_words"
ARBITRATION = "arbitration"


class Place(StrEnum):
    """A place that may connect a court with a contract dispute (CPL 24, 35)."""

    DEFENDANT_DOMICILE = "defendant_domicile"
    HABITUAL_RESIDENCE = "habitual_residence"
    PERFORMANCE = "performance"
    PLAINTIFF_DOMICILE = "plaintiff_domicile"
    SIGNING = "signing"


STATUTORY = frozenset({Place.DEFENDANT_DOMICILE, Place.HABITUAL_RESIDENCE, Place.PERFORMANCE})
"""Places of CPL 24: a court there needs no agreement."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One place, whether the court lies there (None: cannot be compared), and the event that says so."""

    place: Place
    here: bool | None
    event: str
    article: str


@dataclass(frozen=True, slots=True)
class JurisdictionCheck:
    """The court's area, the clause (empty: none) and what it points at, and every place beside the court."""

    court: str
    area: str
    clause: str
    agreed: tuple[str, ...]
    clause_notified: bool
    connections: tuple[Connection, ...]

    def at(self, place: Place) -> Connection:
        """One place."""
        return next(one for one in self.connections if one.place is place)

    @property
    def connected(self) -> tuple[Place, ...]:
        """The places at which the court lies."""
        return tuple(one.place for one in self.connections if one.here)

    @property
    def comparable(self) -> bool:
        """Whether the court's name holds an area at all."""
        return bool(self.area)


def area_of(court: str) -> str:
    """The area in a court's name, 泉州市丰泽区 of 泉州市丰泽区人民法院; empty where there is none."""
    if any(court.endswith(special) for special in _SPECIAL):
        return ""
    found = _COURT.match(court)
    area = _NUMBERED.sub("", found["area"]) if found else ""
    return area if _DIVISION.search(area) else ""


def lies_in(address: str, area: str) -> bool | None:
    """Whether an address lies in an area; None where either is unknown. A province may be left out of one."""
    if not address or not area:
        return None
    if area in address:
        return True
    within, place = _PROVINCE.sub("", area), _PROVINCE.sub("", address)
    if not within:  # a whole province: an address that names none cannot be compared
        return None if place == address else False
    return within in place


def check_jurisdiction(
    history: LoanHistory, court: str, plaintiff_addresses: tuple[str, ...], day: date, rules: Rules
) -> JurisdictionCheck:
    """Hold the court against every place that could connect it."""
    signed, applied = history.last("contract.signed"), history.last("application.submitted")
    contract = signed.payload if signed else {}
    borrower = applied.payload if applied else {}
    clause = str(contract.get("clause_texts", {}).get("jurisdiction", ""))
    area = area_of(court)
    by_contract, by_application = (signed.event_id if signed else ""), (applied.event_id if applied else "")
    at_plaintiff = _any(plaintiff_addresses, area)
    where: Mapping[Place, tuple[bool | None, str, str]] = {
        Place.PERFORMANCE: (at_plaintiff, "", "jurisdiction.performance_place"),
        Place.PLAINTIFF_DOMICILE: (at_plaintiff, "", "jurisdiction.connections"),
        Place.DEFENDANT_DOMICILE: (
            lies_in(str(borrower.get("household_address", "")), area),
            by_application,
            "jurisdiction.defendant_place",
        ),
        Place.HABITUAL_RESIDENCE: (
            lies_in(str(borrower.get("residence_address", "")), area),
            by_application,
            "jurisdiction.defendant_place",
        ),
        Place.SIGNING: (lies_in(str(contract.get("sign_place", "")), area), by_contract, "jurisdiction.connections"),
    }
    return JurisdictionCheck(
        court=court,
        area=area,
        clause=clause,
        agreed=agreed_places(clause, day, rules),
        clause_notified=_notified(history, day, rules),
        connections=tuple(
            Connection(place, here, event, rules.in_force(rule, day).source)
            for place, (here, event, rule) in where.items()
        ),
    )


def agreed_places(clause: str, day: date, rules: Rules) -> tuple[str, ...]:
    """What the words of a clause point at, each once, by the rule `jurisdiction.clause_words`."""
    found: dict[str, None] = {}
    for pair in rules.in_force(CLAUSE_WORDS, day).words:
        place, _, word = pair.partition("=")
        if word in clause:
            found[place] = None
    return tuple(found)


def _any(addresses: tuple[str, ...], area: str) -> bool | None:
    answers = [lies_in(address, area) for address in addresses]
    if True in answers:
        return True
    return None if None in answers or not answers else False


def _notified(history: LoanHistory, day: date, rules: Rules) -> bool:
    """Whether the clause on jurisdiction was brought to the borrower's notice and confirmed (民诉法解释 31)."""
    pairs = (pair.partition("=") for pair in rules.in_force("notice.key_clauses", day).words)
    words = [word for topic, _, word in pairs if topic == "jurisdiction"]
    for event in history.all("clause.notified"):
        named = "、".join(str(clause) for clause in event.payload.get("clauses", ()))
        if event.payload.get("confirmed") is True and any(word in named for word in words):
            return True
    return False
