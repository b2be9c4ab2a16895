"""The values of guarantees and securities: rows 4 and 10 to 16 of the complaint, and the claims that rest on them.

Spec: docs/spec/papers.md section 7; Civil Code 386, 394, 410, 687, 688. No security and no guarantee is said only
where a claim is computed and no clause of the contract speaks of one; else the boxes stay open.
"""

from __future__ import annotations

from typing import Any

from litigation.core.casefile import CaseFile
from litigation.core.party import Guarantee, Security
from litigation.documents.templates import fill
from litigation.documents.writing import Words

JOINT, GENERAL = "连带责任保证", "一般保证"


def security_blocks(case: CaseFile) -> dict[str, tuple[str, ...]]:
    """The prefixes of each guarantee and security."""
    return {
        "guarantees": tuple(f"guarantee{number}" for number in range(1, len(case.guarantees) + 1)),
        "securities": tuple(f"security{number}" for number in range(1, len(case.securities) + 1)),
    }


def security_values(case: CaseFile, words: Words, texts: Any) -> dict[str, str]:
    """Fill the rows on what secures the debt."""
    open_clause = "guarantee" in dict(case.contract.clauses) and not (case.guarantees or case.securities)
    known = case.claim is not None and not open_clause
    values = {
        "security": "是" if case.guarantees or case.securities else ("否" if known else ""),
        "guarantee": "是" if case.securities else ("否" if known else ""),
        "surety": "是" if case.guarantees else ("否" if known else ""),
        "surety.other": "否" if known else "",
        "guarantee.owners": texts["none"] if known and not case.securities else _owners(case, words),
        "guarantee.things": _things(case, words) or (texts["none"] if known else ""),
    }
    values |= _mortgage_rows(case, words) | _surety_rows(case, words, texts)
    for number, guarantee in enumerate(case.guarantees, 1):
        values |= _guarantee(f"guarantee{number}", case, guarantee, words, texts)
    for number, security in enumerate(case.securities, 1):
        values |= _security(f"security{number}", case, security, words, texts)
    values["security.content"] = words.sentences(_content(case, words, texts))
    return values


def _name(case: CaseFile, number: int) -> str:
    return case.defendants[number - 1].name


def _owners(case: CaseFile, words: Words) -> str:
    return words.listed(dict.fromkeys(_name(case, one.owner) for one in case.securities))


def _things(case: CaseFile, words: Words) -> str:
    return words.sentences(one.thing for one in case.securities)


def _mortgage_rows(case: CaseFile, words: Words) -> dict[str, str]:
    """Rows 10, 12 and 13: signing, highest amount, registration."""
    limited = [one for one in case.securities if one.maximum]
    registered = {one.registration for one in case.securities}
    return {
        "guarantee.signed_on": words.listed(dict.fromkeys(words.day(one.signed_on) for one in case.securities)),
        "guarantee.maximum": "是" if limited else "",
        "guarantee.no_maximum": "否" if not limited and (case.securities or case.claim is not None) else "",
        "guarantee.determined_on": words.listed(words.day(one.determined_on) for one in limited),
        "guarantee.limit": words.listed(words.yuan(one.limit) for one in limited),
        "guarantee.registration": "是" if registered & {"正式登记", "预告登记"} else "",
        "guarantee.unregistered": "否" if _unregistered(case) else "",
        "guarantee.registered": "是" if "正式登记" in registered else "",
        "guarantee.noticed": "是" if "预告登记" in registered else "",
    }


def _unregistered(case: CaseFile) -> bool:
    """No registration at all: said only where no security exists, or each says that it is not registered."""
    if not case.securities:
        return case.claim is not None and "guarantee" not in dict(case.contract.clauses)
    return all(one.registration == "未登记" for one in case.securities)


def _surety_rows(case: CaseFile, words: Words, texts: Any) -> dict[str, str]:
    """Rows 14 and 15: contract, guarantors, manner; names stand beside the boxes where manners differ."""
    modes = {one.mode for one in case.guarantees}
    several = len(case.guarantees) > 1

    def named(mode: str) -> str:
        names = words.listed(_name(case, one.guarantor) for one in case.guarantees if one.mode == mode)
        return fill(texts["named_after_box"], names=names) if several and names else ""

    return {
        "surety.signed_on": words.listed(dict.fromkeys(words.day(one.signed_on) for one in case.guarantees)),
        "surety.names": words.listed(_name(case, one.guarantor) for one in case.guarantees),
        "surety.content": words.sentences(_surety_content(one, words, texts) for one in case.guarantees),
        "surety.general": "是" if GENERAL in modes else "",
        "surety.joint": "是" if JOINT in modes else "",
        "surety.general_names": named(GENERAL),
        "surety.joint_names": named(JOINT),
    }


def _surety_content(guarantee: Guarantee, words: Words, texts: Any) -> str:
    title = guarantee.contract_name.strip("《》")
    parts = [
        fill(texts["titled"], title=title) if title else "",
        fill(texts["numbered"], number=guarantee.contract_number) if guarantee.contract_number else "",
        fill(texts["scope"], scope=guarantee.scope) if guarantee.scope else "",
        fill(texts["maximum"], amount=words.yuan(guarantee.maximum)) if guarantee.maximum is not None else "",
    ]
    return str(texts["comma"]).join(part for part in parts if part)


def _guarantee(prefix: str, case: CaseFile, guarantee: Guarantee, words: Words, texts: Any) -> dict[str, str]:
    return {
        f"{prefix}.name": _name(case, guarantee.guarantor),
        f"{prefix}.joint": "是" if guarantee.mode == JOINT else "",
        f"{prefix}.general": "是" if guarantee.mode == GENERAL else "",
        f"{prefix}.mode": guarantee.mode,
        f"{prefix}.signed_on": words.day(guarantee.signed_on),
        f"{prefix}.within": fill(texts["guaranteed_limit"], limit=words.yuan(guarantee.maximum))
        if guarantee.maximum is not None
        else "",
    }


def _security(prefix: str, case: CaseFile, security: Security, words: Words, texts: Any) -> dict[str, str]:
    limit = words.yuan(security.limit) if security.maximum else ""
    return {
        f"{prefix}.name": _name(case, security.owner),
        f"{prefix}.thing": security.thing,
        f"{prefix}.kind": security.kind,
        f"{prefix}.signed_on": words.day(security.signed_on),
        f"{prefix}.registered": fill(texts["certificate"], number=security.certificate_no)
        if security.certificate_no
        else "",
        f"{prefix}.within": fill(texts["within_limit"], limit=limit) if limit else texts["within_debt"],
    }


def _content(case: CaseFile, words: Words, texts: Any) -> list[str]:
    """Row 4: what is asked of each guarantor and each thing."""
    asked = [
        fill(texts["priority"], name=_name(case, one.owner), thing=one.thing, kind=one.kind) for one in case.securities
    ]
    return asked + [
        fill(texts["liable"], name=_name(case, one.guarantor), mode=one.mode or texts["mode_open"])
        for one in case.guarantees
    ]
