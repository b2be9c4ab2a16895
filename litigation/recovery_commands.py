"""The commands `portfolio propose`, `tables`, `outcomes`, `recovery`: what may be won, and what came of it.

Spec: docs/spec/recovery.md.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from litigation.bootstrap import open_recovery
from litigation.core.overview import Bucket
from litigation.core.recovery.expected import Expected
from litigation.core.recovery.proposal import LeftOut, Proposed
from litigation.core.routing import NAMES

institution_option = click.option("--institution", help="Which log, where the instance has several.")
LEFT = {
    "blocked": "材料不全 / blocked by a defect",
    "at_court": "已在法院 / with a court already",
    "no_route": "无建议路径 / no route is recommended",
    "no_claim": "欠款无法计算 / its claim cannot be computed",
    "below_break_even": "预期净回收为负 / expected net below zero",
    "capacity": "超出办理能力 / beyond capacity",
}


@click.command("propose")
@click.option("--weeks", type=click.IntRange(1, 52), default=1, show_default=True, help="Capacity of so many weeks.")
@click.option("--show", "most", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Lines to print.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def propose_command(context: click.Context, /, weeks: int, most: int, institution: str | None, as_json: bool) -> None:
    """Rank overdue loans by expected net recovery within the capacity of court and staff; each line says why."""
    service = open_recovery(home_of(context))
    name = service.portfolio.evidence.log(institution).institution
    found = service.propose(name, weeks)
    capacity = {key: {"used": f"{found.used[key]:f}", "of": f"{of:f}"} for key, of in found.capacity.items()}
    answer = {
        "weeks": weeks,
        "assumptions": "recovery.* of the rules, mark O: ours until replaced by own outcomes",
        "rules_digest": service.rules.digest,
        "capacity": capacity,
        "proposed": [_proposed_json(rank, one) for rank, one in enumerate(found.proposed, 1)],
        "left_out": [_left_json(one) for one in found.left_out],
    }
    lines = [
        f"{len(found.proposed):,} loans proposed for {weeks} week(s), {len(found.left_out):,} left out; "
        "probabilities and costs are assumptions of ours (mark O)"
    ]
    lines += [f"  {key}: {one['used']} of {one['of']}" for key, one in capacity.items()]
    lines += [_proposed_line(rank, one) for rank, one in enumerate(found.proposed[:most], 1)]
    lines += [f"  left out: {one.loan}  {LEFT[one.why]}" for one in found.left_out[:most]]
    emit(as_json, answer, lines)


@click.command("tables")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def tables_command(context: click.Context, /, institution: str | None, as_json: bool) -> None:
    """Show from which bucket to which loans rolled in 30 days, how many cured, and how late each vintage is."""
    service = open_recovery(home_of(context))
    found = service.tables(service.portfolio.evidence.log(institution).institution)
    roll = [
        {"from": old.value, "to": new.value, "loans": count, "share": f"{found.shares[old, new]:f}"}
        for (old, new), count in sorted(found.roll.items(), key=lambda one: [list(Bucket).index(b) for b in one[0]])
    ]
    cured = {one.value: _text(found.cured(one)) for one in Bucket if one is not Bucket.CURRENT}
    vintages = [
        {
            "month": one.month,
            "loans": one.loans,
            "late": f"{one.share(Bucket.TO_30):.4f}",
            "over_30": f"{one.share(Bucket.TO_60):.4f}",
            "over_90": f"{one.share(Bucket.TO_180):.4f}",
        }
        for one in found.vintages
    ]
    lines = [f"  {one['from']:>7} > {one['to']:<7} {one['loans']:>7,}  {one['share']}" for one in roll]
    lines += [f"  cured from {bucket}: {value or 'nobody was in it'}" for bucket, value in cured.items()]
    lines += [
        f"  {one['month']}  {one['loans']:>7,} loans  late {one['late']}  >30 {one['over_30']}  >90 {one['over_90']}"
        for one in vintages
    ]
    emit(as_json, {"roll": roll, "cured": cured, "vintages": vintages}, lines or ["the overview is empty"])


@click.command("outcomes")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def outcomes_command(context: click.Context, /, institution: str | None, as_json: bool) -> None:
    """Show how long filing, judgment and money took, and what courts returned for which defect."""
    service = open_recovery(home_of(context))
    found = service.outcomes(service.portfolio.evidence.log(institution).institution)
    spans = [
        {
            "name": one.name,
            "done": len(one.days),
            "open": one.open,
            "median": one.quantile(0.5),
            "p90": one.quantile(0.9),
        }
        for one in found.spans
    ]
    defects = [
        {"defect": name, "returns": count, "rate": f"{Decimal(count) / found.filings:.4f}" if found.filings else None}
        for name, count in found.defects
    ]
    answer = {
        "loans": found.loans,
        "filings": found.filings,
        "accepted": found.accepted,
        "returned": found.returned,
        "refused": found.refused,
        "spans": spans,
        "defects": defects,
    }
    lines = [
        f"{found.loans:,} loans at court; {found.filings:,} filings: {found.accepted:,} accepted, "
        f"{found.returned:,} returned, {found.refused:,} refused"
    ]
    lines += [
        f"  {one['name']:<19} {one['done']:>6,} done, {one['open']:>6,} open; "
        f"median {one['median']}, p90 {one['p90']} days"
        for one in spans
    ]
    lines += [f"  returned for {one['defect']}: {one['returns']} ({one['rate']} of filings)" for one in defects]
    emit(as_json, answer, lines)


@click.command("recovery")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def recovery_command(context: click.Context, /, institution: str | None, as_json: bool) -> None:
    """Show what came back after charge-offs, by year: gross, fees, net, as shares of what was written off."""
    service = open_recovery(home_of(context))
    found = service.recovery(service.portfolio.evidence.log(institution).institution)
    rows = [
        {
            "year": year,
            "loans": one.loans,
            "with_recovery": one.some,
            "principal": f"{one.principal:f}",
            "recovered": f"{one.recovered:f}",
            "fee": f"{one.fee:f}",
            "gross": _text(one.gross),
            "net": _text(one.net),
        }
        for year, one in found.items()
    ]
    lines = [
        f"  {one['year']:<5} {one['loans']:>7,} loans  {one['principal']:>16} written off  "
        f"{one['recovered']:>14} back  "
        f"{one['fee']:>12} fees  gross {one['gross']}  net {one['net']}"
        for one in rows
    ]
    emit(as_json, {"recovery": rows}, lines)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _expected_json(one: Expected) -> dict[str, Any]:
    return {
        "route": one.route.value,
        "claim": f"{one.claim:f}",
        "fee": f"{one.fee:f}",
        "expected_net": f"{one.net:f}",
        "low": f"{one.low:f}",
        "high": f"{one.high:f}",
        "break_even": _text(one.break_even),
        "formula": one.formula,
        "source": one.assumptions.source,
        "mark": one.assumptions.mark,
    }


def _proposed_json(rank: int, one: Proposed) -> dict[str, Any]:
    days = {"limitation_days": one.limitation_days, "urgent": one.urgent}
    return {"rank": rank, "loan": one.loan} | _expected_json(one.expected) | days


def _left_json(one: LeftOut) -> dict[str, Any]:
    return {"loan": one.loan, "why": one.why} | (_expected_json(one.expected) if one.expected else {})


def _proposed_line(rank: int, one: Proposed) -> str:
    brings = one.expected
    soon = f"; limitation in {one.limitation_days} days" if one.urgent else ""
    even = "none" if brings.break_even is None else f"{brings.break_even:f}"
    return (
        f"  {rank:>4}. {one.loan}  {' / '.join(NAMES[brings.route])}: {brings.formula} "
        f"({brings.low} to {brings.high}; pays from {even}){soon}"
    )
