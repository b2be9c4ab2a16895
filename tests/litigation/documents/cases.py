"""Case files for the tests of the papers: the ordinary one, the longest, the emptiest. All fictional."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from io import BytesIO

import pikepdf
from PIL import Image, ImageDraw

from evidence_service.core.provenance import UNKNOWN_PROVENANCE
from litigation.core.casefile import (
    CaseFile,
    CheckLine,
    Contract,
    Exhibit,
    Fact,
    FactState,
    LoggedEvent,
    LogState,
    Repayment,
    StatedTotal,
)
from litigation.core.claim import Claim, compute_claim
from litigation.core.party import NOBODY, Agent, NaturalPerson, Organisation
from litigation.core.terms import Cap, CapMethod, LoanTerms, Payment
from litigation.core.terms import Repayment as Way
from litigation.rulebook import load_rules
from tests.litigation.documents.origins import longest_provenance, ordinary_provenance

CHECKS = (
    ("容器与证明可解析", "Container and proof parse"),
    ("文件与摘要一致", "File matches digest"),
    ("规范字节", "Canonical bytes"),
    ("披露打开承诺", "Disclosures open the commitments"),
    ("包含证明", "Inclusion"),
    ("日志签名", "Log signature by a pinned key"),
    ("见证签名", "Witness quorum"),
    ("链上锚定", "Anchor on the pinned chain"),
    ("时间顺序与间隔", "Times in order, gap shown"),
    ("完整性", "Completeness"),
)
ROWS = b'{"rows":[{"on":"2025-04-10","amount":"2496.21"}],"n":1}'
NOTICE = "【泉安】您的借款已提前到期。\n请尽快还款。\U000f1234"
BORROWER = NaturalPerson(
    name="侯英𬱖",
    gender="男",
    birth_date=date(1990, 2, 3),
    ethnicity="汉族",
    employer="泉州样例鞋业有限公司",
    job_title="技术员",
    phone="13800000000",
    household_address="福建省泉州市晋江市样例镇样例村 1 号",
    residence_address="福建省泉州市丰泽区样例小区 2 幢 301 室",
    id_type="居民身份证",
    id_no="350500199002030000",
)
START = datetime(2025, 3, 10, 2, 3, 4, tzinfo=UTC)


@cache
def o4_claim(term: int = 24, paid: int = 6) -> Claim:
    """Return the claim of the worked case O-4 (24 instalments), or a longer one of the same kind."""
    terms = LoanTerms(
        principal=Decimal("50000.00"),
        disbursed_on=date(2025, 3, 10),
        annual_rate=Decimal("0.18"),
        term_months=term,
        repayment=Way.EQUAL_INSTALMENT,
        penalty_rate=Decimal("0.234"),
        compound=True,
        day_count=360,
        cap=Cap(Decimal("0.24"), CapMethod.GLOBAL),
        accelerated_on=date(2026, 1, 10) if term == 24 else None,
    )
    level = Decimal("2496.21") if term == 24 else Decimal("1269.67")
    payments = [Payment(_month(number), level) for number in range(1, paid + 1)]
    cutoff = date(2026, 2, 10) if term == 24 else date(2030, 6, 10)
    return compute_claim(terms, payments, cutoff, rules=load_rules())


def _month(number: int) -> date:
    months = 2 + number
    return date(2025 + months // 12, months % 12 + 1, 10)


def ordinary_case(**changes: object) -> CaseFile:
    """Return a complete case: O-4, six kinds of exhibits, twelve events, anchored."""
    case = CaseFile(
        our_reference="PD-2026-000123",
        institution="quanan",
        loan="L0001",
        court="福建省泉州市鲤城区人民法院",
        as_of=date(2026, 2, 10),
        plaintiff=Organisation(
            name="泉安消费金融股份有限公司",
            credit_code="91350500MA00000000",
            address="福建省泉州市鲤城区样例路 100 号",
            registered_address="福建省泉州市鲤城区样例路 100 号",
            representative="陈样例",
            representative_title="董事长",
            phone="0595-00000000",
            kind="股份有限公司",
            ownership="民营",
        ),
        agent=Agent("林样例", "福建样例律师事务所", "律师", "0595-00000001", special_powers=False),
        defendants=(BORROWER,),
        contract=Contract(
            name="个人消费贷款合同",
            number="QA-2025-0310-0001",
            signed_on=date(2025, 3, 10),
            place="线上签署",
            lender="泉安消费金融股份有限公司",
            borrower="侯英𬱖",
            principal=Decimal("50000.00"),
            annual_rate=Decimal("0.18"),
            penalty_rate=Decimal("0.234"),
            compound=True,
            term_start=date(2025, 3, 10),
            term_end=date(2027, 3, 10),
            repayment="equal_instalment",
            clauses=(
                ("rate", "3.1"),
                ("penalty", "7.2"),
                ("compound", "7.3"),
                ("acceleration", "9"),
                ("service", "12"),
            ),
            clause_texts=(("penalty", "逾期按日计收罚息。"),),
        ),
        disbursed_on=date(2025, 3, 10),
        disbursed_amount=Decimal("50000.00"),
        claim=o4_claim(),
        stated_totals=(),
        repaid=Repayment(Decimal("10878.09"), Decimal("4099.17"), date(2025, 9, 10)),
        overdue_since=date(2025, 10, 11),
        overdue_days=123,
        accelerated_on=date(2026, 1, 10),
        acceleration_reached_on=date(2026, 1, 11),
        jurisdiction_clause="第15条：由原告住所地人民法院管辖",
        facts=(
            _fact("contract.number", 1),
            _fact("contract.borrower", 1),
            _fact("disbursed_on", 2),
            _fact("disbursed_amount", 2),
            _fact("accelerated_on", 4),
            _fact("overdue_since", 3),
        ),
        exhibits=(
            exhibit(1, "个人消费贷款合同", "application/pdf", contract_pdf(3), "contract.pdf", event=4),
            exhibit(2, "放款回单", "image/png", receipt_png(), "receipt.png", event=5),
            exhibit(
                3,
                "还款流水",
                "application/json",
                b'{"rows":[{"on":"2025-04-10","amount":"2496.21"}],"n":1}',
                "rows.json",
            ),
            exhibit(
                4,
                "提前到期通知",
                "text/plain",
                "【泉安】您的借款已提前到期。\n请尽快还款。\U000f1234".encode(),
                "notice.txt",
                event=10,
            ),
        ),
        events=tuple(event(number) for number in range(12)),
        log=LogState(
            origin="log.quanan.example/2025",
            tree_size=8127,
            root="3f" * 32,
            checkpoint_at=datetime(2026, 2, 10, 8, 0, tzinfo=UTC),
            chain_id=31337,
            contract="0x5FbDB2315678afecb367f032d93F642f64180aa3",
            tx_hash="0x" + "ab" * 32,
            block_number=12,
            anchor_state="mined",
        ),
        checks=tuple(
            CheckLine(
                number, zh, en, "passed" if number < 7 else "not checked", "" if number < 7 else "no-trust-file", ""
            )
            for number, (zh, en) in enumerate(CHECKS, 1)
        ),
        defects=(),
        draft=False,
        sample=True,
        provenance=ordinary_provenance([event(number) for number in range(12)]),
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def longest_case() -> CaseFile:
    """Return a case that strains every table: 60 instalments, 40 exhibits, long names, rare characters."""
    case = ordinary_case()
    name = "阿卜杜热合曼·买买提艾力·侯英𬱖张𱁬䶮㛃𫠠"
    address = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县" * 6 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 4
    person = replace(BORROWER, name=name, household_address=address, residence_address=address, employer=address[:70])
    files = [
        exhibit(
            number,
            f"第{number}份证据：{'很长的证据名称' * (number % 7 + 1)}",
            kind,
            content,
            f"file-{number}.{end}",
            event=number,
        )
        for number, (kind, content, end) in enumerate(_many_files(), 1)
    ]
    return replace(
        case,
        plaintiff=replace(case.plaintiff, name="泉安" + "消费金融" * 12 + "股份有限公司", address=address[:160]),
        defendants=(person,),
        contract=replace(
            case.contract,
            borrower=name,
            name="个人消费贷款额度及单笔借款" * 5 + "合同",
            number="QA-" + "0123456789" * 8,
        ),
        claim=o4_claim(60, 3),
        jurisdiction_clause="第十五条　" + "因本合同引起的争议，由贷款人住所地有管辖权的人民法院管辖。" * 12,
        exhibits=tuple(files),
        events=tuple(event(number) for number in range(160)),
        provenance=longest_provenance([event(number) for number in range(160)]),
        facts=tuple(_fact(fact.key, 39) for fact in case.facts),
    )


def _title(number: int) -> str:
    return f"第{number}份证据：" + "很长的证据名称" * (number % 7 + 1)


def _many_files() -> list[tuple[str, bytes, str]]:
    kinds = [
        ("application/pdf", contract_pdf(2), "pdf"),
        ("application/pdf", contract_pdf(1, landscape=True), "pdf"),
        ("image/png", receipt_png(), "png"),
        ("image/jpeg", photo_jpeg(), "jpg"),
        (
            "application/json",
            b'{"deep":{"list":[1,2,{"a":"\\u4e2d"}],"empty":{}, "hash":"' + b"0f" * 120 + b'"}}',
            "json",
        ),
        ("text/plain", ("一行日志 2025-03-10T02:03:04Z 完成 " * 20 + "\n").encode() * 60, "log"),
        ("application/pdf", b"%PDF-1.7\nbroken", "pdf"),
        ("application/pdf", encrypted_pdf(), "pdf"),
        ("image/jpeg", photo_jpeg()[:900], "jpg"),
        ("audio/mpeg", b"ID3" + b"\0" * 50, "mp3"),
    ]
    return [kinds[number % len(kinds)] for number in range(40)]


def emptiest_case() -> CaseFile:
    """Return a draft without parties, contract, claim, exhibits or events."""
    case = ordinary_case()
    return replace(
        case,
        court="",
        plaintiff=Organisation("", "", "", "", "", "", "", "", ""),
        agent=None,
        defendants=(NOBODY,),
        contract=Contract("", "", None, "", "", "", None, None, None, False, None, None, "", (), ()),
        disbursed_on=None,
        disbursed_amount=None,
        claim=None,
        stated_totals=(),
        repaid=None,
        overdue_since=None,
        overdue_days=0,
        accelerated_on=None,
        acceleration_reached_on=None,
        jurisdiction_clause="",
        facts=(),
        exhibits=(),
        events=(),
        checks=(),
        log=replace(case.log, tx_hash="", contract="", block_number=0, anchor_state=""),
        defects=("被告身份（来源数据已隐去）/ defendant withheld in the source data", "付款日期 / payment dates"),
        draft=True,
        sample=False,
        provenance=UNKNOWN_PROVENANCE,
    )


def stated_case() -> CaseFile:
    """Return a draft whose source states totals only."""
    totals = (
        StatedTotal("未还本金", "principal outstanding", Decimal("4312.07"), "CNY"),
        StatedTotal("核销后回收", "recoveries", Decimal("120.00"), "CNY"),
    )
    return replace(emptiest_case(), stated_totals=totals)


def event(number: int) -> LoggedEvent:
    """Return the event of that sequence number."""
    kinds = [
        ("application.submitted", "提交借款申请", "Application submitted"),
        ("identity.verified", "实名核验", "Identity verified"),
        ("cost.disclosed", "综合融资成本明示", "All-in cost disclosed"),
        ("clause.notified", "格式条款提示说明", "Key clauses notified"),
        ("contract.signed", "签订借款合同", "Loan contract signed"),
        ("loan.disbursed", "发放贷款", "Loan disbursed"),
        ("payment.received", "收到还款", "Payment received"),
        ("demand.sent", "发出催收", "Demand sent"),
        ("demand.reached", "催收到达", "Demand reached"),
        ("acceleration.noticed", "宣布提前到期通知", "Acceleration noticed"),
        ("acceleration.reached", "提前到期通知到达", "Acceleration reached"),
        ("case.opened", "建案", "Case opened"),
    ]
    code, zh, en = kinds[number % len(kinds)]
    occurred = START + timedelta(days=number * 9, seconds=number)
    leaf = sha256(str(number).encode()).hexdigest()
    captured = occurred + timedelta(seconds=7 + number * 40_000)
    return LoggedEvent(f"E{number:05d}", code, zh, en, occurred, captured, number, 400 + 7 * number, leaf, ())


def exhibit(number: int, title: str, media: str, content: bytes, name: str, event: int = 0) -> Exhibit:
    """Return an exhibit with its digest."""
    digest = sha256(content).hexdigest()
    return Exhibit(
        number=number,
        title=title,
        source="泉安核心系统（自动）",
        object_of_proof="证明借款关系成立及履行情况",
        summary="记载借款金额、利率、期限与还款方式",
        event_id=f"E{event:05d}",
        index=400 + 7 * event,
        file_name=name,
        media_type=media,
        sha256=digest,
        sm3=digest[::-1],
        content=content,
    )


def _fact(key: str, number: int) -> Fact:
    return Fact(key, "", FactState.PROVEN, "E00004", key, number)


@cache
def contract_pdf(pages: int, *, landscape: bool = False) -> bytes:
    """Make a PDF with a dark band at the top right, where a stamp without a plate would vanish."""
    pdf = pikepdf.new()
    size = (842, 595) if landscape else (595, 842)
    for number in range(pages):
        pdf.add_blank_page(page_size=size)
        band = f"0.1 0.1 0.1 rg {size[0] - 260} {size[1] - 60} 260 60 re f 0.8 g {60 + 20 * number} 200 200 300 re f"
        pdf.pages[number].contents_add(band.encode())
    out = BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()


@cache
def encrypted_pdf() -> bytes:
    """Make a PDF that asks for a password."""
    pdf = pikepdf.open(BytesIO(contract_pdf(1)))
    out = BytesIO()
    pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="user", R=6))
    return out.getvalue()


@cache
def receipt_png() -> bytes:
    """Draw a small transparent PNG."""
    image = Image.new("RGBA", (600, 300), (255, 255, 255, 0))
    ImageDraw.Draw(image).rectangle((20, 20, 580, 280), outline=(0, 80, 160, 255), width=6)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@cache
def photo_jpeg() -> bytes:
    """Draw a JPEG whose camera was turned (EXIF orientation 6)."""
    image = Image.new("RGB", (640, 480), (40, 60, 40))
    ImageDraw.Draw(image).polygon([(20, 240), (320, 20), (320, 460)], fill=(220, 200, 80))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, quality=80)
    return out.getvalue()
