"""Identity of the defendant: the number checks out, and every event names the same person.

Ground: GB 11643-1999; 民诉法解释 209 (the defendant must be identifiable). No value is written into a defect.
"""

from __future__ import annotations

from collections.abc import Iterator

from litigation.core.calendar_days import add_years
from litigation.core.defect import Defect
from litigation.core.dossier import Dossier
from litigation.core.history import LoanHistory, day_of
from litigation.core.identity_number import CITIZEN, birth_of, is_citizen_number, sex_of

GROUND = "民诉法解释 第二百零九条；GB 11643-1999"
ADULT = 18
NAMES = (
    ("contract.signed", "borrower", True, "合同借款人", "the borrower of the contract"),
    ("identity.verified", "name", True, "实名核验的姓名", "the name that was verified"),
    ("loan.disbursed", "payee", False, "放款收款人", "the payee of the disbursement"),
)
"""Event, field, whether a difference blocks, and what the field is."""


def identity_defects(dossier: Dossier) -> Iterator[Defect]:
    """The number against itself, against birth and sex, and all names and numbers against each other."""
    yield from _number_defects(dossier)
    yield from _name_defects(dossier.history)


def _number_defects(dossier: Dossier) -> Iterator[Defect]:
    known = dossier.known
    number, kind = known.get("defendant.id_no", ""), known.get("defendant.id_type", "")
    if not number or kind not in ("", CITIZEN):
        return  # another paper has another number: nothing here checks it
    if not is_citizen_number(number):
        yield _defect(
            "id-number",
            "被告公民身份号码格式或校验位不符",
            "the defendant's identity number has a wrong form or check character",
            "defendant.id_no",
        )
        return
    born = birth_of(number)
    stated = day_of(known.get("defendant.birth_date"))
    if stated is not None and stated != born:
        yield _defect(
            "id-birth-date",
            "出生日期与公民身份号码不一致",
            "the day of birth is not that of the identity number",
            "defendant.birth_date",
        )
    gender = known.get("defendant.gender", "")
    if gender in ("男", "女") and gender != sex_of(number):
        yield _defect(
            "id-gender",
            "性别与公民身份号码不一致",
            "the sex is not that of the identity number",
            "defendant.gender",
            blocks=False,
        )
    signed_on = day_of(known.get("contract.term_start"))
    if born is not None and signed_on is not None and add_years(born, ADULT) > signed_on:
        yield Defect(
            "minor",
            "签约时被告未满十八周岁，合同效力须核实",
            "the defendant was under eighteen when the contract was signed",
            "application.submitted 的 id_no",
            "application.submitted, field id_no",
            blocking=True,
            basis="民法典 第十八条、第十九条、第一百四十五条",
            subject="defendant.id_no",
        )


def _name_defects(history: LoanHistory) -> Iterator[Defect]:
    applied = history.last("application.submitted")
    name = str(applied.payload.get("name", "")) if applied else ""
    for kind, field, blocks, zh, en in NAMES:
        for event in history.all(kind):
            other = str(event.payload.get(field, ""))
            if name and other and other != name:
                yield Defect(
                    "name-differs",
                    f"申请人与{zh}姓名不一致，请核实",
                    f"the applicant is not named like {en}",
                    f"application.submitted 的 name；{kind} 的 {field}",
                    f"application.submitted, field name; {kind}, field {field}",
                    blocking=blocks,
                    basis=GROUND,
                    subject="defendant.name",
                )
                break
    number = str(applied.payload.get("id_no", "")) if applied else ""
    verified = [str(event.payload.get("id_no", "")) for event in history.all("identity.verified")]
    if number and any(one and one.upper() != number.upper() for one in verified):
        yield _defect(
            "id-differs",
            "申请与实名核验的证件号码不一致",
            "the ID number of the application is not the one that was verified",
            "defendant.id_no",
        )


def _defect(code: str, zh: str, en: str, subject: str, *, blocks: bool = True) -> Defect:
    field = subject.removeprefix("defendant.")
    source = f"application.submitted 的 {field}；identity.verified"
    return Defect(
        code, zh, en, source, f"application.submitted, field {field}; identity.verified", blocks, GROUND, subject
    )
