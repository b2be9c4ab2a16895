"""Case files with many parties, and for every route. All fictional."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from litigation.core.casefile import CaseFile, JudgmentOrder, PropertyClue
from litigation.core.paper_kinds import PaperKind, papers_for
from litigation.core.party import (
    Agent,
    BankAccount,
    Guarantee,
    NaturalPerson,
    Organisation,
    Security,
    ServiceAddress,
)
from tests.litigation.documents.cases import BORROWER, longest_case, ordinary_case

LONG_NAME = "阿卜杜热合曼·买买提艾力·侯英𬱖张𱁬䶮㛃𫠠古丽巴哈尔·努尔买买提·阿不都"  # 40 characters
LONG_PLACE = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县样例镇样例路一百二十三号样例小区十八幢三单元二千零一室"

CO_BORROWER = NaturalPerson(
    name="林样例",
    gender="女",
    birth_date=date(1992, 7, 8),
    ethnicity="汉族",
    employer="",
    job_title="",
    phone="13800000009",
    household_address="福建省泉州市晋江市样例镇样例村 1 号",
    residence_address="",
    id_type="居民身份证",
    id_no="350500199207080000",
)
GUARANTOR = replace(CO_BORROWER, name="侯保证", gender="男", id_no="350500196001010000", phone="13800000010")
COMPANY = Organisation(
    name="泉州样例融资担保有限公司",
    credit_code="91350500MA11111111",
    address="福建省泉州市丰泽区样例街 8 号",
    registered_address="福建省泉州市丰泽区样例街 8 号",
    representative="郑担保",
    representative_title="总经理",
    phone="0595-11111111",
    kind="有限责任公司",
    ownership="国有控股",
)
THIRD = Organisation("泉州样例助贷服务有限公司", "91350500MA22222222", "泉州市样例路 9 号", "", "王三", "", "", "", "")
CLUES = (
    PropertyClue("侯英𬱖", "银行存款", "样例银行泉州分行尾号 1234 账户", "泉州市", Decimal("3000.00"), "E00011"),
    PropertyClue("林样例", "不动产", "泉州市晋江市样例小区 5 幢 101 室", "晋江市", None, "E00012"),
)
JUDGMENT = JudgmentOrder(
    "（2026）闽0502民初1234号", "judgment", date(2026, 6, 1), Decimal("42426.30"), Decimal("1000.00"), "E00020"
)
SERVICE = ServiceAddress(
    "林样例（法务部）", "362000", "福建省泉州市鲤城区样例路 100 号 3 层", "0595-00000001", "law@quanan.example"
)
ACCOUNT = BankAccount("", "样例银行泉州分行", "0000 1111 2222 3333")


def guaranteed_case() -> CaseFile:
    """A co-borrower, two guarantors of different kinds and manners, one mortgage, a third party, two agents."""
    case = ordinary_case()
    return replace(
        case,
        defendants=(BORROWER, CO_BORROWER, GUARANTOR, COMPANY),
        co_borrowers=(2,),
        joined=((2, date(2025, 6, 1)),),
        third_parties=(THIRD,),
        guarantees=(
            Guarantee(3, "一般保证", "保证合同", "BZ-2025-01", date(2025, 3, 10), "主债权及利息", None),
            Guarantee(4, "连带责任保证", "最高额保证合同", "BZ-2025-02", date(2025, 3, 9), "", Decimal("60000.00")),
        ),
        securities=(
            Security(
                owner=2,
                kind="抵押",
                thing="坐落于泉州市晋江市样例小区 5 幢 101 室的房屋",
                contract_name="最高额抵押合同",
                contract_number="DY-2025-01",
                signed_on=date(2025, 3, 8),
                maximum=True,
                determined_on=date(2027, 3, 10),
                limit=Decimal("80000.00"),
                registration="正式登记",
                certificate_no="闽（2025）晋江市不动产证明第 0000001 号",
            ),
        ),
        further_agents=(
            Agent("周样例", "泉安消费金融股份有限公司", "法务专员", "0595-2", special_powers=True, id_no="3505"),
        ),
        property_clues=CLUES,
        service=SERVICE,
        account=ACCOUNT,
        agreed_address="福建省泉州市丰泽区样例小区 2 幢 301 室",
        service_clause="第12条　上述地址为司法文书送达地址。",
        papers=papers_for("litigation", ("preservation", "mediation")),
    )


def route_case(route: str) -> CaseFile:
    """The ordinary case on another route, with what that route needs."""
    return replace(
        ordinary_case(), judgment=JUDGMENT, account=ACCOUNT, property_clues=CLUES, papers=papers_for(route, ())
    )


def crowded_case() -> CaseFile:
    """Longest names and places, three defendants, two of them guarantors, 60 instalments, every paper."""
    case = longest_case()
    people = [
        replace(BORROWER, name=LONG_NAME[:39] + str(n), id_no=f"65010019900101000{n}", household_address=LONG_PLACE)
        for n in range(3)
    ]
    guarantees = tuple(
        Guarantee(n, "连带责任保证", "最高额保证合同" * 3, "BZ-" + "0123456789" * 4, date(2025, 3, n), LONG_PLACE, None)
        for n in (2, 3)
    )
    return replace(
        case,
        defendants=tuple(people),
        guarantees=guarantees,
        property_clues=tuple(replace(CLUES[0], owner=LONG_NAME, description=LONG_PLACE) for _ in range(3)),
        judgment=JUDGMENT,
        account=ACCOUNT,
        service=replace(SERVICE, address=LONG_PLACE),
        agreed_address=LONG_PLACE,
        papers=tuple(PaperKind),
    )
