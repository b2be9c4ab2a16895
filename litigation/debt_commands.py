"""The command `proofdocket debt FILE`: computes a claim from a file, as a table or as JSON.

Spec: docs/spec/debt.md sections 2 and 12. Exit 0 computed, 1 refused with the field named, 2 wrong use.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from evidence_service.console import home_of
from evidence_service.settings import read_settings
from litigation.adapters.rule_folder import RuleFolder
from litigation.core.claim import Claim, compute_claim
from litigation.core.claim_json import claim_to_json
from litigation.core.judgment import JudgmentDebt, judgment_debt
from litigation.core.judgment_json import judgment_to_json
from litigation.core.money import uppercase_rmb, yuan
from litigation.debt_input import MAX_BYTES, JudgmentInput, parse_file
from litigation.errors import DebtInputError, LitigationError


@click.command("debt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.pass_context
def debt(context: click.Context, file: Path, as_json: bool) -> None:
    """Compute the claim that FILE describes, or what is owed under the judgment in it."""
    try:
        with file.open("rb") as opened:
            asked = parse_file(opened.read(MAX_BYTES + 1))
        rules = RuleFolder(read_settings(home_of(context)).home).rules()
        if isinstance(asked, JudgmentInput):
            ordered = judgment_debt(asked.judgment, asked.payments, asked.cutoff, rules=rules)
            answer, table = judgment_to_json(ordered), judgment_table(ordered)
        else:
            claim = compute_claim(asked.terms, asked.payments, asked.cutoff, rules=rules)
            answer, table = claim_to_json(claim), claim_table(claim)
    except LitigationError as error:
        _refuse(error, as_json=as_json)
    else:
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else table)


def _refuse(error: LitigationError, *, as_json: bool) -> None:
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
            f"Perform by       {debt.judgment.perform_by}",
            f"Judgment sum     {yuan(debt.amount)} open, {yuan(debt.paid_amount)} paid",
            f"Interest         {yuan(debt.interest)} open, {yuan(debt.paid_interest)} paid",
            f"Doubled part     {yuan(debt.doubled)} open, {yuan(debt.paid_doubled)} paid",
            f"Owed             {yuan(debt.total)} at the end of {debt.cutoff}; surplus {yuan(debt.surplus)}",
            f"Per day after    {yuan(debt.per_diem)}",
            f"Rule             {debt.rule.source} [{debt.rule.mark}]",
            f"Rules            {debt.rules_digest}",
        ]
    )
