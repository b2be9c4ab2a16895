"""Required facts of the complaint and of the plaintiff: CPL 124 and the 2025 form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.identity_number import is_credit_code

FORM = "民事诉讼法 第一百二十四条；2025年要素式起诉状"


@dataclass(frozen=True, slots=True)
class Required:
    """What a fact is called, and the field that it should have come from."""

    zh: str
    en: str
    source: str


REQUIRED_FACTS: Mapping[str, Required] = MappingProxyType(
    {
        "defendant.name": Required("被告姓名", "the defendant's name", "application.submitted 的 name"),
        "defendant.id_no": Required("被告证件号码", "the defendant's ID number", "application.submitted 的 id_no"),
        "defendant.id_type": Required("被告证件类型", "the kind of ID", "application.submitted 的 id_type"),
        "defendant.household_address": Required(
            "被告住所地", "the defendant's domicile", "application.submitted 的 household_address"
        ),
        "defendant.phone": Required("被告联系电话", "the defendant's telephone", "application.submitted 的 phone"),
        "contract.number": Required("合同编号", "the contract number", "contract.signed 的 contract_no"),
        "contract.principal": Required("约定借款金额", "the agreed amount", "contract.signed 的 principal"),
        "contract.annual_rate": Required("约定利率", "the agreed rate", "contract.signed 的 annual_rate"),
        "contract.clauses": Required("合同条款编号", "the numbers of the clauses", "contract.signed 的 clauses"),
        "disbursed_amount": Required("实际发放金额", "the amount paid out", "loan.disbursed 的 amount"),
        "disbursed_on": Required("发放日期", "the day of disbursement", "loan.disbursed 的 value_date"),
    }
)
PLAINTIFF: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "plaintiff.name": ("原告名称", "the plaintiff's name"),
        "plaintiff.credit_code": ("统一社会信用代码", "the plaintiff's credit code"),
        "plaintiff.address": ("原告住所地", "the plaintiff's address"),
        "plaintiff.representative": ("法定代表人", "the legal representative"),
        "court": ("受诉法院", "the court"),
    }
)
INSTITUTION_ZH, INSTITUTION_EN = "institutions/ 下的机构资料", "the institution's file under institutions/"


def fact_defects(dossier: Dossier) -> Iterator[Defect]:
    """Every required fact that nothing supports; a claim that cannot be computed; content that was erased."""
    if "parties" in dossier.plaintiff.withheld:
        yield Defect(
            "parties-withheld",
            "来源数据未提供当事人资料（withheld），本稿仅供内部核对",
            "the source withholds the parties: for internal use only",
            "来源系统",
            "the source system",
            blocking=True,
            basis=FORM,
            subject="当事人信息",
        )
    if dossier.missing:
        yield Defect(
            "claim-not-computed",
            f"无法计算欠款：{dossier.missing}",
            f"the debt cannot be computed: {dossier.missing}",
            "信贷核心系统（contract.signed、loan.disbursed、payment.received）",
            "the loan core (contract.signed, loan.disbursed, payment.received)",
            blocking=True,
            basis=FORM,
            subject="claim",
        )
    for note in dossier.derived.notes if dossier.derived else ():
        yield Defect(
            "debt-derived",
            note.zh,
            note.en,
            "信贷核心系统",
            "the loan core",
            blocking=True,
            basis=FORM,
            subject=f"derived.{note.code}",
        )
    erased = sum(event.erased for event in dossier.history.events)
    if erased:
        yield Defect(
            "evidence-erased",
            f"本笔贷款有 {erased} 项存证内容已依法删除，不得据以提交",
            f"the content of {erased} event(s) of this loan was erased: nothing is filed on what is left",
            "subject.erased",
            "subject.erased",
            blocking=True,
            basis="民事诉讼法 第六十七条",
            subject="subject.erased",
        )
    known = dossier.known
    for key, needed in REQUIRED_FACTS.items():
        if not known.get(key):
            yield Defect(
                "fact-missing",
                f"缺少{needed.zh}",
                f"{needed.en} is missing",
                needed.source,
                needed.source.replace(" 的 ", ", field "),
                blocking=True,
                basis=FORM,
                subject=key,
            )


def plaintiff_defects(dossier: Dossier) -> Iterator[Defect]:
    """What the institution's details lack, a wrong credit code, and a plaintiff who is not the lender."""
    own = dossier.plaintiff.organisation
    values = (own.name, own.credit_code, own.address, own.representative, dossier.plaintiff.court)
    for (key, (zh, en)), value in zip(PLAINTIFF.items(), values, strict=True):
        if not value:
            yield Defect(
                "plaintiff-incomplete",
                f"缺少{zh}",
                f"{en} is missing",
                INSTITUTION_ZH,
                INSTITUTION_EN,
                blocking=True,
                basis=FORM,
                subject=key,
            )
    if own.credit_code and not is_credit_code(own.credit_code):
        yield Defect(
            "credit-code",
            "统一社会信用代码校验位不符",
            "the plaintiff's credit code has a wrong check character",
            INSTITUTION_ZH,
            INSTITUTION_EN,
            blocking=True,
            basis="GB 32100-2015",
            subject="plaintiff.credit_code",
        )
    lender = dossier.known.get("contract.lender", "")
    if lender and own.name and lender != own.name:
        yield Defect(
            "lender-differs",
            "机构资料中的原告名称与合同贷款人不一致，请核实",
            "the plaintiff is not named like the lender of the contract",
            f"{INSTITUTION_ZH}；contract.signed 的 lender",
            f"{INSTITUTION_EN}; contract.signed, field lender",
            blocking=True,
            basis="民事诉讼法 第一百二十二条",
            subject="plaintiff.name",
        )
