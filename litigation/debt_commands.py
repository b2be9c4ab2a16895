"""The command `proofdocket debt`: computes a claim from a file or from a loan's events, as a table or as JSON.

Spec: docs/spec/debt.md sections 2, 12 and 14. Exit 0 computed, 1 refused with the field named, 2 wrong use.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import click

from evidence_service.console import home_of, operator
from evidence_service.errors import ProofDocketError
from evidence_service.settings import read_settings
from litigation.adapters.rule_folder import RuleFolder
from litigation.core.claim import Claim, compute_claim
from litigation.core.claim_json import claim_to_json
from litigation.core.judgment import JudgmentDebt, judgment_debt
from litigation.core.judgment_json import judgment_to_json
from litigation.core.money import uppercase_rmb, yuan
from litigation.debt_input import MAX_BYTES, JudgmentInput, parse_file
from litigation.errors import DebtInputError


@click.command("debt")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--loan", help="Compute from the logged events of this loan instead of FILE.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="With --loan: the cut-off day [today in China].")
@click.option("--institution", help="With --loan: which log, where the instance has several.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.pass_context
def debt(
    context: click.Context,
    file: Path | None,
    loan: str | None,
    as_of: datetime | None,
    institution: str | None,
    as_json: bool,
) -> None:
    """Compute the claim that FILE describes, or what is owed under the judgment in it; with --loan, from the log."""
    if (file is None) == (loan is None):
        raise click.UsageError("name a FILE, or a loan with --loan")
    home = home_of(context)
    try:
        if file is not None:
            found = _from_file(file, home)
        else:
            found = _from_log(home, institution, str(loan), as_of.date() if as_of else None)
    except ProofDocketError as error:
        _refuse(error, as_json=as_json)
    else:
        if isinstance(found, JudgmentDebt):
            answer, table = judgment_to_json(found), judgment_table(found)
        else:
            answer, table = claim_to_json(found), claim_table(found)
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else table)


def _from_file(file: Path, home: Path | None) -> Claim | JudgmentDebt:
    with file.open("rb") as opened:
        asked = parse_file(opened.read(MAX_BYTES + 1))
    rules = RuleFolder(read_settings(home).home).rules()
    if isinstance(asked, JudgmentInput):
        return judgment_debt(asked.judgment, asked.payments, asked.cutoff, rules=rules)
    return compute_claim(asked.terms, asked.payments, asked.cutoff, rules=rules)


def _from_log(home: Path | None, institution: str | None, loan: str, as_of: date | None) -> Claim | JudgmentDebt:
    # Here, not above: a file is computed without an instance, and without loading all that opens one.
    from evidence_service.service import require_initialised  # noqa: PLC0415
    from litigation.bootstrap import open_rooms  # noqa: PLC0415
    from litigation.workflow.case_source import our_reference  # noqa: PLC0415

    service, _ = open_rooms(home)
    require_initialised(service.evidence)
    name = service.evidence.log(institution).institution
    service.evidence.record_accesses(
        [our_reference(name, loan)], who=operator(), action="debt", institution=name, purpose="debt calculation"
    )
    return service.debt(name, loan, as_of or service.today())


def _refuse(error: ProofDocketError, *, as_json: bool) -> None:
    """Say on standard error what is wrong; with --json also as the one object; exit 1."""
    click.echo(f"Error: {error}", err=True)
    if as_json:
        told = {"code": error.code, "message": str(error)}
        if isinstance(error, DebtInputError):
            told["field"] = error.field
        click.echo(json.dumps({"error": told}, ensure_ascii=False))
    raise click.exceptions.Exit(1)


def claim_table(claim: Claim) -> str:
    """Lay the claim out for a terminal."""
    head = f"{'item':>12} {'due':<10} {'principal':>13} {'interest':>12} {'days':>5}"
    rows = [head + f" {'penalty':>12} {'compound':>11}"]
    for line in claim.lines:
        row = f"{line.item:>12} {line.due} {line.principal:>13} {line.interest:>12} {line.days:>5}"
        rows.append(row + f" {line.penalty:>12} {line.compound:>11}")
    row = f"{'total':>12} {'':<10} {claim.principal:>13} {claim.interest:>12} {'':>5}"
    rows += [row + f" {claim.penalty:>12} {claim.compound:>11}", ""]
    caps = claim.caps
    rows += [
        f"Cut-off          {claim.cutoff}",
        f"Costs            {yuan(claim.costs)}",
        f"Claim            {yuan(claim.total)} ({uppercase_rmb(claim.total)})",
        f"Per day after    {yuan(claim.per_diem)}",
        f"Cap {caps.annual:f} global    allowed {yuan(caps.globally.allowed)}, cut {yuan(caps.globally.cut)}",
        f"Cap {caps.annual:f} per line  allowed {yuan(caps.per_line.allowed)}, cut {yuan(caps.per_line.cut)}",
        f"Applied cap      {claim.applied_cap.value}; safe claim {yuan(claim.safe_total)}",
        f"Acceptance fee   {yuan(claim.court_fee)} (half: {yuan(claim.court_fee_half)})",
        f"Paid             principal {yuan(claim.paid_principal)}, interest {yuan(claim.paid_interest)}"
        f" (through {claim.paid_through}), waiting {yuan(claim.paid.surplus)}",
        f"Rules            {claim.rules_digest}",
    ]
    return "\n".join(rows)


def judgment_table(debt: JudgmentDebt) -> str:
    """Lay the debt under a judgment out for a terminal."""
    rows = [f"{'':>10} {'from':<10} {'through':<10} {'days':>5} {'base':>13} {'daily':>9} {'amount':>12}"]
    for part in debt.stretches:
        row = f"{part.kind:>10} {part.first} {part.last} {part.days:>5} {part.base:>13}"
        rows.append(f"{row} {part.daily_rate:>9f} {part.amount:>12}")
    return "\n".join(
        [
            *rows,
            "",
            f"Perform by       {debt.perform_by}"
            + (" (holidays of that year not recorded)" if debt.provisional else ""),
            f"Judgment sum     {yuan(debt.amount)} open, {yuan(debt.paid_amount)} paid",
            f"Interest         {yuan(debt.interest)} open, {yuan(debt.paid_interest)} paid",
            f"Doubled part     {yuan(debt.doubled)} open, {yuan(debt.paid_doubled)} paid",
            f"Owed             {yuan(debt.total)} at the end of {debt.cutoff}; surplus {yuan(debt.surplus)}",
            f"Per day after    {yuan(debt.per_diem)}",
            f"Rule             {debt.rule.source} [{debt.rule.mark}]",
            f"Rules            {debt.rules_digest}",
        ]
    )
