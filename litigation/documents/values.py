"""The values that a case file puts into the templates: one flat table from key to text.

Spec: docs/spec/papers.md section 5. An empty text is a blank of the form. Nothing here decides whether a blank
is allowed: that is readiness, and the template's list of required keys.
"""

from __future__ import annotations

from typing import Any

from litigation.core.arrears import Restructured
from litigation.core.casefile import CaseFile
from litigation.core.claim import Claim
from litigation.core.terms import CapMethod
from litigation.documents.application_values import application_blocks, application_values
from litigation.documents.party_values import date_parts, party_blocks, party_values
from litigation.documents.security_values import security_blocks, security_values
from litigation.documents.templates import TemplateSet, fill, shipped
from litigation.documents.writing import Words, amount, percent, words_of

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


def case_values(case: CaseFile, texts: TemplateSet | None = None) -> dict[str, str]:
    """Return every value of the case; later groups never overwrite earlier ones."""
    texts = texts or shipped()
    form, words = texts["complaint"]["words"], words_of(texts)
    values: dict[str, str] = {
        "our_reference": case.our_reference,
        "court": case.court,
        "as_of": words.day(case.as_of),
    }
    values.update(party_values(case, words, form))
    values.update(_contract(case, form, words))
    values["grounds.law"] = _articles(case, texts["complaint"]["statements"])
    values.update(_course_of_loan(case, form, words))
    values.update(_claim(case, form, words))
    values.update(_choices(case))
    values.update(security_values(case, words, form["securities"]))
    values.update(application_values(case, words, form))
    return values


def case_blocks(case: CaseFile) -> dict[str, tuple[str, ...]]:
    """The parties, guarantees and clues that repeated blocks of the papers stand for."""
    return {**party_blocks(case), **security_blocks(case), **application_blocks(case)}


def _contract(case: CaseFile, form: Any, words: Words) -> dict[str, str]:
    """Fill the rows on the contract, its money, term and rates."""
    contract = case.contract
    clauses = dict(contract.clauses)
    way = _REPAYMENT.get(contract.repayment, contract.repayment)
    title = contract.name.strip("《》")
    signing = [fill(form["securities"]["titled"], title=title) if title else ""]
    signing += [fill(form["securities"]["numbered"], number=contract.number) if contract.number else ""]
    signing += [words.day(contract.signed_on), contract.place]
    values = {
        "contract.name": contract.name,
        "contract.title": title,
        "contract.number": contract.number,
        "contract.signed_on": words.day(contract.signed_on),
        "contract.signing": form["securities"]["comma"].join(part for part in signing if part),
        "contract.lender": contract.lender,
        "contract.borrower": contract.borrower,
        "contract.principal": amount(contract.principal),
        "contract.principal_yuan": words.yuan(contract.principal),
        "contract.annual_rate": percent(contract.annual_rate),
        "contract.penalty_rate": percent(contract.penalty_rate),
        "contract.uplift": "",
        "contract.has_rate": "是" if contract.annual_rate is not None else "",
        "contract.has_uplift": "",
        "contract.has_compound": "是" if contract.compound else "",
        "contract.has_penalty": "是" if contract.penalty_rate is not None else "",
        "contract.term_start": words.day(contract.term_start),
        "contract.term_end": words.day(contract.term_end),
        "repayment": way if way in _FORM_REPAYMENT else ("其他" if way else ""),
        "repayment_other": "" if way in _FORM_REPAYMENT else way,
        "repayment_words": form["repayment"].get(way, way),
        "grounds.contract": _clause_list(clauses, form, words),
    }
    values.update(date_parts("contract.start", contract.term_start))
    values.update(date_parts("contract.end", contract.term_end))
    for topic in ("rate", "compound", "penalty"):
        values[f"contract.clause.{topic}"] = _bare_number(clauses.get(topic, ""))
    return values


def _articles(case: CaseFile, statements: Any) -> str:
    """The articles that the claim rests on; those on guarantees and securities only where there are some."""
    if not case.contract.number:
        return ""
    surety = statements["grounds_surety"] if case.guarantees else ""
    return str(statements["grounds"]) + surety + (statements["grounds_security"] if case.securities else "")


def _clause_list(clauses: dict[str, str], form: Any, words: Words) -> str:
    """Name the clauses that the claim rests on, with the topic in words where the template has one."""
    topics = form["clause_topic"]
    return words.sentences(
        fill(form["clause_named"], number=_bare_number(number), topic=topics.get(topic, topic))
        for topic, number in clauses.items()
    )


def _bare_number(clause: str) -> str:
    """Take 第 and 条 off a clause number, which the form prints itself."""
    bare = clause.strip()
    if bare.startswith("第") and bare.endswith("条"):
        return bare[1:-1].strip()
    return bare


def _course_of_loan(case: CaseFile, form: Any, words: Words) -> dict[str, str]:
    """Fill disbursement, repayment, default and acceleration."""
    end = case.contract.term_end
    matured = "" if end is None else ("是" if end <= case.as_of or case.accelerated_on else "否")
    note = ""
    if case.accelerated_on and end is not None and end > case.as_of:
        note = fill(form["accelerated_note"], date=words.day(case.accelerated_on))
    notice = form["notice_pending"]
    if case.acceleration_reached_on:
        notice = fill(form["notice_reached"], date=words.day(case.acceleration_reached_on))
    values = {
        "disbursed_on": words.day(case.disbursed_on),
        "disbursed_amount": amount(case.disbursed_amount),
        "disbursed_yuan": words.yuan(case.disbursed_amount),
        "matured": matured,
        "maturity_note": note,
        "overdue": "是" if case.overdue_since else "",
        "overdue_since": words.day(case.overdue_since),
        "overdue_days": fill(form["days"], days=case.overdue_days) if case.overdue_since else "",
        "accelerated": "是" if case.accelerated_on else ("否" if case.claim else ""),
        "accelerated_on": words.day(case.accelerated_on),
        "acceleration_notice": notice,
        "repaid.principal": amount(case.repaid.principal) if case.repaid else "",
        "repaid.interest": amount(case.repaid.interest) if case.repaid else "",
    }
    values.update(date_parts("disbursed", case.disbursed_on))
    values.update(date_parts("repaid", case.repaid.interest_through if case.repaid else None))
    return values


def _claim(case: CaseFile, form: Any, words: Words) -> dict[str, str]:
    """Fill the claim rows; without a computed claim, the totals that the source states."""
    claim = case.claim
    if claim is None:
        stated = "".join(
            fill(form["stated"], label=total.label_zh, amount=words.money(total.amount, total.currency))
            for total in case.stated_totals
        )
        values = {"claim.method": form["no_interest"], "stated.lines": stated, "claim.onward": ""}
        if not stated:
            values["no_claim_basis"] = "是"
        return values | dict(date_parts("cutoff", None))
    values = {
        "cutoff": words.day(claim.cutoff),
        "claim.principal": amount(claim.principal),
        "claim.interest": amount(claim.interest),
        "claim.penalty": amount(claim.penalty),
        "claim.compound": amount(claim.compound),
        "claim.charges": amount(claim.interest + claim.penalty + claim.compound),
        "claim.costs": amount(claim.costs) if claim.costs else "",
        "claim.costs_detail": words.yuan(claim.costs) if claim.costs else "",
        "claim.per_diem": amount(claim.per_diem),
        "claim.method": fill(form["method"], cap=_cap_words(claim, form)),
        "claim.onward": "是",
        "restructured.terms": words.sentences(_new_terms(one, form, words) for one in claim.restructured),
        "claim.total_yuan": words.yuan(claim.total),
        "claim.total_capital": words.capital(claim.total),
        "claim.total_words": words.capital(claim.total)
        + fill(form["total_note"], fee=amount(claim.court_fee), half=amount(claim.court_fee_half)),
    }
    return values | dict(date_parts("cutoff", claim.cutoff))


def _new_terms(done: Restructured, form: Any, words: Words) -> str:
    """What an agreement changed: principal, rate, instalments. An instance's older texts may lack the sentence."""
    plan = done.plan
    way = _REPAYMENT.get(plan.repayment.value, plan.repayment.value)
    return fill(
        form.get("restructured", ""),
        day=words.day(done.agreement.on),
        principal=amount(plan.principal),
        rate=percent(plan.rate),
        count=plan.count,
        way=form["repayment"].get(way, way),
        first=words.day(plan.due(plan.first_no)),
    )


def _cap_words(claim: Claim, form: Any) -> str:
    rate = percent(claim.caps.annual)
    match claim.applied_cap:
        case CapMethod.GLOBAL:
            return fill(form["cap_global"], rate=rate)
        case CapMethod.PER_LINE:
            return fill(form["cap_per_line"], rate=rate)
        case CapMethod.NONE:
            return str(form["cap_none"])


def _choices(case: CaseFile) -> dict[str, str]:
    """Answer the yes-or-no rows that follow from the case; without a computed claim they stay open."""
    known = case.claim is not None
    return {
        "costs": "" if not known else ("是" if case.claim is not None and case.claim.costs else "否"),
        "court_costs": "是" if known else "",
        "jurisdiction": "有" if case.jurisdiction_clause else ("无" if known else ""),
        "jurisdiction.clause": case.jurisdiction_clause,
        "preserved": "否" if known else "",
    }
