"""Readiness: which required facts a case lacks, each named with where it should have come from.

Ground: CPL Article 124 (what a complaint must state) and the 2025 form. A case with defects is not for filing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from litigation.core.casefile import Fact, FactState
from litigation.core.history import LoanHistory
from litigation.core.party import Organisation
from litigation.core.schedule import schedule_for
from litigation.core.terms import LoanTerms, Repayment

REQUIRED_FACTS: Mapping[str, str] = {
    "defendant.name": "被告姓名，应来自 application.submitted 的 name",
    "defendant.id_no": "被告证件号码，应来自 application.submitted 的 id_no",
    "defendant.id_type": "被告证件类型，应来自 application.submitted 的 id_type",
    "defendant.household_address": "被告住所地，应来自 application.submitted 的 household_address",
    "defendant.phone": "被告联系电话，应来自 application.submitted 的 phone",
    "contract.number": "合同编号，应来自 contract.signed 的 contract_no",
    "contract.principal": "约定借款金额，应来自 contract.signed 的 principal",
    "contract.annual_rate": "约定利率，应来自 contract.signed 的 annual_rate",
    "contract.clauses": "合同条款编号，应来自 contract.signed 的 clauses",
    "disbursed_amount": "实际发放金额，应来自 loan.disbursed 的 amount",
    "disbursed_on": "发放日期，应来自 loan.disbursed 的 value_date",
}
STOPS: Mapping[str, str] = {
    "loan.closed": "贷款已结清（loan.closed），不得起诉",
    "borrower.deceased": "借款人已死亡（borrower.deceased），被告须变更",
    "borrower.insolvent": "借款人已进入破产程序（borrower.insolvent），个别诉讼应停止",
    "settlement.agreed": "双方已达成和解（settlement.agreed），须先确认是否履行",
    "mediation.agreed": "双方已达成调解（mediation.agreed），须先确认是否履行",
    "claim.assigned": "债权已转让（claim.assigned），原告不再是债权人",
    "judgment.entered": "已有裁判（judgment.entered），不得就同一债务重复起诉",
}


def defects_of(
    facts: Iterable[Fact], plaintiff: Organisation, court: str, seen_types: Iterable[str], notes: Sequence[str]
) -> tuple[str, ...]:
    """Everything that keeps this case from being filed, one sentence each, in a fixed order."""
    found = list(notes)
    known = {fact.key: fact for fact in facts}
    for key, sentence in REQUIRED_FACTS.items():
        fact = known.get(key)
        if fact is None or fact.state is FactState.UNSUPPORTED or not fact.value:
            found.append(f"{key}: {sentence}")
    for name, value, what in (
        ("plaintiff.name", plaintiff.name, "原告名称"),
        ("plaintiff.credit_code", plaintiff.credit_code, "统一社会信用代码"),
        ("plaintiff.address", plaintiff.address, "原告住所地"),
        ("plaintiff.representative", plaintiff.representative, "法定代表人"),
        ("court", court, "受诉法院"),
    ):
        if not value:
            found.append(f"{name}: {what}，应写入 institutions/ 下的机构资料")
    if known.get("contract.borrower") and known.get("defendant.name"):
        signed, applied = known["contract.borrower"].value, known["defendant.name"].value
        if signed and applied and signed != applied:
            found.append("defendant.name: 申请人与合同借款人姓名不一致，请核实")
    if known.get("contract.lender") and plaintiff.name and known["contract.lender"].value not in ("", plaintiff.name):
        found.append("plaintiff.name: 机构资料中的原告名称与合同贷款人不一致，请核实")
    types = set(seen_types)
    found += [f"{kind}: {sentence}" for kind, sentence in STOPS.items() if kind in types]
    return tuple(found)


def schedule_defects(history: LoanHistory, terms: LoanTerms | None) -> list[str]:
    """Where the schedule that the borrower was given is not the one that the claim is computed from."""
    told = history.last("schedule.set")
    if told is None or terms is None:
        return []
    rows = schedule_for(terms)
    computed = {"instalments": len(rows), "first_due": rows[0].due.isoformat(), "last_due": rows[-1].due.isoformat()}
    found = [
        f"schedule.set: {field} 为 {told.payload[field]}，按合同推算应为 {value}，请核实还款计划"
        for field, value in computed.items()
        if told.payload[field] != value
    ]
    stated = Decimal(told.payload["instalment_amount"])
    if terms.repayment is Repayment.EQUAL_INSTALMENT and stated != rows[0].payment:
        found.append(f"schedule.set: instalment_amount 为 {stated}，按合同推算应为 {rows[0].payment}，请核实还款计划")
    return found
