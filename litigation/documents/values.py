"""The values that a case file puts into the templates: one flat table from key to text.

Spec: docs/spec/papers.md section 5. An empty text is a blank of the form. Nothing here decides whether a blank
is allowed: that is readiness, and the template's list of required keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from litigation.core.casefile import CaseFile
from litigation.core.claim import Claim
from litigation.core.money import uppercase_rmb
from litigation.core.party import NaturalPerson, Organisation
from litigation.core.terms import CapMethod
from litigation.documents.templates import fill, template
from litigation.documents.writing import amount, day, money, percent

# What a contract or an import may call the ways of paying back, and the words of the form (row 7).
_REPAYMENT = {
    "equal_instalment": "等额本息",
    "equal_instalments": "等额本息",
    "equal_principal": "等额本金",
    "bullet": "到期一次性还本付息",
    "interest_monthly": "按月计息、到期一次性还本",
    "interest_quarterly": "按季计息、到期一次性还本",
    "interest_yearly": "按年计息、到期一次性还本",
}
_FORM_REPAYMENT = frozenset(_REPAYMENT.values())


def case_values(case: CaseFile) -> dict[str, str]:
    """Return every value of the case; later groups never overwrite earlier ones."""
    words = template("complaint")["words"]
    values: dict[str, str] = {
        "our_reference": case.our_reference,
        "court": case.court,
        "as_of": day(case.as_of),
    }
    values.update(_organisation(case.plaintiff))
    values.update(_agent(case))
    values.update(_person("defendant", case.defendant))
    for absent in ("plaintiff_natural", "defendant_organisation", "third_natural", "third_organisation"):
        values[f"{absent}.name"] = words["none"] if case.plaintiff.name else ""
    values.update(_contract(case, words))
    values.update(_course_of_loan(case, words))
    values.update(_claim(case, words))
    values.update(_choices(case))
    return values


def _date_parts(prefix: str, value: date | None) -> Iterator[tuple[str, str]]:
    """Give a date as the form splits it: year, month, day."""
    parts = (value.year, value.month, value.day) if value else ("", "", "")
    for name, part in zip("ymd", parts, strict=True):
        yield f"{prefix}.{name}", str(part)


def _organisation(party: Organisation) -> dict[str, str]:
    """Fill the block of a legal person; the plaintiff here."""
    owned = next((word for word in ("国有", "民营") if party.ownership.startswith(word)), "")
    return {
        "plaintiff.name": party.name,
        "plaintiff.address": party.address,
        "plaintiff.registered_address": party.registered_address,
        "plaintiff.representative": party.representative,
        "plaintiff.representative_title": party.representative_title,
        "plaintiff.phone": party.phone,
        "plaintiff.credit_code": party.credit_code,
        "plaintiff.kind": party.kind,
        "plaintiff.owned": owned,
        "plaintiff.ownership": party.ownership,
        "plaintiff.ownership_other": "" if owned else party.ownership,
    }


def _agent(case: CaseFile) -> dict[str, str]:
    agent = case.agent
    if agent is None:
        return {"agent": "无" if case.plaintiff.name else ""}
    return {
        "agent": "有",
        "agent.name": agent.name,
        "agent.organisation": agent.organisation,
        "agent.title": agent.title,
        "agent.phone": agent.phone,
        "agent.powers": "特别授权" if agent.special_powers else "一般授权",
    }


def _person(prefix: str, person: NaturalPerson) -> dict[str, str]:
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
        _date_parts(f"{prefix}.birth", person.birth_date)
    )


def _contract(case: CaseFile, words: Any) -> dict[str, str]:
    """Fill the rows on the contract, its money, term and rates."""
    contract = case.contract
    clauses = dict(contract.clauses)
    way = _REPAYMENT.get(contract.repayment, contract.repayment)
    title = contract.name.strip("《》")
    signing = [f"《{title}》" if title else "", f"编号：{contract.number}" if contract.number else ""]
    signing += [day(contract.signed_on), contract.place]
    values = {
        "contract.name": contract.name,
        "contract.title": title,
        "contract.number": contract.number,
        "contract.signed_on": day(contract.signed_on),
        "contract.signing": "，".join(part for part in signing if part),
        "contract.lender": contract.lender,
        "contract.borrower": contract.borrower,
        "contract.principal": amount(contract.principal),
        "contract.principal_yuan": _yuan(contract.principal),
        "contract.annual_rate": percent(contract.annual_rate),
        "contract.penalty_rate": percent(contract.penalty_rate),
        "contract.uplift": "",
        "contract.has_rate": "是" if contract.annual_rate is not None else "",
        "contract.has_uplift": "",
        "contract.has_compound": "是" if contract.compound else "",
        "contract.has_penalty": "是" if contract.penalty_rate is not None else "",
        "contract.term_start": day(contract.term_start),
        "contract.term_end": day(contract.term_end),
        "repayment": way if way in _FORM_REPAYMENT else ("其他" if way else ""),
        "repayment_other": "" if way in _FORM_REPAYMENT else way,
        "repayment_words": way,
        "grounds.contract": _clause_list(clauses, words),
        "grounds.law": template("complaint")["statements"]["grounds"] if contract.number else "",
    }
    values.update(_date_parts("contract.start", contract.term_start))
    values.update(_date_parts("contract.end", contract.term_end))
    for topic in ("rate", "compound", "penalty"):
        values[f"contract.clause.{topic}"] = _bare_number(clauses.get(topic, ""))
    return values


def _clause_list(clauses: dict[str, str], words: Any) -> str:
    """Name the clauses that the claim rests on, with the topic in words where the template has one."""
    topics = words["clause_topic"]
    named = (
        f"{fill(words['clause'], number=_bare_number(number))}（{topics.get(topic, topic)}）"
        for topic, number in clauses.items()
    )
    return "；".join(named)


def _bare_number(clause: str) -> str:
    """Take 第 and 条 off a clause number, which the form prints itself."""
    bare = clause.strip()
    if bare.startswith("第") and bare.endswith("条"):
        return bare[1:-1].strip()
    return bare


def _yuan(value: Decimal | None) -> str:
    return f"{amount(value)} 元" if value is not None else ""


def _course_of_loan(case: CaseFile, words: Any) -> dict[str, str]:
    """Fill disbursement, repayment, default and acceleration."""
    end = case.contract.term_end
    matured = "" if end is None else ("是" if end <= case.as_of or case.accelerated_on else "否")
    note = ""
    if case.accelerated_on and end is not None and end > case.as_of:
        note = fill(words["accelerated_note"], date=day(case.accelerated_on))
    notice = words["notice_pending"]
    if case.acceleration_reached_on:
        notice = fill(words["notice_reached"], date=day(case.acceleration_reached_on))
    values = {
        "disbursed_on": day(case.disbursed_on),
        "disbursed_amount": amount(case.disbursed_amount),
        "disbursed_yuan": _yuan(case.disbursed_amount),
        "matured": matured,
        "maturity_note": note,
        "overdue": "是" if case.overdue_since else "",
        "overdue_since": day(case.overdue_since),
        "overdue_days": fill(words["days"], days=case.overdue_days) if case.overdue_since else "",
        "accelerated": "是" if case.accelerated_on else ("否" if case.claim else ""),
        "accelerated_on": day(case.accelerated_on),
        "acceleration_notice": notice,
        "repaid.principal": amount(case.repaid.principal) if case.repaid else "",
        "repaid.interest": amount(case.repaid.interest) if case.repaid else "",
    }
    values.update(_date_parts("disbursed", case.disbursed_on))
    values.update(_date_parts("repaid", case.repaid.interest_through if case.repaid else None))
    return values


def _claim(case: CaseFile, words: Any) -> dict[str, str]:
    """Fill the claim rows; without a computed claim, the totals that the source states."""
    claim = case.claim
    if claim is None:
        stated = "".join(
            fill(words["stated"], label=total.label_zh, amount=money(total.amount, total.currency))
            for total in case.stated_totals
        )
        values = {"claim.method": words["no_interest"], "stated.lines": stated, "claim.onward": ""}
        if not stated:
            values["no_claim_basis"] = "是"
        return values | dict(_date_parts("cutoff", None))
    values = {
        "cutoff": day(claim.cutoff),
        "claim.principal": amount(claim.principal),
        "claim.interest": amount(claim.interest),
        "claim.penalty": amount(claim.penalty),
        "claim.compound": amount(claim.compound),
        "claim.charges": amount(claim.interest + claim.penalty + claim.compound),
        "claim.costs": amount(claim.costs) if claim.costs else "",
        "claim.costs_detail": _yuan(claim.costs) if claim.costs else "",
        "claim.per_diem": amount(claim.per_diem),
        "claim.method": fill(words["method"], cap=_cap_words(claim, words)),
        "claim.onward": "是",
        "claim.total_yuan": _yuan(claim.total),
        "claim.total_words": fill(words["total"], amount=amount(claim.total), capital=uppercase_rmb(claim.total))
        + fill(words["total_note"], fee=amount(claim.court_fee), half=amount(claim.court_fee_half)),
    }
    return values | dict(_date_parts("cutoff", claim.cutoff))


def _cap_words(claim: Claim, words: Any) -> str:
    rate = percent(claim.caps.annual)
    match claim.applied_cap:
        case CapMethod.GLOBAL:
            return fill(words["cap_global"], rate=rate)
        case CapMethod.PER_LINE:
            return fill(words["cap_per_line"], rate=rate)
        case CapMethod.NONE:
            return str(words["cap_none"])


def _choices(case: CaseFile) -> dict[str, str]:
    """Answer the yes-or-no rows that follow from the case; without a computed claim they stay open.

    No guarantee is said only where neither the clauses nor the claim know of one; 诉前保全 likewise.
    """
    clauses = dict(case.contract.clauses)
    known = case.claim is not None
    unsecured = known and "guarantee" not in clauses
    return {
        "security": "否" if unsecured else "",
        "guarantee": "否" if unsecured else "",
        "guarantee.none": "无" if unsecured else "",
        "costs": "" if not known else ("是" if case.claim is not None and case.claim.costs else "否"),
        "court_costs": "是" if known else "",
        "jurisdiction": "有" if case.jurisdiction_clause else ("无" if known else ""),
        "jurisdiction.clause": case.jurisdiction_clause,
        "preserved": "否" if known else "",
    }
