"""The values of the party blocks: plaintiff, agents, every defendant, third parties; and which blocks there are.

Spec: docs/spec/papers.md sections 5 and 7. The first defendant's values begin with `defendant.`, the second's with
`defendant2.`; where the form has a block that nobody fills, it reads 无.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from litigation.core.casefile import CaseFile
from litigation.core.party import Agent, NaturalPerson, Organisation, Party
from litigation.documents.templates import fill
from litigation.documents.writing import Words

POWERS = {True: "特别授权", False: "一般授权"}


def party_blocks(case: CaseFile) -> dict[str, tuple[str, ...]]:
    """Which prefixes each repeated block of the papers stands for."""
    defendants = {prefix: party for prefix, party in named("defendant", case.defendants)}
    third = {prefix: party for prefix, party in named("third", case.third_parties)}
    debtors = [prefix for number, prefix in enumerate(defendants, 1) if number == 1 or number in case.co_borrowers]
    return {
        "plaintiff_natural": ("plaintiff_natural",),
        "plaintiff": ("plaintiff",),
        "defendants": tuple(defendants),
        "debtors": tuple(debtors),
        "joined": tuple(_numbered("defendant", number) for number, _ in case.joined),
        "defendant_natural": _of_kind(defendants, NaturalPerson) or ("defendant_natural",),
        "defendant_organisation": _of_kind(defendants, Organisation) or ("defendant_organisation",),
        "third_natural": _of_kind(third, NaturalPerson) or ("third_natural",),
        "third_organisation": _of_kind(third, Organisation) or ("third_organisation",),
        "agents": tuple(_numbered("agent", number) for number in range(1, len(case.agents) + 1)),
    }


def party_values(case: CaseFile, words: Words, texts: Any) -> dict[str, str]:
    """Fill every block of a party."""
    values = party_block("plaintiff", case.plaintiff, words, texts)
    for prefix, party in (*named("defendant", case.defendants), *named("third", case.third_parties)):
        values |= party_block(prefix, party, words, texts)
    nobody = texts["none"] if case.plaintiff.name else ""
    for block, prefixes in party_blocks(case).items():
        if prefixes == (block,) and block != "plaintiff":
            values[f"{block}.name"] = nobody
    for number, day in case.joined:
        values[f"{_numbered('defendant', number)}.joined_on"] = words.day(day)
    values["defendants.names"] = words.listed(party.name for party in case.defendants)
    values["defendants.bear"] = texts["defendants_bear"] if len(case.defendants) > 1 else texts["debtor_alone"]
    values["defendants.count"] = str(len(case.defendants))
    values |= _debtors(case, words, texts)
    values["agent"] = "有" if case.agents else ("无" if case.plaintiff.name else "")
    for number, agent in enumerate(case.agents, 1):
        values |= _agent(_numbered("agent", number), agent)
    return values


def party_block(prefix: str, party: Party, words: Words, texts: Any) -> dict[str, str]:
    """Fill one block, and the sentence that names the party in applications."""
    if isinstance(party, Organisation):
        values = organisation_values(prefix, party)
        values[f"{prefix}.described"] = _described(prefix, values, texts["described"]["organisation"], texts)
        return values
    values = person_values(prefix, party)
    values[f"{prefix}.birth"] = words.day(party.birth_date)
    values[f"{prefix}.described"] = _described(prefix, values, texts["described"]["natural"], texts)
    return values


def _described(prefix: str, values: dict[str, str], parts: dict[str, str], texts: Any) -> str:
    """Join what is known of a party: 男，1990 年 2 月 3 日出生，住…"""
    known = (
        fill(text, value=values[f"{prefix}.{key}"]) for key, text in parts.items() if values.get(f"{prefix}.{key}")
    )
    return str(texts["described"]["join"]).join(known)


def named(role: str, parties: tuple[Party, ...]) -> Iterator[tuple[str, Party]]:
    """Give each party of a role its prefix."""
    for number, party in enumerate(parties, 1):
        yield _numbered(role, number) if role != "third" else f"third{number}", party


def _numbered(role: str, number: int) -> str:
    return role if number == 1 else f"{role}{number}"


def _of_kind(parties: dict[str, Party], kind: type[Party]) -> tuple[str, ...]:
    return tuple(prefix for prefix, party in parties.items() if isinstance(party, kind))


def _debtors(case: CaseFile, words: Words, texts: Any) -> dict[str, str]:
    """How the statements name those who owe the loan: 被告, or 被告甲、乙 where several are sued."""
    if len(case.defendants) < 2:
        return {"debtor": texts["debtor_alone"], "debtors": texts["debtor_alone"], "debtors.owe": texts["debtor_alone"]}
    owing = [case.defendants[number - 1].name for number in (1, *case.co_borrowers)]
    names = fill(texts["debtor_named"], names=words.listed(owing))
    jointly = fill(texts["debtors_jointly"], names=names) if len(owing) > 1 else names
    return {"debtor": fill(texts["debtor_named"], names=owing[0]), "debtors": names, "debtors.owe": jointly}


def organisation_values(prefix: str, party: Organisation) -> dict[str, str]:
    """Fill the block of a legal person."""
    owned = next((word for word in ("国有", "民营") if party.ownership.startswith(word)), "")
    values = {
        "name": party.name,
        "address": party.address,
        "any_address": party.address or party.registered_address,
        "registered_address": party.registered_address,
        "representative": party.representative,
        "representative_title": party.representative_title,
        "phone": party.phone,
        "credit_code": party.credit_code,
        "kind": party.kind,
        "owned": owned,
        "ownership": party.ownership,
        "ownership_other": "" if owned else party.ownership,
    }
    return {f"{prefix}.{key}": value for key, value in values.items()}


def person_values(prefix: str, person: NaturalPerson) -> dict[str, str]:
    """Fill the block of a natural person."""
    values = {
        "name": person.name,
        "gender": person.gender,
        "ethnicity": person.ethnicity,
        "employer": person.employer,
        "job_title": person.job_title,
        "phone": person.phone,
        "household_address": person.household_address,
        "residence_address": person.residence_address,
        "id_type": person.id_type,
        "id_no": person.id_no,
        "any_address": person.household_address or person.residence_address,
    }
    return {f"{prefix}.{key}": value for key, value in values.items()} | dict(
        date_parts(f"{prefix}.birth", person.birth_date)
    )


def _agent(prefix: str, agent: Agent) -> dict[str, str]:
    values = {
        "name": agent.name,
        "organisation": agent.organisation,
        "title": agent.title,
        "phone": agent.phone,
        "powers": POWERS[agent.special_powers],
        "licence_no": agent.licence_no,
        "id_no": agent.id_no,
    }
    return {f"{prefix}.{key}": value for key, value in values.items()}


def date_parts(prefix: str, value: date | None) -> Iterator[tuple[str, str]]:
    """Give a date as the form splits it: year, month, day."""
    parts = (value.year, value.month, value.day) if value else ("", "", "")
    for name, part in zip("ymd", parts, strict=True):
        yield f"{prefix}.{name}", str(part)
