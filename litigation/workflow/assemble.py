"""Assemble: from a loan's history and the pinned source to its case file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from evidence_service.core.report import Report
from litigation.core.bound_parties import bound_parties
from litigation.core.casefile import (
    CaseFile,
    CheckLine,
    Contract,
    Fact,
    JudgmentOrder,
    LoggedEvent,
    LogState,
    PropertyClue,
    Repayment,
)
from litigation.core.costs import payment_order_fee, preservation_fee
from litigation.core.defect import blocking
from litigation.core.exhibit_list import exhibits_of
from litigation.core.fact_table import facts_of
from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.loan_terms import acceleration
from litigation.core.origin import Surroundings, provenance_of
from litigation.core.paper_kinds import route_of
from litigation.core.party import NaturalPerson
from litigation.matrix_file import load_matrix
from litigation.workflow.assess import Assessment
from litigation.workflow.case_source import CaseSource, our_reference, suing
from litigation.workflow.preflight import Case, preflight

NOTHING_KNOWN = Surroundings()


def assemble_case(
    history: LoanHistory,
    assessment: Assessment,
    report: Report,
    source: CaseSource,
    read_original: Callable[[str], bytes],
    surroundings: Surroundings = NOTHING_KNOWN,
) -> CaseFile:
    """Draw the case file of a loan. Defects are listed; whether they stop it is decided by who renders it."""
    plaintiff = source.plaintiff
    exhibits = exhibits_of(
        history,
        lambda kind: source.event_names[kind][0],
        plaintiff.organisation.name or "原告",
        read_original,
        [one.tree_size for one in source.earlier],
    )
    facts = facts_of(history, assessment.claim, exhibits)
    known = {fact.key: fact.value for fact in facts}
    checked = preflight(_case(history, facts, assessment, source), load_matrix())
    defects = tuple(defect.sentence for defect in blocking(checked.defects))
    borrower = _defendant(known)
    by_event = {exhibit.event_id: exhibit.number for exhibit in reversed(exhibits)}
    bound = bound_parties(history, borrower, by_event)
    claim = assessment.claim
    accelerated_on, reached_on = acceleration(history, source.as_of)
    return CaseFile(
        our_reference=our_reference(history.institution, history.loan),
        institution=history.institution,
        loan=history.loan,
        court=plaintiff.court,
        as_of=source.as_of,
        plaintiff=plaintiff.organisation,
        agent=plaintiff.agent,
        defendants=(borrower, *bound.others),
        contract=_contract(history, known),
        disbursed_on=day_of(known["disbursed_on"]),
        disbursed_amount=_decimal(known["disbursed_amount"]),
        claim=claim,
        stated_totals=assessment.stated,
        repaid=None if claim is None else Repayment(claim.paid_principal, claim.paid_interest, claim.paid_through),
        overdue_since=claim.overdue_since if claim else None,
        overdue_days=claim.overdue_days if claim else 0,
        accelerated_on=accelerated_on,
        acceleration_reached_on=reached_on,
        jurisdiction_clause=_clause_text(history, "jurisdiction"),
        facts=(*facts, *bound.facts),
        exhibits=exhibits,
        events=tuple(_logged(event, source, history) for event in history.events),
        log=_log_state(source),
        checks=tuple(
            CheckLine(check.n, check.name_zh, check.name, check.state.value, check.code, check.reason_zh)
            for check in report.checks
        ),
        defects=defects,
        findings=checked.defects,
        route=checked.decision.route if checked.decision else "",
        draft=bool(defects) and (source.draft or "parties" in plaintiff.withheld),
        sample=plaintiff.sample,
        provenance=provenance_of(history, surroundings),
        further_agents=plaintiff.further_agents,
        co_borrowers=bound.co_borrowers,
        joined=bound.joined,
        third_parties=bound.third_parties,
        guarantees=bound.guarantees,
        securities=bound.securities,
        property_clues=_property_clues(history),
        judgment=judgment_order(history),
        service=plaintiff.service,
        account=plaintiff.account,
        service_clause=_clause_text(history, "service"),
        agreed_address=_agreed_address(history),
        papers=source.papers,
        first_page=source.earlier[-1].last_page + 1 if source.earlier else 1,
        preservation_fee=preservation_fee(claim.total, source.rules, source.as_of) if claim else None,
        payment_order_fee=payment_order_fee(claim.total, source.rules, source.as_of) if claim else None,
        derived=assessment.derived,
    )


def _case(history: LoanHistory, facts: tuple[Fact, ...], assessment: Assessment, source: CaseSource) -> Case:
    """What the checks look at."""
    return Case(
        history=history,
        facts=facts,
        assessment=assessment,
        plaintiff=source.plaintiff,
        as_of=source.as_of,
        rules=source.rules,
        overdue_days=assessment.claim.overdue_days if assessment.claim else 0,
        suing=suing(source),
        route=route_of(source.papers),
    )


def _defendant(known: dict[str, str]) -> NaturalPerson:
    def value(name: str) -> str:
        return known[f"defendant.{name}"]

    return NaturalPerson(
        name=value("name"),
        gender=value("gender"),
        birth_date=day_of(value("birth_date")),
        ethnicity=value("ethnicity"),
        employer=value("employer"),
        job_title=value("job_title"),
        phone=value("phone"),
        household_address=value("household_address"),
        residence_address=value("residence_address"),
        id_type=value("id_type"),
        id_no=value("id_no"),
    )


def _contract(history: LoanHistory, known: dict[str, str]) -> Contract:
    signed = history.last("contract.signed")
    payload = signed.payload if signed else {}
    return Contract(
        name=known["contract.name"],
        number=known["contract.number"],
        signed_on=court_date(signed.occurred_at) if signed else None,
        place=known["contract.place"],
        lender=known["contract.lender"],
        borrower=known["contract.borrower"],
        principal=_decimal(known["contract.principal"]),
        annual_rate=_decimal(known["contract.annual_rate"]),
        penalty_rate=_decimal(known["contract.penalty_rate"]),
        compound=payload.get("compound") is True,
        term_start=day_of(known["contract.term_start"]),
        term_end=day_of(known["contract.term_end"]),
        repayment=known["contract.repayment"],
        clauses=tuple(sorted((str(k), str(v)) for k, v in payload.get("clauses", {}).items())),
        clause_texts=tuple(sorted((str(k), str(v)) for k, v in payload.get("clause_texts", {}).items())),
    )


def _clause_text(history: LoanHistory, topic: str) -> str:
    signed = history.last("contract.signed")
    texts = signed.payload.get("clause_texts", {}) if signed else {}
    return str(texts.get(topic, ""))


def _agreed_address(history: LoanHistory) -> str:
    """The address for service that the borrower agreed to in the contract."""
    signed = history.last("contract.signed")
    return str(signed.payload.get("service_address", "")) if signed else ""


def _property_clues(history: LoanHistory) -> tuple[PropertyClue, ...]:
    return tuple(
        PropertyClue(
            owner=str(event.payload.get("owner", "")),
            kind=str(event.payload["kind"]),
            description=str(event.payload["description"]),
            location=str(event.payload.get("location", "")),
            amount=_decimal(str(event.payload.get("amount", ""))),
            event_id=event.event_id,
        )
        for event in history.all("property.found")
    )


def judgment_order(history: LoanHistory) -> JudgmentOrder | None:
    """The newest judgment, and what was performed on it since."""
    event = history.last("judgment.entered")
    if event is None:
        return None
    payload = event.payload
    performed = (
        Decimal(one.payload["amount"]) for one in history.all("performance.made") if one.sequence > event.sequence
    )
    return JudgmentOrder(
        case_number=str(payload["case_number"]),
        kind=str(payload["kind"]),
        effective_on=day_of(payload.get("effective_on")),
        amount=_decimal(str(payload.get("amount", ""))),
        performed=sum(performed, Decimal("0.00")),
        event_id=event.event_id,
    )


def _logged(event: HistoryEvent, source: CaseSource, history: LoanHistory) -> LoggedEvent:
    correction = history.superseded().get(event.event_id)
    zh, en = source.event_names[event.type]
    return LoggedEvent(
        event_id=event.event_id,
        type=event.type,
        zh=zh,
        en=en,
        occurred_at=event.occurred_at,
        captured_at=event.captured_at,
        sequence=event.sequence,
        index=event.index,
        leaf_hash=event.leaf_hash,
        attachments=tuple(original.sha256 for original in event.originals),
        corrected_by=None if correction is None else correction.sequence,
        erased=event.erased,
    )


def _log_state(source: CaseSource) -> LogState:
    checkpoint, chain = source.published.checkpoint, source.chain
    return LogState(
        origin=checkpoint.origin,
        tree_size=checkpoint.size,
        root=checkpoint.root.hex(),
        checkpoint_at=source.published.created_at,
        chain_id=chain.chain_id if chain else 0,
        contract=chain.contract if chain else "",
        tx_hash=chain.tx if chain else "",
        block_number=chain.block if chain else 0,
        anchor_state=source.anchor_state,
    )


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
