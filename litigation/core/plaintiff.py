"""The plaintiff from the institution's master data: the party block, the court, the agent.

The data is a TOML table (``institutions/<name>.toml``); see docs/guide/institution.md. What is not there stays empty,
and readiness names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litigation.core.party import Agent, Organisation
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
    """What an institution says of itself as plaintiff. `withheld` names data that its source left out on purpose."""

    organisation: Organisation
    agent: Agent | None
    court: str
    sample: bool
    withheld: tuple[str, ...]


def plaintiff_from(data: Mapping[str, Any]) -> PlaintiffData:
    """Read the master data; wrong kinds are an InstitutionDataError."""
    texts = {name: _text(data, name) for name in (*ORGANISATION, "kind", "ownership", "court")}
    withheld = data.get("withheld", [])
    if not isinstance(withheld, list) or not all(isinstance(item, str) for item in withheld):
        raise InstitutionDataError("withheld: a list of texts")
    return PlaintiffData(
        organisation=Organisation(**{name: texts[name] for name in (*ORGANISATION, "kind", "ownership")}),
        agent=_agent(data.get("agent")),
        court=texts["court"],
        sample=data.get("sample") is True,
        withheld=tuple(withheld),
    )


def _agent(data: Any) -> Agent | None:
    if data is None:
        return None
    if not isinstance(data, Mapping):
        raise InstitutionDataError("agent: a table")
    return Agent(
        name=_text(data, "name"),
        organisation=_text(data, "organisation"),
        title=_text(data, "title"),
        phone=_text(data, "phone"),
        special_powers=data.get("special_powers") is True,
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise InstitutionDataError(f"{name}: a text")
    return value
