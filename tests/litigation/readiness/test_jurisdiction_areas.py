"""Areas of courts: what a court's name says of its place, and when an address can be held against it."""

from __future__ import annotations

import pytest

from litigation.core.jurisdiction import area_of, lies_in
from tests.litigation.readiness.loans import at_court, checked, codes, whole


@pytest.mark.parametrize(
    ("court", "area"),
    [
        ("泉州市丰泽区人民法院", "泉州市丰泽区"),
        ("北京市第一中级人民法院", "北京市"),
        ("重庆市第五中级人民法院", "重庆市"),
        ("某市第12中级人民法院", "某市"),
        ("福建省高级人民法院", "福建省"),
        ("广西壮族自治区高级人民法院", "广西壮族自治区"),
        ("达尔罕茂明安联合旗人民法院", "达尔罕茂明安联合旗"),
        ("重庆自由贸易试验人民法院", ""),
        ("北京互联网法院", ""),
    ],
)
def test_the_area_is_what_an_address_could_hold(court: str, area: str) -> None:
    assert area_of(court) == area


@pytest.mark.parametrize(
    ("address", "area", "answer"),
    [
        ("广东省深圳市南山区", "福建省", False),
        ("福建省泉州市丰泽区", "福建省", True),
        ("泉州市丰泽区", "福建省", None),
        ("广西壮族自治区南宁市", "福建省", False),
        ("泉州市丰泽区东海街1号", "福建省泉州市丰泽区", True),
        ("福建省泉州市丰泽区", "泉州市丰泽区", True),
        ("北京市海淀区", "北京市", True),
    ],
)
def test_a_province_alone_matches_nothing_but_itself(address: str, area: str, answer: bool | None) -> None:
    assert lies_in(address, area) is answer


def test_a_court_whose_name_holds_no_area_is_not_checked_and_blocks_nothing() -> None:
    found = checked(whole(), plaintiff=at_court("样例自由贸易试验人民法院"))
    assert "jurisdiction-not-checked" in codes(found)
    assert "jurisdiction-no-connection" not in codes(found)
