"""The English reading copy: whole, in English where the text is ours, and marked on every page as not for filing."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from litigation.core.paper_kinds import PaperKind
from litigation.documents import FontSet, RenderedPackage, render_package
from litigation.documents.problems import TemplateError
from litigation.documents.templates import NAMES, Language, PartKind, parse_template, parts_of, shipped
from tests.litigation.documents import cases, party_cases
from tests.litigation.documents.reading import flat, opened
from tests.litigation.documents.test_papers import section_text

OWN_TEXT = ("complaint", "payment_order", "mediation", "enforcement", "preservation", "power_of_attorney")


@pytest.fixture(scope="module")
def copy(fonts: FontSet) -> RenderedPackage:
    case = replace(party_cases.guaranteed_case(), judgment=party_cases.JUDGMENT, papers=tuple(PaperKind))
    return render_package(case, fonts, shipped(Language.EN))


def test_every_page_says_that_it_is_not_for_filing(copy: RenderedPackage) -> None:
    assert all("READINGCOPY" in flat(page) and "NOTFORFILING" in flat(page) for page in opened(copy.pdf).pages)


def test_the_complaint_reads_in_english_with_the_same_facts_and_ticks(copy: RenderedPackage) -> None:
    text = section_text(copy, "Civil complaint")
    assert "Toorder侯英𬱖,林样例jointlytorepayprincipalCNY39,121.91" in text
    assert "jointstockcompany√" in text
    assert "10February2026" in text
    declarations = text[text.index("Wishesonhowtosettle") :]
    assert "√" not in declarations


def test_a_reading_copy_may_lack_facts_and_then_lists_them(fonts: FontSet) -> None:
    package = render_package(replace(cases.emptiest_case(), draft=False), fonts, shipped(Language.EN))
    assert package.sections[0].title == "Draft with defects"


@pytest.mark.parametrize("name", OWN_TEXT)
def test_both_languages_show_the_same_facts_and_boxes(name: str) -> None:
    """What the filed paper states, the reading copy states too; a date may be one value instead of three."""
    chinese, english = _keys(shipped()[name].body), _keys(shipped(Language.EN)[name].body)
    assert {key for key in chinese if not key.endswith((".y", ".m", ".d"))} - english == set()


def _keys(value: Any) -> set[str]:
    if isinstance(value, str):
        kinds = (PartKind.FACT, PartKind.BOX)
        return {
            f"{part.key}={part.value}" if part.value else part.key for part in parts_of(value) if part.kind in kinds
        }
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {key for item in inner for key in _keys(item)}


def test_an_override_keeps_id_and_official_form_and_changes_its_version() -> None:
    text = _file("representative")
    with pytest.raises(TemplateError, match="another version"):
        shipped().overridden({"representative": text.encode()})
    own = shipped().overridden({"representative": text.replace('version: "1.0"', 'version: "1.0-own"').encode()})
    assert own["representative"].version == "1.0-own"
    assert own.digest != shipped().digest
    form = _file("complaint").replace('version: "2025.1"', 'version: "2025.1-own"').replace("姓名：", "名字：", 1)
    with pytest.raises(TemplateError, match="must not change"):
        shipped().overridden({"complaint": form.encode()})
    with pytest.raises(TemplateError, match="no paper has that name"):
        shipped().overridden({"nothing": text.encode()})


def _file(name: str) -> str:

    return (files("litigation.templates") / f"{name}.yaml").read_text("utf-8")


def test_every_template_has_its_english_text_and_parses() -> None:
    for name in NAMES:
        if name in ("provenance", "exhibit"):
            continue  # parts without a title
        assert shipped(Language.EN)[name]["title"]["zh"].isascii()
        assert parse_template(name, _file(name).encode()).id == shipped()[name].id
