"""What the single papers say: list of evidence, ledger, certificate, cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from litigation.core.casefile import StatedTotal
from litigation.core.money import total_of
from litigation.documents import FontSet, RenderedPackage, render_package
from litigation.documents.certificate import qr_text
from litigation.documents.templates import NAMES, template
from litigation.documents.writing import amount
from tests.litigation.documents import cases
from tests.litigation.documents.reading import flat, links, opened


def section_text(package: RenderedPackage, title: str) -> str:
    """Return the text of one section without white space."""
    pdf = opened(package.pdf)
    part = next(part for part in package.sections if part.title.startswith(title))
    return "".join(flat(pdf.pages[number]) for number in range(part.first_page - 1, part.first_page + part.pages - 1))


def test_list_of_evidence_has_page_log_index_and_both_digests_of_every_exhibit(ordinary: RenderedPackage) -> None:
    text = section_text(ordinary, "证据清单")
    for exhibit in cases.ordinary_case().exhibits:
        first = next(part for part in ordinary.sections if part.title.startswith(f"证据 {exhibit.number}")).first_page
        assert exhibit.title in text
        assert exhibit.sha256 in text
        assert exhibit.sm3 in text
        assert f"存证序号{exhibit.index}" in text
        assert str(first) in text


def test_list_of_evidence_links_lead_to_the_exhibits(ordinary: RenderedPackage) -> None:
    pdf = opened(ordinary.pdf)
    part = next(part for part in ordinary.sections if part.title == "证据清单")
    firsts = {part.first_page for part in ordinary.sections if part.title.startswith("证据 ")}
    assert {target for _, target in links(pdf, pdf.pages[part.first_page - 1])} == firsts


def test_ledger_prints_the_worked_case_to_the_cent_with_its_sums(ordinary: RenderedPackage) -> None:
    text = section_text(ordinary, "欠款明细")
    for figure in ("39,121.91", "2,173.75", "1,018.95", "111.69", "42,426.30", "860.66", "430.33", "25.43"):
        assert figure in text
    assert "1,909.38×23.4%×123÷360=152.65（2025-10-10至2026-02-10）" in text
    assert "586.83×23.4%×123÷360=46.92" in text
    assert "31,310.82×23.4%×31÷360=630.91" in text
    assert "3,990.43" in text  # allowed by the global method
    assert "101.72" in text  # cut by the other
    assert cases.o4_claim().rules_digest in text


def test_ledger_says_what_the_cap_cut_from_a_line(longest: RenderedPackage) -> None:
    claim = cases.o4_claim(60, 3)
    assert claim.caps.globally.cut > 0
    text = section_text(longest, "欠款明细")
    cut = claim.caps.globally.removed[0]
    assert f"按上限调减{amount(cut.amount)}" in text
    sums = [total_of(getattr(line, name) for line in claim.lines) for name in ("principal", "interest")]
    assert all(amount(value) in text for value in sums)


def test_claim_rows_and_ledger_totals_are_the_same_sums(ordinary: RenderedPackage) -> None:
    complaint, ledger = section_text(ordinary, "民事起诉状"), section_text(ordinary, "欠款明细")
    claim = cases.o4_claim()
    for value in (claim.principal, claim.interest, claim.penalty, claim.compound, claim.total):
        assert amount(value) in complaint
        assert amount(value) in ledger
    assert "肆万贰仟肆佰贰拾陆元叁角整" in complaint


def test_stated_totals_are_shown_and_nothing_is_computed_from_them(fonts: FontSet) -> None:
    package = render_package(cases.stated_case(), fonts)
    complaint, ledger = section_text(package, "民事起诉状"), section_text(package, "欠款明细")
    assert "4,312.07" in complaint
    assert "来源数据没有付款日期，未计算利息" in complaint
    assert "4,312.07" in ledger
    assert "Interestisnotcomputed,becausethesourcestatestotalswithoutpaymentdates" in ledger
    assert "判令" not in complaint


def test_a_total_in_foreign_money_is_never_called_yuan(fonts: FontSet) -> None:
    case = replace(cases.stated_case(), stated_totals=(StatedTotal("发放金额", "issued", Decimal("9000.00"), "USD"),))
    package = render_package(case, fonts)
    for section in ("民事起诉状", "欠款明细"):
        assert "9,000.00美元" in section_text(package, section)


def test_certificate_says_unaltered_since_and_never_authentic(
    ordinary: RenderedPackage, emptiest: RenderedPackage
) -> None:
    for package in (ordinary, emptiest):
        text = section_text(package, "电子证据证明书")
        assert "未被改动" in text
        assert "unalteredsince" in text
        assert "Pre-chainauthenticityrestson" in text
        for word in ("保证真实", "真实性保证", "真实有效", "isauthentic"):
            assert word not in text


def test_not_checked_is_never_printed_as_passed(ordinary: RenderedPackage) -> None:
    text = section_text(ordinary, "电子证据证明书")
    assert text.count("未核验") >= 4
    for number, (zh, en) in enumerate(cases.CHECKS, 1):
        state = "通过" if number < 7 else "未核验"
        assert f"{number}{zh}{''.join(en.split())}{state}" in text


def test_after_a_failed_check_the_certificate_does_not_say_unaltered(fonts: FontSet) -> None:
    case = cases.ordinary_case()
    failed = replace(case.checks[4], state="failed", code="root-differs", reason="根哈希不符")
    package = render_package(replace(case, checks=(*case.checks[:4], failed, *case.checks[5:])), fonts)
    text = section_text(package, "电子证据证明书")
    assert "unalteredsince" not in text
    assert "不作“未被改动”的说明" in text
    assert "根哈希不符（root-differs）" in text


def test_certificate_lists_every_logged_event_with_its_leaf_hash(longest: RenderedPackage) -> None:
    text = section_text(longest, "电子证据证明书")
    for event in cases.longest_case().events:
        assert event.leaf_hash in text
        assert str(event.index) in text


def test_certificate_names_the_six_headings_and_what_is_not_provided(ordinary: RenderedPackage) -> None:
    text = section_text(ordinary, "电子证据证明书")
    for heading in ("数据来源", "生成机制", "存储过程", "公证机构公证", "第三方见证", "关联印证数据"):
        assert heading in text
    assert "core-banking-0（版本5.2）：6个事件" in text
    assert "样例时间戳中心于2026-02-1016:00:03对检查点加盖时间戳（RFC3161，序列号20481）" in text
    assert "合同第十条：“双方同意以电子签名方式签署本合同；电子数据经存证后可以作为证据使用。”" in text
    assert "Notarisation无无nonestated" in text
    assert "清洁性自检正常good" in text


def test_certificate_without_provenance_says_none_under_every_heading(emptiest: RenderedPackage) -> None:
    text = section_text(emptiest, "电子证据证明书")
    assert text.count("nonestated") == 13  # six headings, five routes, two of the environment
    assert "加盖时间戳" not in text


def test_certificate_marks_late_events_and_names_the_earliest_independent_time(ordinary: RenderedPackage) -> None:
    text = section_text(ordinary, "电子证据证明书")
    late = [
        event for event in cases.ordinary_case().events if event.captured_at - event.occurred_at > timedelta(days=1)
    ]
    assert text.count("小时滞后") + text.count("分滞后") == len(late) > 0
    assert "样例时间戳中心于2026-02-1016:00:03为包含下列全部事件的检查点提供了独立时间" in text


def test_qr_code_holds_origin_size_and_root() -> None:
    log = cases.ordinary_case().log
    assert qr_text(log) == f"{log.origin}\n8127\n{log.root}\n"


def test_unanchored_log_is_printed_as_not_anchored(emptiest: RenderedPackage) -> None:
    assert "未锚定" in section_text(emptiest, "电子证据证明书")


def test_every_template_has_id_version_date_basis_and_stands_on_the_certificate(ordinary: RenderedPackage) -> None:
    text = section_text(ordinary, "电子证据证明书")
    for name in NAMES:
        found = template(name)
        assert found.legal_basis
        assert found.dated
        assert "".join(found.label.split()) in text


def test_costs_are_claimed_only_where_there_are_some(fonts: FontSet) -> None:
    claim = replace(cases.o4_claim(), costs=Decimal("300.00"), total=Decimal("42726.30"))
    text = section_text(render_package(cases.ordinary_case(claim=claim), fonts), "民事起诉状")
    assert "是√明细：300.00元" in text
    assert "实现债权的费用300.00元" in text


def test_head_of_a_long_table_is_repeated_on_each_page(longest: RenderedPackage) -> None:
    pdf = opened(longest.pdf)
    part = next(part for part in longest.sections if part.title == "证据清单")
    assert part.pages > 2
    for number in range(part.first_page - 1, part.first_page + part.pages - 1):
        assert "证明对象" in flat(pdf.pages[number])
