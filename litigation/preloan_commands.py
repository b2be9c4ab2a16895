"""The commands `preloan check` and `explain`: checks of an application, and what is told to the borrower.

Spec: docs/spec/preloan.md; Personal Information Protection Law 24.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from litigation.adapters.bureau_file import FileBureau
from litigation.bootstrap import open_preloan
from litigation.core.explanation import MISSING, Explained

FIELDS = {
    "identity.verified.result": ("实名核验结果", "result of the identity check"),
    "information.verified.result": ("申请信息核查结果", "result of the check of what you declared"),
    "fraud.assessed.result": ("反欺诈调查结果", "result of the fraud check"),
    "income.recorded.monthly_income": ("月收入", "monthly income"),
    "income.recorded.monthly_liabilities": ("月负债", "monthly liabilities"),
    "borrowing.checked.lenders": ("借款机构数", "number of other lenders"),
    "own loans": ("您在本机构的其他贷款", "your other loans with us"),
}
institution_option = click.option("--institution", help="Which log, where the instance has several.")


@click.group("preloan")
def preloan_group() -> None:
    """Check an application before the loan by a dated policy; a person decides."""


@preloan_group.command("check")
@click.argument("loan")
@click.option(
    "--bureau",
    type=(str, click.Path(exists=True, dir_okay=False, path_type=Path)),
    metavar="NAME FILE",
    help="Ask the answers of a bureau first, a CSV file; the answer becomes an event (borrowing.checked).",
)
@click.option("--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="As known on this day (default: today).")
@click.option("--log", "keep", is_flag=True, help="Write the finding into the log (preloan.assessed).")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def check_command(
    context: click.Context,
    /,
    loan: str,
    bureau: tuple[str, Path] | None,
    day: datetime | None,
    keep: bool,
    institution: str | None,
    as_json: bool,
) -> None:
    """Check identity, information, fraud, liabilities to income, other lenders and own loans of LOAN's borrower."""
    service = open_preloan(home_of(context))
    name = service.evidence.log(institution).institution
    asked = service.ask(name, loan, FileBureau(bureau[1], bureau[0])) if bureau else None
    found = service.check(name, loan, day.date() if day else service.today(), keep=keep)
    answer = {
        "loan": loan,
        "policy_version": found.policy_version,
        "outcome": found.outcome.value,
        "inputs_digest": found.digest(),
        "bureau": asked.reference if asked else None,
        "checks": [asdict(one) for one in found.checks],
    }
    lines = [f"{loan}: {found.outcome} by policy preloan {found.policy_version}"]
    lines += [f"  {one.result:<11} {one.zh} / {one.en}" for one in found.checks]
    if bureau and asked is None:
        lines.append(f"  {bureau[0]} has no row of this borrower: that is no answer of none")
    emit(as_json, answer, lines)


@click.command("explain")
@click.argument("loan")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the text.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def explain_command(context: click.Context, /, loan: str, lang: str, institution: str | None, as_json: bool) -> None:
    """Tell LOAN's borrower in plain words what was decided, by what, from which data, why, and whom to ask."""
    service = open_preloan(home_of(context))
    told = service.explain(service.evidence.log(institution).institution, loan)
    at = 0 if lang == "zh" else 1
    none = ("没有关于您的决定记录在案。", "No decision about you is on record.")[at]
    lines = [(f"关于贷款 {loan} 对您作出的决定", f"Decisions about you, loan {loan}")[at]]
    lines += [line for one in told.decisions for line in _lines(one, at)] or [none]
    lender, phone, address = (one or MISSING[at] for one in (told.lender, told.phone, told.address))
    lines.append(
        (
            f"您有权要求说明，并有权拒绝仅由自动化决策作出、对您权益有重大影响的决定（个人信息保护法第二十四条）。"
            f"申请人工复核：{lender}，电话 {phone}，地址 {address}。",
            f"You may ask for an explanation, and refuse a decision with a major effect on you that was made by "
            f"automated means alone (Personal Information Protection Law 24). For a review by a person: "
            f"{lender}, {phone}, {address}.",
        )[at]
    )
    answer = {
        "loan": loan,
        "decisions": [asdict(one) | {"on": one.on.isoformat()} for one in told.decisions],
        "lender": told.lender,
        "phone": told.phone,
        "address": told.address,
    }
    emit(as_json, answer, lines)


def _lines(one: Explained, at: int) -> list[str]:
    how = (("自动作出", "automatic"), ("有人参与", "a person took part"))[0 if one.automatic else 1][at]
    by, data, why = (("依据", "by"), ("使用的数据", "data used"), ("理由", "reasons"))
    missing, comma = MISSING[at], ("；", "; ")[at]
    return [
        f"- {one.on}  {one.names[at]}{('：' if at == 0 else ': ') + one.result if one.result else ''}  ({how})",
        f"    {by[at]}: {one.by or missing}",
        f"    {data[at]}: {comma.join(FIELDS[name][at] if name in FIELDS else name for name in one.data) or missing}",
        f"    {why[at]}: {comma.join(_in(text, at) for text in one.reasons) or missing}",
    ]


def _in(text: str, at: int) -> str:
    """The half of our own two-language reasons (Chinese / English); a source's text stays as it is."""
    halves = text.split(" / ")
    return halves[at] if len(halves) == 2 else text
