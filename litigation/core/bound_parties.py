"""Who is sued and who has a stake: the borrower, co-borrowers, guarantors, owners of securities, third parties.

Each comes from an event of the loan. One person in several roles (by identity number or credit code, else by name) is
one defendant. Facts of the second defendant are named `defendant2.name`, and so on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from litigation.core.casefile import Fact, FactState
from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.party import Guarantee, NaturalPerson, Organisation, Party, Security

NATURAL = "natural"
PERSON_FIELDS = (
    "name",
    "gender",
    "birth_date",
    "ethnicity",
    "employer",
    "job_title",
    "phone",
    "household_address",
    "residence_address",
    "id_type",
    "id_no",
)
ORGANISATION_FIELDS: Mapping[str, str] = {
    "name": "name",
    "credit_code": "credit_code",
    "address": "address",
    "registered_address": "registered_address",
    "representative": "representative",
    "representative_title": "representative_title",
    "phone": "phone",
    "kind": "legal_form",
    "ownership": "ownership",
}
MODES: Mapping[str, str] = {"joint_several": "连带责任保证", "general": "一般保证"}
KINDS: Mapping[str, str] = {"mortgage": "抵押", "pledge": "质押"}
REGISTRATIONS: Mapping[str, str] = {"registered": "正式登记", "notice": "预告登记", "none": "未登记"}
GUARANTEE_FIELDS = ("mode", "contract_name", "contract_no", "scope", "maximum")
SECURITY_FIELDS = ("kind", "thing", "contract_name", "contract_no", "determined_on", "limit", "registration")


@dataclass(frozen=True, slots=True)
class BoundParties:
    """Everybody beside the borrower: further defendants in order, third parties, guarantees, securities, and the facts
    behind them. `co_borrowers` counts defendants who owe the loan itself; `joined` says since which day each does."""

    others: tuple[Party, ...]
    co_borrowers: tuple[int, ...]
    third_parties: tuple[Party, ...]
    guarantees: tuple[Guarantee, ...]
    securities: tuple[Security, ...]
    facts: tuple[Fact, ...]
    joined: tuple[tuple[int, date], ...]


def bound_parties(history: LoanHistory, borrower: Party, exhibits: Mapping[str, int]) -> BoundParties:
    """Draw the further parties from a loan's history; `exhibits` maps an event to the exhibit that shows it."""
    return _Drawing(borrower, exhibits).draw(history)


class _Drawing:
    """Collects the parties one event after another."""

    def __init__(self, borrower: Party, exhibits: Mapping[str, int]) -> None:
        self._exhibits = exhibits
        self._defendants: list[Party] = [borrower]
        self._facts: list[Fact] = []

    def draw(self, history: LoanHistory) -> BoundParties:
        joined: dict[int, date] = {}
        for event in history.all("coborrower.joined"):
            joined.setdefault(self._defendant(event), court_date(event.occurred_at))
        joined.pop(1, None)  # the borrower himself
        guarantees = tuple(self._guarantees(history))
        securities = tuple(self._security(n, event) for n, event in enumerate(history.all("security.granted"), 1))
        third = tuple(self._third(n, event) for n, event in enumerate(history.all("third_party.named"), 1))
        return BoundParties(
            tuple(self._defendants[1:]),
            tuple(joined),
            third,
            guarantees,
            securities,
            tuple(self._facts),
            tuple(joined.items()),
        )

    def _defendant(self, event: HistoryEvent) -> int:
        """The number of the defendant that an event names; a new one is added."""
        party = party_of(event.payload)
        for number, known in enumerate(self._defendants, 1):
            if _same(known, party):
                return number
        self._defendants.append(party)
        number = len(self._defendants)
        self._prove(event, f"defendant{number}", _party_fields(event.payload))
        return number

    def _guarantees(self, history: LoanHistory) -> Iterator[Guarantee]:
        events = history.all("guarantee.signed")
        signed = history.last("contract.signed")
        if not events and signed is not None and signed.payload.get("guarantor"):
            yield self._named_in_the_contract(signed)
        for number, event in enumerate(events, 1):
            payload = event.payload
            guarantor = self._defendant(event)
            self._prove(event, f"guarantee{number}", {name: name for name in GUARANTEE_FIELDS})
            yield Guarantee(
                guarantor=guarantor,
                mode=MODES.get(str(payload.get("mode", "")), ""),
                contract_name=str(payload.get("contract_name", "")),
                contract_number=str(payload.get("contract_no", "")),
                signed_on=court_date(event.occurred_at),
                scope=str(payload.get("scope", "")),
                maximum=_amount(payload.get("maximum")),
            )

    def _named_in_the_contract(self, signed: HistoryEvent) -> Guarantee:
        """A guarantor of whom the loan contract says no more than name and number: the manner stays open."""
        payload = signed.payload
        name, number = str(payload["guarantor"]), str(payload.get("guarantor_id_no", ""))
        self._defendants.append(NaturalPerson(name, "", None, "", "", "", "", "", "", "", number))
        key = f"defendant{len(self._defendants)}"
        self._prove(signed, key, {"name": "guarantor", "id_no": "guarantor_id_no"})
        return Guarantee(len(self._defendants), "", "", "", court_date(signed.occurred_at), "", None)

    def _security(self, number: int, event: HistoryEvent) -> Security:
        payload = event.payload
        owner = self._defendant(event)
        self._prove(event, f"security{number}", {name: name for name in SECURITY_FIELDS})
        return Security(
            owner=owner,
            kind=KINDS.get(str(payload.get("kind", "")), ""),
            thing=str(payload.get("thing", "")),
            contract_name=str(payload.get("contract_name", "")),
            contract_number=str(payload.get("contract_no", "")),
            signed_on=court_date(event.occurred_at),
            maximum=payload.get("maximum") is True,
            determined_on=day_of(payload.get("determined_on")),
            limit=_amount(payload.get("limit")),
            registration=REGISTRATIONS.get(str(payload.get("registration", "")), ""),
            certificate_no=str(payload.get("certificate_no", "")),
        )

    def _third(self, number: int, event: HistoryEvent) -> Party:
        self._prove(event, f"third{number}", _party_fields(event.payload))
        return party_of(event.payload)

    def _prove(self, event: HistoryEvent, prefix: str, fields: Mapping[str, str]) -> None:
        exhibit = self._exhibits.get(event.event_id, 0)
        for name, field in fields.items():
            if field in event.payload:
                value = _text(event.payload[field])
                self._facts.append(
                    Fact(f"{prefix}.{name}", value, FactState.PROVEN, event.event_id, f"payload.{field}", exhibit)
                )


def party_of(payload: Mapping[str, Any]) -> Party:
    """The party that an event's payload describes; what it does not say stays empty."""
    if payload.get("party_kind") == NATURAL:
        texts = {name: str(payload.get(name, "")) for name in PERSON_FIELDS if name != "birth_date"}
        return NaturalPerson(birth_date=day_of(payload.get("birth_date")), **texts)
    return Organisation(**{name: str(payload.get(field, "")) for name, field in ORGANISATION_FIELDS.items()})


def _party_fields(payload: Mapping[str, Any]) -> Mapping[str, str]:
    if payload.get("party_kind") == NATURAL:
        return {name: name for name in PERSON_FIELDS}
    return ORGANISATION_FIELDS


def _same(one: Party, other: Party) -> bool:
    """Whether two descriptions are of one party: by number where both have one, else by name."""
    if isinstance(one, NaturalPerson) != isinstance(other, NaturalPerson):
        return False
    numbers = _number(one), _number(other)
    return numbers[0] == numbers[1] if all(numbers) else bool(one.name) and one.name == other.name


def _number(party: Party) -> str:
    return party.id_no if isinstance(party, NaturalPerson) else party.credit_code


def _amount(value: Any) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) and value else None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
