"""A case laid out for a person at a terminal, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from litigation.case_service import CaseView
from litigation.core.casefile import FactState
from litigation.core.completeness import MatrixState
from litigation.core.derivation import DERIVATIONS
from litigation.core.money import yuan
from litigation.core.routing import NAMES, RouteOption, Standing
from litigation.submission_lines import said_line

STAGES = {
    "pre_lending": ("贷前", "Pre-lending"),
    "lending": ("放款", "Lending"),
    "post_lending": ("贷后", "Post-lending"),
    "disposal": ("处置", "Disposal"),
}
STANDINGS = {
    Standing.ADVISED: ("可行且有理由", "advised"),
    Standing.OPEN: ("可行", "open"),
    Standing.BARRED: ("不可行", "barred"),
}
PLACES = {
    "performance": ("合同履行地（接收货币一方）", "performance (party receiving money)"),
    "plaintiff_domicile": ("原告住所地", "plaintiff's domicile"),
    "defendant_domicile": ("被告住所地", "defendant's domicile"),
    "habitual_residence": ("被告经常居住地（自述）", "defendant's residence (as declared)"),
    "signing": ("合同签订地", "signing"),
}


class Layout:
    """Lays cases out in one language."""

    def __init__(self, language: str) -> None:
        self._zh = language == "zh"

    def case(self, view: CaseView, *, facts: bool) -> list[str]:
        """The whole case, section by section."""
        sections: list[Iterator[str]] = [
            self._head(view),
            self._defects(view),
            self._matrix(view),
            self._jurisdiction(view),
            self._limitation(view),
            self._routes(view),
            self._deadlines(view),
        ]
        if facts:
            sections.append(self._facts(view))
        return [line for section in sections for line in section]

    def listing(self, views: Sequence[CaseView]) -> list[str]:
        """One line per case, the longest overdue first."""
        if not views:
            return [self._say("没有未起诉的逾期贷款", "no overdue loans without an open suit")]
        zh = ("贷款", "逾期天数", "请求金额", "时效届满", "阻断", "提示", "建议")
        en = ("loan", "days", "claim", "limitation", "blocks", "warns", "recommended")
        return [_columns(zh if self._zh else en), *(self._summary(view) for view in views)]

    def _summary(self, view: CaseView) -> str:
        checked, claim = view.checked, view.assessment.claim
        stops = sum(defect.blocking for defect in checked.defects)
        way = checked.routing.recommended
        last = checked.limitation.last_day.isoformat() if checked.limitation else "-"
        total = f"{claim.total}" if claim else "-"
        name = self._say(*NAMES[way]) if way else "-"
        warns = len(checked.defects) - stops
        if view.said:
            name += self._say(f"　待答复 {len(view.said)} 件", f"  ALERT: {len(view.said)} to answer")
        return _columns((view.loan, f"{view.overdue_days}", total, last, f"{stops}", f"{warns}", name))

    def _head(self, view: CaseView) -> Iterator[str]:
        checked, claim = view.checked, view.assessment.claim
        ready = self._say("可以提交", "ready for filing") if checked.ready else self._say("不得提交", "NOT FOR FILING")
        yield f"{view.our_reference}  {view.as_of}  {ready}"
        if claim is not None:
            yield self._say(
                f"  逾期 {view.overdue_days} 天，请求金额 {yuan(claim.total)}，受理费 {yuan(claim.court_fee)}",
                f"  {view.overdue_days} days overdue, claim {yuan(claim.total)}, court fee {yuan(claim.court_fee)}",
            )
        for said in view.said:
            yield f"  {said_line(said)}"
        yield self._say("  案由 ", "  cause ") + f"{checked.cause.text}  [{checked.cause.mark}]"
        number = checked.cap.number
        shown = f"{number * 100:f}".rstrip("0").rstrip(".") if number is not None else "-"
        yield self._say("  综合息费上限 ", "  cap ") + f"{shown}%  {checked.cap.series} [{checked.cap.mark}]"

    def _defects(self, view: CaseView) -> Iterator[str]:
        found = view.checked.defects
        yield ""
        yield self._say(f"缺陷清单（{len(found)}）", f"Defects ({len(found)})")
        if not found:
            yield self._say("  无", "  none")
        for number, one in enumerate(found, 1):
            weight = self._say("阻断" if one.blocking else "提示", "BLOCKS" if one.blocking else "warns")
            yield f"  {number:>2} {weight}  {one.code} {one.subject}: {self._say(one.text_zh, one.text_en)}"
            source = self._say("来源", "from")
            yield f"       {source} {self._say(one.where_from_zh, one.where_from_en)} · {one.basis}"

    def _matrix(self, view: CaseView) -> Iterator[str]:
        rows = view.checked.matrix
        yield ""
        yield self._say("证据完整性", "Completeness")
        for stage, (zh, en) in STAGES.items():
            mine = [row for row in rows if row.expected.stage == stage]
            due = [row for row in mine if row.state is not MatrixState.NOT_EXPECTED]
            present = [row for row in due if row.state is MatrixState.PRESENT]
            yield f"  {self._say(zh, en)}  {len(present)}/{len(due)}"
            for row in mine:
                expected = row.expected
                mark = {MatrixState.PRESENT: "✓", MatrixState.MISSING: "✗", MatrixState.NOT_EXPECTED: "·"}[row.state]
                behind = (
                    f"{row.event} ×{row.count}"
                    if row.count
                    else self._owed(view, row.state, expected.system_zh, expected.system_en)
                )
                yield f"    {mark} {expected.type:<22} {self._say(expected.zh, expected.en)}  {behind}".rstrip()

    def _owed(self, view: CaseView, state: MatrixState, zh: str, en: str) -> str:
        if state is MatrixState.NOT_EXPECTED:
            return self._say("（尚不适用）", "(not expected yet)")
        return self._say(f"← 应来自{zh}", f"<- should have come from {en}")

    def _jurisdiction(self, view: CaseView) -> Iterator[str]:
        check = view.checked.jurisdiction
        yield ""
        yield self._say("管辖连接点", "Jurisdiction") + f"  {check.court or '-'}"
        clause = check.clause or self._say("合同未约定", "not agreed")
        told = self._say("已提示", "notified") if check.clause_notified else self._say("未见提示", "no notice shown")
        yield f"  {self._say('条款', 'clause')}: {clause} ({told})"
        for one in check.connections:
            here = {
                True: self._say("是", "yes"),
                False: self._say("否", "no"),
                None: self._say("未核对", "not checked"),
            }[one.here]
            yield f"  {self._say(*PLACES[one.place.value])}: {here} · {one.article}"

    def _limitation(self, view: CaseView) -> Iterator[str]:
        state = view.checked.limitation
        yield ""
        yield self._say("诉讼时效", "Limitation")
        if state is None:
            yield self._say("  未核对：条款不明", "  not checked: the terms are not known")
            return
        provisional = (
            self._say("，该年节假日未录入", ", holidays of that year not recorded") if state.provisional else ""
        )
        yield self._say(
            f"  {state.last_day} 届满，尚余 {state.days_left} 日{provisional}",
            f"  ends {state.last_day}, {state.days_left} days left{provisional}",
        )
        if state.interruptions:
            last = state.interruptions[-1]
            yield self._say(
                f"  中断 {len(state.interruptions)} 次，最近 {last.on} {last.kind} {last.event}",
                f"  {len(state.interruptions)} interruptions, the last {last.on} {last.kind} {last.event}",
            )
        yield f"  {state.source}"

    def _routes(self, view: CaseView) -> Iterator[str]:
        routing = view.checked.routing
        way = routing.recommended
        yield ""
        yield self._say("处置路径  建议：", "Routes  recommended: ") + (self._say(*NAMES[way]) if way else "-")
        if view.checked.decision is not None:
            decision = view.checked.decision
            yield self._say("  已决定：", "  decided: ") + f"{decision.route} ({decision.event})"
        for option in routing.options:
            yield from self._option(option)

    def _option(self, option: RouteOption) -> Iterator[str]:
        fee = "-" if option.fee is None else yuan(option.fee)
        name, standing = self._say(*NAMES[option.route]), self._say(*STANDINGS[option.standing])
        yield f"  {name}  {standing}  {self._say('法院费用', 'court fee')} {fee}"
        for one in option.reasons:
            sign = "−" if one.bars else "+" if one.advises else "·"
            yield f"    {sign} {self._say(one.zh, one.en)} · {one.article}"
        if option.recovery is not None and option.recovery.net is not None:
            yield f"    {self._say('预期净回收', 'expected net')}: {option.recovery.formula}"

    def _deadlines(self, view: CaseView) -> Iterator[str]:
        if not view.deadlines:
            return
        yield ""
        yield self._say("期限", "Deadlines")
        for one in view.deadlines:
            state = self._say("已完成", "done") if one.met_by else ""
            if one.late(view.as_of):
                state = self._say("已逾期", "LATE")
            if one.deadline.provisional:
                state += self._say(" 未计节假日", " holidays not recorded")
            yield f"  {one.deadline.last_day}  {self._say(one.zh, one.en)} {state} · {one.deadline.rule.source}"

    def _facts(self, view: CaseView) -> Iterator[str]:
        yield ""
        yield self._say("事实表", "Facts")
        for fact in view.facts:
            if fact.state is FactState.PROVEN:
                behind = f"{fact.event} {fact.field}"
            elif fact.state is FactState.DERIVED:
                rule = DERIVATIONS[fact.key]
                behind = f"= {self._say(rule.zh, rule.en)} ({rule.spec})"
            else:
                behind = self._say("无依据", "unsupported")
            yield f"  {fact.key:<30} {fact.value}  · {behind}"

    def _say(self, zh: str, en: str) -> str:
        return zh if self._zh else en


COLUMNS = (22, -8, -14, 12, -8, -6, 0)
"""Widths in half characters; a negative one is flush right."""


def _columns(cells: Sequence[str]) -> str:
    """One line of a table: Chinese characters are as wide as two letters."""
    return "  ".join(_padded(cell, width) for cell, width in zip(cells, COLUMNS, strict=True)).rstrip()


def _padded(text: str, width: int) -> str:
    taken = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    gap = " " * max(0, abs(width) - taken)
    return gap + text if width < 0 else text + gap
