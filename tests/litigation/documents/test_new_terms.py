"""A complaint about a restructured loan names what was agreed anew, beside the terms as signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from litigation.core.claim import Claim
from litigation.documents.expansion import Filling
from litigation.documents.paragraphs import paragraphs
from litigation.documents.templates import Language, shipped
from litigation.documents.values import case_blocks, case_values
from litigation.workflow.assess import assess
from tests.litigation.debt.test_agreement_events import AGREED, EARLY
from tests.litigation.debt.test_history_to_claim import AS_OF, RULES, history
from tests.litigation.documents.cases import ordinary_case


def claim(*events: tuple[str, dict[str, object]]) -> Claim:
    found = assess(history(EARLY, *events), AS_OF, RULES).claim
    assert found is not None
    return found


def facts_told(language: Language, owed: Claim) -> list[str]:
    texts = shipped(language)
    case = ordinary_case(claim=owed)
    filling = Filling(case_values(case, texts), {}, 2, case_blocks(case))
    told = paragraphs(texts["complaint"]["statements"]["facts"], filling)
    return ["".join(span.text for span in spans) for spans in told]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            Language.ZH,
            "2025 年 5 月 10 日，双方约定调整还款安排：自该日起以本金 11,444.22 元、年利率 12% 计息，"
            "分 12 期偿还（等额本息），首期应还日为 2025 年 8 月 10 日。",
        ),
        (
            Language.EN,
            "on 10 May 2025 the parties agreed on new terms: principal CNY 11,444.22 at 12% a year from that day, "
            "12 instalments (equal instalments), the first due on 10 August 2025.",
        ),
    ],
)
def test_the_agreement_stands_among_the_facts_with_principal_rate_and_instalments(
    language: Language, sentence: str
) -> None:
    owed = claim(("loan.restructured", AGREED))
    assert [text for text in facts_told(language, owed) if sentence in text]
    assert owed.restructured[0].agreement.on == date(2025, 5, 10)


def test_a_loan_that_was_not_restructured_tells_of_no_agreement() -> None:
    assert not [text for text in facts_told(Language.ZH, claim()) if "调整还款安排" in text]


def test_texts_of_an_instance_from_before_that_lack_the_sentence_still_make_a_complaint() -> None:
    texts = shipped()
    form = texts["complaint"]
    words = {name: text for name, text in form["words"].items() if name != "restructured"}
    older = replace(form, body={**form.body, "words": words})
    case = ordinary_case(claim=claim(("loan.restructured", AGREED)))
    values = case_values(case, replace(texts, templates={**texts.templates, "complaint": older}))
    assert values["restructured.terms"] == ""
