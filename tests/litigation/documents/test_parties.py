"""Several defendants, guarantors, securities, third parties, and the papers of every route."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from litigation.core.bound_parties import bound_parties
from litigation.core.casefile import CaseFile
from litigation.core.paper_kinds import PaperChoiceError, PaperKind, papers_for
from litigation.core.party import Organisation
from litigation.documents import FontSet, MissingFactError, RenderedPackage, render_package
from tests.litigation.documents import cases, party_cases
from tests.litigation.documents.reading import flat, opened
from tests.litigation.documents.test_papers import section_text
from tests.litigation.readiness.loans import history


@pytest.fixture(scope="module")
def guaranteed(fonts: FontSet) -> RenderedPackage:
    return render_package(party_cases.guaranteed_case(), fonts)


@pytest.fixture(scope="module")
def routes(fonts: FontSet) -> dict[str, RenderedPackage]:
    return {
        route: render_package(party_cases.route_case(route), fonts)
        for route in ("payment_order", "mediation", "enforcement")
    }


def test_every_defendant_and_third_party_has_a_block_of_the_form(guaranteed: RenderedPackage) -> None:
    text = section_text(guaranteed, "民事起诉状")
    case = party_cases.guaranteed_case()
    for party in (*case.defendants, *case.third_parties):
        assert f"{'名称' if isinstance(party, Organisation) else '姓名'}：{party.name}" in text
    assert text.count("被告（自然人）") == 3
    assert text.count("被告（法人、非法人组织）") == 1
    assert text.count("第三人（法人、非法人组织）") == 1
    assert text.count("代理权限：") == 2


def test_claims_follow_the_manner_of_each_guarantee_and_the_limit_of_the_mortgage(guaranteed: RenderedPackage) -> None:
    text = section_text(guaranteed, "民事起诉状")
    assert "判令被告侯英𬱖、林样例共同偿还原告借款本金39,121.91元" in text
    assert "被告侯保证在被告侯英𬱖的财产依法强制执行后仍不能履行的范围内，对上述债务承担保证责任" in text
    assert "判令被告泉州样例融资担保有限公司在最高额60,000.00元范围内对上述债务承担连带清偿责任" in text
    assert "拍卖、变卖该财产所得的价款，在最高额80,000.00元范围内优先受偿" in text
    assert "本案诉讼费用由各被告共同承担" in text


def test_the_contract_is_with_the_borrower_and_a_joining_has_its_own_day(guaranteed: RenderedPackage) -> None:
    for title, lender in (("民事起诉状", "原告"), ("财产保全申请书", "申请人")):
        text = section_text(guaranteed, title)
        assert f"{lender}与被告侯英𬱖签订《" in text
        assert "2025年6月1日，被告林样例作为共同借款人加入，与被告侯英𬱖共同承担" in text


def test_rows_on_security_are_filled_from_the_case(guaranteed: RenderedPackage) -> None:
    text = section_text(guaranteed, "民事起诉状")
    assert "担保人：林样例担保物：坐落于泉州市晋江市样例小区5幢101室的房屋" in text
    assert "担保债权的确定时间：2027年3月10日担保额度：80,000.00元" in text
    assert "是√正式登记√预告登记□否□" in text
    assert "一般保证√（侯保证）连带责任保证√（泉州样例融资担保有限公司）" in text


def test_one_defendant_is_called_the_defendant_and_nothing_is_secured(ordinary: RenderedPackage) -> None:
    text = section_text(ordinary, "民事起诉状")
    assert "判令被告偿还原告借款本金" in text
    assert "4.是否主张担保权利是□内容：否√" in text
    assert "正式登记□预告登记□否√" in text


def test_a_guarantee_clause_without_its_event_leaves_the_boxes_open(fonts: FontSet) -> None:
    case = cases.ordinary_case()
    clauses = (*case.contract.clauses, ("guarantee", "11"))
    package = render_package(replace(case, contract=replace(case.contract, clauses=clauses)), fonts)
    text = section_text(package, "民事起诉状")
    assert "4.是否主张担保权利是□内容：否□" in text


def test_a_guarantor_without_address_stops_filing_and_is_named(fonts: FontSet) -> None:
    case = party_cases.guaranteed_case()
    homeless = replace(party_cases.GUARANTOR, household_address="")
    with pytest.raises(MissingFactError, match=r"defendant3\.any_address"):
        render_package(replace(case, defendants=(*case.defendants[:2], homeless, case.defendants[3])), fonts)


@pytest.mark.parametrize(
    ("route", "title", "said"),
    [
        ("payment_order", "支付令申请书", "督促被申请人给付借款本金39,121.91元"),
        ("mediation", "调解申请书", "申请人的调解方案（由申请人填写）"),
        ("enforcement", "强制执行申请书", "强制被执行人给付41,426.30元"),
    ],
)
def test_each_route_has_its_leading_paper_on_one_page_and_no_complaint(
    routes: dict[str, RenderedPackage], route: str, title: str, said: str
) -> None:
    package = routes[route]
    titles = [part.title for part in package.sections]
    assert titles[1] == title
    assert not any(one.startswith("民事起诉状") for one in titles)
    assert said in section_text(package, title)
    assert package.sections[1].pages == 1


def test_the_usual_papers_take_one_page_each(ordinary: RenderedPackage) -> None:
    pages = {part.title: part.pages for part in ordinary.sections}
    assert [pages[name] for name in ("授权委托书", "法定代表人身份证明书", "送达地址确认书")] == [1, 1, 1]


def test_general_powers_never_list_special_ones_and_special_ones_are_listed_one_by_one(
    guaranteed: RenderedPackage,
) -> None:
    text = section_text(guaranteed, "授权委托书")
    general, special = text.split("受委托人Agentadlitem")[1:]
    assert "一般授权" in general
    assert "均不在授权范围内" in general
    for power in ("承认诉讼请求", "放弃诉讼请求", "变更诉讼请求", "进行和解", "提起反诉", "提起上诉"):
        assert power in special


@cache
def _everything() -> CaseFile:
    return replace(party_cases.guaranteed_case(), judgment=party_cases.JUDGMENT, papers=tuple(PaperKind))


def test_no_paper_is_signed_dated_or_declared_by_the_program(fonts: FontSet) -> None:
    package = render_package(_everything(), fonts)
    pdf = opened(package.pdf)
    for part in package.sections:
        text = "".join(flat(pdf.pages[n]) for n in range(part.first_page - 1, part.first_page + part.pages - 1))
        for label in ("（签字、盖章）：", "（盖章）：", "（签字）："):
            if label in text:
                after = text[text.rindex(label) + len(label) :]
                assert after.startswith(("日期：", "法定代表人（签字）：", "提交日期：")), (part.title, after[:20])
    for title in ("支付令申请书", "调解申请书", "送达地址确认书"):
        assert "√" not in section_text(package, title)


def test_without_an_agent_there_is_no_power_of_attorney(fonts: FontSet) -> None:
    package = render_package(cases.ordinary_case(agent=None), fonts)
    assert "授权委托书" not in [part.title for part in package.sections]


@pytest.mark.parametrize(
    ("paper", "missing"), [("preservation", "clues.known"), ("enforcement", "judgment.case_number")]
)
def test_a_paper_without_its_fact_stops_filing_and_names_it(fonts: FontSet, paper: str, missing: str) -> None:
    with pytest.raises(MissingFactError, match=missing):
        render_package(cases.ordinary_case(papers=(PaperKind(paper),)), fonts)


def test_preservation_does_not_go_with_a_payment_order() -> None:
    with pytest.raises(PaperChoiceError):
        papers_for("payment_order", ("preservation",))
    assert PaperKind.PRESERVATION in papers_for("litigation", ("preservation",))


def test_list_of_evidence_says_what_the_ten_checks_found(ordinary: RenderedPackage, fonts: FontSet) -> None:
    assert "核验结果：6项通过，4项未核验" in section_text(ordinary, "证据清单")
    case = cases.ordinary_case()
    failed = replace(case, checks=(replace(case.checks[0], state="failed"), *case.checks[1:]))
    text = section_text(render_package(failed, fonts), "证据清单")
    assert "第1项未通过" in text
    assert "项通过" not in text.replace("未通过", "")


def test_the_crowded_case_keeps_every_signature_with_words_above_it(fonts: FontSet) -> None:
    package = render_package(party_cases.crowded_case(), fonts)
    pdf = opened(package.pdf)
    for part in package.sections:
        if part.title.endswith(("申请书", "委托书", "确认书", "身份证明书")):
            last = flat(pdf.pages[part.first_page + part.pages - 2])
            label = next(at for at in ("（签字、盖章）", "（盖章）") if at in last)
            assert last.index(label) > 60, part.title


def test_each_joining_of_the_loan_gives_its_day_and_the_borrowers_own_none() -> None:
    wife, borrower = {"party_kind": "natural", "name": "林样例"}, {"party_kind": "natural", "name": cases.BORROWER.name}
    joined = [("coborrower.joined", payload) for payload in (borrower, wife, wife)]
    loan = history(("contract.signed", {}), *joined, days={"coborrower.joined": date(2025, 6, 1)})
    bound = bound_parties(loan, cases.BORROWER, {})
    assert (bound.co_borrowers, bound.joined) == ((2,), ((2, date(2025, 6, 1)),))
