"""The plaintiff from the institution's master data: the party block, the court, the agent.

The data is a TOML table (``institutions/<name>.toml``); see docs/guide/institution.md. What is not there stays empty,
and readiness names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litigation.core.party import (
    MAX_AGENTS,
    NO_ACCOUNT,
    NO_SERVICE,
    Agent,
    BankAccount,
    Organisation,
    ServiceAddress,
)
from litigation.errors import LitigationError

ORGANISATION = (
    "name",
    "credit_code",
    "address",
    "registered_address",
    "representative",
    "representative_title",
    "phone",
)


class InstitutionDataError(LitigationError):
    """Master data of an institution has a value of the wrong kind; the message names it."""

    code = "institution-data"


@dataclass(frozen=True, slots=True)
class PlaintiffData:
    """What an institution says of itself as plaintiff. `withheld` names data that its source left out on purpose;
    `court_code` and `province` find the court's own rules (docs/spec/rules.md section 4)."""

    organisation: Organisation
    agent: Agent | None
    court: str
    sample: bool
    withheld: tuple[str, ...]
    further_agents: tuple[Agent, ...] = ()
    service: ServiceAddress = NO_SERVICE
    account: BankAccount = NO_ACCOUNT
    court_code: str = ""
    province: str = ""


def plaintiff_from(data: Mapping[str, Any]) -> PlaintiffData:
    """Read the master data; wrong kinds are an InstitutionDataError."""
    others = ("kind", "ownership", "court", "court_code", "province")
    texts = {name: _text(data, name) for name in (*ORGANISATION, *others)}
    withheld = data.get("withheld", [])
    if not isinstance(withheld, list) or not all(isinstance(item, str) for item in withheld):
        raise InstitutionDataError("withheld: a list of texts")
    agents = _agents(data.get("agent"))
    return PlaintiffData(
        organisation=Organisation(**{name: texts[name] for name in (*ORGANISATION, "kind", "ownership")}),
        agent=agents[0] if agents else None,
        court=texts["court"],
        sample=data.get("sample") is True,
        withheld=tuple(withheld),
        further_agents=agents[1:],
        service=ServiceAddress(**_texts(data, "service", ("recipient", "postcode", "address", "phone", "email"))),
        court_code=texts["court_code"],
        province=texts["province"],
        account=BankAccount(**_texts(data, "account", ("holder", "bank", "number"))),
    )


def _agents(data: Any) -> tuple[Agent, ...]:
    """One agent is a table, two are a list of tables."""
    listed = [] if data is None else data if isinstance(data, list) else [data]
    if len(listed) > MAX_AGENTS:
        raise InstitutionDataError(f"agent: at most {MAX_AGENTS} (CPL 61)")
    return tuple(_agent(item) for item in listed)


def _texts(data: Mapping[str, Any], table: str, names: tuple[str, ...]) -> dict[str, str]:
    found = data.get(table, {})
    if not isinstance(found, Mapping):
        raise InstitutionDataError(f"{table}: a table")
    return {name: _text(found, name) for name in names}


def _agent(data: Any) -> Agent:
    if not isinstance(data, Mapping):
        raise InstitutionDataError("agent: a table")
    return Agent(
        name=_text(data, "name"),
        organisation=_text(data, "organisation"),
        title=_text(data, "title"),
        phone=_text(data, "phone"),
        special_powers=data.get("special_powers") is True,
        licence_no=_text(data, "licence_no"),
        id_no=_text(data, "id_no"),
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise InstitutionDataError(f"{name}: a text")
    return value
