"""Case numbers (案号): year, court code, kind of case and number, as courts write them.

Spec: docs/spec/docket.md, "Case numbers". Ground: 最高人民法院《关于人民法院案件案号的若干规定》 (2015, amended 2018):
year, court code, special-court code where there is one, type code, number, 号. The rule says three characters for a
type; numbers in use have more (民诉前调), so one to six are taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from litigation.errors import LitigationError

# re.ASCII: a digit here is 0 to 9; full-width digits are not what the rule prints.
PATTERN = re.compile(
    r"[（(](?P<year>(?:19|20)\d{2})[）)]"
    r"(?P<court>最高法(?:知|商)?|军\d{0,4}|兵\d{0,4}|"
    r"[京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇藏陕甘青宁新]\d{0,4})"
    r"(?P<special>[知商]?)"
    r"(?P<kind>[\u4e00-\u9fa5]{1,6}?)"
    r"(?P<number>\d{1,8})号(?P<part>之[一二三四五六七八九十\d]+)?",
    re.ASCII,
)


class CaseNumberError(LitigationError):
    """What a court's answer calls a case number is none."""

    code = "case-number"


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """One case number. `text` is its one written form, with full-width brackets."""

    year: int
    court: str
    special: str
    kind: str
    number: int
    text: str

    def __str__(self) -> str:
        return self.text


def parse_case_number(text: str) -> CaseNumber:
    """Read a case number such as （2026）闽0503民初1234号; half-width brackets become full-width ones."""
    found = PATTERN.fullmatch(text.strip())
    if found is None:
        raise CaseNumberError(
            "this is no case number; one reads like （2026）闽0503民初1234号: year, court code, kind, number, 号"
        )
    rest = text.strip()[len("（2026）") :]
    return CaseNumber(
        year=int(found["year"]),
        court=found["court"],
        special=found["special"],
        kind=found["kind"],
        number=int(found["number"]),
        text=f"（{found['year']}）{rest}",
    )
