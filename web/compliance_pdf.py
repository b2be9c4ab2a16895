"""The report of compliance as a PDF: numbered sections, tables with repeated heads, the scope on every page.

Set in the same font as the papers. A character that the font has not is written as its code point, never as a blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from web.assets import NODE_MODULES
from web.compliance_report import Report
from web.compliance_run import SEVERITIES, VERDICTS
from web.language import Texts
from web.present import SHANGHAI

FOLDER = NODE_MODULES / "@expo-google-fonts" / "noto-serif-sc"
FILES = {"Report": "400Regular/NotoSerifSC_400Regular.ttf", "ReportBold": "700Bold/NotoSerifSC_700Bold.ttf"}
INK, QUIET, LINE, SHADE = HexColor("#17212b"), HexColor("#4b5866"), HexColor("#b4bdc8"), HexColor("#eef1f4")
STATES = ("open", "assigned", "dismissed", "closed")
PEOPLE = 15
WORD = 14
DIGEST = 12


def report_pdf(found: Report, texts: Texts) -> bytes:
    """Set the report in one language."""
    _fonts()
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=texts("report.title"),
        author=texts("product"),
        subject=f"{found.log.name} {found.since} – {found.until}",
        lang="zh-CN" if texts.lang == "zh" else "en",
    )
    setter = _Setter(texts)
    parts = [
        *_head(found, setter),
        *_log(found, setter),
        *_vouched(found, setter),
        *_findings(found, setter),
        *_posts(found, setter),
        *_accesses(found, setter),
        *_erasures(found, setter),
    ]
    foot = partial(_foot, text=texts("report.foot"), name=f"{found.log.name} · {found.since} – {found.until}")
    document.build(parts, onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


@cache
def _fonts() -> tuple[TTFont, ...]:
    """Both weights, registered once in a process."""
    made = tuple(TTFont(name, str(FOLDER / path)) for name, path in FILES.items())
    for one in made:
        pdfmetrics.registerFont(one)
    return made


def shown(text: object) -> str:
    """A text as it can be set: what the font has not stands as [U+…], what is markup is escaped."""
    known = _fonts()[0].face.charToGlyph
    return escape("".join(c if ord(c) in known or c == "\n" else f"[U+{ord(c):04X}]" for c in str(text)))


class _Setter:
    """Styles, and the words of one language."""

    def __init__(self, texts: Texts) -> None:
        self.t = texts
        wrap = "CJK" if texts.lang == "zh" else None
        base: dict[str, Any] = {"fontName": "Report", "textColor": INK, "wordWrap": wrap}
        self.body = ParagraphStyle("body", fontSize=9, leading=14, spaceAfter=4, **base)
        self.cell = ParagraphStyle("cell", fontSize=8, leading=11, **{**base, "wordWrap": "CJK"})
        self.words = ParagraphStyle("words", parent=self.cell, wordWrap=None)
        self.number = ParagraphStyle("number", parent=self.cell, alignment=TA_RIGHT)
        self.title = ParagraphStyle("title", **{**base, "fontName": "ReportBold", "fontSize": 18, "leading": 26})
        self.heading = ParagraphStyle(
            "heading", **{**base, "fontName": "ReportBold", "fontSize": 12, "leading": 18}, spaceBefore=12, spaceAfter=4
        )
        self._section = 0

    def _style(self, value: object) -> ParagraphStyle:
        """Numbers stand to the right; words are broken only where there are none but Chinese characters."""
        if isinstance(value, int | float):
            return self.number
        plain = str(value).isascii() and max((len(word) for word in str(value).split()), default=0) < WORD
        return self.words if plain else self.cell

    def head(self, key: str) -> Paragraph:
        """A numbered heading that stays with what follows."""
        self._section += 1
        style = ParagraphStyle("h", parent=self.heading, keepWithNext=1)
        return Paragraph(f"{self._section}  {shown(self.t(key))}", style)

    def say(self, text: str) -> Paragraph:
        """A paragraph."""
        return Paragraph(shown(text), self.body)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> Table:
        """A table whose head is repeated on every page; whole numbers stand to the right."""
        body = [[Paragraph(shown(_text(one)), self._style(one)) for one in row] for row in rows]
        heads = [Paragraph(f'<font name="ReportBold">{shown(one)}</font>', self._style(one)) for one in head]
        made = Table([heads, *body], colWidths=[width * mm for width in widths], repeatRows=1, hAlign="LEFT")
        made.setStyle(
            TableStyle(
                [
                    ("BACKGROUND", (0, 0), (-1, 0), SHADE),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("TOPPADDING", (0, 0), (-1, -1), 2),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ]
            )
        )
        return made


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "—" if value is None else str(value)


def _moment(value: Any) -> str:
    return "—" if value is None else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _head(found: Report, s: _Setter) -> list[Any]:
    t = s.t
    facts = [
        (t("report.institution"), f"{found.log.name} ({found.log.institution})"),
        (t("report.time"), f"{found.since} – {found.until}"),
        (t("report.made_at"), _moment(found.made_at)),
        (t("report.origin"), found.log.origin),
    ]
    return [
        Paragraph(shown(t("report.title")), s.title),
        Spacer(1, 3 * mm),
        s.table([t("report.what"), t("report.says")], facts, (40, 134)),
        Spacer(1, 3 * mm),
        s.say(t("report.scope")),
    ]


def _log(found: Report, s: _Setter) -> list[Any]:
    t, one = s.t, found.compared
    parts: list[Any] = [
        s.head("report.log"),
        s.say(t("report.log.size", size=f"{found.log.size:,}", loans=f"{found.log.loans:,}")),
    ]
    if one is None:
        return [*parts, s.say(t("report.no_checkpoint"))]
    rows: list[tuple[object, ...]] = [
        (t(f"consistency.{line.what}"), t(f"check_state.{line.state.value}"), _reason(line.reason, t))
        for line in one.lines
    ]
    sides = [
        (t(f"consistency.{which}"), side.checkpoint.size, side.checkpoint.root.hex(), _moment(side.created_at))
        for which, side in (("old", one.old), ("new", one.new))
    ]
    return [
        *parts,
        s.table(
            [t("col.checkpoint_side"), t("col.tree_size"), t("col.root"), t("col.created_at")], sides, (26, 24, 86, 38)
        ),
        Spacer(1, 2 * mm),
        s.table([t("consistency.check"), t("col.state"), t("consistency.reason")], rows, (80, 28, 66)),
    ]


def _reason(reason: str, t: Texts) -> str:
    return t(reason) if reason.startswith("consistency.") else reason


def _vouched(found: Report, s: _Setter) -> list[Any]:
    t, health = s.t, found.health
    parts: list[Any] = [s.head("report.vouched")]
    if not health:
        return [*parts, s.say(t("report.no_checkpoint"))]
    report = found.witnesses
    if report is not None and report.witnesses:
        rows = [
            (one.name, t("health.cosigned") if one.cosigned_at else t("health.not_cosigned"), _moment(one.cosigned_at))
            for one in report.witnesses
        ]
        parts.append(s.table([t("health.witness"), t("col.state"), t("health.at")], rows, (80, 50, 44)))
    else:
        parts.append(s.say(t("health.no_witness")))
    if health["authorities"]:
        stamped = [(name, _moment(health["stamped"].get(name))) for name in health["authorities"]]
        parts.append(s.table([t("health.authority"), t("health.at")], stamped, (130, 44)))
    else:
        parts.append(s.say(t("health.no_authority")))
    parts.append(s.say(t("report.anchored", size=f"{health['anchored']:,}", waiting=f"{health['waiting']:,}")))
    return parts


def _findings(found: Report, s: _Setter) -> list[Any]:
    t, kept = s.t, found.kept
    parts: list[Any] = [s.head("report.findings")]
    if kept is None:
        return [*parts, s.say(t("findings.never"))]
    told = kept.body["conformance"]
    parts.append(
        s.say(
            t(
                "report.run",
                size=f"{kept.size:,}",
                at=_moment(kept.ran_at),
                name=told["rule_set"]["name"],
                version=told["rule_set"]["version"],
                digest=told["rule_set"]["digest"][:DIGEST],
                loans=f"{told['loans']:,}",
            )
        )
    )
    sums = [
        (
            t(f"severity.{severity}"),
            t(f"verdict.{verdict}"),
            *(found.sums.get((severity, verdict, state), 0) for state in STATES),
        )
        for severity in SEVERITIES
        for verdict in VERDICTS
        if any((severity, verdict, state) in found.sums for state in STATES)
    ]
    heads = [t("finding.severity"), t("finding.verdict"), *(t(f"finding_is.{state}") for state in STATES)]
    parts.append(s.table(heads, sums, (34, 40, 25, 25, 25, 25)))
    parts.append(Spacer(1, 2 * mm))
    rules = [
        (one["title"][t.lang], one["source"], one["population"], one["breaches"], one["unordered"], one["unknown"])
        for one in told["rules"]
        if one["population"]
    ]
    heads = [
        t("finding.rule"),
        t("finding.source"),
        t("finding.population"),
        *(t(f"verdict.{one}") for one in VERDICTS),
    ]
    parts.append(s.table(heads, rules, (58, 36, 21, 18, 22, 19)))
    return [*parts, *_open_findings(found, s)]


def _open_findings(found: Report, s: _Setter) -> list[Any]:
    t, kept = s.t, found.kept
    if kept is None or not found.findings:
        return []
    titles = {one["id"]: one["title"][t.lang] for one in kept.body["conformance"]["rules"]}
    rows = [
        (t(f"severity.{one.severity}"), titles[one.rule], one.loan, one.events[-1][1], one.finding[:DIGEST])
        for one in found.findings
    ]
    heads = [t("finding.severity"), t("finding.rule"), t("col.loan"), t("col.event"), t("finding.digest")]
    return [
        Spacer(1, 2 * mm),
        s.say(t("report.open_findings", n=len(rows))),
        s.table(heads, rows, (18, 56, 32, 42, 26)),
    ]


def _posts(found: Report, s: _Setter) -> list[Any]:
    t, kept = s.t, found.kept
    parts: list[Any] = [s.head("report.posts")]
    if kept is None:
        return [*parts, s.say(t("findings.never"))]
    parts.append(s.say(t("posts.lead", minimum=kept.body["book"]["minimum"])))
    rows: list[tuple[object, ...]] = []
    for post in kept.body["posts"]:
        notable = [person for person in post["people"] if person["notable"]]
        top = "—" if post["top5"] is None else f"{post['top5'] * 100:.1f}%"
        rows.append((post["names"][t.lang], post["acts"], len(post["people"]), post["unknown"], top, len(notable)))
    heads = [
        t("posts.post"),
        t("posts.acts"),
        t("posts.people"),
        t("posts.unknown"),
        t("posts.top5"),
        t("posts.notable"),
    ]
    parts.append(s.table(heads, rows, (54, 22, 22, 28, 24, 24)))
    named = [
        (
            post["names"][t.lang],
            person["actor"],
            t(f"indicator.{name}"),
            f"{one['share'] * 100:.1f}%",
            f"{one['low'] * 100:.1f}–{one['high'] * 100:.1f}%",
            f"{one['hits']:,} / {one['of']:,}",
        )
        for post in kept.body["posts"]
        for person in post["people"]
        for name, one in person["indicators"].items()
        if name in person["notable"]
    ]
    if named:
        heads = [
            t("posts.post"),
            t("posts.who"),
            t("posts.indicator"),
            t("posts.share"),
            t("posts.interval"),
            t("posts.hits"),
        ]
        parts += [
            Spacer(1, 2 * mm),
            s.say(t("report.notable")),
            s.table(heads, named[: PEOPLE * 4], (34, 36, 34, 20, 28, 22)),
        ]
    return parts


def _accesses(found: Report, s: _Setter) -> list[Any]:
    t = s.t
    rows = sorted(found.accesses.items(), key=lambda one: (-one[1], one[0]))
    parts: list[Any] = [
        s.head("report.accesses"),
        s.say(t("report.accesses.sum", n=f"{sum(found.accesses.values()):,}")),
    ]
    if rows:
        parts.append(s.table([t("access.action"), t("access.times")], rows, (130, 44)))
    return parts


def _erasures(found: Report, s: _Setter) -> list[Any]:
    t = s.t
    parts: list[Any] = [
        s.head("report.erasures"),
        s.say(t("report.erasures.sum", n=len(found.erasures), restrictions=found.restrictions)),
    ]
    rows = [
        (one.id, one.reason, one.events, one.originals, one.copies, _moment(one.started_at), _moment(one.done_at))
        for one in found.erasures
    ]
    if rows:
        heads = [
            "#",
            t("registers.reason"),
            t("registers.events"),
            t("registers.originals"),
            t("registers.copies"),
            t("registers.started"),
            t("registers.done"),
        ]
        parts.append(s.table(heads, rows, (10, 44, 18, 18, 18, 33, 33)))
    return parts


def _foot(canvas: Any, document: Any, *, text: str, name: str) -> None:
    canvas.saveState()
    canvas.setFont("Report", 7)
    canvas.setFillColor(QUIET)
    canvas.drawString(18 * mm, 13 * mm, name)
    canvas.drawString(18 * mm, 9 * mm, text)
    canvas.drawRightString(A4[0] - 18 * mm, 13 * mm, str(document.page))
    canvas.restoreState()
