"""The package: one PDF of all papers and exhibits of a case.

Spec: docs/spec/papers.md section 1. Order: (draft: defects) cover and index, complaint, list of evidence, interest
ledger, evidence certificate, exhibits. The same case file gives the same bytes in any process and order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from litigation.core.casefile import CaseFile
from litigation.core.paper_kinds import PaperKind
from litigation.core.party import NaturalPerson
from litigation.documents.applications import destination, draw_application
from litigation.documents.binding import Binder, section_lengths
from litigation.documents.certificate import draw_certificate
from litigation.documents.complaint import draw_complaint
from litigation.documents.cover import IndexEntry, draw_cover, draw_defects
from litigation.documents.evidence_list import draw_evidence_list
from litigation.documents.exhibits import Shown, draw_exhibits, prepare
from litigation.documents.expansion import Filling, exhibit_destination, own_key
from litigation.documents.fonts import FontSet
from litigation.documents.ink import Ink
from litigation.documents.ledger import draw_ledger
from litigation.documents.party_values import named
from litigation.documents.problems import MissingFactError
from litigation.documents.sheets import Book
from litigation.documents.templates import Language, TemplateSet, fill, shipped
from litigation.documents.values import case_blocks, case_values

_UNCHECKED = frozenset({"content"})


@dataclass(frozen=True, slots=True)
class Section:
    """One paper or exhibit in the package; pages count from 1."""

    title: str
    first_page: int
    pages: int


@dataclass(frozen=True, slots=True)
class RenderedPackage:
    """A package as PDF, and what lies where in it."""

    pdf: bytes
    pages: int
    sections: tuple[Section, ...]


def render_package(casefile: CaseFile, fonts: FontSet, texts: TemplateSet | None = None) -> RenderedPackage:
    """Render all papers of a case into one PDF.

    1. Missing facts stop a package for filing; all are named. A draft lists them instead.
    2. Every character must have a glyph; the first that has none is named with its field.
    3. Exhibits are looked into, so that the number of pages is known to one digit.
    4. Papers are laid out; page numbers stay open.
    5. The book is bound: numbers, stamps, links, bookmarks, exhibits.
    """
    texts = texts or shipped()
    values = case_values(casefile, texts)
    defects = all_defects(casefile, values, texts)  # (1)
    reading = texts.language is not Language.ZH  # a reading copy is never filed, so it may lack facts
    if defects and not (casefile.draft or reading):
        raise MissingFactError(defects)
    check_glyphs(casefile, fonts)  # (2)
    shown = prepare(casefile, fonts)  # (3)
    book = Book(fonts, Ink(fonts), texts, first_page=casefile.first_page)
    filling = Filling(values, _exhibit_of(casefile), _page_digits(casefile, shown), case_blocks(casefile))
    _draw(book, casefile, filling, shown, defects)  # (4)
    dated = casefile.log.checkpoint_at
    binder = Binder(book, casefile.our_reference, dated, sample=casefile.sample, draft=casefile.draft or reading)
    pdf = binder.bind(shown)  # (5)
    lengths = section_lengths(book)
    sections = tuple(
        Section(mark.title, book.page_of(mark.destination), lengths[mark.destination]) for mark in book.marks
    )
    return RenderedPackage(pdf, len(book.sheets), sections)


def all_defects(case: CaseFile, values: dict[str, str], texts: TemplateSet) -> tuple[str, ...]:
    """Name what readiness found, then what the papers require beyond it; both begin with the key of the fact."""
    named = {defect.split(":")[0] for defect in case.defects}
    missing = {
        key: name
        for key, name in required_facts(case, texts).items()
        if not values.get(key) and key not in named and key.split(".")[0] not in named
    }
    return (*case.defects, *(f"{key}: {name}" for key, name in missing.items()))


def required_facts(case: CaseFile, texts: TemplateSet) -> dict[str, str]:
    """What the papers of this case must state: keys and names, each once."""
    required: dict[str, str] = {}
    for kind in papers_of(case):
        form = texts[kind]
        required |= form.body.get("required", {})
        for prefix, party in named("defendant", case.defendants) if "required_of" in form.body else ():
            block = "natural" if isinstance(party, NaturalPerson) else "organisation"
            required |= {own_key(key, prefix): name for key, name in form["required_of"][block].items()}
    return required


def papers_of(case: CaseFile) -> tuple[PaperKind, ...]:
    """The papers of a case without those that do not apply: no agent, no power of attorney."""
    return tuple(kind for kind in case.papers if kind is not PaperKind.POWER_OF_ATTORNEY or case.agents)


def check_glyphs(case: CaseFile, fonts: FontSet) -> None:
    """Refuse a character without a glyph, naming the field; the contents of exhibits are judged when printed."""
    found: list[str] = []
    _collect(case, found)
    if not fonts.missing("".join(found)):  # as in nearly every case: then no text needs its field's name
        return
    for name, text in _texts(case, ""):
        fonts.check(text, name)


def _collect(value: Any, found: list[str]) -> None:
    """Collect what :func:`_texts` walks, without names."""
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)
    else:
        for name in _parts(type(value)):  # type: ignore[arg-type]  # mypy takes the hash of an instance for the class's
            _collect(getattr(value, name), found)


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass whose texts are printed; nothing else has any."""
    return tuple(part.name for part in fields(kind) if part.name not in _UNCHECKED) if is_dataclass(kind) else ()


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Walk the texts of a case file with their names, such as ``exhibits[3].title``."""
    if isinstance(value, str):
        yield name, value
    elif is_dataclass(value):
        for part in fields(value):
            if part.name not in _UNCHECKED:
                yield from _texts(getattr(value, part.name), f"{name}.{part.name}" if name else part.name)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _texts(item, f"{name}[{number}]")


def _exhibit_of(case: CaseFile) -> dict[str, int]:
    """Map each fact to the exhibit that proves it; a number that no exhibit has gives no link."""
    numbers = {exhibit.number for exhibit in case.exhibits}
    return {fact.key: fact.exhibit for fact in case.facts if fact.exhibit in numbers}


def _page_digits(case: CaseFile, shown: list[Shown]) -> int:
    """Bound the digits of the highest page number, for which links leave room."""
    own = 30 + len(case.events) // 15 + len(case.exhibits)
    instalments = len(case.claim.lines) + len(case.claim.allocations) if case.claim else 0
    exhibits = sum(len(item.pages) or (len(item.printout.lines) // 20 + 1 if item.printout else 1) for item in shown)
    return len(str(case.first_page + own + instalments // 8 + exhibits))


def _draw(book: Book, case: CaseFile, filling: Filling, shown: list[Shown], defects: tuple[str, ...]) -> None:
    """Draw the papers in their order. The list of evidence needs the lengths of the exhibits, so these come first."""
    exhibits = Book(book.fonts, book.ink, book.texts)
    draw_exhibits(exhibits, shown)
    lengths = section_lengths(exhibits)
    page_counts = {item.exhibit.number: lengths[exhibit_destination(item.exhibit.number)] for item in shown}
    if defects or (case.draft and book.texts.language is Language.ZH):
        draw_defects(book, case, defects)
    draw_cover(book, filling, case, _index(papers_of(case), shown, book.texts))
    for kind in papers_of(case):
        match kind:
            case PaperKind.COMPLAINT:
                draw_complaint(book, case, filling)
            case PaperKind.EVIDENCE_LIST:
                draw_evidence_list(book, case, filling, page_counts)
            case PaperKind.LEDGER:
                draw_ledger(book, case)
            case PaperKind.CERTIFICATE:
                draw_certificate(book, case)
            case _:
                draw_application(book, kind, filling)
    book.append(exhibits)


def _index(papers: tuple[PaperKind, ...], shown: list[Shown], texts: TemplateSet) -> list[IndexEntry]:
    """List the papers and exhibits for the cover."""
    words = texts["cover"]["index"]
    listed = [(texts[kind]["title"]["zh"] + texts[kind].body.get("subtitle", ""), destination(kind)) for kind in papers]
    entries = [IndexEntry(str(number), title, place) for number, (title, place) in enumerate(listed, 1)]
    for number, item in enumerate(shown, len(entries) + 1):
        title = fill(words["exhibit"], number=item.exhibit.number, title=item.exhibit.title)
        entries.append(IndexEntry(str(number), title, exhibit_destination(item.exhibit.number)))
    return entries
