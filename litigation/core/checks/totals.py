"""Totals: the claim's lines, the ledger behind them, the payments in the log and the facts say one number.

Ground: CPL 124(3); docs/spec/debt.md. A difference here is an error of the program or of the data, so it always blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from litigation.core.claim import Claim
from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.money import ZERO, money_text, total_of
from litigation.core.schedule import schedule_for
from litigation.core.terms import CapMethod, LoanTerms, Payment, Repayment

LEDGER_ZH, LEDGER_EN = "欠款计算（data/ledger.json）与 payment.received", "the debt calculation and payment.received"
FACTS = ("principal", "interest", "penalty", "compound", "total", "per_diem")


def total_defects(dossier: Dossier) -> Iterator[Defect]:
    """Every sum that does not tie, a schedule that differs, and a cap that was not applied."""
    claim, terms = dossier.claim, dossier.terms
    if claim is None or terms is None:
        return
    for what, one, other in _sums(claim, terms, dossier.payments):
        if one != other:
            yield _untied(what, one, other)
    known = dossier.known
    for name in FACTS:
        stated = known.get(f"claim.{name}", "")
        if stated != money_text(getattr(claim, name)):
            yield _untied(f"claim.{name}", Decimal(stated or 0), getattr(claim, name))
    yield from schedule_defects(dossier)
    yield from _cap_defects(dossier, claim)


def _sums(claim: Claim, terms: LoanTerms, payments: tuple[Payment, ...]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """What must be equal: name, one side, other side."""
    yield "lines.principal", total_of(line.principal for line in claim.lines), claim.principal
    yield "lines.interest", total_of(line.interest for line in claim.lines), claim.interest
    yield "lines.penalty", total_of(line.penalty for line in claim.lines), claim.penalty
    yield "lines.compound", total_of(line.compound for line in claim.lines), claim.compound
    parts = (claim.principal, claim.interest, claim.penalty, claim.compound, claim.costs)
    yield "claim.total", total_of(parts), claim.total
    lent = claim.paid.principal + claim.principal + claim.undue_principal
    yield "principal", lent, terms.advanced + claim.capitalised
    paid = claim.paid
    applied = paid.principal + paid.interest + paid.penalty + paid.compound + paid.costs + paid.surplus
    yield "payments", applied + paid.after_cutoff, total_of(payment.amount for payment in payments)


def schedule_defects(dossier: Dossier) -> Iterator[Defect]:
    """Where the schedule that the borrower was given is not the one that the claim is computed from.

    One that was given before an agreement on new terms is held against the contract as signed.
    """
    told, terms, claim = dossier.history.last("schedule.set"), dossier.terms, dossier.claim
    if told is None or terms is None:
        return
    agreed = dossier.history.last("loan.restructured")
    renewed = claim if claim and claim.restructured and agreed and told.sequence > agreed.sequence else None
    rows = renewed.plan_in_force if renewed else schedule_for(terms)
    computed: dict[str, object] = {
        "instalments": len(rows),
        "first_due": rows[0].due.isoformat(),
        "last_due": rows[-1].due.isoformat(),
    }
    for field, value in computed.items():
        if told.payload[field] != value:
            yield _schedule(field, str(told.payload[field]), str(value))
    stated = Decimal(told.payload["instalment_amount"])
    level = renewed.restructured[-1].plan.repayment if renewed else terms.repayment
    if level is Repayment.EQUAL_INSTALMENT and stated != rows[0].payment:
        yield _schedule("instalment_amount", f"{stated}", f"{rows[0].payment}")


def _cap_defects(dossier: Dossier, claim: Claim) -> Iterator[Defect]:
    basis = dossier.article("cap.financial")
    if claim.applied_cap is CapMethod.NONE and max(claim.caps.globally.cut, claim.caps.per_line.cut) > ZERO:
        yield Defect(
            "cap-not-applied",
            "息费合计超过综合息费上限，且未作调减",
            "interest and charges are above the cap and were not cut",
            LEDGER_ZH,
            LEDGER_EN,
            blocking=True,
            basis=basis,
            subject="claim.cap",
        )
    elif claim.total > claim.safe_total:
        yield Defect(
            "cap-other-method",
            f"按另一种上限算法可主张 {claim.safe_total} 元，较本请求少；须由律师选择",
            f"the other method of the cap allows {claim.safe_total}, less than is claimed: a lawyer must choose",
            LEDGER_ZH,
            LEDGER_EN,
            blocking=False,
            basis=basis,
            subject="claim.cap",
        )


def _schedule(field: str, told: str, computed: str) -> Defect:
    return Defect(
        "schedule-differs",
        f"{field} 为 {told}，按合同推算应为 {computed}，请核实还款计划",
        f"{field} is {told}, by the contract it is {computed}",
        "schedule.set（信贷核心系统）",
        "schedule.set (loan core)",
        blocking=True,
        basis="民法典 第六百七十四条、第六百七十五条",
        subject="schedule.set",
    )


def _untied(what: str, one: Decimal, other: Decimal) -> Defect:
    return Defect(
        "totals-differ",
        f"{what}：{one} 与 {other} 不一致",
        f"{what}: {one} is not {other}",
        LEDGER_ZH,
        LEDGER_EN,
        blocking=True,
        basis="民事诉讼法 第一百二十四条",
        subject=what,
    )
