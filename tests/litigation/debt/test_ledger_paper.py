"""The printed ledger of loans that are not plain: agreements on new terms, and debts derived from totals."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from litigation.core.casefile import StatedTotal
from litigation.documents.fonts import FontSet
from litigation.documents.package import render_package
from tests.litigation.debt.loans import claim, loan, money, paid_first
from tests.litigation.debt.test_derived_debt import derived
from tests.litigation.debt.test_restructuring import agreement
from tests.litigation.documents.cases import ordinary_case
from tests.litigation.documents.reading import flat, opened

NODE_MODULES = Path(__file__).resolve().parents[3] / "node_modules"


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return FontSet.load(None, NODE_MODULES)


def text_of(pdf: bytes) -> str:
    return "".join(flat(page) for page in opened(pdf).pages)


def test_a_restructured_loan_prints_its_agreement_and_sums_that_tie(fonts: FontSet) -> None:
    answer = claim(loan(restructurings=(agreement(),)), paid_first(loan(), 1), date(2025, 7, 25))
    text = text_of(render_package(ordinary_case(claim=answer), fonts).pdf)
    assert "自2025-04-05起：本金11,180.00元，年利率6%，等额本金，10期，首期到期日2025-06-15" in text
    assert "重组1当日利息期内利息转入本金70.00" in text
    assert "复利：应计1.16，已冲抵0.00，重组时转入本金或减免1.16，按上限调减0.00，计0.00" in text


def test_a_derived_debt_is_printed_in_its_own_currency_as_no_claim(fonts: FontSet) -> None:
    debt = derived()
    total = StatedTotal("已收合计", "total received", money("4200.00"), "USD")
    case = ordinary_case(claim=None, repaid=None, stated_totals=(total,), derived=debt, draft=True, defects=("x: y",))
    text = text_of(render_package(case, fonts).pdf)
    assert "按所载条件与合计推算（截至2026-01-15，不得作为诉讼请求）" in text
    assert "推算合计Total8,529.47美元" in text
    assert "币种：USD，并非人民币" in text
    assert "8,529.47元" not in text
