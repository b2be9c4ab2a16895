"""Nothing in a fact is markup: every paper shows it as it stands, and the PDF does nothing that was not ours."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from litigation.core.casefile import CaseFile
from litigation.core.paper_kinds import PaperKind
from litigation.documents import FontSet, render_package
from tests.litigation.documents import party_cases
from tests.litigation.documents.reading import flat, links, opened

PAYLOADS = (
    "<font color=red size=40>甲</font>",
    '<a href="javascript:app.alert(1)">甲</a>',
    '<img src="/etc/hostname"/>',
    '<img src="http://127.0.0.1:9/x.png" width=1/>',
    "<para><b>甲</b><br/></para>",
    "&lt;&amp;&#60;",
    "{court}{@contract.number}{□ p.gender=男}",
    "{#}{",
    ") Tj ET /Launch (x) BT (",
    "\\) Tj \\050 \\n",
    "<</S/JavaScript/JS(app.alert(1))>>",
    "endstream endobj 1 0 obj",
    "=HYPERLINK(0)",
    "{{7*7}}{%x%}%(x)s",
    "[证1·p.9]√□",
)
FORBIDDEN = {"/JS", "/JavaScript", "/OpenAction", "/AA", "/URI", "/Launch"}
ACTIONS = {"/JavaScript", "/Launch", "/URI", "/GoToR", "/SubmitForm"}


@cache
def _case() -> CaseFile:
    """Every paper, one exhibit; small enough to be drawn again and again."""
    case = replace(party_cases.guaranteed_case(), judgment=party_cases.JUDGMENT, papers=tuple(PaperKind))
    return replace(case, exhibits=case.exhibits[2:3], events=case.events[:3], facts=())


def tainted(value: Any, text: str, path: str = "") -> Any:
    """The same value with a text in place of every free text; words that choose a box or a check's state stay."""
    if isinstance(value, tuple):
        return tuple(tainted(item, text, path) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes = {}
    for part in fields(value):
        found = getattr(value, part.name)
        if isinstance(found, str) and found and part.name in FREE:
            changes[part.name] = text
        elif part.name in GROUPS:
            changes[part.name] = tainted(found, text, part.name)
    return replace(value, **changes)  # type: ignore[type-var]


GROUPS = frozenset(
    "defendants third_parties guarantees securities property_clues exhibits plaintiff agent further_agents contract "
    "judgment service account".split()
)
FREE = frozenset(
    "name credit_code address registered_address representative representative_title phone ownership organisation "
    "title employer job_title household_address residence_address id_type id_no number place lender borrower repayment "
    "contract_name contract_number scope thing certificate_no owner description location recipient postcode email "
    "holder bank court our_reference jurisdiction_clause agreed_address service_clause case_number ethnicity "
    "object_of_proof summary source file_name".split()
)


def _harmless(fonts: FontSet, text: str) -> None:
    package = render_package(tainted(_case(), text), fonts)
    pdf = opened(package.pdf)
    shown = "".join(flat(page) for page in pdf.pages)
    assert "".join(text.split()) in shown
    for item in pdf.objects:
        if isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
            assert not FORBIDDEN & {str(key) for key in item.keys()}  # noqa: SIM118 - a stream is no mapping
            assert str(item.get("/S", "")) not in ACTIONS
    for page in pdf.pages:
        assert all(1 <= target <= package.pages for _, target in links(pdf, page))
        assert all(str(one.Subtype) == "/Link" and "/A" not in one for one in page.obj.get("/Annots", []))
    assert len(package.sections) == len(PaperKind) + 3  # the cover, and the one exhibit under its heading


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_printed_in_every_paper_as_it_stands(fonts: FontSet, payload: str) -> None:
    _harmless(fonts, payload)


@given(text=st.text(alphabet="<>/&;{}()[]\\'\"=%#@□√甲aZ1 .:-_", min_size=1, max_size=40).filter(str.strip))
@settings(
    max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_at_all_is_markup(fonts: FontSet, text: str) -> None:
    _harmless(fonts, text)
